# cython: cdivision=True
# One pass along an axis where numpy takes several; the compiled twins of what stands in loops.py.
cimport numpy as cnp

cdef extern from *:
    """
    #include <math.h>
    #include <stdlib.h>
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define PASS __attribute__((target_clones("avx512f", "avx2", "default"))) static void
    #else
    #define PASS static void
    #endif

    // Arrays are (outer, n, inner), C order: the axis in the middle. `back` goes from its end.
    #define LANES 32
    #define BLOCK 2048 /* numbers that stay in the nearest cache */
    #define FEW(N, T)                                                                                    \
    case N:                                                                                              \
        for (npy_intp o = 0; o < outer; o++) {                                                           \
            T s = x[o * N];                                                                              \
            for (int k = 1; k < N; k++) s += x[o * N + k];                                               \
            y[o] = (T)0 + s; /* of -0.0 alone numpy makes 0.0 */                                         \
        }                                                                                                \
        return;
    #define PASSES(T, FABS)                                                                              \
    PASS recur_##T(const T *a, T *y, npy_intp outer, npy_intp n, npy_intp inner, int back) {             \
        npy_intp step = back ? -inner : inner;                                                           \
        for (npy_intp o = 0; o < outer; o++) {                                                           \
            npy_intp at = (o * n + (back ? n - 1 : 0)) * inner;                                          \
            for (npy_intp k = 1; k < n; k++) {                                                           \
                at += step;                                                                              \
                for (npy_intp i = 0; i < inner; i++) y[at + i] = y[at + i] + a[at + i] * y[at - step + i]; \
            }                                                                                            \
        }                                                                                                \
    }                                                                                                    \
    PASS extreme_back_##T(                                                                               \
        const T *g, const T *x, T *__restrict y, npy_intp outer, npy_intp n, T sign                      \
    ) {                                                                                                  \
        for (npy_intp o = 0; o < outer; o++, x += n, y += n) {                                           \
            T top = x[0];                                                                                \
            npy_intp hits = 0, holes = 0;                                                                \
            for (npy_intp from = 0; from < n; from += BLOCK) {                                           \
                const T *z = x + from;                                                                   \
                npy_intp k, size = n - from < BLOCK ? n - from : BLOCK, whole = size / LANES * LANES, same = 0; \
                T most[LANES], here = z[0];                                                              \
                for (int j = 0; j < LANES; j++) most[j] = z[0];                                          \
                for (k = 0; k < whole; k += LANES)                                                       \
                    for (int j = 0; j < LANES; j++)                                                      \
                        most[j] = sign * z[k + j] > sign * most[j] ? z[k + j] : most[j];                 \
                for (; k < size; k++) most[0] = sign * z[k] > sign * most[0] ? z[k] : most[0];           \
                for (int j = 0; j < LANES; j++) here = sign * most[j] > sign * here ? most[j] : here;    \
                if (!from || sign * here > sign * top) { top = here; hits = 0; }                         \
                if (here != top) continue;                                                               \
                for (k = 0; k < size; k++) same += z[k] == top;                                          \
                hits += same;                                                                            \
            }                                                                                            \
            T none = g[o] * (T)0, part = hits == 1 ? g[o] : g[o] * (T)(1.0 / (double)hits);              \
            for (npy_intp k = 0; k < n; k++) {                                                           \
                y[k] = x[k] == top ? part : none; holes += x[k] != x[k];                                 \
            }                                                                                            \
            if (!holes) continue;                                                                        \
            part = g[o] * (T)(1.0 / (double)holes);                                                      \
            for (npy_intp k = 0; k < n; k++) y[k] = x[k] != x[k] ? part : none;                          \
        }                                                                                                \
    }                                                                                                    \
    PASS gap_##T(const T *a, const T *b, T *y, npy_intp n) {                                             \
        for (npy_intp i = 0; i < n; i++) y[i] = -FABS(a[i] - b[i]);                                      \
    }                                                                                                    \
    PASS share_##T(const T *a, const T *b, T *y, npy_intp n, T scale) {                                  \
        for (npy_intp i = 0; i < n; i++) {                                                               \
            T e = y[i], gap = a[i] - b[i], back = gap + b[i], below = (T)1 + e;                          \
            T lost = (a[i] - back) + ((back - gap) - b[i]);                                              \
            T part = (gap < (T)0 ? e : (T)1) / below;                                                    \
            T more = part + lost * (scale * (e / (below * below)));                                      \
            T found = FABS(lost) < (T)1 ? more : part;                                                   \
            y[i] = a[i] == b[i] ? (T)0.5 : found;                                                        \
        }                                                                                                \
    }                                                                                                    \
    PASS add_up_##T(const T *x, T *__restrict y, npy_intp outer, npy_intp n, npy_intp inner) {           \
        if (inner == 1) switch (n) { FEW(2, T) FEW(3, T) FEW(4, T) FEW(5, T) FEW(6, T) FEW(7, T) }       \
        for (npy_intp o = 0; o < outer; o++, x += n * inner, y += inner) {                               \
            if (inner > 1) {                                                                             \
                for (npy_intp i = 0; i < inner; i++) y[i] = (T)0;                                        \
                for (npy_intp k = 0; k < n; k++)                                                         \
                    for (npy_intp i = 0; i < inner; i++) y[i] += x[k * inner + i];                       \
                continue;                                                                                \
            }                                                                                            \
            npy_intp k = n < 8 ? 1 : 8;                                                                  \
            T s = x[0];                                                                                  \
            if (n >= 8) {                                                                                \
                T part[8];                                                                               \
                for (int j = 0; j < 8; j++) part[j] = x[j];                                              \
                for (; k + 8 <= n; k += 8)                                                               \
                    for (int j = 0; j < 8; j++) part[j] += x[k + j];                                     \
                s = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7])); \
            }                                                                                            \
            for (; k < n; k++) s += x[k];                                                                \
            y[0] = (T)0 + s;                                                                                   \
        }                                                                                                \
    }
    PASSES(double, fabs)
    PASSES(float, fabsf)
    """
    void recur_double(double *a, double *y, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner, int back)
    void recur_float(float *a, float *y, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner, int back)
    void extreme_back_double(double *g, double *x, double *y, Py_ssize_t outer, Py_ssize_t n, double sign)
    void extreme_back_float(float *g, float *x, float *y, Py_ssize_t outer, Py_ssize_t n, float sign)
    void gap_double(double *a, double *b, double *y, Py_ssize_t n)
    void gap_float(float *a, float *b, float *y, Py_ssize_t n)
    void add_up_double(double *x, double *y, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner)
    void add_up_float(float *x, float *y, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner)
    void share_double(double *a, double *b, double *y, Py_ssize_t n, double scale)
    void share_float(float *a, float *b, float *y, Py_ssize_t n, float scale)

cdef extern from "numpy/arrayobject.h":
    void **PyArray_API

cdef inline int kind(object x) except -1:
    """Return the type of the numbers of a whole array in C order: float32, float64, or 0 for any other."""
    if PyArray_API == NULL:
        cnp.import_array()
    if not cnp.PyArray_Check(x) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x):
        return 0
    cdef int found = cnp.PyArray_TYPE(<cnp.ndarray>x)
    return found if found == cnp.NPY_DOUBLE or found == cnp.NPY_FLOAT else 0

cdef inline void *at(object x) noexcept:
    return cnp.PyArray_DATA(<cnp.ndarray>x)

cdef inline Py_ssize_t extent(object x, int start, int stop) noexcept:
    """Return the product of some sizes of an array."""
    cdef Py_ssize_t n = 1
    cdef int i
    for i in range(start, stop):
        n *= cnp.PyArray_DIM(<cnp.ndarray>x, i)
    return n

cdef inline bint same(object x, object y) except -1:
    """Return whether two arrays are of one type and one size, each in C order."""
    return kind(x) != 0 and kind(x) == kind(y) and cnp.PyArray_SIZE(<cnp.ndarray>x) == cnp.PyArray_SIZE(<cnp.ndarray>y)

cdef inline bint recur(object a, object y, int axis, bint back) except -1:
    cdef int axes
    if not same(a, y):
        return False
    axes = cnp.PyArray_NDIM(<cnp.ndarray>y)
    if not -axes <= axis < axes:
        return False
    axis = axis + axes if axis < 0 else axis
    outer, n, inner = extent(y, 0, axis), extent(y, axis, axis + 1), extent(y, axis + 1, axes)
    if kind(y) == cnp.NPY_DOUBLE:
        recur_double(<double *>at(a), <double *>at(y), outer, n, inner, back)
    else:
        recur_float(<float *>at(a), <float *>at(y), outer, n, inner, back)
    return True

cdef inline bint extreme_back(object g, object x, object y, bint largest) except -1:
    if not same(x, y) or kind(g) != kind(x):
        return False
    outer = cnp.PyArray_SIZE(<cnp.ndarray>g)
    if not outer or not cnp.PyArray_SIZE(<cnp.ndarray>x):
        return False
    n = cnp.PyArray_SIZE(<cnp.ndarray>x) // outer
    if kind(y) == cnp.NPY_DOUBLE:
        extreme_back_double(<double *>at(g), <double *>at(x), <double *>at(y), outer, n, 1.0 if largest else -1.0)
    else:
        extreme_back_float(<float *>at(g), <float *>at(x), <float *>at(y), outer, n, 1.0 if largest else -1.0)
    return True

cdef inline bint gap(object a, object b, object y) except -1:
    if not (same(a, y) and same(b, y)):
        return False
    if kind(y) == cnp.NPY_DOUBLE:
        gap_double(<double *>at(a), <double *>at(b), <double *>at(y), cnp.PyArray_SIZE(<cnp.ndarray>y))
    else:
        gap_float(<float *>at(a), <float *>at(b), <float *>at(y), cnp.PyArray_SIZE(<cnp.ndarray>y))
    return True

cdef inline bint share_of(object a, object b, object y, double scale) except -1:
    if not (same(a, y) and same(b, y)):
        return False
    if kind(y) == cnp.NPY_DOUBLE:
        share_double(<double *>at(a), <double *>at(b), <double *>at(y), cnp.PyArray_SIZE(<cnp.ndarray>y), scale)
    else:
        share_float(<float *>at(a), <float *>at(b), <float *>at(y), cnp.PyArray_SIZE(<cnp.ndarray>y), <float>scale)
    return True

cdef inline bint add_up(object x, object y, int axis) except -1:
    cdef int axes
    if kind(x) == 0 or kind(x) != kind(y) or not cnp.PyArray_SIZE(<cnp.ndarray>x):
        return False
    axes = cnp.PyArray_NDIM(<cnp.ndarray>x)
    outer, n, inner = extent(x, 0, axis), extent(x, axis, axis + 1), extent(x, axis + 1, axes)
    if cnp.PyArray_SIZE(<cnp.ndarray>y) != outer * inner or not cnp.PyArray_ISWRITEABLE(<cnp.ndarray>y):
        return False
    if kind(x) == cnp.NPY_DOUBLE:
        add_up_double(<double *>at(x), <double *>at(y), outer, n, inner)
    else:
        add_up_float(<float *>at(x), <float *>at(y), outer, n, inner)
    return True
