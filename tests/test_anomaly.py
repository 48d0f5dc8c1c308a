"""The first NaN or infinity is named: operation, node, place and source line, forward and backward."""

import inspect
import time

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine


def line_before() -> str:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"{__file__}:{frame.f_back.f_lineno - 1}"


@pytest.mark.parametrize("make", [ad.Value, ad.Tensor])
def test_forward(make: type) -> None:
    with ad.anomaly():
        x = make(0.0)
        x.name = "x"
        y = ad.log(x)
        here = line_before()
        z = y * 2.0 + 1.0
    found = ad.blame_nan(z)
    assert found is not None
    assert found.phase == "forward"
    assert found.node.op == "log"
    assert found.where == here
    assert "log" in found.text
    assert here in found.text


def test_forward_names_the_place_in_an_array() -> None:
    x = ad.Tensor([[1.0, 2.0], [3.0, -4.0]], name="x")
    found = ad.blame_nan(ad.sqrt(x).sum())
    assert found is not None
    assert (found.node.op, found.index) == ("sqrt", (1, 1))
    assert "with anomaly()" in found.where or "anomaly()" in found.text


def test_backward() -> None:
    with ad.anomaly():
        x = ad.Value(0.0, name="x")
        y = ad.sqrt(x)
        here = line_before()
    found = ad.blame_nan(y * 3.0)
    assert found is not None
    assert found.phase == "backward"
    assert found.node.op == "sqrt"
    assert found.where == here


def test_bad_data_is_blamed_on_the_leaf() -> None:
    x = ad.Tensor([1.0, np.nan], name="x")
    found = ad.blame_nan((x * x).sum())
    assert found is not None
    assert found.phase == "leaf"
    assert found.node.name == "x"
    assert found.index == (1,)


def test_what_is_finite_is_not_blamed() -> None:
    x = ad.Tensor([1.0, 2.0])
    assert ad.blame_nan((ad.log(x) * x).sum()) is None


def test_it_costs_nothing_when_off() -> None:
    """Recording keeps no source line; a block that has ended leaves no slower path behind."""
    x = ad.Value(1.0)

    def seconds() -> float:
        best = np.inf
        for _ in range(7):
            start = time.perf_counter()
            for _ in range(5000):
                x * x
            best = min(best, time.perf_counter() - start)
        return best

    for _ in range(5):  # another process may take the processor meanwhile
        before = seconds()
        with ad.anomaly():
            during = seconds()
            assert (x * x).where
        after = seconds()
        assert (x * x).where == ""
        # the block does take the slower path: the measure can see it
        if after < 2 * before and during > after:
            return
    pytest.fail(f"{after:.4f} s after the block, {before:.4f} s before it, {during:.4f} s inside")
