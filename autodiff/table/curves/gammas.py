"""Functions of the gamma family on floats, for the derivatives that SciPy lacks or has at a price.

They are printed as loops of C over arrays; uncompiled, Python calls them for each number. Each is for
positive arguments and NaN elsewhere.
"""

from autodiff.table import libm


def trigamma(x: float) -> float:
    """The slope of digamma: below 12 by the recurrence, from there on by the asymptotic series."""
    if not x > 0.0:
        return libm.nan
    k: float = libm.floor(12.0 - x) + 1.0 if x < 12.0 else 0.0
    z: float = x + k
    u: float = 1.0 / (z * z) if z < 1e150 else 0.0
    y: float = -691.0 / 2730.0 + u * (7.0 / 6.0 - u * (3617.0 / 510.0))
    y = -1.0 / 30.0 + u * (5.0 / 66.0 + u * y)
    y = 1.0 / 6.0 + u * (-1.0 / 30.0 + u * (1.0 / 42.0 + u * y))
    y = (1.0 + (0.5 + y / z) / z) / z
    while k > 0.0:
        k = k - 1.0
        z = x + k
        y = y + libm.divide(1.0, z * z)
    return y


def digamma_gap(a: float, b: float) -> float:
    """digamma(a) - digamma(a + b), to the last digits however small b is beside a.

    Taken as a difference it keeps none of them where a is large: it is -b / a there, beside log a. Below 12
    the recurrence goes up; from there on the asymptotic series of both are subtracted term by term,
    u^k - v^k with u = 1 / a^2 and v = 1 / (a + b)^2 by its factor u - v.
    """
    y: float = 0.0
    n: float = 0.0
    while a < 12.0 and n < 12.0:
        n = n + 1.0
        y = y - libm.divide(libm.divide(b, a + b), a)
        a = a + 1.0
    u: float = libm.divide(1.0, a)
    v: float = libm.divide(1.0, a + b)
    gap: float = b * v * u
    rest: float = gap * (u + v)
    u = u * u
    v = v * v
    part: float = u + v
    power: float = v * v
    total: float = 1.0 / 12.0 - part / 120.0
    part = part * u + power
    power = power * v
    total = total + part / 252.0
    part = part * u + power
    power = power * v
    total = total - part / 240.0
    part = part * u + power
    power = power * v
    total = total + part / 132.0
    part = part * u + power
    power = power * v
    total = total - part * (691.0 / 32760.0)
    part = part * u + power
    total = total + part / 12.0
    return y - libm.log1p(libm.divide(b, a)) - 0.5 * gap - rest * total


def gamma_series(a: float, x: float, rate: float) -> float:
    """The sum over n of x^n / ((a + 1) ... (a + n)), each term times the slope of its logarithm in a.

    `rate` is the slope of what stands before the sum. NaN where 20,000 terms are too few.
    """
    term: float = 1.0
    total: float = rate
    n: float = 0.0
    part: float = 1e300
    while libm.fabs(part) > 1e-17 * libm.fabs(total) and n < 20000.0:
        n = n + 1.0
        term = term * libm.divide(x, a + n)
        rate = rate - libm.divide(1.0, a + n)
        part = term * rate
        total = total + part
    return total if libm.fabs(part) <= 1e-17 * libm.fabs(total) else libm.nan


def gamma_fraction(a: float, x: float, rate: float) -> float:
    """1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), its slope in a plus `rate` times itself.

    Lentz's method, step by step in forward mode. NaN where 20,000 steps are too few.
    """
    b: float = x + 1.0 - a
    c: float = 1e300
    dc: float = 0.0
    d: float = libm.divide(1.0, b)
    dd: float = d * d
    h: float = d
    dh: float = dd
    n: float = 0.0
    step: float = 2.0
    far: float = 1.0
    while far != 0.0 and n < 20000.0:
        n = n + 1.0
        an: float = n * (a - n)
        b = b + 2.0
        dd = -(n * d + an * dd - 1.0)
        d = libm.divide(1.0, an * d + b)
        dd = dd * d * d
        dc = libm.divide(n, c) - libm.divide(an * dc, c * c) - 1.0
        c = b + libm.divide(an, c)
        step = d * c
        dstep: float = dd * c + d * dc
        dh = dh * step + h * dstep
        h = h * step
        small: float = libm.fabs(h * dstep)
        far = 0.0 if libm.fabs(step - 1.0) <= 1e-16 and small <= 1e-17 * libm.fabs(dh) else 1.0
    return dh + h * rate if far == 0.0 else libm.nan
