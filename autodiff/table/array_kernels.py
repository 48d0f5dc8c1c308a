"""The values of the pointwise operations on numpy arrays: the formulas of `kernels`, array-wise.

Only what numpy does not offer stands here. dtypes are kept (float32 stays float32), no argument is
written to, nothing overflows, and the compiled engine takes fewer passes (`into`), with the same bits.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autodiff.table import kernels, loops
from autodiff.table import loops as passes
from autodiff.table import loops as ufuncs

Array = NDArray[np.floating]
LOOPED: dict[str, Callable[..., float]] = {}  # the kernels whose loops are printed as ufuncs


def looped(kernel: Callable[..., float]) -> Callable[..., Any]:
    """Let one loop over a kernel do what a function of arrays does in passes.

    The compiled engine has such loops for float32 and float64; the bits are those of the passes.
    """
    LOOPED[kernel.__name__] = kernel
    loop = ufuncs.ufunc_of(kernel.__name__)

    def choose(function: Callable[..., Array]) -> Callable[..., Any]:
        if loop is None:
            return function

        def compute(*xs: Any, out: Any = None) -> Any:  # compiled only
            return loop(*xs, out=out)

        compute.__name__, compute.__module__ = function.__name__, function.__module__
        compute.loop = loop  # type: ignore[attr-defined]
        return compute

    return choose


def of_numbers(kernel: Callable[..., float], operands: int = 1) -> Callable[..., Array]:
    """Return a kernel as a function of arrays that calls it for each number."""
    each = np.frompyfunc(kernel, operands, 1)

    def compute(*xs: Any) -> Array:
        return np.asarray(each(*xs), np.result_type(*xs))

    compute.__name__ = kernel.__name__
    return compute


def into(passes: Callable[..., bool]) -> Callable[..., Any]:
    """Let `passes(*xs, y)` compute a function into y where it can, and the function where not.

    The function gets an argument `out`, an array for the result that is none of its operands.
    """

    def choose(function: Callable[..., Array]) -> Callable[..., Array]:
        def compute(*xs: Any, out: Any = None) -> Any:
            y = loops.like(xs[0]) if out is None else out
            if passes(*xs, y):  # compiled only
                return y
            y = function(*xs)
            if out is None:
                return y
            out[...] = y
            return out

        compute.__name__, compute.__doc__ = function.__name__, function.__doc__
        compute.__module__ = function.__module__
        return compute

    return choose


def add(a: Array, b: Array, out: Any = None) -> Any:
    y = loops.added(a, b, out)  # compiled only
    return np.add(a, b, out=out) if y is None else y


def sub(a: Array, b: Array, out: Any = None) -> Any:
    y = loops.subtracted(a, b, out)  # compiled only
    return np.subtract(a, b, out=out) if y is None else y


def mul(a: Array, b: Array, out: Any = None) -> Any:
    y = loops.multiplied(a, b, out)  # compiled only
    return np.multiply(a, b, out=out) if y is None else y


add.ufunc, sub.ufunc, mul.ufunc = np.add, np.subtract, np.multiply  # type: ignore[attr-defined]


def identity(x: Array) -> Array:
    return x


@into(lambda a, y, c: loops.subtracted(a, y, c) is c and loops.half_square(c))
def squared_error(a: Array, y: Array) -> Array:
    away = np.asarray(a - y)
    return np.asarray(0.5 * (away * away))


@into(lambda g, d, y: loops.product(g, loops.as_array(d), y))
def chain(g: Array, d: Array) -> Array:
    y = g * d
    whole = np.add.reduce(y, axis=None)  # NaN where there is one
    return np.asarray(y if whole == whole else np.where(np.isnan(y) & (g == 0), g, y))


def power(x: Array, n: Array) -> Array:
    if np.ndim(n) == 0:
        dtype = np.result_type(x, n)
        return np.asarray(np.asarray(x, dtype) ** float(n), dtype)
    with np.errstate(all="ignore"):
        return np.power(x, n)


@looped(kernels.exponent)
def exponent(x: Array, n: Array) -> Array:
    return np.asarray(np.where((n < 0.5) & (x != 0), n, n - 1.0), np.result_type(x, n))


@looped(kernels.slope_from)
def slope_from(x: Array, n: Array, y: Array) -> Array:
    return np.where(n == 0, np.zeros_like(y), n * np.where((n < 0.5) & (x != 0), y / x, y))


def power_slope(x: Array, n: Array) -> Array:
    one = np.ndim(n) == 0
    if one and n == 2 and np.result_type(x, n) == x.dtype:
        return np.asarray(n * x)
    with np.errstate(all="ignore"):
        y = power(x, n - 1 if one and n >= 0.5 else exponent(x, n))
        slope = n * y if one and n >= 0.5 else slope_from(x, n, y)
        tiny = np.abs(y) < 1e-290
        if np.any(tiny):
            half = np.power(np.abs(x), 0.5 * (n - 1))
            tiny &= (x != 0) & (n >= 0.5) & (n != 2)
            slope = np.where(tiny, np.copysign(n * half * half, y), slope)
        return np.asarray(slope)


@looped(kernels.times_log)
def times_log(a: Array, x: Array, y: Array) -> Array:
    return np.where((a == 0) & ~np.isnan(x), np.zeros_like(y), a * y)


def xlogy(a: Array, x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(times_log(a, x, np.log(x, dtype=np.result_type(a, x))))


@looped(kernels.step)
def step(x: Array) -> Array:
    y = np.asarray(np.greater(x, 0), dtype=x.dtype)
    return np.where(np.isnan(x), x, y) if np.any(np.isnan(x)) else y


@looped(kernels.truth)
def truth(x: Array) -> Array:
    return np.asarray(np.not_equal(x, 0), dtype=x.dtype if x.dtype.kind == "f" else float)


@looped(kernels.beats)
def beats(a: Array, b: Array) -> Array:
    dtype = np.result_type(a, b)
    halves = np.add(np.greater(a, b), np.greater_equal(a, b), dtype=np.int8)
    y = np.multiply(halves, np.asarray(0.5, dtype), dtype=dtype)
    return np.asarray(np.where(np.isnan(a) | np.isnan(b), np.asarray(math.nan, dtype), y))


@looped(kernels.prefers)
def prefers(a: Array, b: Array) -> Array:
    alone = np.isnan(a) != np.isnan(b)
    return np.asarray(np.where(alone, np.isnan(b), beats(a, b)), np.result_type(a, b))


@looped(kernels.hole)
def hole(x: Array) -> Array:
    return np.asarray(np.isnan(x), dtype=x.dtype)


def where(condition: Array, a: Array, b: Array) -> Array:
    return np.where(condition != 0, a, b)


def clip(x: Array, low: Array, high: Array) -> Array:
    return np.asarray(np.minimum(np.maximum(x, low), high))


@looped(kernels.inside)
def inside(x: Array, low: Array, high: Array) -> Array:
    return np.asarray(beats(x, low) * beats(high, np.maximum(x, low)))


def _decay(x: Array) -> Array:
    """e^-|x|, the one exponential of the sigmoid family: it never overflows."""
    e = np.copysign(x, -1.0)
    return np.exp(e, out=e) if type(e) is np.ndarray else np.asarray(np.exp(e))


def _decay_into(x: Array, e: Array) -> bool:
    return loops.minus_size(x, e) and np.exp(e, out=e) is e


@into(lambda x, y: _decay_into(x, y) and loops.sigmoid(x, y, y))
def sigmoid(x: Array) -> Array:
    return _sigmoid_of(x, _decay(x))


@into(lambda x, y: _decay_into(x, y) and loops.sigmoid_prime(y, y))
def sigmoid_prime(x: Array) -> Array:
    return np.asarray(sigmoid_slope(_decay(x)))


def sigmoid_and_decay(x: Array, out: Any = None, part: Any = None) -> tuple[Array, Array]:
    """Return sigmoid(x), and the exponential that `sigmoid_slope` makes its derivative from."""
    y = loops.like(x) if out is None else out
    e = loops.like(x) if part is None else part
    if not (_decay_into(x, e) and loops.sigmoid(x, e, y)):  # compiled only
        e[...] = _decay(x)
        y[...] = _sigmoid_of(x, e)
    return y, e


def _sigmoid_of(x: Array, e: Array) -> Array:
    y = np.exp(np.minimum(x, 0.0))
    y /= 1.0 + e
    return np.asarray(y)


@into(lambda e, y: loops.sigmoid_prime(e, y))
def sigmoid_slope(e: Array) -> Array:
    below = e + 1.0
    below *= below
    return np.asarray(e / below, dtype=e.dtype)


def sech2(x: Array) -> Array:
    return np.asarray(4 * sigmoid_prime(x + x))


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(_decay(x))


def _share(name: str, raised: Any, scale: float) -> Callable[..., Array]:
    """Return the share of b^a in b^a + b^c for a base b: its power and its logarithm are given."""

    def compute(a: Array, b: Array) -> Array:
        with np.errstate(all="ignore"):
            gap = np.asarray(a - b)
            lost = (a - (gap + b)) + (((gap + b) - gap) - b)
            e = np.asarray(raised(-np.abs(gap)))
            y = np.where(gap < 0.0, e, np.asarray(1.0, e.dtype)) / (1.0 + e)
            slope = np.asarray(scale, e.dtype) * (e / ((1.0 + e) * (1.0 + e)))
            y = np.where(np.abs(lost) < 1.0, y + lost * slope, y)
            return np.where(a == b, np.asarray(0.5, dtype=y.dtype), y)

    compute.__name__ = name
    return compute


def _share_into(raised: Any, scale: float) -> Callable[..., bool]:
    def fill(a: Array, b: Array, y: Array) -> bool:
        fits = a.shape == b.shape and passes.gap(a, b, y)
        return fits and passes.share_of(a, b, raised(y, out=y), scale)

    return fill


share = into(_share_into(np.exp, 1.0))(_share("share", np.exp, 1.0))
share2 = into(_share_into(np.exp2, 0.6931471805599453))(
    _share("share2", np.exp2, 0.6931471805599453)
)


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


@looped(kernels.leaky_relu)
def leaky_relu(x: Array, slope: Array) -> Array:
    return np.where(x > 0, x, slope * x)


def elu(x: Array, alpha: Array) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
