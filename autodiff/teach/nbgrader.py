"""Sheets as a course of nbgrader: `source/SUBJECT/SUBJECT.ipynb` with the metadata that it reads.

The solutions stand between its marks, so `nbgrader generate_assignment SUBJECT` takes them out. Each
question has a locked test of one point. What the test raises, the slip, is what
`nbgrader generate_feedback` shows to the student.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autodiff.graphs import files
from autodiff.teach.notebooks import Cell, cell, heading, named, notebook, parts, setup

CONFIG = """c = get_config()
c.CourseDirectory.course_id = "{course}"
"""


def export(
    folder: str | Path, subjects: Sequence[str], course: str = "backpropagation"
) -> list[Path]:
    """Write the sources of a course into a folder, and its configuration where it has none."""
    root = Path(folder)
    written = []
    for subject in subjects:
        place = root / "source" / subject
        place.mkdir(parents=True, exist_ok=True)
        written.append(files.write(place / f"{subject}.ipynb", notebook(_cells(subject))))
    config = root / "nbgrader_config.py"
    if not config.exists():
        written.append(files.write(config, CONFIG.format(course=course)))
    return written


def _cells(subject: str) -> Iterator[Cell]:
    yield _locked("markdown", heading(subject), "heading")
    yield cell("code", named())
    yield _locked("code", setup(subject), "setup")
    for part in parts(subject):
        yield _locked("markdown", f"**{part.name}**: {part.asked}", f"ask-{part.name}")
        solution = f"### BEGIN SOLUTION\n{part.solution}\n### END SOLUTION"
        yield cell("code", solution, nbgrader=_marks(f"answer-{part.name}", solution=True))
        marks = _marks(f"test-{part.name}", locked=True, grade=True) | {"points": 1}
        yield cell("code", part.test, nbgrader=marks)


def _locked(kind: Any, source: str, name: str) -> Cell:
    return cell(kind, source, nbgrader=_marks(name, locked=True))


def _marks(
    name: str, locked: bool = False, solution: bool = False, grade: bool = False
) -> dict[str, Any]:
    return {
        "schema_version": 3,
        "grade_id": name.replace("_", "-"),
        "locked": locked,
        "solution": solution,
        "grade": grade,
        "task": False,
    }
