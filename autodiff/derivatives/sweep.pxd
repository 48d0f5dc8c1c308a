# Types for the compiled build of sweep.py.
cimport cython
cimport autodiff.nodes._places as places
from autodiff.nodes._memory cimport Node
from autodiff.nodes.value cimport More, Value

cdef long long WINDOW, _number, _newest, _end, _reached
cdef int LEAF, FREED, WRITTEN_LEFT
cdef places.Places _places
cdef list _far, _leaves, _kept

@cython.locals(place="long long")
cdef bint reach(Node *x) except -1
cdef bint still(Value node, int place) except -1
@cython.locals(d="double[::1]", x=Value, i=Py_ssize_t, number="long long")
cdef object spread(double g, Value node, list operands, object partials)
cdef object spread_all(double g, Value node)
@cython.locals(node="Node *", x="Node *", g=double, number="long long", place="long long", turn="long long", there="long long", kept=list, row=places.Places)
cdef Py_ssize_t sweep() except -1
@cython.locals(node=Value, seed=double, leaves=list)
cdef list run(list roots, list seeds, list kept, list xs=*)
cdef void clear() noexcept
cdef object check_free()
@cython.locals(node=Value, grad=double, stamp="unsigned int")
cdef object put_back(list kept, list written)
@cython.locals(node=Value, kept=list, pending=list, done=bint)
cpdef object backward(list roots, list seeds, bint free=*, object arrays=*)
@cython.locals(x=Value, node=Value, grad=double, stamp="unsigned int", kept=list)
cpdef list gradients(list roots, list seeds, list xs)
