"""Runs: training with all that surrounds it.

Read `training` first, the epochs of one run. `settings` holds what can be set and its defaults,
`checkpoint` writes a run to a file and `saved` reads it back, `engines` and `shards` spread a batch
over workers, `scalar_engine` trains node by node, `expand` moves and turns the images, `stopping`
hears Ctrl-C, and `check` holds the gradients against the documents' equations.
"""
