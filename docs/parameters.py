"""The page of numpy's functions on nodes: which record, how numpy calls them, what is refused by name.

The functions are those of the dispatch and the table; what is refused is read from `docs/refused.txt`, which
`python -m tests.parity` writes from the calls that it draws.
"""

from pathlib import Path
from typing import Any

from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES, Entry, refused
from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, UFUNCS
from autodiff.table.recipes import Recipe

LIST = Path(__file__).resolve().parent / "refused.txt"


def functions() -> dict[str, Entry]:
    """Return numpy's functions that record, by the name that people write."""
    rows = {
        ufunc: Entry(ufunc, row, row.recipe or Recipe())
        for ufunc, row in UFUNCS.items()
        if row in ROWS[:BUILTIN]
    }
    found = {protocol.name_of(f): entry for f, entry in {**ENTRIES, **rows}.items()}
    return dict(sorted(found.items()))


def refusals(text: str) -> dict[str, list[str]]:
    """Return the parameters that are refused, by function, from the list of them."""
    lines = (line.partition(":") for line in text.splitlines())
    return {name: [p.strip() for p in told.split(",")] for name, _, told in lines}


def numpy_page() -> str:
    """Return the page: a function a line, with its parameters and those that are refused."""
    told = refusals(LIST.read_text(encoding="utf-8"))
    lines = [
        "# numpy's functions on nodes", "",
        "Each of these records when it is given a node, and is called as numpy's own is. Every parameter "
        "means what it means in numpy, or it is refused by name: those in the third column are, at some of "
        "their values. The list is generated from random calls, each compared with numpy "
        "([bar 17](trust.md)).", "",
        "| function | parameters | refused | instead |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [_line(name, entry, told.get(name, [])) for name, entry in functions().items()]
    return "\n".join(lines) + "\n"


def _line(name: str, entry: Entry, told: list[str]) -> str:
    cells = [
        f"`{name}`",
        ", ".join(f"`{p}`" for p in entry.signature.parameters),
        ", ".join(f"`{p}`" for p in told),
        "<br>".join(_remedy(entry.function, p) for p in told),
    ]
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def _remedy(function: Any, parameter: str) -> str:
    """Return what the error says to do instead."""
    return str(refused(function, parameter.partition("=")[0])).rpartition("; ")[2]
