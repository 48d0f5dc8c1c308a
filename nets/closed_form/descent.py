"""Stochastic gradient descent on a sigmoid network, vectorised by hand and in place.

This is what a careful person writes on plain numpy, and the clock to beat: three matrix products
a layer, every intermediate in a buffer that is reused from step to step, sigma'(z) taken from the
activation as a (1 - a), and eta/m multiplied into the output error once, because everything
behind it in the backward pass is linear in the error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nets.closed_form.functions import Array
from nets.closed_form.nielsen import check_shapes, check_targets, feedforward

_COSTS = ("quadratic", "cross_entropy")


class Buffers:
    """The arrays that `sgd_step` writes into, for one network and one mini-batch size m."""

    def __init__(self, weights: Sequence[Array], m: int) -> None:
        self.a = [np.empty((w.shape[0], m), dtype=w.dtype) for w in weights]
        self.prime = [np.empty_like(a) for a in self.a]
        self.delta = [np.empty_like(a) for a in self.a]
        self.nabla_w = [np.empty_like(w) for w in weights]
        self.ones = np.ones((m, 1), dtype=weights[0].dtype)


def sgd_step(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    eta: float,
    cost: str = "quadratic",
    buffers: Buffers | None = None,
) -> None:
    """Take one step, w -> w - (eta/m) sum_x dC_x/dw and the same for b, in place (eq. 20, 21).

    Every layer is a sigmoid; the cost is 'quadratic' or 'cross_entropy'. Shapes: x (n_1, m) and
    y (n_L, m). Give the same `buffers` to every step of a loop to save the allocations; nothing
    is checked then.

    >>> w, b = [np.array([[1.0]])], [np.array([[0.0]])]
    >>> sgd_step(w, b, np.array([[2.0]]), np.array([[1.0]]), eta=1.0)
    >>> w[0].round(6)
    array([[1.025031]])
    """
    if buffers is None:
        check_shapes(weights, biases, x)
        check_targets(y, (weights[-1].shape[0], x.shape[1]))
        buffers = Buffers(weights, x.shape[1])
    if cost not in _COSTS:
        raise ValueError(f"sgd_step knows the costs {' and '.join(_COSTS)}, not {cost!r}")

    a_in = x
    with np.errstate(over="ignore"):  # e^-z = inf gives the right a = 0
        for w, b, a in zip(weights, biases, buffers.a, strict=True):
            np.matmul(w, a_in, out=a)
            np.add(a, b, out=a)
            np.negative(a, out=a)
            np.exp(a, out=a)
            np.add(a, 1.0, out=a)
            np.reciprocal(a, out=a)
            a_in = a

    delta = buffers.delta[-1]
    np.subtract(a_in, y, out=delta)
    np.multiply(delta, eta / x.shape[1], out=delta)
    if cost == "quadratic":
        _times_prime(delta, a_in, buffers.prime[-1])
    for i in range(len(weights) - 1, -1, -1):
        delta, w = buffers.delta[i], weights[i]
        if i > 0:
            np.matmul(w.T, delta, out=buffers.delta[i - 1])
            _times_prime(buffers.delta[i - 1], buffers.a[i - 1], buffers.prime[i - 1])
        np.matmul(delta, (buffers.a[i - 1] if i > 0 else x).T, out=buffers.nabla_w[i])
        np.subtract(w, buffers.nabla_w[i], out=w)
        np.subtract(biases[i], delta @ buffers.ones, out=biases[i])


def _times_prime(delta: Array, a: Array, prime: Array) -> None:
    """Multiply delta by sigma'(z) = a (1 - a) in place."""
    np.subtract(1.0, a, out=prime)
    np.multiply(prime, a, out=prime)
    np.multiply(delta, prime, out=delta)


def train_epoch(
    weights: Sequence[Array],
    biases: Sequence[Array],
    inputs: Array,
    targets: Array,
    mini_batch_size: int,
    eta: float,
    order: Array | None = None,
    cost: str = "quadratic",
) -> None:
    """Take one step for each mini-batch of the training data, in place.

    Shapes: inputs (n_1, n), targets (n_L, n). `order` is the permutation of the n examples to go
    through, by default as they stand; a last mini-batch that is not full counts by its own size.
    Fastest when each example lies together in memory, as in `rows.T` of C-ordered rows.

    >>> w, b = [np.zeros((1, 1))], [np.zeros((1, 1))]
    >>> train_epoch(w, b, np.ones((1, 4)), np.ones((1, 4)), 2, eta=1.0)
    >>> b[0].round(4)
    array([[0.2328]])
    """
    check_shapes(weights, biases, inputs)
    n = inputs.shape[1]
    check_targets(targets, (weights[-1].shape[0], n))
    if mini_batch_size < 1:
        raise ValueError(f"the mini-batch size is {mini_batch_size}: it must be at least 1")
    order = np.arange(n) if order is None else np.asarray(order)
    rows, target_rows = inputs.T, targets.T
    buffers = Buffers(weights, min(mini_batch_size, n))
    for start in range(0, len(order), mini_batch_size):
        chosen = order[start : start + mini_batch_size]
        if len(chosen) != len(buffers.ones):
            buffers = Buffers(weights, len(chosen))
        x, y = rows[chosen].T, target_rows[chosen].T
        sgd_step(weights, biases, x, y, eta, cost, buffers)


def evaluate(
    weights: Sequence[Array], biases: Sequence[Array], inputs: Array, labels: Array
) -> int:
    """Count the examples whose largest output is the neuron of their label.

    Shapes: inputs (n_1, n), labels (n,) integers.

    >>> evaluate([np.eye(2)], [np.zeros((2, 1))], np.array([[1.0, 0.0], [0.0, 1.0]]), [0, 0])
    1
    """
    outputs = feedforward(weights, biases, inputs)
    return int(np.sum(np.argmax(outputs, axis=0) == labels))
