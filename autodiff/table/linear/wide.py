"""Products of any size: what comes back through them where a part of them is beyond the range of floats.

A *wide* number is m times 2^(256 e), m between 2^-128 and 2^128. To scale by powers of two is exact, so
wide numbers have the bits that floats without a smallest and a largest would have. A derivative of
running products of any order is the coefficient of e1 e2 ... in products of x + h1 e1 + h2 e2 + ..., where
the squares of the e are 0; of such a number one coefficient is kept for each set of the e.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.table import loops as passes

STEP = 256
UP, DOWN = 2.0**STEP, 2.0**-STEP
HIGH, LOW = 2.0 ** (STEP // 2), 2.0 ** (-STEP // 2)
NEVER = 2**29  # the e of infinities and NaN, and less 0 that of zeros

Wide = tuple[Any, Any]


def fit(m: Any, e: Any) -> Wide:
    """Return arrays of wide numbers whose m may be out of its bounds."""
    m = np.array(m, dtype=float)
    e = np.array(np.broadcast_to(e, m.shape), dtype=np.int64)
    e[m == 0.0], e[~np.isfinite(m)] = -NEVER, NEVER
    size = np.abs(m)
    while (large := (size >= HIGH) & (size < np.inf)).any():
        m[large] *= DOWN
        e[large] += 1
        size = np.abs(m)
    while (small := (size < LOW) & (size > 0.0)).any():
        m[small] *= UP
        e[small] -= 1
        size = np.abs(m)
    return m, e


def times(a: Wide, b: Wide) -> Wide:
    return fit(a[0] * b[0], a[1] + b[1])


def plus(a: Wide, b: Wide) -> Wide:
    more: Any = a[1] >= b[1]
    m, n = np.where(more, a[0], b[0]), np.where(more, b[0], a[0])
    e, f = np.maximum(a[1], b[1]), np.minimum(a[1], b[1])
    return fit(np.where(e - f > 1, m, m + n * np.where(e == f, 1.0, DOWN)), e)


def narrow(a: Wide) -> Any:
    """Return the floats that are nearest to wide numbers: 0 below their range, infinity above it."""
    m, e = a[0], np.clip(a[1], -5, 5)
    for _ in range(5):
        m = m * np.where(e > 0, UP, np.where(e < 0, DOWN, 1.0))
        e = e - np.sign(e)
    return m


def along(x: Any, axis: int, reverse: bool) -> Any:
    """Return a whole array of doubles whose last axis is an axis of x, from its end where `reverse`."""
    y = np.moveaxis(x, axis, -1)
    return np.asarray(y[..., ::-1] if reverse else y, dtype=float, order="C")


def stepped(c: list[Wide], x: Wide, hs: list[Wide]) -> list[Wide]:
    """Return the coefficients of a number times x + h1 e1 + ..., whose own are c."""
    found = []
    for s, own in enumerate(c):
        y = times(own, x)
        for i, h in enumerate(hs):
            if s >> i & 1:
                y = plus(y, times(c[s ^ 1 << i], h))
        found.append(y)
    return found


def each(x: Any, hs: Any) -> list[tuple[Wide, list[Wide]]]:
    """Return x and the h, one after the other along the last axis."""
    return [(fit(x[..., k], 0), [fit(h[..., k], 0) for h in hs]) for k in range(x.shape[-1])]


def one_of(like: Any, hs: Any, first: Any) -> list[Wide]:
    """Return the coefficients of a number that has no e."""
    return [fit(np.zeros(like.shape) if s else first, 0) for s in range(1 << len(hs))]


def laid(rule: Callable[..., Any], x: Any, rest: Any, hs: Any, axis: int, reverse: bool) -> Any:
    """Return the result of a rule on lines, of x's shape and type."""
    for z in (*rest, *hs):
        if z.shape != x.shape:
            raise ValueError(f"products: operands of the shapes {x.shape} and {z.shape}")
    line = along(x, axis, reverse)
    y = np.empty(line.shape)
    more = np.array([along(h, axis, reverse) for h in hs]).reshape(-1, *line.shape)
    if y.size:
        rule(*(along(g, axis, reverse) for g in rest), line, more, y)
    y = y.astype(x.dtype, copy=False)
    return np.ascontiguousarray(np.moveaxis(y[..., ::-1] if reverse else y, -1, axis))


def run(x: Any, hs: Any, y: Any) -> None:
    """Fill y with the coefficient of e1 e2 ... in the running products."""
    if passes.wide_run(x, hs, y):  # compiled only
        return
    c = one_of(x[..., 0], hs, np.ones(x.shape[:-1]))
    for k, (one, more) in enumerate(each(x, hs)):
        c = stepped(c, one, more)
        y[..., k] = narrow(c[-1])


def run_back(g: Any, x: Any, hs: Any, y: Any) -> None:
    """Fill y with the coefficient of e1 e2 ... in what comes back from g through running products."""
    if passes.wide_back(g, x, hs, y):  # compiled only
        return
    if not len(hs) and moderate(x, g):
        p, s = np.cumprod(x, axis=-1), g[..., -1]
        for k in reversed(range(1, x.shape[-1])):
            y[..., k], s = s * p[..., k - 1], g[..., k - 1] + x[..., k] * s
        y[..., 0] = s
        return
    numbers, ahead = each(x, hs), [one_of(x[..., 0], hs, np.ones(x.shape[:-1]))]
    for one, more in numbers[:-1]:
        ahead.append(stepped(ahead[-1], one, more))
    c = one_of(x[..., 0], hs, g[..., -1])
    for k in reversed(range(x.shape[-1])):
        total = times(ahead[k][0], c[-1])
        for s in range(1, len(c)):
            total = plus(total, times(ahead[k][s], c[len(c) - 1 - s]))
        y[..., k] = narrow(total)
        if k:
            c = stepped(c, *numbers[k])
            c[0] = plus(c[0], fit(g[..., k - 1], 0))


def quick_back(g: Any, y: Any, x: Any, found: Any, axis: int, reverse: bool) -> Any:
    """Return `found` with what comes back through the running products y, None if that is not quick."""
    if passes.cumprod_back(g, y, x, found, axis, reverse):  # compiled only
        return found
    return None


def moderate(x: Any, g: Any) -> bool:
    """Return whether no product of neighbours along the last axis, nor any times g, is far from 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size, sent = np.log2(np.abs(x)), np.log2(np.abs(g[g != 0.0]))
    sums = np.cumsum(np.where(x == 0.0, 0.0, size), axis=-1, dtype=float)
    reach = np.max(sums, -1, initial=0.0) - np.min(sums, -1, initial=0.0)
    return bool(np.all(reach < 250.0) and np.all(np.abs(sent) < 128.0))


def scaled(x: Any) -> Wide:
    """Return the running products along the last axis, and the powers of two to multiply them by."""
    plain = np.isfinite(x) & (x != 0.0)
    whole = np.rint(np.cumsum(np.log2(np.abs(np.where(plain, x, 1.0))), axis=-1)).astype(np.int64)
    steps = np.diff(whole, axis=-1, prepend=0)
    half = steps // 2  # no power of two that is out of range
    y = np.ldexp(np.ldexp(x, -half), half - steps)
    return np.cumprod(y, axis=-1), whole


def apart(g: Any, x: Any) -> Any:
    """Return g times the product of all other elements of each line of x."""
    if not x.ndim or g.shape != x.shape[:-1]:
        raise ValueError(f"others: operands of the shapes {g.shape} and {x.shape}")
    found = np.empty(x.shape)
    if not x.size:
        return found
    if passes.prod_back(g, x, found):  # compiled only
        return found
    g, one = g[..., None], np.ones((*x.shape[:-1], 1))
    p, e = scaled(np.concatenate([one, x[..., :-1]], axis=-1))
    q, f = (z[..., ::-1] for z in scaled(np.concatenate([g, x[..., :0:-1]], axis=-1)))
    return np.ldexp(p * q, np.clip(e + f, -5000, 5000).astype(np.int32))
