"""blame_nan finds the first place, shows it as what it is, and says what to do."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing.naming import called
from autodiff.explanations.blame import _backward
from autodiff.explanations.notation import over
from autodiff.explanations.steps import graph_steps
from autodiff.player import page
from tests.drawn import random_graph


def test_nothing_to_blame() -> None:
    x = ad.Value(0.0, name="x")
    assert ad.blame_nan(ad.exp(x)) is None
    assert ad.blame_nan(ad.where(0.0, ad.sqrt(x), 0.0)) is None


def test_the_first_value_forward_with_its_source_line() -> None:
    with ad.anomaly():
        x = ad.Value(0.0, name="x")
        z = ad.log(x)
        y = z * 0.0 + z
    found = ad.blame_nan(y, names={"z": z})
    assert found is not None
    assert (found.phase, found.node.label, found.what) == ("forward", "z", "log(0) = -inf")
    assert "test_blame.py:" in found.where
    assert "logits" in found.remedy
    assert found.where in str(found)


def test_zero_by_zero() -> None:
    a, b = ad.Value(0.0, name="a"), ad.Value(0.0, name="b")
    found = ad.blame_nan(a / b + 1.0)
    assert found is not None
    assert found.what == "0 / 0 = nan"
    inf = ad.Value(1e200, name="big")
    found = ad.blame_nan((inf * inf) * a)
    assert found is not None
    assert found.what == "1e+200 * 1e+200 = inf"


def test_an_infinite_slope_backward() -> None:
    x = ad.Value(0.0, name="x")
    found = ad.blame_nan(ad.sqrt(x) * 2.0)
    assert found is not None
    assert found.phase == "backward"
    assert found.edge is not None
    assert found.what.startswith("the part sent to x is 2 x inf = inf")
    assert "norm()" in found.remedy


def test_infinity_times_zero_is_shown_as_that() -> None:
    x = ad.Value(0.0, name="x")
    y = ad.square(ad.sqrt(x))  # 2 sqrt(0) = 0 times the slope inf; 0 sends nothing on
    assert ad.blame_nan(y) is None
    w = ad.Tensor([1.0, 0.0], name="w")
    z = ad.sqrt(w) * ad.constant([1.0, 1e-3])
    found = ad.blame_nan(z.sum())
    assert found is not None
    assert found.index == (1,)
    assert "0.001 x inf = inf" in found.what
    v = ad.Value(0.0, name="v")
    product = ad.square(ad.sin(v))
    found = ad.blame_nan(ad.sqrt(product))
    assert found is not None
    assert "x inf = inf" in found.what
    assert found.node.op == "sqrt"


def test_inf_times_zero() -> None:
    """An infinite gradient that meets a local derivative of 0 gives NaN, and is shown so."""
    x = ad.Value(0.0, name="x")
    u = ad.square(x)
    graph = ad.Graph(u)
    steps = list(graph_steps(graph, np.inf))
    found = _backward(graph, steps[1], called(graph))
    assert "inf x 0 = nan" in found.what


def test_a_bad_number_was_given() -> None:
    w = ad.Tensor([1.0, np.nan], name="w")
    found = ad.blame_nan((w * 2.0).sum())
    assert found is not None
    assert (found.phase, found.node.label, found.index) == ("leaf", "w", (1,))
    assert "check the data" in found.remedy


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_arrays_show_the_element(shape: tuple[int, ...]) -> None:
    x = ad.Tensor(np.full(shape, -1.0), name="x")
    found = ad.blame_nan(ad.log(x).sum())
    assert found is not None
    assert found.what == "log(-1) = nan"
    assert found.index == (0,) * len(shape)


@pytest.mark.parametrize("seed", range(40))
def test_a_node_is_called_as_in_its_picture(seed: int) -> None:
    """By blame_nan, by explain, by the notes of a part of the picture, and by the pages' titles."""
    y = random_graph(seed, 12)
    bad = ad.log(y - abs(y.data) - 1.0) * y
    graph = ad.Graph(bad)
    names = called(graph)
    found = ad.blame_nan(bad)
    assert found is not None
    name = found.name
    assert names[found.node.id] == name
    heading = f"{name} = log(...)" if name.isidentifier() else name
    assert found.text.startswith(f"forward: {heading}: log(-")
    whole = ad.Graph(y, names={"y": y})
    names = called(whole)
    for node in whole:
        if node.operands and node.id != whole.outputs[0]:
            said = ad.explain(y, node.live)
            assert str(said).startswith(over("y", names[node.id]))
            shown = ad.draw(y, focus=node.live, hops=1).scene
            assert f"Around {names[node.id]}," in shown.notes[0]
            assert names[node.id] in {box.title for box in shown.boxes}
    assert "<title>Backward of y, step by step</title>" in page(whole)
    assert repr(ad.play(whole)).startswith("<live page of y, alive")
