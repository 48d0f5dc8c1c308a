"""Polynomials as arrays of coefficients, the highest power first: their values, and what comes back.

Horner's scheme is one row, `horner`. What comes back to the coefficients are sums of powers, `moments`;
what comes back to the points is the scheme again, with the coefficients of the derivative. So both stay
in one family, and a polynomial of any degree keeps no more than its operands. `deconvolve` is the long
division that undoes a convolution; its way back is the same division from the other end.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, smooth
from autodiff.table.recipes import VECTOR, Operand, Recipe, whole

FEW = 32  # points whose powers are kept side by side


def horner(p: Any, x: Any) -> Any:
    """Return the polynomial with the coefficients p at the points x."""
    y = np.zeros_like(x)
    for c in p:
        y = y * x + c
    return np.asarray(y)


def moments(g: Any, x: Any, n: int) -> Any:
    """Return the sums of g times the powers of x from n - 1 down to 0; where g is 0, x is of no concern."""
    kind = np.result_type(g, x)
    weights, points = g.reshape(-1).astype(kind), x.reshape(-1).astype(kind)
    if not np.all(np.isfinite(points)):
        points = np.where(weights == 0, 0.0, points)
    if points.size < FEW:
        rows = np.empty((n, points.size), kind)
        rows[:1], rows[1:] = weights, points
        return np.multiply.accumulate(rows, axis=0, out=rows).sum(1)[::-1].copy()
    found = np.empty(n, kind)
    for k in range(n - 1, -1, -1):
        found[k] = weights.sum()
        np.multiply(weights, points, out=weights)
    return found


def derivative(p: Any) -> Any:
    """Return the coefficients of the derivative."""
    n = p.shape[0]
    return TABLE["take"](p, index=slice(0, -1)) * np.arange(n - 1, 0, -1, dtype=p.dtype)


def slope(p: Any, x: Any) -> Any:
    return TABLE["horner"](derivative(p) if p.shape[0] else p, x)


def moments_on(t: Any, y: Any, g: Any, x: Any, n: int) -> Any:
    """Return how the sums move with the points."""
    if not n:
        return TABLE["moments"](g * t, x, n=0)
    lower = TABLE["moments"](g * t, x, n=n - 1) * np.arange(n - 1, 0, -1, dtype=y.dtype)
    return TABLE["concatenate"](lower, np.zeros(1, y.dtype), axis=0)


def deconvolve(x: Any, z: Any) -> Any:
    """Return q whose convolution with z begins as x does, by long division."""
    kind = np.result_type(x, z)
    rest, below = x.astype(kind), z.astype(kind)
    n, share = below.size, 1.0 / z[0]
    q = np.zeros(rest.size - n + 1, kind)
    for k in range(q.size):
        q[k] = d = share * rest[k]
        rest[k : k + n] -= d * below
    return q


def turned(x: Any) -> Any:
    return TABLE["take"](x, index=slice(None, None, -1))


def longer(x: Any, n: int, ahead: bool = False) -> Any:
    """Return x with n zeros behind it, or ahead of it."""
    zeros = np.zeros(n, x.dtype)
    return TABLE["concatenate"](*((zeros, x) if ahead else (x, zeros)), axis=0)


def divided_back(g: Any, z: Any) -> Any:
    """Return the division from the other end: the quotient's own triangle, transposed."""
    return turned(TABLE["deconvolve"](longer(turned(g), z.shape[0] - 1), z))


smooth(
    "horner", horner,
    lambda g, y, p, x: TABLE["moments"](g, x, n=p.shape[0]),
    lambda g, y, p, x: TABLE["chain"](g, slope(p, x)),
    tangents=(lambda t, y, p, x: TABLE["horner"](t, x), lambda t, y, p, x: t * slope(p, x)),
    tex=r"\operatorname{{p}}_{{{0}}}({1})",
    doc="the polynomial with coefficients p, the highest power first, at x",
    recipe=Recipe(p=VECTOR, x=Operand()),
)  # fmt: skip
smooth(
    "moments", moments,
    lambda c, y, g, x, n: TABLE["horner"](c, x),
    lambda c, y, g, x, n: TABLE["chain"](g, slope(c, x)),
    tangents=(lambda t, y, g, x, n: TABLE["moments"](t, x, n=n), moments_on),
    tex=r"\sum {0} \, {1}^k",
    doc="the sums of g times the powers of x from n - 1 down to 0",
    recipe=Recipe(g=VECTOR, x=Operand(shape=lambda d: d.first.shape), n=whole(1, 4)),
)  # fmt: skip
smooth(
    "deconvolve", deconvolve,
    lambda g, y, x, z: longer(divided_back(g, z), z.shape[0] - 1),
    lambda g, y, x, z: -turned(
        TABLE["correlate"](longer(y, z.shape[0] - 1, ahead=True), divided_back(g, z))
    ),
    tangents=(
        lambda t, y, x, z: TABLE["deconvolve"](t, z),
        lambda t, y, x, z: -TABLE["deconvolve"](TABLE["convolve"](t, y), z),
    ),
    tex=r"{0} *^{{-1}} {1}", doc="the quotient of long division: what convolved with z begins as x",
    recipe=Recipe(x=VECTOR, z=Operand(above=0.5, shape=lambda d: (min(2, d.first.size),))),
)  # fmt: skip
