"""The stored notebooks as pages of the site: text, code, and what the cells gave.

Formulas become MathML, which browsers draw themselves: the site loads nothing from elsewhere.
"""

import re
from html import escape
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import MarkdownExporter
from traitlets.config import Config

from autodiff.table.language import say, speaking
from docs.reference import ROOT

PRIORITY = ["image/svg+xml", "image/png", "text/markdown", "text/latex", "text/plain"]
FORMULA = re.compile(
    r"\$\$(?P<block>.+?)\$\$|(?<![\\$`])\$(?P<inline>(?:[^$\n]|\n(?!\n))+?)\$(?!\d)", re.S
)
TAG = re.compile(r"\\tag\{([^}]*)\}")


def with_mathml(text: str) -> str:
    r"""Return Markdown with its formulas as MathML; code is left alone.

    >>> with_mathml("the rate `$a$` is $x$").count("<math")
    1
    """
    parts = re.split(r"(```.*?```|`[^`\n]+`)", text, flags=re.S)
    parts[::2] = [FORMULA.sub(_mathml, part) for part in parts[::2]]
    return "".join(parts)


def _mathml(found: re.Match[str]) -> str:
    """Return a formula in an element of its own: Markdown would end a paragraph where math begins a line."""
    display, around = ("block", "div") if found["block"] else ("inline", "span")
    formula = TAG.sub(r"\\qquad\\text{(\1)}", (found["block"] or found["inline"]).strip())
    return f'<{around} class="formula">{convert(formula, display=display)}</{around}>'


def book_pages(folder: Path) -> dict[str, str]:
    """Return the notebooks as Markdown by name; their pictures go to `folder`."""
    config = Config({"NbConvertBase": {"display_data_priority": PRIORITY}})
    exporter = MarkdownExporter(config=config)
    pages = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        name = path.name.removesuffix(".ipynb")
        language = "ja" if name.endswith(".ja") else "en"
        text, resources = exporter.from_notebook_node(
            _with_folds(nbformat.read(path, as_version=4), language),
            resources={"output_files_dir": f"{name}_files", "unique_key": name},
        )
        for file, content in resources["outputs"].items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        pages[name] = with_mathml(text)
    return pages


def _with_folds(notebook: nbformat.NotebookNode, language: str) -> nbformat.NotebookNode:
    """Return a notebook whose folded cells are text that opens at a click."""
    with speaking(language):
        what = say("notebook.checks")
    for i, cell in enumerate(notebook.cells):
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            fold = (
                f"<details><summary>{what}</summary><pre><code>{escape(cell.source)}</code></pre>"
                "</details>"
            )
            notebook.cells[i] = nbformat.v4.new_markdown_cell(fold, id=cell.id)
    return notebook
