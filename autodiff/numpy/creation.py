"""What makes arrays of numbers, where some of the numbers are nodes: array, full, linspace, r_ and c_."""

from functools import wraps
from itertools import islice
from typing import Any

import numpy

from autodiff.dispatch.further import grids
from autodiff.dispatch.further.reasons import REASONS
from autodiff.dispatch.moves import as_type
from autodiff.nodes.functions import array_of, as_array_node, holds_nodes, is_node
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
    """Return an array of a's shape that is `fill_value` everywhere; numpy itself asks a alone."""
    if not holds_nodes(fill_value):
        return numpy.full_like(whole(a), fill_value, dtype, **options)
    return grids.full_like(whole(a), fill_value, dtype, options.get("shape"))


def arange(*args: Any, **options: Any) -> Any:
    """Return numbers a step apart, from start up to stop: how many there are is a constant."""
    parts = (*args, *options.values())
    if not any(map(is_node, parts)):
        return numpy.arange(*args, **options)
    named = {k: options.pop(k) for k in ("start", "stop", "step") if k in options}
    given = (
        dict(zip(("start", "stop", "step") if len(args) > 1 else ("stop",), args, strict=False))
        | named
    )
    n = len(numpy.arange(*(float(numpy.asarray(array_of(given.get(k, d))))
                           for k, d in (("start", 0.0), ("stop", 0.0), ("step", 1.0)))))  # fmt: skip
    steps = numpy.arange(float(n))
    y = as_array_node(ops.add(given.get("start", 0.0), ops.mul(given.get("step", 1.0), steps)))
    return as_type(y, options.get("dtype"))


def fromiter(iter: Any, dtype: Any, count: int = -1, **options: Any) -> Any:
    """Return the numbers that an iterable gives, which may be nodes."""
    found = list(iter if count < 0 else islice(iter, count))
    return array(found, dtype) if holds_nodes(found) else numpy.fromiter(found, dtype, **options)


def require(a: Any, dtype: Any = None, requirements: Any = None, **options: Any) -> Any:
    """Return an array as it is asked for; a node has the type and an order of its own."""
    return array(a, dtype) if holds_nodes(a) else numpy.require(a, dtype, requirements, **options)


def refusing(name: str) -> Any:
    """Return numpy's function of a name, which refuses nodes with the reason."""
    plain = getattr(numpy, name)

    @wraps(plain)
    def call(*args: Any, **options: Any) -> Any:
        if any(map(holds_nodes, (*args, *options.values()))):
            raise TypeError(f"np.{name}: has no meaning on a graph: {REASONS[name]}")
        return plain(*args, **options)

    return call


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
    "asarray_chkfinite": asarray, "asfortranarray": asarray, "full": full, "full_like": full_like,
    "arange": arange, "fromiter": fromiter, "require": require, "r_": r_, "c_": c_,
    **{name: refusing(name) for name in ("kaiser", "asmatrix", "bmat") if hasattr(numpy, name)},
}  # fmt: skip
