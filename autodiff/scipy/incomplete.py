"""The derivative of the regularized incomplete gamma function P(a, x) with respect to its shape a.

SciPy has none. Up to x = a + 1 the power series of P is differentiated term by term; beyond it the
continued fraction of 1 - P (Lentz's method), step by step in forward mode, so that no digit is lost in
the tail where P is all but 1. Near x = a both take some nine times the root of a terms; where MOST are
too few, a being several millions, the derivative is NaN.
"""

from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.table.curves.arrays import gamma_fraction, gamma_series
from autodiff.table.quiet import SILENT, now, put


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


def _series(a: Any, x: Any) -> Any:
    """P = x^a e^-x sum x^n / Gamma(a + n + 1), differentiated in a term by term."""
    special = require("scipy.special", "scipy", "the incomplete gamma function")
    log = np.log(x)
    front = np.exp(a * log - x - special.gammaln(a + 1.0))
    return front * gamma_series(a, x, log - special.psi(a + 1.0))


def _fraction(a: Any, x: Any) -> Any:
    """1 - P = x^a e^-x / Gamma(a) times a continued fraction, differentiated in a."""
    special = require("scipy.special", "scipy", "the incomplete gamma function")
    log = np.log(x)
    return np.exp(a * log - x - special.gammaln(a)) * gamma_fraction(a, x, log - special.psi(a))
