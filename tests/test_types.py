"""A user's own script, typed strictly, passes the type checkers against the inline types."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets import Network


def neuron(w: ad.Value, x: float, b: ad.Value) -> ad.Value:
    a: ad.Value = ad.sigmoid(w * x + b)
    return a


def train(eta: float) -> float:
    w, b = ad.Value(2.0, name="w"), ad.Value(-1.0)
    cost: ad.Value = (neuron(w, 0.5, b) - 1.0) ** 2
    cost.backward()
    w.data -= eta * w.grad
    partials: tuple[float, ...] = cost.local_derivatives
    parents: tuple[ad.Value, ...] = cost.parents
    return float(w.data) + sum(partials) + len(parents)


def arrays() -> NDArray[np.floating]:
    v = ad.Tensor([[1.0, 2.0], [3.0, 4.0]], name="v")
    y = (v @ v.T).sum()
    y.backward()
    label: str | None = v.name
    shape: tuple[int, ...] = v.shape
    print(label, shape, y.item())
    return v.grad


def whole(f: Callable[[ad.Tensor], ad.Tensor]) -> None:
    with ad.no_grad(), ad.scope("layer1"):
        print(f(ad.Tensor([1.0])).data)


graph = ad.Graph(ad.Value(1.0) * 2)
labels: list[str] = [node.label for node in graph]
text: str = graph.to_json()
net = Network([2, 3, 1], seed=0)
output: NDArray[np.float64] = net.feedforward(np.zeros((2, 1)))
whole(lambda t: t * t)
print(train(0.1), arrays(), labels, text, output)
"""


# Who only uses the library has no Cython, whose own types of its decorators hide what they decorate.
NO_CYTHON = "from typing import Any\ndef __getattr__(name: str) -> Any: ...\n"


def checker(name: str) -> list[str]:
    """Return the command of a type checker, or skip where it is not at hand."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"the extra check installs {name}")
    if name == "mypy":
        return [sys.executable, "-m", "mypy", "--strict", "--no-incremental"]
    return [sys.executable, "-m", "pyright", "--warnings", "--pythonpath", sys.executable]


@pytest.mark.parametrize("name", ["mypy", "pyright"])
def test_a_strictly_typed_script_passes(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    (tmp_path / "cython.pyi").write_text(NO_CYTHON)
    done = subprocess.run(
        [*checker(name), str(script)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_typed_script_runs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_type_checkers_do_see_a_mistake(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import autodiff as ad\nx: str = ad.Value(1.0).data\n")
    done = subprocess.run(
        [*checker("mypy"), str(script)], cwd=tmp_path, capture_output=True, text=True
    )
    assert 'expression has type "float"' in done.stdout
