"""The code blocks of a document, and what they are said to print."""

import contextlib
import io
import re
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Snippet(NamedTuple):
    """A block of Python, its line in the document, and the output below it, if any."""

    line: int
    code: str
    output: str | None


def blocks(path: Path) -> list[tuple[str, str]]:
    """Return (language, text) of every fenced block, in order."""
    return [(m[1], m[2]) for m in BLOCK.finditer(path.read_text(encoding="utf-8"))]


def snippets(path: Path) -> list[Snippet]:
    """Return the Python blocks of a document, each with the `text` block that follows it."""
    text = path.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    result = []
    for i, m in enumerate(found):
        if m[1] == "python":
            below = found[i + 1] if i + 1 < len(found) else None
            follows = below is not None and not text[m.end() : below.start()].strip()
            output = below[2] if below is not None and follows and below[1] == "text" else None
            result.append(Snippet(text[: m.start()].count("\n") + 2, m[2], output))
    return result


def run(snippet: Snippet, path: Path, namespace: dict[str, object]) -> str:
    """Execute a snippet and return what it printed; errors name the document's lines."""
    printed = io.StringIO()
    code = compile("\n" * (snippet.line - 1) + snippet.code, str(path), "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return printed.getvalue()
