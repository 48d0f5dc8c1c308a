"""Loops, printed from the kernels and from the table.

`kernels` prints a kernel as a function of C; `ufuncs` the loops of numpy ufuncs over them; `pulls` the loops
that multiply a cotangent by a local derivative. Of the machine `layers` and `lanes` print what runs through
rows of lanes, `singles` what runs without them.
"""
