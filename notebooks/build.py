"""Make, execute and check the notebooks.

`notebooks/source/NAME.py` is a script in Jupytext's percent format whose text cells are marked
`lang="en"` or `lang="ja"`; code cells stand once. From it come `NAME.ipynb` and `NAME.ja.ipynb`: the
same code, its words in either language (see `cells`), so the pair cannot drift, each run from a clean
kernel and stored with its outputs.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from notebooks.cells import FOLDED, folded, spoken, unbroken

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "ja")
TIMEOUT = 180


def names() -> list[str]:
    """Return all that lies in `source`, in the order in which it is read; what is new comes last."""
    order = [
        "empty_file", "computation_graph", "scalar_and_tensor", "four_equations", "derivations",
        "paths", "how_fast", "two_layers_by_hand", "vanishing_gradients", "learning_slowdown",
        "small_changes", "digits", "exercises",
    ]  # fmt: skip
    found = sorted(path.stem for path in (FOLDER / "source").glob("*.py"))
    return sorted(found, key=lambda n: order.index(n) if n in order else len(order))


def target(name: str, language: str) -> Path:
    """Return the notebook's file."""
    return FOLDER / (f"{name}.ipynb" if language == "en" else f"{name}.{language}.ipynb")


def make(name: str, language: str) -> nbformat.NotebookNode:
    """Return the notebook in one language, not yet run."""
    source = jupytext.read(FOLDER / "source" / f"{name}.py", fmt="py:percent")
    cells = []
    for cell in source.cells:
        if cell.metadata.get("lang", language) != language:
            continue
        cell.metadata = nbformat.NotebookNode()
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = unbroken(cell.source)
        elif cell.cell_type == "code":
            cell.source, checks = folded(spoken(cell.source, language))
            if checks:
                cells.append(nbformat.v4.new_code_cell(checks, metadata=FOLDED))
    for i, cell in enumerate(cells):
        cell.id = f"{name.replace('_', '-')}-{i}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def execute(name: str, language: str) -> nbformat.NotebookNode:
    """Run the notebook from top to bottom in a clean kernel; a failing cell raises."""
    notebook = make(name, language)
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", record_timing=False,
        coalesce_streams=True,  # what is printed is one output, however it came
        resources={"metadata": {"path": str(FOLDER)}},
    )  # fmt: skip
    client.execute()
    notebook.metadata["language_info"] = {"name": "python"}
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if "image/png" in output.get("data", {}):  # a narrow page scrolls it and does not shrink it
            output.metadata["image/png"] = {"unconfined": True}
    return notebook


def build(chosen: list[str], store: bool) -> Iterator[str]:
    """Execute the chosen notebooks, yield a line for each, and store them if asked to."""
    for name in chosen:
        for language in LANGUAGES:
            start = time.perf_counter()
            try:
                notebook = execute(name, language)
            except CellExecutionError as error:
                raise SystemExit(
                    f"notebooks: {target(name, language).name} failed:\n{error}"
                ) from None
            if store:
                nbformat.write(notebook, target(name, language))
            yield f"{target(name, language).name}: {time.perf_counter() - start:.1f} s"
