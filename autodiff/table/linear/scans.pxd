# Types for the compiled build of scans.py.
cimport autodiff.table.linear._passes as passes
