"""numpy's functions on nodes, composed of rows and called as numpy calls them.

A function that only moves elements needs no rule of its own. numpy itself is asked what it does: on
an array of one's own numbering (a permutation of axes shows in the shape, any other move in where
the numbers end up), and the answer is a `reshape`, a `transpose` or a `take`. The rest are short
formulas on rows. `numpy_protocol` says which numpy function each one stands for.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.nodes import costs, functions
from autodiff.nodes.functions import Axis, array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.table import ops

Function = Callable[..., Any]


def reshaping(function: Function) -> Function:
    """Return a numpy function that changes the shape alone, on nodes."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        probe = np.broadcast_to(np.zeros(()), x.shape)
        return ops.reshape(tensor(x), shape=function(probe, *args, **options).shape)

    return apply


def permuting(function: Function) -> Function:
    """Return a numpy function that permutes the axes, on nodes."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        numbered = np.broadcast_to(np.zeros(()), tuple(range(2, x.ndim + 2)))
        axes = tuple(n - 2 for n in function(numbered, *args, **options).shape)
        return ops.transpose(tensor(x), axes=axes)

    return apply


def moving(function: Function) -> Function:
    """Return a numpy function that moves, repeats or leaves out elements, or fills in zeros."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        x = tensor(x)
        numbers = np.arange(1, x.size + 1).reshape(x.shape)
        places = function(numbers, *args, **options)
        flat = ops.concatenate(constant(np.zeros(1, x.dtype)), x.reshape(-1), axis=0)
        if isinstance(places, list | tuple):
            return [ops.take(flat, index=p) for p in places]
        return ops.take(flat, index=places)

    return apply


def sort(x: Any, axis: int | None = -1) -> Any:
    """Return the elements in rising order along an axis; the gradient follows each element."""
    order = np.argsort(array_of(x), axis=axis, kind="stable")
    if axis is None:
        return tensor(x).reshape(-1)[order]
    return moving(np.take_along_axis)(x, order, axis)


def median(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Return the middle element along an axis, or the mean of the two in the middle."""
    x = tensor(x)
    shape = np.median(array_of(x), axis=axis, keepdims=keepdims).shape
    ordered = moving(np.moveaxis)(sort(x, axis), -1 if axis is None else axis, -1)
    n = ordered.shape[-1]
    middle = ordered[..., (n - 1) // 2 : n // 2 + 1]
    return middle.mean(-1).reshape(shape)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the product over `axis`, by halves, so that a zero loses no other's gradient."""
    x = tensor(x)
    shape = np.prod(np.broadcast_to(np.zeros(()), x.shape), axis=axis, keepdims=keepdims).shape
    axes = tuple(range(x.ndim)) if axis is None else np.atleast_1d(axis)
    away = tuple(int(a) % x.ndim for a in axes)
    kept = tuple(i for i in range(x.ndim) if i not in away)
    y = x.transpose(*kept, *away) if x.ndim else x
    y = y.reshape(*(x.shape[i] for i in kept), math.prod(x.shape[i] for i in away))
    while (n := y.shape[-1]) > 1:
        half = n // 2
        odd = y[..., 2 * half :]
        y = y[..., :half] * y[..., half : 2 * half]
        y = ops.concatenate(y, odd, axis=-1) if n % 2 else y
    return y.reshape(shape) if y.size else constant(np.ones(shape))


def cumsum(x: Any, axis: int | None = None) -> Any:
    """Return the running sums along an axis, as a product with a triangle of ones."""
    x = tensor(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    rows = permuting(np.moveaxis)(x, axis, -1)
    ones = np.triu(np.ones((rows.shape[-1],) * 2, dtype=x.dtype))
    return permuting(np.moveaxis)(rows @ ones, -1, axis)


def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """Return the differences of neighbours along an axis, n times."""
    x = tensor(x)
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def std(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """Return the standard deviation over `axis`, the root of the variance."""
    return ops.sqrt(functions.var(x, axis, keepdims, ddof))


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the largest element less the smallest."""
    return functions.max(x, axis, keepdims) - functions.min(x, axis, keepdims)


def average(x: Any, axis: Axis = None, weights: Any = None, keepdims: bool = False) -> Any:
    """Return the mean, weighted by `weights` of the shape of x."""
    if weights is None:
        return functions.mean(x, axis, keepdims)
    weights = tensor(weights)
    if weights.shape != x.shape:
        raise TypeError(
            f"np.average: the weights have shape {weights.shape}, the array {x.shape}; "
            f"on a graph they must agree"
        )
    return (tensor(x) * weights).sum(axis, keepdims) / weights.sum(axis, keepdims)


def clip(x: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Any:
    """Return x with what lies outside [a_min, a_max] moved to the nearer bound."""
    low, high = bounds.get("min", a_min), bounds.get("max", a_max)
    return ops.clip(x, -math.inf if low is None else low, math.inf if high is None else high)


def where(condition: Any, *choices: Any) -> Any:
    """Return x where the condition holds, y elsewhere; of the condition alone, where it holds."""
    return ops.where(condition, *choices) if choices else np.nonzero(array_of(condition))


def power(a: Any, b: Any) -> Any:
    """Return a to the power b, by the rule for a constant exponent where b is one."""
    varying = isinstance(b, Value | Tensor) and not b.is_constant
    return (ops.power if varying else ops.powc)(a, b)


def logaddexp(a: Any, b: Any) -> Any:
    """Return log(e^a + e^b), without overflow."""
    return ops.maximum(a, b) + ops.log1p(ops.exp(-ops.abs(a - b)))


def dot(a: Any, b: Any) -> Any:
    """Return numpy's dot: the last axis of a with the last but one of b."""
    if not a_ndim(a) or not a_ndim(b):
        return ops.mul(a, b)
    if a_ndim(b) < 3:
        return ops.matmul(a, b)
    return tensordot(a, b, ((-1,), (-2,)))


def vdot(a: Any, b: Any) -> Any:
    """Return the sum of all products of elements in the same place."""
    return ops.matmul(tensor(a).reshape(-1), tensor(b).reshape(-1))


def inner(a: Any, b: Any) -> Any:
    """Return the sums of products over the last axes of both."""
    if not a_ndim(a) or not a_ndim(b):
        return ops.mul(a, b)
    return tensordot(a, b, ((-1,), (-1,)))


def outer(a: Any, b: Any) -> Any:
    """Return the matrix of the products a_i b_j."""
    return tensor(a).reshape(-1, 1) * tensor(b).reshape(1, -1)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the sums of products over `axes` of a and b, as one matrix product."""
    a, b = tensor(a), tensor(b)
    if isinstance(axes, int):
        axes = tuple(range(-axes, 0)), tuple(range(axes))
    left, right = (
        tuple(int(i) % x.ndim for i in np.atleast_1d(given))
        for x, given in zip((a, b), axes, strict=True)
    )
    rows = tuple(i for i in range(a.ndim) if i not in left)
    columns = tuple(i for i in range(b.ndim) if i not in right)
    n = math.prod(a.shape[i] for i in left)
    first = a.transpose(*rows, *left).reshape(-1, n)
    second = b.transpose(*right, *columns).reshape(n, -1)
    return (first @ second).reshape(*(a.shape[i] for i in rows), *(b.shape[i] for i in columns))


def trace(x: Any, offset: int = 0) -> Any:
    """Return the sum of a diagonal."""
    return moving(np.diagonal)(x, offset).sum(-1)


def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the Euclidean norm, the only one that is defined on a graph."""
    if ord not in (None, 2) or (ord == 2 and axis is None and x.ndim > 1):
        raise TypeError(
            f"np.linalg.norm: ord={ord!r} is not defined on a graph; "
            f"write it with np.abs, np.sum and np.max"
        )
    return costs.norm(x, axis, keepdims)


def join(xs: Sequence[Any], axis: int | None = 0) -> Any:
    """Return arrays joined along an axis they have, or laid flat and joined."""
    parts = [tensor(x) for x in xs]
    if axis is None:
        return ops.concatenate(*(p.reshape(-1) for p in parts), axis=0)
    return functions.concatenate(parts, axis)


def joining(lift: Function, axis: Callable[[int], int]) -> Function:
    """Return numpy's function that joins arrays after `lift` has given them their axes."""

    def apply(tup: Sequence[Any]) -> Any:
        parts = [reshaping(lift)(tensor(x)) for x in tup]
        return join(parts, axis(parts[0].ndim))

    return apply


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Return values behind arr, along an axis or laid flat."""
    return join([arr, values], axis)


def einsum(subscripts: str, *operands: Any) -> Any:
    """Return sums of products by letters, such as "ij,jk->ik"; no letter twice in one operand."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow:
        output = "".join(c for c in sorted(set(inputs) - {","}) if inputs.count(c) == 1)
    if "." in subscripts or any(len(set(t)) < len(t) for t in terms):
        raise TypeError(
            f"np.einsum: {subscripts!r} has an ellipsis or a letter twice in one operand, which "
            f"is not defined on a graph; take np.diagonal first, or write it with @ and np.sum"
        )
    letters = output + "".join(dict.fromkeys(c for c in inputs if c not in output + ","))
    y: Any = None
    for term, x in zip(terms, map(tensor, operands), strict=True):
        order = sorted(range(len(term)), key=lambda i: letters.index(term[i]))
        sizes = dict(zip(term, x.shape, strict=True))
        aligned = x.transpose(*order) if x.ndim else x
        aligned = aligned.reshape(tuple(sizes.get(c, 1) for c in letters))
        y = aligned if y is None else y * aligned
    summed = tuple(range(len(output), len(letters)))
    return y.sum(summed) if summed else y


def a_ndim(x: Any) -> int:
    """Return the number of axes of a node or of anything numpy takes as an array."""
    return len(x.shape) if hasattr(x, "shape") else np.ndim(x)
