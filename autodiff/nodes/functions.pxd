# functions.py is compiled as it stands, but for what has C types here.
cimport autodiff.table._loops as loops
cimport cython

@cython.locals(i=Py_ssize_t, seen=set)
cpdef list own(list parts, object others=*)
