# Types for the compiled build of flat.py.
cimport cython
from autodiff.nodes.value cimport More, Value, constant

cdef int LEFT, RIGHT, UNSEEN, MET
cdef long long WIDEST

@cython.locals(node=Value, table="int[::1]", numbers="int[::1]", newest="long long", span="long long", old=dict, old_numbers=dict, leaves=list, inner=list, pending=list, wide=Py_ssize_t, count=Py_ssize_t)
cpdef tuple flatten(list roots, list inputs, long long start=*)
@cython.locals(place="long long")
cdef inline int find(Value node, int[::1] table, long long start, dict old) except -9
@cython.locals(place="long long")
cdef inline int put(Value node, int slot, int[::1] table, long long start, dict old) except -9
@cython.locals(node=Value, row=list, oldest="long long", newest="long long")
cdef list in_order(list inner)
@cython.locals(node=Value, x=Value, slot=int, wide=int)
cdef object fill(list leaves, list order, int[::1] table, dict old, int[::1] numbers, dict old_numbers, long long start, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, double[::1] values)
@cython.locals(i=Py_ssize_t, k=int, arity=int)
cpdef object reached(char[::1] flags, Py_ssize_t first, short[::1] codes, int[::1] a, int[::1] b, int[::1] more, char[::1] arities)
