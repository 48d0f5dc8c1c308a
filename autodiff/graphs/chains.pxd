# Types for the compiled build of chains.py.
cimport cython

cdef int MUL, ADD, MIXED, FEWEST

@cython.locals(i=int, k=int, n=int, arity=int, newest="int[::1]")
cpdef object users(int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, char[::1] arities, char[::1] kept, int[::1] uses, int[::1] later_a, int[::1] later_b)
@cython.locals(i=int, k=int, n=int, p=int, s=int, taken=int, product=bint)
cpdef object chained(int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] uses, int[::1] later_a, int[::1] later_b, char[::1] rows, int[::1] length, int[::1] into)
cdef bint free(int user, int i, short[::1] codes, int[::1] into) noexcept
cdef bint is_product(int k, int p, int first, short[::1] codes, int[::1] uses, char[::1] rows) noexcept
@cython.locals(right=int, left=int, sums=bint)
cdef int part_of(int k, int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] uses, char[::1] rows) noexcept
@cython.locals(i=int, j=int, k=int, n=int, p=int, place=int, arity=int)
cpdef int unrolled(int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, char[::1] arities, int[::1] uses, char[::1] rows, int[::1] length, int[::1] into, int[::1] canon, int[::1] start, int[::1] wide, int[::1] listed) except -1
