# cython: cdivision=True
# <math.h> under the names of libm.py, for the compiled build.
from libc.math cimport erfc, exp, expm1, fabs, floor, isnan, log, log1p, pow

cdef inline double divide(double a, double b) noexcept:
    return a / b
