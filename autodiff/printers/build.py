"""Write all that is printed for the compiled engine: what a build calls, before Cython reads it."""

from pathlib import Path

from autodiff.printers.codegen import evaluate_source
from autodiff.printers.machine import machine_source

PRINTED = {
    "printers/_evaluate.pxd": evaluate_source,
    "programs/_machine.pyx": machine_source,
}


def write(directory: Path) -> None:
    """Write the printed sources into the wings below `directory`."""
    for name, source in PRINTED.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source(), encoding="ascii")
