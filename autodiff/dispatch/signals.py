"""Signals and curves on nodes: convolution, differences, integrals, padding.

A convolution is a product with sliding windows, which are a view; the rest are short formulas on slices.
"""

import math
from typing import Any

import numpy as np

from autodiff.dispatch import reductions, statistics
from autodiff.dispatch.entries import check_axes, refused, stands_for
from autodiff.dispatch.moves import as_type, blank, join
from autodiff.nodes.functions import array_of, holds_nodes, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops, recipes
from autodiff.table.recipes import (
    ARRAY,
    AXED,
    AXIS,
    VECTOR,
    Operand,
    Real,
    Steps,
    one_of,
    real,
    whole,
)

NONE: Any = np._NoValue
MODES = one_of("full", "same", "valid")
SOME = Operand(shape=lambda d: (d.of(3, 2, 1),))


@stands_for(np.convolve, a=VECTOR, v=SOME, mode=MODES)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """Return the sums of products of a with v turned round and moved along it."""
    check_axes("np.convolve", 0, 1, a, v)
    a, v = tensor(a), tensor(v)
    few: Any = [np.zeros(min(x.size, 1)) for x in (a, v)]
    np.convolve(few[0], few[1], mode)  # what numpy refuses
    length = max(a.size, v.size)
    wanted = np.result_type(a.dtype, v.dtype)
    a, v = as_type(a.reshape(-1), wanted), as_type(v.reshape(-1), wanted)
    if v.size > a.size:
        a, v = v, a
    if mode.startswith("v") and v.size:
        return ops.correlate(a, v[::-1])
    y = ops.convolve(a, v)
    if mode.startswith("f"):
        return y
    start = (v.size - 1) // 2
    return y[start : start + length]


@stands_for(np.correlate, a=VECTOR, v=SOME, mode=one_of("valid", "same", "full"))
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Return the sums of products of a with v moved along it."""
    check_axes("np.correlate", 1, 1, a, v)
    a, v = tensor(a).reshape(-1), tensor(v).reshape(-1)
    if a.size < v.size and not mode.startswith("f"):  # numpy exchanges them and turns the result
        return convolve(v, a[::-1], mode)[::-1]
    if mode.startswith("v") and v.size and a.dtype == v.dtype:
        return ops.correlate(a, v)
    return convolve(a, v[::-1], mode)


@stands_for(np.kron, a=AXED, b=AXED)
def kron(a: Any, b: Any) -> Any:
    """Return the products of each element of a with the whole of b, as blocks."""
    a, b = tensor(a), tensor(b)
    n = max(a.ndim, b.ndim)
    first, second = ((1,) * (n - x.ndim) + x.shape for x in (a, b))
    rows = a.reshape([k for m in first for k in (m, 1)])
    wide = rows * b.reshape([k for m in second for k in (1, m)])
    return wide.reshape([i * j for i, j in zip(first, second, strict=True)])


@stands_for(
    np.cross, a=Operand(shape=lambda d: d.of((3,), (2, 3))), b=recipes.LIKE,
    axisa=one_of(-1), axisb=one_of(-1), axisc=one_of(-1, 0),
)  # fmt: skip
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """Return the vector product of vectors in space (or its third part, in the plane)."""
    a, b = tensor(a), tensor(b)
    if axis is not None:
        axisa = axisb = axisc = axis
    shape = np.cross(blank(a), blank(b), axisa, axisb, axisc).shape
    us = [a[(slice(None),) * (axisa % a.ndim) + (i,)] for i in range(a.shape[axisa])]
    vs = [b[(slice(None),) * (axisb % b.ndim) + (i,)] for i in range(b.shape[axisb])]
    third = us[0] * vs[1] - us[1] * vs[0]
    if len(us) == len(vs) == 2:
        return third.reshape(shape)
    zero = tensor(np.zeros_like(us[0]._array))
    u3, v3 = us[2] if len(us) == 3 else zero, vs[2] if len(vs) == 3 else zero
    parts = [us[1] * v3 - u3 * vs[1], u3 * vs[0] - us[0] * v3, third]
    k = axisc % len(shape)
    return join([p.reshape(*p.shape[:k], 1, *p.shape[k:]) for p in parts], k)


@stands_for(
    getattr(np, "trapezoid", None) or getattr(np, "trapz"),  # noqa: B009  numpy 1 has the latter
    y=AXED,
    x=Real(lambda d: d.of(None, None, np.arange(d.first.shape[-1]) ** 1.5)),
    dx=real(1.0, 0.5),
    axis=AXIS,
)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Return the integral of a curve through the points y by the trapezoidal rule."""
    y = tensor(y)
    np.sum(blank(y), axis=axis)
    k = axis % y.ndim
    ahead = (slice(None),) * k
    step: Any = dx
    if x is not None:
        x = tensor(x)
        step = ops.diff(x, axis=0 if x.ndim == 1 else k)
        if x.ndim == 1:
            step = step.reshape(-1, *(1,) * (y.ndim - 1 - k))
    return (step * (y[(*ahead, slice(1, None))] + y[(*ahead, slice(None, -1))]) * 0.5).sum(k)


@stands_for(np.diff, a=AXED, n=whole(0, 2), axis=AXIS, prepend=real(0.5), append=real(-1.0))
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = NONE, append: Any = NONE) -> Any:
    """Return the differences of neighbours along an axis, n times."""
    x = tensor(a)
    np.diff(blank(x), n, axis)  # does numpy take such an n and such an axis?
    if not n:
        return x
    axis = axis % x.ndim
    for other, before in ((prepend, True), (append, False)):
        if other is not NONE:
            other = tensor(other)
            if not other.ndim:
                other = ops.broadcast(other, shape=(*x.shape[:axis], 1, *x.shape[axis + 1 :]))
            x = ops.concatenate(*((other, x) if before else (x, other)), axis=axis)
    for _ in range(n):
        x = ops.diff(x, axis=axis)
    return x


@stands_for(np.ediff1d, ary=ARRAY, to_end=real(None, 1.0), to_begin=real(None, 2.0))
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Return the differences of neighbours of all elements, between given ends."""
    y = ops.diff(tensor(ary).reshape(-1), axis=0)
    parts = [to_begin, y, to_end]
    found = [as_type(tensor(p).reshape(-1), y.dtype) for p in parts if p is not None]
    return found[0] if len(found) == 1 else ops.concatenate(*found, axis=0)


@stands_for(np.unwrap, p=AXED, axis=AXIS, discont=Steps(one_of(None, 4.0)), period=real(6.0))
def unwrap(p: Any, discont: Any = None, axis: int = -1, period: Any = 2 * math.pi) -> Any:
    """Return angles without jumps: whole periods are added, how many is a constant."""
    x = tensor(p)
    plain = np.asarray(array_of(x))
    limit, length = (array_of(z) if is_node(z) else z for z in (discont, period))
    found = np.unwrap(plain, limit, axis, period=length)
    with np.errstate(invalid="ignore"):
        added = np.where(found == plain, 0.0, found - plain)  # inf stays inf
        if not is_node(period):
            return x + added
        return x + np.round(added / length) * period


def filling(x: Any, n: int, axis: int, first: bool, mode: str, options: dict[str, Any]) -> Any:
    """Return what `np.pad` puts before the first, or behind the last, element along an axis."""
    size = x.shape[axis]
    ahead = (slice(None),) * axis
    side = 0 if first else 1

    def of(
        name: str, default: Any
    ) -> Any:  # numpy takes one for all, one a side, one a side and axis
        given = options.get(name, default)
        if given is None:
            return given
        given = tensor(given) if holds_nodes(given) else given
        return np.broadcast_to(given, (x.ndim, 2))[axis, side]

    shape = (*x.shape[:axis], n, *x.shape[axis + 1 :])
    if mode in ("constant", "empty"):
        value = of("constant_values", 0)
        if is_node(value):
            return ops.broadcast(as_type(value, x.dtype), shape=shape)
        return constant(np.full(shape, value, x.dtype))
    edge = x[(*ahead, slice(0, 1) if first else slice(-1, None))]
    if mode == "edge":
        return ops.broadcast(edge, shape=shape)
    if mode == "linear_ramp":
        end = of("end_values", 0)
        steps = np.arange(n, dtype=x.dtype) / max(n, 1)
        steps = (steps if first else steps[::-1]).reshape(
            (1,) * axis + (n,) + (1,) * (x.ndim - axis - 1)
        )
        return end + (edge - end) * steps
    if mode in STATISTICS:
        length = min(int(of("stat_length", None) or size), size)
        part = x[(*ahead, slice(0, length) if first else slice(size - length, None))]
        return ops.broadcast(STATISTICS[mode](part, axis=axis, keepdims=True), shape=shape)
    width = (n, 0) if first else (0, n)
    odd = options.get("reflect_type", "even") == "odd"
    if odd and n > size - 1:
        raise TypeError(
            "np.pad: reflect_type='odd' beyond the array's length has no meaning on a graph"
        )
    places = np.pad(np.arange(size), width, mode)  # type: ignore[call-overload]
    mirrored = x[(*ahead, places[:n] if first else places[size:])]
    return 2.0 * edge - mirrored if odd else mirrored


STATISTICS: dict[str, Any] = {
    "mean": reductions.mean, "maximum": reductions.max, "minimum": reductions.min,
    "median": statistics.median,
}  # fmt: skip


@stands_for(
    np.pad, array=AXED, pad_width=one_of(1, (1, 2), 0, ((2, 1),)),
    mode=one_of("constant", "edge", "wrap", "reflect", "symmetric", "linear_ramp", "mean", "maximum",
                "minimum", "median"),
    constant_values=real(2.0, (1.0, 2.0)), end_values=real(1.0), stat_length=one_of(1, 2),
    reflect_type=one_of("even", "odd"),
)  # fmt: skip
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Return the array with more elements at the ends of its axes, as `mode` says which."""
    x = tensor(array)
    if callable(mode):
        raise refused(np.pad, "mode")
    given = {k: array_of(tensor(v)) if holds_nodes(v) else v for k, v in options.items()}
    np.pad(blank(x), pad_width, mode, **given)  # what numpy refuses
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(i, pad_width.get(i - x.ndim, 0)) for i in range(x.ndim)]
        pad_width = [w if isinstance(w, tuple) else (w, w) for w in pad_width]
    for axis, (before, behind) in enumerate(np.broadcast_to(pad_width, (x.ndim, 2)).tolist()):
        ends = [
            filling(x, n, axis, first, mode, options) if n else None
            for n, first in ((before, True), (behind, False))
        ]
        parts = [ends[0], x, ends[1]]
        x = ops.concatenate(*(p for p in parts if p is not None), axis=axis)
    return x
