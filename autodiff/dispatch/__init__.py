"""The dispatch: what numpy's functions do when they are given nodes.

`np.sin(x)` or `np.concatenate([x, y])` on a node comes here through the door of numpy's protocols.
Read `protocol` first, which answers; `entries` settles what the parameters of a call mean, and the
other modules say, function by function, what stands for it on nodes and with which arguments it can
be tried. What numpy has and this wing has not is refused by name. `further/` and `linalg/` are rooms of it.
Nobody else imports this wing but the namespaces; users come in by calling numpy.
"""
