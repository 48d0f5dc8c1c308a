"""The sources: graphs and rules as text that people read.

Read `terms` first, the formulas of a snapshot's nodes and edges as symbols; `plaintext` and `latex`
write them down. `numpy` prints a graph as a numpy program, forward and backward, with what `helpers`
takes from the table, and `reference` lists the operations. Pictures, exports and explanations, all
further up, take their words from here.
"""
