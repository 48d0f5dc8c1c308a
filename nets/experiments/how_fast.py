"""In what sense is back-propagation fast? Against finite differences, on networks that grow (eq. 46).

Nudging every weight takes one forward pass for each and one more; back-propagation takes a fixed
number of them, whatever the size. Work is counted in operations (multiplications, additions, values of
sigma), off the graphs of both passes, so every figure is the same on every machine. A clock stands
beside it as a ratio of two times taken in turn in one run, on plain numpy and one thread.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff import say
from nets.closed_form import backprop_batch, finite_differences, total_cost
from nets.experiments.counting import ways
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, at_most
from nets.extras import require
from nets.network import Network

SIZES = (
    [1, 1], [1, 2, 1], [2, 3, 1], [4, 6, 3], [8, 12, 4], [16, 20, 10], [64, 30, 10], [784, 30, 10],
    [784, 100, 10], [990, 1000, 10],
)  # fmt: skip
MOST = 30_000  # parameters; above, the passes of finite differences are not run to be compared
ROUNDS = 31  # both passes are timed in turn so often; the ratio is the median


def parts(seeds: int, data: str) -> list[Part]:
    """List the networks."""
    return [{"sizes": sizes, "examples": 10, "seed": 0, "counted": True} for sizes in SIZES]


def measure(part: Part, work: Work) -> Result:
    """Count the operations of every way, hold the gradients together, and time both passes in turn."""
    with require("threadpoolctl").threadpool_limits(1):
        result = _measured(part)
    work.tick()
    return result


def _measured(part: Part) -> Result:
    sizes, examples = part["sizes"], part["examples"]
    counted = ways(sizes, examples, part["seed"])
    net = Network(sizes, seed=part["seed"])
    w, b = list(net.weights), list(net.biases)
    rng = np.random.default_rng(part["seed"])
    x, y = rng.random((sizes[0], examples)), rng.random((sizes[-1], examples))
    result: Result = {
        "weights": sum(a.size for a in w),
        "parameters": counted.parameters,
        "passes": counted.parameters + 1,
        "operations": {
            way: getattr(counted, way).total
            for way in ("forward", "back_propagation", "finite_differences", "forward_mode")
        },
        "clock": _ratio(w, b, x, y),
    }
    if counted.parameters <= MOST:
        exact, found = backprop_batch(w, b, x, y), finite_differences(w, b, x, y)
        result["passes"] = found.passes
        pairs = zip((*found.nabla_w, *found.nabla_b), (*exact.nabla_w, *exact.nabla_b), strict=True)
        result["away"] = max(float(np.max(np.abs(ours - theirs))) for ours, theirs in pairs)
    return result


def _ratio(w: Any, b: Any, x: Any, y: Any) -> float:
    """Return the time of back-propagation in forward passes: the median of pairs timed in turn."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        total_cost(w, b, x, y)
        middle = time.perf_counter()
        backprop_batch(w, b, x, y)
        found.append((time.perf_counter() - middle) / (middle - began))
    return round(float(np.median(found)), 2)


def in_passes(d: Done, way: str = "back_propagation") -> float:
    """Return the operations of a way in forward passes."""
    operations = d.result["operations"]
    return float(operations[way] / operations["forward"])


def lines(done: Sequence[Done]) -> list[Line]:
    """Lay the passes and the operations beside what the documents count."""
    largest = done[-1].result
    passes = [in_passes(d) for d in done]
    clock = [d.result["clock"] for d in done]
    table = [
        Line(
            f"finite differences, {largest['weights']:,} weights and "
            f"{largest['parameters'] - largest['weights']:,} biases: forward passes",
            "1,000,001 for a million weights",
            f"{largest['passes']:,}",
        ),
        Line(
            "back-propagation: its operations in forward passes, all networks",
            "about 2",
            f"{min(passes):.2f} to {max(passes):.2f}",
        ),
        Line(
            "back-propagation: its operations in forward passes, the largest",
            "about 2",
            f"{passes[-1]:.2f}",
        ),
        Line(
            "crossover: nudging is less work for so many derivatives or fewer",
            "no figure",
            f"{min(passes) - 1:.1f} to {max(passes) - 1:.1f}, whatever the size",
        ),
        Line(
            "by the clock: time of back-propagation over that of a forward pass, timed in turn",
            "about 2",
            f"{min(clock):.1f} to {max(clock):.1f}",
        ),
    ]
    for d in done:
        operations = d.result["operations"]
        times = operations["finite_differences"] / operations["back_propagation"]
        table.append(
            Line(
                f"{d.part['sizes']}: operations of a pass, back-propagation, differences, forward mode",
                "1, about 2, and one more than the weights",
                f"{operations['forward']:,}; {operations['back_propagation']:,}; "
                f"{operations['finite_differences']:,}: {times:,.1f} times as many; "
                f"{operations['forward_mode']:,}",
            )
        )
    return table


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw the operations against the parameters, and the crossover against the derivatives wanted."""
    growth, crossing = figure.subplots(1, 2)
    parameters = [d.result["parameters"] for d in done]
    for key, label, mark in (
        ("finite_differences", say("plot.differences"), "C3o-"),
        ("forward_mode", say("plot.forward_mode"), "C1x:"),
        ("back_propagation", say("plot.backward"), "C0s-"),
        ("forward", say("plot.forward"), "C7.-"),
    ):
        counts = [d.result["operations"][key] for d in done]
        growth.loglog(parameters, counts, mark, label=label)
    growth.set(xlabel=say("plot.parameters"), ylabel=say("plot.operations"))
    wanted = np.arange(1, 11)
    crossing.plot(wanted, wanted + 1, "C3o-", label=say("plot.differences_each"))
    for i, d in enumerate(done[-3:]):
        passes = in_passes(d)
        label = f"{say('plot.backward')}, {d.part['sizes']}"
        crossing.axhline(passes, color=f"C{i}", ls="-.", label=label)
        crossing.plot(passes - 1.0, passes, "k*", ms=10)
    crossing.set(xlabel=say("plot.wanted"), ylabel=say("plot.passes"), ylim=(0, None))
    for axes in (growth, crossing):
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")


def remarks(done: Sequence[Done]) -> str:
    """Say what is counted and what is not."""
    away = max(d.result["away"] for d in done if "away" in d.result)
    return (
        f"Both gradients differ by {at_most(away, 1e-6)} (finite differences step by 1e-6; they "
        f"are run up to {MOST:,} parameters). An operation is a multiplication, an addition or a "
        "value of sigma, counted on the graph of ten examples, whose gradient is recorded as a "
        "graph, too. Biases need a pass each too, so the number of passes is that of weights and "
        "biases, plus one. The documents count the backward pass as about as dear as the forward pass; "
        "it has two matrix products a layer, one less for the first, where the forward pass has one, "
        "so both together are between one and a half and three forward passes. The clock is one "
        "machine's and one run's: it tells the order of magnitude."
    )


HOW_FAST = Experiment(
    name="how-fast",
    row="S14",
    title="In what sense is back-propagation fast?",
    about="the gradient by nudging every weight and by back-propagation, on networks that grow",
    parts=parts,
    measure=measure,
    lines=lines,
    draw=draw,
    remarks=remarks,
)
