# Loops over a block of a tile: products with a cotangent, and operands that are broadcast.

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #define AXES 8
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
    #define SIDE_BY_SIDE _Pragma("GCC ivdep")
    #else
    #define WIDE
    #define SIDE_BY_SIDE
    #endif
    // y may be an operand: each number is read before it is written.
    #define CHAIN(G, D)                                            \
        SIDE_BY_SIDE                                               \
        for (Py_ssize_t i = 0; i < n; i++) {                       \
            double p = (G) * (D);                                  \
            y[i] = (p != p) & ((G) == 0.0) ? (G) : p;              \
        }
    WIDE static void chain_all(const double *g, const double *d, double *y, Py_ssize_t n) { CHAIN(g[i], d[i]) }
    WIDE static void chain_with(const double *g, double d, double *y, Py_ssize_t n) { CHAIN(g[i], d) }
    WIDE static void chain_from(double g, const double *d, double *y, Py_ssize_t n) { CHAIN(g, d[i]) }

    // The axes of `graphs.blocks.stretch`.
    typedef struct {
        int axes, item;
        Py_ssize_t extents[AXES], strides[AXES];  // strides in bytes
        Py_ssize_t first, end;  // places outside get 0
    } Stretched;

    // y gets the n numbers from a place on; along the last axis they lie together, or one stands everywhere.
    static void stretch_block(const Stretched *s, const char *x, char *y, Py_ssize_t at, Py_ssize_t n) {
        const int last = s->axes - 1;
        const Py_ssize_t item = s->item;
        Py_ssize_t place[AXES], rest, head = at < s->first ? s->first - at : 0;
        head = head < n ? head : n;
        memset(y, 0, head * item);
        y += head * item;
        at += head - s->first;
        n -= head;
        if (at + n > s->end - s->first) {
            const Py_ssize_t inside = at < s->end - s->first ? s->end - s->first - at : 0;
            memset(y + inside * item, 0, (n - inside) * item);
            n = inside;
        }
        rest = at;
        for (int a = last; a >= 0; a--) {
            place[a] = rest % s->extents[a];
            rest /= s->extents[a];
            x += place[a] * s->strides[a];
        }
        while (n > 0) {
            const Py_ssize_t along = s->extents[last], left = along - place[last];
            Py_ssize_t run = left < n ? left : n;
            if (s->strides[last]) {
                memcpy(y, x, run * item);
                if (run == along && last && !s->strides[last - 1]) {  // the same again: what is there is doubled
                    const Py_ssize_t again = (s->extents[last - 1] - place[last - 1]) * along;
                    const Py_ssize_t all = again < n ? again : n;
                    for (; run < all; run = 2 * run < all ? 2 * run : all)
                        memcpy(y + run * item, y, (2 * run < all ? run : all - run) * item);
                    place[last - 1] += (all - 1) / along;
                }
            } else if (item == 8) {
                uint64_t one;
                memcpy(&one, x, 8);
                for (Py_ssize_t i = 0; i < run; i++) ((uint64_t *)y)[i] = one;
            } else {
                uint32_t one;
                memcpy(&one, x, 4);
                for (Py_ssize_t i = 0; i < run; i++) ((uint32_t *)y)[i] = one;
            }
            y += run * item;
            n -= run;
            x -= place[last] * s->strides[last];
            place[last] = 0;
            for (int a = last - 1; a >= 0; a--) {
                x += s->strides[a];
                if (++place[a] < s->extents[a]) break;
                x -= s->extents[a] * s->strides[a];
                place[a] = 0;
            }
        }
    }
    // y = s + a b, where a and b are stretched along the same axes; y may be s.
    WIDE static void stretch_weighed(
        const Stretched *sa, const double *a, const Stretched *sb, const double *b,
        const double *s, double *y, Py_ssize_t at, Py_ssize_t n
    ) {
        const int last = sa->axes - 1;
        const Py_ssize_t *da = sa->strides, *db = sb->strides, along = sa->extents[last];
        Py_ssize_t place[AXES];
        for (int k = last; k >= 0; k--) {
            place[k] = at % sa->extents[k];
            at /= sa->extents[k];
            a += place[k] * da[k] / 8;
            b += place[k] * db[k] / 8;
        }
        while (n > 0) {
            const Py_ssize_t left = along - place[last], run = left < n ? left : n;
            if (da[last] && db[last])
                SIDE_BY_SIDE for (Py_ssize_t i = 0; i < run; i++) y[i] = s[i] + a[i] * b[i];
            else {
                const double *many = da[last] ? a : b, one = da[last] ? *b : *a;
                if (da[last] || db[last])
                    SIDE_BY_SIDE for (Py_ssize_t i = 0; i < run; i++) y[i] = s[i] + one * many[i];
                else
                    for (Py_ssize_t i = 0; i < run; i++) y[i] = s[i] + one * *b;
            }
            y += run;
            s += run;
            n -= run;
            a -= place[last] * da[last] / 8;
            b -= place[last] * db[last] / 8;
            place[last] = 0;
            for (int k = last - 1; k >= 0; k--) {
                a += da[k] / 8;
                b += db[k] / 8;
                if (++place[k] < sa->extents[k]) break;
                a -= sa->extents[k] * da[k] / 8;
                b -= sa->extents[k] * db[k] / 8;
                place[k] = 0;
            }
        }
    }
    """
    void chain_all(const double *g, const double *d, double *y, Py_ssize_t n) noexcept nogil
    void chain_with(const double *g, double d, double *y, Py_ssize_t n) noexcept nogil
    void chain_from(double g, const double *d, double *y, Py_ssize_t n) noexcept nogil
    ctypedef struct Stretched:
        int axes, item
        Py_ssize_t *extents
        Py_ssize_t *strides
        Py_ssize_t first, end
    void stretch_weighed(
        const Stretched *sa, const double *a, const Stretched *sb, const double *b,
        const double *s, double *y, Py_ssize_t at, Py_ssize_t n
    ) noexcept nogil
    void stretch_block(
        const Stretched *s, const char *x, char *y, Py_ssize_t at, Py_ssize_t n
    ) noexcept nogil
