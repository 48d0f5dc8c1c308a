"""A user's own script, typed strictly, passes the type checkers, which know the exact types.

The scripts are checked in an environment of their own that holds the library, numpy and, in one of
two cases, Cython, whose own types for its decorators must not hide what they decorate.
"""

import importlib.util
import re
import subprocess
import sys
import venv
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


def cost(w: ad.Tensor, x: NDArray[np.float64], y: NDArray[np.float64]) -> ad.Tensor:
    return ad.quadratic_cost(a=ad.sigmoid(w @ x), y=y) if y.any() else ad.sum(ad.sigmoid(w @ x))


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


# What each expression is, to the letter: a type that is wider, or Any, fails as well.
TYPES = """
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from autodiff.table.primitive import Primitive

x: NDArray[np.float64] = np.ones(3)
w, t, eta = ad.Value(2.0, name="w"), ad.Tensor([1.0, 2.0, 3.0]), 0.5
y = w * w + w
y.backward()
w.data -= eta * w.grad
t.data -= eta * t.grad

assert_type(w, ad.Value)
assert_type(w.data, float)
assert_type(w.grad, float)
assert_type(w.name, str | None)
assert_type(w.has_grad, bool)
assert_type(w.is_constant, bool)
assert_type(w.op, str)
assert_type(w.shape, tuple[int, ...])
assert_type(w.primitive, Primitive | None)
assert_type(w.item(), float)
assert_type(w.detach(), ad.Value)
assert_type(y.parents, tuple[ad.Value, ...])
assert_type(y.local_derivatives, tuple[float, ...])
for number in (2, 2.0, True, np.float64(2.0), np.float32(2.0), np.int64(2)):
    assert_type(w + number, ad.Value)
    assert_type(w - number, ad.Value)
    assert_type(w * number, ad.Value)
    assert_type(w / number, ad.Value)
    assert_type(w**number, ad.Value)
assert_type(2 + w, ad.Value)
assert_type(2 - w, ad.Value)
assert_type(2 * w, ad.Value)
assert_type(2 / w, ad.Value)
assert_type(2**w, ad.Value)
assert_type(np.float64(2.0) * w, ad.Value)
assert_type(w * w - w / w + w**w, ad.Value)
assert_type(-w, ad.Value)
assert_type(abs(w), ad.Value)
assert_type(w.exp().tanh(), ad.Value)
assert_type(ad.sigmoid(w), ad.Value)
assert_type(ad.maximum(w, 0.0), ad.Value)
assert_type(ad.sigmoid(2.0), float)
assert_type(ad.exp(x), NDArray[np.floating[Any]])
assert_type(ad.sum([w, w]), ad.Value)
assert_type(ad.dot([w, w], [w, 1.0]), ad.Value)
assert_type(w * x, ad.Tensor)
assert_type(x * w, ad.Tensor)
assert_type(w * t, ad.Tensor)
assert_type(t * w, ad.Tensor)

assert_type(t, ad.Tensor)
assert_type(t.data, NDArray[np.floating[Any]])
assert_type(t.grad, NDArray[np.floating[Any]])
assert_type(t.name, str | None)
assert_type(t.is_constant, bool)
assert_type(t.shape, tuple[int, ...])
assert_type(t.primitive, Primitive | None)
assert_type(2 * t - t / 2, ad.Tensor)
assert_type(t * x, ad.Tensor)
assert_type(t @ t, ad.Tensor)
assert_type(-t, ad.Tensor)
assert_type(t[0], ad.Tensor)
assert_type(t.sum(), ad.Tensor)
assert_type(ad.sigmoid(t), ad.Tensor)
assert_type(ad.sum(t), ad.Tensor)
assert_type(ad.mean(t, axis=0), ad.Tensor)
assert_type(ad.concatenate([t, t]), ad.Tensor)
assert_type(ad.softmax(t), ad.Tensor)
assert_type(ad.quadratic_cost(t, x), ad.Tensor)
assert_type(ad.matmul(t, t), ad.Tensor)
assert_type(ad.maximum(t, 0.0), ad.Tensor)
assert_type(t.T.reshape(3, 1), ad.Tensor)
assert_type(t.detach(), ad.Tensor)

assert_type(ad.Graph(y), ad.Graph)
assert_type(list(ad.Graph(y)), list[ad.GraphNode])
"""


def environment(folder: Path, packages: list[str]) -> Path:
    """Return the Python of an environment that holds these packages and nothing else."""
    venv.create(folder, with_pip=False)
    [site] = folder.glob("[lL]ib/**/site-packages")
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            pytest.skip(f"{name} is not installed")
        origin = Path(spec.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        try:
            (site / origin.name).symlink_to(origin, target_is_directory=origin.is_dir())
        except OSError as error:
            pytest.skip(f"links cannot be made here: {error}")
    return next(p for p in (folder / "bin/python", folder / "Scripts/python.exe") if p.exists())


@pytest.fixture(scope="module", params=["with Cython", "without Cython"])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = ["Cython", "cython"] if request.param == "with Cython" else []
    folder = tmp_path_factory.mktemp("environment")
    return environment(folder, ["autodiff", "nets", "numpy", *compiler])


def check(name: str, python: Path, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run a type checker over a script, or skip where the checker is not at hand."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"the extra check installs {name}")
    command = {
        "mypy": ["mypy", "--strict", "--no-incremental", f"--python-executable={python}"],
        "pyright": ["pyright", "--warnings", f"--pythonpath={python}"],
    }[name]
    script = folder / "script.py"
    script.write_text(code)
    command = [sys.executable, "-m", *command, str(script)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("code", [SCRIPT, TYPES], ids=["script", "types"])
@pytest.mark.parametrize("name", ["mypy", "pyright"])
def test_a_strictly_typed_script_passes(name: str, python: Path, code: str, tmp_path: Path) -> None:
    done = check(name, python, tmp_path, code)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", [SCRIPT, TYPES], ids=["script", "types"])
def test_the_typed_script_runs(code: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


MISTAKES = """
import autodiff as ad
w = ad.Value("1")
x: str = w.data
y = w * "2"
w.backwards()
w.data = "3"
"""


@pytest.mark.parametrize("name", ["mypy", "pyright"])
def test_the_type_checkers_do_see_mistakes(name: str, python: Path, tmp_path: Path) -> None:
    done = check(name, python, tmp_path, MISTAKES)
    lines = re.findall(r"script\.py:(\d+):.*error", done.stdout)
    assert lines == ["3", "4", "5", "6", "7"], done.stdout
