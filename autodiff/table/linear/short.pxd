# Types for the compiled build of short.py.
cimport autodiff.table.linear._passes as passes
