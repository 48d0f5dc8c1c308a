# Types for the compiled build of reroll.py.
cimport cython

cdef int DOT, RUN, PRODUCT, CHAIN, LISTED, SHORTEST

@cython.locals(i=int, k=int, n=int, x=int, u=int, depth=int, least=int, last="int[::1]")
cpdef object leveled(int first, short[::1] codes, char[::1] varying, char[::1] wanted, int[::1] length, int[::1] into, int[::1] start, int[::1] wide, int[::1] listed, int[::1] level, int[::1] kind)
@cython.locals(k=int)
cdef bint even(int[::1] listed, int begin, int n) noexcept
@cython.locals(low=int, high=int)
cdef bint even_dot(int[::1] listed, int s, int n) noexcept
@cython.locals(at=int, i=int, m=int, before=int, n=int, s=int, what=int)
cpdef int emitted(int first, int[::1] order, short[::1] codes, char[::1] arities, int[::1] level, int[::1] kind, int[::1] length, int[::1] start, int[::1] wide, int[::1] listed, int[:, ::1] out) except -1
@cython.locals(count=int)
cdef bint joined(int[::1] listed, int s, int width, int n, int[:, ::1] out, int m) noexcept
cdef bint stepped(int[:, ::1] out, int m, int field, int slot, int count) noexcept
