"""One sigmoid neuron that learns to answer 0 to the input 1: the slowdown and its cure.

With the quadratic cost the gradient has the factor sigma'(z), so a neuron that is badly wrong and
saturated learns slowly; the cross-entropy cancels that factor (chapter 3 of the book).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nets.closed_form.functions import SIGMOID, Array, as_cost


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Weight, bias, output and cost before each epoch and after the last: epochs + 1 numbers."""

    w: Array
    b: Array
    a: Array
    cost: Array


def train_neuron(
    w: float,
    b: float,
    x: float = 1.0,
    y: float = 0.0,
    eta: float = 0.15,
    epochs: int = 300,
    cost: str = "quadratic",
) -> LearningCurve:
    """Train one neuron a = sigma(w x + b) on one example by gradient descent.

    Quadratic cost (eq. 54): dC/dw = (a - y) sigma'(z) x, dC/db = (a - y) sigma'(z) (eq. 55, 56).
    Cross-entropy (eq. 57): dC/dw = (sigma(z) - y) x, dC/db = sigma(z) - y (eq. 61, 62).

    >>> curve = train_neuron(w=0.6, b=0.9)
    >>> curve.a[[0, -1]].round(2)
    array([0.82, 0.09])
    """
    chosen = as_cost(cost)
    target = np.array([[y]])
    history = np.empty((4, epochs + 1))
    for epoch in range(epochs + 1):
        z = np.array([[w * x + b]])
        value = chosen.value(z, target, SIGMOID).item()
        history[:, epoch] = w, b, SIGMOID.value(z).item(), value
        delta = chosen.error(z, target, SIGMOID).item()
        w, b = w - eta * delta * x, b - eta * delta
    return LearningCurve(*history)
