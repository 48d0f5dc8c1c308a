"""The explanations: why a gradient is what it is.

Read `steps` first, backward as an iterator of single steps. `paths` splits a gradient into the
products along its paths and `ranking` finds the strongest; `derivation` writes the chain rule down in
LaTeX; `comparison` holds autograd against a gradient by hand and `slips` names the likely slip;
`lessons` teaches while one records, `blame` finds the first NaN, `expansion` opens a matrix product
into its numbers, `layers` finds the layers of a network in its graph, and `notation` writes them with
the letters of the book, the notes or the lecture. The player and `nets` come in here.
"""
