"""The evaluations on single numbers: a determinant by minors, and derivatives inside of derivatives.

Saddle and particle are Pearlmutter's and Siskind's: a descent whose function itself takes a gradient, in
all four pairs of forward (`f`) and reverse mode (`r`).
"""

from collections.abc import Callable
from typing import Any

import autodiff as ad

CLOSE = 1e-5


def determinant(rows: Any) -> Any:
    """Return a determinant by expansion along the first row."""
    if len(rows) == 1:
        return rows[0][0]
    total = 0.0
    for j, x in enumerate(rows[0]):
        minor = determinant([row[:j] + row[j + 1 :] for row in rows[1:]])
        total = total - x * minor if j % 2 else total + x * minor
    return total


def gradient(mode: str, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the gradient of f at a list of numbers, in forward or in reverse mode."""
    if mode == "r":
        return ad.grad(f)

    def forward(x: Any) -> Any:
        units = [[float(i == j) for j in range(len(x))] for i in range(len(x))]
        return [ad.jvp(f, (x,), (unit,))[1] for unit in units]

    return forward


def length(x: Any) -> Any:
    return ad.sqrt(sum((a * a for a in x), 0.0))


def descend(mode: str, f: Callable[[Any], Any], x: Any) -> Any:
    """Return where f is least, by descent.

    The step is doubled after ten that help, and halved after one that does not.
    """
    slope, eta, since = gradient(mode, f), 1e-5, 0
    y, g = f(x), slope(x)
    while length(g) > CLOSE:
        if since == 10:
            eta, since = 2.0 * eta, 0
            continue
        there = [a - eta * b for a, b in zip(x, g, strict=True)]
        if length([a - b for a, b in zip(x, there, strict=True)]) <= CLOSE:
            return x
        found = f(there)
        if found < y:
            x, y, g, since = there, found, slope(there), since + 1
        else:
            eta, since = eta / 2.0, 0
    return x


def saddle(outer: str, inner: str, start: list[float]) -> list[Any]:
    """Return the saddle of (x_1^2 + y_1^2) - (x_2^2 + y_2^2): the least over 1 of the most over 2."""

    def cost(x: Any, y: Any) -> Any:
        return (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1])

    def most(x: Any) -> Any:
        return descend(inner, lambda y: -cost(x, y), start)

    x = descend(outer, lambda x: cost(x, most(x)), start)
    return [*x, *descend(outer, lambda y: -cost(x, y), start)]


def potential(x: Any, w: Any) -> Any:
    """Return the electric potential at x of charges at (10, 10 - w) and (10, 0)."""
    return sum(1.0 / length([x[0] - 10.0, x[1] - y]) for y in (10.0 - w, 0.0))


def landing(inner: str, w: Any) -> Any:
    """Return the square of where a particle's path, by Euler's steps, meets the axis."""
    x, v, dt = [0.0, 8.0], [0.75, 0.0], 0.1
    while True:
        force = gradient(inner, lambda x: potential(x, w))(x)
        there = [a + dt * b for a, b in zip(x, v, strict=True)]
        if not there[1] > 0.0:
            last = -x[1] / v[1]
            return (x[0] + last * v[0]) ** 2
        x, v = there, [b - dt * c for b, c in zip(v, force, strict=True)]


def particle(outer: str, inner: str, w: float) -> float:
    """Return the w with which the particle meets the origin."""
    (found,) = descend(outer, lambda ws: landing(inner, ws[0]), [w])
    return float(found)
