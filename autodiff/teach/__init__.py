"""Teaching: exercises about graphs, with their answers.

Read `exercises` first: a random graph with its numbers, and what a student has to find. The wing
stands on all others, since an exercise is drawn, derived and explained with what lies below, and
nothing but the commands imports it.
"""
