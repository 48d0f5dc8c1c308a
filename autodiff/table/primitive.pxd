# Types for the compiled build of primitive.py.
cdef class Kept:
    cdef public object x, part
