# Printed from the table by autodiff/codegen.py; not for editing.
cimport cython
from libc.math cimport acos, asin, atan, atan2, cos, cosh, exp, expm1, fabs, hypot, log, log1p, sin, sinh, sqrt, tan, tanh
from autodiff.kernels cimport add as k_add, beats as k_beats, chain as k_chain, clip as k_clip, div as k_div, elu as k_elu, gelu as k_gelu, gelu_prime as k_gelu_prime, identity as k_identity, leaky_relu as k_leaky_relu, maximum as k_maximum, minimum as k_minimum, mul as k_mul, neg as k_neg, normal_cdf as k_normal_cdf, normal_pdf as k_normal_pdf, power as k_power, power_slope as k_power_slope, relu as k_relu, sech2 as k_sech2, sigmoid as k_sigmoid, sigmoid_prime as k_sigmoid_prime, sign as k_sign, softplus as k_softplus, square as k_square, squared_error as k_squared_error, step as k_step, sub as k_sub, truth as k_truth, where as k_where, xlogy as k_xlogy

cdef enum:
    ADD = 0
    SUB = 1
    MUL = 2
    DIV = 3
    NEG = 4
    POWC = 5
    POWER = 6
    POWER_SLOPE = 7
    IDENTITY = 8
    SQUARE = 9
    SQUARED_ERROR = 10
    CHAIN = 11
    EXP = 12
    LOG = 13
    LOG1P = 14
    EXPM1 = 15
    SQRT = 16
    XLOGY = 17
    SIN = 18
    COS = 19
    TAN = 20
    ASIN = 21
    ACOS = 22
    HYPOT = 23
    ATAN = 24
    ATAN2 = 25
    SINH = 26
    COSH = 27
    TANH = 28
    SECH2 = 29
    SIGMOID = 30
    SIGMOID_PRIME = 31
    SOFTPLUS = 32
    RELU = 33
    LEAKY_RELU = 34
    ELU = 35
    NORMAL_PDF = 36
    NORMAL_CDF = 37
    GELU = 38
    GELU_PRIME = 39
    ABS = 40
    SIGN = 41
    STEP = 42
    TRUTH = 43
    BEATS = 44
    MAXIMUM = 45
    MINIMUM = 46
    WHERE = 47
    CLIP = 48

@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C
cdef inline (double, double) unary(int code, double x) noexcept:
    cdef double y
    if code == 4:  # neg
        y = (-x)
        return y, -1.0
    elif code == 8:  # identity
        y = k_identity(x)
        return y, 1.0
    elif code == 9:  # square
        y = k_square(x)
        return y, (2.0 * x)
    elif code == 12:  # exp
        y = exp(x)
        return y, y
    elif code == 13:  # log
        y = log(x)
        return y, (1.0 / x)
    elif code == 14:  # log1p
        y = log1p(x)
        return y, (1.0 / (1.0 + x))
    elif code == 15:  # expm1
        y = expm1(x)
        return y, exp(x)
    elif code == 16:  # sqrt
        y = sqrt(x)
        return y, (0.5 / y)
    elif code == 18:  # sin
        y = sin(x)
        return y, cos(x)
    elif code == 19:  # cos
        y = cos(x)
        return y, (-sin(x))
    elif code == 20:  # tan
        y = tan(x)
        return y, (1.0 + (y * y))
    elif code == 21:  # asin
        y = asin(x)
        return y, (1.0 / sqrt(((1.0 - x) * (1.0 + x))))
    elif code == 22:  # acos
        y = acos(x)
        return y, (-1.0 / sqrt(((1.0 - x) * (1.0 + x))))
    elif code == 24:  # atan
        y = atan(x)
        return y, k_square((1.0 / hypot(1.0, x)))
    elif code == 26:  # sinh
        y = sinh(x)
        return y, cosh(x)
    elif code == 27:  # cosh
        y = cosh(x)
        return y, sinh(x)
    elif code == 28:  # tanh
        y = tanh(x)
        return y, k_sech2(x)
    elif code == 29:  # sech2
        y = k_sech2(x)
        return y, ((-2.0 * y) * tanh(x))
    elif code == 30:  # sigmoid
        y = k_sigmoid(x)
        return y, k_sigmoid_prime(x)
    elif code == 31:  # sigmoid_prime
        y = k_sigmoid_prime(x)
        return y, ((-y) * tanh((0.5 * x)))
    elif code == 32:  # softplus
        y = k_softplus(x)
        return y, k_sigmoid(x)
    elif code == 33:  # relu
        y = k_relu(x)
        return y, k_step(x)
    elif code == 36:  # normal_pdf
        y = k_normal_pdf(x)
        return y, ((-x) * y)
    elif code == 37:  # normal_cdf
        y = k_normal_cdf(x)
        return y, k_normal_pdf(x)
    elif code == 38:  # gelu
        y = k_gelu(x)
        return y, k_gelu_prime(x)
    elif code == 39:  # gelu_prime
        y = k_gelu_prime(x)
        return y, ((2.0 - (x * x)) * k_normal_pdf(x))
    elif code == 40:  # abs
        y = fabs(x)
        return y, k_sign(x)
    elif code == 41:  # sign
        y = k_sign(x)
        return y, 0.0
    elif code == 42:  # step
        y = k_step(x)
        return y, 0.0
    elif code == 43:  # truth
        y = k_truth(x)
        return y, 0.0
    return 0.0, 0.0

@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C
cdef inline (double, double, double) binary(int code, double a, double b) noexcept:
    cdef double y
    if code == 0:  # add
        y = (a + b)
        return y, 1.0, 1.0
    elif code == 1:  # sub
        y = (a - b)
        return y, 1.0, -1.0
    elif code == 2:  # mul
        y = (a * b)
        return y, b, a
    elif code == 3:  # div
        y = (a / b)
        return y, (1.0 / b), ((-y) / b)
    elif code == 5:  # powc
        y = k_power(a, b)
        return y, k_power_slope(a, b), 0.0
    elif code == 6:  # power
        y = k_power(a, b)
        return y, k_power_slope(a, b), k_xlogy(y, a)
    elif code == 7:  # power_slope
        y = k_power_slope(a, b)
        return y, k_where(b, k_where(k_step((0.5 - b)), ((b - 1.0) * (y / a)), (b * k_power_slope(a, (b - 1.0)))), 0.0), (k_power(a, (b - 1.0)) + k_xlogy(y, a))
    elif code == 10:  # squared_error
        y = k_squared_error(a, b)
        return y, (a - b), (b - a)
    elif code == 11:  # chain
        y = (a * b)
        return y, b, a
    elif code == 17:  # xlogy
        y = k_xlogy(a, b)
        return y, log(b), (a / b)
    elif code == 23:  # hypot
        y = hypot(a, b)
        return y, k_where(y, (a / y), 0.0), k_where(y, (b / y), 0.0)
    elif code == 25:  # atan2
        y = atan2(a, b)
        return y, ((b / hypot(a, b)) / hypot(a, b)), (((-a) / hypot(a, b)) / hypot(a, b))
    elif code == 34:  # leaky_relu
        y = k_leaky_relu(a, b)
        return y, k_where(k_step(a), 1.0, b), 0.0
    elif code == 35:  # elu
        y = k_elu(a, b)
        return y, k_where(k_step(a), 1.0, (b * exp(k_minimum(a, 0.0)))), 0.0
    elif code == 44:  # beats
        y = k_beats(a, b)
        return y, 0.0, 0.0
    elif code == 45:  # maximum
        y = k_maximum(a, b)
        return y, k_beats(a, b), k_beats(b, a)
    elif code == 46:  # minimum
        y = k_minimum(a, b)
        return y, k_beats(b, a), k_beats(a, b)
    return 0.0, 0.0, 0.0
