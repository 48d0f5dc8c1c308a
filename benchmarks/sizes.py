"""Cost against size: what an element costs as a problem grows, which should stay the same.

Value and gradient of each problem are measured as a program at n, 4 n, 16 n and 64 n, in turns, and divided
by the numbers that it works on. `benchmarks.page` draws them on logarithmic scales: a cost that grows as it
should is a level line.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks import problems
from benchmarks.against import OURS
from benchmarks.timing import blocks
from nets.pages.fonts import new_figure, written

START, STEPS = 1_000, 4
RNG = np.random.default_rng


def gradient(formula: Any, *arguments: Any, wanted: int) -> Callable[[], Any]:
    """Return the job of a program's value and gradient."""
    program = ad.trace(
        lambda *xs: formula(OURS, *xs), *map(ad.Tensor, arguments), argnums=tuple(range(wanted))
    )
    return partial(program.value_and_grad, *arguments)


def options(n: int) -> Callable[[], Any]:
    """Return Black-Scholes of n options, with five gradients."""
    bounds = (50, 150), (50, 150), (0.2, 2), (0.01, 0.1), (0.1, 0.5)
    found = [RNG(0).uniform(low, high, size=n) for low, high in bounds]
    return gradient(problems.black_scholes, *found, wanted=5)


def rows(n: int) -> Callable[[], Any]:
    """Return a logistic regression of n rows of 20 numbers."""
    x, y = RNG(0).normal(size=(n, 20)), np.sign(RNG(1).normal(size=n))
    return gradient(problems.logistic, RNG(2).normal(size=20), x, y, wanted=1)


def product(n: int) -> Callable[[], Any]:
    """Return a Hessian-vector product of Rosenbrock's function of n variables."""
    x, v = RNG(0).normal(size=n), np.cos(np.arange(n))
    f = partial(problems.rosenbrock, OURS)
    program = ad.trace(lambda x, v: ad.hvp(f, x, v), ad.Tensor(x), ad.Tensor(v))
    return partial(program, x, v)


def hessian(n: int) -> Callable[[], Any]:
    """Return the sparse Hessian of Rosenbrock's function of n variables."""
    x = RNG(0).normal(size=n)
    found = ad.hessian(partial(problems.rosenbrock, OURS), sparse=True)
    return partial(ad.trace(found, ad.Tensor(x)), x)


def cost(curve: str) -> dict[str, float]:
    """Return the nanoseconds an element by the size."""
    make = {"options": options, "rows": rows, "product": product, "hessian": hessian}[curve]
    sizes = [START * 4**k for k in range(STEPS)]
    times = blocks(*map(make, sizes), turns=5)
    return {f"{n:,}": 1e9 * t / n for n, t in zip(sizes, times, strict=True)}


def picture(lines: Sequence[Sequence[Any]]) -> bytes:
    """Return the measured lines as an SVG."""
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    for line, mark in zip(lines, "os^D", strict=True):
        sizes = [int(row["what"].replace(",", "")) for row in line]
        label = line[0]["line"].partition(": ")[2]
        axes.loglog(sizes, [row["measured"] for row in line], marker=mark, label=label)
    axes.set(xlabel="size", ylabel="ns an element", ylim=(1, None))
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    return written(figure, format="svg", metadata={"Date": None})
