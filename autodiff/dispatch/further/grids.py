"""Grids of numbers between two ends that may be nodes, and arrays filled with one number."""

import operator
from typing import Any

import numpy as np

from autodiff.dispatch.elementwise import alike, power
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, join
from autodiff.nodes.functions import array_of, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import ARRAY, FITTING, FLAG, VECTOR, Operand, Several, one_of, real

ENDS: dict[str, Any] = {
    "start": Operand(0, 1), "stop": FITTING, "num": one_of(5, 0, 1, 2, 3, 4), "endpoint": FLAG,
    "axis": one_of(0, -1),
}  # fmt: skip
APART: dict[str, Any] = {
    **ENDS, "start": Operand(0, 1, above=0.0), "stop": Operand(above=0.0, shape=lambda d: d.first.shape),
}  # fmt: skip


@stands_for(np.linspace, **ENDS, retstep=FLAG)
def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """Return numbers at equal distances from start to stop."""
    n = operator.index(num)
    np.linspace(0.0, 1.0, n)  # what numpy refuses
    low, high = map(tensor, alike(start, stop))
    shape = np.broadcast_shapes(low.shape, high.shape)
    parts = n - 1 if endpoint else n
    rise = high - low
    step: Any = rise / float(parts) if parts > 0 else constant(np.asarray(np.nan))
    last = endpoint and n > 1  # where the end stands itself
    along = np.arange(n - last, dtype=rise.dtype).reshape(-1, *(1,) * len(shape))
    y = low + along * (step if parts > 0 else rise)
    if last:
        y = join([y, ops.broadcast(high, shape=(1, *shape))], 0)
    y = as_type(np.moveaxis(y, 0, axis) if axis else y, dtype)
    return (y, step) if retstep else y


@stands_for(np.ix_, signature="(*args)", args=Several(VECTOR))
def ix_(*args: Any) -> Any:
    """Return each array along an axis of its own: an open grid."""
    xs = [tensor(x) if is_node(x) else np.ix_(x)[0] for x in args]
    if any(x.ndim != 1 for x in xs):
        raise ValueError("Cross index must be 1 dimensional")
    return tuple(x.reshape((1,) * k + (-1,) + (1,) * (len(xs) - k - 1)) for k, x in enumerate(xs))


@stands_for(np.logspace, **ENDS, base=real(10.0, 2.0))
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """Return the powers of the base whose exponents are at equal distances."""
    if np.ndim(array_of(base)):
        raise TypeError(
            "np.logspace: a base that is an array has no meaning on a graph; pass a number"
        )
    return as_type(power(base, linspace(start, stop, num, endpoint, axis=axis)), dtype)


@stands_for(np.geomspace, **APART)
def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Return numbers from start to stop, each the same multiple of the one before."""
    low, high = (as_type(tensor(x), float) for x in (start, stop))
    first, last = np.broadcast_arrays(array_of(low), array_of(high))
    if np.any(first == 0) or np.any(last == 0):
        raise ValueError("Geometric sequence cannot include zero")
    sign = np.sign(first)
    y = logspace(ops.log10(low * sign), ops.log10(high * sign), num, endpoint)
    n = y.shape[0]
    ends = [ops.broadcast(x * sign, shape=(1, *first.shape)) for x in (low, high)]
    if n > 1 and endpoint:
        y = join([ends[0], y[1:-1], ends[1]], 0)
    elif n:
        y = join([ends[0], y[1:]], 0)
    y = y * sign
    return as_type(np.moveaxis(y, 0, axis) if axis else y, dtype)


@stands_for(np.full_like, a=ARRAY, fill_value=FITTING, shape=one_of(None, 3, (2, 1)))
def full_like(a: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Return an array of a's shape and precision that is `fill_value` everywhere."""
    x = tensor(a)
    wanted = x.shape if shape is None else np.broadcast_to(0.0, shape).shape
    y = ops.broadcast(tensor(fill_value), shape=wanted)
    return as_type(y, x.dtype if dtype is None else dtype)
