"""The functions of the C library that browsers lack or round otherwise, in the subset that is printed.

JavaScript has no erfc, exp2, rint and copysign, its pow(1, inf) is NaN, and its hypot loses a digit.
These functions replace them on a page (`javascript` prints them as they stand); Python itself goes on with
those of its C library, which the tests compare them to.
"""

import math

from autodiff.table import libm


def copysign(x: float, y: float) -> float:
    """Return |x| with the sign of y."""
    negative: bool = y < 0.0 or (y == 0.0 and libm.divide(1.0, y) < 0.0)
    return -libm.fabs(x) if negative else libm.fabs(x)


def exp2(x: float) -> float:
    """Return 2 to the power x."""
    return libm.pow(2.0, x)


def power_of_two(k: float) -> float:
    """Return 2 to the power of a whole number."""
    return libm.pow(2.0, k)


def rint(x: float) -> float:
    """Return the whole number nearest to x, the even one of two."""
    low: float = libm.floor(x)
    over: float = x - low
    odd: bool = low - 2.0 * libm.floor(0.5 * low) != 0.0
    y: float = low + 1.0 if over > 0.5 or (over == 0.5 and odd) else low
    return copysign(y, x) if y == 0.0 else y


def pow(x: float, n: float) -> float:
    """Return x to the power n, 1 for any power of 1 and for (-1) to an infinite power."""
    if x == 1.0 or (x == -1.0 and libm.fabs(n) == math.inf):
        return 1.0
    return libm.pow(x, n)


def hypot(a: float, b: float) -> float:
    """Return sqrt(a^2 + b^2); what the root loses is put back to first order (Dekker's product)."""
    x: float = libm.fabs(a)
    y: float = libm.fabs(b)
    if x == math.inf or y == math.inf:
        return math.inf
    if x < y:
        x = libm.fabs(b)
        y = libm.fabs(a)
    if libm.isnan(x) or libm.isnan(y):
        return x + y
    if y <= x * 1e-9:
        return x
    scale: float = 1.0
    if x > 1e150:
        scale = 2.409919865102884e-181  # 2^-600, a power of two: nothing is rounded
    elif x < 1e-140:
        scale = 4.149515568880993e180  # 2^600
    x = x * scale
    y = y * scale
    root: float = libm.sqrt(x * x + y * y)
    lost: float = ((square_tail(x) + square_tail(y)) - square_tail(root)) + (
        (x * x - root * root) + y * y
    )
    return (root + lost / (2.0 * root)) / scale


def square_tail(x: float) -> float:
    """Return what rounding takes from x * x."""
    big: float = 134217729.0 * x
    high: float = big - (big - x)
    low: float = x - high
    return ((high * high - x * x) + 2.0 * high * low) + low * low


def erfc(x: float) -> float:
    """Return 1 - erf(x) = 2 / sqrt(pi) times the integral of e^(-t^2) from x on.

    e^(x^2) (1 + 2x) erfc(x) is smooth in t = (x - 3) / (x + 3): it is summed as a series of
    Chebyshev's polynomials, whose coefficients were computed with 60 digits. Around 0 the series of
    erf takes its place.
    """
    if libm.isnan(x):
        return x
    z: float = libm.fabs(x)
    if z < 0.5:
        s: float = x * x
        e: float = 9.422759064650411e-11
        e = e * s - 1.2290555301717928e-09
        e = e * s + 1.4807192815879218e-08
        e = e * s - 1.6365844691234924e-07
        e = e * s + 1.6462114365889248e-06
        e = e * s - 1.492565035840625e-05
        e = e * s + 0.00012055332981789664
        e = e * s - 0.0008548327023450853
        e = e * s + 0.005223977625442188
        e = e * s - 0.026866170645131252
        e = e * s + 0.11283791670955126
        e = e * s - 0.37612638903183754
        e = e * s + 1.1283791670955126
        return 1.0 - x * e
    if z > 28.0:
        return 0.0 if x > 0.0 else 2.0
    t: float = 2.0 * ((z - 3.0) / (z + 3.0))
    a: float = -5.608608218863183e-18
    b: float = t * a - 2.0572528169538546e-18
    a = t * b - a + 1.0006111691821667e-16
    b = t * a - b + 2.3514112258781403e-16
    a = t * b - a - 1.5169878690228116e-15
    b = t * a - b - 7.287943737592673e-15
    a = t * b - a + 1.973425574544739e-14
    b = t * a - b + 1.8134502003176963e-13
    a = t * b - a - 2.07922492859799e-13
    b = t * a - b - 4.277340064396911e-12
    a = t * b - a + 1.475715976623473e-12
    b = t * a - b + 1.0361607445969489e-10
    a = t * b - a - 1.460079119939105e-11
    b = t * a - b - 2.699519049798364e-09
    a = t * b - a + 1.885668523838603e-09
    b = t * a - b + 7.549828343825093e-08
    a = t * b - a - 1.807522790414837e-07
    b = t * a - b - 2.0072285659059913e-06
    a = t * b - a + 1.2841532864056671e-05
    b = t * a - b + 1.7661719523171593e-05
    a = t * b - a - 0.0006335531710553147
    b = t * a - b + 0.004453426061462712
    a = t * b - a - 0.018976596707845208
    b = t * a - b + 0.05436652555744322
    a = t * b - a - 0.09377550342284209
    b = t * a - b + 0.005353904539615676
    head: float = libm.floor(z * 64.0) / 64.0
    decay: float = libm.exp(-head * head) * libm.exp(-(z - head) * (z + head))
    y: float = decay * (0.5 * t * b - a + 1.17756257419656) / (1.0 + 2.0 * z)
    return y if x > 0.0 else 2.0 - y
