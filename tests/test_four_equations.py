"""Autograd equals BP1 to BP4 by hand, on random and on trained networks, and over an epoch of MNIST."""

from pathlib import Path

import numpy as np
import pytest

from nets import Network, closed_form
from nets.data import load_digits, load_mnist
from nets.optim import SGD
from nets.parts.batches import as_rows, batches
from nets.runs.check import BOUND, Difference, compare, relative, table

SIZES = {
    2: [64, 10],
    3: [64, 30, 10],
    4: [64, 20, 15, 10],
    5: [64, 20, 15, 12, 10],
    6: [64, 20, 15, 12, 11, 10],
}


@pytest.fixture(scope="module")
def batch() -> tuple[np.ndarray, np.ndarray]:
    rows = as_rows(load_digits().training[:10], 64, 10)
    return rows.inputs.T, rows.targets.T


def names(layers: int) -> list[tuple[int, str]]:
    first = "BP1" if layers == 2 else "BP2"
    listed = [(layer, n) for layer in range(2, layers + 1) for n in (first, "BP3", "BP4")]
    return [(k, "BP1" if n == "BP2" and k == layers else n) for k, n in listed]


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("layers", SIZES)
def test_random_networks(layers: int, cost: str, batch) -> None:
    for seed in range(5):
        found = compare(Network(SIZES[layers], cost=cost, seed=seed), *batch)
        assert [d[:2] for d in found] == names(layers)
        assert max(d.relative for d in found) <= BOUND, table(found)


@pytest.mark.parametrize("layers", SIZES)
def test_trained_networks(layers: int, batch, capsys: pytest.CaptureFixture[str]) -> None:
    net = Network(SIZES[layers], "tanh", "cross_entropy", "xavier", seed=0, output="sigmoid")
    split = load_digits()
    net.SGD(split.training, 6, 10, 0.1)
    assert net.evaluate(split.test) > 240
    found = compare(net, *batch)
    assert max(d.relative for d in found) <= BOUND, table(found)


@pytest.mark.parametrize(
    ("activation", "output", "cost"),
    [
        ("tanh", "softmax", "log_likelihood"),
        ("relu", "identity", "quadratic"),
        ("leaky_relu", "sigmoid", "cross_entropy"),
        ("softplus", "tanh", "quadratic"),
        ("identity", "identity", "quadratic"),
    ],
)
def test_any_activation_and_cost(activation: str, output: str, cost: str, batch) -> None:
    net = Network(SIZES[4], activation, cost, "scaled", seed=1, output=output)
    found = compare(net, *batch)
    assert max(d.relative for d in found) <= BOUND, table(found)


def test_saturated_neurons(batch) -> None:
    net = Network(SIZES[3], seed=0)
    net.weights = [30.0 * w for w in net.weights]
    assert max(d.relative for d in compare(net, *batch)) <= BOUND


def test_a_wrong_equation_is_seen(batch, monkeypatch: pytest.MonkeyPatch) -> None:
    right = closed_form.nielsen.bp2

    def almost(*args: object) -> np.ndarray:
        return right(*args) * (1.0 + 1e-9)

    monkeypatch.setattr(closed_form.nielsen, "bp2", almost)
    wrong = [d[:2] for d in compare(Network(SIZES[4], seed=0), *batch) if d.relative > BOUND]
    assert wrong == [(layer, n) for layer in (2, 3) for n in ("BP2", "BP3", "BP4")]


def test_relative_does_not_swallow_nan() -> None:
    assert np.isnan(relative(np.array([np.nan]), np.array([1.0])))
    assert relative(np.zeros(2), np.zeros(2)) == 0.0
    assert table([Difference(1, "BP1", 0.5)]).splitlines()[1].split() == ["1", "5.0e-01", *"---"]


def test_the_closed_form_must_know_the_activation(batch) -> None:
    with pytest.raises(ValueError, match="gelu"):
        compare(Network(SIZES[3], "gelu", seed=0), *batch)


def mnist_epoch(folder: Path, eta: float, start: str, close: float = 0.0) -> tuple[float, float]:
    """Train an epoch by autodiff and by hand; return the largest difference of the weights.

    The second number is the difference by hand alone, when its start is off by the factor 1 + close.
    """
    training = load_mnist(folder).training
    net = Network([784, 30, 10], seed=0, initializer=start)
    copies = [[np.array(v) * (1.0 + f) for v in (*net.weights, *net.biases)] for f in (0, close)]
    order = np.random.default_rng(0)
    order.bit_generator.state = net.rng.bit_generator.state
    permutation = order.permutation(len(training))
    net.SGD(training, 1, 10, eta)
    for p in copies:
        closed_form.train_epoch(
            p[:2], p[2:], training.inputs, training.targets, 10, eta, permutation
        )
    return furthest([*net.weights, *net.biases], copies[0]), furthest(*copies)


def furthest(ours, theirs) -> float:
    return max(float(np.max(np.abs(p - q))) for p, q in zip(ours, theirs, strict=True))


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize(("eta", "start"), [(1.0, "normal"), (3.0, "scaled")])
def test_an_epoch_of_mnist_ends_in_the_same_weights(
    eta: float, start: str, mnist_dir: Path
) -> None:
    assert mnist_epoch(mnist_dir, eta, start)[0] <= 1e-9


@pytest.mark.mnist
@pytest.mark.slow
def test_where_training_is_chaotic_the_difference_is_that_of_a_last_bit(mnist_dir: Path) -> None:
    # At eta = 3 the large N(0, 1) start lets any rounding grow by about 1e10 in the 5,000 steps.
    away, by_hand = mnist_epoch(mnist_dir, 3.0, "normal", close=4 * np.finfo(float).eps)
    assert by_hand > 1e-9
    assert away <= 10 * by_hand


@pytest.mark.mnist
@pytest.mark.slow
def test_every_step_of_an_epoch_of_mnist_is_the_same_step(mnist_dir: Path) -> None:
    training = load_mnist(mnist_dir).training
    net = Network([784, 30, 10], seed=0)
    rows = as_rows(training, 784, 10)
    away = []
    for x, y in batches(rows, net.rng.permutation(len(training)), 10):
        w, b = ([np.array(v) for v in p] for p in (net.weights, net.biases))
        closed_form.sgd_step(w, b, np.asarray(x.data), np.asarray(y.data), 3.0)
        net.step(x, y, SGD(3.0))
        away.append(furthest([*net.weights, *net.biases], [*w, *b]))
    assert len(away) == 5000
    assert max(away) <= 1e-14
