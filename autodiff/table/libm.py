"""The C library's functions on floats, as IEEE 754 defines them.

Python's `math` raises where C returns: `math.exp(1000)` is an OverflowError, `math.log(0)` and
`1 / 0` are errors too. A gradient must go on through such places, so each function here returns what
C returns (an infinity, a zero or NaN) and is otherwise `math` itself, bit for bit. In the compiled
engine these names are the functions of <math.h>.
"""

import math
from collections.abc import Callable
from math import copysign, fabs, inf, isnan, nan

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "copysign",
    "cos",
    "cosh",
    "divide",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "fmod",
    "hypot",
    "inf",
    "isnan",
    "log",
    "log1p",
    "log2",
    "log10",
    "nan",
    "pow",
    "power_of_two",
    "rint",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
]  # fmt: skip

Unary = Callable[[float], float]


def _total(function: Unary, overflow: Callable[[float], float] = lambda x: inf) -> Unary:
    """Return `function` made total: NaN outside its domain, `overflow(x)` where it overflows."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return nan
        except OverflowError:
            return overflow(x)

    total.__name__ = function.__name__
    total.__doc__ = f"Return {function.__name__}(x) as C does, without raising."
    return total


atan: Unary = math.atan
atan2: Callable[[float, float], float] = math.atan2
tanh: Unary = math.tanh
asinh: Unary = math.asinh
cbrt: Unary = math.cbrt
erfc: Unary = math.erfc
exp, exp2 = _total(math.exp), _total(math.exp2)
expm1 = _total(math.expm1)
sinh = _total(math.sinh, lambda x: copysign(inf, x))
cosh = _total(math.cosh)
sin, cos, tan = _total(math.sin), _total(math.cos), _total(math.tan)
asin, acos, sqrt = _total(math.asin), _total(math.acos), _total(math.sqrt)
acosh = _total(math.acosh)


def log(x: float) -> float:
    """Return the natural logarithm: -inf at 0, NaN below."""
    return math.log(x) if x > 0 else (-inf if x == 0 else nan)


def log2(x: float) -> float:
    """Return the logarithm to base 2: -inf at 0, NaN below."""
    return math.log2(x) if x > 0 else (-inf if x == 0 else nan)


def log10(x: float) -> float:
    """Return the logarithm to base 10: -inf at 0, NaN below."""
    return math.log10(x) if x > 0 else (-inf if x == 0 else nan)


def log1p(x: float) -> float:
    """Return log(1 + x): -inf at -1, NaN below."""
    return math.log1p(x) if x > -1 else (-inf if x == -1 else nan)


def floor(x: float) -> float:
    """Return the largest whole number not above x, as a float."""
    return copysign(float(math.floor(x)), x) if math.isfinite(x) else x


def ceil(x: float) -> float:
    """Return the smallest whole number not below x, as a float."""
    return -floor(-x)


def trunc(x: float) -> float:
    """Return x without what stands behind the point."""
    return copysign(floor(fabs(x)), x)


def rint(x: float) -> float:
    """Return the whole number nearest to x, the even one of two."""
    return copysign(float(round(x)), x) if math.isfinite(x) else x


def atanh(x: float) -> float:
    """Return the inverse of tanh: an infinity at -1 and 1, NaN beyond."""
    if -1 < x < 1:
        return math.atanh(x)
    return copysign(inf, x) if x in (-1, 1) else nan


def fmod(a: float, b: float) -> float:
    """Return what is left of a when b has been taken away as often as it goes, with the sign of a."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return nan


def divide(a: float, b: float) -> float:
    """Return a / b; a division by zero gives an infinity of the right sign, or NaN for 0 / 0."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or isnan(a):
            return nan
        return copysign(inf, a) * copysign(1.0, b)


def hypot(a: float, b: float) -> float:
    """Return sqrt(a*a + b*b) without overflow on the way."""
    try:
        return abs(complex(a, b))
    except OverflowError:
        return inf


def power_of_two(k: float) -> float:
    """Return 2^k for a whole number k from -1022 to 1023."""
    return math.ldexp(1.0, int(k))


def pow(x: float, n: float) -> float:
    """Return x to the power n as C99 does: NaN for a negative x and a fractional n."""
    try:
        return math.pow(x, n)
    except OverflowError:
        return -inf if x < 0 and n % 2 == 1 else inf
    except ValueError:
        if x == 0:
            return copysign(inf, x) if n % 2 == 1 else inf
        return nan
