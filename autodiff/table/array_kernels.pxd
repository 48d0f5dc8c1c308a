# Types for the compiled build of array_kernels.py.
cimport autodiff.table._loops as loops
cimport autodiff.table._ufuncs as ufuncs
cimport autodiff.table.linear._passes as passes
cimport numpy as cnp
