# Types for the compiled build of kernels.py: every kernel is a C function of doubles.
cimport cython
cimport autodiff.table._libm as libm

cpdef double add(double a, double b) noexcept
cpdef double sub(double a, double b) noexcept
cpdef double mul(double a, double b) noexcept
cpdef double div(double a, double b) noexcept
cpdef double neg(double x) noexcept
cpdef double identity(double x) noexcept
cpdef double square(double x) noexcept
cpdef double squared_error(double a, double y) noexcept
@cython.locals(y=double)
cpdef double chain(double g, double d) noexcept
cpdef double power(double x, double n) noexcept
@cython.locals(y=double, half=double)
cpdef double power_slope(double x, double n) noexcept
cpdef double exponent(double x, double n) noexcept
cpdef double slope_from(double x, double n, double y) noexcept
cpdef double times_log(double a, double x, double y) noexcept
cpdef double xlogy(double a, double x) noexcept
cpdef double step(double x) noexcept
cpdef double sign(double x) noexcept
cpdef double truth(double x) noexcept
cpdef double beats(double a, double b) noexcept
cpdef double maximum(double a, double b) noexcept
cpdef double minimum(double a, double b) noexcept
cpdef double fmax(double a, double b) noexcept
cpdef double fmin(double a, double b) noexcept
cpdef double where(double condition, double a, double b) noexcept
cpdef double clip(double x, double low, double high) noexcept
@cython.locals(y=double)
cpdef double inside(double x, double low, double high) noexcept
cpdef double mod(double a, double b) noexcept
@cython.locals(left=double, times=double, whole=double)
cpdef double floordiv(double a, double b) noexcept
@cython.locals(whole=double, y=double)
cpdef double sinc(double x) noexcept
@cython.locals(z=double, y=double, tail=double, whole=double, c=double)
cpdef double sinc_prime(double x) noexcept
@cython.locals(e=double)
cpdef double sigmoid(double x) noexcept
@cython.locals(e=double)
cpdef double sigmoid_prime(double x) noexcept
@cython.locals(e=double)
cpdef double sech2(double x) noexcept
cpdef double softplus(double x) noexcept
@cython.locals(rest=double)
cpdef double logaddexp(double a, double b) noexcept
cpdef double share(double a, double b) noexcept
cpdef double share2(double a, double b) noexcept
@cython.locals(gap=double, back=double, lost=double, y=double)
cpdef double share_of(double a, double b, double e, double scale) noexcept
@cython.locals(rest=double)
cpdef double logaddexp2(double a, double b) noexcept
@cython.locals(y=double, lost=double)
cpdef double prefers(double a, double b) noexcept
cpdef double hole(double x) noexcept
cpdef double relu(double x) noexcept
cpdef double leaky_relu(double x, double slope) noexcept
cpdef double elu(double x, double alpha) noexcept
