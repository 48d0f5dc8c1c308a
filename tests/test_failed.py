"""A recording that failed is drawn: what stood before, and the failed operation with its shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from tests.drawn import parsed, titles


def failure(work: Callable[[], Any]) -> Exception:
    """Return the error that a recording raises."""
    with pytest.raises((ValueError, IndexError)) as raised:
        work()
    return raised.value


def layer() -> tuple[ad.Tensor, ad.Tensor]:
    """Return weights and an activation that do not fit each other."""
    W = ad.Tensor(np.ones((3, 2)), name="W")
    h = ad.tanh(ad.Tensor(np.ones((3, 4)), name="V") @ np.ones((4, 1)))
    h.name = "h"
    return W, h


def test_what_stood_before_and_the_shapes() -> None:
    W, h = layer()
    error = failure(lambda: W @ h)
    picture = ad.draw(error)
    boxes = {box.title: box for box in picture.scene.boxes}
    failed = boxes["matmul"]
    assert failed.kind == "failed"
    assert failed.lines[:2] == (("W", "3×2 float64"), ("h", "3×1 float64"))
    assert " ".join(text for _, text in failed.lines[2:]) == str(error)
    assert {"W", "h", "V"} < set(boxes)
    assert boxes["h"].kind == "operation"
    into = [a for a in picture.scene.arrows if a.target == failed.key]
    assert [a.source for a in into] == [boxes["W"].key, boxes["h"].key]
    assert [a.mark for a in into] == ["1", "2"]
    assert [a.meaning.lines for a in into] == [("3×2 float64",), ("3×1 float64",)]
    assert any(t.startswith("matmul failed: ") for t in titles(parsed(picture.svg()), "failed"))
    assert "matmul failed: " in picture.to_text()
    assert "matmul" in picture.to_tree()
    assert "matmul" in picture.source


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (lambda W, h: W + np.ones((5, 7)), "add"),
        (lambda W, h: ad.reshape(h, (5, 5)), "reshape"),
        (lambda W, h: W[7], None),
        (lambda W, h: ad.Value(2.0, name="s") * W @ W, "matmul"),
    ],
)
def test_every_operation_that_fails(work: Any, name: str | None) -> None:
    W, h = layer()
    picture = ad.draw(failure(lambda: work(W, h)))
    (box,) = [box for box in picture.scene.boxes if box.kind == "failed"]
    assert name is None or box.title == name
    picture.svg()


@pytest.mark.parametrize("letters", range(20, 70))
def test_every_line_of_the_reason_starts_at_the_left(letters: int) -> None:
    """Also one that ends where an array would go on, with a comma or a bracket."""
    W, _ = layer()
    error = failure(lambda: W + np.ones((5, 7)))
    error.args = ("x" * (letters // 2) + ", [" + "y" * (letters // 3) + "], " + "z" * 20,)
    picture = ad.draw(error)
    (box,) = [box for box in picture.scene.boxes if box.kind == "failed"]
    reason = {text for label, text in box.lines if not label}
    shown = [m for m in picture.composition.marks if m.text in reason and m.shape == "text"]
    assert len(shown) >= len(reason) > 0
    assert {m.anchor for m in shown} == {"start"}


def test_one_operand_twice_and_a_folded_graph() -> None:
    W, _ = layer()
    for _ in range(40):
        W = W * 1.5 + 0.5
    picture = ad.draw(failure(lambda: W @ W), max_nodes=5)
    into = [a for a in picture.scene.arrows if a.target == "failed"]
    assert len(into) == 2
    keys = {box.key for box in picture.scene.boxes}
    assert {a.source for a in into} <= keys
    picture.svg()


def test_other_errors_are_refused() -> None:
    with pytest.raises(TypeError, match="this KeyError comes from no operation"):
        ad.draw(KeyError("x"))
