"""A sheet as the cells of a notebook, from which the exports to graders are made.

The student writes a name in the first cell, and the numbers follow from it: each student's are others,
while the notebook is one. The tests ask the sheet again, by that name, so a cell that a student has
changed does not change the marks.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from autodiff.table.language import language, say
from autodiff.teach.sheets import sheet

Cell = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One question of a notebook: its words, its answer as Python, and the test that marks it."""

    name: str
    asked: str
    solution: str
    test: str


def cell(kind: Literal["code", "markdown", "raw"], source: str, **metadata: Any) -> Cell:
    """Return a cell of a notebook."""
    found: Cell = {"cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        found |= {"execution_count": None, "outputs": []}
    return found


def notebook(cells: Iterable[Cell]) -> str:
    """Return a notebook as the text of its file."""
    numbered = [{"id": f"cell-{i}", **c} for i, c in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def heading(subject: str) -> str:
    """Return the first words of a notebook, as Markdown."""
    page = sheet(subject)
    return f"# {page.title}\n\n{page.intro}\n\n{say('teach.write_name')}"


def named() -> str:
    """Return the cell in which a student writes a name."""
    return 'STUDENT = "Ada"'


def setup(subject: str) -> str:
    """Return the cell that makes the sheet and puts what is given under its names."""
    return (
        "import autodiff as ad\n"
        "from autodiff.teach.sheets import sheet as sheet_of\n\n"
        f'ad.language("{language()}")\n'
        f'sheet = sheet_of("{subject}", STUDENT)\n'
        "exec(sheet.setup)\n"
        'print("\\n".join(sheet.facts))'
    )


def parts(subject: str) -> list[Part]:
    """Return the questions of a subject; the solutions are right for every student."""
    return [
        Part(
            q.name,
            q.asked,
            q.solution,
            f'sheet_of("{subject}", STUDENT).assess("{q.name}", {q.name}, globals())',
        )
        for q in sheet(subject).questions
    ]
