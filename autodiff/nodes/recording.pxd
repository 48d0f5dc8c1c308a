# Types for the compiled build of recording.py.
cimport cython
cimport autodiff.nodes.modes as modes
from autodiff.nodes.value cimport More, Value, constant, record1, record2, with_number

cdef int BUILTIN, LEFT, RIGHT
cdef list ARITIES
@cython.locals(node=Value)
cdef Value beside(object row, Value a, double number, int side)
cpdef bint is_array(object x)
@cython.locals(nodes=list, n=Py_ssize_t, code=int)
cpdef object record(object row, tuple args, object params=*)
@cython.locals(node=Value)
cdef Value finish(object row, list nodes, double y, object partials)
@cython.locals(n=Py_ssize_t)
cpdef Py_ssize_t values_among(object xs) except -2
@cython.locals(i=Py_ssize_t)
cdef list as_nodes(list xs)
@cython.locals(y=double, x=Value, nodes=list)
cpdef object total(object xs)
@cython.locals(y=double, w=Value, x=Value, nodes=list, n=Py_ssize_t, i=Py_ssize_t, d="double[::1]")
cpdef object dot(object ws, object xs)
