# A block of an operand that is broadcast, by the axes of `graphs.blocks.stretch`.

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #define AXES 8
    typedef struct {
        int axes, item;
        Py_ssize_t extents[AXES], strides[AXES];  // strides in bytes
    } Stretched;

    // y gets the n numbers from a place on; along the last axis they lie together, or one stands everywhere.
    static void stretch_block(const Stretched *s, const char *x, char *y, Py_ssize_t at, Py_ssize_t n) {
        const int last = s->axes - 1;
        const Py_ssize_t item = s->item;
        Py_ssize_t place[AXES], rest = at;
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
    """
    ctypedef struct Stretched:
        int axes, item
        Py_ssize_t *extents
        Py_ssize_t *strides
    void stretch_block(
        const Stretched *s, const char *x, char *y, Py_ssize_t at, Py_ssize_t n
    ) noexcept nogil
