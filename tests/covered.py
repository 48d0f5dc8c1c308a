"""Which branches of the engine the tests reach: `./run coverage` asks for all of them.

The plain Python engine is measured, since coverage sees no compiled code; the compiled one is built
from the same files, where a comment marks what only that one runs. Cython is hidden, so that the
engine also shows that it needs none. Every module of WINGS is measured, and the loaders: whatever
computes a number or a derivative, and whatever reads a file that somebody else may have written. The
rest of the library explains, draws and trains.
"""

import os
import sys
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parent.parent
WINGS = (
    "table",
    "nodes",
    "derivatives",
    "graphs",
    "printers",
    "programs",
    "dispatch",
    "numpy",
    "scipy",
)
NOT_MEASURED = {
    "printers/browser_libm": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/expressions": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/javascript": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/subset": "prints JavaScript, which tests/test_javascript.py runs",
    "printers/codegen": "prints C when the project is built",
    "printers/native/kernels": "prints C when the project is built",
    "printers/native/pulls": "prints C when the project is built",
    "printers/native/ufuncs": "prints C when the project is built",
    "printers/machine": "prints C when the project is built",
    "printers/tiles": "prints C when the project is built",
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
    anomaly api array_memory array_replay callers calls checker constants corners corners_core
    data depth descent distributions explanations expression flow fold functions fuzz interrupts
    jit kept lanes leaving lessons loader memory methods modes mutation namespaces nesting
    network nogc numpy_protocol options parity pickles programs replay reroll rerolled scalar scans scipy
    short sparse special stateful steps storage sweep table threads tiles traps twice
""".split()  # noqa: SIM905
# Their repetitions, which make the tests long, reach nothing new.
LONG = "not slow", "not ten_thousand and not costs_nothing"


def modules(root: Path = ROOT) -> list[str]:
    """Return the modules of WINGS of which every branch must be reached."""
    house = root / "autodiff"
    found = [p.relative_to(house) for wing in WINGS for p in sorted((house / wing).rglob("*.py"))]
    names = [path.with_suffix("").as_posix() for path in found]
    return [name for name in names if name not in NOT_MEASURED]


def files(root: Path = ROOT) -> list[str]:
    """Return the files of which every branch must be reached."""
    names = [*modules(root), "pickles"]
    return [str(root / "autodiff" / f"{name}.py") for name in names] + [
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
        [
            "-q",
            "-p",
            "no:xdist",
            "--hypothesis-seed=0",
            "-m",
            LONG[0],
            "-k",
            LONG[1],
            *(arguments or [*tests, "autodiff"]),
        ]
    )
    measured.stop()
    measured.get_data().touch_files(files())  # those that nothing imported, too
    reached = measured.report(show_missing=True, skip_covered=True)
    if reached < 100:
        print(f"coverage: {reached:.2f} % of the engine's lines and branches, 100 % are required")
    return int(status) or int(reached < 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
