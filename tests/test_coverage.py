"""`./run coverage` measures the whole engine and fails where a branch is not reached."""

import subprocess
import sys
from pathlib import Path

from tests import covered
from tests.test_architecture import LAYERS


def test_a_new_module_of_the_engine_is_measured() -> None:
    wings = LAYERS["autodiff"]
    engine = {
        f"{wing}/{path.stem}"
        for wing in wings[wings.index("table") : wings.index("dispatch") + 1]
        for path in (covered.ROOT / "autodiff" / wing).glob("*.py")
    } - {*covered.NOT_MEASURED, *(f"{wing}/__init__" for wing in wings)}
    assert engine <= set(covered.MODULES)
    assert all(Path(file).is_file() for file in covered.files())


def test_what_is_not_reached_fails() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.covered", "tests/test_twice.py"],
        cwd=covered.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "autodiff/dispatch/reductions.py" in run.stdout
    assert "100 % are required" in run.stdout
