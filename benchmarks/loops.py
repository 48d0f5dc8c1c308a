"""Scalar graphs as people write them: attributes, loops, an ODE, small programs called again and again.

Times are medians of blocks of at least 20 ms, ours and the other's in turns; see `timing.blocks`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.moons import Problem, step
from benchmarks.timing import blocks, together


class Slots:
    """A parameter of plain Python, for comparison."""

    __slots__ = ("data", "grad")

    def __init__(self, data: float) -> None:
        self.data, self.grad = data, 0.5


def descent(parameters: list[Any]) -> Callable[[], None]:
    """Return a step of descent as it is written for micrograd."""

    def run() -> None:
        for p in parameters:
            p.data -= 0.1 * p.grad
            p.grad = 0

    return run


def attributes() -> float:
    """Return 4,096 steps over those on plain slots."""
    plain = [Slots(float(i)) for i in range(4096)]
    ours = [ad.Value(float(i)) for i in range(4096)]
    a, b = blocks(descent(ours), descent(plain))
    return a / b


class Loops(Problem):
    """The two moons with every sum a loop `s = s + w * x`."""

    def loss(self, net: Any = None) -> Any:
        net = self.net if net is None else net
        total = self.number(0.0)
        for point, label in zip(self.points, self.labels, strict=True):
            x = [self.number(v) for v in point]
            for depth, layer in enumerate(net):
                z = []
                for ws, b in layer:
                    s = b
                    for w, v in zip(ws, x, strict=True):
                        s = s + w * v
                    z.append(s)
                x = [self.relu(v) for v in z] if depth < 2 else z
            total = total + self.relu(1 + -label * x[0])
        size = self.number(0.0)
        for layer in net:
            for ws, b in layer:
                for p in (*ws, b):
                    size = size + p * p
        return total * (1.0 / len(self.points)) + 1e-4 * size


def moons_by_loops(runs: int = 40) -> float:
    """Return build + backward + free of the loops on Values over the loss on floats."""
    floats = Loops(float, lambda v: v if v > 0 else 0.0)
    ours, plain = together(runs, step(Loops(ad.Value, ad.Value.relu)), floats.loss)
    return ours / plain


def lorenz(parameters: Any, one: Any, steps: int = 1000) -> Any:
    """Return the squared distance after Runge-Kutta steps of the Lorenz system, constants and all."""
    s, r, b = parameters
    x, y, z, h = one, one, one, 0.01

    def slope(x: Any, y: Any, z: Any) -> Any:
        return s * (y - x), x * (r - z) - y, x * y - b * z

    for _ in range(steps):
        k1 = slope(x, y, z)
        k2 = slope(x + 0.5 * h * k1[0], y + 0.5 * h * k1[1], z + 0.5 * h * k1[2])
        k3 = slope(x + 0.5 * h * k2[0], y + 0.5 * h * k2[1], z + 0.5 * h * k2[2])
        k4 = slope(x + h * k3[0], y + h * k3[1], z + h * k3[2])
        x = x + h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
        y = y + h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
        z = z + h / 6 * (k1[2] + 2 * k2[2] + 2 * k3[2] + k4[2])
    return x * x + y * y + z * z


def ode(runs: int = 20) -> float:
    """Return value and gradient of the Lorenz system on Values over the value on floats."""
    start = (10.0, 28.0, 8 / 3)
    nodes = [ad.Value(p) for p in start]
    ours, plain = together(
        runs, lambda: lorenz(nodes, ad.Value(1.0)).backward(), lambda: lorenz(start, 1.0)
    )
    return ours / plain


def product() -> dict[str, float]:
    """Return microseconds of value and gradient of one product: called, bound, and ddx-ad's buffers."""
    program = ad.trace(lambda w, x: w * x, 2.0, 3.0, argnums=(0, 1))
    bound = program.bind(2.0, 3.0)
    jobs: dict[str, Any] = {"called": lambda: program.value_and_grad(2.0, 3.0), "bound": bound}
    try:
        import ddx

        jobs["ddx-ad, buffers"] = ddx.equation("w * x").buffer(np.array([2.0, 3.0]))
    except ImportError:
        pass
    return {name: 1e6 * t for name, t in zip(jobs, blocks(*jobs.values()), strict=True)}


def entropy(n: int) -> dict[str, float]:
    """Return sum x log x + x'Cx with its gradient over ddx-ad's interpreter, and its JIT over the same."""
    import ddx

    draw = np.random.default_rng(0)
    c, point = draw.normal(size=(n, n)).tolist(), draw.random(n) + 0.5

    def f(x: Any) -> Any:
        total = 0.0
        for i in range(n):
            total = total + x[i] * ad.log(x[i])
            for j in range(n):
                total = total + x[i] * (c[i][j] * x[j])
        return total

    def model() -> Any:
        x = [ddx.var(f"x{i}") for i in range(n)]
        total = 0.0
        for i in range(n):
            total = total + x[i] * ddx.log(x[i])
            for j in range(n):
                total = total + x[i] * (c[i][j] * x[j])
        return total

    ours = ad.trace(f, point).bind(point)
    theirs = ddx.equation(model)
    interpreted = theirs.buffer(point)
    a, b = blocks(ours, interpreted)
    np.testing.assert_allclose(ours.gradient, np.ravel(interpreted.jacobian), rtol=1e-9)
    return {"bound": a / b}


def mlp(w: Any, x: Any, weighted: Callable[..., Any]) -> Any:
    """Return the output of a network 2-16-16-1 of relu, its sums made by `weighted`."""
    for depth, matrix in enumerate(w):
        z = [weighted(row[:-1], x, row[-1]) for row in matrix]
        x = [ad.relu(v) for v in z] if depth < 2 else z
    return x[0]


def by_loop(row: Any, x: Any, s: Any) -> Any:
    for w, v in zip(row, x, strict=True):
        s = s + w * v
    return s


def by_dot(row: Any, x: Any, b: Any) -> Any:
    return ad.dot(list(row), list(x)) + b


def drawn() -> tuple[list[Any], Any]:
    """Return the network's matrices, biases in the last column, and 100 points."""
    draw = np.random.default_rng(0)
    return [draw.normal(size=s) for s in ((16, 3), (16, 17), (1, 17))], draw.normal(size=(100, 2))


def by_hand(w: list[Any], x: Any) -> tuple[Any, list[Any]]:
    """Return the sum of the outputs and the gradient of all matrices, in numpy."""
    w1, w2, w3 = w
    a0 = x.T
    z1 = w1[:, :-1] @ a0 + w1[:, -1:]
    a1 = np.maximum(z1, 0.0)
    z2 = w2[:, :-1] @ a1 + w2[:, -1:]
    a2 = np.maximum(z2, 0.0)
    y = w3[:, :-1] @ a2 + w3[:, -1:]
    d3 = np.ones_like(y)
    d2 = (w3[:, :-1].T @ d3) * (z2 > 0)
    d1 = (w2[:, :-1].T @ d2) * (z1 > 0)
    layers = ((d1, a0), (d2, a1), (d3, a2))
    return y[0], [np.concatenate([d @ a.T, d.sum(1, keepdims=True)], axis=1) for d, a in layers]


def lanes() -> dict[str, float]:
    """Return 100 samples with all gradients over numpy by hand: written with loops, and with `dot`."""
    w, x = drawn()
    jobs: list[Any] = []
    for weighted in (by_loop, by_dot):
        program = ad.trace(lambda w, x, k=weighted: mlp(w, x, k), w, x, in_axes=(None, 0))
        np.testing.assert_allclose(
            program.value_and_grad(w, x)[1][0], by_hand(w, x)[1][0], rtol=1e-9
        )
        jobs += [program.bind(w, x), lambda p=program: p.value_and_grad(w, x)]
    *ours, hand = blocks(*jobs, lambda: by_hand(w, x))
    names = "loops", "loops, called", "dot", "dot, called"
    return {name: t / hand for name, t in zip(names, ours, strict=True)}


def sample() -> dict[str, float]:
    """Return microseconds of one sample with all gradients: called, bound, and ddx-ad's interpreter."""
    w, x = drawn()
    program = ad.trace(lambda w, x: mlp(w, x, by_loop), w, x[0])
    jobs: dict[str, Any] = {
        "called": lambda: program.value_and_grad(w, x[0]), "bound": program.bind(w, x[0]),
    }  # fmt: skip
    try:
        import ddx

        jobs["ddx-ad, interpreted"] = ddx.equation(_model).buffer(
            np.concatenate([*(m.ravel() for m in w), x[0]])
        )
    except ImportError:
        pass
    return {name: 1e6 * t for name, t in zip(jobs, blocks(*jobs.values()), strict=True)}


def _model() -> Any:
    """The network for ddx-ad, its inputs in the order of ours."""
    import ddx

    w, _ = drawn()
    net = [
        [[ddx.var(f"w{k}_{i}_{j}") for j in range(m.shape[1])] for i in range(m.shape[0])]
        for k, m in enumerate(w)
    ]
    x = [ddx.var("x0"), ddx.var("x1")]
    for depth, matrix in enumerate(net):
        z = [by_loop(row[:-1], x, row[-1]) for row in matrix]
        x = [ddx.max(v, 0.0) for v in z] if depth < 2 else z
    return x[0]
