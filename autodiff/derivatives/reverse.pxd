# Types for the compiled build of reverse.py.
cimport autodiff.nodes.modes as modes
cimport autodiff.table._loops as loops
cimport autodiff.table._ufuncs as pulls
cimport cython
cimport numpy as cnp
from autodiff.nodes.tensor cimport Tensor
from autodiff.nodes.value cimport Value

@cython.locals(t=Tensor)
cpdef bint needs_grad(object node) except -1
@cython.locals(seen=set, pending=list, order=list, before="long long", in_order=bint, t=Tensor)
cpdef list computed(object roots, bint scalars, long long after=*)
@cython.locals(total=dict, i=Py_ssize_t)
cpdef dict adjoints(object roots, object seeds, bint create_graph, object wanted=*, bint free=*)
@cython.locals(i=Py_ssize_t, k=Py_ssize_t, fresh=dict, t=Tensor)
cpdef object send(list order, dict total, bint create_graph, object wanted, bint free=*)
cdef bint put_in(object node, object g, dict total, dict fresh) except -1
@cython.locals(t=Tensor, xs=tuple)
cpdef object contribution(object node, Py_ssize_t i, object g, bint create_graph=*)
@cython.locals(t=Tensor)
cdef object like(object part, object operand)
cpdef object scaled(object g, object d)
cdef dict numbers(object ys, object seeds, object wanted=*, bint free=*)
@cython.locals(nodes=list, parts=list, i=Py_ssize_t)
cpdef object gradient(object y, object xs, object seed=*, bint create_graph=*, bint strict=*)
@cython.locals(order=list, total=dict)
cpdef list recorded(object y, list xs, object seed=*, long long after=*)
cpdef list pulled(list ys, list seeds, list nodes)
