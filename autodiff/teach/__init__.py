"""Teaching: exercises about graphs, with their answers.

Read `exercises` first. This wing stands on all others and nothing but the commands imports it.
"""
