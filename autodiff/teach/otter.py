"""Sheets as assignments of otter-grader: `SUBJECT.ipynb` in the form that `otter assign` reads.

`otter assign SUBJECT.ipynb dist` makes the students' notebook and the grader's archive. The tests raise
what is wrong, the slip, which otter shows as the test's output.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from autodiff.graphs import files
from autodiff.teach.notebooks import Cell, Part, cell, heading, named, notebook, parts, setup

CONFIG = """# ASSIGNMENT CONFIG
name: {subject}
init_cell: true
check_all_cell: false
export_cell: false
files: []
tests:
  ok_format: false"""

TEST = """def test_{name}(env):
    from autodiff.teach.sheets import sheet as sheet_of

    STUDENT, {name} = env["STUDENT"], env["{name}"]
    {test}"""


def export(folder: str | Path, subjects: Sequence[str]) -> list[Path]:
    """Write a master notebook for each subject into a folder."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    return [
        files.write(root / f"{subject}.ipynb", notebook(_cells(subject))) for subject in subjects
    ]


def _cells(subject: str) -> Iterator[Cell]:
    yield cell("raw", CONFIG.format(subject=subject))
    yield cell("markdown", heading(subject))
    yield cell("code", named())
    yield cell("code", setup(subject))
    for part in parts(subject):
        yield from _question(part)


def _question(part: Part) -> Iterator[Cell]:
    yield cell("raw", f"# BEGIN QUESTION\nname: {part.name}\npoints: 1")
    yield cell("markdown", f"**{part.name}**: {part.asked}")
    yield cell("raw", "# BEGIN SOLUTION")
    yield cell("code", _removed(part.solution))
    yield cell("raw", "# END SOLUTION")
    yield cell("raw", "# BEGIN TESTS")
    yield cell("code", TEST.format(name=part.name, test=part.test))
    yield cell("raw", "# END TESTS")
    yield cell("raw", "# END QUESTION")


def _removed(solution: str) -> str:
    """Return a solution with the marks that let otter put a blank in its place."""
    head, colon, body = solution.partition(":\n")
    if colon:
        return f"{head}:\n{body}  # SOLUTION"
    return f"{solution}  # SOLUTION"
