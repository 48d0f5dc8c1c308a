# Types for the compiled build of value.py.
cimport cython
cimport autodiff.nodes.modes as modes
cimport autodiff.printers._evaluate as evaluate
from cpython.object cimport PyObject, PyTypeObject
cimport autodiff.nodes._memory as memory
cimport autodiff.nodes._places as places

cdef long long _clock
cdef memory.Heap *_heap
cdef int CONSTANT, BUILTIN, LEFT, RIGHT

cdef class Value

@cython.final
cdef class More:
    cdef public object name
    cdef public object scope
    cdef public object where
    cdef public list parents
    cdef public object partials
    cdef public Value plain

@cython.final
cdef class Value:
    cdef Value _a, _b
    cdef double _da, _db, _grad, _plain
    cdef unsigned int _stamp
    cdef short _code, _side
    cdef long long _seq
    cdef readonly double _data
    cdef More _more

cdef double as_real(object data) except? -1.0
@cython.locals(number=Value, found=Value)
cpdef Value plain_operand(Value node)
@cython.locals(y=double, da=double, db=double)
cpdef Value with_number(int code, Value a, double number, int side)
cpdef Value constant(double data)
cpdef object forget(Value node)
@cython.locals(y=double, da=double)
cpdef Value record1(int code, Value a)
@cython.locals(y=double, da=double, db=double)
cpdef Value record2(int code, Value a, Value b)
cdef object mixed(int code, object a, object b)
@cython.locals(x=double)
cdef object compare(str sign, Value a, object b)
cdef object _guard(str sign, Value a, object b, bint outcome)

cdef void dealloc(memory.Node *node) noexcept
cdef PyObject *blank(PyTypeObject *kind, Py_ssize_t n) noexcept
cdef PyObject *made(PyTypeObject *kind, PyObject *args, PyObject *options) except NULL
