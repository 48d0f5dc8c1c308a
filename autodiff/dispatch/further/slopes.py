"""np.gradient on nodes: the slopes of a sampled function; the distances of its samples may be nodes, too."""

from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type
from autodiff.nodes.functions import array_of, holds_nodes, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.recipes import Operand, Real, one_of


@stands_for(
    np.gradient, signature="(f, *varargs, axis=None, edge_order=1)",
    f=Operand(shape=lambda d: (max(d.size, 3),)), edge_order=one_of(1, 2), axis=one_of(None, 0),
    varargs=Real(lambda d: d.of((), (0.5,), (np.arange(len(d.first)) ** 1.5,))),
)  # fmt: skip
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """Return the slopes of a sampled function along its axes, by central differences inside."""
    f = tensor(f)
    steps = [tensor(v) if holds_nodes(v) else array_of(v) for v in varargs]
    plain: Any = map(array_of, steps)
    shape: Any = np.gradient(np.zeros(f.shape), *plain, axis=axis, edge_order=edge_order)
    axes = range(f.ndim) if axis is None else np.atleast_1d(axis) % f.ndim
    if len(steps) == 1 and not steps[0].ndim:
        steps = steps * len(axes)
    steps = steps or [np.ones(())] * len(axes)
    found = []
    for k, step in zip(map(int, axes), steps, strict=True):
        places = array_of(step)
        even = not places.ndim or (not is_node(step) and np.ptp(np.diff(places)) == 0.0)
        if even and not is_node(step):
            step = float(places[1] - places[0] if places.ndim else places)
        slopes = (even_gradient if even else uneven_gradient)(f, k, step, edge_order)
        found.append(as_type(slopes, f.dtype))
    return found[0] if not isinstance(shape, list | tuple) else type(shape)(found)


def uneven_gradient(f: Any, k: int, places: Any, edge_order: int) -> Any:
    """Return the slopes along axis k of samples at any places: those of parabolas through three of them."""

    def at(start: int | None, stop: int | None) -> Any:
        return f[(slice(None),) * k + (slice(start, stop),)]

    steps = ops.diff(places, axis=0) if is_node(places) else np.diff(places)
    h = steps.reshape(-1, *(1,) * (f.ndim - 1 - k))
    a, b = h[:-1], h[1:]
    inner = (-b / (a * (a + b))) * at(None, -2) + ((b - a) / (a * b)) * at(1, -1)
    inner = inner + (a / (b * (a + b))) * at(2, None)
    if edge_order == 1:
        first, last = (at(1, 2) - at(0, 1)) / h[:1], (at(-1, None) - at(-2, -1)) / h[-1:]
        return ops.concatenate(first, inner, last, axis=k)
    a, b = h[:1], h[1:2]
    first = (-(2.0 * a + b) / (a * (a + b))) * at(0, 1) + ((a + b) / (a * b)) * at(1, 2)
    first = first + (-a / (b * (a + b))) * at(2, 3)
    a, b = h[-2:-1], h[-1:]
    last = (b / (a * (a + b))) * at(-3, -2) + (-(b + a) / (a * b)) * at(-2, -1)
    last = last + ((2.0 * b + a) / (b * (a + b))) * at(-1, None)
    return ops.concatenate(first, inner, last, axis=k)


def even_gradient(f: Any, k: int, h: Any, edge_order: int) -> Any:
    """Return the slopes along axis k of samples that are h apart."""

    def at(start: int | None, stop: int | None) -> Any:
        return f[(slice(None),) * k + (slice(start, stop),)]

    inner = (at(2, None) - at(None, -2)) / (2.0 * h)
    if edge_order == 1:
        first, last = (at(1, 2) - at(0, 1)) / h, (at(-1, None) - at(-2, -1)) / h
    else:
        first = (-1.5 / h) * at(0, 1) + (2.0 / h) * at(1, 2) + (-0.5 / h) * at(2, 3)
        last = (0.5 / h) * at(-3, -2) + (-2.0 / h) * at(-2, -1) + (1.5 / h) * at(-1, None)
    return ops.concatenate(first, inner, last, axis=k)
