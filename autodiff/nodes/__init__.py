"""The nodes: what records.

A `Value` is a number and a `Tensor` an array; each operation on them makes one node that holds its
operands and, for numbers, its local derivatives. Nodes only refer to older nodes.

Read `value` first, the scalar node, then `tensor`. `functions` and `costs` are what is composed of
several rows, `lanes/` many arrays as one, `modes` the switches (no_grad, scopes, anomaly) and `doors`
the one table of what nodes hand over to the wings above. Everybody above comes in here.
"""
