"""Derivatives by nudging: what one would do without back-propagation (eq. 46).

Change one number a little, run the network again, and see how much the cost changed. It needs no
derivation and makes a good witness, but it takes one forward pass for every weight and bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nets.closed_form.functions import SIGMOID, Activation, Array, Cost, as_cost
from nets.closed_form.nielsen import check_targets, forward, layer_activations, total_cost


@dataclass(frozen=True, eq=False)
class Differences:
    """A gradient by finite differences and the number of forward passes that it took."""

    nabla_b: list[Array]
    nabla_w: list[Array]
    passes: int


def finite_differences(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    cost: str | Cost = "quadratic",
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
    epsilon: float = 1e-6,
    central: bool = False,
) -> Differences:
    """Estimate dC/dw_j by (C(w + epsilon e_j) - C(w)) / epsilon for each weight and bias (eq. 46).

    P weights and biases take P + 1 forward passes. `central=True` uses
    (C(w + epsilon e_j) - C(w - epsilon e_j)) / (2 epsilon), 2 P passes and an error of order
    epsilon^2. The arrays given are not changed.

    >>> one = [np.array([[1.0]])]
    >>> finite_differences(one, one, np.array([[1.0]]), np.array([[0.0]])).passes
    3
    """
    w = [np.array(v, dtype=np.float64) for v in weights]
    b = [np.array(v, dtype=np.float64) for v in biases]
    passes = 0

    def measure() -> float:
        nonlocal passes
        passes += 1
        return total_cost(w, b, x, y, cost, activation, output)

    start = 0.0 if central else measure()

    def nudge(parameter: Array) -> Array:
        slope = np.empty_like(parameter)
        for j in np.ndindex(parameter.shape):
            kept = parameter[j]
            parameter[j] = kept + epsilon
            above = measure()
            if central:
                parameter[j] = kept - epsilon
                slope[j] = (above - measure()) / (2.0 * epsilon)
            else:
                slope[j] = (above - start) / epsilon
            parameter[j] = kept
        return slope

    nabla_b, nabla_w = [nudge(v) for v in b], [nudge(v) for v in w]
    return Differences(nabla_b, nabla_w, passes)


def demon(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    cost: str | Cost = "quadratic",
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
    epsilon: float = 1e-5,
) -> list[Array]:
    """Estimate the errors delta^l_j = dC/dz^l_j by disturbing one weighted input (eq. 29).

    The demon in neuron j of layer l adds +epsilon and then -epsilon to z^l_j; the cost changes by
    about delta^l_j times that. Shapes: x (n_1, 1), y (n_L, 1); element i of the list is a column
    for the layer that `weights[i]` leads into.

    >>> one = [np.array([[1.0]])]
    >>> demon(one, one, np.array([[-1.0]]), np.array([[0.0]]))[0].round(6)
    array([[0.125]])
    """
    layers = layer_activations(len(weights), activation, output)
    chosen = as_cost(cost)
    z = forward(weights, biases, x, activation, output).z
    check_targets(y, z[-1].shape)

    def cost_from(i: int, z_disturbed: Array) -> float:
        for w, b, f in zip(weights[i + 1 :], biases[i + 1 :], layers[i:-1], strict=True):
            z_disturbed = w @ f.value(z_disturbed) + b
        return float(np.sum(chosen.value(z_disturbed, y, layers[-1])))

    errors = [np.empty_like(v, dtype=np.float64) for v in z]
    for i, error in enumerate(errors):
        for j in np.ndindex(error.shape):
            push = np.zeros_like(error)
            push[j] = epsilon
            rise = cost_from(i, z[i] + push) - cost_from(i, z[i] - push)
            error[j] = rise / (2.0 * epsilon)
    return errors
