"""The library's functions: the rows of the table by their everyday names, and what they compose to.

Each takes numbers, arrays or nodes; with a node among its arguments it records. What is not a row of
its own (softmax, norm, costs) is built from rows here, in a form that neither overflows nor loses
digits, so its derivative comes from the table.
"""

import builtins
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autodiff import ops
from autodiff.data import as_float
from autodiff.tensor import Tensor
from autodiff.tensor import constant as array_constant
from autodiff.value import Value
from autodiff.value import constant as scalar_constant

Axis = int | tuple[int, ...] | None


def array_of(x: Any) -> Any:
    """Return a node's array or number, anything else as an array."""
    return np.asarray(x.data if isinstance(x, Value | Tensor) else x)


def as_node(x: Any) -> Any:
    """Return x if it is a node, else a constant Tensor of it."""
    return x if isinstance(x, Value | Tensor) else array_constant(np.asarray(x, dtype=float))


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


def _scalars(xs: Any) -> bool:
    return isinstance(xs, Sequence) and builtins.any(type(x) is Value for x in xs)


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the sum of an array's elements over `axis`, or of Values as ONE n-ary node.

    >>> import autodiff as ad
    >>> ad.sum([ad.Value(1.0), ad.Value(2.0), 3.0]).data
    6.0
    """
    if isinstance(x, Iterable) and not isinstance(x, Tensor | np.ndarray):
        x = list(x)
        if _scalars(x):
            return ops.total(*x)
    if isinstance(x, Tensor):
        return x.sum(axis, keepdims)
    if isinstance(x, Value):
        return x
    return np.sum(x, axis=axis, keepdims=keepdims)


def dot(a: Any, b: Any) -> Any:
    """Return a1 b1 + ... + an bn: of Values as ONE node, of arrays as a matrix product.

    >>> import autodiff as ad
    >>> ad.dot([ad.Value(1.0), ad.Value(2.0)], [3.0, 4.0]).data
    11.0
    """
    if _scalars(a) or _scalars(b):
        if len(a) != len(b):
            raise ValueError(f"dot: {len(a)} numbers on the left, {len(b)} on the right")
        return ops.dot(*a, *b)
    return matmul(a, b)


def matmul(a: Any, b: Any) -> Any:
    """Return the matrix product a @ b: (m, k) @ (k, n) gives (m, n), as numpy's for other ranks."""
    return ops.matmul(a, b)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the mean over `axis`."""
    return as_node(x).mean(axis, keepdims) if isinstance(x, Tensor) else np.mean(x, axis=axis)


def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """Return the variance over `axis`: the mean squared distance from the mean (n - ddof below)."""
    x = as_node(x)
    away = ops.square(x - x.mean(axis, keepdims=True))
    n = x.size / builtins.max(away.mean(axis).size, 1)
    return away.mean(axis, keepdims) * (n / (n - ddof))


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the largest element over `axis`; ties share the gradient equally."""
    return as_node(x).max(axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the smallest element over `axis`; ties share the gradient equally."""
    return as_node(x).min(axis, keepdims)


def reshape(x: Any, shape: Any) -> Any:
    """Return x in another shape."""
    return as_node(x).reshape(shape)


def transpose(x: Any, axes: Any = ()) -> Any:
    """Return x with its axes permuted (reversed by default)."""
    return as_node(x).transpose(*axes)


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Return x stretched to a shape."""
    return ops.broadcast(x, shape=tuple(shape))


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Return arrays joined along an axis they have."""
    if not xs:
        raise ValueError("concatenate: needs at least one array")
    return ops.concatenate(*map(as_node, xs), axis=axis)


def stack(xs: Sequence[Any], axis: int = 0) -> Any:
    """Return arrays (or Values) of one shape joined along a new axis."""
    parts = []
    for x in map(as_node, xs):
        k = axis % (len(x.shape) + 1)
        parts.append(ops.reshape(_array_node(x), shape=(*x.shape[:k], 1, *x.shape[k:])))
    return concatenate(parts, axis % parts[0].ndim)


def _array_node(x: Any) -> Any:
    """Return a Value as a 0-d Tensor that depends on it."""
    return x if isinstance(x, Tensor) else ops.mul(x, array_constant(np.ones(())))


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return log(sum(e^x)) over `axis`, without overflow."""
    x = as_node(x)
    top = array_of(x).max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    y = ops.log(ops.exp(x - top).sum(axis, keepdims=True)) + top
    if keepdims:
        return y
    return y.reshape(np.sum(array_of(x), axis=axis).shape)


def log_softmax(x: Any, axis: int = 0) -> Any:
    """Return log(softmax(x)) along `axis`."""
    x = as_node(x)
    return x - logsumexp(x, axis, keepdims=True)


def softmax(x: Any, axis: int = 0) -> Any:
    """Return e^x / sum(e^x) along `axis` (examples are columns, so 0 by default).

    >>> softmax(np.array([1.0, 1.0])).data
    array([0.5, 0.5])
    """
    return ops.exp(log_softmax(x, axis))


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return sqrt(sum(x^2)); the largest element is divided out first, and at 0 the gradient is 0."""
    x = as_node(x)
    top = np.abs(array_of(x)).max(axis=axis, keepdims=True)
    top = np.where((top > 0) & np.isfinite(top), top, 1.0)
    squares = ops.square(x / top).sum(axis, keepdims=True)
    positive = array_of(squares) > 0
    root = ops.where(positive, ops.sqrt(squares), 0.0) * top
    return root if keepdims else root.reshape(np.sum(array_of(x), axis=axis).shape)


def quadratic_cost(a: Any, y: Any) -> Any:
    """Return 1/(2n) sum ||y - a||^2 over the n columns (eq. 6)."""
    a = as_node(a)
    n = a.shape[1] if len(a.shape) > 1 else 1
    return ops.squared_error(a, y).sum() * (1.0 / n)


def cross_entropy(a: Any, y: Any) -> Any:
    """Return -1/n sum (y log a + (1 - y) log(1 - a)) for probabilities a (n columns)."""
    a = as_node(a)
    n = a.shape[1] if len(a.shape) > 1 else 1
    y = array_of(y)
    return -(ops.xlogy(y, a) + ops.xlogy(1.0 - y, 1.0 - a)).sum() * (1.0 / n)


def cross_entropy_with_logits(z: Any, y: Any) -> Any:
    """Return the cross-entropy of a = sigmoid(z) from the weighted inputs z themselves.

    softplus(z) - y z is the same cost, and stays right where sigmoid(z) is 0 or 1 to the last bit.
    """
    z = as_node(z)
    n = z.shape[1] if len(z.shape) > 1 else 1
    y = array_of(y)
    return ops.where(y == 1, ops.softplus(-z), ops.softplus(z) - y * z).sum() * (1.0 / n)


def softmax_cross_entropy(z: Any, y: Any, axis: int = 0) -> Any:
    """Return the log-likelihood cost -1/n sum y log softmax(z), from z itself (n columns)."""
    z = as_node(z)
    n = z.shape[1] if len(z.shape) > 1 else 1
    return -(log_softmax(z, axis) * array_of(y)).sum() * (1.0 / n)
