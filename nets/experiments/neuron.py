"""One neuron that is badly wrong: it learns slowly by the quadratic cost, fast by the cross-entropy.

The neuron is a network [1, 1] on the graph, trained by gradient descent from the documents' two
starts; the same run is done by the equations written by hand, and the largest difference is told.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiff import say
from nets.closed_form import train_neuron
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, at_most
from nets.network import Network
from nets.optim import SGD

ETA, EPOCHS = 0.15, 300
STARTS = ((0.6, 0.9), (2.0, 2.0))


def parts(cost: str, seeds: int, data: str) -> list[Part]:
    """List the two starts."""
    return [{"cost": cost, "w": w, "b": b, "eta": ETA, "epochs": EPOCHS} for w, b in STARTS]


def measure(part: Part, work: Work) -> Result:
    """Train the neuron on the graph and by hand; keep output, cost and dC/dw before each epoch."""
    net = Network([1, 1], cost=part["cost"])
    net.weights[0], net.biases[0] = [[part["w"]]], [[part["b"]]]
    x, y = np.array([[1.0]]), np.array([[0.0]])
    exact, outputs, costs, slopes = [], [], [], []
    for epoch in range(part["epochs"] + 1):
        exact.append(net.feedforward(x).item())
        outputs.append(round(exact[-1], 9))
        costs.append(round(float(net.graph(x, y).data), 9))
        slopes.append(round(net.backprop(x, y)[1][0].item(), 9))
        if epoch < part["epochs"]:
            net.step(x, y, SGD(part["eta"]))
    hand = train_neuron(
        part["w"], part["b"], eta=part["eta"], epochs=part["epochs"], cost=part["cost"]
    )
    away = float(np.max(np.abs(hand.a - exact)))
    work.tick()
    return {"a": outputs, "cost": costs, "slope": slopes, "by_hand": away}


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw output, cost and dC/dw against the epoch, a line for each start."""
    names = (("a", say("plot.output")), ("cost", say("plot.C")), ("slope", "dC/dw"))
    for axes, (key, label) in zip(figure.subplots(1, 3), names, strict=True):
        for d in done:
            axes.plot(d.result[key], label=f"w = {d.part['w']}, b = {d.part['b']}")
        axes.set(xlabel=say("plot.epoch"), ylabel=label)
        axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(done))


def _after(d: Done, epoch: int) -> str:
    return f"{d.result['a'][epoch]:.4f}"


def _by_hand(done: Sequence[Done]) -> Line:
    away = max(d.result["by_hand"] for d in done)
    return Line(
        "graph against the equations by hand", "the same", f"largest difference {at_most(away)}"
    )


def slowdown_lines(done: Sequence[Done]) -> list[Line]:
    """Lay the quadratic cost's figures beside the documents'."""
    good, bad = done
    slope = bad.result["slope"]
    return [
        Line("w = 0.6, b = 0.9: output before", "0.82", _after(good, 0)),
        Line("w = 0.6, b = 0.9: output after 300 epochs", "0.09", _after(good, 300)),
        Line("w = b = 2.0: output before", "", _after(bad, 0)),
        Line("w = b = 2.0: output after 150 epochs", "w and b hardly change", _after(bad, 150)),
        Line("w = b = 2.0: output after 300 epochs", "", _after(bad, 300)),
        Line("w = b = 2.0: dC/dw at first", "small", f"{slope[0]:.4f}"),
        Line(
            "w = b = 2.0: dC/dw at its largest",
            "then learning sets in",
            f"{max(slope):.4f} in epoch {int(np.argmax(slope))}",
        ),
        _by_hand(done),
    ]


def slowdown_remarks(done: Sequence[Done]) -> str:
    """Say why it is slow."""
    good, bad = done
    times = good.result["slope"][0] / bad.result["slope"][0]
    return (
        f"The partial derivative dC/dw = (a - y) sigma'(z) x has the factor sigma'(z), which is nearly "
        f"0 where the neuron is saturated: from w = b = 2.0 the first step is {times:.1f} times smaller "
        f"than from w = 0.6, b = 0.9, although the neuron is further from the truth. The documents say "
        f"that w and b hardly change in the first 150 epochs: it is the output that hardly moves, "
        f"{_after(bad, 0)} to {_after(bad, 150)}, while w and b go from 2.00 to {_weight(150)}. They give "
        "0.82 and 0.09 for the first start; the number of epochs, 300, and all other figures are this "
        "project's."
    )


def _weight(epoch: int) -> str:
    """Return w = b of the bad start after so many epochs."""
    curve = train_neuron(2.0, 2.0, epochs=epoch)
    return f"{curve.w[-1]:.2f}"


def entropy_lines(done: Sequence[Done]) -> list[Line]:
    """Lay the cross-entropy's figures beside the documents'."""
    good, bad = done
    return [
        Line("w = 0.6, b = 0.9: output after 300 epochs", "", _after(good, 300)),
        Line("w = b = 2.0: output after 300 epochs", "", _after(bad, 300)),
        Line("w = b = 2.0: output after 30 epochs", "fast from the start", _after(bad, 30)),
        Line("w = b = 2.0: dC/dw at first", "a - y", f"{bad.result['slope'][0]:.4f}"),
        _by_hand(done),
    ]


def entropy_remarks(done: Sequence[Done]) -> str:
    """Say why it is fast."""
    return (
        "With the cross-entropy dC/dw = (a - y) x: sigma'(z) has cancelled, and the further the neuron "
        "is from the truth, the faster it learns."
    )


SLOWDOWN = Experiment(
    name="slowdown",
    row="S17",
    title="Learning slowdown",
    about="one sigmoid neuron, input 1, target 0, quadratic cost, eta 0.15, 300 epochs, from a good "
    "start and from a bad one",
    parts=partial(parts, "quadratic"),
    measure=measure,
    lines=slowdown_lines,
    draw=draw,
    remarks=slowdown_remarks,
)
CROSS_ENTROPY = Experiment(
    name="cross-entropy",
    row="S18",
    title="The cross-entropy cures it",
    about="the same neuron, the same starts and the same eta, with the cross-entropy as its cost",
    parts=partial(parts, "cross_entropy"),
    measure=measure,
    lines=entropy_lines,
    draw=draw,
    remarks=entropy_remarks,
)
