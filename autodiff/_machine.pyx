# cython: boundscheck=False, wraparound=False
# Printed from the table by autodiff/codegen.py; not for editing.
cimport cython
from libc.math cimport acos, asin, atan, atan2, cos, cosh, exp, expm1, fabs, hypot, log, log1p, sin, sinh, sqrt, tan, tanh
from autodiff.kernels cimport add as k_add, beats as k_beats, chain as k_chain, clip as k_clip, div as k_div, elu as k_elu, gelu as k_gelu, gelu_prime as k_gelu_prime, identity as k_identity, leaky_relu as k_leaky_relu, maximum as k_maximum, minimum as k_minimum, mul as k_mul, neg as k_neg, normal_cdf as k_normal_cdf, normal_pdf as k_normal_pdf, power as k_power, power_slope as k_power_slope, relu as k_relu, sech2 as k_sech2, sigmoid as k_sigmoid, sigmoid_prime as k_sigmoid_prime, sign as k_sign, softplus as k_softplus, square as k_square, squared_error as k_squared_error, step as k_step, sub as k_sub, truth as k_truth, where as k_where, xlogy as k_xlogy


CHAIN = -2

cdef extern from *:
    ctypedef double *Out "double *__restrict"
    ctypedef const double *In "const double *__restrict"

cdef inline void weigh(Out Y, double t, In B, double t1, In B1, double t2, In B2, double t3, In B3,
                       int lanes) noexcept:
    cdef int l
    for l in range(lanes):
        Y[l] = (((Y[l] + t * B[l]) + t1 * B1[l]) + t2 * B2[l]) + t3 * B3[l]

cdef inline double product(In G, In B, int whole, int rest) noexcept:
    cdef double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
    cdef int l
    for l in range(0, whole, 4):
        s0 += G[l] * B[l]
        s1 += G[l + 1] * B[l + 1]
        s2 += G[l + 2] * B[l + 2]
        s3 += G[l + 3] * B[l + 3]
    if rest > 0:
        s0 += G[whole] * B[whole]
    if rest > 1:
        s0 += G[whole + 1] * B[whole + 1]
    if rest > 2:
        s0 += G[whole + 2] * B[whole + 2]
    return (s0 + s1) + (s2 + s3)



def forward(int n, int first, short[::1] codes, int[::1] runs, int[::1] a, int[::1] b, int[::1] more,
           double[::1] values, double[::1] grads, char[::1] wanted, int lanes, int[::1] rows,
           double[:, ::1] many, double[:, ::1] sums, int height):
    if n > first:

        _forward(n, first, &codes[0], &runs[0], &a[0], &b[0], &more[0], &values[0], &grads[0], &wanted[0],
                lanes, &rows[0], &many[0, 0], &sums[0, 0], height)


@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C
cdef void _forward(int n, int first, short *codes, int *runs, int *a, int *b, int *more, double *v, double *g,
                  char *wanted, int lanes, int *rows, double *many, double *sums,
                  int height) noexcept:
    cdef int i, j, k, l, c, code, following, sends
    cdef double y, h, t, s0, s1, s2, s3
    cdef double *Y
    cdef double *G
    cdef double *A
    cdef double *B
    cdef double *C
    cdef double *T

    following = first
    while following < n:
        i = following
        following += 1
        code = codes[i]
        if code == -2:
            y = v[a[i + 1]]
            following = i + 2 * runs[i]
            for k in range(i, following, 2):
                t = (v[a[k]] * v[b[k]])
                v[k] = t
                y = (y + t)
                v[k + 1] = y
            continue
        if lanes == 0 or rows[i] < 0:
            if code == 4:  # neg
                v[i] = (-v[a[i]])
            elif code == 8:  # identity
                v[i] = k_identity(v[a[i]])
            elif code == 9:  # square
                v[i] = k_square(v[a[i]])
            elif code == 12:  # exp
                v[i] = exp(v[a[i]])
            elif code == 13:  # log
                v[i] = log(v[a[i]])
            elif code == 14:  # log1p
                v[i] = log1p(v[a[i]])
            elif code == 15:  # expm1
                v[i] = expm1(v[a[i]])
            elif code == 16:  # sqrt
                v[i] = sqrt(v[a[i]])
            elif code == 18:  # sin
                v[i] = sin(v[a[i]])
            elif code == 19:  # cos
                v[i] = cos(v[a[i]])
            elif code == 20:  # tan
                v[i] = tan(v[a[i]])
            elif code == 21:  # asin
                v[i] = asin(v[a[i]])
            elif code == 22:  # acos
                v[i] = acos(v[a[i]])
            elif code == 24:  # atan
                v[i] = atan(v[a[i]])
            elif code == 26:  # sinh
                v[i] = sinh(v[a[i]])
            elif code == 27:  # cosh
                v[i] = cosh(v[a[i]])
            elif code == 28:  # tanh
                v[i] = tanh(v[a[i]])
            elif code == 29:  # sech2
                v[i] = k_sech2(v[a[i]])
            elif code == 30:  # sigmoid
                v[i] = k_sigmoid(v[a[i]])
            elif code == 31:  # sigmoid_prime
                v[i] = k_sigmoid_prime(v[a[i]])
            elif code == 32:  # softplus
                v[i] = k_softplus(v[a[i]])
            elif code == 33:  # relu
                v[i] = k_relu(v[a[i]])
            elif code == 36:  # normal_pdf
                v[i] = k_normal_pdf(v[a[i]])
            elif code == 37:  # normal_cdf
                v[i] = k_normal_cdf(v[a[i]])
            elif code == 38:  # gelu
                v[i] = k_gelu(v[a[i]])
            elif code == 39:  # gelu_prime
                v[i] = k_gelu_prime(v[a[i]])
            elif code == 40:  # abs
                v[i] = fabs(v[a[i]])
            elif code == 41:  # sign
                v[i] = k_sign(v[a[i]])
            elif code == 42:  # step
                v[i] = k_step(v[a[i]])
            elif code == 43:  # truth
                v[i] = k_truth(v[a[i]])
            elif code == 0:  # add
                v[i] = (v[a[i]] + v[b[i]])
            elif code == 1:  # sub
                v[i] = (v[a[i]] - v[b[i]])
            elif code == 2:  # mul
                v[i] = (v[a[i]] * v[b[i]])
            elif code == 3:  # div
                v[i] = (v[a[i]] / v[b[i]])
            elif code == 5:  # powc
                v[i] = k_power(v[a[i]], v[b[i]])
            elif code == 6:  # power
                v[i] = k_power(v[a[i]], v[b[i]])
            elif code == 7:  # power_slope
                v[i] = k_power_slope(v[a[i]], v[b[i]])
            elif code == 10:  # squared_error
                v[i] = k_squared_error(v[a[i]], v[b[i]])
            elif code == 11:  # chain
                v[i] = (v[a[i]] * v[b[i]])
            elif code == 17:  # xlogy
                v[i] = k_xlogy(v[a[i]], v[b[i]])
            elif code == 23:  # hypot
                v[i] = hypot(v[a[i]], v[b[i]])
            elif code == 25:  # atan2
                v[i] = atan2(v[a[i]], v[b[i]])
            elif code == 34:  # leaky_relu
                v[i] = k_leaky_relu(v[a[i]], v[b[i]])
            elif code == 35:  # elu
                v[i] = k_elu(v[a[i]], v[b[i]])
            elif code == 44:  # beats
                v[i] = k_beats(v[a[i]], v[b[i]])
            elif code == 45:  # maximum
                v[i] = k_maximum(v[a[i]], v[b[i]])
            elif code == 46:  # minimum
                v[i] = k_minimum(v[a[i]], v[b[i]])
            elif code == 47:  # where
                v[i] = k_where(v[more[a[i] + 0]], v[more[a[i] + 1]], v[more[a[i] + 2]])
            elif code == 48:  # clip
                v[i] = k_clip(v[more[a[i] + 0]], v[more[a[i] + 1]], v[more[a[i] + 2]])
            elif code == 49:  # total
                y = 0.0
                for k in range(b[i]):
                    y += v[more[a[i] + k]]
                v[i] = y
            elif code == 50:  # dot
                y = 0.0
                c = b[i] // 2
                for k in range(a[i], a[i] + c):
                    y += v[more[k]] * v[more[k + c]]
                v[i] = y
            continue
        Y = many + <size_t>rows[i] * lanes
        if code == 4:  # neg
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = (-A[l])
        elif code == 8:  # identity
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_identity(A[l])
        elif code == 9:  # square
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_square(A[l])
        elif code == 12:  # exp
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = exp(A[l])
        elif code == 13:  # log
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = log(A[l])
        elif code == 14:  # log1p
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = log1p(A[l])
        elif code == 15:  # expm1
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = expm1(A[l])
        elif code == 16:  # sqrt
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = sqrt(A[l])
        elif code == 18:  # sin
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = sin(A[l])
        elif code == 19:  # cos
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = cos(A[l])
        elif code == 20:  # tan
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = tan(A[l])
        elif code == 21:  # asin
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = asin(A[l])
        elif code == 22:  # acos
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = acos(A[l])
        elif code == 24:  # atan
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = atan(A[l])
        elif code == 26:  # sinh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = sinh(A[l])
        elif code == 27:  # cosh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = cosh(A[l])
        elif code == 28:  # tanh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = tanh(A[l])
        elif code == 29:  # sech2
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_sech2(A[l])
        elif code == 30:  # sigmoid
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_sigmoid(A[l])
        elif code == 31:  # sigmoid_prime
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_sigmoid_prime(A[l])
        elif code == 32:  # softplus
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_softplus(A[l])
        elif code == 33:  # relu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_relu(A[l])
        elif code == 36:  # normal_pdf
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_normal_pdf(A[l])
        elif code == 37:  # normal_cdf
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_normal_cdf(A[l])
        elif code == 38:  # gelu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_gelu(A[l])
        elif code == 39:  # gelu_prime
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_gelu_prime(A[l])
        elif code == 40:  # abs
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = fabs(A[l])
        elif code == 41:  # sign
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_sign(A[l])
        elif code == 42:  # step
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_step(A[l])
        elif code == 43:  # truth
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            for l in range(lanes):
                Y[l] = k_truth(A[l])
        elif code == 0:  # add
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] + B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] + v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = (v[a[i]] + B[l])
        elif code == 1:  # sub
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] - B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] - v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = (v[a[i]] - B[l])
        elif code == 2:  # mul
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] * B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] * v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = (v[a[i]] * B[l])
        elif code == 3:  # div
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] / B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] / v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = (v[a[i]] / B[l])
        elif code == 5:  # powc
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_power(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_power(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_power(v[a[i]], B[l])
        elif code == 6:  # power
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_power(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_power(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_power(v[a[i]], B[l])
        elif code == 7:  # power_slope
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_power_slope(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_power_slope(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_power_slope(v[a[i]], B[l])
        elif code == 10:  # squared_error
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_squared_error(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_squared_error(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_squared_error(v[a[i]], B[l])
        elif code == 11:  # chain
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] * B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = (A[l] * v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = (v[a[i]] * B[l])
        elif code == 17:  # xlogy
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_xlogy(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_xlogy(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_xlogy(v[a[i]], B[l])
        elif code == 23:  # hypot
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = hypot(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = hypot(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = hypot(v[a[i]], B[l])
        elif code == 25:  # atan2
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = atan2(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = atan2(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = atan2(v[a[i]], B[l])
        elif code == 34:  # leaky_relu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_leaky_relu(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_leaky_relu(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_leaky_relu(v[a[i]], B[l])
        elif code == 35:  # elu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_elu(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_elu(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_elu(v[a[i]], B[l])
        elif code == 44:  # beats
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_beats(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_beats(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_beats(v[a[i]], B[l])
        elif code == 45:  # maximum
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_maximum(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_maximum(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_maximum(v[a[i]], B[l])
        elif code == 46:  # minimum
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                for l in range(lanes):
                    Y[l] = k_minimum(A[l], B[l])
            elif A != NULL:
                for l in range(lanes):
                    Y[l] = k_minimum(A[l], v[b[i]])
            elif B != NULL:
                for l in range(lanes):
                    Y[l] = k_minimum(v[a[i]], B[l])
        elif code == 47:  # where
            if rows[more[a[i] + 0]] >= 0:
                A = many + <size_t>rows[more[a[i] + 0]] * lanes
            else:
                A = sums + <size_t>(height + 0) * lanes  # room behind the sums
                for l in range(lanes):
                    A[l] = v[more[a[i] + 0]]
            if rows[more[a[i] + 1]] >= 0:
                B = many + <size_t>rows[more[a[i] + 1]] * lanes
            else:
                B = sums + <size_t>(height + 1) * lanes  # room behind the sums
                for l in range(lanes):
                    B[l] = v[more[a[i] + 1]]
            if rows[more[a[i] + 2]] >= 0:
                C = many + <size_t>rows[more[a[i] + 2]] * lanes
            else:
                C = sums + <size_t>(height + 2) * lanes  # room behind the sums
                for l in range(lanes):
                    C[l] = v[more[a[i] + 2]]
            for l in range(lanes):
                Y[l] = k_where(A[l], B[l], C[l])
        elif code == 48:  # clip
            if rows[more[a[i] + 0]] >= 0:
                A = many + <size_t>rows[more[a[i] + 0]] * lanes
            else:
                A = sums + <size_t>(height + 0) * lanes  # room behind the sums
                for l in range(lanes):
                    A[l] = v[more[a[i] + 0]]
            if rows[more[a[i] + 1]] >= 0:
                B = many + <size_t>rows[more[a[i] + 1]] * lanes
            else:
                B = sums + <size_t>(height + 1) * lanes  # room behind the sums
                for l in range(lanes):
                    B[l] = v[more[a[i] + 1]]
            if rows[more[a[i] + 2]] >= 0:
                C = many + <size_t>rows[more[a[i] + 2]] * lanes
            else:
                C = sums + <size_t>(height + 2) * lanes  # room behind the sums
                for l in range(lanes):
                    C[l] = v[more[a[i] + 2]]
            for l in range(lanes):
                Y[l] = k_clip(A[l], B[l], C[l])
        elif code == 49:  # total
            for l in range(lanes):
                Y[l] = 0.0
            for k in range(a[i], a[i] + b[i]):
                A = many + <size_t>rows[more[k]] * lanes if rows[more[k]] >= 0 else NULL
                for l in range(lanes):
                    Y[l] += A[l] if A != NULL else v[more[k]]
        elif code == 50:  # dot
            for l in range(lanes):
                Y[l] = 0.0
            c = b[i] // 2
            k = a[i]
            while k + 3 < a[i] + c and rows[more[k + 0]] < 0 and rows[more[k + 0 + c]] >= 0 and rows[more[k + 1]] < 0 and rows[more[k + 1 + c]] >= 0 and rows[more[k + 2]] < 0 and rows[more[k + 2 + c]] >= 0 and rows[more[k + 3]] < 0 and rows[more[k + 3 + c]] >= 0:
                weigh(Y, v[more[k + 0]], many + <size_t>rows[more[k + 0 + c]] * lanes, v[more[k + 1]], many + <size_t>rows[more[k + 1 + c]] * lanes, v[more[k + 2]], many + <size_t>rows[more[k + 2 + c]] * lanes, v[more[k + 3]], many + <size_t>rows[more[k + 3 + c]] * lanes, lanes)
                k += 4
            for k in range(k, a[i] + c):
                A = many + <size_t>rows[more[k]] * lanes if rows[more[k]] >= 0 else NULL
                B = many + <size_t>rows[more[k + c]] * lanes if rows[more[k + c]] >= 0 else NULL
                if A != NULL and B != NULL:
                    for l in range(lanes):
                        Y[l] += A[l] * B[l]
                elif A != NULL:
                    t = v[more[k + c]]
                    for l in range(lanes):
                        Y[l] += A[l] * t
                elif B != NULL:
                    t = v[more[k]]
                    for l in range(lanes):
                        Y[l] += t * B[l]
                else:
                    t = v[more[k]] * v[more[k + c]]
                    for l in range(lanes):
                        Y[l] += t

def backward(int n, int first, short[::1] codes, int[::1] runs, int[::1] a, int[::1] b, int[::1] more,
           double[::1] values, double[::1] grads, char[::1] wanted, int lanes, int[::1] rows,
           double[:, ::1] many, double[:, ::1] sums, int height):
    if n > first:

        _backward(n, first, &codes[0], &runs[0], &a[0], &b[0], &more[0], &values[0], &grads[0], &wanted[0],
                lanes, &rows[0], &many[0, 0], &sums[0, 0], height)


@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C
cdef void _backward(int n, int first, short *codes, int *runs, int *a, int *b, int *more, double *v, double *g,
                  char *wanted, int lanes, int *rows, double *many, double *sums,
                  int height) noexcept:
    cdef int i, j, k, l, c, code, following, sends
    cdef double y, h, t, s0, s1, s2, s3
    cdef double *Y
    cdef double *G
    cdef double *A
    cdef double *B
    cdef double *C
    cdef double *T

    following = n - 1
    while following >= first:
        i = following
        following -= 1
        code = codes[i]
        if code == -2:
            h = g[i]
            following = i - 2 * runs[i]
            for k in range(i - 1, following, -2):
                t = g[k]
                s0 = g[a[k + 1]]
                if h != 0.0:
                    s0 += h * 1.0
                    t += h * 1.0
                g[a[k + 1]] = s0
                if t != 0.0:
                    g[a[k]] += t * v[b[k]]
                    g[b[k]] += t * v[a[k]]
                h = s0
            continue
        if lanes == 0 or rows[i] < 0:
            h = g[i]
            if h == 0.0:
                continue
            if code == 4:  # neg
                y = v[i]
                g[a[i]] += h * -1.0
            elif code == 8:  # identity
                y = v[i]
                g[a[i]] += h * 1.0
            elif code == 9:  # square
                y = v[i]
                g[a[i]] += h * (2.0 * v[a[i]])
            elif code == 12:  # exp
                y = v[i]
                g[a[i]] += h * y
            elif code == 13:  # log
                y = v[i]
                g[a[i]] += h * (1.0 / v[a[i]])
            elif code == 14:  # log1p
                y = v[i]
                g[a[i]] += h * (1.0 / (1.0 + v[a[i]]))
            elif code == 15:  # expm1
                y = v[i]
                g[a[i]] += h * exp(v[a[i]])
            elif code == 16:  # sqrt
                y = v[i]
                g[a[i]] += h * (0.5 / y)
            elif code == 18:  # sin
                y = v[i]
                g[a[i]] += h * cos(v[a[i]])
            elif code == 19:  # cos
                y = v[i]
                g[a[i]] += h * (-sin(v[a[i]]))
            elif code == 20:  # tan
                y = v[i]
                g[a[i]] += h * (1.0 + (y * y))
            elif code == 21:  # asin
                y = v[i]
                g[a[i]] += h * (1.0 / sqrt(((1.0 - v[a[i]]) * (1.0 + v[a[i]]))))
            elif code == 22:  # acos
                y = v[i]
                g[a[i]] += h * (-1.0 / sqrt(((1.0 - v[a[i]]) * (1.0 + v[a[i]]))))
            elif code == 24:  # atan
                y = v[i]
                g[a[i]] += h * k_square((1.0 / hypot(1.0, v[a[i]])))
            elif code == 26:  # sinh
                y = v[i]
                g[a[i]] += h * cosh(v[a[i]])
            elif code == 27:  # cosh
                y = v[i]
                g[a[i]] += h * sinh(v[a[i]])
            elif code == 28:  # tanh
                y = v[i]
                g[a[i]] += h * k_sech2(v[a[i]])
            elif code == 29:  # sech2
                y = v[i]
                g[a[i]] += h * ((-2.0 * y) * tanh(v[a[i]]))
            elif code == 30:  # sigmoid
                y = v[i]
                g[a[i]] += h * k_sigmoid_prime(v[a[i]])
            elif code == 31:  # sigmoid_prime
                y = v[i]
                g[a[i]] += h * ((-y) * tanh((0.5 * v[a[i]])))
            elif code == 32:  # softplus
                y = v[i]
                g[a[i]] += h * k_sigmoid(v[a[i]])
            elif code == 33:  # relu
                y = v[i]
                g[a[i]] += h * k_step(v[a[i]])
            elif code == 36:  # normal_pdf
                y = v[i]
                g[a[i]] += h * ((-v[a[i]]) * y)
            elif code == 37:  # normal_cdf
                y = v[i]
                g[a[i]] += h * k_normal_pdf(v[a[i]])
            elif code == 38:  # gelu
                y = v[i]
                g[a[i]] += h * k_gelu_prime(v[a[i]])
            elif code == 39:  # gelu_prime
                y = v[i]
                g[a[i]] += h * ((2.0 - (v[a[i]] * v[a[i]])) * k_normal_pdf(v[a[i]]))
            elif code == 40:  # abs
                y = v[i]
                g[a[i]] += h * k_sign(v[a[i]])
            elif code == 41:  # sign
                y = v[i]
                g[a[i]] += h * 0.0
            elif code == 42:  # step
                y = v[i]
                g[a[i]] += h * 0.0
            elif code == 43:  # truth
                y = v[i]
                g[a[i]] += h * 0.0
            elif code == 0:  # add
                y = v[i]
                g[a[i]] += h * 1.0
                g[b[i]] += h * 1.0
            elif code == 1:  # sub
                y = v[i]
                g[a[i]] += h * 1.0
                g[b[i]] += h * -1.0
            elif code == 2:  # mul
                y = v[i]
                g[a[i]] += h * v[b[i]]
                g[b[i]] += h * v[a[i]]
            elif code == 3:  # div
                y = v[i]
                g[a[i]] += h * (1.0 / v[b[i]])
                g[b[i]] += h * ((-y) / v[b[i]])
            elif code == 5:  # powc
                y = v[i]
                g[a[i]] += h * k_power_slope(v[a[i]], v[b[i]])
            elif code == 6:  # power
                y = v[i]
                g[a[i]] += h * k_power_slope(v[a[i]], v[b[i]])
                g[b[i]] += h * k_xlogy(y, v[a[i]])
            elif code == 7:  # power_slope
                y = v[i]
                g[a[i]] += h * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (y / v[a[i]])), (v[b[i]] * k_power_slope(v[a[i]], (v[b[i]] - 1.0)))), 0.0)
                g[b[i]] += h * (k_power(v[a[i]], (v[b[i]] - 1.0)) + k_xlogy(y, v[a[i]]))
            elif code == 10:  # squared_error
                y = v[i]
                g[a[i]] += h * (v[a[i]] - v[b[i]])
                g[b[i]] += h * (v[b[i]] - v[a[i]])
            elif code == 11:  # chain
                y = v[i]
                g[a[i]] += h * v[b[i]]
                g[b[i]] += h * v[a[i]]
            elif code == 17:  # xlogy
                y = v[i]
                g[a[i]] += h * log(v[b[i]])
                g[b[i]] += h * (v[a[i]] / v[b[i]])
            elif code == 23:  # hypot
                y = v[i]
                g[a[i]] += h * k_where(y, (v[a[i]] / y), 0.0)
                g[b[i]] += h * k_where(y, (v[b[i]] / y), 0.0)
            elif code == 25:  # atan2
                y = v[i]
                g[a[i]] += h * ((v[b[i]] / hypot(v[a[i]], v[b[i]])) / hypot(v[a[i]], v[b[i]]))
                g[b[i]] += h * (((-v[a[i]]) / hypot(v[a[i]], v[b[i]])) / hypot(v[a[i]], v[b[i]]))
            elif code == 34:  # leaky_relu
                y = v[i]
                g[a[i]] += h * k_where(k_step(v[a[i]]), 1.0, v[b[i]])
            elif code == 35:  # elu
                y = v[i]
                g[a[i]] += h * k_where(k_step(v[a[i]]), 1.0, (v[b[i]] * exp(k_minimum(v[a[i]], 0.0))))
            elif code == 44:  # beats
                y = v[i]
                g[a[i]] += h * 0.0
                g[b[i]] += h * 0.0
            elif code == 45:  # maximum
                y = v[i]
                g[a[i]] += h * k_beats(v[a[i]], v[b[i]])
                g[b[i]] += h * k_beats(v[b[i]], v[a[i]])
            elif code == 46:  # minimum
                y = v[i]
                g[a[i]] += h * k_beats(v[b[i]], v[a[i]])
                g[b[i]] += h * k_beats(v[a[i]], v[b[i]])
            elif code == 47:  # where
                y = v[i]
                g[more[a[i] + 1]] += h * k_truth(v[more[a[i] + 0]])
                g[more[a[i] + 2]] += h * (1.0 - k_truth(v[more[a[i] + 0]]))
            elif code == 48:  # clip
                y = v[i]
                g[more[a[i] + 0]] += h * (k_beats(v[more[a[i] + 0]], v[more[a[i] + 1]]) * k_beats(v[more[a[i] + 2]], v[more[a[i] + 0]]))
            elif code == 49:  # total
                for k in range(b[i]):
                    g[more[a[i] + k]] += h
            elif code == 50:  # dot
                c = b[i] // 2
                for k in range(a[i], a[i] + c):
                    g[more[k]] += h * v[more[k + c]]
                for k in range(a[i], a[i] + c):
                    g[more[k + c]] += h * v[more[k]]
            continue
        Y = many + <size_t>rows[i] * lanes
        G = sums + <size_t>rows[i] * lanes
        if code == 4:  # neg
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * -1.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * -1.0
                    s1 += G[4 * j + 1] * -1.0
                    s2 += G[4 * j + 2] * -1.0
                    s3 += G[4 * j + 3] * -1.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * -1.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 8:  # identity
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * 1.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * 1.0
                    s1 += G[4 * j + 1] * 1.0
                    s2 += G[4 * j + 2] * 1.0
                    s3 += G[4 * j + 3] * 1.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * 1.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 9:  # square
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (2.0 * A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (2.0 * A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (2.0 * A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (2.0 * A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (2.0 * A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (2.0 * A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 12:  # exp
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * Y[l] if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * Y[4 * j] if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * Y[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * Y[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * Y[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * Y[l] if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 13:  # log
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (1.0 / A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (1.0 / A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (1.0 / A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (1.0 / A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (1.0 / A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (1.0 / A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 14:  # log1p
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (1.0 / (1.0 + A[l])) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (1.0 / (1.0 + A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (1.0 / (1.0 + A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (1.0 / (1.0 + A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (1.0 / (1.0 + A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (1.0 / (1.0 + A[l])) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 15:  # expm1
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * exp(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * exp(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * exp(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * exp(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * exp(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * exp(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 16:  # sqrt
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (0.5 / Y[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (0.5 / Y[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (0.5 / Y[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (0.5 / Y[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (0.5 / Y[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (0.5 / Y[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 18:  # sin
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * cos(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * cos(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * cos(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * cos(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * cos(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * cos(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 19:  # cos
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (-sin(A[l])) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (-sin(A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (-sin(A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (-sin(A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (-sin(A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (-sin(A[l])) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 20:  # tan
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (1.0 + (Y[l] * Y[l])) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (1.0 + (Y[4 * j] * Y[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (1.0 + (Y[4 * j + 1] * Y[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (1.0 + (Y[4 * j + 2] * Y[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (1.0 + (Y[4 * j + 3] * Y[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (1.0 + (Y[l] * Y[l])) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 21:  # asin
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (1.0 / sqrt(((1.0 - A[l]) * (1.0 + A[l])))) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (1.0 / sqrt(((1.0 - A[4 * j]) * (1.0 + A[4 * j])))) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (1.0 / sqrt(((1.0 - A[4 * j + 1]) * (1.0 + A[4 * j + 1])))) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (1.0 / sqrt(((1.0 - A[4 * j + 2]) * (1.0 + A[4 * j + 2])))) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (1.0 / sqrt(((1.0 - A[4 * j + 3]) * (1.0 + A[4 * j + 3])))) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (1.0 / sqrt(((1.0 - A[l]) * (1.0 + A[l])))) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 22:  # acos
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (-1.0 / sqrt(((1.0 - A[l]) * (1.0 + A[l])))) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (-1.0 / sqrt(((1.0 - A[4 * j]) * (1.0 + A[4 * j])))) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (-1.0 / sqrt(((1.0 - A[4 * j + 1]) * (1.0 + A[4 * j + 1])))) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (-1.0 / sqrt(((1.0 - A[4 * j + 2]) * (1.0 + A[4 * j + 2])))) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (-1.0 / sqrt(((1.0 - A[4 * j + 3]) * (1.0 + A[4 * j + 3])))) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (-1.0 / sqrt(((1.0 - A[l]) * (1.0 + A[l])))) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 24:  # atan
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_square((1.0 / hypot(1.0, A[l]))) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_square((1.0 / hypot(1.0, A[4 * j]))) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_square((1.0 / hypot(1.0, A[4 * j + 1]))) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_square((1.0 / hypot(1.0, A[4 * j + 2]))) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_square((1.0 / hypot(1.0, A[4 * j + 3]))) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_square((1.0 / hypot(1.0, A[l]))) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 26:  # sinh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * cosh(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * cosh(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * cosh(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * cosh(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * cosh(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * cosh(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 27:  # cosh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * sinh(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * sinh(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * sinh(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * sinh(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * sinh(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * sinh(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 28:  # tanh
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_sech2(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_sech2(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_sech2(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_sech2(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_sech2(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_sech2(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 29:  # sech2
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * ((-2.0 * Y[l]) * tanh(A[l])) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * ((-2.0 * Y[4 * j]) * tanh(A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * ((-2.0 * Y[4 * j + 1]) * tanh(A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * ((-2.0 * Y[4 * j + 2]) * tanh(A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * ((-2.0 * Y[4 * j + 3]) * tanh(A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * ((-2.0 * Y[l]) * tanh(A[l])) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 30:  # sigmoid
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_sigmoid_prime(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_sigmoid_prime(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_sigmoid_prime(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_sigmoid_prime(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_sigmoid_prime(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_sigmoid_prime(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 31:  # sigmoid_prime
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * ((-Y[l]) * tanh((0.5 * A[l]))) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * ((-Y[4 * j]) * tanh((0.5 * A[4 * j]))) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * ((-Y[4 * j + 1]) * tanh((0.5 * A[4 * j + 1]))) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * ((-Y[4 * j + 2]) * tanh((0.5 * A[4 * j + 2]))) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * ((-Y[4 * j + 3]) * tanh((0.5 * A[4 * j + 3]))) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * ((-Y[l]) * tanh((0.5 * A[l]))) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 32:  # softplus
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_sigmoid(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_sigmoid(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_sigmoid(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_sigmoid(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_sigmoid(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_sigmoid(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 33:  # relu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_step(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_step(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_step(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_step(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_step(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_step(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 36:  # normal_pdf
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * ((-A[l]) * Y[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * ((-A[4 * j]) * Y[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * ((-A[4 * j + 1]) * Y[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * ((-A[4 * j + 2]) * Y[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * ((-A[4 * j + 3]) * Y[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * ((-A[l]) * Y[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 37:  # normal_cdf
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_normal_pdf(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_normal_pdf(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_normal_pdf(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_normal_pdf(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_normal_pdf(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_normal_pdf(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 38:  # gelu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_gelu_prime(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_gelu_prime(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_gelu_prime(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_gelu_prime(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_gelu_prime(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_gelu_prime(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 39:  # gelu_prime
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * ((2.0 - (A[l] * A[l])) * k_normal_pdf(A[l])) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * ((2.0 - (A[4 * j] * A[4 * j])) * k_normal_pdf(A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * ((2.0 - (A[4 * j + 1] * A[4 * j + 1])) * k_normal_pdf(A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * ((2.0 - (A[4 * j + 2] * A[4 * j + 2])) * k_normal_pdf(A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * ((2.0 - (A[4 * j + 3] * A[4 * j + 3])) * k_normal_pdf(A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * ((2.0 - (A[l] * A[l])) * k_normal_pdf(A[l])) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 40:  # abs
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_sign(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_sign(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_sign(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_sign(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_sign(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_sign(A[l]) if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 41:  # sign
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 42:  # step
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 43:  # truth
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            if wanted[a[i]] and rows[a[i]] >= 0:
                T = sums + <size_t>rows[a[i]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
            elif wanted[a[i]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 0:  # add
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 1:  # sub
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * -1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * -1.0
                        s1 += G[4 * j + 1] * -1.0
                        s2 += G[4 * j + 2] * -1.0
                        s3 += G[4 * j + 3] * -1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * -1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * -1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * -1.0
                        s1 += G[4 * j + 1] * -1.0
                        s2 += G[4 * j + 2] * -1.0
                        s3 += G[4 * j + 3] * -1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * -1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * -1.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * -1.0
                        s1 += G[4 * j + 1] * -1.0
                        s2 += G[4 * j + 2] * -1.0
                        s3 += G[4 * j + 3] * -1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * -1.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 2:  # mul
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * B[l] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * B[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * B[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * B[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * B[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * B[l] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * A[l] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * A[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * A[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * A[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * A[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * A[l] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * v[b[i]] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * v[b[i]] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * v[b[i]] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * v[b[i]] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * v[b[i]] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * v[b[i]] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * A[l] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * A[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * A[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * A[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * A[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * A[l] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * B[l] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * B[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * B[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * B[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * B[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * B[l] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * v[a[i]] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * v[a[i]] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * v[a[i]] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * v[a[i]] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * v[a[i]] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * v[a[i]] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 3:  # div
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (1.0 / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (1.0 / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (1.0 / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (1.0 / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (1.0 / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (1.0 / B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((-Y[l]) / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((-Y[4 * j]) / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((-Y[4 * j + 1]) / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((-Y[4 * j + 2]) / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((-Y[4 * j + 3]) / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((-Y[l]) / B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (1.0 / v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (1.0 / v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (1.0 / v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (1.0 / v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (1.0 / v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (1.0 / v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((-Y[l]) / v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((-Y[4 * j]) / v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((-Y[4 * j + 1]) / v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((-Y[4 * j + 2]) / v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((-Y[4 * j + 3]) / v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((-Y[l]) / v[b[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (1.0 / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (1.0 / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (1.0 / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (1.0 / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (1.0 / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (1.0 / B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((-Y[l]) / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((-Y[4 * j]) / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((-Y[4 * j + 1]) / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((-Y[4 * j + 2]) / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((-Y[4 * j + 3]) / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((-Y[l]) / B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 5:  # powc
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(A[l], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(A[4 * j], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(A[4 * j + 1], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(A[4 * j + 2], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(A[4 * j + 3], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(A[l], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(A[4 * j], v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(A[4 * j + 1], v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(A[4 * j + 2], v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(A[4 * j + 3], v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(v[a[i]], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(v[a[i]], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(v[a[i]], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(v[a[i]], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 6:  # power
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(A[l], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(A[4 * j], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(A[4 * j + 1], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(A[4 * j + 2], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(A[4 * j + 3], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(A[l], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_xlogy(Y[l], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_xlogy(Y[4 * j], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_xlogy(Y[4 * j + 1], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_xlogy(Y[4 * j + 2], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_xlogy(Y[4 * j + 3], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_xlogy(Y[l], A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(A[4 * j], v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(A[4 * j + 1], v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(A[4 * j + 2], v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(A[4 * j + 3], v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_xlogy(Y[l], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_xlogy(Y[4 * j], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_xlogy(Y[4 * j + 1], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_xlogy(Y[4 * j + 2], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_xlogy(Y[4 * j + 3], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_xlogy(Y[l], A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_power_slope(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_power_slope(v[a[i]], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_power_slope(v[a[i]], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_power_slope(v[a[i]], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_power_slope(v[a[i]], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_power_slope(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_xlogy(Y[l], v[a[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_xlogy(Y[4 * j], v[a[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_xlogy(Y[4 * j + 1], v[a[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_xlogy(Y[4 * j + 2], v[a[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_xlogy(Y[4 * j + 3], v[a[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_xlogy(Y[l], v[a[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 7:  # power_slope
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(B[l], k_where(k_step((0.5 - B[l])), ((B[l] - 1.0) * (Y[l] / A[l])), (B[l] * k_power_slope(A[l], (B[l] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(B[4 * j], k_where(k_step((0.5 - B[4 * j])), ((B[4 * j] - 1.0) * (Y[4 * j] / A[4 * j])), (B[4 * j] * k_power_slope(A[4 * j], (B[4 * j] - 1.0)))), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(B[4 * j + 1], k_where(k_step((0.5 - B[4 * j + 1])), ((B[4 * j + 1] - 1.0) * (Y[4 * j + 1] / A[4 * j + 1])), (B[4 * j + 1] * k_power_slope(A[4 * j + 1], (B[4 * j + 1] - 1.0)))), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(B[4 * j + 2], k_where(k_step((0.5 - B[4 * j + 2])), ((B[4 * j + 2] - 1.0) * (Y[4 * j + 2] / A[4 * j + 2])), (B[4 * j + 2] * k_power_slope(A[4 * j + 2], (B[4 * j + 2] - 1.0)))), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(B[4 * j + 3], k_where(k_step((0.5 - B[4 * j + 3])), ((B[4 * j + 3] - 1.0) * (Y[4 * j + 3] / A[4 * j + 3])), (B[4 * j + 3] * k_power_slope(A[4 * j + 3], (B[4 * j + 3] - 1.0)))), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(B[l], k_where(k_step((0.5 - B[l])), ((B[l] - 1.0) * (Y[l] / A[l])), (B[l] * k_power_slope(A[l], (B[l] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (k_power(A[l], (B[l] - 1.0)) + k_xlogy(Y[l], A[l])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (k_power(A[4 * j], (B[4 * j] - 1.0)) + k_xlogy(Y[4 * j], A[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (k_power(A[4 * j + 1], (B[4 * j + 1] - 1.0)) + k_xlogy(Y[4 * j + 1], A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (k_power(A[4 * j + 2], (B[4 * j + 2] - 1.0)) + k_xlogy(Y[4 * j + 2], A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (k_power(A[4 * j + 3], (B[4 * j + 3] - 1.0)) + k_xlogy(Y[4 * j + 3], A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (k_power(A[l], (B[l] - 1.0)) + k_xlogy(Y[l], A[l])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[l] / A[l])), (v[b[i]] * k_power_slope(A[l], (v[b[i]] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[4 * j] / A[4 * j])), (v[b[i]] * k_power_slope(A[4 * j], (v[b[i]] - 1.0)))), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[4 * j + 1] / A[4 * j + 1])), (v[b[i]] * k_power_slope(A[4 * j + 1], (v[b[i]] - 1.0)))), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[4 * j + 2] / A[4 * j + 2])), (v[b[i]] * k_power_slope(A[4 * j + 2], (v[b[i]] - 1.0)))), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[4 * j + 3] / A[4 * j + 3])), (v[b[i]] * k_power_slope(A[4 * j + 3], (v[b[i]] - 1.0)))), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(v[b[i]], k_where(k_step((0.5 - v[b[i]])), ((v[b[i]] - 1.0) * (Y[l] / A[l])), (v[b[i]] * k_power_slope(A[l], (v[b[i]] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (k_power(A[l], (v[b[i]] - 1.0)) + k_xlogy(Y[l], A[l])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (k_power(A[4 * j], (v[b[i]] - 1.0)) + k_xlogy(Y[4 * j], A[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (k_power(A[4 * j + 1], (v[b[i]] - 1.0)) + k_xlogy(Y[4 * j + 1], A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (k_power(A[4 * j + 2], (v[b[i]] - 1.0)) + k_xlogy(Y[4 * j + 2], A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (k_power(A[4 * j + 3], (v[b[i]] - 1.0)) + k_xlogy(Y[4 * j + 3], A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (k_power(A[l], (v[b[i]] - 1.0)) + k_xlogy(Y[l], A[l])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(B[l], k_where(k_step((0.5 - B[l])), ((B[l] - 1.0) * (Y[l] / v[a[i]])), (B[l] * k_power_slope(v[a[i]], (B[l] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(B[4 * j], k_where(k_step((0.5 - B[4 * j])), ((B[4 * j] - 1.0) * (Y[4 * j] / v[a[i]])), (B[4 * j] * k_power_slope(v[a[i]], (B[4 * j] - 1.0)))), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(B[4 * j + 1], k_where(k_step((0.5 - B[4 * j + 1])), ((B[4 * j + 1] - 1.0) * (Y[4 * j + 1] / v[a[i]])), (B[4 * j + 1] * k_power_slope(v[a[i]], (B[4 * j + 1] - 1.0)))), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(B[4 * j + 2], k_where(k_step((0.5 - B[4 * j + 2])), ((B[4 * j + 2] - 1.0) * (Y[4 * j + 2] / v[a[i]])), (B[4 * j + 2] * k_power_slope(v[a[i]], (B[4 * j + 2] - 1.0)))), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(B[4 * j + 3], k_where(k_step((0.5 - B[4 * j + 3])), ((B[4 * j + 3] - 1.0) * (Y[4 * j + 3] / v[a[i]])), (B[4 * j + 3] * k_power_slope(v[a[i]], (B[4 * j + 3] - 1.0)))), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(B[l], k_where(k_step((0.5 - B[l])), ((B[l] - 1.0) * (Y[l] / v[a[i]])), (B[l] * k_power_slope(v[a[i]], (B[l] - 1.0)))), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (k_power(v[a[i]], (B[l] - 1.0)) + k_xlogy(Y[l], v[a[i]])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (k_power(v[a[i]], (B[4 * j] - 1.0)) + k_xlogy(Y[4 * j], v[a[i]])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (k_power(v[a[i]], (B[4 * j + 1] - 1.0)) + k_xlogy(Y[4 * j + 1], v[a[i]])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (k_power(v[a[i]], (B[4 * j + 2] - 1.0)) + k_xlogy(Y[4 * j + 2], v[a[i]])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (k_power(v[a[i]], (B[4 * j + 3] - 1.0)) + k_xlogy(Y[4 * j + 3], v[a[i]])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (k_power(v[a[i]], (B[l] - 1.0)) + k_xlogy(Y[l], v[a[i]])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 10:  # squared_error
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (A[l] - B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (A[4 * j] - B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (A[4 * j + 1] - B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (A[4 * j + 2] - B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (A[4 * j + 3] - B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (A[l] - B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (B[l] - A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (B[4 * j] - A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (B[4 * j + 1] - A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (B[4 * j + 2] - A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (B[4 * j + 3] - A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (B[l] - A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (A[l] - v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (A[4 * j] - v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (A[4 * j + 1] - v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (A[4 * j + 2] - v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (A[4 * j + 3] - v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (A[l] - v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (v[b[i]] - A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (v[b[i]] - A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (v[b[i]] - A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (v[b[i]] - A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (v[b[i]] - A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (v[b[i]] - A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (v[a[i]] - B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (v[a[i]] - B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (v[a[i]] - B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (v[a[i]] - B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (v[a[i]] - B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (v[a[i]] - B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (B[l] - v[a[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (B[4 * j] - v[a[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (B[4 * j + 1] - v[a[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (B[4 * j + 2] - v[a[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (B[4 * j + 3] - v[a[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (B[l] - v[a[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 11:  # chain
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * B[l] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * B[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * B[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * B[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * B[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * B[l] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * A[l] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * A[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * A[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * A[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * A[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * A[l] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * v[b[i]] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * v[b[i]] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * v[b[i]] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * v[b[i]] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * v[b[i]] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * v[b[i]] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * A[l] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * A[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * A[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * A[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * A[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * A[l] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * B[l] if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * B[4 * j] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * B[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * B[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * B[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * B[l] if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * v[a[i]] if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * v[a[i]] if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * v[a[i]] if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * v[a[i]] if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * v[a[i]] if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * v[a[i]] if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 17:  # xlogy
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * log(B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * log(B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * log(B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * log(B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * log(B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * log(B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (A[l] / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (A[4 * j] / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (A[4 * j + 1] / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (A[4 * j + 2] / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (A[4 * j + 3] / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (A[l] / B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * log(v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * log(v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * log(v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * log(v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * log(v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * log(v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (A[l] / v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (A[4 * j] / v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (A[4 * j + 1] / v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (A[4 * j + 2] / v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (A[4 * j + 3] / v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (A[l] / v[b[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * log(B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * log(B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * log(B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * log(B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * log(B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * log(B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (v[a[i]] / B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (v[a[i]] / B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (v[a[i]] / B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (v[a[i]] / B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (v[a[i]] / B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (v[a[i]] / B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 23:  # hypot
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (A[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (A[4 * j] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (A[4 * j + 1] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (A[4 * j + 2] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (A[4 * j + 3] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (A[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (B[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (B[4 * j] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (B[4 * j + 1] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (B[4 * j + 2] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (B[4 * j + 3] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (B[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (A[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (A[4 * j] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (A[4 * j + 1] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (A[4 * j + 2] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (A[4 * j + 3] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (A[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (v[b[i]] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (v[b[i]] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (v[b[i]] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (v[b[i]] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (v[b[i]] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (v[b[i]] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (v[a[i]] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (v[a[i]] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (v[a[i]] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (v[a[i]] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (v[a[i]] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (v[a[i]] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(Y[l], (B[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(Y[4 * j], (B[4 * j] / Y[4 * j]), 0.0) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(Y[4 * j + 1], (B[4 * j + 1] / Y[4 * j + 1]), 0.0) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(Y[4 * j + 2], (B[4 * j + 2] / Y[4 * j + 2]), 0.0) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(Y[4 * j + 3], (B[4 * j + 3] / Y[4 * j + 3]), 0.0) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(Y[l], (B[l] / Y[l]), 0.0) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 25:  # atan2
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((B[l] / hypot(A[l], B[l])) / hypot(A[l], B[l])) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((B[4 * j] / hypot(A[4 * j], B[4 * j])) / hypot(A[4 * j], B[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((B[4 * j + 1] / hypot(A[4 * j + 1], B[4 * j + 1])) / hypot(A[4 * j + 1], B[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((B[4 * j + 2] / hypot(A[4 * j + 2], B[4 * j + 2])) / hypot(A[4 * j + 2], B[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((B[4 * j + 3] / hypot(A[4 * j + 3], B[4 * j + 3])) / hypot(A[4 * j + 3], B[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((B[l] / hypot(A[l], B[l])) / hypot(A[l], B[l])) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (((-A[l]) / hypot(A[l], B[l])) / hypot(A[l], B[l])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (((-A[4 * j]) / hypot(A[4 * j], B[4 * j])) / hypot(A[4 * j], B[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (((-A[4 * j + 1]) / hypot(A[4 * j + 1], B[4 * j + 1])) / hypot(A[4 * j + 1], B[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (((-A[4 * j + 2]) / hypot(A[4 * j + 2], B[4 * j + 2])) / hypot(A[4 * j + 2], B[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (((-A[4 * j + 3]) / hypot(A[4 * j + 3], B[4 * j + 3])) / hypot(A[4 * j + 3], B[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (((-A[l]) / hypot(A[l], B[l])) / hypot(A[l], B[l])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((v[b[i]] / hypot(A[l], v[b[i]])) / hypot(A[l], v[b[i]])) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((v[b[i]] / hypot(A[4 * j], v[b[i]])) / hypot(A[4 * j], v[b[i]])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((v[b[i]] / hypot(A[4 * j + 1], v[b[i]])) / hypot(A[4 * j + 1], v[b[i]])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((v[b[i]] / hypot(A[4 * j + 2], v[b[i]])) / hypot(A[4 * j + 2], v[b[i]])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((v[b[i]] / hypot(A[4 * j + 3], v[b[i]])) / hypot(A[4 * j + 3], v[b[i]])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((v[b[i]] / hypot(A[l], v[b[i]])) / hypot(A[l], v[b[i]])) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (((-A[l]) / hypot(A[l], v[b[i]])) / hypot(A[l], v[b[i]])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (((-A[4 * j]) / hypot(A[4 * j], v[b[i]])) / hypot(A[4 * j], v[b[i]])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (((-A[4 * j + 1]) / hypot(A[4 * j + 1], v[b[i]])) / hypot(A[4 * j + 1], v[b[i]])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (((-A[4 * j + 2]) / hypot(A[4 * j + 2], v[b[i]])) / hypot(A[4 * j + 2], v[b[i]])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (((-A[4 * j + 3]) / hypot(A[4 * j + 3], v[b[i]])) / hypot(A[4 * j + 3], v[b[i]])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (((-A[l]) / hypot(A[l], v[b[i]])) / hypot(A[l], v[b[i]])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * ((B[l] / hypot(v[a[i]], B[l])) / hypot(v[a[i]], B[l])) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * ((B[4 * j] / hypot(v[a[i]], B[4 * j])) / hypot(v[a[i]], B[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * ((B[4 * j + 1] / hypot(v[a[i]], B[4 * j + 1])) / hypot(v[a[i]], B[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * ((B[4 * j + 2] / hypot(v[a[i]], B[4 * j + 2])) / hypot(v[a[i]], B[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * ((B[4 * j + 3] / hypot(v[a[i]], B[4 * j + 3])) / hypot(v[a[i]], B[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * ((B[l] / hypot(v[a[i]], B[l])) / hypot(v[a[i]], B[l])) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * (((-v[a[i]]) / hypot(v[a[i]], B[l])) / hypot(v[a[i]], B[l])) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * (((-v[a[i]]) / hypot(v[a[i]], B[4 * j])) / hypot(v[a[i]], B[4 * j])) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * (((-v[a[i]]) / hypot(v[a[i]], B[4 * j + 1])) / hypot(v[a[i]], B[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * (((-v[a[i]]) / hypot(v[a[i]], B[4 * j + 2])) / hypot(v[a[i]], B[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * (((-v[a[i]]) / hypot(v[a[i]], B[4 * j + 3])) / hypot(v[a[i]], B[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * (((-v[a[i]]) / hypot(v[a[i]], B[l])) / hypot(v[a[i]], B[l])) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 34:  # leaky_relu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(A[l]), 1.0, B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(A[4 * j]), 1.0, B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(A[4 * j + 1]), 1.0, B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(A[4 * j + 2]), 1.0, B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(A[4 * j + 3]), 1.0, B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(A[l]), 1.0, B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(A[l]), 1.0, v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(A[4 * j]), 1.0, v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(A[4 * j + 1]), 1.0, v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(A[4 * j + 2]), 1.0, v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(A[4 * j + 3]), 1.0, v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(A[l]), 1.0, v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(v[a[i]]), 1.0, B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(v[a[i]]), 1.0, B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(v[a[i]]), 1.0, B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(v[a[i]]), 1.0, B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(v[a[i]]), 1.0, B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(v[a[i]]), 1.0, B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 35:  # elu
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(A[l]), 1.0, (B[l] * exp(k_minimum(A[l], 0.0)))) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(A[4 * j]), 1.0, (B[4 * j] * exp(k_minimum(A[4 * j], 0.0)))) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(A[4 * j + 1]), 1.0, (B[4 * j + 1] * exp(k_minimum(A[4 * j + 1], 0.0)))) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(A[4 * j + 2]), 1.0, (B[4 * j + 2] * exp(k_minimum(A[4 * j + 2], 0.0)))) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(A[4 * j + 3]), 1.0, (B[4 * j + 3] * exp(k_minimum(A[4 * j + 3], 0.0)))) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(A[l]), 1.0, (B[l] * exp(k_minimum(A[l], 0.0)))) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(A[l]), 1.0, (v[b[i]] * exp(k_minimum(A[l], 0.0)))) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(A[4 * j]), 1.0, (v[b[i]] * exp(k_minimum(A[4 * j], 0.0)))) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(A[4 * j + 1]), 1.0, (v[b[i]] * exp(k_minimum(A[4 * j + 1], 0.0)))) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(A[4 * j + 2]), 1.0, (v[b[i]] * exp(k_minimum(A[4 * j + 2], 0.0)))) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(A[4 * j + 3]), 1.0, (v[b[i]] * exp(k_minimum(A[4 * j + 3], 0.0)))) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(A[l]), 1.0, (v[b[i]] * exp(k_minimum(A[l], 0.0)))) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_where(k_step(v[a[i]]), 1.0, (B[l] * exp(k_minimum(v[a[i]], 0.0)))) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_where(k_step(v[a[i]]), 1.0, (B[4 * j] * exp(k_minimum(v[a[i]], 0.0)))) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_where(k_step(v[a[i]]), 1.0, (B[4 * j + 1] * exp(k_minimum(v[a[i]], 0.0)))) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_where(k_step(v[a[i]]), 1.0, (B[4 * j + 2] * exp(k_minimum(v[a[i]], 0.0)))) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_where(k_step(v[a[i]]), 1.0, (B[4 * j + 3] * exp(k_minimum(v[a[i]], 0.0)))) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_where(k_step(v[a[i]]), 1.0, (B[l] * exp(k_minimum(v[a[i]], 0.0)))) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
        elif code == 44:  # beats
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 0.0 if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 0.0 if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * 0.0 if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * 0.0 if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * 0.0 if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 0.0 if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 45:  # maximum
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(A[l], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(A[4 * j], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(A[4 * j + 1], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(A[4 * j + 2], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(A[4 * j + 3], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(A[l], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(B[l], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(B[4 * j], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(B[4 * j + 1], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(B[4 * j + 2], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(B[4 * j + 3], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(B[l], A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(A[4 * j], v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(A[4 * j + 1], v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(A[4 * j + 2], v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(A[4 * j + 3], v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(v[b[i]], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(v[b[i]], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(v[b[i]], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(v[b[i]], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(v[b[i]], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(v[b[i]], A[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(v[a[i]], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(v[a[i]], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(v[a[i]], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(v[a[i]], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(B[l], v[a[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(B[4 * j], v[a[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(B[4 * j + 1], v[a[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(B[4 * j + 2], v[a[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(B[4 * j + 3], v[a[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(B[l], v[a[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 46:  # minimum
            A = many + <size_t>rows[a[i]] * lanes if rows[a[i]] >= 0 else NULL
            B = many + <size_t>rows[b[i]] * lanes if rows[b[i]] >= 0 else NULL
            if A != NULL and B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(B[l], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(B[4 * j], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(B[4 * j + 1], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(B[4 * j + 2], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(B[4 * j + 3], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(B[l], A[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(A[l], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(A[4 * j], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(A[4 * j + 1], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(A[4 * j + 2], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(A[4 * j + 3], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(A[l], B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif A != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(v[b[i]], A[l]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(v[b[i]], A[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(v[b[i]], A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(v[b[i]], A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(v[b[i]], A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(v[b[i]], A[l]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(A[4 * j], v[b[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(A[4 * j + 1], v[b[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(A[4 * j + 2], v[b[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(A[4 * j + 3], v[b[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(A[l], v[b[i]]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
            elif B != NULL:
                if wanted[a[i]] and rows[a[i]] >= 0:
                    T = sums + <size_t>rows[a[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(B[l], v[a[i]]) if G[l] != 0.0 else 0.0
                elif wanted[a[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(B[4 * j], v[a[i]]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(B[4 * j + 1], v[a[i]]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(B[4 * j + 2], v[a[i]]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(B[4 * j + 3], v[a[i]]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(B[l], v[a[i]]) if G[l] != 0.0 else 0.0
                    g[a[i]] += (s0 + s1) + (s2 + s3)
                if wanted[b[i]] and rows[b[i]] >= 0:
                    T = sums + <size_t>rows[b[i]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * k_beats(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                elif wanted[b[i]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * k_beats(v[a[i]], B[4 * j]) if G[4 * j] != 0.0 else 0.0
                        s1 += G[4 * j + 1] * k_beats(v[a[i]], B[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                        s2 += G[4 * j + 2] * k_beats(v[a[i]], B[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                        s3 += G[4 * j + 3] * k_beats(v[a[i]], B[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * k_beats(v[a[i]], B[l]) if G[l] != 0.0 else 0.0
                    g[b[i]] += (s0 + s1) + (s2 + s3)
        elif code == 47:  # where
            if rows[more[a[i] + 0]] >= 0:
                A = many + <size_t>rows[more[a[i] + 0]] * lanes
            else:
                A = sums + <size_t>(height + 0) * lanes  # room behind the sums
                for l in range(lanes):
                    A[l] = v[more[a[i] + 0]]
            if rows[more[a[i] + 1]] >= 0:
                B = many + <size_t>rows[more[a[i] + 1]] * lanes
            else:
                B = sums + <size_t>(height + 1) * lanes  # room behind the sums
                for l in range(lanes):
                    B[l] = v[more[a[i] + 1]]
            if rows[more[a[i] + 2]] >= 0:
                C = many + <size_t>rows[more[a[i] + 2]] * lanes
            else:
                C = sums + <size_t>(height + 2) * lanes  # room behind the sums
                for l in range(lanes):
                    C[l] = v[more[a[i] + 2]]
            if wanted[more[a[i] + 1]] and rows[more[a[i] + 1]] >= 0:
                T = sums + <size_t>rows[more[a[i] + 1]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * k_truth(A[l]) if G[l] != 0.0 else 0.0
            elif wanted[more[a[i] + 1]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * k_truth(A[4 * j]) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * k_truth(A[4 * j + 1]) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * k_truth(A[4 * j + 2]) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * k_truth(A[4 * j + 3]) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * k_truth(A[l]) if G[l] != 0.0 else 0.0
                g[more[a[i] + 1]] += (s0 + s1) + (s2 + s3)
            if wanted[more[a[i] + 2]] and rows[more[a[i] + 2]] >= 0:
                T = sums + <size_t>rows[more[a[i] + 2]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (1.0 - k_truth(A[l])) if G[l] != 0.0 else 0.0
            elif wanted[more[a[i] + 2]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (1.0 - k_truth(A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (1.0 - k_truth(A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (1.0 - k_truth(A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (1.0 - k_truth(A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (1.0 - k_truth(A[l])) if G[l] != 0.0 else 0.0
                g[more[a[i] + 2]] += (s0 + s1) + (s2 + s3)
        elif code == 48:  # clip
            if rows[more[a[i] + 0]] >= 0:
                A = many + <size_t>rows[more[a[i] + 0]] * lanes
            else:
                A = sums + <size_t>(height + 0) * lanes  # room behind the sums
                for l in range(lanes):
                    A[l] = v[more[a[i] + 0]]
            if rows[more[a[i] + 1]] >= 0:
                B = many + <size_t>rows[more[a[i] + 1]] * lanes
            else:
                B = sums + <size_t>(height + 1) * lanes  # room behind the sums
                for l in range(lanes):
                    B[l] = v[more[a[i] + 1]]
            if rows[more[a[i] + 2]] >= 0:
                C = many + <size_t>rows[more[a[i] + 2]] * lanes
            else:
                C = sums + <size_t>(height + 2) * lanes  # room behind the sums
                for l in range(lanes):
                    C[l] = v[more[a[i] + 2]]
            if wanted[more[a[i] + 0]] and rows[more[a[i] + 0]] >= 0:
                T = sums + <size_t>rows[more[a[i] + 0]] * lanes
                for l in range(lanes):
                    T[l] += G[l] * (k_beats(A[l], B[l]) * k_beats(C[l], A[l])) if G[l] != 0.0 else 0.0
            elif wanted[more[a[i] + 0]]:
                s0 = s1 = s2 = s3 = 0.0
                for j in range(lanes // 4):
                    s0 += G[4 * j] * (k_beats(A[4 * j], B[4 * j]) * k_beats(C[4 * j], A[4 * j])) if G[4 * j] != 0.0 else 0.0
                    s1 += G[4 * j + 1] * (k_beats(A[4 * j + 1], B[4 * j + 1]) * k_beats(C[4 * j + 1], A[4 * j + 1])) if G[4 * j + 1] != 0.0 else 0.0
                    s2 += G[4 * j + 2] * (k_beats(A[4 * j + 2], B[4 * j + 2]) * k_beats(C[4 * j + 2], A[4 * j + 2])) if G[4 * j + 2] != 0.0 else 0.0
                    s3 += G[4 * j + 3] * (k_beats(A[4 * j + 3], B[4 * j + 3]) * k_beats(C[4 * j + 3], A[4 * j + 3])) if G[4 * j + 3] != 0.0 else 0.0
                for l in range(lanes - lanes % 4, lanes):
                    s0 += G[l] * (k_beats(A[l], B[l]) * k_beats(C[l], A[l])) if G[l] != 0.0 else 0.0
                g[more[a[i] + 0]] += (s0 + s1) + (s2 + s3)
        elif code == 49:  # total
            for k in range(a[i], a[i] + b[i]):
                if wanted[more[k]] and rows[more[k]] >= 0:
                    T = sums + <size_t>rows[more[k]] * lanes
                    for l in range(lanes):
                        T[l] += G[l] * 1.0
                elif wanted[more[k]]:
                    s0 = s1 = s2 = s3 = 0.0
                    for j in range(lanes // 4):
                        s0 += G[4 * j] * 1.0
                        s1 += G[4 * j + 1] * 1.0
                        s2 += G[4 * j + 2] * 1.0
                        s3 += G[4 * j + 3] * 1.0
                    for l in range(lanes - lanes % 4, lanes):
                        s0 += G[l] * 1.0
                    g[more[k]] += (s0 + s1) + (s2 + s3)
        elif code == 50:  # dot
            sends = 1
            for l in range(lanes):
                sends &= G[l] != 0.0
            c = b[i] // 2
            for k in range(a[i], a[i] + c):
                if sends and rows[more[k + 0]] < 0 and rows[more[k + 0 + c]] >= 0 and not wanted[more[k + c]]:
                    if wanted[more[k]]:
                        B = many + <size_t>rows[more[k + c]] * lanes
                        g[more[k]] += product(G, B, lanes - lanes % 4, lanes % 4)
                    continue
                A = many + <size_t>rows[more[k]] * lanes if rows[more[k]] >= 0 else NULL
                B = many + <size_t>rows[more[k + c]] * lanes if rows[more[k + c]] >= 0 else NULL
                if B != NULL:
                    if wanted[more[k]] and rows[more[k]] >= 0:
                        T = sums + <size_t>rows[more[k]] * lanes
                        for l in range(lanes):
                            T[l] += G[l] * B[l] if G[l] != 0.0 else 0.0
                    elif wanted[more[k]]:
                        s0 = s1 = s2 = s3 = 0.0
                        for j in range(lanes // 4):
                            s0 += G[4 * j] * B[4 * j] if G[4 * j] != 0.0 else 0.0
                            s1 += G[4 * j + 1] * B[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                            s2 += G[4 * j + 2] * B[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                            s3 += G[4 * j + 3] * B[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                        for l in range(lanes - lanes % 4, lanes):
                            s0 += G[l] * B[l] if G[l] != 0.0 else 0.0
                        g[more[k]] += (s0 + s1) + (s2 + s3)
                else:
                    if wanted[more[k]] and rows[more[k]] >= 0:
                        T = sums + <size_t>rows[more[k]] * lanes
                        for l in range(lanes):
                            T[l] += G[l] * v[more[k + c]] if G[l] != 0.0 else 0.0
                    elif wanted[more[k]]:
                        s0 = s1 = s2 = s3 = 0.0
                        for j in range(lanes // 4):
                            s0 += G[4 * j] * v[more[k + c]] if G[4 * j] != 0.0 else 0.0
                            s1 += G[4 * j + 1] * v[more[k + c]] if G[4 * j + 1] != 0.0 else 0.0
                            s2 += G[4 * j + 2] * v[more[k + c]] if G[4 * j + 2] != 0.0 else 0.0
                            s3 += G[4 * j + 3] * v[more[k + c]] if G[4 * j + 3] != 0.0 else 0.0
                        for l in range(lanes - lanes % 4, lanes):
                            s0 += G[l] * v[more[k + c]] if G[l] != 0.0 else 0.0
                        g[more[k]] += (s0 + s1) + (s2 + s3)
                if A != NULL:
                    if wanted[more[k + c]] and rows[more[k + c]] >= 0:
                        T = sums + <size_t>rows[more[k + c]] * lanes
                        for l in range(lanes):
                            T[l] += G[l] * A[l] if G[l] != 0.0 else 0.0
                    elif wanted[more[k + c]]:
                        s0 = s1 = s2 = s3 = 0.0
                        for j in range(lanes // 4):
                            s0 += G[4 * j] * A[4 * j] if G[4 * j] != 0.0 else 0.0
                            s1 += G[4 * j + 1] * A[4 * j + 1] if G[4 * j + 1] != 0.0 else 0.0
                            s2 += G[4 * j + 2] * A[4 * j + 2] if G[4 * j + 2] != 0.0 else 0.0
                            s3 += G[4 * j + 3] * A[4 * j + 3] if G[4 * j + 3] != 0.0 else 0.0
                        for l in range(lanes - lanes % 4, lanes):
                            s0 += G[l] * A[l] if G[l] != 0.0 else 0.0
                        g[more[k + c]] += (s0 + s1) + (s2 + s3)
                else:
                    if wanted[more[k + c]] and rows[more[k + c]] >= 0:
                        T = sums + <size_t>rows[more[k + c]] * lanes
                        for l in range(lanes):
                            T[l] += G[l] * v[more[k]] if G[l] != 0.0 else 0.0
                    elif wanted[more[k + c]]:
                        s0 = s1 = s2 = s3 = 0.0
                        for j in range(lanes // 4):
                            s0 += G[4 * j] * v[more[k]] if G[4 * j] != 0.0 else 0.0
                            s1 += G[4 * j + 1] * v[more[k]] if G[4 * j + 1] != 0.0 else 0.0
                            s2 += G[4 * j + 2] * v[more[k]] if G[4 * j + 2] != 0.0 else 0.0
                            s3 += G[4 * j + 3] * v[more[k]] if G[4 * j + 3] != 0.0 else 0.0
                        for l in range(lanes - lanes % 4, lanes):
                            s0 += G[l] * v[more[k]] if G[l] != 0.0 else 0.0
                        g[more[k + c]] += (s0 + s1) + (s2 + s3)
