# Types for the compiled build of array_node.py.
cimport cython
cimport autodiff.nodes.modes as modes
cimport autodiff.table._loops as loops
cimport numpy as cnp
cimport autodiff.nodes._places as places

cdef Py_ssize_t ALONE

cdef class ArrayNode:
    cdef public object _array, _grad, _name
    cdef readonly object kept, primitive, scope, where, params
    cdef readonly tuple parents, saved
    cdef readonly bint is_constant, needs_grad
    cdef readonly long long seq

cdef Py_ssize_t holders(ArrayNode node) except -2
@cython.locals(mode=modes.Mode)
cpdef object fill(ArrayNode node, object array, object primitive, tuple parents, tuple saved, object params, bint needs_grad, object kept)
