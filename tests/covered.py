"""Which branches of the engine the tests reach: `./run coverage` asks for all of them.

The plain Python engine is measured, since coverage sees no compiled code; the compiled one is built
from the same files, where a comment marks what only that one runs. Cython is hidden, so that the
engine also shows that it needs none. MODULES is what is meant by the engine, the table and the
loaders: whatever computes a number or a derivative, and whatever reads a file that somebody else may
have written. The rest of the library explains, draws and trains.
"""

import os
import sys
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = """
    table/libm table/kernels table/loops table/array_kernels table/quiet table/data table/tree
    table/primitive table/symbol table/structure table/ops nodes/modes nodes/uncompiled nodes/places
    nodes/value
    nodes/recording nodes/array_node nodes/tensor nodes/functions nodes/costs nodes/doors
    nodes/leaving
    printers/evaluate printers/interpreter graphs/chains graphs/reroll
    programs/flat programs/course programs/replay programs/gate programs/calling
    programs/arguments programs/lanes graphs/vectors
    programs/gather programs/jit
    programs/array_program programs/array_source dispatch/protocol
    dispatch/elementwise dispatch/entries dispatch/moves dispatch/products dispatch/reductions
    dispatch/choices dispatch/linalg dispatch/missing dispatch/norms dispatch/signals dispatch/statistics
    table/recipes/__init__
    derivatives/reverse derivatives/sweep derivatives/forward derivatives/calls
    derivatives/transforms derivatives/jacobians derivatives/batching derivatives/sparsity
    derivatives/colouring derivatives/checkpoint nodes/many nodes/lanes
    derivatives/checking derivatives/custom graphs/graph graphs/order
    graphs/callers
    graphs/storage graphs/files pickles
""".split()  # noqa: SIM905
NOT_MEASURED = {
    "_engine": "chooses between the two engines before anything can be measured",
    "printers/browser_libm": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/expressions": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/javascript": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/subset": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/build": "prints C when the project is built",
    "printers/codegen": "prints C when the project is built",
    "printers/machine": "prints C when the project is built",
    "printers/nary": "prints C when the project is built",
    "printers/runner": "prints C when the project is built",
    "printers/products": "prints C when the project is built",
    "programs/source": "prints a program to be read",
    "graphs/expression": "reads the command line's formulas",
    "graphs/misspelt": "words what the command line refuses",
    "table/language": "words what is said to people",
}
LOADERS = ["nets/digits/idx.py", "nets/digits/download.py", "nets/data.py"]
TESTS = """
    anomaly api array_memory array_replay callers checker constants corners corners_core data depth
    descent explanations fuzz jit reroll
    lanes loader memory mutation network nogc numpy_protocol programs replay scalar sparse
    stateful steps storage sweep table threads
    functions leaving nesting parity traps twice
""".split()  # noqa: SIM905
# Their repetitions, which make the tests long, reach nothing new.
LONG = "not slow", "not ten_thousand and not costs_nothing"


def files(root: Path = ROOT) -> list[str]:
    """Return the files of which every branch must be reached."""
    return [str(root / "autodiff" / f"{name}.py") for name in MODULES] + [
        str(root / name) for name in LOADERS
    ]


def main(arguments: list[str]) -> int:
    """Run the tests, or those that are named, and return 0 if they pass and reach every branch."""
    os.environ["AUTODIFF_PURE"] = "1"
    sys.modules["cython"] = None  # type: ignore[assignment]
    tests = [str(ROOT / "tests" / f"test_{name}.py") for name in TESTS]
    measured = coverage.Coverage(data_file=None, config_file=str(ROOT / "pyproject.toml"))
    measured.set_option("run:source", None)  # which would measure everything
    measured.set_option("run:include", files())
    measured.start()
    status = pytest.main(
        ["-q", "-p", "no:xdist", "-m", LONG[0], "-k", LONG[1], *(arguments or [*tests, "autodiff"])]
    )
    measured.stop()
    reached = measured.report(show_missing=True, skip_covered=True)
    if reached < 100:
        print(f"coverage: {reached:.2f} % of the engine's lines and branches, 100 % are required")
    return int(status) or int(reached < 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
