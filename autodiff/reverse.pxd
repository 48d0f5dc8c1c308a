# Types for the compiled build of reverse.py.
cimport cython
from autodiff.tensor cimport Tensor
from autodiff.value cimport Value

cpdef bint needs_grad(object node) except -1
@cython.locals(seen=set, pending=list)
cpdef list computed(object roots, bint scalars)
@cython.locals(total=dict, i=Py_ssize_t, parents=tuple)
cpdef dict adjoints(object roots, object seeds, bint create_graph)
@cython.locals(rules=tuple)
cpdef object contribution(object node, Py_ssize_t i, object g, object y, object xs)
@cython.locals(t=Tensor)
cdef object like(object part, object operand)
@cython.locals(f=double)
cpdef object scaled(object g, object d)
