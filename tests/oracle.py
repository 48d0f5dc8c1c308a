"""An independent witness for the table's pointwise rows: mpmath, and distances counted in ULPs.

Nothing here looks at a rule. The value comes from the row's `reference`, evaluated with thousands of
bits; the derivative is a central difference of it, taken with so many bits that it is exact to far
beyond a double, also where the argument is 1e300 and the difference 1e-90.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

from autodiff.table.primitive import Pointwise

BITS, STEP = 4200, 1400  # the difference is taken over 2^-STEP, or as much of x where x is small
FEWER = 900, 250  # enough where all operands are moderate

# Rows that are slopes of others: their own slope is a second derivative, a sum that may cancel.
SLOPES = {"power_slope", "gelu_prime", "sinc_prime", "atan2_slope"}

MAGNITUDES = (1e-300, 1e-8, 1.0, 30.0, 40.0, 100.0, 710.0, 1e8, 1e300)
SPECIAL = tuple(s * m for m in MAGNITUDES for s in (1.0, -1.0))

MP = mpmath.mp.clone()
MP.prec = BITS


def value(row: Pointwise, *xs: Any) -> Any:
    """Return the row's value by mpmath."""
    reference = row.reference or row.name
    f = getattr(MP, reference) if isinstance(reference, str) else lambda *a: reference(MP, *a)
    return f(*(MP.mpf(x) for x in xs))


def derivative(row: Pointwise, i: int, *xs: float) -> Any:
    """Return the derivative with respect to operand `i` by mpmath."""
    bits, step = FEWER if all(1e-9 < abs(x) < 20.5 for x in xs) else (BITS, STEP)
    with MP.workprec(bits):
        x = MP.mpf(xs[i])
        h = min(abs(x), MP.one) * MP.mpf(2) ** -step
        above = value(row, *xs[:i], x + h, *xs[i + 1 :])
        below = value(row, *xs[:i], x - h, *xs[i + 1 :])
        return (above - below) / (2 * h)


def ulps(got: float, exact: Any, size: float = 0.0) -> float:
    """Return how many units in the last place `got` is off; inf for a wrong 0, infinity or NaN.

    The units are those of `size` where that is larger than the exact number.
    """
    nearest = float(exact)
    if got == nearest:
        return 0.0
    if math.isnan(got) or math.isinf(nearest) or (math.isinf(got) and abs(exact) < 1.797e308):
        return math.inf
    if math.isinf(got):
        return 1.0
    if got == 0.0 and abs(exact) > 4 * math.ulp(0.0):
        return math.inf
    return float(abs(MP.mpf(got) - exact) / math.ulp(max(abs(nearest), size)))


def least(row: Pointwise, i: int | None, *xs: float) -> float:
    """Return the size of the terms that cancel in the value, or in partial i; 0 where none do.

    The slope of sinc is a difference with a zero between any two whole numbers, which no float hits.
    """
    slope_of_sinc = (row.name, i) in (("sinc", 0), ("sinc_prime", None))
    return 1.0 / abs(xs[0]) if slope_of_sinc and abs(xs[0]) > 0.5 else 0.0


def points(row: Pointwise, moderate: int = 200) -> Iterator[tuple[float, ...]]:
    """Yield points of the row's domain: the special magnitudes in all combinations, and moderate ones.

    Kinks, where two operands are equal, are left out: there the derivative is a convention.
    """
    rng = np.random.default_rng(len(row.name))
    special = [[x for x in SPECIAL if x in d] or [d.low / 2 + d.high / 2] for d in row.domain]
    drawn = []
    for d in row.domain:
        low, high = max(d.low, -20.0), min(d.high, 20.0)
        drawn.append(rng.uniform(low, high, moderate))
    for xs in itertools.chain(itertools.product(*special), zip(*drawn, strict=True)):
        if len(set(xs)) == len(xs):
            yield tuple(float(x) for x in xs)
