"""The problems on which libraries are compared: each formula once, its numbers, what it differentiates.

A formula gets a library first: its functions under numpy's names (`exp`, `tanh`, `where`) and, where the
names differ, under ours (`normal_cdf`, `logsumexp`, `softmax`).
"""

import math
from typing import Any, NamedTuple

import numpy as np

RNG = np.random.default_rng


class Problem(NamedTuple):
    """A formula of one number, its arguments, and how many of them get a gradient (the first ones)."""

    formula: Any
    arguments: tuple[Any, ...]
    wanted: int


def mixture(xp: Any, alphas: Any, means: Any, q: Any, lower: Any, x: Any, mask: Any) -> Any:
    """Return the log-likelihood of a Gaussian mixture with a Wishart prior, as ADBench has it."""
    n, d = x.shape
    scale = xp.exp(q)
    root = lower * mask + scale[:, :, None] * xp.array(np.eye(d))
    moved = (x[None] - means[:, None]) @ root.swapaxes(-1, -2)  # (k, n, d)
    inner = alphas[:, None] + q.sum(-1)[:, None] - 0.5 * (moved * moved).sum(-1)
    prior = 0.5 * ((scale * scale).sum() + ((lower * mask) ** 2).sum()) - q.sum()
    return xp.logsumexp(inner, 0).sum() - n * xp.logsumexp(alphas, 0) + prior


def black_scholes(xp: Any, spot: Any, strike: Any, years: Any, rate: Any, sigma: Any) -> Any:
    """Return the sum of the prices of call options; the gradients are their Greeks."""
    spread = sigma * xp.sqrt(years)
    d1 = (xp.log(spot / strike) + (rate + 0.5 * sigma * sigma) * years) / spread
    discounted = strike * xp.exp(-rate * years)
    return (spot * xp.normal_cdf(d1) - discounted * xp.normal_cdf(d1 - spread)).sum()


def transformer(xp: Any, x: Any, *weights: Any) -> Any:
    """Return a cost of one block: causal attention of one head and an MLP, each after a layer norm."""
    wq, wk, wv, wo, w1, w2, mask = weights

    def norm(x: Any) -> Any:
        away = x - x.mean(-1)[:, None]
        return away / xp.sqrt((away * away).mean(-1)[:, None] + 1e-5)

    h = norm(x)
    scores = (h @ wq) @ (h @ wk).T / math.sqrt(x.shape[1]) + mask
    x = x + (xp.softmax(scores, -1) @ (h @ wv)) @ wo
    x = x + xp.tanh(norm(x) @ w1) @ w2
    return (x * x).mean()


def logistic(xp: Any, w: Any, x: Any, y: Any) -> Any:
    """Return the cost of a logistic regression."""
    return xp.softplus(-(y * (x @ w))).mean()


def lstm(xp: Any, w: Any, u: Any, b: Any, xs: Any) -> Any:
    """Return a cost of an LSTM that is run over a sequence."""
    size = u.shape[1]
    h, c = xp.zeros(size), xp.zeros(size)
    for t in range(xs.shape[0]):
        z = w @ xs[t] + u @ h + b
        gates = xp.sigmoid(z[: 3 * size])
        c = gates[:size] * c + gates[size : 2 * size] * xp.tanh(z[3 * size :])
        h = gates[2 * size :] * xp.tanh(c)
    return (h * h).sum()


def rosenbrock(xp: Any, x: Any) -> Any:
    """Return Rosenbrock's function of n variables."""
    away, short = x[1:] - x[:-1] ** 2, 1.0 - x[:-1]
    return (100.0 * away**2 + short**2).sum()


def network(xp: Any, *arguments: Any) -> Any:
    """Return the quadratic cost of layers of tanh."""
    *weights, x = arguments
    for w in weights:
        x = xp.tanh(w @ x)
    return (x * x).mean()


def make(name: str, size: int = 1) -> Problem:
    """Return a problem by its name; `size` multiplies the numbers that it works on."""
    rng = RNG(0)
    if name == "mixture":
        k, d, n = 25, 20, 1000 * size
        mask = np.tril(np.ones((d, d)), -1)
        scales = rng.normal(size=(k, d)) * 0.1, rng.normal(size=(k, d, d)) * 0.1
        points = rng.normal(size=(n, d)), mask
        return Problem(mixture, (rng.normal(size=k), rng.normal(size=(k, d)), *scales, *points), 4)
    if name == "black_scholes":
        bounds = (50, 150), (50, 150), (0.2, 2), (0.01, 0.1), (0.1, 0.5)
        options = [rng.uniform(low, high, size=200_000 * size) for low, high in bounds]
        return Problem(black_scholes, tuple(options), 5)
    if name == "transformer":
        t = c = 64
        shapes = (c, c), (c, c), (c, c), (c, c), (c, 4 * c), (4 * c, c)
        weights = [rng.normal(size=s) / s[0] ** 0.5 for s in shapes]
        mask = np.triu(np.full((t, t), -1e9), 1)
        return Problem(transformer, (rng.normal(size=(t, c)), *weights, mask), 7)
    if name == "logistic":
        x = rng.normal(size=(100_000 * size, 50))
        y = np.sign(rng.normal(size=100_000 * size))
        return Problem(logistic, (rng.normal(size=50), x, y), 1)
    if name == "lstm":
        h, steps = 32, 60
        found = [rng.normal(size=s) / h**0.5 for s in ((4 * h, h), (4 * h, h), 4 * h, (steps, h))]
        return Problem(lstm, tuple(found), 3)
    if name == "network":
        weights = [rng.normal(size=(1024, 1024)) / 32 for _ in range(6)]
        return Problem(network, (*weights, rng.normal(size=(1024, 1024))), 6)
    assert name == "rosenbrock"
    return Problem(rosenbrock, (rng.normal(size=size),), 1)
