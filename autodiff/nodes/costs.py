"""Softmax, norm and the documents' cost functions, from sums of exponentials that keep their digits.

The largest term is taken out before anything is exponentiated or squared, so nothing overflows; and
where one term is all that matters (a class that has won, a saturated neuron) the small rest is formed
by itself and not as a difference from 1.
"""

from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.functions import (
    Axis,
    as_array_node,
    as_node,
    composite,
    holds_nodes,
    is_node,
    sum,
)
from autodiff.nodes.modes import no_grad
from autodiff.nodes.tensor import Tensor
from autodiff.table import ops, structure
from autodiff.table.data import one_hot


@composite
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return log(sum(e^x)) over `axis`, without overflow and right to the last digits.

    The largest term is taken out as e^0 = 1 and 1 + the rest goes to log1p.
    """
    x = as_array_node(x)
    with no_grad():
        peak = ops.max(x, axis=axis, keepdims=True)
        finite = _finite(peak)
        top = ops.where(finite, peak, 0.0)
        one = ops.where(finite, ops.ties(x, axis=axis, largest=True), 0.0)  # adds up to 1
    total = (ops.exp(x - top) - one).sum(axis, keepdims=True)
    y = ops.where(finite, ops.log1p(total), ops.log(total)) + top
    return y if keepdims else _without(y, x, axis)


def _finite(x: Any) -> Any:
    """Return 1 where x is a number, 0 where it is infinite or NaN."""
    return 1.0 - ops.truth(x - x)


def _without(y: Any, x: Any, axis: Axis) -> Any:
    """Return y without the axes of x that were reduced."""
    axes = structure.axes_of(axis, x.ndim)
    return y.reshape(tuple(n for i, n in enumerate(x.shape) if i not in axes))


@composite
def log_softmax(x: Any, axis: int = 0) -> Any:
    """Return log(softmax(x)) along `axis`."""
    x = as_array_node(x)
    return x - logsumexp(x, axis if x.ndim else None, keepdims=True)


@composite
def softmax(x: Any, axis: int = 0) -> Any:
    """Return e^x / sum(e^x) along `axis` (examples are columns, so 0 by default).

    >>> softmax([1.0, 1.0])
    array([0.5, 0.5])
    """
    return ops.exp(log_softmax(as_node(x), axis))


@composite
def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return sqrt(sum(x^2)); at 0 the gradient is 0.

    Where the squares overflow, or are so small that they lose digits, the largest element is divided out
    first.
    """
    x = as_array_node(x)
    squares = ops.square(x).sum(axis, keepdims=True)
    if not x.size:
        return squares if keepdims else _without(squares, x, axis)
    if modes.tracing() or not _fit(squares._array):
        with no_grad():
            fits = ops.step(squares - LEAST) * _finite(squares)
            peak = ops.max(ops.abs(x), axis=axis, keepdims=True)
            top = ops.where(_finite(peak), ops.where(ops.step(peak), peak, 1.0), 1.0)
            top = ops.where(fits, 1.0, top)
        squares = ops.square(x / top).sum(axis, keepdims=True)
        with no_grad():
            some = ops.truth(squares)
        root = ops.where(some, ops.sqrt(squares), 0.0) * top
    else:
        root = ops.sqrt(squares)
    return root if keepdims else _without(root, x, axis)


LEAST = 1e-30  # in float32, too, a sum of squares has all its digits from here on


def _fit(squares: Any) -> bool:
    """Return whether no sum of squares is very small or infinite."""
    return bool(np.all((squares > LEAST) & (squares < np.inf)))


def _examples(a: Any) -> int:
    """Return how many columns, that is examples, a matrix has; anything else is one example."""
    return int(a.shape[1]) if len(a.shape) > 1 else 1


def _targets(y: Any, a: Any) -> Any:
    """Return targets as they are if they are nodes, else as an array of a's precision."""
    y = as_node(y) if holds_nodes(y) else y
    return y if is_node(y) else np.asarray(y, dtype=a.dtype if isinstance(a, Tensor) else float)


@composite
def quadratic_cost(a: Any, y: Any) -> Any:
    """Return 1/(2n) sum ||y - a||^2 over the n columns (eq. 6)."""
    a = as_node(a)
    return sum(ops.squared_error(a, _targets(y, a))) * (1.0 / _examples(a))


@composite
def cross_entropy(a: Any, y: Any) -> Any:
    """Return -1/n sum (y log a + (1 - y) log(1 - a)) for probabilities a (n columns)."""
    a = as_node(a)
    y = _targets(y, a)
    return -sum(ops.xlogy(y, a) + ops.xlogy(1.0 - y, 1.0 - a)) * (1.0 / _examples(a))


@composite
def cross_entropy_with_logits(z: Any, y: Any) -> Any:
    """Return the cross-entropy of a = sigmoid(z) from the weighted inputs z themselves.

    softplus(z) - y z is the same cost, and stays right where sigmoid(z) is 0 or 1 to the last bit.
    """
    z = as_node(z)
    y = _targets(y, z)
    cost = ops.softplus(z) - y * z
    if not is_node(y) or y.is_constant:  # where y is 1, softplus(-z) is the cost to the last digit
        cost = ops.where(ops.truth(1.0 - y), cost, ops.softplus(-z))
    return sum(cost) * (1.0 / _examples(z))


@composite
def softmax_cross_entropy(z: Any, y: Any, axis: int = 0) -> Any:
    """Return the log-likelihood cost -1/n sum y log softmax(z), from z itself (n columns).

    Where each y is one-hot, the cost of an example is logsumexp(z - z_y): then neither the cost nor
    a gradient loses digits when the right class has won.
    """
    z = as_array_node(z)
    y = _targets(y, z)
    if not _one_hot(y, axis) or y.shape != z.shape:
        return -(log_softmax(z, axis) * y).sum() * (1.0 / _examples(z))
    chosen = ops.where(y, z, 0.0).sum(axis, keepdims=True)
    return logsumexp(ops.where(y, 0.0, z - chosen), axis).sum() * (1.0 / _examples(z))


def _one_hot(y: Any, axis: int) -> bool:
    """Return whether targets are fixed and one-hot; a trace keeps the outcome as a guard."""
    if not is_node(y):
        return one_hot(y, axis)
    if not isinstance(y, Tensor) or not y.is_constant:
        return False  # whatever its numbers are
    found = one_hot(y._array, axis)
    modes.note("one-hot", y, axis, found)
    return found
