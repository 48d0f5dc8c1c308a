"""The picture of a network's neurons: every weight an edge, the one that is named lit."""

import pytest

from nets.pages.neurons import LIT, draw_neurons


def test_every_weight_is_an_edge_and_one_is_lit() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.add_subplot()
    draw_neurons(axes, [4, 4, 3, 2], lit=(3, 2, 4))
    edges = [line for line in axes.lines if line.get_marker() == "None"]
    assert len(edges) == 4 * 4 + 4 * 3 + 3 * 2
    (lit,) = (line for line in edges if line.get_color() == LIT)
    assert list(lit.get_xdata()) == [1, 2]  # from layer 2 to layer 3
    assert list(lit.get_ydata()) == [-1.5, 0.0]  # from the fourth of four to the second of three
    assert "$w^3_{24}$" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("lit", [(1, 1, 1), (3, 4, 1), (3, 1, 5), (5, 1, 1)])
def test_a_weight_that_is_not_there_is_named(lit: tuple[int, int, int]) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    with pytest.raises(ValueError, match=r"\[4, 4, 3, 2\] has no such weight"):
        draw_neurons(figure.add_subplot(), [4, 4, 3, 2], lit=lit)
