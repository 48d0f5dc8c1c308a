"""The programs: record a function once, run it again without nodes.

Read `replay` first, `trace` and the scalar program; `array_program` is the same for arrays. `flat`
puts a graph in a row of operations on numbered slots, `course` is one recording with its guards,
`machine` the loop that runs it; `array_source` prints an array recording as numpy source and
`source` a scalar one, to be read.
"""
