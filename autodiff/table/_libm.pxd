# cython: cdivision=True
# <math.h> under the names of libm.py, for the compiled build.
from libc.math cimport (
    copysign, cos, erfc, exp, exp2, expm1, fabs, floor, fmod, isnan, log, log10, log1p, log2, pow, sin,
)

cdef inline double divide(double a, double b) noexcept:
    return a / b
