"""The printers: rows and kernels as the source of other languages.

The rules of the table run on symbols, and the formulas that come back are printed: for the compiler
as C-level Cython, for a browser as JavaScript. No fact about an operation is written in this wing.

Read `codegen` first, which prints the switch that evaluates a row on numbers; `machine` prints the
loop that runs recorded programs and writes all of it where the compiler looks. `evaluate` and
`interpreter` are what the plain engine does in the same places. Programs, sources and pages come in here;
the build runs it.
"""
