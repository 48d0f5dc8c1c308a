# Types for the compiled build of tree.py.
cdef object _take_apart(object tree, list leaves)
cdef bint _follow(object branch, object tree, list leaves) except -1
cdef object _put_together(object shape, object leaves)
