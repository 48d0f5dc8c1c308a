"""Operands of a smaller shape in a tile: which of their numbers stands at each place of the larger one.

A block of a tile is a run of places in the order of memory. An operand that numpy would broadcast is
copied into a block of its own, place by place, and so is what the row `broadcast` makes.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

AXES = 8  # of a stretch, after those that run on into each other became one


class Stretch(NamedTuple):
    """The step that copies numbers of one shape to the places of a larger one: axes of (extent, stride).

    A stride is counted in numbers, and 0 along an axis on which one number stands everywhere.
    """

    shape: tuple[int, ...]
    axes: tuple[tuple[int, int], ...]


def stretch(shape: Sequence[int], wide: tuple[int, ...]) -> Stretch:
    """Return how numbers of a shape, which lie whole in memory, are read at the places of a wide one.

    >>> stretch((3, 1), (2, 3, 4)).axes
    ((2, 0), (3, 1), (4, 0))
    >>> stretch((3, 4), (5, 3, 4)).axes
    ((5, 0), (12, 1))
    """
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step if n > 1 else 0)
        step *= n
    strides += [0] * (len(wide) - len(shape))
    axes: list[tuple[int, int]] = []
    for extent, stride in zip(wide, reversed(strides), strict=True):
        if axes and axes[-1][1] == extent * stride:
            axes[-1] = (axes[-1][0] * extent, stride)
        elif extent > 1:
            axes.append((extent, stride))
    return Stretch(wide, tuple(axes) or ((1, 0),))


def copied(x: Any, step: Stretch, at: int, n: int) -> Any:
    """Return n numbers of an array from a place on, as a step copies them."""
    return np.broadcast_to(x, step.shape).flat[at : at + n]
