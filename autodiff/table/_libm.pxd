# cython: cdivision=True
# <math.h> under the names of libm.py, for the compiled build.
from libc.math cimport (
    copysign, cos, erfc, exp, exp2, expm1, fabs, floor, fmod, isnan, log, log10, log1p, log2, pow, sin,
)

cdef inline double divide(double a, double b) noexcept:
    return a / b

cdef extern from *:
    """
    #include <stdint.h>
    // 2^k for a whole number k: added to 1.5 * 2^52, k stands in the lowest bits.
    static inline double power_of_two(double k) {
        union { double number; uint64_t bits; } y;
        y.number = k + 6755399441055744.0;
        y.bits = (y.bits + 1023) << 52;
        return y.number;
    }
    """
    double power_of_two(double k) noexcept nogil
