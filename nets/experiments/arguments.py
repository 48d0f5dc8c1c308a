"""What chapter 1 argues, in figures: small changes, other outputs, smooth costs, descent (S25 to S30).

Each function measures what the documents argue in words and returns lines: what, the documents' words
or figure, the measured one.
"""

import itertools
from typing import Any

import numpy as np

import autodiff as ad
from nets.closed_form import sigmoid, step, total_cost
from nets.data import Examples, Split
from nets.digits.segmentation import a_row, segment
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.optim import SGD
from nets.parts.replayed import Replayed
from nets.perceptron import face

SMALL = 0.1
HELD_OUT = range(1000, 1020)  # the rows of digits that measure; others were there to work with


def small_changes(split: Split) -> list[Line]:
    """Move one weight of a 3-4-1 network a little: perceptrons flip, sigmoid neurons do not (S25)."""
    rng = np.random.default_rng(0)
    x = rng.random((3, 2000))
    figures = {}
    for activation in ("step", "sigmoid"):
        net = Network([3, 4, 1], activation, seed=1)
        before, largest, flipped = net.feedforward(x), 0.0, 0
        for j, k in itertools.product(range(4), range(3)):
            w = [v.copy() for v in net.weights]
            w[0][j, k] += SMALL
            moved = Network([3, 4, 1], activation, seed=1)
            moved.weights = w
            change = np.abs(moved.feedforward(x) - before)
            largest = max(largest, float(change.max()))
            flipped = max(flipped, int(np.sum(change == 1.0)))
        figures[activation] = largest, flipped
    z = np.linspace(-10.0, 10.0, 41)
    z = z[z != 0.0]
    away = float(np.max(np.abs(step(z) - sigmoid(20.0 * z))))
    return [
        Line(
            f"3-4-1, one weight moved by {SMALL}: the largest change of the output, perceptrons; sigmoid",
            "the output may flip; it changes a little",
            f"{figures['step'][0]:.0f}, on {figures['step'][1]} of 2000 inputs; "
            f"{figures['sigmoid'][0]:.4f}",
        ),
        Line(
            "step(z) and sigma(20 z) at |z| >= 0.5: the largest difference",
            "sigma is a smooth step",
            f"{away:.1e}",
        ),
    ]


def digits_otherwise(split: Split) -> list[Line]:
    """Answer with one output, with four bits, with 15 hidden neurons; cut up a row; ask a face (S26)."""
    training, test = split.training[:20_000], split.test
    n = len(training.inputs)
    nine = Network([n, 15, 1], seed=0)
    train(nine, binary(training, 9), 5)
    asked = binary(test, 9)
    tens, bits, few = (Network([n, h, o], seed=0) for h, o in ((30, 10), (30, 4), (15, 10)))
    train(tens, training, 5)
    train(few, training, 5)
    train(bits, coded(training), 5)
    whole, code, little = (
        100 * net.evaluate(data) / len(test)
        for net, data in ((tens, test), (bits, coded(test)), (few, test))
    )
    wanted = [5, 0, 4, 1, 9, 2]
    off, read = [], 0
    for seed in HELD_OUT:
        row, places = a_row(test, wanted, seed)
        found = segment(tens, row, len(wanted))
        off += [abs(a - b) for a, b in zip(found.places, places, strict=True)]
        read += sum(a == b for a, b in zip(found.digits, wanted, strict=True))
    return [
        Line(
            "is it a 9? one output, yes from 0.5 on, 5 epochs: right, and right of the nines",
            "one output that says yes or no",
            f"{100 * nine.evaluate(asked) / len(asked):.2f} %, "
            f"{nine.evaluate([p for p in asked if p[1] == 1])} of "
            f"{sum(y for _, y in asked)}",
        ),
        Line(
            "10 outputs, 4 outputs that are bits, and 15 hidden neurons: right after 5 epochs",
            "ten work better than four; 15 hidden neurons",
            f"{whole:.2f} %, {code:.2f} %, {little:.2f} %",
        ),
        Line(
            f"{len(HELD_OUT)} rows of {''.join(map(str, wanted))}, none seen when the method was made, cut "
            "up by scoring windows: columns off; digits read",
            "504192 in six pieces",
            f"{np.mean(off):.1f} on average; {read} of {len(off)}",
        ),
        Line(
            "is it a face? the question in sub-questions, answered by perceptrons of perceptrons",
            "eyes, nose, mouth, hair; each again in parts",
            f"{face(eyes=(1, 1), nose=1, mouth=1, hair=0)} with eyes, nose and mouth, "
            f"{face(eyes=(1, 0), nose=0, mouth=1, hair=0)} with one eye and a mouth",
        ),
    ]


def smooth_cost(split: Split) -> list[Line]:
    """Train slowly and watch the score stand still while the cost falls (S27)."""
    net = Network([len(split.training.inputs), 100, 10], seed=0)
    x, y = split.training.inputs[:, :5000], split.training.targets[:, :5000]
    arrays = list(net.weights), list(net.biases)
    scores, costs = [net.evaluate(split.test)], [total_cost(*arrays, x, y)]
    for _ in range(10):
        train(net, split.training, 1, eta=0.001)
        scores.append(net.evaluate(split.test))
        costs.append(total_cost(list(net.weights), list(net.biases), x, y))
    still = sum(b <= a for a, b in itertools.pairwise(scores))
    falling = sum(b < a for a, b in itertools.pairwise(costs))
    return [
        Line(
            "eta = 0.001, seed 0: the score and the cost over 10 epochs; epochs where each improves",
            "small changes of the weights leave the number of right images as it is",
            f"{scores[0]} to {scores[-1]}, {costs[0]:.2f} to {costs[-1]:.2f}; "
            f"{10 - still} and {falling} of 10",
        )
    ]


def ball_in_a_valley(split: Split) -> list[Line]:
    """Hold one step's dC against -eta |grad C|^2, for a small eta and for large ones (S28)."""
    x, y = split.training.inputs[:, :1000], split.training.targets[:, :1000]
    found = []
    for eta in (0.001, 3.0, 100.0):
        net = Network([len(x), 30, len(y)], seed=0)
        nabla = [g for pair in net.backprop(x, y) for g in pair]
        before = float(net.graph(x, y).data)
        net.step(x, y, SGD(eta))
        fall = float(net.graph(x, y).data) - before
        found.append((fall, -eta * sum(float(np.sum(g * g)) for g in nabla)))
    v = np.array([2.0, 1.0])
    path = [v]
    for _ in range(50):
        a = ad.Tensor(path[-1])
        slope = ad.gradient((a * a * np.array([0.5, 2.0])).sum(), a)
        path.append(path[-1] - 0.1 * slope)
    return [
        Line(
            "dC and -eta |grad C|^2 of one step with eta = 0.001, 3 and 100, 1000 images (eq. 7 to 12)",
            "equal for a small eta",
            "; ".join(f"{a:.4g} and {b:.4g}" for a, b in found),
        ),
        Line(
            "C(v1, v2) = v1^2/2 + 2 v2^2 from (2, 1), eta = 0.1: C after 50 steps (eq. 15)",
            "the ball rolls to the bottom",
            f"{float(np.sum(path[-1] ** 2 * [0.5, 2.0])):.1e}",
        ),
    ]


def a_poll(split: Split) -> list[Line]:
    """Estimate the gradient from mini-batches of several sizes (S29)."""
    n = min(10_000, len(split.training))
    x, y = split.training.inputs[:, :n], split.training.targets[:, :n]
    net = Network([len(x), 30, len(y)], seed=0)
    whole = _flat(net, x, y)
    rng = np.random.default_rng(0)
    sizes = [m for m in (10, 100, 1000) if m < n]
    errors, cosines = [], []
    for m in sizes:
        found = []
        for _ in range(10):
            chosen = rng.permutation(n)[:m]
            found.append(_flat(net, x[:, chosen], y[:, chosen]))
        errors.append(np.mean([np.linalg.norm(g - whole) / np.linalg.norm(whole) for g in found]))
        cosines.append(
            np.mean([g @ whole / np.linalg.norm(g) / np.linalg.norm(whole) for g in found])
        )
    total = _flat(net, x[:, :10], y[:, :10]) * 10
    mean = _flat(net, x[:, :10], y[:, :10])
    return [
        Line(
            f"mini-batches of m = {', '.join(map(str, sizes))}: relative error of the gradient, and its "
            "cosine with that of all",
            "an estimate, as a poll (eq. 18, 19)",
            f"{', '.join(f'{e:.2f}' for e in errors)}; {', '.join(f'{c:.3f}' for c in cosines)}",
        ),
        Line(
            "leaving out 1/m with eta = 0.3, and with it eta = 3: the steps differ by",
            "the same as another eta",
            at_most(float(np.max(np.abs(0.3 * total - 3.0 * mean)))),
        ),
    ]


def one_digit_for_all(split: Split) -> list[Line]:
    """Count the digits of the test set: the scores of networks that say one digit for all (S30)."""
    counts = np.bincount(split.test.labels, minlength=10)
    return [
        Line(
            "nines, fours, ones and twos in the test set",
            "1009, 982, 1135: the scores of S7 with eta = 100 and 0.001",
            ", ".join(str(counts[d]) for d in (9, 4, 1, 2)),
        )
    ]


def train(net: Network, data: Any, epochs: int, eta: float = 3.0) -> None:
    """Train by mini-batches of 10 without printing."""
    from nets.parts.batches import as_rows, batches

    rows, replayed = as_rows(data, net.sizes[0], net.sizes[-1]), Replayed(net)
    for _ in range(epochs):
        for x, y in batches(rows, net.rng.permutation(len(rows.inputs)), 10):
            replayed.step(x, y, SGD(eta))


def binary(data: Examples, digit: int) -> list[tuple[Any, int]]:
    """Return the examples with the answer 1 where it is this digit, else 0."""
    return [
        (x[:, None], int(label == digit))
        for x, label in zip(data.inputs.T, data.labels, strict=True)
    ]


def coded(data: Examples) -> list[tuple[Any, Any]]:
    """Return the examples with the label as four bits, the highest first."""
    bits = (data.labels[:, None] >> np.array([3, 2, 1, 0])) & 1
    return [
        (x[:, None], code.astype(float)[:, None])
        for x, code in zip(data.inputs.T, bits, strict=True)
    ]


def _flat(net: Network, x: Any, y: Any) -> Any:
    return np.concatenate([g.ravel() for pair in net.backprop(x, y) for g in pair])
