# cython: cdivision=True
"""The values of the pointwise operations on floats, decided once and stable everywhere.

No digit is lost and nothing overflows on the way: an exponential is taken of a negative number only, and
small differences are formed before they are divided. `array_kernels` has the same formulas for arrays.
"""

from autodiff.table import libm


def add(a: float, b: float) -> float:
    return a + b


def sub(a: float, b: float) -> float:
    return a - b


def mul(a: float, b: float) -> float:
    return a * b


def div(a: float, b: float) -> float:
    return libm.divide(a, b)


def neg(x: float) -> float:
    return -x


def identity(x: float) -> float:
    return x


def square(x: float) -> float:
    return x * x


def squared_error(a: float, y: float) -> float:
    """(a - y)^2 / 2."""
    return 0.5 * ((a - y) * (a - y))


def chain(g: float, d: float) -> float:
    """g * d, and g (a zero) where g is 0 and the product is not a number."""
    y = g * d
    return g if y != y and g == 0.0 else y


def power(x: float, n: float) -> float:
    """x to the power n; x itself for n = 1 and x * x for n = 2, so that they are exact."""
    return x * x if n == 2.0 else (x if n == 1.0 else libm.pow(x, n))


def power_slope(x: float, n: float) -> float:
    """n x^(n - 1), and 0 where n is 0; below n = 1/2, where n - 1 is rounded, as n (x^n / x)."""
    y: float = power(x, exponent(x, n))
    if n >= 0.5 and libm.fabs(y) < 1e-290 and x != 0.0 and n != 2.0:  # near 0: in two halves
        half: float = libm.pow(libm.fabs(x), 0.5 * (n - 1.0))
        return libm.copysign(n * half * half, y)
    return slope_from(x, n, y)


def exponent(x: float, n: float) -> float:
    """The power of x from which the slope of x^n is made."""
    return n if n < 0.5 and x != 0.0 else n - 1.0


def slope_from(x: float, n: float, y: float) -> float:
    """The slope of x^n from y = x^exponent."""
    return 0.0 if n == 0.0 else n * (y / x if n < 0.5 and x != 0.0 else y)


def xlogy(a: float, x: float) -> float:
    """a log x, and 0 wherever a is 0."""
    return times_log(a, x, libm.log(x))


def times_log(a: float, x: float, y: float) -> float:
    """a y with y = log x, and 0 wherever a is 0."""
    return 0.0 if a == 0.0 and not libm.isnan(x) else a * y


def step(x: float) -> float:
    """1 where x > 0, 0 where x <= 0."""
    return x if libm.isnan(x) else (1.0 if x > 0.0 else 0.0)


def sign(x: float) -> float:
    """-1, 0 or 1."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x + 0.0)  # -0.0 is 0.0, as numpy has it


def truth(x: float) -> float:
    """1 where x is not 0, else 0."""
    return 1.0 if x != 0.0 else 0.0


def beats(a: float, b: float) -> float:
    """1 where a > b, 0 where a < b, and a half where they are equal: ties share."""
    return 1.0 if a > b else (0.0 if a < b else (0.5 if a == b else a - b))


def maximum(a: float, b: float) -> float:
    return a if libm.isnan(a) or a > b else b


def minimum(a: float, b: float) -> float:
    return a if libm.isnan(a) or a < b else b


def where(condition: float, a: float, b: float) -> float:
    return a if condition != 0.0 else b


def clip(x: float, low: float, high: float) -> float:
    return minimum(maximum(x, low), high)


def inside(x: float, low: float, high: float) -> float:
    """1 where x lies between its bounds, 0 outside of them, and a half at a bound: ties share."""
    return beats(x, low) * beats(high, maximum(x, low))


def mod(a: float, b: float) -> float:
    """What is left of a when b has been taken away as often as it goes, with the sign of b."""
    y: float = libm.fmod(a, b)
    y = y + b if y != 0.0 and (y < 0.0) != (b < 0.0) else y
    return libm.copysign(0.0, b) if y == 0.0 else y


def floordiv(a: float, b: float) -> float:
    """How often b goes into a, as a whole number, rounded down."""
    if b == 0.0:
        return libm.divide(a, b)
    left: float = libm.fmod(a, b)
    times: float = (a - left) / b - (1.0 if left != 0.0 and (left < 0.0) != (b < 0.0) else 0.0)
    if times == 0.0:
        return libm.copysign(0.0, a / b)
    whole: float = libm.floor(times)
    return whole + 1.0 if times - whole > 0.5 else whole


def sinc(x: float) -> float:
    """sin(pi x) / (pi x), and 1 at 0; the sine is taken of what is left of x beside a whole number."""
    if x == 0.0:
        return 1.0
    whole: float = libm.floor(x + 0.5)
    y: float = libm.sin(3.141592653589793 * (x - whole)) / (3.141592653589793 * x)
    return y if libm.fmod(whole, 2.0) == 0.0 else -y


def sinc_prime(x: float) -> float:
    """The slope of sinc; its Taylor series near 0, where the two terms cancel."""
    if libm.fabs(x) < 0.5:
        z: float = 9.869604401089358 * x * x
        y: float = 1.0 / 2554547108585472000.0 - z / 1175091669949317120000.0
        y = 1.0 / 22230464256000.0 - z * (1.0 / 6758061133824000.0 - z * y)
        y = 1.0 / 518918400.0 - z * (1.0 / 93405312000.0 - z * y)
        y = 1.0 / 45360.0 - z * (1.0 / 3991680.0 - z * y)
        y = 1.0 / 30.0 - z * (1.0 / 840.0 - z * y)
        return -9.869604401089358 * x * (1.0 / 3.0 - z * y)
    whole: float = libm.floor(x + 0.5)
    c: float = libm.cos(3.141592653589793 * (x - whole))
    return ((c if libm.fmod(whole, 2.0) == 0.0 else -c) - sinc(x)) / x


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), exact in both tails."""
    e: float = libm.exp(-libm.fabs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


def sigmoid_prime(x: float) -> float:
    """e^-|x| / (1 + e^-|x|)^2, which does not vanish before the true value does."""
    e: float = libm.exp(-libm.fabs(x))
    return e / ((1.0 + e) * (1.0 + e))


def sech2(x: float) -> float:
    """1 / cosh(x)^2, the slope of tanh."""
    e: float = libm.exp(-libm.fabs(x) - libm.fabs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def softplus(x: float) -> float:
    """log(1 + e^x)."""
    return (0.0 if x <= 0.0 else x) + libm.log1p(libm.exp(-libm.fabs(x)))


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b): the larger plus the small rest."""
    rest: float = 0.6931471805599453 if a == b else libm.log1p(libm.exp(-libm.fabs(a - b)))
    return maximum(a, b) + rest


def share(a: float, b: float) -> float:
    """e^a / (e^a + e^b) = sigmoid(a - b), with what a - b loses in rounding put back; 1/2 at a = b."""
    return share_of(a, b, libm.exp(-libm.fabs(a - b)), 1.0)


def share2(a: float, b: float) -> float:
    return share_of(a, b, libm.exp2(-libm.fabs(a - b)), 0.6931471805599453)


def share_of(a: float, b: float, e: float, scale: float) -> float:
    """The share of a from e, the smaller power over the larger; `scale` is the logarithm of the base."""
    if a == b:
        return 0.5
    gap: float = a - b
    back: float = gap + b
    lost: float = (a - back) + ((back - gap) - b)
    y: float = (e if gap < 0.0 else 1.0) / (1.0 + e)
    return y + lost * (scale * (e / ((1.0 + e) * (1.0 + e)))) if libm.fabs(lost) < 1.0 else y


def logaddexp2(a: float, b: float) -> float:
    rest: float = 1.0 if a == b else 1.4426950408889634 * libm.log1p(libm.exp2(-libm.fabs(a - b)))
    return maximum(a, b) + rest


def prefers(a: float, b: float) -> float:
    """As `beats`, but a number beats NaN."""
    y: float = beats(a, b)
    lost: float = 0.0 if libm.isnan(a) and not libm.isnan(b) else y
    return 1.0 if libm.isnan(b) and not libm.isnan(a) else lost


def fmax(a: float, b: float) -> float:
    return a if a >= b or libm.isnan(b) else b


def fmin(a: float, b: float) -> float:
    return a if a <= b or libm.isnan(b) else b


def hole(x: float) -> float:
    """1 where x is NaN, else 0."""
    return 1.0 if libm.isnan(x) else 0.0


def relu(x: float) -> float:
    return x if x > 0.0 or libm.isnan(x) else 0.0


def leaky_relu(x: float, slope: float) -> float:
    return x if x > 0.0 else slope * x


def elu(x: float, alpha: float) -> float:
    return x if x > 0.0 else alpha * libm.expm1(x)
