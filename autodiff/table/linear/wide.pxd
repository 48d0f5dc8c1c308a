# Types for the compiled build of wide.py.
cimport autodiff.table.linear._wide as passes
