# cython: cdivision=True
# The compiled twin of loops.py: loops over arrays of doubles that lie whole in memory.
from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)

cdef extern from *:
    """
    #include <math.h>
    #include <stdlib.h>
    #ifdef __linux__
    #include <malloc.h>
    #endif

    // On x86 the compiler makes each loop twice, and the processor's own is taken when it is loaded.
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define LOOP __attribute__((target_clones("avx2", "default"))) static void
    #define INDEPENDENT _Pragma("GCC ivdep")
    #else
    #define LOOP static void
    #define INDEPENDENT
    #endif
    typedef const double *__restrict inputs;
    typedef double *__restrict doubles;

    LOOP multiply(inputs g, inputs d, doubles y, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) {
            double p = g[i] * d[i];
            y[i] = (p != p) & (g[i] == 0.0) ? g[i] : p;
        }
    }
    LOOP subtract(doubles x, inputs g, double scale, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) x[i] = x[i] - scale * g[i];
    }
    LOOP mirror(inputs x, doubles y, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) y[i] = -fabs(x[i]);
    }
    // Here y may be e itself: each element is read before it is written.
    LOOP settle(const double *x, const double *e, double *y, Py_ssize_t n) {
        INDEPENDENT
        for (Py_ssize_t i = 0; i < n; i++) y[i] = (x[i] < 0.0 ? e[i] : 1.0) / (1.0 + e[i]);
    }
    LOOP slope(const double *e, double *y, Py_ssize_t n) {
        INDEPENDENT
        for (Py_ssize_t i = 0; i < n; i++) {
            double below = e[i] + 1.0;
            y[i] = e[i] / (below * below);
        }
    }
    static void keep_freed_memory(void) {
    #ifdef __GLIBC__
        if (getenv("MALLOC_TRIM_THRESHOLD_") || getenv("MALLOC_MMAP_THRESHOLD_") || getenv("GLIBC_TUNABLES"))
            return;
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 64 << 20);
    #endif
    }
    """
    void multiply(const double *g, const double *d, double *y, Py_ssize_t n) noexcept nogil
    void subtract(double *x, const double *g, double scale, Py_ssize_t n) noexcept nogil
    void mirror(const double *x, double *y, Py_ssize_t n) noexcept nogil
    void settle(const double *x, const double *e, double *y, Py_ssize_t n) noexcept nogil
    void slope(const double *e, double *y, Py_ssize_t n) noexcept nogil
    void keep_freed_memory() noexcept nogil

cdef inline bint opened(object x, Py_buffer *view, bint writable) except -1:
    """Open an array's memory; False, and nothing to close, where it is no array of doubles."""
    cdef int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT
    try:
        PyObject_GetBuffer(x, view, flags | PyBUF_WRITABLE if writable else flags)
    except (ValueError, BufferError, TypeError):
        return False
    if view.itemsize == 8 and view.format != NULL and view.format[0] == b"d" and not view.format[1]:
        return True
    PyBuffer_Release(view)
    return False

cdef inline bint alike(Py_buffer *a, Py_buffer *b) noexcept:
    cdef int i
    if a.ndim != b.ndim:
        return False
    for i in range(a.ndim):
        if a.shape[i] != b.shape[i]:
            return False
    return True

cdef inline bint opened_alike(object x, object z, object y, Py_buffer *v) except -1:
    """Open two arrays to read and one of the same shape to write; False, and all closed, or True."""
    cdef int n = 0
    for array in (x, z, y):
        if not opened(array, &v[n], n == 2):
            break
        n += 1
    if n == 3 and alike(&v[0], &v[1]) and alike(&v[0], &v[2]):
        return True
    close(v, n)
    return False

cdef inline void close(Py_buffer *v, int n):
    cdef int i
    for i in range(n):
        PyBuffer_Release(&v[i])

cdef inline bint product(object g, object d, object y) except -1:
    cdef Py_buffer v[3]
    if not opened_alike(g, d, y, v):
        return False
    multiply(<const double *>v[0].buf, <const double *>v[1].buf, <double *>v[2].buf, v[0].len // 8)
    close(v, 3)
    return True

cdef inline bint descend(object x, object g, double scale) except -1:
    cdef Py_buffer a, b
    if not opened(x, &a, False):
        return False
    if not opened(g, &b, False):
        PyBuffer_Release(&a)
        return False
    cdef bint fits = alike(&a, &b)
    if fits:
        subtract(<double *>a.buf, <const double *>b.buf, scale, a.len // 8)
    PyBuffer_Release(&b)
    PyBuffer_Release(&a)
    return fits

cdef inline bint minus_size(object x, object y) except -1:
    cdef Py_buffer a, b
    if not opened(x, &a, False):
        return False
    if not opened(y, &b, True):
        PyBuffer_Release(&a)
        return False
    mirror(<const double *>a.buf, <double *>b.buf, a.len // 8)
    PyBuffer_Release(&b)
    PyBuffer_Release(&a)
    return True

cdef inline bint sigmoid(object x, object e, object y) except -1:
    cdef Py_buffer v[3]
    if not opened_alike(x, e, y, v):
        return False
    settle(<const double *>v[0].buf, <const double *>v[1].buf, <double *>v[2].buf, v[0].len // 8)
    close(v, 3)
    return True

cdef inline bint sigmoid_prime(object e, object y) except -1:
    cdef Py_buffer v[3]
    if not opened_alike(e, e, y, v):
        return False
    slope(<const double *>v[0].buf, <double *>v[2].buf, v[0].len // 8)
    close(v, 3)
    return True

cdef inline void keep_memory() noexcept:
    keep_freed_memory()
