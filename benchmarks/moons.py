"""The two-moons workload on scalars: an MLP 2-16-16-1 of relu neurons, 100 samples, hinge loss and L2.

One loss, written once, on plain floats, on our Values, on micrograd's and on CasADi's symbols.
"""

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.timing import together

SIZES = (2, 16, 16, 1)


class Problem:
    """The network's numbers as objects of one kind, and 100 labelled points."""

    def __init__(self, number: Callable[[float], Any], relu: Callable[[Any], Any]) -> None:
        draw = random.Random(0)
        self.number, self.relu = number, relu
        self.net = [
            [([number(draw.uniform(-1, 1)) for _ in range(n)], number(0.0)) for _ in range(m)]
            for n, m in pairwise(SIZES)
        ]
        self.points = [[draw.gauss(0, 1), draw.gauss(0, 1)] for _ in range(100)]
        self.labels = [draw.choice([-1, 1]) for _ in range(100)]

    def loss(self, net: Any = None) -> Any:
        """Return the loss of a network, the problem's own by default."""
        net = self.net if net is None else net
        losses = []
        for point, label in zip(self.points, self.labels, strict=True):
            x = [self.number(v) for v in point]
            for depth, layer in enumerate(net):
                z = [sum((w * v for w, v in zip(ws, x, strict=True)), b) for ws, b in layer]
                x = [self.relu(v) for v in z] if depth < 2 else z
            losses.append(self.relu(1 + -label * x[0]))
        size = sum(p * p for layer in net for ws, b in layer for p in [*ws, b])
        return sum(losses) * (1.0 / len(losses)) + 1e-4 * size


def floats() -> Problem:
    return Problem(float, lambda v: v if v > 0 else 0.0)


def step(problem: Problem) -> Callable[[], None]:
    """Return build + backward + free."""

    def run() -> None:
        problem.loss().backward()

    return run


def eager(runs: int = 40) -> float:
    """Return build + backward + free of our Values over the loss on floats."""
    plain, ours = together(runs, floats().loss, step(Problem(ad.Value, ad.Value.relu)))
    return ours / plain


def micrograd(runs: int = 5) -> float:
    """Return the same ratio for micrograd."""
    from micrograd.engine import Value

    plain, theirs = together(runs, floats().loss, step(Problem(Value, Value.relu)))
    return theirs / plain


def traced() -> tuple[Callable[[], Any], Any]:
    """Return what traces the loss as a program of its parameters in three arrays, and these."""
    problem = Problem(ad.constant, ad.Value.relu)
    parameters = [
        np.array([[x.data for x in [*ws, b]] for ws, b in layer]) for layer in problem.net
    ]

    def loss(arrays: Any) -> Any:
        return problem.loss([[(list(r[:-1]), r[-1]) for r in a] for a in arrays])

    return lambda: ad.trace(loss, parameters), parameters


def casadi_vm() -> Callable[[], Any]:
    """Return CasADi's virtual machine computing the loss and all gradients."""
    import casadi

    symbols: list[Any] = []

    def number(v: float) -> Any:
        if len(symbols) < 337:
            symbols.append(casadi.SX.sym(f"p{len(symbols)}"))
            return symbols[-1]
        return casadi.SX(v)

    problem = Problem(number, lambda v: casadi.fmax(v, 0))
    y = problem.loss()
    p = casadi.vertcat(*symbols)
    f = casadi.Function("f", [p], [y, casadi.gradient(y, p)])
    draw = np.random.default_rng(0).uniform(-1, 1, 337)
    buffer, call = f.buffer()
    value, gradient = np.zeros(1), np.zeros(337)
    buffer.set_arg(0, memoryview(draw))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))
    kept = f, buffer, draw, value, gradient  # it holds no references of its own

    def run() -> Any:
        call()
        return kept

    return run


def replay(runs: int = 60) -> float:
    """Return value and all gradients of our program over CasADi's virtual machine."""
    trace, parameters = traced()
    ours = trace()
    a, b = together(runs, lambda: ours.value_and_grad(parameters), casadi_vm())
    return a / b


def tracing(runs: int = 10) -> float:
    """Return the time of tracing over that of one eager build."""
    problem = Problem(ad.Value, ad.Value.relu)
    a, b = together(runs, traced()[0], problem.loss)
    return a / b


def lanes(runs: int = 60) -> float:
    """Return the loss with its 100 samples as lanes over CasADi's virtual machine."""
    problem = floats()
    arrays = [np.array([[*ws, b] for ws, b in layer]) for layer in problem.net]

    def hinge(a: Any, x: Any, y: Any) -> Any:
        v = list(x)
        for depth, layer in enumerate(a):
            z = [ad.dot(list(r[:-1]), v) + r[-1] for r in layer]
            v = [ad.relu(t) for t in z] if depth < 2 else z
        size = ad.sum([ad.square(p) for layer in a for p in layer.ravel()])
        return ad.relu(1.0 - y * v[0]) * 0.01 + size * 1e-6

    x, y = np.array(problem.points), np.array(problem.labels, dtype=float)
    ours = ad.trace(hinge, arrays, x, y, in_axes=(None, 0, 0))
    a, b = together(runs, lambda: ours.value_and_grad(arrays, x, y), casadi_vm())
    return a / b
