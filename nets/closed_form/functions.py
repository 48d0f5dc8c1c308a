"""Activation functions and costs with their derivatives, each written out by hand.

Activations work element by element on arrays of any shape. Costs take columns: row j is output
neuron j, column i is example i, and the value has one number for each column. Everything is
written so that it stays exact where a neuron is saturated: no overflow for large |z|, and no
derivative that rounds to 0 while it is still a number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def sigmoid(z: Any) -> Array:
    """Compute the logistic function sigma(z) = 1 / (1 + e^-z) (eq. 3).

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(np.greater_equal(z, 0.0), 1.0, e) / (1.0 + e))


def sigmoid_prime(z: Any) -> Array:
    """Compute sigma'(z) = sigma(z) (1 - sigma(z)) = e^-|z| / (1 + e^-|z|)^2.

    The second form keeps every digit at both ends, where 1 - sigma(z) would round to 0.

    >>> sigmoid_prime(np.array([0.0, 50.0])).tolist()
    [0.25, 1.9287498479639178e-22]
    """
    e = np.exp(-np.abs(z))
    return np.asarray(e / (1.0 + e) ** 2)


def softplus(z: Any) -> Array:
    """Compute ln(1 + e^z), whose derivative is the sigmoid and never overflows."""
    return np.asarray(np.logaddexp(0.0, z))


def tanh_prime(z: Any) -> Array:
    """Compute tanh'(z) = 1 / cosh(z)^2 = 4 sigma'(2z), exact when saturated."""
    return np.asarray(4.0 * sigmoid_prime(2.0 * np.asarray(z)))


def relu(z: Any) -> Array:
    """Compute max(z, 0)."""
    return np.asarray(np.maximum(z, 0.0))


def relu_prime(z: Any) -> Array:
    """Compute the step function: 1 where z > 0, else 0 (at 0 too)."""
    return np.where(np.greater(z, 0.0), 1.0, 0.0)


def leaky_relu(z: Any, slope: float = 0.01) -> Array:
    """Compute z where z > 0, else slope * z: its derivative never vanishes."""
    return np.where(np.greater(z, 0.0), z, slope * np.asarray(z))


def leaky_relu_prime(z: Any, slope: float = 0.01) -> Array:
    """Compute 1 where z > 0, else slope."""
    return np.where(np.greater(z, 0.0), 1.0, slope)


def identity(z: Any) -> Array:
    """Return z: the output activation of the notes' regression networks (4.3)."""
    return np.asarray(z)


def identity_prime(z: Any) -> Array:
    """Return 1 for every element."""
    return np.ones_like(z)


def step(z: Any) -> Array:
    """Compute 1 where z > 0, else 0: a perceptron (eq. 2)."""
    return np.where(np.greater(z, 0.0), 1.0, 0.0)


def step_prime(z: Any) -> Array:
    """Return 0 for every element: the slope of the step everywhere but at its jump."""
    return np.zeros_like(z)


def softmax(z: Any) -> Array:
    """Compute a_j = e^z_j / sum_k e^z_k, down each column.

    >>> softmax(np.array([[1000.0], [1000.0]])).tolist()
    [[0.5], [0.5]]
    """
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return np.asarray(e / np.sum(e, axis=0, keepdims=True))


def softmax_prime(z: Any) -> Array:
    """Refuse: each softmax output depends on every z_k, so no element-wise derivative exists."""
    raise ValueError(
        "softmax has no element-wise derivative, because each output depends on every z of its "
        "layer: use it in the output layer only, with cost='log_likelihood'"
    )


@dataclass(frozen=True)
class Activation:
    """An activation function a = value(z) and its derivative prime(z), under one name."""

    name: str
    value: Callable[[Array], Array]
    prime: Callable[[Array], Array]


SIGMOID = Activation("sigmoid", sigmoid, sigmoid_prime)
SOFTMAX = Activation("softmax", softmax, softmax_prime)
ACTIVATIONS = {
    "sigmoid": SIGMOID,
    "tanh": Activation("tanh", np.tanh, tanh_prime),
    "relu": Activation("relu", relu, relu_prime),
    "leaky_relu": Activation("leaky_relu", leaky_relu, leaky_relu_prime),
    "softplus": Activation("softplus", softplus, sigmoid),
    "identity": Activation("identity", identity, identity_prime),
    "step": Activation("step", step, step_prime),
    "softmax": SOFTMAX,
}


def _times_log(y: Array, a: Array) -> Array:
    """Compute y ln a with 0 ln 0 = 0."""
    return np.where(y == 0.0, 0.0, y * np.log(np.where(y == 0.0, 1.0, a)))


def quadratic(a: Array, y: Array) -> Array:
    """Compute C_x = 1/2 ||y - a||^2 for each column (eq. 6 for one example).

    >>> quadratic(np.array([[1.0], [0.5]]), np.array([[0.0], [0.5]]))
    array([0.5])
    """
    return np.asarray(0.5 * np.sum((a - y) ** 2, axis=0))


def quadratic_prime(a: Array, y: Array) -> Array:
    """Compute nabla_a C = a - y (the first factor of eq. 30)."""
    return a - y


def cross_entropy(a: Array, y: Array) -> Array:
    """Compute C_x = -sum_j (y_j ln a_j + (1 - y_j) ln(1 - a_j)) for each column (eq. 57)."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.sum(_times_log(y, a) + _times_log(1.0 - y, 1.0 - a), axis=0))


def cross_entropy_prime(a: Array, y: Array) -> Array:
    """Compute nabla_a C = (a - y) / (a (1 - a))."""
    return np.asarray((a - y) / (a * (1.0 - a)))


def log_likelihood(a: Array, y: Array) -> Array:
    """Compute C_x = -sum_j y_j ln a_j for each column (eq. 80: -ln a_y for a one-hot y)."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.sum(_times_log(y, a), axis=0))


def log_likelihood_prime(a: Array, y: Array) -> Array:
    """Compute nabla_a C = -y / a."""
    return -y / a


def _quadratic_error(z: Array, y: Array, f: Activation) -> Array:
    return np.asarray(quadratic_prime(f.value(z), y) * f.prime(z))


def _cross_entropy_value(z: Array, y: Array, f: Activation) -> Array:
    if f is not SIGMOID:
        return cross_entropy(f.value(z), y)
    return np.asarray(np.sum(y * softplus(-z) + (1.0 - y) * softplus(z), axis=0))


def _cross_entropy_error(z: Array, y: Array, f: Activation) -> Array:
    if f is not SIGMOID:
        return cross_entropy_prime(f.value(z), y) * f.prime(z)
    return np.asarray((1.0 - y) * sigmoid(z) - y * sigmoid(-z))


def _log_likelihood_value(z: Array, y: Array, f: Activation) -> Array:
    if f is not SOFTMAX:
        return log_likelihood(f.value(z), y)
    top = np.max(z, axis=0, keepdims=True)
    log_a = z - top - np.log(np.sum(np.exp(z - top), axis=0, keepdims=True))
    return np.asarray(-np.sum(y * log_a, axis=0))


def _log_likelihood_error(z: Array, y: Array, f: Activation) -> Array:
    if f is not SOFTMAX:
        return log_likelihood_prime(f.value(z), y) * f.prime(z)
    return np.asarray(softmax(z) * np.sum(y, axis=0, keepdims=True) - y)


@dataclass(frozen=True)
class Cost:
    """A cost with what back-propagation asks of it.

    `value(z, y, f)` is C_x for each column, where z are the weighted inputs of the output layer
    and f its activation; `nabla_a(a, y)` is dC/da; `error(z, y, f)` is delta^L = dC/dz (BP1),
    simplified by hand where the pair allows it: a - y for cross-entropy behind a sigmoid and for
    log-likelihood behind a softmax.
    """

    name: str
    value: Callable[[Array, Array, Activation], Array]
    nabla_a: Callable[[Array, Array], Array]
    error: Callable[[Array, Array, Activation], Array]


COSTS = {
    "quadratic": Cost(
        "quadratic", lambda z, y, f: quadratic(f.value(z), y), quadratic_prime, _quadratic_error
    ),
    "cross_entropy": Cost(
        "cross_entropy", _cross_entropy_value, cross_entropy_prime, _cross_entropy_error
    ),
    "log_likelihood": Cost(
        "log_likelihood", _log_likelihood_value, log_likelihood_prime, _log_likelihood_error
    ),
}


def as_activation(f: str | Activation) -> Activation:
    """Look an activation up by name; an `Activation` of your own passes through."""
    if isinstance(f, Activation):
        return f
    if f not in ACTIVATIONS:
        raise ValueError(f"no activation is called {f!r}: choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[f]


def as_cost(cost: str | Cost) -> Cost:
    """Look a cost up by name; a `Cost` of your own passes through."""
    if isinstance(cost, Cost):
        return cost
    if cost not in COSTS:
        raise ValueError(f"no cost is called {cost!r}: choose one of {', '.join(COSTS)}")
    return COSTS[cost]
