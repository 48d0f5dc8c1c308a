# cython: cdivision=True
# Products of wide numbers, line by line; the compiled twins of what stands in wide.py.
cimport numpy as cnp
from autodiff.table.linear._passes cimport at, extent, kind, same

cdef extern from *:
    """
    #include <math.h>
    #include <stdlib.h>
    #define UP 0x1p256
    #define DOWN 0x1p-256
    #define HIGH 0x1p128
    #define LOW 0x1p-128
    #define NEVER 536870912

    typedef struct { double m; npy_int64 e; } wide;

    static wide refit(double m, npy_int64 e) {
        double size = fabs(m);
        wide y = {m, e};
        if (m == 0) { y.e = -NEVER; return y; }
        if (!(size < INFINITY)) { y.e = NEVER; return y; }
        while (fabs(y.m) >= HIGH) { y.m *= DOWN; y.e++; }
        while (fabs(y.m) < LOW) { y.m *= UP; y.e--; }
        return y;
    }
    static inline wide fit(double m, npy_int64 e) {
        double size = fabs(m);
        wide y = {m, e};
        return size >= LOW && size < HIGH ? y : refit(m, e);
    }
    static inline wide times(wide a, wide b) { return fit(a.m * b.m, a.e + b.e); }
    static inline wide plus(wide a, wide b) {
        if (a.e == b.e) return fit(a.m + b.m, a.e);
        if (a.e - b.e == 1) return fit(a.m + b.m * DOWN, a.e);
        if (b.e - a.e == 1) return fit(b.m + a.m * DOWN, b.e);
        return a.e > b.e ? a : b;
    }
    static inline double narrow(wide a) {
        if (a.e == 0) return a.m;
        if (a.e > 4 || a.e < -5) return a.e > 0 ? a.m * INFINITY : a.m * 0.0;
        for (; a.e > 0; a.e--) a.m *= UP;
        for (; a.e < 0; a.e++) a.m *= DOWN;
        return a.m;
    }
    static inline int near(double x) { double size = fabs(x); return size >= LOW && size < HIGH; }
    /* The coefficients c of a number times x + h1 e1 + ...; h lies `apart` numbers from one to the next. */
    static inline void stepped(wide *c, double x, const double *h, npy_intp apart, int many) {
        wide one = fit(x, 0);
        for (int s = (1 << many) - 1; s >= 0; s--) {
            wide y = times(c[s], one);
            for (int i = 0; i < many; i++)
                if (s >> i & 1) y = plus(y, times(c[s ^ 1 << i], fit(h[i * apart], 0)));
            c[s] = y;
        }
    }
    static void first(wide *c, double x, int many) {
        for (int s = 0; s < 1 << many; s++) c[s] = fit(s ? 0 : x, 0);
    }
    static int wide_run_lines(
        const double *x, const double *h, double *y, npy_intp lines, npy_intp n, int many
    ) {
        wide *c = malloc(sizeof(wide) << many);
        if (!c) return -1;
        for (npy_intp o = 0; o < lines; o++) {
            first(c, 1, many);
            for (npy_intp k = o * n; k < (o + 1) * n; k++) {
                stepped(c, x[k], h + k, lines * n, many);
                y[k] = narrow(c[(1 << many) - 1]);
            }
        }
        free(c);
        return 0;
    }
    static inline int wide_back_lines(
        const double *g, const double *x, const double *h, double *y, npy_intp lines, npy_intp n, int many
    ) {
        int sets = 1 << many;
        wide *c = malloc(sizeof(wide) << many), *ahead = malloc((sizeof(wide) << many) * n);
        if (!c || !ahead) { free(c); free(ahead); return -1; }
        for (npy_intp o = 0; o < lines; o++) {
            const double *z = x + o * n, *more = h + o * n, *sent = g + o * n;
            first(c, 1, many);
            for (npy_intp k = 0; k < n; k++) {
                for (int s = 0; s < sets; s++) ahead[k * sets + s] = c[s];
                stepped(c, z[k], more + k, lines * n, many);
            }
            first(c, sent[n - 1], many);
            for (npy_intp k = n - 1; k >= 0; k--) {
                wide *a = ahead + k * sets, total = times(a[0], c[sets - 1]);
                for (int s = 1; s < sets; s++) total = plus(total, times(a[s], c[sets - 1 - s]));
                y[o * n + k] = narrow(total);
                if (!k) break;
                stepped(c, z[k], more + k, lines * n, many);
                c[0] = plus(c[0], fit(sent[k - 1], 0));
            }
        }
        free(c);
        free(ahead);
        return 0;
    }
    /* What comes back through running products p: as floats, and anew as wide numbers if one is far from 1. */
    static int cumprod_back_lines(
        const double *g, const double *p, const double *x, double *y, npy_intp outer, npy_intp n, npy_intp inner, int back
    ) {
        npy_intp step = back ? inner : -inner;
        npy_int32 *e = NULL;
        for (npy_intp o = 0; o < outer * inner; o++) {
            npy_intp end = (o / inner * n + (back ? 0 : n - 1)) * inner + o % inner, at = end, k = n - 1;
            double s = g[at];
            for (; near(g[at]) || g[at] == 0; k--, at += step) {
                if (!k) { y[at] = s; break; }
                if (!near(p[at + step])) break;
                y[at] = s * p[at + step];
                s = g[at + step] + x[at] * s;
            }
            if (!k && (near(g[at]) || g[at] == 0)) continue;
            if (!e && !(e = malloc(n * sizeof(npy_int32)))) return -1;
            wide c = fit(1, 0);
            for (k = 0, at = end + (n - 1) * step; k < n; k++, at -= step) {
                y[at] = c.m; e[k] = (npy_int32)c.e; c = times(c, fit(x[at], 0));
            }
            c = fit(g[end], 0);
            for (k = n - 1, at = end; k >= 0; k--, at += step) {
                wide ahead = {y[at], e[k]};
                y[at] = narrow(times(ahead, c));
                if (k) c = plus(times(c, fit(x[at], 0)), fit(g[at + step], 0));
            }
        }
        free(e);
        return 0;
    }
    /* g times the products of all others of a line, likewise; from both ends at once. */
    static int prod_back_lines(const double *g, const double *x, double *y, npy_intp lines, npy_intp n) {
        npy_int32 *e = NULL;
        for (npy_intp o = 0; o < lines; o++, x += n, y += n) {
            double p = 1, q = g[o];
            npy_intp k = 0;
            for (; k < n && near(p) && near(q); k++) {
                npy_intp j = n - 1 - k;
                if (k < j) { y[k] = p; y[j] = q; }
                else if (k == j) y[k] = p * q;
                else { y[k] = p * y[k]; y[j] = y[j] * q; }
                p = p * x[k]; q = q * x[j];
            }
            if (k == n) continue;
            if (!e && !(e = malloc(n * sizeof(npy_int32)))) return -1;
            wide a = fit(1, 0), b = fit(g[o], 0);
            for (k = 0; k < n; k++) {
                npy_intp j = n - 1 - k;
                if (k < j) { y[k] = a.m; e[k] = (npy_int32)a.e; y[j] = b.m; e[j] = (npy_int32)b.e; }
                else if (k == j) y[k] = narrow(times(a, b));
                else {
                    wide behind = {y[k], e[k]}, ahead = {y[j], e[j]};
                    y[k] = narrow(times(a, behind)); y[j] = narrow(times(ahead, b));
                }
                a = times(a, fit(x[k], 0)); b = times(b, fit(x[j], 0));
            }
        }
        free(e);
        return 0;
    }
    """
    int wide_run_lines(double *x, double *h, double *y, Py_ssize_t lines, Py_ssize_t n, int many)
    int wide_back_lines(double *g, double *x, double *h, double *y, Py_ssize_t lines, Py_ssize_t n, int many)
    int cumprod_back_lines(double *g, double *p, double *x, double *y, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner, int back)
    int prod_back_lines(double *g, double *x, double *y, Py_ssize_t lines, Py_ssize_t n)

cdef inline Py_ssize_t lines_of(object x) except -1:
    """Return how many lines there are along the last axis of an array of some numbers."""
    kind(x)
    return cnp.PyArray_SIZE(<cnp.ndarray>x) // cnp.PyArray_DIM(<cnp.ndarray>x, cnp.PyArray_NDIM(<cnp.ndarray>x) - 1)

cdef inline bint done(int failed) except -1:
    if failed:
        raise MemoryError
    return True

cdef inline bint wide_run(object x, object hs, object y) except -1:
    lines = lines_of(x)
    n = cnp.PyArray_SIZE(<cnp.ndarray>x) // lines
    return done(wide_run_lines(<double *>at(x), <double *>at(hs), <double *>at(y), lines, n, cnp.PyArray_DIM(<cnp.ndarray>hs, 0)))

cdef inline bint wide_back(object g, object x, object hs, object y) except -1:
    lines = lines_of(x)
    n = cnp.PyArray_SIZE(<cnp.ndarray>x) // lines
    return done(wide_back_lines(<double *>at(g), <double *>at(x), <double *>at(hs), <double *>at(y), lines, n, cnp.PyArray_DIM(<cnp.ndarray>hs, 0)))

cdef inline bint prod_back(object g, object x, object y) except -1:
    lines = lines_of(x)
    n = cnp.PyArray_SIZE(<cnp.ndarray>x) // lines
    return done(prod_back_lines(<double *>at(g), <double *>at(x), <double *>at(y), lines, n))

cdef inline bint cumprod_back(object g, object p, object x, object y, int axis, bint back) except -1:
    cdef int axes
    if not (same(g, y) and same(p, y) and same(x, y)) or kind(y) != cnp.NPY_DOUBLE:
        return False
    axes = cnp.PyArray_NDIM(<cnp.ndarray>y)
    if not -axes <= axis < axes:
        return False
    axis = axis + axes if axis < 0 else axis
    return done(cumprod_back_lines(
        <double *>at(g), <double *>at(p), <double *>at(x), <double *>at(y),
        extent(y, 0, axis), extent(y, axis, axis + 1), extent(y, axis + 1, axes), back,
    ))
