# Types for the compiled build of flat.py.
cimport cython
cimport autodiff.nodes._places as places
from autodiff.nodes.value cimport More, Value

cdef unsigned int SEEN
cdef int MUL, ADD, LEFT, RIGHT
cdef places.Places _row

@cython.locals(node=Value, visited=list, stamps=list, leaves=list, inner=list, pending=list, wide=Py_ssize_t, i=Py_ssize_t, oldest="long long", newest="long long")
cpdef tuple flatten(list roots, list inputs)
@cython.locals(node=Value, place="long long", order=list)
cdef list in_order(list inner, long long oldest, long long newest)
@cython.locals(node=Value, x=Value, slot=int, wide=int)
cdef object fill(list leaves, list order, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, double[::1] values)
@cython.locals(i=Py_ssize_t, k=int, arity=int)
cpdef object reached(char[::1] flags, Py_ssize_t first, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, char[::1] arities)
@cython.locals(n=int, i=int, k=int)
cpdef object chains(int mark, int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] rows, short[::1] ways, int[::1] runs)
