"""Chapter 2 in figures: the matrix form, the error, the four equations, the algorithm, the paths.

Each function measures what one row of the documents states (S9 to S13, S15, S16), and returns lines:
what, the documents' figure, the measured one.
"""

import random
from typing import Any

import numpy as np

import autodiff as ad
from nets import closed_form
from nets.data import Split
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.parts.activations import ACTIVATIONS
from nets.runs.check import BOUND, compare, relative
from nets.scalar import MLP

SEEDS = 5


def _digits(split: Split, m: int) -> tuple[Any, Any]:
    batch = split.training[:m]
    return batch.inputs, batch.targets


def matrix_form(split: Split) -> list[Line]:
    """Compute one layer as a matrix and neuron by neuron; average the cost over examples (S9)."""
    x, y = _digits(split, 10)
    net = Network([len(x), 8, len(y)], seed=0)
    w, b = net.weights[0], net.biases[0]
    z = net.record(x, y).z[0].data
    single = [
        [sum(w[j, k] * x[k, i] for k in range(len(x))) + b[j, 0] for i in range(10)]
        for j in range(8)
    ]
    costs = [float(net.graph(x[:, [i]], y[:, [i]]).data) for i in range(10)]
    average = float(net.graph(x, y).data)
    return [
        Line(
            "z = w a + b as matrices and neuron by neuron; C and the mean of C_x (eq. 25, 26)",
            "equal; equal",
            f"differ by {at_most(relative(z, np.array(single)))}; "
            f"differ by {at_most(abs(average - float(np.mean(costs))) / average)}",
        )
    ]


def demon(split: Split) -> list[Line]:
    """Disturb each weighted input in turn and compare with dC/dz off the graph (S10)."""
    x, y = _digits(split, 1)
    net = Network([len(x), 12, len(y)], seed=0)
    record = net.record(x, y)
    deltas = ad.gradient(record.cost, record.z)
    seen = closed_form.demon(list(net.weights), list(net.biases), x, y)
    away = max(relative(ours, theirs) for ours, theirs in zip(deltas, seen, strict=True))
    return [
        Line(
            f"dC/dz^l_j off the graph and by disturbing z^l_j, {sum(d.size for d in deltas)} neurons",
            "equal (eq. 29)",
            f"differ by {at_most(away, 1e-8)}, steps of 1e-5",
        )
    ]


def four_equations(split: Split) -> list[Line]:
    """Compare autograd with BP1 to BP4, layer by layer and element by element (S11)."""
    x, y = _digits(split, 10)
    worst: dict[str, float] = {}
    for seed in range(SEEDS):
        for cost in ("quadratic", "cross_entropy"):
            net = Network([len(x), 30, 20, len(y)], seed=seed, cost=cost)
            for d in compare(net, x, y):
                worst[d.equation] = max(worst.get(d.equation, 0.0), d.relative)
    listed = ", ".join(f"{name} {at_most(worst[name])}" for name in sorted(worst))
    return [
        Line(
            f"autograd against BP1 to BP4, largest relative difference of {2 * SEEDS} networks",
            f"equal (bound {BOUND:.0e})",
            listed,
        )
    ]


def slow_weights(split: Split) -> list[Line]:
    """Measure dC/dw where the input activation is near 0 and where the neuron is saturated (S12)."""

    def slope(a_in: float, b: float) -> float:
        net = Network([1, 1])
        net.weights, net.biases = [[[0.0]]], [[[b]]]
        return abs(float(net.backprop(np.array([[a_in]]), np.array([[0.0]]))[1][0].item()))

    usual = slope(1.0, 0.0)
    return [
        Line(
            "dC/dw with input activation 1 and 0.01; with z = 0 and, saturated, z = 10",
            "small where a_in is near 0 or sigma is flat",
            f"{usual:.4f} and {slope(0.01, 0.0):.6f}; {usual:.4f} and {slope(1.0, 10.0):.6f}",
        )
    ]


def algorithm(split: Split) -> list[Line]:
    """Hold back-propagation of one example, and the mean over a mini-batch, against autograd (S13)."""
    x, y = _digits(split, 10)
    net = Network([len(x), 30, len(y)], seed=0)
    w, b = list(net.weights), list(net.biases)
    singles = [closed_form.backprop(w, b, x[:, [i]], y[:, [i]]) for i in range(10)]
    one, batch = net.backprop(x[:, [0]], y[:, [0]]), net.backprop(x, y)
    away = mean_away = 0.0
    for kind in (0, 1):
        for i in range(len(w)):
            mean = np.mean([single[kind][i] for single in singles], axis=0)
            away = max(away, relative(one[kind][i], singles[0][kind][i]))
            mean_away = max(mean_away, relative(batch[kind][i], mean))
    return [
        Line(
            "autograd against the five steps by hand: one example; a mini-batch against the mean of 10",
            "equal; equal",
            f"differ by {at_most(away)}; differ by {at_most(mean_away)}",
        )
    ]


def paths(split: Split) -> list[Line]:
    """List the paths of a small graph and sum their products; count those of a large one (S15)."""
    random.seed(0)
    small = MLP(2, [3, 2, 1], activation="sigmoid")
    account = small([0.5, -1.0]).explain(small.layers[0].neurons[0].w[0], top=None)
    total = sum(path.product for path in account)
    large = MLP(2, [10] * 12 + [1], activation="tanh")
    many = large([0.5, -1.0]).explain(large.layers[0].neurons[0].w[0], top=1)
    return [
        Line(
            f"[2, 3, 2, 1]: the products of the {account.count} paths from one weight, and dC/dw",
            "the sum is the gradient (eq. 53)",
            f"{total:.12g} and {account.gradient:.12g}",
        ),
        Line(
            "12 layers of 10 neurons: the paths from one weight, counted without listing them",
            "the sum is over all paths (eq. 53)",
            f"{many.count:,}",
        ),
    ]


def any_activation(split: Split) -> list[Line]:
    """Check the four equations with other activations, and who saturates (S16)."""
    x, y = _digits(split, 10)
    names = [name for name in ACTIVATIONS if name in closed_form.ACTIVATIONS and name != "softmax"]
    worst = max(
        d.relative
        for name in names
        for d in compare(Network([len(x), 12, 8, len(y)], name, seed=0), x, y)
    )
    z = ad.Tensor(np.array([-20.0, 20.0]))
    flat = {
        name: float(np.min(np.abs(ad.gradient(ACTIVATIONS[name](z), z, seed=np.ones(2)))))
        for name in ("sigmoid", "leaky_relu")
    }
    return [
        Line(
            f"BP1 to BP4 with {', '.join(names)}; the smallest sigma' at z = -20 and 20",
            "they hold for any sigma; one whose slope never vanishes does not saturate",
            f"differ by {at_most(worst)}; "
            + ", ".join(f"{name} {slope:.1e}" for name, slope in flat.items()),
        )
    ]
