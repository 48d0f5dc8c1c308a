# cython: cdivision=True
"""Slopes of inverse functions on floats, by arithmetic and roots alone; nothing overflows on the way."""

from autodiff.table import libm


def atan_slope(x: float) -> float:
    """1 / (1 + x^2)."""
    t: float = libm.fabs(x)
    return (1.0 / t) * (1.0 / t) if t > 1e8 else 1.0 / (1.0 + x * x)


def asinh_slope(x: float) -> float:
    """1 / sqrt(1 + x^2)."""
    t: float = libm.fabs(x)
    return 1.0 / t if t > 1e8 else 1.0 / libm.sqrt(1.0 + x * x)


def atan2_slope(a: float, b: float) -> float:
    """b / (a^2 + b^2); far from 1 both are multiplied by a power of two first."""
    t: float = libm.fabs(a)
    u: float = libm.fabs(b)
    top: float = t if t > u else u
    k: float = 2.409919865102884e-181 if top > 1e150 else 1.0
    k = 4.149515568880993e180 if top < 1e-140 else k
    t = a * k
    u = b * k
    return libm.divide(u, t * t + u * u) * k
