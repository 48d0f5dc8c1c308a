"""Round trips through nbgrader and otter-grader: their own commands, one right submission and ten wrong.

The wrong submissions have a slip each, from a list that the marking does not read. What the student
gets to see must name the slip for nine of the ten at least.
"""

import contextlib
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autodiff.teach import nbgrader, otter
from autodiff.teach.sheets import sheet
from tests.students import TEN, Submission

ROOT = Path(__file__).resolve().parent.parent
SUBJECT = "matrices"
QUESTIONS = len(sheet(SUBJECT).questions)
HANDED_IN: list[tuple[str, Submission | None]] = [
    ("Ada", None), *((f"student-{k}", slip) for k, slip in enumerate(TEN)),
]  # fmt: skip


# `otter run` for one submission after the other: what a process of its own for each would do, without
# loading otter and what it needs eleven times.
EACH = """
import os, sys
from otter.cli import cli
archive, notebook, *places = sys.argv[1:]
for place in places:
    os.chdir(place)
    cli.main(["run", notebook, "-a", archive, "-o", ".", "--no-logo"], standalone_mode=False)
"""


def run(folder: Path, *command: str) -> str:
    """Run a grader's command; the tools it calls by name are put on the PATH."""
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    alembic = tools / "alembic"
    alembic.write_text(
        f"#!{sys.executable}\nfrom alembic.config import main\nmain(prog='alembic')\n"
    )
    alembic.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "JUPYTER_ALLOW_INSECURE_WRITES": "1", "IPYTHONDIR": str(folder.parent / "ipython"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (
        f"{' '.join(command)}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
    )
    return done.stdout + done.stderr


def text(cell: dict[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def submission(notebook: str, student: str, slip: Submission | None) -> str:
    """Return the students' notebook filled in: right answers, but for the one with the slip."""
    book = json.loads(notebook)
    page = sheet(SUBJECT, student)
    answers = {q.name: q.solution for q in page.questions}
    if slip is not None:
        answers[slip.question] = slip.code
    filled = set()
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        if text(cell).startswith("STUDENT"):
            cell["source"] = f'STUDENT = "{student}"'
        blank = "NotImplementedError" in text(cell) or re.match(r"\w+ = \.\.\.|def ", text(cell))
        if blank:
            name = next(n for n in answers if n not in filled)
            filled.add(name)
            cell["source"] = answers[name]
    assert len(filled) == QUESTIONS, "a question has no place for its answer"
    return json.dumps(book)


def judged(found: dict[str, tuple[float, str]]) -> None:
    """Hold the scores and what was said against the list of slips."""
    assert found["Ada"][0] == QUESTIONS, found["Ada"]
    named = []
    for student, slip in HANDED_IN[1:]:
        assert slip is not None
        score, said = found[student]
        assert score < QUESTIONS, f"{slip.code} passes"
        named.append(bool(re.search(f"{slip.question}: .*{slip.said}", said)))
    assert sum(named) >= 9, [
        s for (_, s), right in zip(HANDED_IN[1:], named, strict=True) if not right
    ]


@pytest.mark.slow
def test_nbgrader(tmp_path: Path) -> None:
    pytest.importorskip("nbgrader", reason="the extra teach is not installed")
    pytest.importorskip("ipykernel", reason="the extra teach is not installed")
    from nbgrader.api import Gradebook

    course = tmp_path / "course"
    nbgrader.export(course, [SUBJECT])
    run(course, "-m", "nbgrader", "generate_assignment", SUBJECT)
    released = (course / "release" / SUBJECT / f"{SUBJECT}.ipynb").read_text(encoding="utf-8")
    for question in sheet(SUBJECT).questions:
        assert question.solution not in released, "the students' notebook has a solution"
    for student, slip in HANDED_IN:
        place = course / "submitted" / student / SUBJECT
        place.mkdir(parents=True)
        (place / f"{SUBJECT}.ipynb").write_text(
            submission(released, student, slip), encoding="utf-8"
        )
    run(course, "-m", "nbgrader", "autograde", SUBJECT)
    run(course, "-m", "nbgrader", "generate_feedback", SUBJECT)
    found = {}
    with contextlib.closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        for student, _ in HANDED_IN:
            score = book.find_submission(SUBJECT, student).score
            page = course / "feedback" / student / SUBJECT / f"{SUBJECT}.html"
            said = html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))
            found[student] = (score, said)
    judged(found)


@pytest.mark.slow
def test_otter(tmp_path: Path) -> None:
    pytest.importorskip("otter", reason="the extra teach is not installed")
    pytest.importorskip("ipykernel", reason="the extra teach is not installed")
    folder = tmp_path / "otter"
    otter.export(folder, [SUBJECT])
    run(folder, "-m", "otter", "assign", f"{SUBJECT}.ipynb", "dist")
    (archive,) = (folder / "dist" / "autograder").glob("*.zip")
    released = (folder / "dist" / "student" / f"{SUBJECT}.ipynb").read_text(encoding="utf-8")
    places = {student: folder / student for student, _ in HANDED_IN}
    for student, slip in HANDED_IN:
        places[student].mkdir()
        path = places[student] / f"{SUBJECT}.ipynb"
        path.write_text(submission(released, student, slip), encoding="utf-8")
    run(folder, "-c", EACH, str(archive), path.name, *map(str, places.values()))
    found = {}
    for student, place in places.items():
        tests = json.loads((place / "results.json").read_text(encoding="utf-8"))["tests"]
        score = sum(t.get("score") or 0.0 for t in tests)
        found[student] = (score, "\n".join(str(t.get("output")) for t in tests))
    judged(found)
