"""Chapter 1 in figures: perceptrons, sigmoid neurons, a network, its cost and its descent (S1 to S6).

Each function measures what one row of the documents states and returns lines: what, the documents'
figure, the measured one.
"""

import contextlib
import io
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from nets import closed_form
from nets.data import Split
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.optim import SGD
from nets.perceptron import AND, NAND, OR, Perceptron
from nets.runs.check import relative


def perceptron(split: Split) -> list[Line]:
    """Count the inputs on which the decisions and the gates answer as the documents say (S1)."""
    inputs = list(itertools.product((0, 1), repeat=3))
    strict, lax = (Perceptron.with_threshold((6, 2, 2), t) for t in (5, 3))
    gates: dict[Perceptron, Callable[[int, int], Any]] = {
        AND: lambda a, b: a and b,
        OR: lambda a, b: a or b,
        NAND: lambda a, b: not (a and b),
    }
    right = sum(
        gate(a, b) == int(truth(a, b))
        for gate, truth in gates.items()
        for a, b in itertools.product((0, 1), repeat=2)
    )
    return [
        Line(
            "w = (6, 2, 2): threshold 5 is x1; threshold 3 is x1, or x2 and x3; AND, OR, NAND",
            "as stated; as stated; as stated",
            f"{sum(strict(*x) == x[0] for x in inputs)} of 8; "
            f"{sum(lax(*x) == int(x[0] or (x[1] and x[2])) for x in inputs)} of 8; "
            f"{right} of 12 inputs",
        )
    ]


def sigmoid_neuron(split: Split) -> list[Line]:
    """Hold a small change of the output against its linear response (S2)."""
    rng = np.random.default_rng(0)
    w, b, x = ad.Tensor(rng.standard_normal(3)), ad.Tensor(0.5), rng.standard_normal(3)
    slopes = ad.gradient(ad.sigmoid(w @ x + b), [w, b])
    dw, db = rng.standard_normal(3), 0.7
    away = []
    for step in (1e-2, 1e-3):
        changed = closed_form.sigmoid((w.data + step * dw) @ x + (b.data + step * db))
        actual = float(changed - closed_form.sigmoid(w.data @ x + b.data))
        predicted = step * float(slopes[0] @ dw + slopes[1] * db)
        away.append(abs(actual - predicted) / abs(actual))
    low, high = ad.sigmoid(np.array([-40.0, 40.0]))
    return [
        Line(
            "linear response (eq. 5): relative error for changes of 0.01 and 0.001",
            "the smaller the change, the better",
            f"{away[0]:.1e} and {away[1]:.1e}",
        ),
        Line("sigma(-40), 1 - sigma(40)", "0 and 0", f"{low:.1e} and {1 - high:.1e}"),
    ]


def network(split: Split) -> list[Line]:
    """Hold shapes, start and feed-forward of a network against the documents (S3)."""
    net = Network([2, 3, 1], seed=0)
    shapes = [v.shape for v in (*net.weights, *net.biases)]
    a = np.array([[0.5], [-1.0]])
    by_hand = closed_form.feedforward(list(net.weights), list(net.biases), a)
    start = Network([784, 100, 10], seed=0).weights[0]
    return [
        Line(
            "[2, 3, 1]: weights and biases; feed-forward against eq. 22 by hand",
            "(3, 2), (1, 3), (3, 1), (1, 1); equal",
            f"{', '.join(map(str, shapes))}; differs by {at_most(relative(net.feedforward(a), by_hand))}",
        ),
        Line(
            "[784, 100, 10]: mean and standard deviation of the 78,400 first weights",
            "0 and 1",
            f"{start.mean():.4f} and {start.std():.4f}",
        ),
    ]


def quadratic_cost(split: Split) -> list[Line]:
    """Go down the gradient of the quadratic cost, and compare the fall with grad C . dv (S4)."""
    batch = split.training[:50]
    x, y = batch.inputs, batch.targets
    net = Network([len(x), 10, len(y)], seed=0)
    outputs = net.feedforward(x)
    plain = sum(np.sum((y[:, k] - outputs[:, k]) ** 2) for k in range(50)) / (2 * 50)
    before = float(net.graph(x, y).data)
    nabla = [g for pair in net.backprop(x, y) for g in pair]
    eta = 1e-3
    expected = -eta * sum(float(np.sum(g * g)) for g in nabla)
    net.step(x, y, SGD(eta))
    fall = float(net.graph(x, y).data) - before
    for _ in range(200):
        net.step(x, y, SGD(1.0))
    return [
        Line(
            "C = 1/(2n) sum ||y - a||^2 on the graph and summed by hand; dC / (grad C . dv)",
            "equal; about 1",
            f"differ by {at_most(abs(before - plain) / plain)}; {fall / expected:.4f}",
        ),
        Line(
            "200 steps of gradient descent, eta = 1, 50 digits: the cost",
            "falls",
            f"{before:.4f} to {float(net.graph(x, y).data):.4f}",
        ),
    ]


def mini_batches(split: Split) -> list[Line]:
    """Train as the documents' code does, and hold one step against the update rule (S5)."""
    net, other = (Network([len(split.training.inputs), 30, 10], seed=0) for _ in range(2))
    batch = split.training[:10]
    other.update_mini_batch(batch, 3.0)
    w, b = [v.copy() for v in net.weights], [v.copy() for v in net.biases]
    closed_form.sgd_step(w, b, batch.inputs, batch.targets, 3.0)
    away = max(
        relative(ours, by_hand)
        for ours, by_hand in zip((*other.weights, *other.biases), (*w, *b), strict=True)
    )
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        net.SGD(split.training, 3, 10, 3.0, test_data=split.test)
    return [
        Line(
            "one mini-batch step against eq. 20 and 21 by hand; what three epochs print",
            "equal; Epoch k: correct / total",
            f"differs by {at_most(away)}; {', '.join(told.getvalue().splitlines())}",
        )
    ]


def examples(split: Split) -> list[Line]:
    """Look at the data: how many, their shapes and their range (S6)."""
    (x, y), (_, label) = split.training[0], split.test[0]
    pixels = split.training.inputs
    return [
        Line(
            "training, validation, test; x; y in training and in the test; pixels",
            "50000, 10000, 10000; (784, 1); (10, 1), an integer; 0 to 1",
            f"{', '.join(str(len(part)) for part in split)}; {x.shape}; {y.shape}, "
            f"{'an integer' if isinstance(label, int) else label}; "
            f"{pixels.min():g} to {pixels.max():g}",
        )
    ]
