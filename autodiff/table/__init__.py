"""The table: what an operation is.

Every operation is one row: how to compute it, its local derivative for each operand, how to show it
and where it is defined. Everything else in this package is derived from these rows, so a new
operation is opened here and nowhere else.

Read `ops` first, the table itself; then `primitive`, the shapes that a row can have, and `kernels`,
the numerics that a row names. `symbol` lets a rule run on names instead of numbers. Whoever wants to
know a fact about an operation comes in here; this wing itself imports nothing but numpy.
"""
