# The loops inside numpy's ufuncs: for each of `ntypes` combinations of types one function.
cimport numpy as cnp

cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        int nin, ntypes
        const char *types
        void (**functions)(char **args, const cnp.npy_intp *shape, const cnp.npy_intp *steps, void *data) noexcept nogil
        void **data
