# Types for the compiled build of tensor.py.
cimport cython
from autodiff.value cimport Value

cdef int _modes

@cython.final
cdef class Tensor:
    cdef public object _array, _grad, name, primitive, scope, where, params
    cdef public tuple parents, saved
    cdef public bint is_constant, needs_grad
    cdef public long long seq

cdef object _fill(Tensor node, object array, object primitive, tuple parents, tuple saved, object params, bint needs_grad)
cpdef object operand(object x, object dtype)
@cython.locals(t=Tensor, u=Tensor, needs=bint, parents=list, arrays=list)
cdef tuple operands(tuple args)
@cython.locals(node=Tensor, t=Tensor, needs=bint, parents=tuple, arrays=tuple)
cpdef Tensor record(object row, tuple args, object params=*)
