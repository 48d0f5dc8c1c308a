"""Optimisers, costs, activations and starts, each against what its formula says."""

import math

import numpy as np
import pytest

import autodiff as ad
from nets import Network, closed_form
from nets.data import Examples
from nets.optim import OPTIMISERS, Adam, AdamW, Momentum, Optimiser, as_optimiser
from nets.parts.activations import ACTIVATIONS, as_activation
from nets.parts.batches import as_rows, batches
from nets.parts.costs import COSTS, as_cost
from nets.parts.initializers import INITIALIZERS, draw_parameters
from nets.parts.scoring import as_test


def descend(optimiser: Optimiser, gradients: list[float], start: float = 1.0) -> float:
    w = ad.Tensor([[start]])
    for g in gradients:
        optimiser.step([w], [], [np.array([[g]])], [])
    return w.item()


def test_gradient_descent() -> None:
    assert descend(as_optimiser("sgd", 0.5), [2.0, 1.0]) == 1.0 - 1.0 - 0.5


def test_momentum_by_hand() -> None:
    v = -0.1 * 2.0
    w = 1.0 + v
    v = 0.5 * v - 0.1 * 3.0
    assert math.isclose(descend(Momentum(0.1, mu=0.5), [2.0, 3.0]), w + v, rel_tol=1e-15)


def test_adam_by_hand() -> None:
    m, v, w = 0.0, 0.0, 1.0
    for t, g in enumerate([2.0, -3.0, 0.5], start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.1 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    assert math.isclose(descend(Adam(0.1), [2.0, -3.0, 0.5]), w, rel_tol=1e-14)
    assert math.isclose(descend(Adam(0.1), [1e-3]), 0.9, rel_tol=1e-4)  # a first step is eta


def test_regularisation_shrinks_weights_and_leaves_biases() -> None:
    w, b = ad.Tensor([[2.0, -4.0]]), ad.Tensor([[2.0]])
    nothing = [np.zeros((1, 2))], [np.zeros((1, 1))]
    Optimiser(0.5, l2=0.1).step([w], [b], *nothing)
    np.testing.assert_allclose(w.data, [[2.0 * 0.95, -4.0 * 0.95]], rtol=1e-15)
    Optimiser(0.5, l1=0.1).step([w], [b], *nothing)
    np.testing.assert_allclose(w.data, [[1.9 - 0.05, -3.8 + 0.05]], rtol=1e-15)
    assert b.item() == 2.0


def test_regularisation_is_the_gradient_of_its_term(rng: np.random.Generator) -> None:
    w = ad.Tensor(rng.standard_normal((3, 2)))
    before, l2, l1 = np.array(w.data), 0.3, 0.2
    term = ad.sum(ad.square(w)) * (l2 / 2) + ad.sum(ad.abs(w)) * l1
    g = ad.gradient(term, w)
    Optimiser(1.0, l2, l1).step([w], [], [np.zeros((3, 2))], [])
    np.testing.assert_allclose(w.data, before - g, rtol=1e-14)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_finds_a_minimum(name: str) -> None:
    eta = {"adagrad": 1.0, "adadelta": 5.0}.get(
        name, 0.05
    )  # their steps become small by themselves
    w, optimiser = ad.Tensor([[3.0, -2.0]]), as_optimiser(name, eta)
    if isinstance(optimiser, AdamW):
        optimiser.decay = 0.0  # which would move the minimum
    for _ in range(500):
        cost = ad.sum(ad.square(w - np.array([[1.0, 2.0]])) * np.array([[1.0, 5.0]]))
        optimiser.step([w], [], [ad.gradient(cost, w)], [])
    np.testing.assert_allclose(w.data, [[1.0, 2.0]], atol=1e-3)


def test_unknown_and_impossible_optimisers() -> None:
    with pytest.raises(ValueError, match="no optimiser is called 'newton'"):
        as_optimiser("newton", 0.1)
    with pytest.raises(ValueError, match="momentum mu is 1"):
        Momentum(0.1, mu=1.0)


@pytest.mark.parametrize("name", sorted(closed_form.ACTIVATIONS.keys() & ACTIVATIONS.keys()))
def test_activations_are_those_of_the_closed_form(name: str) -> None:
    z = np.array([[-3.0, 0.5], [0.25, 2.0]])
    np.testing.assert_allclose(
        as_activation(name)(ad.Tensor(z)).data, closed_form.ACTIVATIONS[name].value(z), rtol=1e-14
    )


def test_the_closed_form_knows_no_other_activations() -> None:
    assert closed_form.ACTIVATIONS.keys() <= ACTIVATIONS.keys()
    assert closed_form.COSTS.keys() == COSTS.keys()


@pytest.mark.parametrize(
    ("cost", "output"),
    [(c, o) for c in COSTS for o in ("sigmoid", "softmax", "identity") if (c, o) not in (
        ("cross_entropy", "identity"), ("log_likelihood", "identity"))],
)  # fmt: skip
def test_costs_are_those_of_the_closed_form(
    cost: str, output: str, rng: np.random.Generator
) -> None:
    z, y = rng.standard_normal((3, 4)), np.eye(3)[[0, 2, 1, 1]].T
    f = as_activation(output)
    node = ad.Tensor(z)
    ours = as_cost(cost).node(node, f(node), ad.constant(y), f)
    theirs = closed_form.COSTS[cost].value(z, y, closed_form.ACTIVATIONS[output])
    assert math.isclose(float(ours.data), float(theirs.mean()), rel_tol=1e-14)


def test_costs_stay_exact_where_neurons_are_saturated() -> None:
    y = np.array([[0.0], [1.0]])
    for cost, output in (("cross_entropy", "sigmoid"), ("log_likelihood", "softmax")):
        net = Network([1, 2], cost=cost, output=output, seed=0)
        net.weights = [np.array([[-50.0], [50.0]])]
        net.biases = [np.zeros((2, 1))]
        C = net.graph(np.ones((1, 1)), y)
        assert 0.0 < float(C.data) < 1e-20
        assert np.all(net.backprop(np.ones((1, 1)), y)[0][0] != 0.0)


def test_functions_of_your_own(rng: np.random.Generator) -> None:
    def swish(z):
        return z * ad.sigmoid(z)

    def quartic(a, y):
        return ad.sum(ad.square(ad.square(a - y)))

    net = Network([3, 4, 2], activation=swish, cost=quartic, output="identity", seed=0)
    x, y = rng.random((3, 5)), rng.random((2, 5))
    nabla_w = net.backprop(x, y)[1]
    w, step = np.array(net.weights[0]), 1e-6
    costs = []
    for sign in (1, -1):
        moved = w.copy()
        moved[1, 2] += sign * step
        net.weights[0] = moved
        costs.append(float(net.graph(x, y).data))
    assert math.isclose((costs[0] - costs[1]) / (2 * step), nabla_w[0][1, 2], rel_tol=1e-6)
    assert (net.activation.name, net.cost.name) == ("swish", "quartic")


@pytest.mark.parametrize(
    ("name", "deviation"),
    [("normal", 1.0), ("scaled", 400**-0.5), ("xavier", (2 / 700) ** 0.5), ("he", 200**-0.5)],
)
def test_how_starts_spread(name: str, deviation: float, rng: np.random.Generator) -> None:
    (w,), (b,) = draw_parameters(name, [400, 300], rng)
    assert w.shape == (300, 400)
    assert math.isclose(w.std(), deviation, rel_tol=0.02)
    assert np.any(b) == (name in ("normal", "scaled"))
    assert name in INITIALIZERS


def test_batches_cover_each_example_once(rng: np.random.Generator) -> None:
    pairs = [(np.array([[float(i)]]), i % 2) for i in range(7)]
    rows = as_rows(pairs, 1, 2)
    seen = list(batches(rows, rng.permutation(7), 3))
    assert [x.shape for x, _ in seen] == [(1, 3), (1, 3), (1, 1)]
    assert sorted(np.concatenate([x.data.ravel() for x, _ in seen])) == list(range(7))
    for x, y in seen:
        np.testing.assert_array_equal(np.argmax(y.data, axis=0), x.data.ravel() % 2)
        assert x.is_constant
        assert y.is_constant


def test_labels_and_codes_and_yes_or_no() -> None:
    data = [([0.0], [[0.0], [1.0]]), ([1.0], 0)]
    test = as_test(data, 1, 2)
    assert test.inputs.tolist() == [[0.0, 1.0]]
    assert test.answers.tolist() == [1, 0]
    assert test.correct(np.array([[0.1, 0.9], [0.2, 0.3]])) == 2
    nine = as_test([([0.0], 1), ([1.0], [0.0])], 1, 1)
    assert nine.correct(np.array([[0.5, 0.49]])) == 2
    assert nine.correct(np.array([[0.49, 0.5]])) == 0
    coded = as_test([([0.0], [1, 1, 0, 0]), ([1.0], [0, 0, 0, 0])], 1, 4)
    outputs = np.array([[0.9, 0.1], [0.6, 0.2], [0.1, 0.4], [0.4, 0.7]])
    assert coded.correct(outputs) == 1
    for bad, sentence in ((0.5, r"label of example 0 is 0\.5"), (-1, "label of example 0 is -1")):
        with pytest.raises(ValueError, match=sentence):
            as_test([([0.0], bad)], 1, 2)
    classes = Examples(np.zeros((2, 1)), np.array([0, 1]), classes=2, as_labels=True)
    assert as_test(classes, 1, 1).correct(np.array([[0.1, 0.9]])) == 2
    with pytest.raises(ValueError, match="2 classes, but the network has 5 outputs"):
        as_test(classes, 1, 5)
