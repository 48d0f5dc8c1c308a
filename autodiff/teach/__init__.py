"""Teaching: exercises with their answers, marked with the slip named, on paper and for graders.

Read `exercises` first: a random graph with its numbers, and what a student has to find. `sheets`
gives each student a sheet on one of four subjects; `question`, `formulas` and `code` mark what comes
back, `runs` works the networks through and knows their slips. `handout` puts a sheet on paper,
`notebooks` in cells, which `nbgrader` and `otter` write in their graders' forms; `commands` is
`autodiff teach`. The wing stands on all others; the package's face and the commands come in here.
"""
