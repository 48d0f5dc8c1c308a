"""The concordance: every equation, listing, figure and claim of the documents, and where it is here.

`companion/concordance.json` has one entry for each: the document (A the book's chapter 2, B the study
note, C the lecture notes, D the lecture, E the blog post), its number there (and in Japanese where it
is words), what it says in English and in Japanese, the function that computes it, the test that holds
it and the notebook that shows it. `page` prints it in either language. Numbers that only the book has,
none of the five documents, are marked.
"""

import json
from pathlib import Path
from typing import Any

from autodiff.table.language import language, say, speaking

FOLDER = Path(__file__).resolve().parent
ENTRIES = FOLDER / "companion" / "concordance.json"
DOCUMENTS = ("A", "B", "C", "D", "E", "book")


def entries() -> list[dict[str, Any]]:
    """Return the entries of the file."""
    found: list[dict[str, Any]] = json.loads(ENTRIES.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """Return the page in the language that is spoken: a table for each document."""
    parts = [say("concordance.intro") + ("." if language() == "en" else "。") + "\n"]
    columns = [say(f"concordance.{name}") for name in ("number", "says", "code", "test", "book")]
    head = "".join(f"| {name} " for name in columns)
    for document in DOCUMENTS:
        rows = [e for e in entries() if e["document"] == document]
        lines = [
            f"| {_number(e)} | {e['says' if language() == 'en' else language()]} | {_link(e['code'])} "
            f"| {_link(e['test'])} | {_notebook(e)} |"
            for e in rows
        ]
        title = say(f"concordance.in_{document}")
        parts.append(
            f"## {document}: {title}\n\n{head}|\n{5 * '|---'}|\n" + "\n".join(lines) + "\n"
        )
    return "\n".join(parts)


def _number(entry: dict[str, Any]) -> str:
    said: str = entry.get(f"number_{language()}", entry["number"])
    return said


def _link(place: list[str]) -> str:
    path, name = place
    bare = name.removeprefix("def ").removeprefix("class ")
    return say("results_page.name_in_file", name=bare, path=path)


def _notebook(entry: dict[str, Any]) -> str:
    name, ending = entry["notebook"], "" if language() == "en" else f".{language()}"
    return f"[{name}](../notebooks/{name}{ending}.ipynb)" if name else ""


if __name__ == "__main__":
    for spoken, name in (("en", "concordance.md"), ("ja", "concordance.ja.md")):
        with speaking(spoken):
            (FOLDER / name).write_text(page(), encoding="utf-8")
