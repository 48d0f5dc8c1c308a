"""Operands of a smaller shape in a tile: which of their numbers stands at each place of the larger one.

A block of a tile is a run of places in the order of memory. An operand that numpy would broadcast is
copied into a block of its own, place by place; so is what the row `broadcast` makes, and what `scatter`
puts into zeros where that is one run of places.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

AXES = 8  # of a stretch, after those that run on into each other became one


class Stretch(NamedTuple):
    """The step that copies numbers of one shape to the places of a larger one: axes of (extent, stride).

    A stride is counted in numbers, and 0 along an axis on which one number stands everywhere. Places before
    the first and from the end on get 0.
    """

    axes: tuple[tuple[int, int], ...]
    first: int
    end: int


class Weighed(NamedTuple):
    """The step y = s + a * b of two operands that are stretched, along the same axes, where they are read."""

    a: Stretch
    b: Stretch


def stretch(shape: Sequence[int], wide: tuple[int, ...]) -> Stretch:
    """Return how numbers of a shape, which lie whole in memory, are read at the places of a wide one.

    >>> stretch((3, 1), (2, 3, 4)).axes
    ((2, 0), (3, 1), (4, 0))
    >>> stretch((3, 4), (5, 3, 4)).axes
    ((5, 0), (12, 1))
    """
    return side_by_side((shape,), wide)[0]


def side_by_side(shapes: Sequence[Sequence[int]], wide: tuple[int, ...]) -> list[Stretch]:
    """Return that for several shapes, along axes that are the same for all.

    >>> [step.axes for step in side_by_side([(3, 1), (4,)], (3, 4))]
    [((3, 1), (4, 0)), ((3, 0), (4, 1))]
    """
    strides = [[0] * (len(wide) - len(shape)) + whole(shape) for shape in shapes]
    extents: list[int] = []
    kept: list[tuple[int, ...]] = []  # strides of all along each of them
    for extent, steps in zip(wide, zip(*strides, strict=True), strict=True):
        if kept and kept[-1] == tuple(extent * step for step in steps):
            extents[-1], kept[-1] = extents[-1] * extent, steps
        elif extent > 1:
            extents.append(extent)
            kept.append(steps)
    if not kept:
        extents, kept = [1], [(0,) * len(shapes)]
    size = math.prod(wide)
    return [
        Stretch(tuple(zip(extents, steps, strict=True)), 0, size)
        for steps in zip(*kept, strict=True)
    ]


def whole(shape: Sequence[int]) -> list[int]:
    """Return the strides of an array that lies whole in memory, 0 along axes of one number."""
    steps = [math.prod(shape[k + 1 :]) for k in range(len(shape))]
    return [step if n > 1 else 0 for step, n in zip(steps, shape, strict=True)]


def placed(index: Any, shape: tuple[int, ...]) -> Stretch | None:
    """Return how numbers that `scatter` puts into zeros of a shape are read, None unless they stay together.

    >>> placed((slice(1, 3),), (4, 5))
    Stretch(axes=((10, 1),), first=5, end=15)
    >>> placed((slice(None), 2), (4, 5))
    """
    part = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if not isinstance(part, slice | int) or not shape:
        return None
    start, stop, step = (slice(part, part + 1 or None) if isinstance(part, int) else part).indices(
        shape[0]
    )
    row = math.prod(shape[1:])
    if step != 1 or stop <= start:
        return None
    return Stretch((((stop - start) * row, 1),), start * row, stop * row)


def copied(x: Any, step: Stretch, at: int, n: int) -> Any:
    """Return n numbers of an array from a place on, as a step copies them."""
    extents, strides = zip(*step.axes, strict=True)
    y = np.zeros(n, x.dtype)
    low, high = max(at, step.first), min(at + n, step.end)
    if low < high:
        wide = np.lib.stride_tricks.as_strided(x, extents, [s * x.itemsize for s in strides])
        y[low - at : high - at] = wide.flat[low - step.first : high - step.first]
    return y
