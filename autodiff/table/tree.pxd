# Types for the compiled build of tree.py.
cimport cython

cdef object _take_apart(object tree, list leaves, int levels)
@cython.locals(i=Py_ssize_t, branches=tuple, alike=bint)
cdef bint _follow(object branch, object tree, list leaves) except -1
cdef object _put_together(object shape, object leaves)
