"""Training as a graph of numbers: every weight, bias, activation and error is a scalar of its own.

What `Network` records on arrays is recorded here neuron by neuron, z_j = sum_k w_jk a_k + b_j, for a
single example; the recorded program then runs each mini-batch, its examples side by side as lanes.
It shows at full size what back-propagation does, at a few times the cost of arrays.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.network import Network
from nets.runs.training import Training

Array = NDArray[Any]


def _quadratic(z: list[Any], a: list[Any], y: list[Any]) -> Any:
    return ad.sum([ad.square(a_j - y_j) for a_j, y_j in zip(a, y, strict=True)]) * 0.5


def _cross_entropy(z: list[Any], a: list[Any], y: list[Any]) -> Any:
    return ad.sum([ad.softplus(z_j) - y_j * z_j for z_j, y_j in zip(z, y, strict=True)])


_COSTS: dict[str, Callable[..., Any]] = {
    "quadratic": _quadratic,
    "cross_entropy": _cross_entropy,
}


class ScalarEngine:
    """Takes the steps of a training run on a program of scalars."""

    def __init__(self, training: Training) -> None:
        net = training.net
        if net.cost.name not in _COSTS or net.dropout or "softmax" in net.output.name:
            raise ValueError(
                "the scalar engine trains with the cost quadratic or cross_entropy, without dropout "
                "and softmax; leave --engine scalar out for this network"
            )
        if net.cost.name == "cross_entropy" and net.output.name != "sigmoid":
            raise ValueError("the scalar engine knows the cost cross_entropy behind a sigmoid only")
        self.training = training
        parameters = [np.asarray(p.data) for p in (*net.w, *net.b)]
        x, y = training.rows.inputs[:1].T, training.rows.targets[:1].T
        self.program = ad.trace(
            lambda p, x, y: _cost(net, p, x, y), parameters, x, y, in_axes=(None, 1, 1)
        )

    def step(self, chosen: Array) -> float:
        """Take one step on the chosen examples, and return their cost before it."""
        training, net = self.training, self.training.net
        parameters = [p.data for p in (*net.w, *net.b)]
        x, y = training.rows.inputs[chosen].T, training.rows.targets[chosen].T
        costs, nabla = self.program.value_and_grad(parameters, x, y)
        n, m = len(net.w), len(chosen)
        for g in nabla:
            g /= m  # of the mean of the costs, not of their sum
        training.optimiser.step(net.w, net.b, nabla[:n], nabla[n:])
        return float(np.mean(costs))


def _cost(net: Network, parameters: list[Any], x: Any, y: Any) -> Any:
    """Record the cost C_x of one example, neuron by neuron."""
    a = list(x)
    z: list[Any] = []
    depth = len(net.w)
    for i, (w, b) in enumerate(zip(parameters[:depth], parameters[depth:], strict=True)):
        f = net.output if i == depth - 1 else net.activation
        z = [ad.dot(list(w_j), a) + b_j for w_j, b_j in zip(w, b.ravel(), strict=True)]
        a = [f(z_j) for z_j in z]
    return _COSTS[net.cost.name](z, a, list(y))
