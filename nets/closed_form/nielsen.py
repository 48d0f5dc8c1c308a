"""Back-propagation by Nielsen's four equations, BP1 to BP4.

A network is two lists: `weights[i]` of shape (neurons of layer i+2, neurons of layer i+1) and
`biases[i]` of shape (neurons of layer i+2, 1); layer 1 is the input and has no bias. Examples are
columns, so one example is an (n, 1) matrix and a mini-batch of m examples an (n, m) matrix, and
each equation below is one line that serves both. The cost of a mini-batch is the average over its
examples (eq. 26), so BP3 and BP4 divide by m; for one example that changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nets.closed_form.functions import (
    SIGMOID,
    Activation,
    Array,
    Cost,
    as_activation,
    as_cost,
)


def bp1(nabla_a: Array, z: Array, activation: str | Activation = SIGMOID) -> Array:
    """Compute the error of the output layer, delta^L = nabla_a C (*) sigma'(z^L) (BP1).

    Shapes: nabla_a and z (n_L, m), one column an example.

    >>> bp1(np.array([[1.0]]), np.array([[0.0]]))
    array([[0.25]])
    """
    return nabla_a * as_activation(activation).prime(z)


def bp2(
    w_next: Array, delta_next: Array, z: Array, activation: str | Activation = SIGMOID
) -> Array:
    """Compute the error of a layer from the next, ((w^(l+1))^T delta^(l+1)) (*) sigma'(z^l) (BP2).

    Shapes: w_next (n_(l+1), n_l), delta_next (n_(l+1), m), z (n_l, m).

    >>> bp2(np.array([[2.0, 4.0]]), np.array([[1.0]]), np.zeros((2, 1)))
    array([[0.5],
           [1. ]])
    """
    return np.asarray((w_next.T @ delta_next) * as_activation(activation).prime(z))


def bp3(delta: Array) -> Array:
    """Compute dC/db^l_j = delta^l_j, averaged over the columns (BP3, eq. 31).

    Shapes: delta (n_l, m), result (n_l, 1).

    >>> bp3(np.array([[1.0, 3.0]]))
    array([[2.]])
    """
    return np.asarray(np.sum(delta, axis=1, keepdims=True) / delta.shape[1])


def bp4(a_in: Array, delta_out: Array) -> Array:
    """Compute dC/dw^l_jk = a^(l-1)_k delta^l_j, averaged over the columns (BP4, eq. 32).

    Shapes: a_in (n_(l-1), m), delta_out (n_l, m), result (n_l, n_(l-1)).

    >>> bp4(np.array([[3.0], [5.0]]), np.array([[2.0]]))
    array([[ 6., 10.]])
    """
    return np.asarray((delta_out @ a_in.T) / delta_out.shape[1])


@dataclass(frozen=True, eq=False)
class Forward:
    """The weighted inputs and activations of one forward pass.

    `a[0]` is the input x = a^1 and `a[-1]` the output a^L; `z[i]` and `a[i + 1]` belong to the
    layer that `weights[i]` leads into.
    """

    z: list[Array]
    a: list[Array]


@dataclass(frozen=True, eq=False)
class Backprop(Forward):
    """Every named quantity of one forward and backward pass.

    `delta[i]`, `nabla_b[i]` and `nabla_w[i]` belong, as `z[i]` does, to the layer that
    `weights[i]` leads into. Column k of a delta is the error of example k alone, dC_x/dz;
    `nabla_b` and `nabla_w` are gradients of the average `cost`.
    """

    cost: float
    delta: list[Array]
    nabla_b: list[Array]
    nabla_w: list[Array]


def check_shapes(weights: Sequence[Array], biases: Sequence[Array], x: Array) -> None:
    """Raise a ValueError that names the first weight, bias or input whose shape does not fit."""
    if not weights or len(weights) != len(biases):
        raise ValueError(
            f"{len(weights)} weight matrices and {len(biases)} bias columns: a network needs one "
            "of each for every layer after the input"
        )
    if x.ndim != 2:
        raise ValueError(
            f"the input has shape {x.shape}: examples are columns, so write x.reshape(-1, 1) "
            "for one example and an (n, m) matrix for m of them"
        )
    if x.shape[1] == 0:
        raise ValueError("the mini-batch is empty: it needs at least one column")
    n_in = x.shape[0]
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=2):
        if w.ndim != 2 or w.shape[1] != n_in:
            raise ValueError(
                f"layer {layer}: weights of shape {w.shape} cannot take {n_in} inputs: "
                f"shape (neurons of layer {layer}, {n_in}) is needed"
            )
        if b.shape != (w.shape[0], 1):
            raise ValueError(f"layer {layer}: biases have shape {b.shape}, not {(w.shape[0], 1)}")
        n_in = w.shape[0]


def check_targets(y: Array, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless the targets have the shape of the network's output."""
    if y.shape != shape:
        raise ValueError(f"the targets have shape {y.shape}, the network's output {shape}")


def layer_activations(
    n: int, activation: str | Activation, output: str | Activation | None
) -> list[Activation]:
    """List the activation of each of the n layers after the input."""
    hidden = as_activation(activation)
    return [hidden] * (n - 1) + [hidden if output is None else as_activation(output)]


def forward(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
) -> Forward:
    """Compute z^l = w^l a^(l-1) + b^l and a^l = sigma(z^l), layer by layer (eq. 23 to 25).

    `output` is the activation of the last layer where it differs from that of the others.
    Shapes: x (n_1, m). A ValueError names a shape that does not fit.

    >>> forward([np.ones((1, 2))], [np.zeros((1, 1))], np.array([[1.0], [-1.0]])).a[-1]
    array([[0.5]])
    """
    check_shapes(weights, biases, x)
    z: list[Array] = []
    a = [x]
    layers = layer_activations(len(weights), activation, output)
    for w, b, f in zip(weights, biases, layers, strict=True):
        z.append(w @ a[-1] + b)
        a.append(f.value(z[-1]))
    return Forward(z, a)


def feedforward(
    weights: Sequence[Array],
    biases: Sequence[Array],
    a: Array,
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
) -> Array:
    """Compute the network's output, a' = sigma(w a + b) repeated over the layers (eq. 22)."""
    return forward(weights, biases, a, activation, output).a[-1]


def backprop_batch(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    cost: str | Cost = "quadratic",
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
) -> Backprop:
    """Run the algorithm of chapter 2 on a mini-batch as one matrix and keep every quantity.

    Input, feed-forward, output error (BP1), back-propagation (BP2), gradient (BP3, BP4).
    Shapes: x (n_1, m), y (n_L, m), one column an example. A ValueError names a shape that does
    not fit.

    >>> w, b = [np.array([[1.0]])], [np.array([[0.0]])]
    >>> run = backprop_batch(w, b, np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]]))
    >>> run.delta[-1], run.nabla_b[-1]
    (array([[ 0.125, -0.125]]), array([[0.]]))
    """
    passed = forward(weights, biases, x, activation, output)
    z, a = passed.z, passed.a
    check_targets(y, a[-1].shape)
    layers = layer_activations(len(weights), activation, output)
    chosen = as_cost(cost)
    delta = [chosen.error(z[-1], y, layers[-1])]
    for i in range(len(weights) - 2, -1, -1):
        delta.insert(0, bp2(weights[i + 1], delta[0], z[i], layers[i]))
    return Backprop(
        z,
        a,
        cost=float(np.mean(chosen.value(z[-1], y, layers[-1]))),
        delta=delta,
        nabla_b=[bp3(d) for d in delta],
        nabla_w=[bp4(a_in, d) for a_in, d in zip(a[:-1], delta, strict=True)],
    )


def backprop(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    cost: str | Cost = "quadratic",
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
) -> tuple[list[Array], list[Array]]:
    """Compute the gradient for one example as the documents' code does: (nabla_b, nabla_w).

    Shapes: x (n_1, 1), y (n_L, 1); the lists have the shapes of `biases` and `weights`.

    >>> w, b = [np.array([[1.0]])], [np.array([[0.0]])]
    >>> backprop(w, b, np.array([[2.0]]), np.array([[1.0]]))[1][0].round(6)
    array([[-0.025031]])
    """
    run = backprop_batch(weights, biases, x, y, cost, activation, output)
    return run.nabla_b, run.nabla_w


def total_cost(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    y: Array,
    cost: str | Cost = "quadratic",
    activation: str | Activation = SIGMOID,
    output: str | Activation | None = None,
) -> float:
    """Compute the average cost over the columns, C = (1/n) sum_x C_x (eq. 6, 26)."""
    z = forward(weights, biases, x, activation, output).z[-1]
    check_targets(y, z.shape)
    f = layer_activations(len(weights), activation, output)[-1]
    return float(np.mean(as_cost(cost).value(z, y, f)))
