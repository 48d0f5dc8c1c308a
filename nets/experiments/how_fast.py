"""In what sense is back-propagation fast? Against finite differences, on networks that grow (eq. 46).

Nudging every weight takes one forward pass for each and one more; back-propagation takes a fixed
number of them, whatever the size. Both run by the documents' equations on plain numpy, so that the
one has no advantage over the other; the gradient of the graph is timed beside them. Every time is the
shortest of several, on one thread.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autodiff as ad
from nets.closed_form import backprop_batch, finite_differences, total_cost
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work
from nets.extras import require
from nets.network import Network

SIZES = (
    [1, 1], [1, 2, 1], [2, 3, 1], [4, 6, 3], [8, 12, 4], [16, 20, 10], [64, 30, 10], [784, 30, 10],
    [784, 100, 10], [990, 1000, 10],
)  # fmt: skip
MOST = 30_000  # parameters; above, the passes of finite differences are not all run
REPEATS, LONG_ENOUGH = 15, 0.02  # times that each is timed, and seconds that one timing takes


def parts(seeds: int, data: str) -> list[Part]:
    """List the networks."""
    return [{"sizes": sizes, "examples": 10, "seed": 0} for sizes in SIZES]


def measure(part: Part, work: Work) -> Result:
    """Time one forward pass, back-propagation, the graph's gradient and finite differences."""
    with require("threadpoolctl").threadpool_limits(1):
        result = _times(part)
    work.tick()
    return result


def _times(part: Part) -> Result:
    net = Network(part["sizes"], seed=part["seed"])
    w, b = list(net.weights), list(net.biases)
    rng = np.random.default_rng(part["seed"])
    x = rng.random((part["sizes"][0], part["examples"]))
    y = rng.random((part["sizes"][-1], part["examples"]))
    parameters = sum(a.size for a in (*w, *b))
    result: Result = {
        "weights": sum(a.size for a in w),
        "parameters": parameters,
        "forward": shortest(lambda: total_cost(w, b, x, y)),
        "backprop": shortest(lambda: backprop_batch(w, b, x, y)),
        "graph": shortest(lambda: ad.gradient(net.graph(x, y), [*net.w, *net.b])),
        "passes": parameters + 1,
        "differences": None,
    }
    if parameters <= MOST:
        exact = backprop_batch(w, b, x, y)
        began = time.perf_counter()
        found = finite_differences(w, b, x, y)
        result["differences"] = time.perf_counter() - began
        if result["differences"] < LONG_ENOUGH:
            result["differences"] = shortest(lambda: finite_differences(w, b, x, y))
        result["passes"] = found.passes
        pairs = zip((*found.nabla_w, *found.nabla_b), (*exact.nabla_w, *exact.nabla_b), strict=True)
        result["away"] = max(float(np.max(np.abs(ours - theirs))) for ours, theirs in pairs)
    return result


def shortest(f: Callable[[], Any]) -> float:
    """Return the seconds of one call, the shortest mean of several rounds of calls."""
    began = time.perf_counter()
    f()
    calls = max(1, int(LONG_ENOUGH / (time.perf_counter() - began)))
    rounds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        for _ in range(calls):
            f()
        rounds.append((time.perf_counter() - began) / calls)
    return min(rounds)


def differences(d: Done) -> float:
    """Return the seconds of finite differences: measured, or passes times those of one pass."""
    measured = d.result["differences"]
    return float(d.result["passes"] * d.result["forward"] if measured is None else measured)


def crossover(d: Done) -> float:
    """Return how many derivatives nudging gives, one pass each and one more, in the same time."""
    return float(d.result["backprop"] / d.result["forward"]) - 1.0


def lines(done: Sequence[Done]) -> list[Line]:
    """Lay the passes and the times beside what the documents count."""
    largest = done[-1].result
    passes = [d.result["backprop"] / d.result["forward"] for d in done]
    even = [crossover(d) for d in done]
    table = [
        Line(
            f"finite differences, {largest['weights']:,} weights and "
            f"{largest['parameters'] - largest['weights']:,} biases: forward passes",
            "1,000,001 for a million weights",
            f"{largest['passes']:,}",
        ),
        Line(
            "back-propagation: its time in forward passes, all networks",
            "about 2",
            f"{min(passes):.2f} to {max(passes):.2f}",
        ),
        Line(
            "back-propagation: its time in forward passes, the largest",
            "about 2",
            f"{passes[-1]:.2f}",
        ),
        Line(
            "crossover: nudging is faster for so many derivatives or fewer",
            "no figure",
            f"{min(even):.1f} to {max(even):.1f}, whatever the size",
        ),
    ]
    for d in done:
        seconds = differences(d)
        kind = "" if d.result["differences"] is not None else " (passes x one pass)"
        times = seconds / d.result["backprop"]
        table.append(
            Line(
                f"{d.part['sizes']}: differences, back-propagation, graph",
                f"{d.result['parameters'] + 1:,} passes, 2 passes",
                f"{_time(seconds)}{kind}, {_time(d.result['backprop'])}, "
                f"{_time(d.result['graph'])}: {times:,.1f} times",
            )
        )
    return table


def _time(seconds: float) -> str:
    """Write seconds in the unit that fits."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:,.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw the times against the parameters, and the crossover against the derivatives wanted."""
    growth, crossing = figure.subplots(1, 2)
    parameters = [d.result["parameters"] for d in done]
    known = [d for d in done if d.result["differences"] is not None]
    growth.loglog(parameters, [differences(d) for d in done], "C3--", lw=1)
    growth.loglog(
        [d.result["parameters"] for d in known], [differences(d) for d in known], "C3o-",
        label="finite differences (dashed: passes x one pass)",
    )  # fmt: skip
    for key, label, mark in (
        ("graph", "gradient of the graph", "C2^-"),
        ("backprop", "back-propagation by hand", "C0s-"),
        ("forward", "one forward pass", "C7.-"),
    ):
        growth.loglog(parameters, [d.result[key] for d in done], mark, label=label)
    growth.set(xlabel="weights and biases", ylabel="seconds for all derivatives")
    wanted = np.arange(1, 11)
    crossing.plot(wanted, wanted + 1, "C3o-", label="finite differences: one each and one more")
    for i, d in enumerate(done[-3:]):
        passes = crossover(d) + 1.0
        label = f"back-propagation, {d.part['sizes']}"
        crossing.axhline(passes, color=f"C{i}", ls="-.", label=label)
        crossing.plot(passes - 1.0, passes, "k*", ms=10)
    crossing.set(xlabel="derivatives wanted", ylabel="time in forward passes", ylim=(0, None))
    for axes in (growth, crossing):
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")


def remarks(done: Sequence[Done]) -> str:
    """Say what is measured and what is not."""
    away = max(d.result["away"] for d in done if "away" in d.result)
    return (
        f"Both gradients agree to {away:.1e} (finite differences step by 1e-6). Up to {MOST:,} "
        "parameters finite differences are timed; above, their time is the number of passes times the "
        "time of one. Biases need a pass each too, so the number of passes is that of weights and "
        "biases, plus one. The documents count the backward pass as about as dear as the forward pass; "
        "it has two matrix products a layer, one less for the first, where the forward pass has one, "
        "so both together take two to three times a forward pass."
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
