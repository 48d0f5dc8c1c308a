"""What the documents argue, rows S25 to S40: each argument as a number that could be otherwise."""

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest

import autodiff as ad
from nets import Network
from nets.closed_form import step
from nets.data import Split, load_digits
from nets.digits.segmentation import a_row, segment
from nets.experiments import arguments, asked, derivations, words
from nets.experiments.counting import Work, naive_multiplications, paths, ways, work_of
from nets.experiments.kit import Line
from nets.pages.digits import answers
from nets.perceptron import face
from nets.scalar import MLP

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def split() -> Split:
    return load_digits()


def numbers(line: Line) -> list[float]:
    """Return the figures of a line, without the commas of thousands."""
    return [
        float(v)
        for v in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", line.measured.replace(",", ""))
    ]


def test_perceptrons_flip_and_sigmoid_neurons_do_not(split: Split) -> None:
    line, smooth = arguments.small_changes(split)
    largest, flipped, _, moved = numbers(line)
    assert (largest, flipped > 0, moved < 0.05) == (1.0, True, True)
    assert numbers(smooth)[0] < 1e-4
    net = Network([3, 4, 1], "step", seed=1)
    x = np.random.default_rng(0).random((3, 50))
    hidden = step(net.weights[0] @ x + net.biases[0])
    np.testing.assert_array_equal(net.feedforward(x), step(net.weights[1] @ hidden + net.biases[1]))


def test_digits_otherwise(split: Split) -> None:
    nine, outputs, row, _ = arguments.digits_otherwise(split)
    assert numbers(nine)[0] > 90.0
    ten, four, few = numbers(outputs)
    assert ten > few > 85.0
    assert ten > four > 60.0
    off, read, of = numbers(row)
    assert off < 1.5
    assert read > 0.8 * of == 96.0
    with pytest.raises(ValueError, match="2 digits of 8 columns do not fit into 8"):
        segment(Network([64, 10]), np.zeros((8, 8)), 2)
    picture, places = a_row(split.test, [1, 2, 3])
    assert picture.shape[0] == 8
    assert all(b - a >= 8 for a, b in itertools.pairwise(places))
    asked_of = ((1, 1, 1, 1, 0), (1, 1, 0, 1, 1), (0, 1, 1, 1, 1))
    assert [face((a, b), n, m, h) for a, b, n, m, h in asked_of] == [1, 0, 0]


def test_the_score_stands_still_while_the_cost_falls(split: Split) -> None:
    (line,) = arguments.smooth_cost(split)
    assert words.unknown(line.what) + words.unknown(line.measured) == []  # the notebook prints it
    before, after, high, low, better, falling, of = numbers(line)
    assert abs(after - before) <= 15
    assert low < high
    assert falling == of == 10
    assert better < 10


def test_a_small_step_falls_as_eta_times_the_square_of_the_gradient(split: Split) -> None:
    steps, ball = arguments.ball_in_a_valley(split)
    small, wanted, middle, far, large, farther = numbers(steps)
    assert small == pytest.approx(wanted, rel=1e-3)
    assert middle > 1.2 * far
    assert large > 5 * farther
    assert numbers(ball)[0] < 1e-3


def test_a_larger_poll_is_nearer(split: Split) -> None:
    poll, scale = arguments.a_poll(split)
    *_, a, b, c, x, y, z = numbers(poll)
    assert a > b > c
    assert x < y < z <= 1.0
    assert numbers(scale)[0] <= 1e-12


def test_the_scores_of_saying_one_digit_for_all(split: Split) -> None:
    (line,) = arguments.one_digit_for_all(split)
    net = Network([64, 10], seed=0)
    net.weights = [np.zeros((10, 64))]
    for digit, count in zip((9, 4, 1, 2), numbers(line), strict=True):
        net.biases = [np.eye(10)[:, [digit]]]
        assert net.evaluate(split.test) == count


def test_a_weight_is_named_by_where_it_leads(split: Split) -> None:
    for line in derivations.indices(split):
        assert numbers(line)[-1] <= 1e-12
    net = MLP(4, [4, 3], named=True)
    assert {w.name for w in net.layers[1].neurons[1].w} == {f"w^3_2{k}" for k in (1, 2, 3, 4)}


def test_the_two_printed_vectors(split: Split) -> None:
    (line,) = derivations.element_by_element(split)
    assert line.measured == line.documents == "[4, 9]; [3, 8]"


def test_a_good_demon_lowers_the_cost(split: Split) -> None:
    falls, gains, back = derivations.good_demon(split)
    assert numbers(falls) == [12.0, 12.0]
    most, large, least, small = numbers(gains)
    assert most > 10 * least >= 0
    assert abs(large) > abs(small)
    assert numbers(back)[0] <= 1e-12


def test_the_sums_over_k(split: Split) -> None:
    for line in derivations.in_full(split):
        assert max(numbers(line)) <= 1e-12, line
    first = derivations.in_full(split)[0]
    assert numbers(first)[-1] <= 1e-12  # no other term is left


def test_merged_paths_are_back_propagation(split: Split) -> None:
    (line,) = derivations.second_riddle(split)
    away, all_of_them, merged = numbers(line)
    assert away <= 1e-12
    assert all_of_them > 10 * merged


def test_operations_are_counted_on_the_graph(split: Split) -> None:
    w, a = ad.Tensor(np.ones((3, 2))), ad.constant(np.ones((2, 5)))
    assert work_of(w @ a) == Work(30, 15, 0)
    assert work_of(ad.sigmoid(w @ a)) - work_of(w @ a) == Work(0, 0, 15)
    counted = ways([784, 30, 10])
    assert counted.passes("finite_differences") == counted.parameters + 1 == 23_861
    assert 1.4 < counted.passes("back_propagation") < 1.6
    assert 1.9 < ways([784, 30, 10], 100).passes("back_propagation") < 2.1
    assert counted.forward.multiplications == 784 * 30 + 30 * 10 + 21
    net = MLP(2, [3, 2, 1], activation="sigmoid")
    out = net([0.5, -1.0])
    assert sum(out.explain(p, top=1).count for p in net.parameters()) == paths([2, 3, 2, 1])
    assert naive_multiplications([2, 3, 2, 1]) > paths([2, 3, 2, 1])
    deep = ways([4] * 10)
    assert deep.naive.total > 10_000 * deep.back_propagation.total
    assert len(derivations.naive_gradient(split)) == 2


def test_a_network_that_starts_at_zero_stays_symmetric(split: Split) -> None:
    zero, random = asked.zero_start(split)
    assert numbers(zero)[0] == 0.6931
    assert numbers(zero)[-1] == 0.0
    assert numbers(random)[0] < 0.1


def test_the_blog_posts_network(split: Split) -> None:
    plain, _ = asked.blog_network(split)
    parameters, right = numbers(plain)
    assert parameters == 650
    assert right > 70


def test_the_page_answers_as_python_does(split: Split) -> None:
    pytest.importorskip("py_mini_racer", reason="mini-racer is missing (the extra test)")
    (line,) = asked.digits_in_the_browser(split)
    *_, same, of, outputs, slopes = numbers(line)
    assert (same, of) == (100, 100)
    assert max(outputs, slopes) <= 1e-12
    with pytest.raises(ValueError, match="none of those in which a digit is drawn"):
        answers("<html></html>", np.zeros((64, 1)))


def test_the_exercises_are_answered(split: Split) -> None:
    lines = asked.exercises(split)
    assert max(numbers(lines[0])) <= 1e-12
    assert lines[1].measured == "10 quantities agree"
    assert max(numbers(lines[2])) <= 1e-12
    away, once, looped, _ = numbers(lines[3])
    assert away <= 1e-12
    assert once <= looped
    changed, of, one, hundred, million = numbers(lines[4])
    assert (changed, of) == (0.0, 1000.0)
    assert one > hundred >= million == 0.0
    assert lines[5].measured == "0.5 and 0"
    assert lines[6].measured == "10 of 10"


@pytest.mark.parametrize("row", [arguments.a_poll, derivations.good_demon, asked.zero_start])
def test_a_row_says_the_same_twice(row: Callable[[Split], list[Line]], split: Split) -> None:
    assert row(split) == row(split)
