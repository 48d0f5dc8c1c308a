"""Pages: what a run looks like.

Read `report` first, the page about one run. `page` is its frame, `charts` and `curve` draw, and
`flow` shows how large the gradients are from layer to layer.
"""
