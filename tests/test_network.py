"""The documents' Network: its interface, its steps against the closed form, and what it refuses."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from nets import Network, closed_form
from nets.data import Examples, load_digits
from nets.optim import Momentum

XOR = [(np.array([[a], [b]]), np.array([[float(a != b)]])) for a in (0.0, 1.0) for b in (0.0, 1.0)]


def arrays(parameters) -> list[np.ndarray]:
    return [np.array(v) for v in parameters]


def test_parameters_have_the_documents_shapes() -> None:
    net = Network([784, 30, 10], seed=0)
    assert net.num_layers == 3
    assert net.sizes == [784, 30, 10]
    assert [w.shape for w in net.weights] == [(30, 784), (10, 30)]
    assert [b.shape for b in net.biases] == [(30, 1), (10, 1)]
    assert abs(net.weights[0].std() - 1.0) < 0.02


def test_a_seed_repeats_everything(capsys: pytest.CaptureFixture[str]) -> None:
    runs = []
    for seed in (1, 1, 2):
        net = Network([2, 4, 1], seed=seed, dropout=0.25)
        net.SGD(XOR, 3, 2, 1.0)
        runs.append(b"".join(w.tobytes() for w in net.weights))
    assert runs[0] == runs[1] != runs[2]
    assert capsys.readouterr().out.splitlines()[:3] == [f"Epoch {k} complete" for k in range(3)]


def test_sgd_prints_the_score_of_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    training, _, test = load_digits()
    net = Network([64, 20, 10], seed=0)
    net.SGD(training, 8, 10, 3.0, test_data=test)
    lines = capsys.readouterr().out.splitlines()
    scores = [
        int(line.removeprefix(f"Epoch {k}: ").split(" / ")[0]) for k, line in enumerate(lines)
    ]
    assert all(line.endswith(" / 300") for line in lines)
    assert scores[-1] == net.evaluate(test) > 270


def test_lists_of_pairs_and_examples_are_the_same_data() -> None:
    training, _, test = load_digits()
    results = []
    for train, held in ((training, test), (list(training[:]), list(test))):
        net = Network([64, 10], seed=3)
        net.SGD(train, 1, 10, 1.0)
        results.append((net.evaluate(held), net.weights[0].tobytes()))
    assert results[0] == results[1]


def test_evaluate_counts_by_hand() -> None:
    net = Network([2, 2], seed=0)
    net.weights = [np.eye(2)]
    net.biases = [np.zeros((2, 1))]
    x = np.array([[3.0], [1.0]])
    assert net.evaluate([(x, 0), (x, 1), (x[::-1], 1)]) == 2


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_a_step_is_the_closed_form_step(cost: str, rng: np.random.Generator) -> None:
    net = Network([5, 4, 3], seed=0, cost=cost)
    w, b = arrays(net.weights), arrays(net.biases)
    for _ in range(20):
        x, y = rng.random((5, 7)), np.eye(3)[rng.integers(0, 3, 7)].T
        net.update_mini_batch([(x[:, [k]], y[:, [k]]) for k in range(7)], 2.0)
        closed_form.sgd_step(w, b, x, y, 2.0, cost)
    for ours, theirs in zip([*net.weights, *net.biases], [*w, *b], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("cost", "output"),
    [("quadratic", "sigmoid"), ("cross_entropy", "sigmoid"), ("log_likelihood", "softmax"),
     ("quadratic", "identity"), ("quadratic", "tanh")],
)  # fmt: skip
def test_backprop_of_one_example(cost: str, output: str, rng: np.random.Generator) -> None:
    net = Network([4, 6, 3], activation="tanh", output=output, cost=cost, seed=1)
    x, y = rng.standard_normal((4, 1)), np.array([[0.0], [1.0], [0.0]])
    nabla_b, nabla_w = net.backprop(x, y)
    theirs = closed_form.backprop(net.weights, net.biases, x, y, cost, "tanh", output)
    for ours, hand in zip([*nabla_b, *nabla_w], [*theirs[0], *theirs[1]], strict=True):
        np.testing.assert_allclose(ours, hand, rtol=1e-12, atol=1e-15)


def test_backprop_changes_nothing() -> None:
    net = Network([2, 3, 1], seed=0)
    before = b"".join(w.tobytes() for w in net.weights)
    net.backprop(*XOR[1])
    assert b"".join(w.tobytes() for w in net.weights) == before
    assert not any(node.has_grad for node in [*net.w, *net.b])


def test_a_mini_batch_is_one_graph_with_the_documents_letters() -> None:
    net = Network([2, 3, 1], seed=0)
    C = net.graph(np.zeros((2, 5)), np.ones((1, 5)))
    graph = ad.Graph(C)
    nodes = {node.name: node for node in graph if node.name}
    assert nodes.keys() == {"w^2", "w^3", "b^2", "b^3", "x", "y", "z^2", "a^2", "z^3", "a^3", "C"}
    assert [nodes[n].scope for n in ("z^2", "a^2", "z^3", "a^3", "C")] == [
        "layer 2", "layer 2", "layer 3", "layer 3", "",
    ]  # fmt: skip
    assert nodes["z^2"].shape == (3, 5)
    assert len(graph) == len(ad.Graph(net.graph(np.zeros((2, 1)), np.ones((1, 1)))))
    assert {nodes[n].kind for n in ("w^2", "b^3")} == {"parameter"}
    assert nodes["x"].kind == "input"


def test_the_record_holds_the_forward_pass(rng: np.random.Generator) -> None:
    net = Network([3, 4, 2], seed=0)
    x = rng.random((3, 6))
    record = net.record(x, np.zeros((2, 6)))
    hand = closed_form.forward(net.weights, net.biases, x)
    for ours, theirs in zip([*record.z, *record.a], [*hand.z, *hand.a[1:]], strict=True):
        np.testing.assert_allclose(ours.data, theirs, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(net.feedforward(x), hand.a[-1], rtol=1e-14)


def test_cost_derivative_is_a_minus_y() -> None:
    a, y = np.array([[0.9, 0.1], [0.2, 0.6]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(Network([1, 2]).cost_derivative(a, y), a - y)
    entropy = Network([1, 2], cost="cross_entropy").cost_derivative(a, y)
    np.testing.assert_allclose(entropy, (a - y) / (a * (1 - a)), rtol=1e-14)


def test_assigning_parameters() -> None:
    net = Network([2, 1], seed=0)
    net.weights[0] = [[1.0, 2.0]]
    net.biases = [w[:, :1] for w in net.weights]
    assert net.weights[0].tolist() == [[1.0, 2.0]]
    assert net.biases[0].tolist() == [[1.0]]
    with pytest.raises(ValueError, match="read-only"):
        net.weights[0][0, 0] = 5.0
    with pytest.raises(ValueError, match="weights have the shapes"):
        net.weights = [np.zeros((3, 2))]


def test_the_update_rule_of_the_documents_runs_as_printed() -> None:
    net, other = Network([2, 3, 1], seed=0), Network([2, 3, 1], seed=0)
    eta, m = 3.0, len(XOR)
    nabla_w = [np.zeros(w.shape) for w in net.weights]
    nabla_b = [np.zeros(b.shape) for b in net.biases]
    for x, y in XOR:
        delta_nabla_b, delta_nabla_w = net.backprop(x, y)
        nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b, strict=True)]
        nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w, strict=True)]
    net.weights = [w - (eta / m) * nw for w, nw in zip(net.weights, nabla_w, strict=True)]
    net.biases = [b - (eta / m) * nb for b, nb in zip(net.biases, nabla_b, strict=True)]
    other.update_mini_batch(XOR, eta)
    for one, two in zip([*net.weights, *net.biases], [*other.weights, *other.biases], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-14)


def test_dropout_leaves_neurons_out_in_training_only(rng: np.random.Generator) -> None:
    net = Network([3, 400, 2], seed=0, dropout=0.25)
    x, y = rng.random((3, 50)), np.zeros((2, 50))
    cost = net.record(x, y, training=True).cost
    mask = next(node.value for node in ad.Graph(cost) if node.name == "mask^2")
    assert set(np.unique(mask)) == {0.0, 1.0 / 0.75}
    assert abs((mask == 0).mean() - 0.25) < 0.02
    assert not any(node.name == "mask^2" for node in ad.Graph(net.graph(x, y)))


def test_float32_stays_float32(rng: np.random.Generator) -> None:
    net = Network([3, 4, 2], seed=0, dtype=np.float32, dropout=0.5)
    net.SGD([(rng.random((3, 1)), 1)], 2, 1, 0.5, optimiser=Momentum(0.5))
    assert {v.dtype for v in [*net.weights, *net.biases]} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Network([784]), "at least two positive whole numbers"),
        (lambda: Network([2, 0, 1]), "at least two positive whole numbers"),
        (lambda: Network("ab"), "at least two positive whole numbers"),
        (lambda: Network([2, 1], activation="sigmod"), "no activation is called 'sigmod'"),
        (lambda: Network([2, 1], cost="square"), "no cost is called 'square'"),
        (lambda: Network([2, 1], initializer="zero"), "no initializer is called 'zero'"),
        (lambda: Network([2, 1], dropout=1.0), "at least 0 and below 1"),
        (lambda: Network([2, 1]).feedforward(np.zeros(2)), "examples are columns"),
        (lambda: Network([2, 1]).feedforward(np.zeros((2, 0))), "empty"),
        (lambda: Network([2, 1]).feedforward("abc"), "not an array of numbers"),
        (lambda: Network([2, 1]).backprop(np.zeros((2, 1)), np.zeros((2, 1))), "y has shape"),
        (lambda: Network([2, 1]).SGD([], 1, 1, 1.0), "no examples"),
        (lambda: Network([2, 1]).SGD(5, 1, 1, 1.0), "list of pairs"),
        (lambda: Network([2, 1]).SGD(XOR, 1, 0, 1.0), "mini-batch size is 0"),
        (lambda: Network([2, 1]).SGD(XOR, 1, 1, -1.0), "learning rate eta"),
        (lambda: Network([3, 1]).SGD(XOR, 1, 1, 1.0), "x of example 0 has shape"),
        (lambda: Network([2, 1]).evaluate([(np.zeros(2), 2)]), "label of example 0 is 2"),
        (lambda: Network([2, 2]).evaluate([(np.zeros(2), [0.5, 0])]), "element 0.5: right answers"),
        (lambda: Network([2, 1]).SGD(XOR, 1.5, 1, 1.0), "number of epochs is 1.5"),
        (lambda: Network([2, 1]).SGD(XOR, 1, 1, "fast"), "eta is 'fast': it must be a number"),
        (lambda: Network([2, 1]).evaluate([("ab", 0)]), "x of example 0"),
        (lambda: Network([2, 1]).evaluate(Examples(np.zeros((1, 3)), np.array([0]))), "10 classes"),
        (lambda: Network([2, 10]).evaluate(Examples(np.zeros((1, 3)), np.array([0]))), "3 numbers"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(call, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("dropout", ["0.5", None, [0.5], 1.0, -0.1, float("nan")])
def test_drop_out_is_a_number_below_1(dropout: Any) -> None:
    with pytest.raises(ValueError, match=r"dropout is .*: it must be at least 0 and below 1"):
        Network([2, 3, 2], dropout=dropout)


def test_sizes_are_no_truths() -> None:
    with pytest.raises(ValueError, match="positive whole numbers"):
        Network([2, True])
