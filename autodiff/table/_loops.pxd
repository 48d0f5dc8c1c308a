# cython: cdivision=True
# The compiled twin of loops.py: loops over arrays of doubles that lie whole in memory.
cimport numpy as cnp
from libc.string cimport memcpy
from autodiff.table._ufunc cimport PyUFuncObject

cdef extern from *:
    """
    #include <math.h>
    #include <stdlib.h>
    #ifdef __linux__
    #include <malloc.h>
    #endif

    // On x86 the compiler makes each loop twice, and the processor's own is taken when it is loaded.
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define LOOP __attribute__((target_clones("avx512f", "avx2", "default"))) static void
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
    LOOP stretch(inputs g, double d, doubles y, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) {
            double p = g[i] * d;
            y[i] = (p != p) & (g[i] == 0.0) ? g[i] : p;
        }
    }
    LOOP subtract(doubles x, inputs g, double scale, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) x[i] = x[i] - scale * g[i];
    }
    LOOP repeat(doubles y, double x, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) y[i] = x;
    }
    LOOP mirror(inputs x, doubles y, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) y[i] = -fabs(x[i]);
    }
    // From here on y may be an operand itself: each element is read before it is written.
    // b is read by strides, in bytes: 0 where it is stretched, 8 where its numbers lie together.
    #define ROWS(NAME, OF)                                                                              \
    LOOP NAME(                                                                                          \
        const double *a, const char *b, double *y,                                                      \
        Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t down, Py_ssize_t along                          \
    ) {                                                                                                 \
        for (Py_ssize_t k = 0; k < rows; k++, a += columns, y += columns, b += down) {                  \
            const double first = *(const double *)b;                                                    \
            if (along == 0) {                                                                           \
                INDEPENDENT                                                                             \
                for (Py_ssize_t i = 0; i < columns; i++) y[i] = a[i] OF first;                          \
            } else if (along == 8) {                                                                    \
                INDEPENDENT                                                                             \
                for (Py_ssize_t i = 0; i < columns; i++) y[i] = a[i] OF ((const double *)b)[i];         \
            } else {                                                                                    \
                INDEPENDENT                                                                             \
                for (Py_ssize_t i = 0; i < columns; i++) y[i] = a[i] OF *(const double *)(b + i * along); \
            }                                                                                           \
        }                                                                                               \
    }
    typedef void (*by_rows)(
        const double *, const char *, double *, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t
    );
    ROWS(plus, +)
    ROWS(minus, -)
    ROWS(times, *)
    LOOP halve_square(double *y, Py_ssize_t n) {
        for (Py_ssize_t i = 0; i < n; i++) y[i] = 0.5 * (y[i] * y[i]);
    }
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
    void stretch(const double *g, double d, double *y, Py_ssize_t n) noexcept nogil
    ctypedef void (*by_rows)(
        const double *a, const char *b, double *y,
        Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t down, Py_ssize_t along,
    ) noexcept nogil
    by_rows plus, minus, times
    void halve_square(double *y, Py_ssize_t n) noexcept nogil
    void subtract(double *x, const double *g, double scale, Py_ssize_t n) noexcept nogil
    void repeat(double *y, double x, Py_ssize_t n) noexcept nogil
    void mirror(const double *x, double *y, Py_ssize_t n) noexcept nogil
    void settle(const double *x, const double *e, double *y, Py_ssize_t n) noexcept nogil
    void slope(const double *e, double *y, Py_ssize_t n) noexcept nogil
    void keep_freed_memory() noexcept nogil

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewLikeArray(cnp.ndarray x, cnp.NPY_ORDER order, void *dtype, int subclass)
    void **PyArray_API  # where numpy's C functions are: each compiled module asks once

cdef inline int meet_numpy() except -1:
    if PyArray_API == NULL:
        cnp.import_array()
    return 0

cdef inline bint doubles(object x) except -1:
    """Return whether x is an array of doubles as the processor reads them."""
    meet_numpy()
    return (
        cnp.PyArray_Check(x)
        and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_DOUBLE
        and cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>x)
    )

cdef inline bint whole(object x) except -1:
    """Return whether x is an array of doubles that lie one after the other."""
    return doubles(x) and cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x)

cdef inline double *start(object x) noexcept:
    return <double *>cnp.PyArray_DATA(<cnp.ndarray>x)

cdef inline Py_ssize_t size(object x) noexcept:
    return cnp.PyArray_SIZE(<cnp.ndarray>x)

cdef inline bint alike(object x, object y) except -1:
    """Return whether both are whole and of one shape."""
    return whole(x) and whole(y) and cnp.PyArray_SAMESHAPE(<cnp.ndarray>x, <cnp.ndarray>y)

cdef inline bint receives(object y, object x) except -1:
    """Return whether y can be written to, element by element of x."""
    return alike(x, y) and cnp.PyArray_ISWRITEABLE(<cnp.ndarray>y)

cdef inline bint clear_of(object y, object x) except -1:
    """Return whether what is written to y, whole, leaves alone what is still to be read of x."""
    cdef char *low = <char *>start(x)
    cdef char *high = low + 8
    cdef Py_ssize_t i, reach
    if start(x) == start(y) and alike(x, y):
        return True
    for i in range(cnp.PyArray_NDIM(<cnp.ndarray>x)):
        reach = (cnp.PyArray_DIM(<cnp.ndarray>x, i) - 1) * cnp.PyArray_STRIDE(<cnp.ndarray>x, i)
        if reach < 0:
            low += reach
        else:
            high += reach
    return high <= <char *>start(y) or low >= <char *>(start(y) + size(y))

cdef inline object like(object x):
    if not whole(x):
        return PyArray_NewLikeArray(<cnp.ndarray>cnp.PyArray_FROM_O(x), cnp.NPY_KEEPORDER, NULL, False)
    return cnp.PyArray_EMPTY(cnp.PyArray_NDIM(<cnp.ndarray>x), cnp.PyArray_DIMS(<cnp.ndarray>x), cnp.NPY_DOUBLE, 0)

cdef inline object as_array(object x):
    meet_numpy()
    if cnp.PyArray_CheckExact(x):
        return x
    if not isinstance(x, float):  # numpy's double is one, too
        return cnp.PyArray_FROM_OF(x, cnp.NPY_ARRAY_ENSUREARRAY)
    y = cnp.PyArray_EMPTY(0, NULL, cnp.NPY_DOUBLE, 0)
    start(y)[0] = x
    return y

cdef inline object copied(object x):
    if not (whole(x) and cnp.PyArray_CheckExact(x)):
        return None
    y = like(x)
    memcpy(start(y), start(x), 8 * size(x))
    return y

cdef inline object mapped(object ufunc, tuple xs):
    cdef PyUFuncObject *f = <PyUFuncObject *>ufunc
    cdef char *args[3]
    cdef cnp.npy_intp[3] steps
    cdef cnp.npy_intp n
    cdef int i, k = 0, count = f.nin
    cdef object widest = xs[0]
    for i in range(count):
        x = xs[i]
        if not (whole(x) and cnp.PyArray_CheckExact(x)):
            return None
        if cnp.PyArray_NDIM(<cnp.ndarray>x) > cnp.PyArray_NDIM(<cnp.ndarray>widest):
            widest = x
    n = size(widest)
    if not 0 < n <= 1024:  # longer loops let other threads go on
        return None
    for i in range(count):
        x = xs[i]
        args[i] = <char *>start(x)
        if x is widest or cnp.PyArray_SAMESHAPE(<cnp.ndarray>x, <cnp.ndarray>widest):
            steps[i] = 8
        elif cnp.PyArray_NDIM(<cnp.ndarray>x) == 0:
            steps[i] = 0
        else:
            return None
    while not all_doubles(f.types + k * (count + 1), count + 1):
        k += 1
        if k == f.ntypes:
            return None
    y = like(widest)
    args[count] = <char *>start(y)
    steps[count] = 8
    f.functions[k](args, &n, steps, f.data[k])
    return y

cdef inline bint all_doubles(const char *types, int n) noexcept:
    cdef int i
    for i in range(n):
        if types[i] != cnp.NPY_DOUBLE:
            return False
    return True

cdef inline bint owned(object x) noexcept:
    return cnp.PyArray_CHKFLAGS(<cnp.ndarray>x, cnp.NPY_ARRAY_OWNDATA | cnp.NPY_ARRAY_WRITEABLE)

cdef inline bint product(object g, object d, object y) except -1:
    if not (receives(y, g) and whole(d)):
        return False
    if alike(g, d):
        multiply(start(g), start(d), start(y), size(y))
    elif cnp.PyArray_NDIM(<cnp.ndarray>d) == 0:
        stretch(start(g), start(d)[0], start(y), size(y))
    else:
        return False
    return True

cdef inline object chained(object g, object d):
    if not (whole(g) and cnp.PyArray_CheckExact(g)):
        return None
    y = like(g)
    return y if product(g, d, y) else None

cdef inline object repeated(object x, tuple shape):
    cdef cnp.npy_intp[32] lengths
    cdef int i, axes = len(shape)
    if not whole(x) or cnp.PyArray_NDIM(<cnp.ndarray>x) != 0 or axes > 32:
        return None
    for i in range(axes):
        lengths[i] = shape[i]
    y = cnp.PyArray_EMPTY(axes, lengths, cnp.NPY_DOUBLE, 0)
    repeat(start(y), start(x)[0], size(y))
    return y

cdef inline object combined(object a, object b, by_rows of, object out):
    cdef int i, axes
    cdef Py_ssize_t[2] shape, strides
    if not (whole(a) and doubles(b) and cnp.PyArray_CheckExact(a) and cnp.PyArray_CheckExact(b)):
        return None
    axes = cnp.PyArray_NDIM(<cnp.ndarray>a)
    if axes > 2 or not size(a) or cnp.PyArray_NDIM(<cnp.ndarray>b) not in (0, axes):
        return None
    shape[0] = shape[1] = 1
    strides[0] = strides[1] = 0
    for i in range(axes):
        shape[2 - axes + i] = cnp.PyArray_DIM(<cnp.ndarray>a, i)
        if cnp.PyArray_NDIM(<cnp.ndarray>b) == 0:
            continue
        if cnp.PyArray_DIM(<cnp.ndarray>b, i) == shape[2 - axes + i]:
            strides[2 - axes + i] = cnp.PyArray_STRIDE(<cnp.ndarray>b, i)
        elif cnp.PyArray_DIM(<cnp.ndarray>b, i) != 1:
            return None
    y = like(a) if out is None else out
    if not receives(y, a) or not (out is None or (clear_of(y, a) and clear_of(y, b))):
        return None
    of(start(a), <char *>start(b), start(y), shape[0], shape[1], strides[0], strides[1])
    return y if axes or out is not None else cnp.PyArray_ToScalar(start(y), <cnp.ndarray>y)

cdef inline object added(object a, object b, object out):
    return combined(a, b, plus, out)

cdef inline object subtracted(object a, object b, object out):
    return combined(a, b, minus, out)

cdef inline object multiplied(object a, object b, object out):
    return combined(a, b, times, out)

cdef inline bint sum_rows(object ufunc, double *x, double *y, Py_ssize_t rows, cnp.npy_intp n) noexcept:
    """y = the sums of rows of n numbers, by the loop that numpy's `add` has for doubles."""
    cdef Py_ssize_t i
    cdef int k = 0
    cdef PyUFuncObject *add = <PyUFuncObject *>ufunc
    cdef char *args[3]
    cdef cnp.npy_intp[3] steps = [0, 8, 0]
    if not 0 < n <= 1024:  # numpy may take longer rows in parts
        return False
    while add.types[3 * k] != cnp.NPY_DOUBLE or add.types[3 * k + 1] != cnp.NPY_DOUBLE:
        k += 1
        if k == add.ntypes:
            return False
    for i in range(rows):
        y[i] = 0.0  # what numpy begins with
        args[0] = args[2] = <char *>(y + i)
        args[1] = <char *>(x + i * n)
        add.functions[k](args, &n, steps, add.data[k])
    return True

cdef inline object row_sums(object add, object x, tuple shape):
    if not whole(x) or cnp.PyArray_NDIM(<cnp.ndarray>x) != 2 or len(shape) != 2:
        return None
    if shape[0] != cnp.PyArray_DIM(<cnp.ndarray>x, 0) or shape[1] != 1:
        return None
    y = cnp.PyArray_EMPTY(2, [cnp.PyArray_DIM(<cnp.ndarray>x, 0), 1], cnp.NPY_DOUBLE, 0)
    rows = sum_rows(add, start(x), start(y), size(y), cnp.PyArray_DIM(<cnp.ndarray>x, 1))
    return y if rows else None

cdef inline object total(object add, object x):
    cdef double y
    if not (whole(x) and cnp.PyArray_CheckExact(x) and sum_rows(add, start(x), &y, 1, size(x))):
        return None
    return cnp.PyArray_ToScalar(&y, <cnp.ndarray>x)

cdef inline bint fill(object y, object x) except -1:
    if not (receives(y, y) and whole(x)) or cnp.PyArray_NDIM(<cnp.ndarray>x) != 0:
        return False
    repeat(start(y), start(x)[0], size(y))
    return True

cdef inline object swapped(object x):
    meet_numpy()
    return cnp.PyArray_SwapAxes(<cnp.ndarray>x, -1, -2)

cdef inline bint half_square(object y) except -1:
    if not receives(y, y):
        return False
    halve_square(start(y), size(y))
    return True

cdef inline bint descend(object x, object g, double scale) except -1:
    if not alike(x, g):
        return False
    subtract(start(x), start(g), scale, size(x))
    return True

cdef inline bint minus_size(object x, object y) except -1:
    if not receives(y, x):
        return False
    mirror(start(x), start(y), size(y))
    return True

cdef inline bint sigmoid(object x, object e, object y) except -1:
    if not (receives(y, x) and alike(e, y)):
        return False
    settle(start(x), start(e), start(y), size(y))
    return True

cdef inline bint sigmoid_prime(object e, object y) except -1:
    if not receives(y, e):
        return False
    slope(start(e), start(y), size(y))
    return True

cdef inline void keep_memory() noexcept:
    keep_freed_memory()
