"""The graphs: a snapshot of what was recorded, and what files and people say of it.

Read `graph` first: `Graph` is the hub from which pictures, explanations, programs and exports
start, never from live nodes. `order` is the order in which its nodes send their gradients.
`storage` writes graphs to files and reads them with care, `files` writes any file in one step,
`expression` reads formulas that people type and `misspelt` helps with what they meant. `chains` and
`reroll` find the loops again that a flat recording went through. Programs, pictures, explanations
and exports come in here.
"""
