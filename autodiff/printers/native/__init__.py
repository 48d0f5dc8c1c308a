"""Loops over arrays, printed as C from the kernels and from the table.

`kernels` prints a kernel as a function of C; `ufuncs` the loops of numpy ufuncs over them; `pulls` the loops
that multiply a cotangent by a local derivative.
"""
