"""`./run coverage` measures the whole engine and fails where a branch is not reached."""

import subprocess
import sys
from pathlib import Path

from tests import covered
from tests.test_architecture import LAYERS


def test_every_module_that_computes_is_measured() -> None:
    """What lies between the table and numpy's functions, and the namespaces, subfolders too."""
    wings = LAYERS["autodiff"]
    computing = {*wings[wings.index("table") : wings.index("dispatch") + 1], "numpy", "scipy"}
    assert computing == {*covered.WINGS}
    house = covered.ROOT / "autodiff"
    there = {
        path.relative_to(house).with_suffix("").as_posix()
        for wing in computing
        for path in (house / wing).rglob("*.py")
    }
    assert {*covered.NOT_MEASURED} < there
    assert {*covered.modules()} == there - {*covered.NOT_MEASURED}
    assert {"table/linear/running", "nodes/lanes/rules"} <= {*covered.modules()}
    assert all(Path(file).is_file() for file in covered.files())


def test_what_is_not_reached_fails() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.covered", "tests/test_twice.py"],
        cwd=covered.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "autodiff/dispatch/reductions.py" in run.stdout
    assert "100 % are required" in run.stdout
