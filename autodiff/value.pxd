# Types for the compiled build of value.py.
cimport cython
cimport autodiff._evaluate as evaluate

cdef long long _clock
cdef int _modes
cdef int _depth
cdef list _trash
cdef int CONSTANT, ADD, SUB, MUL, DIV, NEG, POWC, POWER, ABS, EXP, LOG, TANH, SIGMOID, RELU, SQRT, SIN, COS, TOTAL, DOT, BUILTIN

@cython.final
cdef class More:
    cdef public object name
    cdef public object scope
    cdef public object where
    cdef public list parents
    cdef public object partials

@cython.final
cdef class Value:
    cdef Value _a, _b
    cdef double _da, _db, _grad
    cdef unsigned int _stamp
    cdef short _code
    cdef char _has_grad
    cdef long long _seq
    cdef readonly double _data
    cdef More _more

@cython.locals(node=Value)
cpdef Value constant(double data)
@cython.locals(node=Value)
cdef Value record1(int code, Value a)
@cython.locals(node=Value)
cdef Value record2(int code, Value a, Value b)
cdef object mixed(int code, object a, object b)
@cython.locals(node=Value, n=Py_ssize_t, more=More, x=Value, mode=object)
cdef Value record_any(object row, list nodes, object mode)
@cython.locals(y=double, i=Py_ssize_t)
cpdef double add_up(double[::1] xs, Py_ssize_t n)
@cython.locals(y=double, i=Py_ssize_t)
cpdef double dot_product(double[::1] xs, Py_ssize_t n)
@cython.locals(x=double)
cdef object compare(str sign, Value a, object b)
cdef object _guard(str sign, Value a, object b, bint outcome)
