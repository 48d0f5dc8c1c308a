# Types for the compiled build of quiet.py.
cdef object _state, _silent
cpdef object silence()
cpdef object restore(object before)
