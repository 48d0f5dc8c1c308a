"""The library's functions: the rows of the table by their everyday names, and what they compose to.

Each takes numbers, arrays, nodes or lists of them; with a node among its arguments it records, else it
returns plain numbers. What is not a row of its own is built from rows, so its derivative comes from
the table.
"""

import builtins
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast, overload

import numpy as np

from autodiff.nodes import recording
from autodiff.nodes.array_node import plain
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.tensor import constant as array_constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar_constant
from autodiff.table import loops, ops
from autodiff.table.data import as_float, number, numbers

NODES = (Tensor, Value)
ONE = np.broadcast_to(1.0, ())  # read-only
Axis = int | tuple[int, ...] | None
P = ParamSpec("P")


def is_node(x: Any) -> bool:
    """Return whether x is a Value or a Tensor."""
    return isinstance(x, NODES)


def array_of(x: Any) -> Any:
    """Return a node's array or number, anything else as an array."""
    return numbers(x.data if is_node(x) else x, "the argument")


def holds_nodes(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return builtins.any(map(holds_nodes, x))
    if isinstance(x, np.ndarray) and x.dtype == object:
        return builtins.any(map(is_node, x.flat))
    return is_node(x)


def as_node(x: Any) -> Any:
    """Return x if it is a node, nodes in a list stacked, anything else as a constant Tensor."""
    if is_node(x):
        return x
    if holds_nodes(x):
        return stack([as_node(part) for part in (x.tolist() if isinstance(x, np.ndarray) else x)])
    return array_constant(
        x
        if isinstance(x, np.ndarray) and x.dtype.kind == "f"
        else np.array(numbers(x, "the argument"), float)
    )


def as_array_node(x: Any) -> Any:
    """Return x as a Tensor; a Value becomes a 0-d Tensor that depends on it."""
    x = as_node(x)
    return x if isinstance(x, Tensor) else ops.mul(x, array_constant(np.ones(())))


def constant(data: Any, name: str | None = None, copy: bool = True) -> Any:
    """Return a node that gets no gradient, an input of the graph: a Value of a number, else a Tensor.

    With `copy=False` the array itself is taken over and made read-only.

    >>> constant(2.0, name="x"), constant([1.0, 2.0]).is_constant
    (Value(2.0, name='x'), True)
    """
    if not isinstance(data, int | float | np.floating):
        return array_constant(data, name, copy)
    node = scalar_constant(as_float(data))
    if name is not None:
        node.name = name
    return node


def seed_for(y: Any, gradient: Any, what: str, copy: bool = True) -> Any:
    """Return the cotangent that backward starts from, or say why there is none."""
    if isinstance(y, Value):
        return 1.0 if gradient is None else number(plain(gradient), f"{what}: the cotangent")
    if gradient is None:
        if y._array.shape == ():
            return ONE if y._array.dtype == ONE.dtype else ONE.astype(y._array.dtype)
        if y.size != 1:
            raise ValueError(
                f"{what}: {y.name or 'the output'} has shape {y.shape}, so there is no single "
                f"gradient; reduce it with .sum() or .mean(), or give the cotangent of that shape"
            )
        return np.ones(y.shape, dtype=y.dtype)
    given = numbers(plain(gradient), f"{what}: the cotangent")
    seed = (np.array if copy else np.asarray)(given, dtype=y.dtype)
    if seed.shape != y.shape:
        raise ValueError(
            f"{what}: the cotangent has shape {seed.shape}, the output {y.shape}; they must agree"
        )
    return seed


def own(parts: list[Any], others: Sequence[Any] = ()) -> list[Any]:
    """Return the parts with a copy of every array that is a view, stands twice or is among others."""
    seen = set(map(id, others))
    for i, part in enumerate(parts):
        if isinstance(part, np.ndarray):
            if not loops.owned(part) or id(part) in seen:
                parts[i] = part.copy()
            seen.add(id(part))
        elif isinstance(part, np.generic):  # what numpy makes of an array without axes
            parts[i] = np.asarray(part)
    return parts


def zero(x: Any, as_node: bool) -> Any:
    """Return a zero like the node x: a float or an array, or a constant node."""
    if isinstance(x, Value):
        return scalar_constant(0.0) if as_node else 0.0
    array = np.zeros_like(x._array)
    return array_constant(array) if as_node else np.asarray(array)


class Composite(Protocol[P]):
    """A function that is built from rows, for those who check types: nodes give a node."""

    @overload
    def __call__(
        self, x: Tensor | Sequence[Tensor], /, *args: P.args, **options: P.kwargs
    ) -> Tensor: ...
    @overload
    def __call__(self, x: Any, /, *args: P.args, **options: P.kwargs) -> Any: ...
    @overload
    def __call__(self, *args: Any, **options: Any) -> Any: ...


def composite(function: Callable[Concatenate[Any, P], Any]) -> Composite[P]:
    """Let a function written for nodes return plain numbers where it is given no node."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        y = function(*args, **options)
        if (
            (args and type(args[0]) is Tensor)
            or holds_nodes(args)
            or holds_nodes((*options.values(),))
        ):
            return y
        if isinstance(y, Tensor) and y.needs_grad:  # nodes that were given in another way
            return y
        return y.data if isinstance(y, Value) else y._array[()]

    return cast(Composite[P], call)


@overload
def sum(x: Value | Sequence[Value]) -> Value: ...
@overload
def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor: ...
@overload
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any: ...
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the sum of an array's elements over `axis`, or of Values as ONE n-ary node.

    >>> import autodiff as ad
    >>> ad.sum([ad.Value(1.0), ad.Value(2.0), 3.0]).data
    6.0
    """
    if isinstance(x, Tensor):
        return x.sum(axis, keepdims)
    if isinstance(x, Iterable) and not (isinstance(x, np.ndarray) and x.dtype != object):
        x = list(x)
        if axis in (None, 0, -1) and not keepdims and recording.values_among(x) > 0:
            return recording.total(x)
        x = as_node(x) if holds_nodes(x) else x
        if isinstance(x, Tensor):
            return x.sum(axis, keepdims)
    if isinstance(x, Value):
        np.sum(0.0, axis=axis)  # is there such an axis?
        return x
    return np.sum(numbers(x, "sum"), axis=axis, keepdims=keepdims)


@overload
def dot(a: Sequence[Value], b: Sequence[Value | float]) -> Value: ...
@overload
def dot(a: Tensor, b: Any) -> Tensor: ...
@overload
def dot(a: Any, b: Any) -> Any: ...
def dot(a: Any, b: Any) -> Any:
    """Return a1 b1 + ... + an bn: of Values as ONE node, of arrays as a matrix product.

    >>> import autodiff as ad
    >>> ad.dot([ad.Value(1.0), ad.Value(2.0)], [3.0, 4.0]).data
    11.0
    """
    if isinstance(a, list | tuple) or isinstance(b, list | tuple):
        if len(a) != len(b):
            raise ValueError(f"dot: {len(a)} numbers on the left, {len(b)} on the right")
        n = recording.values_among(a), recording.values_among(b)
        if builtins.min(n) >= 0 and builtins.max(n) > 0:
            return recording.dot(a, b)
        a, b = (
            x
            if isinstance(x, np.ndarray)
            else as_node(x)
            if holds_nodes(x)
            else np.array(numbers(x, "dot"), float)
            for x in (a, b)
        )
    return matmul(a, b)


@overload
def matmul(a: Tensor, b: Any) -> Tensor: ...
@overload
def matmul(a: Any, b: Any) -> Any: ...
def matmul(a: Any, b: Any) -> Any:
    """Return the matrix product a @ b: (m, k) @ (k, n) gives (m, n), as numpy's for other ranks."""
    return ops.matmul(a, b)


@composite
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the mean over `axis`."""
    return as_array_node(x).mean(axis, keepdims)


@composite
def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """Return the variance over `axis`: the mean squared distance from the mean (n - ddof below)."""
    x = as_array_node(x)
    away = ops.square(x - x.mean(axis, keepdims=True))
    total = away.sum(axis, keepdims)
    n = x.size // builtins.max(total.size, 1)
    if n <= ddof:
        raise ValueError(f"var: {n} numbers with ddof={ddof}; there must be more than ddof numbers")
    return total * (1.0 / (n - ddof))


@composite
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the largest element over `axis`; ties share the gradient equally."""
    return as_array_node(x).max(axis, keepdims)


@composite
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the smallest element over `axis`; ties share the gradient equally."""
    return as_array_node(x).min(axis, keepdims)


@composite
def reshape(x: Any, shape: Any) -> Any:
    """Return x in another shape; one size may be -1."""
    return as_array_node(x).reshape(shape)


@composite
def transpose(x: Any, axes: Any = ()) -> Any:
    """Return x with its axes permuted (reversed by default)."""
    return as_array_node(x).transpose(axes)


@composite
def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Return x stretched to a shape."""
    return ops.broadcast(as_array_node(x), shape=tuple(shape))


@composite
def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Return arrays joined along an axis they have."""
    if not len(xs):
        raise ValueError("concatenate: needs at least one array")
    return ops.concatenate(*map(as_array_node, xs), axis=axis)


@composite
def stack(xs: Sequence[Any], axis: int = 0) -> Any:
    """Return arrays (or Values) of one shape joined along a new axis."""
    if not len(xs):
        raise ValueError("stack: needs at least one array")
    parts = [as_array_node(x) for x in xs]
    shapes = sorted({x.shape for x in parts})
    if len(shapes) > 1:
        raise ValueError(f"stack: the arrays must have one shape, they have {shapes}")
    n = parts[0].ndim + 1
    if not -n <= axis < n:
        raise ValueError(f"stack: axis {axis} is out of range, the result has {n} axes")
    k = axis % n
    shape = (*shapes[0][:k], 1, *shapes[0][k:])
    return ops.concatenate(*(ops.reshape(x, shape=shape) for x in parts), axis=k)
