"""The sentences that the sources raise, read off their syntax trees, as a user would meet them."""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

FIELD = "7"  # what stands where a value is put in


def raised(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every message of a `raise`, values replaced by FIELD, all choices made."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            for text in texts(node.exc.args[0]):
                yield node.lineno, " ".join(text.split())


def texts(node: ast.AST) -> list[str]:
    """Return all texts that an expression can be, none where it is not written out."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return texts(node.body) + texts(node.orelse)
        case ast.BinOp(op=ast.Add()):
            return ["".join(both) for both in product(texts(node.left), texts(node.right))]
        case ast.JoinedStr():
            parts = [
                (texts(part.value) if isinstance(part.value, ast.IfExp) else []) or [FIELD]
                if isinstance(part, ast.FormattedValue)
                else texts(part)
                for part in node.values
            ]
            return ["".join(choice) for choice in product(*parts)]
        case _:
            return []
