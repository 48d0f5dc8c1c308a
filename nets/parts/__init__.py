"""The parts of a network: activations, costs, starts, and batches of examples.

Read `activations` and `costs` first, each the documents' formulas with their derivatives.
`initializers` draws the first weights, `given` refuses what is no number, `batches` cuts the examples,
`parameters` keeps all weights in one array, and `replayed` runs a step of training as a recorded
program. `nets.network` puts them together.
"""
