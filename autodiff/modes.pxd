# Types for the compiled build of modes.py.
cdef long active, watched
cpdef object _count(long change)
cpdef object _watch(long change)
