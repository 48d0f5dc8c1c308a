# Types for the compiled build of array_kernels.py.
cimport autodiff.table._loops as loops
cimport numpy as cnp
