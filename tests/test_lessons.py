"""The warnings that teach come when asked for, once each, and say both numbers."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest

import autodiff as ad


def said(run: Callable[[], None]) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run()
    assert all(issubclass(w.category, ad.Lesson) for w in found)
    assert all(w.filename == __file__ for w in found)
    return [str(w.message) for w in found]


@pytest.mark.engine
def test_a_forgotten_zero_grad_shows_both_contributions() -> None:
    w = ad.Value(3.0, name="w")

    def run() -> None:
        with ad.teaching():
            (w * w).backward()
            (w * 2.0).backward()
            w.zero_grad()
            (w * w).backward()

    (message,) = said(run)
    assert message.startswith("w.grad is still 6 from an earlier backward; this one adds 2, which ")
    assert "makes 8" in message
    assert w.grad == 6.0


def test_nothing_is_said_unasked() -> None:
    w = ad.Value(3.0, name="w")
    (w * w).backward()
    (w * w).backward()
    w.grad = 0
    with ad.teaching():
        (w * w).backward()


def test_a_disconnected_leaf() -> None:
    w, b = ad.Tensor([1.0, 2.0], name="w"), ad.Tensor([0.5, 0.5], name="b")

    def run() -> None:
        loss = (w * b.detach()).sum()
        with ad.teaching(w, b):
            loss.backward()

    (message,) = said(run)
    assert "does not depend on b" in message
    assert "detach()" in message
    assert np.array_equal(b.grad, [0.0, 0.0])


def test_a_leaf_where_no_gradient_flows() -> None:
    c, x = ad.Value(1.0, name="c"), ad.Value(2.0, name="x")

    def run() -> None:
        with ad.teaching(c, x):
            ad.where(c, x, 0.0).backward()

    (message,) = said(run)
    assert "used only where no gradient flows" in message


@pytest.mark.engine
def test_a_parameter_that_was_changed_after_recording() -> None:
    w, x = ad.Value(3.0, name="w"), ad.Value(2.0, name="x")

    def run() -> None:
        y = w * x
        x.data = 10.0
        with ad.teaching():
            y.backward()

    (message,) = said(run)
    assert message.startswith("x was changed (to 10) after out = mul(...) was recorded with it")
    assert w.grad == 2.0


def test_only_nodes_can_be_watched() -> None:
    with pytest.raises(TypeError, match="needs Values or Tensors"), ad.teaching(3.0):  # type: ignore[arg-type]
        pass
