"""The derivative of the regularized incomplete gamma function P(a, x) with respect to its shape a.

SciPy has none. Up to x = a + 1 the power series of P is differentiated term by term; beyond it the
continued fraction of 1 - P (Lentz's method), step by step in forward mode, so that no digit is lost in
the tail where P is all but 1. Near x = a both take some nine times the root of a terms; where MOST are
too few, a being several millions, the derivative is NaN.
"""

from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.table.quiet import SILENT, now, put

MOST = 20_000  # terms


def gammainc_slope(a: Any, x: Any) -> Any:
    """Return dP(a, x)/da for positive numbers or arrays."""
    a, x = np.broadcast_arrays(np.asarray(a), np.asarray(x))
    dtype = np.result_type(a, x, np.float32)
    a, x = a.astype(float), x.astype(float)
    near = x < a + 1.0
    warned = now()
    try:
        put(SILENT)
        y = np.full(a.shape, np.nan)
        y[near] = _series(a[near], x[near])
        y[~near] = -_fraction(a[~near], x[~near])
    finally:
        put(warned)
    y[(x == 0.0) & (a > 0.0)] = 0.0
    y[np.isposinf(x) & np.isfinite(a)] = 0.0
    return y.astype(dtype if dtype == np.float32 else float)


def _terms(a: Any) -> range:
    """Return the numbers of the terms of a sum that converges as exp(-n^2 / 2a)."""
    return range(
        1, min(500 + int(10.0 * np.sqrt(np.max(a, where=np.isfinite(a), initial=0.0))), MOST)
    )


def _series(a: Any, x: Any) -> Any:
    """P = x^a e^-x sum x^n / Gamma(a + n + 1), differentiated in a term by term."""
    special = require("scipy.special", "scipy", "the incomplete gamma function")
    term = np.exp(a * np.log(x) - x - special.gammaln(a + 1.0))
    rate = np.log(x) - special.psi(a + 1.0)  # of the term's logarithm
    total = term * rate
    for n in _terms(a):
        term = term * (x / (a + n))
        rate = rate - 1.0 / (a + n)
        part = term * rate
        total = total + part
        small = np.abs(part) <= 1e-17 * np.abs(total)
        if np.all(small):
            return total
    return np.where(small, total, np.nan)


def _fraction(a: Any, x: Any) -> Any:
    """1 - P = x^a e^-x / Gamma(a) / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), differentiated in a."""
    special = require("scipy.special", "scipy", "the incomplete gamma function")
    b, db = x + 1.0 - a, -np.ones_like(a)
    c, dc = np.full_like(a, 1e300), np.zeros_like(a)
    d = 1.0 / b
    dd = -db * d * d
    h, dh = d, dd
    for n in _terms(a):
        an, dan = -n * (n - a), float(n)
        b = b + 2.0
        below = an * d + b
        dbelow = dan * d + an * dd - 1.0
        d = 1.0 / below
        dd = -dbelow * d * d
        dc = dan / c - an * dc / (c * c) - 1.0
        c = b + an / c
        step = d * c
        dstep = dd * c + d * dc
        dh = dh * step + h * dstep
        h = h * step
        small = (np.abs(step - 1.0) <= 1e-16) & (np.abs(h * dstep) <= 1e-17 * np.abs(dh))
        if np.all(small):
            break
    front = np.exp(a * np.log(x) - x - special.gammaln(a))
    return np.where(small, front * (dh + h * (np.log(x) - special.psi(a))), np.nan)
