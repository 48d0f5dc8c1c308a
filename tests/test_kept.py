"""What earlier versions wrote is still read: files of version 0.1, and old names of modules."""

import importlib
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
import nets
from autodiff import _engine
from nets.cli import main
from nets.runs.saved import load_run

KEPT = Path(__file__).parent / "kept"


def test_a_graph_of_before_loads() -> None:
    (cost,) = ad.load_graph(KEPT / "graph-0.1.npz")
    w, x = np.array([[2.0, -1.0], [0.5, 1.5]]), np.array([[1.0], [0.5]])
    a = 1 / (1 + np.exp(-(w @ x)))
    assert cost.name == "C"
    assert cost.item() == pytest.approx(float(((a - 0.25) ** 2).sum()), rel=1e-15)
    cost.backward()
    leaf = next(n.live for n in ad.Graph(cost) if n.name == "w")
    gradient = 2 * (a - 0.25) * a * (1 - a) @ x.T
    # The gradient of before is in the file, and backward adds to it.
    np.testing.assert_allclose(leaf.grad, 2 * gradient, rtol=1e-14)


def test_a_checkpoint_of_before_loads_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = KEPT / "checkpoint-0.1.npz"
    assert load_run(saved).meta["settings"]["sizes"] == [64, 4, 10]
    copy = tmp_path / "run.npz"
    copy.write_bytes(saved.read_bytes())
    options = ["--data", "digits", "--epochs", "2", "--out", str(tmp_path)]
    assert main(["train", *options, "--resume", "--checkpoint", str(copy)]) == 0
    assert "Epoch 1:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("package", "wing"),
    [("autodiff", wing) for wing in _engine.MOVED] + [("nets", wing) for wing in nets.MOVED],
)
def test_an_old_module_names_the_new(package: str, wing: str) -> None:
    moved = {"autodiff": _engine.MOVED, "nets": nets.MOVED}[package]
    for module in moved[wing].split():
        old, _, new = module.partition(":")
        there = f"{package}.{wing}.{new or old}"
        importlib.import_module(there)
        if package == "autodiff" and old in ad.__all__:
            continue  # the name of a function as well
        folder, _, name = f"{package}.{old}".rpartition(".")
        for way in (f"import {folder}.{name}", f"from {folder} import {name}"):
            with pytest.raises(
                ModuleNotFoundError, match=f"{package}.{old} has moved: it is {there} now"
            ):
                exec(way, {})
