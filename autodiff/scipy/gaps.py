"""The difference digamma(a) - digamma(a + b), to the last digits however small b is beside a.

Taken as a difference it keeps none of them where a is large: it is -b / a there, beside log a. Below 12
the recurrence psi(a) = psi(a + 1) - 1 / a goes up; from there on the asymptotic series of both are
subtracted term by term, u^k - v^k with u = 1 / a^2 and v = 1 / (a + b)^2 by its factor u - v.
"""

from typing import Any

import numpy as np

from autodiff.table.quiet import SILENT, now, put

FROM = 12.0
# B_2k / 2k, the coefficients of psi(x) = log x - 1 / 2x - sum of B_2k / (2k x^2k)
SERIES = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)


def digamma_gap(a: Any, b: Any) -> Any:
    """Return digamma(a) - digamma(a + b) of positive numbers or arrays."""
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    dtype = np.result_type(a, b, np.float32)
    a, b = a.astype(float), b.astype(float)
    warned = now()
    try:
        put(SILENT)
        y = np.zeros(a.shape)
        for _ in range(int(FROM)):
            low = a < FROM
            if not np.any(low):
                break
            y = y - np.where(low, b / (a + b) / a, 0.0)
            a = np.where(low, a + 1.0, a)
        u, v = 1.0 / a, 1.0 / (a + b)
        gap = b * v * u  # u - v
        u, v, rest = u * u, v * v, gap * (u + v)  # of the squares
        part, power, total = np.ones(a.shape), np.ones(a.shape), np.zeros(a.shape)
        for coefficient in SERIES:  # part: the sum of u^i v^j with i + j = k
            total = total + coefficient * part
            power = power * v
            part = part * u + power
        y = y - np.log1p(b / a) - 0.5 * gap - rest * total
    finally:
        put(warned)
    return np.asarray(y, dtype if dtype == np.float32 else float)
