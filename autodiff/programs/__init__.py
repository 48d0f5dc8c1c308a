"""The programs: record a function once, run it again without nodes.

A program is a row of passes over one flat form: record, gate, place in memory, run or print. Read
`gate` first, which alone decides whether a recording fits a call, then `replay`: `trace` and the program
of numbers. `calling` is what every program has, and what becomes of nodes that it is given;
`array_program` is the program of arrays, `lanes` many samples in one run. `flat` puts a graph in a row of
operations on numbered slots, `course` is one recording with its guards. `jit` makes a program of a
function at its first call, `gather` is how such a function indexes. `array_source`
prints an array recording as numpy source and `source` a scalar one, to be read. `nets` trains by it.
"""
