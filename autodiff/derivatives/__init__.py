"""The derivatives: the chain rule, backward and forward.

Read `reverse` first, the backward pass over arrays, and `sweep`, the same over numbers. `forward`
carries tangents along instead. `transforms` makes functions of functions of them (grad, vjp, jvp),
`jacobians` whole matrices, `checking` compares a gradient with differences, and `custom` takes rows that
users define. It knows nodes and rows; the wings above go backward through it.
"""
