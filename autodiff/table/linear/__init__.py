"""Rows on whole arrays, by the trade they come from: sums of products, running sums, matrices.

Read `contract` first: it computes einsum by matrix products; `running` holds what goes along an axis in
order (running sums, sorting, differences), `scans` products and recurrences; `matrices` the
factorizations of linear algebra. Each module has the array function first and the row below it; rules
are written with operators and with rows, so that they run on arrays, on nodes and on what a formula is
read from. `ops` names all.
"""
