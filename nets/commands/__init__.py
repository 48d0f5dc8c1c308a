"""The commands of `nets`: one module each, with its options and what it does.

Read `train` first: how the options become settings, and what a run writes. `sweep` trains over a
grid, `search` looks for hyper-parameters as chapter 3 advises, and `demo` goes the whole road once.
`nets.cli` lists the commands and loads the one that is called.
"""
