"""Rules of users for functions of whole arrays: `custom_vjp` and `custom_jvp`.

A function with a rule of its own is one node of the graph, whatever it computes inside. Read `arrays` first,
which has the node; `custom` has the two kinds of rules: what comes back, and what moves on.
"""
