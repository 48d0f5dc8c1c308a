"""Stretches of pointwise rows that a program of arrays runs block by block.

Read `tiles` first: it finds the stretches and plans where their numbers lie; `rows` says which
rows fit, `stretch` how an operand of
a smaller shape is read, `threads` who shares the blocks of a large one.
"""
