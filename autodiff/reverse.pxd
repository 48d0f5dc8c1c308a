# Types for the compiled build of reverse.py.
cimport cython
from autodiff.quiet cimport restore, silence
from autodiff.tensor cimport Tensor
from autodiff.value cimport Value

@cython.locals(t=Tensor)
cpdef bint needs_grad(object node) except -1
@cython.locals(seen=set, pending=list)
cpdef list computed(object roots, bint scalars)
@cython.locals(total=dict, i=Py_ssize_t)
cpdef dict adjoints(object roots, object seeds, bint create_graph)
@cython.locals(t=Tensor, xs=tuple)
cpdef object contribution(object node, Py_ssize_t i, object g, bint create_graph=*)
@cython.locals(t=Tensor)
cdef object like(object part, object operand)
cpdef object scaled(object g, object d)
cdef dict numbers(object y, object seed)
