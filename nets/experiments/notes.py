"""The lecture notes and the lecture in figures: their equations against autograd (S20 to S22, S24).

Each function measures what one row of the documents states and returns lines: what, the documents'
figure, the measured one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

import autodiff as ad
from nets import closed_form
from nets.data import Split
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.runs.check import relative


def _furthest(pairs: Sequence[tuple[Any, Any]]) -> str:
    away = max(relative(ours, theirs) for ours, theirs in pairs)
    return f"differs by {at_most(away)}"


def _identity_output(split: Split, hidden: list[int], m: int) -> tuple[Network, Any, Any]:
    """Return a network as the notes have it, and m digits."""
    batch = split.training[:m]
    x, d = batch.inputs, batch.targets
    return Network([len(x), *hidden, len(d)], output="identity", seed=0), x, d


def two_layers(split: Split) -> list[Line]:
    """Hold (4.3) to (4.8) against autograd (S20)."""
    net, x, d = _identity_output(split, [12], 1)
    net.biases = [np.zeros_like(b) for b in net.biases]
    dw2, dw3 = net.backprop(x, d)[1]
    notes = closed_form.two_layers(net.weights[0], net.weights[1], x[:, 0], d[:, 0])
    pairs = [
        (dw2, notes.dw2), (dw3, notes.dw3), (net.feedforward(x)[:, 0], notes.y),
        (net.graph(x, d).data, notes.error),
    ]  # fmt: skip
    return [Line("y, E_n, dE/dw^(3) and dE/dw^(2) (4.3 to 4.8)", "equal", _furthest(pairs))]


def many_layers(split: Split) -> list[Line]:
    """Hold (4.12) and (4.13) against autograd (S21)."""
    net, x, d = _identity_output(split, [12, 9, 7], 1)
    record = net.record(x, d)
    found = ad.gradient(record.cost, [*record.z, *net.w])
    notes = closed_form.multi_layer(
        list(net.weights), [b[:, 0] for b in net.biases], x[:, 0], d[:, 0]
    )
    pairs = [(g[:, 0], delta) for g, delta in zip(found[:4], notes.delta, strict=True)]
    pairs += zip(found[4:], notes.dw, strict=True)
    return [Line("delta^(l) and dE/dw^(l), five layers (4.12, 4.13)", "equal", _furthest(pairs))]


def matrices(split: Split) -> list[Line]:
    """Hold (4.14) and (4.15) against autograd, and their shapes against the notes (S22)."""
    net, x, d = _identity_output(split, [12, 9], 20)
    record = net.record(x, d)
    found = ad.gradient(record.cost, [*record.z, *net.w, *net.b])
    notes = closed_form.mini_batch(list(net.weights), list(net.biases), x, d)
    pairs = [(20 * g, delta) for g, delta in zip(found[:3], notes.delta, strict=True)]
    pairs += zip(found[3:], (*notes.dw, *notes.db), strict=True)
    shapes = all(np.shape(ours) == np.shape(theirs) for ours, theirs in pairs)
    return [
        Line(
            "Delta^(l), dW^(l) and db^(l) of 20 samples (4.14, 4.15); their shapes",
            "equal; (n_l, N), (n_l, n_(l-1)), (n_l, 1)",
            f"{_furthest(pairs)}; {'as stated' if shapes else 'OTHERS'}",
        )
    ]


def lecture(split: Split) -> list[Line]:
    """Hold logistic regression and the six equations against autograd (S24)."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((3, 20)), rng.integers(0, 2, (1, 20)).astype(float)
    w, b = ad.Tensor(rng.standard_normal((3, 1))), ad.Tensor(0.3)
    z = w.T @ x + b
    a = ad.sigmoid(z)
    loss = -(y * ad.log(a) + (1 - y) * ad.log(1 - a)).sum() / 20
    found = ad.gradient(loss, [a, z, w, b])
    run = closed_form.logistic_regression_batch(w.data, float(b.data), x, y)
    one = [(20 * found[0], run.da), (20 * found[1], run.dz), (found[2], run.dw), (found[3], run.db)]
    net = Network([3, 4, 1], "tanh", "cross_entropy", output="sigmoid", seed=0)
    record = net.record(x, y)
    deltas = ad.gradient(record.cost, record.z)
    db, dw = net.backprop(x, y)
    six = closed_form.six_equations_batch(
        net.weights[0], net.biases[0], net.weights[1], net.biases[1], x, y
    )
    two = [
        (20 * deltas[1], six.dz2), (dw[1], six.dw2), (db[1], six.db2),
        (20 * deltas[0], six.dz1), (dw[0], six.dw1), (db[0], six.db1),
    ]  # fmt: skip
    shapes = all(np.shape(ours) == np.shape(theirs) for ours, theirs in one + two)
    return [
        Line(
            "da, dz, dw, db of logistic regression; the six equations, 20 examples; their shapes",
            "equal; equal; dvar as var",
            f"{_furthest(one)}; {_furthest(two)}; {'as stated' if shapes else 'OTHERS'}",
        )
    ]
