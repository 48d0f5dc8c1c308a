"""The lecture's back-propagation: logistic regression and a network with one hidden layer.

`dvar` stands for dJ/dvar and has the shape of `var`. For one example J is the loss
L(a, y) = -y log a - (1 - y) log(1 - a); for m examples as columns J is its average, which puts a
1/m before the derivatives of the parameters and leaves those of single examples (dz, da) as they
are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nets.closed_form.functions import Activation, Array, as_activation, sigmoid, softplus


def loss(z: Array, y: Array) -> Array:
    """Compute L(a, y) = -y log a - (1 - y) log(1 - a) at a = sigma(z), exact for large |z|.

    >>> loss(np.array([-40.0, 800.0]), np.array([0.0, 0.0])).tolist()
    [4.248354255291589e-18, 800.0]
    """
    return y * softplus(-z) + (1.0 - y) * softplus(z)


@dataclass(frozen=True, eq=False)
class Logistic:
    """The values and derivatives of logistic regression, forward and then backward."""

    z: Array
    a: Array
    loss: Array
    da: Array
    dz: Array
    dw: Array
    db: Array


def logistic_regression(w: Array, b: float, x: Array, y: float) -> Logistic:
    """Differentiate the loss of one example for z = w.x + b, a = sigma(z).

    da = -y/a + (1 - y)/(1 - a), dz = da g'(z) = a - y, dw = dz x, db = dz.
    Shapes: w and x (n,); z, a, loss, da, dz and db are numbers.

    >>> run = logistic_regression(np.array([0.0]), 0.0, np.array([3.0]), 1.0)
    >>> float(run.da), float(run.dz), run.dw, float(run.db)
    (-2.0, -0.5, array([-1.5]), -0.5)
    """
    if w.shape != x.shape or w.ndim != 1:
        raise ValueError(f"w {w.shape} and x {x.shape} must be vectors of one length")
    z = w @ x + b
    a, not_a = sigmoid(z), sigmoid(-z)
    dz = (1.0 - y) * a - y * not_a
    return Logistic(z, a, loss(z, np.asarray(y)), -y / a + (1.0 - y) / not_a, dz, dz * x, dz)


def logistic_regression_batch(w: Array, b: float, x: Array, y: Array) -> Logistic:
    """Differentiate the average loss of m examples as columns.

    Z = w^T X + b, dZ = A - Y, dw = (1/m) X dZ^T, db = (1/m) sum_i dz^(i).
    Shapes: w and dw (n, 1), x (n, m), y and z, a, loss, da, dz (1, m); db is a number.

    >>> run = logistic_regression_batch(np.zeros((1, 1)), 0.0, np.ones((1, 2)), np.eye(1, 2))
    >>> run.dz, float(run.db)
    (array([[-0.5,  0.5]]), 0.0)
    """
    m = x.shape[1]
    if w.shape != (x.shape[0], 1) or y.shape != (1, m):
        raise ValueError(f"w {w.shape}, x {x.shape}, y {y.shape} must be (n, 1), (n, m), (1, m)")
    z = w.T @ x + b
    a, not_a = sigmoid(z), sigmoid(-z)
    dz = (1.0 - y) * a - y * not_a
    da = -y / a + (1.0 - y) / not_a
    return Logistic(z, a, loss(z, y), da, dz, (x @ dz.T) / m, np.asarray(np.sum(dz) / m))


@dataclass(frozen=True, eq=False)
class SixEquations:
    """The values of a two-layer network with one output and its six derivatives."""

    z1: Array
    a1: Array
    z2: Array
    a2: Array
    loss: Array
    dz2: Array
    dw2: Array
    db2: Array
    dz1: Array
    dw1: Array
    db1: Array


def six_equations(
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    x: Array,
    y: Array,
    activation: str | Activation = "tanh",
) -> SixEquations:
    """Differentiate the loss of one example through two layers; the output is a sigmoid.

    dz2 = a2 - y, dW2 = dz2 a1^T, db2 = dz2, dz1 = W2^T dz2 (*) g1'(z1), dW1 = dz1 x^T, db1 = dz1.
    Shapes: w1 (h, n), b1 (h, 1), w2 (1, h), b2 (1, 1), x (n, 1), y (1, 1).

    >>> one = np.ones((1, 1))
    >>> run = six_equations(one, -one, one, 0 * one, one, one)
    >>> run.dz2, run.dz1
    (array([[-0.5]]), array([[-0.5]]))
    """
    if x.shape[1:] != (1,):
        raise ValueError(f"x has shape {x.shape}: one example is a column (n, 1)")
    return _two_layers(w1, b1, w2, b2, x, y, as_activation(activation))


def six_equations_batch(
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    x: Array,
    y: Array,
    activation: str | Activation = "tanh",
) -> SixEquations:
    """Differentiate the average loss of m examples as columns: the vectorised six equations.

    dZ2 = A2 - Y, dW2 = (1/m) dZ2 A1^T, db2 = (1/m) sum(dZ2, axis=1, keepdims),
    dZ1 = W2^T dZ2 (*) g1'(Z1), dW1 = (1/m) dZ1 X^T, db1 = (1/m) sum(dZ1, axis=1, keepdims).
    Shapes: as `six_equations`, with x (n, m) and y (1, m).

    >>> one = np.ones((1, 1))
    >>> run = six_equations_batch(one, -one, one, 0 * one, np.ones((1, 2)), np.array([[1.0, 0.0]]))
    >>> run.dz2, run.db2
    (array([[-0.5,  0.5]]), array([[0.]]))
    """
    return _two_layers(w1, b1, w2, b2, x, y, as_activation(activation))


def _two_layers(
    w1: Array, b1: Array, w2: Array, b2: Array, x: Array, y: Array, g1: Activation
) -> SixEquations:
    (n, m), h = x.shape, w1.shape[0]
    expected = {"w1": (h, n), "b1": (h, 1), "w2": (1, h), "b2": (1, 1), "y": (1, m)}
    for (name, shape), array in zip(expected.items(), (w1, b1, w2, b2, y), strict=True):
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
    z1 = w1 @ x + b1
    a1 = g1.value(z1)
    z2 = w2 @ a1 + b2
    a2 = sigmoid(z2)
    dz2 = a2 - y
    dz1 = (w2.T @ dz2) * g1.prime(z1)
    return SixEquations(
        z1=z1,
        a1=a1,
        z2=z2,
        a2=a2,
        loss=loss(z2, y),
        dz2=dz2,
        dw2=(dz2 @ a1.T) / m,
        db2=np.sum(dz2, axis=1, keepdims=True) / m,
        dz1=dz1,
        dw1=(dz1 @ x.T) / m,
        db1=np.sum(dz1, axis=1, keepdims=True) / m,
    )
