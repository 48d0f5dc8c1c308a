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
    libm kernels loops array_kernels modes quiet data uncompiled tree primitive structure ops symbol
    evaluate machine places value recording sweep flat course replay array_node tensor functions
    costs numpy_functions numpy_protocol reverse graph storage forward calls transforms checking
    custom files array_program array_source
""".split()  # noqa: SIM905
NOT_MEASURED = {
    "_engine": "chooses between the two engines before anything can be measured",
    "codegen": "prints C when the project is built",
    "machine_source": "prints C when the project is built",
    "nary_source": "prints C when the project is built",
    "program_source": "prints a program to be read",
    "expression": "reads the command line's formulas",
    "misspelt": "words what the command line refuses",
}
LOADERS = ["nets/idx.py", "nets/download.py", "nets/data.py"]
TESTS = """
    anomaly api array_memory array_replay checker corners corners_core data depth descent explanations fuzz
    loader mutation network nogc numpy_protocol replay scalar stateful steps storage sweep table threads
    traps twice
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
    measured = coverage.Coverage(
        data_file=None, branch=True, include=files(), config_file=str(ROOT / "pyproject.toml")
    )
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
