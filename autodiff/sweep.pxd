# Types for the compiled build of sweep.py.
cimport cython
from autodiff.value cimport More, Value

cdef long long _number

@cython.locals(low="long long", high="long long", node=Value, ordered=list)
cdef list in_order(list inner)
@cython.locals(inner=list, pending=list, node=Value)
cdef list collect(list roots, long long number, list leaves)
@cython.locals(node=Value, ordered=list, i=Py_ssize_t, g=double, seed=double)
cdef object sweep(list roots, list seeds, list inner)
@cython.locals(operand=Value, i=Py_ssize_t, parts="double[::1]")
cdef object spread(double g, list operands, object partials)
@cython.locals(leaves=list, inner=list, node=Value)
cpdef object backward(list roots, list seeds)
@cython.locals(leaves=list, inner=list, x=Value)
cpdef list gradients(list roots, list seeds, list xs)
