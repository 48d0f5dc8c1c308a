"""What makes arrays of numbers, where some of the numbers are nodes: array, full, linspace, r_ and c_."""

from typing import Any

import numpy

from autodiff.dispatch.moves import as_type
from autodiff.nodes.functions import as_array_node, holds_nodes, is_node
from autodiff.numpy.lists import whole
from autodiff.table import ops


def array(object: Any, dtype: Any = None, **options: Any) -> Any:
    """Return numpy's array of numbers, or a node where there are nodes among them."""
    if not holds_nodes(object):
        return numpy.array(object, dtype, **options)
    y = as_array_node(object)
    least = options.get("ndmin", 0)
    y = y.reshape((1,) * (least - y.ndim) + y.shape) if y.ndim < least else y
    return as_type(y, dtype)


def asarray(a: Any, dtype: Any = None, **options: Any) -> Any:
    """Return an array as it is, a list of numbers as an array, a list with nodes as a node."""
    return array(a, dtype) if holds_nodes(a) else numpy.asarray(a, dtype, **options)


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """Return an array that is `fill_value` everywhere."""
    if not holds_nodes(fill_value):
        return numpy.full(shape, fill_value, dtype, **options)
    wanted = numpy.broadcast_to(0.0, shape).shape
    return as_type(ops.broadcast(as_array_node(fill_value), shape=wanted), dtype)


def full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """Return an array of a's shape that is `fill_value` everywhere."""
    if not holds_nodes(fill_value):
        return numpy.full_like(a, fill_value, dtype, **options)
    return full(numpy.shape(a), fill_value, dtype)


def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """Return numbers at equal distances from start to stop."""
    if not holds_nodes((start, stop)):
        return numpy.linspace(start, stop, num, endpoint, retstep, dtype, axis)  # type: ignore[call-overload]
    shares = numpy.linspace(0.0, 1.0, num, endpoint)
    low, high = whole(start), whole(stop)
    n = max(numpy.ndim(getattr(x, "data", x)) for x in (low, high))
    along = shares.reshape(-1, *(1,) * n)
    y = as_array_node(ops.mul(low, 1.0 - along) + ops.mul(high, along))
    y = numpy.moveaxis(y, 0, axis) if axis else y
    y = as_type(y, dtype)
    step = ops.sub(high, low) * (1.0 / max(num - 1 if endpoint else num, 1))
    return (y, step) if retstep else y


class Joined:
    """`r_` and `c_`, which join what stands in their brackets."""

    def __init__(self, plain: Any, columns: bool) -> None:
        self.plain, self.columns = plain, columns

    def __getitem__(self, parts: Any) -> Any:
        parts = parts if isinstance(parts, tuple) else (parts,)
        if not any(map(holds_nodes, parts)):
            return self.plain[parts]
        if any(isinstance(p, str) for p in parts):
            raise TypeError(
                "r_: a text that names axes has no meaning on a graph; use concatenate or stack"
            )
        least = 2 if self.columns else 1
        arrays = [whole(p) if is_node(p) or holds_nodes(p) else self.plain[p] for p in parts]
        nodes = [as_array_node(x) for x in arrays]
        most = max(least, *(x.ndim for x in nodes))
        lifted = [
            x.reshape(x.shape + (1,) * (most - x.ndim)) if self.columns and x.ndim
            else x.reshape((1,) * (most - x.ndim) + x.shape)
            for x in nodes
        ]  # fmt: skip
        return ops.concatenate(*lifted, axis=-1)


r_, c_ = Joined(numpy.r_, columns=False), Joined(numpy.c_, columns=True)
CREATION: dict[str, Any] = {
    "array": array, "asarray": asarray, "asanyarray": asarray, "ascontiguousarray": asarray,
    "asarray_chkfinite": asarray, "full": full, "full_like": full_like, "linspace": linspace,
    "r_": r_, "c_": c_,
}  # fmt: skip
