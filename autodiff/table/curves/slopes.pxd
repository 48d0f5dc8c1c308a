# Types for the compiled build of slopes.py: every kernel is a C function of doubles.
cimport cython
cimport autodiff.table._libm as libm

@cython.locals(t=double)
cpdef double atan_slope(double x) noexcept
@cython.locals(t=double)
cpdef double asinh_slope(double x) noexcept
@cython.locals(t=double, u=double, top=double, k=double)
cpdef double atan2_slope(double a, double b) noexcept
