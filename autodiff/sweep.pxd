# Types for the compiled build of sweep.py.
cimport cython
from autodiff.value cimport More, Value

cdef long long _number

@cython.locals(far=list, pending=list, ordered=list, node=Value, newest="long long", place="long long", found="long long")
cdef list in_order(list roots, long long number, list leaves, list kept)
@cython.locals(node=Value, g=double)
cdef object sweep(list ordered)
@cython.locals(operand=Value, d=double)
cdef object spread(double g, list operands, object partials)
@cython.locals(node=Value, seed=double, ordered=list)
cdef object run(list roots, list seeds, list leaves, list kept=*)
@cython.locals(leaves=list, node=Value)
cpdef object backward(list roots, list seeds)
@cython.locals(x=Value, number="long long", node=Value, grad=double, has_grad=bint, leaves=list, kept=list)
cpdef list gradients(list roots, list seeds, list xs)
