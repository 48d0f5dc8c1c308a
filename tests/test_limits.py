"""What would take more memory than a cap says so before it takes it, and how to do without.

numpy and Python both report what they take to tracemalloc: a refusal may cost a few megabytes, where
the thing itself would cost gigabytes.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.cli import main
from autodiff.explanations.expansion import expand
from autodiff.graphs import storage
from autodiff.graphs.expression import DEEPEST, LONGEST

pytestmark = pytest.mark.engine


@contextmanager
def at_most(megabytes: float) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= megabytes * 1e6, f"{peak / 1e6:.0f} MB"


def square(x: Any) -> Any:
    return x * x


@pytest.mark.parametrize(
    "matrix", [ad.jacobian(square), ad.jacrev(square), ad.jacfwd(square),
               ad.hessian(lambda x: (x * x * x).sum())],
)  # fmt: skip
def test_a_large_matrix_is_refused(matrix: Callable[..., Any]) -> None:
    x = np.ones(100_000)
    with (
        at_most(32),
        pytest.raises(
            MemoryError, match=r"100000 x 100000 numbers need 74.5 GiB.*use vjp, jvp or hvp"
        ),
    ):
        matrix(x)
    with at_most(32):
        assert ad.hvp(lambda x: (x * x * x).sum(), x, x)[0] == 6.0


def test_a_thin_matrix_costs_what_it_has() -> None:
    """Its seeds, put together, would be a square one."""
    n = 3_000  # squared, 72 MB
    with at_most(16):
        assert ad.jacfwd(lambda x: (x * x).sum())(np.ones(n)).tolist() == [2.0] * n
    with at_most(16):
        assert ad.jacrev(lambda x: x * np.ones(n))(1.0).tolist() == [1.0] * n


def test_a_large_expansion_is_refused() -> None:
    a = ad.Tensor(np.ones((500, 500)))
    product, wide = a @ a, ad.broadcast_to(a[0, 0], (2000, 2000)) * 2.0
    with at_most(32), pytest.raises(ValueError, match=r"expand: 125,250,000 elements and products"):
        expand(product)
    with at_most(32), pytest.raises(ValueError, match=r"more than 2,000,000; take a part"):
        expand(wide)
    assert expand(a[:2] @ a[:, :2]).output.shape == (2, 2)


def test_a_saved_graph_may_not_grow(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.npz"
    x = ad.Tensor(np.ones((1, 1000)))
    ad.save_graph(path, (x.T @ x).sum())
    monkeypatch.setattr(storage, "LIMIT_BYTES", 1 << 22)
    with at_most(4), pytest.raises(ad.GraphFileError, match="matmul would make 1000000 numbers"):
        ad.load_graph(path)


NESTED = "0" + "-" * (DEEPEST + 20) + "x"


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("x+" * (LONGEST // 2) + "x", f"has {LONGEST + 1:,} characters, more than {LONGEST:,}"),
        (NESTED, f"nested more than {DEEPEST} levels deep: name parts of it"),
        ("sin(" * 120 + "x" + ")" * 120, "levels deep"),
        ("(" * 400 + "x" + ")" * 400, "cannot be read"),
        ("9" * 1900, "is not a number|beyond|too large|cannot be read"),
    ],
)
def test_expressions_have_limits(
    formula: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_most(16):
        assert main(["explain", formula, "--at", "x=1"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("autodiff: ")
    assert any(words in said for words in sentence.split("|")), said
