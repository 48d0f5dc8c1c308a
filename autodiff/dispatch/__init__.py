"""The dispatch: what numpy's functions do when they are given nodes.

`np.sin(x)` or `np.concatenate([x, y])` on a node comes here through the door of numpy's protocols.
Read `protocol` first, which answers; `functions` says which of our functions stands for which of
numpy's. What numpy has and this wing has not is refused by name.
"""
