"""The table: every operation of the library, each a single row.

A row says how the operation is computed on floats and on arrays, what its local derivatives are, how
it is written in TeX and on which domain it is defined. Everything else (the scalar engine, the array
engine, second derivatives, forward mode, replayed programs, the numbers on the edges of a picture,
derivations, the reference page and the tests) is derived from here: to add an operation, add a row.

Partials are functions of the output `y` and the operands; they are written with the operations
themselves, so the same line gives a float, an array, a recorded graph or a printed formula. They are
chosen so that no digit is lost where the derivative is small: sigma' and tanh' are formed from one
decaying exponential, never as `1 - y`. At kinks the documented choice is relu'(0) = 0, abs'(0) = 0,
the slopes of hypot at (0, 0) are 0, and ties of max and min share equally.
"""

# fmt: off
import math
from typing import Any

import numpy as np

from autodiff.table import array_kernels as arrays
from autodiff.table import kernels, libm, recipes, structure
from autodiff.table.curves import arrays as curves
from autodiff.table.curves import normal, slopes
from autodiff.table.primitive import (
    POSITIVE,
    REAL,
    ROWS,
    TABLE,
    UNIT,
    Domain,
    Multilinear,
    Pointwise,
    level,
    multilinear,
    pointwise,
)
from autodiff.table.recipes import ARRAY, ARRAYS, FACTOR, FLAG, NUMBER, VECTOR, Recipe, Several

LOG_2 = 0.6931471805599453

add: Pointwise = pointwise(
    "add", kernels.add, arrays.add,
    (lambda y, a, b: 1.0, lambda y, a, b: 1.0),
    tex="{0} + {1}", infix="+", precedence=1, reference=lambda mp, a, b: a + b,
)
sub: Pointwise = pointwise(
    "sub", kernels.sub, arrays.sub,
    (lambda y, a, b: 1.0, lambda y, a, b: -1.0),
    tex="{0} - {1}", infix="-", precedence=1, reference=lambda mp, a, b: a - b,
)
mul: Pointwise = pointwise(
    "mul", kernels.mul, arrays.mul,
    (lambda y, a, b: b, lambda y, a, b: a),
    tex=r"{0} \, {1}", infix="*", precedence=2, reference=lambda mp, a, b: a * b,
)
div: Pointwise = pointwise(
    "div", kernels.div, np.divide,
    (lambda y, a, b: 1.0 / b, lambda y, a, b: -y / b),
    tex=r"\frac{{{0}}}{{{1}}}", infix="/", precedence=2, reference=lambda mp, a, b: a / b,
)
neg: Pointwise = pointwise(
    "neg", kernels.neg, np.negative,
    (lambda y, x: -1.0,),
    tex="-{0}", infix="-", precedence=3, reference=lambda mp, x: -x,
)
powc: Pointwise = pointwise(
    "powc", kernels.power, arrays.power,
    (lambda y, x, n: power_slope(x, n), None), (POSITIVE, REAL),
    tex="{0}^{{{1}}}", infix="**", precedence=4, reference=lambda mp, x, n: x**n,
    doc="x to a constant power n; x may be negative where n is a whole number",
)
power: Pointwise = pointwise(
    "power", kernels.power, arrays.power,
    (lambda y, a, b: power_slope(a, b), lambda y, a, b: xlogy(y, a)),
    (POSITIVE, REAL),
    tex="{0}^{{{1}}}", infix="**", precedence=4, reference=lambda mp, a, b: a**b,
)
power_slope: Pointwise = pointwise(
    "power_slope", kernels.power_slope, arrays.power_slope,
    (
        lambda y, x, n: where(
            n, where(step(0.5 - n), (n - 1.0) * (y / x), n * power_slope(x, n - 1.0)),
            where(x, (n - 1.0) * (y / x), 0.0),
        ),
        lambda y, x, n: power(x, n - 1.0) + xlogy(y, x),
    ),
    (POSITIVE, REAL),
    tex="{1} {0}^{{{1} - 1}}", precedence=2, reference=lambda mp, x, n: n * x ** (n - 1),
    doc="n x^(n - 1), the slope of a power, and 0 where n is 0",
)
identity: Pointwise = pointwise(
    "identity", kernels.identity, arrays.identity, (lambda y, x: 1.0,),
    tex="{0}", reference=lambda mp, x: x, numpy=(np.positive,),
)
stop: Pointwise = pointwise(
    "stop", kernels.identity, arrays.identity, (None,), tex="{0}",
    reference=lambda mp, x: x, doc="x, through which no gradient flows",
)
square: Pointwise = pointwise(
    "square", kernels.square, np.square, (lambda y, x: 2.0 * x,),
    tex="{0}^2", precedence=4, reference=lambda mp, x: x * x,
)

squared_error: Pointwise = pointwise(
    "squared_error", kernels.squared_error, arrays.squared_error,
    (lambda c, a, y: sub(a, y), lambda c, a, y: sub(y, a)),
    tex=r"\tfrac{{1}}{{2}}({0} - {1})^2", reference=lambda mp, a, y: (a - y) ** 2 / 2,
    doc="(a - y)^2 / 2, one term of the quadratic cost, eq. 6",
)
chain: Pointwise = pointwise(
    "chain", kernels.chain, arrays.chain, (lambda y, g, d: d, lambda y, g, d: g),
    tex=r"{0} \, {1}", infix="*", precedence=2, reference=lambda mp, g, d: g * d,
    doc="g d of the chain rule, and 0 where nothing flows (g = 0), whatever d is",
)

exp: Pointwise = pointwise("exp", libm.exp, np.exp, (lambda y, x: y,), tex="e^{{{0}}}", precedence=4)
log: Pointwise = pointwise(
    "log", libm.log, np.log, (lambda y, x: 1.0 / x,), (POSITIVE,), tex=r"\log {0}",
)
exp2: Pointwise = pointwise(
    "exp2", libm.exp2, np.exp2, (lambda y, x: LOG_2 * y,), tex="2^{{{0}}}",
    precedence=4, reference=lambda mp, x: mp.mpf(2) ** x,
)
log2: Pointwise = pointwise(
    "log2", libm.log2, np.log2, (lambda y, x: 1.4426950408889634 / x,), (POSITIVE,),
    tex=r"\log_2 {0}", reference=lambda mp, x: mp.log(x) / mp.log(2),
)
log10: Pointwise = pointwise(
    "log10", libm.log10, np.log10, (lambda y, x: 0.4342944819032518 / x,), (POSITIVE,),
    tex=r"\log_{{10}} {0}", reference=lambda mp, x: mp.log(x) / mp.log(10),
)
log1p: Pointwise = pointwise(
    "log1p", libm.log1p, np.log1p, (lambda y, x: 1.0 / (1.0 + x),), (Domain(-1.0),),
    tex=r"\log(1 + {0})",
)
expm1: Pointwise = pointwise("expm1", libm.expm1, np.expm1, (lambda y, x: exp(x),), tex="(e^{{{0}}} - 1)")
sqrt: Pointwise = pointwise(
    "sqrt", libm.sqrt, np.sqrt, (lambda y, x: 0.5 / y,), (POSITIVE,), tex=r"\sqrt{{{0}}}",
)
xlogy: Pointwise = pointwise(
    "xlogy", kernels.xlogy, arrays.xlogy, (lambda y, a, x: log(x),
     lambda y, a, x: where(x, a / x, where(a, a / x, 0.0))),
    (REAL, POSITIVE), tex=r"{0} \log {1}", precedence=2,
    reference=lambda mp, a, x: a * mp.log(x), doc="a log x, and 0 where a is 0",
)

sin: Pointwise = pointwise("sin", libm.sin, np.sin, (lambda y, x: cos(x),), tex=r"\sin {0}")
cos: Pointwise = pointwise("cos", libm.cos, np.cos, (lambda y, x: -sin(x),), tex=r"\cos {0}")
tan: Pointwise = pointwise("tan", libm.tan, np.tan, (lambda y, x: 1.0 + y * y,), tex=r"\tan {0}")


def less_square(x: Any) -> Any:
    """Return 1 - x^2 in the form that keeps its digits there, and its slope's."""
    return where(step(0.25 - x * x), 1.0 - x * x, (1.0 - x) * (1.0 + x))


asin: Pointwise = pointwise(
    "asin", libm.asin, np.arcsin,
    (lambda y, x: 1.0 / sqrt(less_square(x)),), (UNIT,),
    tex=r"\arcsin {0}",
)
acos: Pointwise = pointwise(
    "acos", libm.acos, np.arccos,
    (lambda y, x: -1.0 / sqrt(less_square(x)),), (UNIT,),
    tex=r"\arccos {0}",
)
hypot: Pointwise = pointwise(
    "hypot", libm.hypot, np.hypot,
    (lambda y, a, b: where(y, a / y, 0.0), lambda y, a, b: where(y, b / y, 0.0)),
    tex=r"\sqrt{{{0}^2 + {1}^2}}", doc="sqrt(a^2 + b^2) without overflow; slopes 0 where a = b = 0",
)
atan: Pointwise = pointwise(
    "atan", libm.atan, np.arctan, (lambda y, x: atan_slope(x),), tex=r"\arctan {0}",
)
atan_slope: Pointwise = pointwise(
    "atan_slope", slopes.atan_slope, curves.atan_slope,
    (lambda y, x: where(y, -2.0 * (x * y) * y, 0.0),), tex=r"\frac{{1}}{{1 + {0}^2}}",
    reference=lambda mp, x: 1 / (1 + x * x), doc="1 / (1 + x^2), the slope of atan",
)
atan2: Pointwise = pointwise(
    "atan2", libm.atan2, np.arctan2,
    (lambda y, a, b: atan2_slope(a, b), lambda y, a, b: -atan2_slope(b, a)),
    tex=r"\operatorname{{atan2}}({0}, {1})",
    doc="the angle of the point (b, a); it jumps at the origin, where its slopes are NaN",
)


def turned(y: Any, a: Any, b: Any) -> Any:
    """(a^2 - b^2) / (a^2 + b^2)^2, with the digits that it has near |a| = |b|."""
    far = relu(abs(b) - abs(a))
    c, slope = where(far, b, a), where(far, y, atan2_slope(b, a))
    return ((a - b) / c * slope) * ((a + b) / c * slope)


atan2_slope: Pointwise = pointwise(
    "atan2_slope", slopes.atan2_slope, curves.atan2_slope,
    (
        lambda y, a, b: -2.0 * y * atan2_slope(b, a),
        lambda y, a, b: turned(y, a, b),
    ),
    tex=r"\frac{{{1}}}{{{0}^2 + {1}^2}}", reference=lambda mp, a, b: b / (a * a + b * b),
    doc="b / (a^2 + b^2), the slope of atan2 in a",
)
sinh: Pointwise = pointwise("sinh", libm.sinh, np.sinh, (lambda y, x: cosh(x),), tex=r"\sinh {0}")
cosh: Pointwise = pointwise("cosh", libm.cosh, np.cosh, (lambda y, x: sinh(x),), tex=r"\cosh {0}")
tanh: Pointwise = pointwise("tanh", libm.tanh, np.tanh, (lambda y, x: sech2(x),), tex=r"\tanh {0}")
sech2: Pointwise = pointwise(
    "sech2", kernels.sech2, arrays.sech2, (lambda y, x: -2.0 * y * tanh(x),),
    tex=r"\operatorname{{sech}}^2 {0}", reference=lambda mp, x: mp.sech(x) ** 2,
    doc="1 / cosh(x)^2, the slope of tanh",
)

asinh: Pointwise = pointwise(
    "asinh", libm.asinh, np.arcsinh, (lambda y, x: asinh_slope(x),),
    tex=r"\operatorname{{arsinh}} {0}",
)
asinh_slope: Pointwise = pointwise(
    "asinh_slope", slopes.asinh_slope, curves.asinh_slope,
    (lambda y, x: where(y, -(x * y) * atan_slope(x), 0.0),), tex=r"\frac{{1}}{{\sqrt{{1 + {0}^2}}}}",
    reference=lambda mp, x: 1 / mp.sqrt(1 + x * x), doc="1 / sqrt(1 + x^2), the slope of asinh",
)
acosh: Pointwise = pointwise(
    "acosh", libm.acosh, np.arccosh, (lambda y, x: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),),
    (Domain(1.0),), tex=r"\operatorname{{arcosh}} {0}",
)
atanh: Pointwise = pointwise(
    "atanh", libm.atanh, np.arctanh,
    (lambda y, x: 1.0 / less_square(x),), (UNIT,),
    tex=r"\operatorname{{artanh}} {0}",
)
cbrt: Pointwise = pointwise(
    "cbrt", libm.cbrt, np.cbrt,
    (lambda y, x: where(hole((x - x) / x), 1.0 / (x * x), y / x / 3.0),), tex=r"\sqrt[3]{{{0}}}",
    reference=lambda mp, x: mp.sign(x) * mp.cbrt(mp.fabs(x)), doc="the cube root, also of x < 0",
)
sinc: Pointwise = pointwise(
    "sinc", kernels.sinc, curves.sinc, (lambda y, x: sinc_prime(x),),
    tex=r"\operatorname{{sinc}} {0}", reference=lambda mp, x: mp.sincpi(x), doc="sin(pi x) / (pi x)",
)
PI_SQUARED = 9.869604401089358


def series(z: Any) -> Any:
    """Return the second derivative of sinc near 0, by the powers of z = (pi x)^2."""
    y: Any = 1.0 / (math.factorial(14) * 17)
    for m in range(6, -1, -1):
        y = 1.0 / (math.factorial(2 * m) * (2 * m + 3)) - z * y
    return -PI_SQUARED * y


sinc_prime: Pointwise = pointwise(
    "sinc_prime", kernels.sinc_prime, curves.sinc_prime,
    (lambda y, x: where(
        step(abs(x) - 0.125), -PI_SQUARED * sinc(x) - 2.0 * y / x, series(PI_SQUARED * x * x)),),
    tex=r"\operatorname{{sinc}}' {0}",
    reference=lambda mp, x: (mp.cospi(x) - mp.sincpi(x)) / x if mp.fabs(x) > 1
     else -(mp.pi**2) * x * mp.hyp0f1(2.5, -((mp.pi * x) ** 2) / 4) / 3, doc="the slope of sinc",
)

sigmoid: Pointwise = pointwise(
    "sigmoid", kernels.sigmoid, arrays.sigmoid, (lambda y, x: sigmoid_prime(x),),
    keep=arrays.sigmoid_and_decay,
    tex=r"\sigma({0})", reference=lambda mp, x: 1 / (1 + mp.exp(-x)), doc="1 / (1 + e^-x), eq. 3",
)
sigmoid_prime: Pointwise = pointwise(
    "sigmoid_prime", kernels.sigmoid_prime, arrays.sigmoid_prime,
    (lambda y, x: -y * tanh(0.5 * x),), of_kept=(arrays.sigmoid_slope, "sigmoid"),
    tex=r"\sigma'({0})", reference=lambda mp, x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2,
    doc="sigma'(x) = sigma(x) (1 - sigma(x)), exact also where sigma is saturated",
)
softplus: Pointwise = pointwise(
    "softplus", kernels.softplus, arrays.softplus, (lambda y, x: sigmoid(x),),
    tex=r"\log(1 + e^{{{0}}})", reference=lambda mp, x: mp.log(1 + mp.exp(x)),
)
logaddexp: Pointwise = pointwise(
    "logaddexp", kernels.logaddexp, np.logaddexp,
    (lambda y, a, b: share(a, b), lambda y, a, b: share(b, a)),
    tex=r"\log(e^{{{0}}} + e^{{{1}}})", reference=lambda mp, a, b: mp.log(mp.exp(a) + mp.exp(b)),
)


def both(y: Any, z: Any, gap: Any) -> Any:
    """Return sigma(gap) sigma(-gap) of the two shares y and z, near a tie such that it keeps its slope."""
    return where(prefers(-abs(gap), -1.0), sigmoid_prime(gap), y * z)


share: Pointwise = pointwise(
    "share", kernels.share, arrays.share,
    (lambda y, a, b: both(y, share(b, a), a - b), lambda y, a, b: -both(y, share(b, a), a - b)),
    tex=r"\sigma({0} - {1})", reference=lambda mp, a, b: 1 / (1 + mp.exp(b - a)),
    doc="e^a / (e^a + e^b), the slope of logaddexp; a half where a = b",
)
logaddexp2: Pointwise = pointwise(
    "logaddexp2", kernels.logaddexp2, np.logaddexp2,
    (lambda y, a, b: share2(a, b), lambda y, a, b: share2(b, a)),
    tex=r"\log_2(2^{{{0}}} + 2^{{{1}}})",
    reference=lambda mp, a, b: mp.log(mp.mpf(2) ** a + mp.mpf(2) ** b, 2),
)
share2: Pointwise = pointwise(
    "share2", kernels.share2, arrays.share2,
    (lambda y, a, b: LOG_2 * both(y, share2(b, a), LOG_2 * (a - b)),
     lambda y, a, b: -LOG_2 * both(y, share2(b, a), LOG_2 * (a - b))),
    tex=r"\frac{{1}}{{1 + 2^{{{1} - {0}}}}}", reference=lambda mp, a, b: 1 / (1 + mp.mpf(2) ** (b - a)),
    doc="2^a / (2^a + 2^b), the slope of logaddexp2; a half where a = b",
)
relu: Pointwise = pointwise(
    "relu", kernels.relu, arrays.relu, (lambda y, x: step(x),),
    tex=r"\operatorname{{relu}}({0})", reference=lambda mp, x: x if x > 0 else 0 * x,
)
leaky_relu: Pointwise = pointwise(
    "leaky_relu", kernels.leaky_relu, arrays.leaky_relu,
    (lambda y, x, slope: where(step(x), 1.0, slope),
     lambda y, x, slope: where(1.0 - step(x), x, 0.0)), (REAL, POSITIVE),
    tex=r"\operatorname{{leaky}}_{{{1}}}({0})",
    reference=lambda mp, x, slope: x if x > 0 else slope * x, defaults=(0.01,),
)
elu: Pointwise = pointwise(
    "elu", kernels.elu, arrays.elu,
    (lambda y, x, alpha: where(step(x), 1.0, alpha * exp(minimum(x, 0.0))),
     lambda y, x, alpha: where(1.0 - step(x), expm1(minimum(x, 0.0)), 0.0)),
    (REAL, POSITIVE), tex=r"\operatorname{{elu}}_{{{1}}}({0})",
    reference=lambda mp, x, alpha: x if x > 0 else alpha * mp.expm1(x), defaults=(1.0,),
)
normal_pdf: Pointwise = pointwise(
    "normal_pdf", normal.normal_pdf, curves.normal_pdf, (lambda y, x: where(y, -x * y, 0.0),),
    tex=r"\varphi({0})", reference=lambda mp, x: mp.npdf(x), doc="e^(-x^2/2) / sqrt(2 pi)",
)
normal_cdf: Pointwise = pointwise(
    "normal_cdf", normal.normal_cdf, curves.normal_cdf, (lambda y, x: normal_pdf(x),),
    tex=r"\Phi({0})", reference=lambda mp, x: mp.ncdf(x) if -99 < x < 99 else x > 0,
)
gelu: Pointwise = pointwise(
    "gelu", normal.gelu, curves.gelu, (lambda y, x: gelu_prime(x),),
    tex=r"\operatorname{{gelu}}({0})", reference=lambda mp, x: x * (mp.ncdf(x) if -99 < x < 99 else x > 0),
    doc="x Phi(x), with the exact normal distribution",
)
gelu_prime: Pointwise = pointwise(
    "gelu_prime", normal.gelu_prime, curves.gelu_prime,
    (lambda y, x: where(normal_pdf(x), normal_pdf(x) * (2.0 - x * x), 0.0),),
    tex=r"\operatorname{{gelu}}'({0})",
    reference=lambda mp, x: (mp.ncdf(x) if -99 < x < 99 else x > 0) + x * mp.npdf(x),
    doc="Phi(x) + x phi(x), the slope of gelu",
)

abs: Pointwise = pointwise(
    "abs", libm.fabs, np.abs, (lambda y, x: sign(x),), tex=r"\left|{0}\right|",
    reference=lambda mp, x: mp.fabs(x), numpy=(np.fabs,),
)
sign: Pointwise = pointwise(
    "sign", kernels.sign, np.sign, (level(lambda y, x: 0.0),), tex=r"\operatorname{{sign}}({0})",
)
step: Pointwise = pointwise(
    "step", kernels.step, arrays.step, (level(lambda y, x: 0.0),), tex=r"[{0} > 0]",
    reference=lambda mp, x: 1 if x > 0 else 0, doc="1 where x > 0, else 0: the perceptron, eq. 1",
)
truth: Pointwise = pointwise(
    "truth", kernels.truth, arrays.truth, (level(lambda y, x: 0.0),), tex=r"[{0} \neq 0]",
    reference=lambda mp, x: 1 if x else 0,
)
beats: Pointwise = pointwise(
    "beats", kernels.beats, arrays.beats, (level(lambda y, a, b: 0.0),) * 2,
    tex=r"[{0} > {1}]", reference=lambda mp, a, b: 1 if a > b else 0,
    doc="1 where a > b, 0 where a < b, a half where they are equal",
)
maximum: Pointwise = pointwise(
    "maximum", kernels.maximum, np.maximum,
    (lambda y, a, b: beats(a, b), lambda y, a, b: beats(b, a)),
    tex=r"\max({0}, {1})", reference=lambda mp, a, b: a if a > b else b,
)
minimum: Pointwise = pointwise(
    "minimum", kernels.minimum, np.minimum,
    (lambda y, a, b: beats(b, a), lambda y, a, b: beats(a, b)),
    tex=r"\min({0}, {1})", reference=lambda mp, a, b: a if a < b else b,
)
prefers: Pointwise = pointwise(
    "prefers", kernels.prefers, arrays.prefers, (level(lambda y, a, b: 0.0),) * 2,
    tex=r"[{0} > {1}]", reference=lambda mp, a, b: 1 if a > b else 0,
    doc="1 where a > b, 0 where a < b, a half where they are equal; a number beats NaN",
)
fmax: Pointwise = pointwise(
    "fmax", kernels.fmax, np.fmax,
    (lambda y, a, b: prefers(a, b), lambda y, a, b: prefers(b, a)),
    tex=r"\max({0}, {1})", reference=lambda mp, a, b: a if a > b else b,
    doc="the larger of two; of a number and NaN the number",
)
fmin: Pointwise = pointwise(
    "fmin", kernels.fmin, np.fmin,
    (lambda y, a, b: prefers(-a, -b), lambda y, a, b: prefers(-b, -a)),
    tex=r"\min({0}, {1})", reference=lambda mp, a, b: a if a < b else b,
    doc="the smaller of two; of a number and NaN the number",
)
hole: Pointwise = pointwise(
    "hole", kernels.hole, arrays.hole, (level(lambda y, x: 0.0),), tex=r"[{0} \text{{ is NaN}}]",
    reference=lambda mp, x: 0, doc="1 where x is NaN, else 0",
)
where: Pointwise = pointwise(
    "where", kernels.where, arrays.where,
    (None, lambda y, c, a, b: truth(c), lambda y, c, a, b: 1.0 - truth(c)),
    tex=r"({1} \text{{ if }} {0} \text{{ else }} {2})", reference=lambda mp, c, a, b: a if c else b,
)
inside: Pointwise = pointwise(
    "inside", kernels.inside, arrays.inside, (level(lambda y, x, low, high: 0.0),) * 3,
    tex=r"[{1} < {0} < {2}]", reference=lambda mp, x, low, high: 1 if low < x < high else 0,
    doc="1 where low < x < high, 0 where x is outside, a half where it is at a bound",
)
clip: Pointwise = pointwise(
    "clip", kernels.clip, arrays.clip,
    (
        lambda y, x, low, high: inside(x, low, high),
        lambda y, x, low, high: inside(low, x, high),
        lambda y, x, low, high: beats(maximum(x, low), high),
    ),
    (REAL, Domain(high=-1.0), Domain(1.0)),
    tex=r"\operatorname{{clip}}({0}, {1}, {2})",
    reference=lambda mp, x, low, high: low if x < low else high if x > high else x,
)

# Steps: their slope is 0 wherever they have one.
floor: Pointwise = pointwise(
    "floor", libm.floor, np.floor, (level(lambda y, x: 0.0),), (UNIT,),
    tex=r"\lfloor {0} \rfloor", doc="the largest whole number not above x",
)
ceil: Pointwise = pointwise(
    "ceil", libm.ceil, np.ceil, (level(lambda y, x: 0.0),), (UNIT,),
    tex=r"\lceil {0} \rceil", doc="the smallest whole number not below x",
)
trunc: Pointwise = pointwise(
    "trunc", libm.trunc, np.trunc, (level(lambda y, x: 0.0),), (UNIT,), tex=r"\operatorname{{trunc}} {0}",
    reference=lambda mp, x: mp.sign(x) * mp.floor(mp.fabs(x)), doc="x without what is behind the point",
)
rint: Pointwise = pointwise(
    "rint", libm.rint, np.rint, (level(lambda y, x: 0.0),), (UNIT,), tex=r"\operatorname{{round}} {0}",
    reference="nint", doc="the whole number nearest to x, the even one of two",
)
floordiv: Pointwise = pointwise(
    "floordiv", kernels.floordiv, np.floor_divide, (level(lambda y, a, b: 0.0),) * 2,
    (UNIT, Domain(1.0)), tex=r"\lfloor {0} / {1} \rfloor", infix="//", precedence=2,
    reference=lambda mp, a, b: mp.floor(a / b), doc="how often b goes into a, rounded down",
)
mod: Pointwise = pointwise(
    "mod", kernels.mod, np.remainder, (lambda y, a, b: 1.0, lambda y, a, b: -floordiv(a, b)),
    (UNIT, Domain(1.0)), tex=r"{0} \bmod {1}", infix="%", precedence=2,
    reference=lambda mp, a, b: a - b * mp.floor(a / b), doc="what is left of a, with the sign of b",
)
fmod: Pointwise = pointwise(
    "fmod", libm.fmod, np.fmod, (lambda y, a, b: 1.0, lambda y, a, b: -trunc(a / b)),
    (UNIT, Domain(1.0)), tex=r"\operatorname{{fmod}}({0}, {1})",
    reference=lambda mp, a, b: a - b * mp.sign(a / b) * mp.floor(mp.fabs(a / b)),
    doc="what is left of a, with the sign of a",
)
copysign: Pointwise = pointwise(
    "copysign", libm.copysign, np.copysign, (lambda y, a, b: sign(y) * sign(a), level(lambda y, a, b: 0.0)),
    tex=r"\operatorname{{copysign}}({0}, {1})",
    reference=lambda mp, a, b: mp.fabs(a) * (mp.sign(b) or 1), doc="the size of a with the sign of b",
)

# From here on: linear in each operand. `total` and `dot` are the n-ary sums of scalars.

total = Multilinear(
    "total", structure.total, scalar=structure.total, nary=lambda i, g, *xs: g, tex=r"\sum",
    doc="x1 + x2 + ... + xn of scalars as one node",
    recipe=Recipe(xs=Several(NUMBER)),
)
dot = Multilinear(
    "dot", structure.dot, scalar=structure.dot,
    nary=lambda i, g, *xs: chain(g, xs[i - len(xs) // 2]), tex=r"{0} \cdot {1}", infix=".",
    doc="w1 x1 + ... + wn xn of scalars as one node; operands w1 ... wn, x1 ... xn",
    recipe=Recipe(ws=Several(NUMBER, 2, 2), xs=Several(NUMBER, 2, 2)),
)
matmul: Multilinear = multilinear(
    "matmul", np.matmul, structure.matmul_left, structure.matmul_right,
    tex=r"{0} \, {1}", infix="@", precedence=2,
    recipe=Recipe(a=VECTOR, b=FACTOR),
)
sum: Multilinear = multilinear(
    "sum", structure.sum,
    lambda g, x, axis, keepdims: structure.spread(g, x.shape, axis, keepdims), tex=r"\sum {0}",
    recipe=Recipe(x=ARRAY, axis=recipes.axes, keepdims=FLAG),
)
mean: Multilinear = multilinear(
    "mean", structure.mean,
    lambda g, x, axis, keepdims: structure.spread(
        g / structure.count(x.shape, axis), x.shape, axis, keepdims
    ),
    tex=r"\overline{{{0}}}",
    recipe=Recipe(x=ARRAY, axis=recipes.axes, keepdims=FLAG),
)
max: Multilinear = multilinear(
    "max", np.max,
    lambda g, x, axis, keepdims: scans.extreme_back(g, x, axis, keepdims, largest=True),
    tangents=(lambda t, x, axis, keepdims: sum(
        t * ties(x, axis=axis, largest=True), axis=axis, keepdims=keepdims),),
    tex=r"\max {0}",
    recipe=Recipe(x=ARRAY, axis=recipes.axes, keepdims=FLAG),
)
min: Multilinear = multilinear(
    "min", np.min,
    lambda g, x, axis, keepdims: scans.extreme_back(g, x, axis, keepdims, largest=False),
    tangents=(lambda t, x, axis, keepdims: sum(
        t * ties(x, axis=axis, largest=False), axis=axis, keepdims=keepdims),),
    tex=r"\min {0}",
    recipe=Recipe(x=ARRAY, axis=recipes.axes, keepdims=FLAG),
)
ties: Multilinear = multilinear(
    "ties", structure.ties, lambda g, x, axis, largest: 0.0 * g,
    tangents=(lambda t, x, axis, largest: 0.0 * t,), tex=r"[{0} \text{{ is extreme}}]",
    doc="equal shares that add up to 1 over the places of the largest (smallest) element",
    recipe=Recipe(x=ARRAY, axis=recipes.axes, largest=FLAG),
)
broadcast: Multilinear = multilinear(
    "broadcast", structure.broadcast, lambda g, x, shape: structure.sum_to(g, x.shape), tex="{0}",
    recipe=Recipe(x=ARRAY, shape=recipes.wider),
)
reshape: Multilinear = multilinear(
    "reshape", structure.reshape, lambda g, x, shape: reshape(g, shape=x.shape), tex="{0}",
    recipe=Recipe(x=ARRAY, shape=recipes.same_size),
)
transpose: Multilinear = multilinear(
    "transpose", structure.permuted,
    lambda g, x, axes: transpose(g, axes=structure.inverse(axes)), tex="{0}^T",
    recipe=Recipe(x=ARRAY, axes=recipes.permutation),
)
take: Multilinear = multilinear(
    "take", structure.take,
    lambda g, x, index: scatter(g, index=index, shape=x.shape), tex=r"{0}[\cdot]",
    recipe=Recipe(x=ARRAY, index=recipes.index),
)
scatter: Multilinear = multilinear(
    "scatter", structure.scatter,
    lambda g, x, index, shape: take(g, index=index), tex=r"\operatorname{{scatter}}({0})",
    recipe=Recipe(
        x=VECTOR,
        index=lambda d: d.of(slice(0, d.first.size), np.arange(d.first.size) // 2),
        shape=lambda d: (d.first.size + d.pick(2),),
    ),
)
concatenate = Multilinear(
    "concatenate", structure.concatenate, nary=structure.concatenate_transpose,
    tex=r"[{0}, \ldots]",
    recipe=Recipe(xs=ARRAYS, axis=recipes.axis),
)
cast: Multilinear = multilinear(
    "cast", structure.cast, lambda g, x, dtype: cast(g, dtype=x.dtype), tex="{0}",
    recipe=Recipe(x=ARRAY, dtype=recipes.COMMON["dtype"]),
)

# Rows on whole arrays that stand with their arithmetic, by trade.
from autodiff.table.linear import (  # noqa: E402
    contract,  # noqa: F401
    factors,  # noqa: F401
    fourier,  # noqa: F401
    matrices,  # noqa: F401
    polar,  # noqa: F401
    polynomials,  # noqa: F401
    running,  # noqa: F401
    scans,
    windows,  # noqa: F401
)

einsum = TABLE["einsum"]
cumsum = TABLE["cumsum"]
recurrence = TABLE["recurrence"]
cumprod = TABLE["cumprod"]
prod = TABLE["prod"]
diff = TABLE["diff"]
ends = TABLE["ends"]
roll = TABLE["roll"]
triangle = TABLE["triangle"]
ordered = TABLE["ordered"]
restored = TABLE["restored"]
inv = TABLE["inv"]
inv_lower = TABLE["inv_lower"]
solve = TABLE["solve"]
det = TABLE["det"]
cofactors = TABLE["cofactors"]
logabsdet = TABLE["logabsdet"]
cholesky = TABLE["cholesky"]
eigh = TABLE["eigh"]
svd, nuclear = TABLE["svd"], TABLE["nuclear"]
qr = TABLE["qr"]
pinv = TABLE["pinv"]
detsign = TABLE["detsign"]
convolve = TABLE["convolve"]
correlate = TABLE["correlate"]
horner = TABLE["horner"]
moments = TABLE["moments"]
deconvolve = TABLE["deconvolve"]

BUILTIN: int = len(ROWS)  # the rows so far: what is printed ahead is printed for these

for _row in ROWS:  # short arrays go by the loop that lies inside a ufunc of few operands
    _ufunc = _row.ufunc
    if _ufunc is not None and _ufunc.nin < 3 and _ufunc.nout == 1 and not _ufunc.signature:
        object.__setattr__(_row, "loop", _ufunc)
