"""The example programs run as they are, and with HIPS autograd's imports give the same numbers."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")
FOLDER = Path(__file__).resolve().parent.parent / "examples"
PROGRAMS = sorted(FOLDER.glob("*.py"))


def run(path: Path, text: str, steps: int) -> Any:
    space: dict[str, Any] = {"__name__": "example", "__file__": str(path)}
    exec(compile(text, str(path), "exec"), space)
    return space["main"](steps)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_a_program_learns(path: Path) -> None:
    before, slope, after = run(path, path.read_text(encoding="utf-8"), 30)
    assert np.all(np.isfinite(slope))
    if path.stem == "gaussian_process":
        assert after[:2] == pytest.approx(np.sin([0.5, 2.0]), abs=0.1)
    else:
        assert after < 0.8 * before


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_with_the_imports_of_hips_autograd_it_computes_the_same(path: Path) -> None:
    if importlib.util.find_spec("autograd") is None:
        pytest.skip("HIPS autograd is not installed")
    ours = path.read_text(encoding="utf-8")
    theirs = re.sub(r"\bautodiff\b", "autograd", ours)
    assert [a for a, b in zip(ours.splitlines(), theirs.splitlines(), strict=True)
            if a != b and "import" not in a] == []  # fmt: skip
    here, there = run(path, ours, 5), run(path, theirs, 5)
    for a, b in zip(here, there, strict=True):
        assert np.asarray(a) == pytest.approx(np.asarray(b), rel=1e-6, abs=1e-9)
    assert here[0] == pytest.approx(there[0], rel=1e-13)
    assert here[1] == pytest.approx(there[1], rel=1e-10, abs=1e-12)
