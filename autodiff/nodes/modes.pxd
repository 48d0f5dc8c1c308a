# Types for the compiled build of modes.py.
cdef long active, watched

cdef class Mode:
    cdef public bint recording, anomaly
    cdef public object scopes, path, guards, teacher, block
    cdef public long long start
    cdef public Mode outer

cpdef object _count(long change)
