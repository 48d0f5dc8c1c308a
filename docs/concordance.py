"""The concordance: every equation, listing, figure and claim of the documents, and where it is here.

`companion/concordance.json` has one entry for each: the document (A the book's chapter 2, B the study
note, C the lecture notes, D the lecture, E the blog post), its number there, what it says, the function
that computes it, the test that holds it and the notebook that shows it. `page` prints it. Numbers that
only the book has, none of the five documents, are marked.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ENTRIES = FOLDER / "companion" / "concordance.json"
NAMES = {
    "A": "the book's chapter 2", "B": "the study note on chapters 1 to 3",
    "C": "the lecture notes, chapter 4", "D": "the lecture", "E": "the blog post",
    "book": "the book, in none of the five documents",
}  # fmt: skip


def entries() -> list[dict[str, Any]]:
    """Return the entries of the file."""
    found: list[dict[str, Any]] = json.loads(ENTRIES.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """Return the page: a table for each document."""
    parts = [
        "# Concordance\n\nWhere every equation, listing, figure and claim of the documents is: the "
        "function, the test that holds it, the notebook that shows it. The same as data: "
        "[concordance.json](companion/concordance.json). Numbers of the book that stand in none of "
        "the five documents are listed last; the study note uses 107 and 108 for the mini-batch "
        "algorithm, the book for momentum.\n"
    ]
    for document, name in NAMES.items():
        rows = [e for e in entries() if e["document"] == document]
        lines = [f"| {e['number']} | {e['says']} | {_link(e['code'])} | {_link(e['test'])} | {_notebook(e)} |"
                 for e in rows]  # fmt: skip
        head = "| number | what it says | in the code | test | notebook |\n|---|---|---|---|---|"
        parts.append(f"## {document}: {name}\n\n{head}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _link(place: list[str]) -> str:
    path, name = place
    return f"`{name}` in [{path}](../{path})"


def _notebook(entry: dict[str, Any]) -> str:
    name = entry["notebook"]
    return f"[{name}](../notebooks/{name}.ipynb)" if name else ""


if __name__ == "__main__":
    (FOLDER / "concordance.md").write_text(page(), encoding="utf-8")
