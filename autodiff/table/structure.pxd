# Types for the compiled build of structure.py.
cimport autodiff.table._loops as loops
cimport numpy as cnp

cpdef object sum(object x, object axis, object keepdims, object out=*)
cpdef object broadcast(object x, object shape, object out=*)
cpdef object sum_to(object g, object shape)
cpdef object product(object a, object b)
cdef object _column(object x)
cdef object _row(object x)
cpdef object swap(object x)
cpdef object matmul_left(object g, object a, object b)
cpdef object matmul_right(object g, object a, object b)
cpdef tuple evaluated(object row, tuple parents, tuple arrays, object params, object keep)
