# Types for the compiled build of normal.py: every kernel is a C function of doubles.
cimport cython
cimport autodiff.table._libm as libm

@cython.locals(
    z=double, big=double, high=double, low=double, square=double, lost=double, k=double, r=double,
    q=double, half=double, y=double,
)
cpdef double bell(double x) noexcept
cpdef double normal_pdf(double x) noexcept
@cython.locals(z=double, t=double, s=double, even=double, odd=double, y=double)
cpdef double normal_cdf(double x) noexcept
cpdef double gelu(double x) noexcept
@cython.locals(far=double, h=double, y=double)
cpdef double gelu_prime(double x) noexcept
