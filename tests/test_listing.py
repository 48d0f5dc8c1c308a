"""The documents' listing runs and is heard: network.py's class over `nets`, its slips named.

`Student` is network.py's back-propagation in Python 3, as a reader of the book types it in; each slip
is a change of one piece of its text.
"""

import contextlib
import functools
import gzip
import io
import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from nets import Network, mnist_loader, network, network2
from nets.cli import main
from nets.closed_form import sigmoid, sigmoid_prime
from nets.data import DataError
from nets.parts.listing import Diverged
from nets.runs.marking import mark

CODE = """
import random
import numpy as np
from nets.network import Network, sigmoid, sigmoid_prime

class Student(Network):
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a)+b)
        return a

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb+dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw+dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w-(eta/len(mini_batch))*nw
                        for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b-(eta/len(mini_batch))*nb
                       for b, nb in zip(self.biases, nabla_b)]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation)+b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = sigmoid_prime(z)
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
        return (nabla_b, nabla_w)

    def cost_derivative(self, output_activations, y):
        return (output_activations-y)
"""
LOOP = "delta = np.dot(self.weights[-l+1].transpose(), delta) * sp"
# What is written, what is written wrongly, and what the mark must say.
SLIPS = {
    "sign": ("return (output_activations-y)", "return (y-output_activations)", "sign:"),
    "no slope at the output": (" * sigmoid_prime(zs[-1])", "", r"missing activation derivative.*z\^4"),
    "slope at a": ("sigmoid_prime(zs[-1])", "sigmoid_prime(activations[-1])", r"sigma'\(a\^4\)"),
    "no slope inside": (LOOP, LOOP.removesuffix(" * sp"), r"missing activation derivative.*z\^3"),
    "no transpose": (LOOP, LOOP.replace(".transpose()", ""), "transpose: w^4"),
    "wrong weights": (LOOP, LOOP.replace("[-l+1]", "[-l]"), "wrong layer: w^3 was used for w^4"),
    "wrong activations": ("activations[-l-1]", "activations[-l]", "wrong layer: a^3 was used for a^2"),
    "wrong slope": ("z = zs[-l]", "z = zs[-l+1]", r"wrong layer: sigma'\(z\^4\) was used for"),
    "z for a": ("activations[-2].transpose()", "zs[-2].transpose()", r"z\^3 was used for a\^3"),
    "loop too short": ("range(2, self.num_layers)", "range(2, self.num_layers-1)", "never computed"),
    "transposed result": ("np.dot(delta, activations[-2].transpose())",
                          "np.dot(activations[-2], delta.transpose())", "transpose: it is the transposed"),
    "a for the slope": (" * sigmoid_prime(zs[-1])", " * activations[-1]", r"derivative: a\^4 was"),
    "plus for minus": (" * sigmoid_prime(zs[-1])", " * activations[-1]*(1+activations[-1])",
                       r"a\^4 \* \(1 \+ a\^4\) was"),
    "slope of tanh": (" * sigmoid_prime(zs[-1])", " * (1-activations[-1]**2)", r"1 - a\^4 \* a\^4 was"),
    "slope squared": (LOOP, f"{LOOP}**2", r"sigma'\(z\^3\) is there two times"),
    "sign inside": (LOOP, LOOP.replace("= np", "= -np"), "sign:"),
    "exchanged": ("return (nabla_b, nabla_w)", "return (nabla_w, nabla_b)", "exchanged:"),
    "no bias forward": ("z = np.dot(w, activation)+b", "z = np.dot(w, activation)", "missing bias"),
    "bias forgotten": ("            nabla_b[-l] = delta\n", "", "never computed"),
    "error twice": ("delta = self.cost", "delta = 2*self.cost", "factor 2: it is twice"),
    "not divided": ("(eta/len(mini_batch))*nw", "eta*nw", "the division by N = 6 is missing"),
    "assigned": ("nabla_w = [nw+dnw for", "nabla_w = [dnw for", "only the last example"),
    "uphill": ("[w-(eta", "[w+(eta", "sign:"),
    # The forward pass, and what spoils every gradient at once.
    "forward transposed": ("np.dot(w, activation)+b", "np.dot(w.T, activation)+b",
                           "transpose in the forward"),
    "always x": ("np.dot(w, activation)+b", "np.dot(w, x)+b", "input in every layer"),
    "minus b": ("np.dot(w, activation)+b", "np.dot(w, activation)-b", "sign of the bias"),
    "tanh forward": ("activation = sigmoid(z)", "activation = np.tanh(z)", "forward pass computes tanh"),
    "z carried on": ("activation = sigmoid(z)", "activation = z", "carries z on"),
    "sigma of sigma": ("activation = sigmoid(z)", "activation = sigmoid(sigmoid(z))", "activation twice"),
    "z kept as a": ("zs.append(z)", "zs.append(sigmoid(z))", r"sigma'\(a\^4\)"),
    "loop from 1": ("range(2, self.num_layers)", "range(1, self.num_layers)", "one step too long"),
    # The cost.
    "the cost itself": ("(output_activations-y)\n", "0.5*(output_activations-y)**2\n",
                        "the cost for its derivative"),
    "another cost": ("(output_activations-y)\n",
                     "(output_activations-y)/(output_activations*(1-output_activations))\n",
                     "derivative of cross_entropy"),
    "absolute value": ("(output_activations-y)\n", "abs(output_activations-y)\n", "absolute value"),
    "squared": ("(output_activations-y)\n", "(output_activations-y)**2\n", "power:"),
    "no target": ("(output_activations-y)\n", "output_activations\n", "missing target"),
    # The way back.
    "slope of z": ("sp = sigmoid_prime(z)", "sp = z*(1-z)", r"z\^3 \* \(1 - z\^3\) was used"),
    "added": (LOOP, LOOP.replace("* sp", "+ sp"), "a sum for a product"),
    "own weights": (LOOP, LOOP.replace("[-l+1].transpose()", "[-l]"), "w^3 was used for the transposed w^4"),
    "slope of tanh inside": ("sp = sigmoid_prime(z)", "sp = 1-np.tanh(z)**2", "that of tanh stands where"),
    "first error again": ("nabla_w[-l] = np.dot(delta,", "nabla_w[-l] = np.dot(nabla_b[-1],",
                          "delta^4 was used for delta^3"),
    "bias times a": ("nabla_b[-l] = delta", "nabla_b[-l] = delta*activations[-l]", "BP3 has no factor a^3"),
    "bias summed": ("nabla_b[-l] = delta", "nabla_b[-l] = np.full_like(delta, delta.sum())",
                    "the neurons, too"),
    "lists reversed": ("(nabla_b, nabla_w)\n\n    def cost", "(nabla_b, nabla_w[::-1])\n\n    def cost",
                       "it is nabla_w^2"),
    # The step.
    "no eta": ("(eta/len(mini_batch))*nw", "(1/len(mini_batch))*nw", "missing factor eta: "),
    "times m": ("(eta/len(mini_batch))*nw", "(eta*len(mini_batch))*nw", "factor 1/m"),
    "eta squared": ("(eta/len(mini_batch))*nb", "(eta**2/len(mini_batch))*nb", "factor eta twice"),
    "biases stay": ("[b-(eta/len(mini_batch))*nb", "[b", "never computed"),
}  # fmt: skip
SQUARE = [5, 5, 5, 5]


def student(old: str = "", new: str = "") -> type[Network]:
    assert old in CODE
    scope: dict[str, Any] = {"__name__": "student"}
    exec(CODE.replace(old, new), scope)
    kind: type[Network] = scope["Student"]
    return kind


def batch(sizes: list[int], m: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.random((sizes[0], m)), rng.random((sizes[-1], m))


@pytest.mark.parametrize("module", [network, network2])
def test_the_functions_beside_the_class_are_there(module: Any) -> None:
    """The documents' listing has them, and a script calls them by these names."""
    z = np.array([[-1000.0], [0.0], [0.5]])
    for name in ("sigmoid", "sigmoid_vec"):
        np.testing.assert_array_equal(getattr(module, name)(z), sigmoid(z))
    for name in ("sigmoid_prime", "sigmoid_prime_vec"):
        np.testing.assert_allclose(getattr(module, name)(z), sigmoid_prime(z), rtol=1e-15)
    assert isinstance(module.sigmoid(z), np.ndarray)
    assert isinstance(module.sigmoid_prime(0.0), float)


def test_the_students_own_code_is_right() -> None:
    marks = mark(student()(SQUARE, seed=0), *batch(SQUARE))
    assert [m.method for m in marks] == ["cost_derivative", "backprop", "update_mini_batch"]
    assert all(m.right for m in marks), marks
    assert mark(Network(SQUARE, seed=0), *batch(SQUARE)) == []


@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_named(slip: str) -> None:
    old, new, words = SLIPS[slip]
    marks = mark(student(old, new)(SQUARE, seed=0), *batch(SQUARE))
    wrong = next(m for m in marks if not m.right)
    import re

    assert re.search(words.replace("^", r"\^").replace(r"\\^", r"\^"), wrong.said), wrong.said


@pytest.mark.parametrize("slip", ["no transpose", "forward transposed", "always x", "own weights"])
def test_a_slip_that_shows_in_the_shapes_is_named_too(slip: str) -> None:
    old, new, words = SLIPS[slip]
    marks = mark(student(old, new)([6, 5, 4, 3], seed=0), *batch([6, 5, 4, 3]))
    raised, _, told = next(m.said for m in marks if not m.right).partition(
        ". Where all layers are "
    )
    assert raised.startswith("backprop raised ValueError: ")
    assert told.startswith("equally wide it runs: ")
    assert words in told


@pytest.mark.parametrize(
    ("returned", "said"),
    [("None", "gave back NoneType"), ("nabla_w", "gave back "), ("(0.0, 0.0)", "gave back tuple"),
     ("([b*np.nan for b in nabla_b], nabla_w)", "none of the usual slips"),
     ("([b[:, 0] for b in nabla_b], nabla_w)", r"its shape is (5,) by hand")],
)  # fmt: skip
def test_what_is_no_gradient_is_told_once(returned: str, said: str) -> None:
    kind = student("return (nabla_b, nabla_w)", f"return {returned}")
    wrong = [m for m in mark(kind(SQUARE, seed=0), *batch(SQUARE)) if not m.right]
    assert [m.method for m in wrong] == ["backprop"]
    assert said in wrong[0].said
    assert "equally wide" not in wrong[0].said
    assert " nan " not in wrong[0].said


def test_a_step_is_judged_by_the_students_own_gradient() -> None:
    old, new, _ = SLIPS["sign inside"]
    marks = mark(student(old, new)(SQUARE, seed=0), *batch(SQUARE))
    assert [m.method for m in marks if not m.right] == ["backprop"]


def test_a_students_backprop_trains(capsys: pytest.CaptureFixture[str]) -> None:
    data = [(np.array([[a], [b]]), np.array([[1.0 - (a != b)], [float(a != b)]]))
            for a in (0.0, 1.0) for b in (0.0, 1.0)]  # fmt: skip
    test = [(x, int(np.argmax(y))) for x, y in data]
    kind = student()
    ours, theirs = Network([2, 4, 2], seed=3), kind([2, 4, 2], seed=3)
    ours.SGD(data, 30, 2, 3.0, test_data=test)
    first = capsys.readouterr().out
    theirs.SGD(zip(*zip(*data, strict=True), strict=True), 30, 2, 3.0, test_data=iter(test))
    assert capsys.readouterr().out == first
    for a, b in zip((*ours.weights, *ours.biases), (*theirs.weights, *theirs.biases), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize(
    "name", ["update_mini_batch", "backprop", "cost_derivative", "evaluate", "feedforward"]
)
def test_whatever_is_overridden_is_called(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    called = []

    def method(self: Network, *args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return getattr(Network, name)(self, *args, **kwargs)

    net = type("Own", (Network,), {name: method})([1, 2], seed=0)
    net.SGD([([0.5], 1)], 1, 1, 1.0, test_data=[([0.5], 1)])
    assert called
    assert capsys.readouterr().out.startswith("Epoch 0: ")


def test_a_run_that_leaves_the_numbers_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    net = Network([1, 1], "identity", seed=0)
    with pytest.warns(Diverged, match="not a finite number since epoch"):
        net.SGD([([100.0], [1.0])], 200, 1, 10.0)
    capsys.readouterr()


def test_check_marks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    assert main(["check", "--code", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "backprop: right"
    path.write_text(CODE.replace(LOOP, LOOP.removesuffix(" * sp")))
    assert main(["check", "--code", f"{path}:Student"]) == 1
    assert "Likely slip: missing activation derivative" in capsys.readouterr().out
    assert main(["check", "--code", f"{path}:Nobody"]) == 1
    assert "the file has Student" in capsys.readouterr().err
    path.write_text("1 +")
    assert main(["check", "--code", str(path)]) == 1
    assert "cannot be run: SyntaxError" in capsys.readouterr().err


def test_network2s_transcript(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    xs = [rng.random((4, 1)) for _ in range(30)]
    training = [(x, network2.vectorized_result(int(x[0, 0] > 0.5), 2)) for x in xs[:20]]
    held = [(x, int(x[0, 0] > 0.5)) for x in xs[20:]]
    net = network2.Network([4, 6, 2], cost=network2.CrossEntropyCost, seed=0)
    net.large_weight_initializer()
    lists = net.SGD(training, 30, 10, 0.5, lmbda=0.1, evaluation_data=held,
                    monitor_evaluation_cost=True, monitor_evaluation_accuracy=True,
                    monitor_training_cost=True, monitor_training_accuracy=True)  # fmt: skip
    assert [len(v) for v in lists] == [30] * 4
    evaluation_cost, evaluation_accuracy, training_cost, training_accuracy = lists
    assert training_cost[-1] < training_cost[0]
    assert training_accuracy[-1] == net.accuracy(training, convert=True) > 14
    assert evaluation_accuracy[-1] == net.accuracy(held)
    assert evaluation_cost[-1] == pytest.approx(net.total_cost(held, 0.1, convert=True))
    told = capsys.readouterr().out
    assert "Epoch 29 training complete" in told
    assert f"Accuracy on evaluation data: {evaluation_accuracy[-1]} / 10" in told
    net.save(tmp_path / "net.json")
    again = network2.load(tmp_path / "net.json")
    np.testing.assert_array_equal(again.feedforward(xs[0]), net.feedforward(xs[0]))
    (tmp_path / "bad.json").write_text(json.dumps({"sizes": [2]}))
    with pytest.raises(ValueError, match="not a network that save wrote"):
        network2.load(tmp_path / "bad.json")


def test_network2s_step_by_hand_and_a_cost_of_ones_own() -> None:
    class Mine:
        @staticmethod
        def fn(a: Any, y: Any) -> float:
            return float(0.5 * np.sum((a - y) ** 2))

        @staticmethod
        def delta(z: Any, a: Any, y: Any) -> Any:
            return (a - y) * sigmoid_prime(z)

    x, y = batch([3, 2])
    data = [(x[:, [i]], y[:, [i]]) for i in range(6)]
    for cost in (network2.QuadraticCost, network2.CrossEntropyCost, Mine):
        net = network2.Network([3, 2], cost=cost, seed=0)
        w, b = net.weights[0].copy(), net.biases[0].copy()
        z = w @ x + b
        delta = cost.delta(z, sigmoid(z), y)
        net.update_mini_batch(data, 0.5, 0.2, 20)
        np.testing.assert_allclose(
            net.weights[0], (1 - 0.5 * 0.2 / 20) * w - 0.5 / 6 * delta @ x.T, rtol=1e-12
        )
        np.testing.assert_allclose(
            net.biases[0], b - 0.5 / 6 * delta.sum(1, keepdims=True), rtol=1e-12
        )
        wanted = np.mean([cost.fn(net.feedforward(u), v) for u, v in data])
        assert net.total_cost(data, 0.0) == pytest.approx(wanted, rel=1e-12)


def test_mnist_in_the_documents_forms(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    parts = tuple(
        (rng.random((n, 784), dtype=np.float32), rng.integers(10, size=n)) for n in (9, 4, 5)
    )
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(parts, protocol=2)))
    training, validation, test = mnist_loader.load_data_wrapper(path)
    assert (len(training), len(validation), len(test)) == (9, 4, 5)
    assert (training[0][0].shape, training[0][1].shape, test[0][1]) == (
        (784, 1),
        (10, 1),
        parts[2][1][0],
    )
    np.testing.assert_array_equal(mnist_loader.load_data(path)[1][0], parts[1][0])
    net = Network([784, 10], seed=0)
    net.update_mini_batch(parts[0], 0.1)  # (images, labels) as they lie in the file
    assert 0 <= net.evaluate(parts[1]) <= 4
    path.write_bytes(gzip.compress(pickle.dumps(Path("x"))))
    with pytest.raises(DataError, match="which no data need"):
        mnist_loader.load_data(path)
    path.write_bytes(gzip.compress(pickle.dumps((parts[0],))))
    with pytest.raises(DataError, match="three pairs"):
        mnist_loader.load_data(path)
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match="not readable"):
        mnist_loader.load_data(path)


def test_a_bar_of_ones_choice_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    import tqdm

    data = [(np.array([[float(k)]]), k) for k in (0, 1)]
    shown = io.StringIO()
    bar = functools.partial(tqdm.tqdm, file=shown)
    one, other = Network([1, 2], seed=0), Network([1, 2], seed=0)
    one.SGD(data, 5, 2, 3.0, test_data=data, quiet=True, progress=bar)
    assert capsys.readouterr().out == ""
    assert "5/5" in shown.getvalue()
    other.SGD(data, 5, 2, 3.0, test_data=data)
    assert capsys.readouterr().out.count("Epoch") == 5
    assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))


WRONG_RATES = [("eta", "a"), ("eta", None), ("eta", math.nan), ("eta", math.inf), ("eta", 0.0), ("eta", 1j),
               ("eta", np.complex128(1)), ("eta", True), ("eta", ad.Value(1.0)), ("lmbda", "x"),
               ("lmbda", -1.0), ("lmbda", math.inf), ("lmbda", None)]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG_RATES)
def test_the_second_networks_rates_are_checked(name: str, value: Any) -> None:
    net = network2.Network([2, 2], seed=0)
    data = [(np.ones((2, 1)), network2.vectorized_result(1, 2))]
    said = "it must be a (positive )?number" if name == "eta" else "it must be (a number|0 or more)"
    with pytest.raises(ValueError, match=f"{name} is .*: {said}"):
        net.SGD(data, 1, 1, **{"eta": 0.1, name: value})
    if name == "lmbda":
        with pytest.raises(ValueError, match=f"{name} is .*: {said}"):
            net.total_cost(data, value)


def test_the_second_network_tells_that_training_left_the_numbers() -> None:
    net = network2.Network([2, 2], seed=0)
    data = [(np.full((2, 1), math.nan), network2.vectorized_result(1, 2))]
    with pytest.warns(Diverged, match="not a finite number since epoch 0") as told:
        net.SGD(data, 3, 1, 0.1)
    assert len(told) == 1
    assert told[0].filename == __file__


def returning(value):
    """Return a network whose backprop gives this back."""
    return type("Mine", (Network,), {"backprop": lambda self, x, y: value})([3, 4, 2], seed=0)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "gave back NoneType: return"),
        (np.zeros(2), "gave back ndarray: return"),
        (([], [1.0]), "lists of 0 and 1 arrays: return"),
        (([1, "a"], [1, 1]), "not all arrays of real numbers"),
        (([1j, 1], [1, 1]), "not all arrays of real numbers"),
        (([[1, [2]], 1], [1, 1]), "not all arrays of real numbers"),
    ],
)
def test_what_comes_back_in_another_form_is_said(value, told, rng):
    (found,) = mark(returning(value), rng.random((3, 4)), rng.random((2, 4)))
    assert told in found.said
    assert "equally wide" not in found.said
    other = type("Other", (Network,), {"cost_derivative": lambda self, a, y: "a - y"})([3, 2])
    (found,) = mark(other, rng.random((3, 4)), rng.random((2, 4)))
    assert (
        found.said
        == "cost_derivative gave back str: return an array of numbers of the shape (2, 4)"
    )


def test_an_error_of_ours_is_not_the_students(rng, monkeypatch):
    """What they raise is told with the line; what marking itself raises goes on its way."""
    x, y = rng.random((3, 4)), rng.random((2, 4))

    class Mine(Network):
        def backprop(self, x, y):
            return super().backprop(x[:2], y)

    line = Mine.backprop.__code__.co_firstlineno + 1
    (found,) = mark(Mine([3, 4, 2], seed=0), x, y)
    assert f"(line {line}, in its call of the library's backprop)" in found.said

    def broken(*args, **kwargs):
        raise RuntimeError("marking is broken")

    monkeypatch.setattr("nets.runs.marking.ad.compare", broken)
    Mine.backprop = lambda self, x, y: Network.backprop(self, x, y)
    with pytest.raises(RuntimeError, match="marking is broken"):
        mark(Mine([3, 4, 2], seed=0), x, y)


def test_a_layer_left_at_the_0_of_its_list_is_never_computed(rng):
    class Mine(Network):
        def backprop(self, x, y):
            nabla_b, nabla_w = super().backprop(x, y)
            return [0, *nabla_b[1:]], [0, *nabla_w[1:]]

        def update_mini_batch(self, mini_batch, eta):
            for x, y in mini_batch:
                self.backprop(x, y)

    (found, _) = mark(Mine([3, 4, 2], seed=0), rng.random((3, 4)), rng.random((2, 4)))
    assert found.said.startswith("delta^2 (layer 2)")
    assert "never computed: it is still 0" in found.said


NETWORK2 = """
import numpy as np
import nets.network2 as network2
from nets.network2 import sigmoid, sigmoid_prime

class Student(network2.Network):
    def backprop(self, x, y):
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(np.dot(w, activations[-1])+b)
            activations.append(sigmoid(zs[-1]))
        delta = (self.cost).delta(zs[-1], activations[-1], y)
        nabla_b, nabla_w = [delta], [np.dot(delta, activations[-2].transpose())]
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b.insert(0, delta)
            nabla_w.insert(0, np.dot(delta, activations[-l-1].transpose()))
        return (nabla_b, nabla_w)

    def update_mini_batch(self, mini_batch, eta, lmbda, n):
        found = [self.backprop(x, y) for x, y in mini_batch]
        m = len(mini_batch)
        self.weights = [(1-eta*(lmbda/n))*w-(eta/m)*sum(f[1][i] for f in found)
                        for i, w in enumerate(self.weights)]
        self.biases = [b-(eta/m)*sum(f[0][i] for f in found)
                       for i, b in enumerate(self.biases)]
"""
DELTA = "(self.cost).delta(zs[-1], activations[-1], y)"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ()),
        (DELTA, "(activations[-1]-y)*sigmoid_prime(zs[-1])", ("activation derivative twice",)),
        ("lmbda/n", "lmbda", ("right without lmbda",)),
        (
            "sum(f[0][i] for f in found)",
            "sum(f[0][i]*(1-lmbda/n) for f in found)",
            ("without lmbda",),
        ),
    ],
)
def test_network2s_methods_of_ones_own_are_heard_and_marked(old, new, said, rng) -> None:
    space: dict = {}
    exec(NETWORK2.replace(old, new) if old else NETWORK2, space)
    kind = space["Student"]
    kind.__module__ = "marked"
    net = kind([3, 4, 2], seed=0)
    x, y = rng.random((3, 5)), rng.random((2, 5))
    wrong = [m.said for m in mark(net, x, y) if not m.right]
    assert len(wrong) == len(said)
    assert all(part in told for part, told in zip(said, wrong, strict=True))
    assert net.cost.__name__ == "CrossEntropyCost"
    before = [w.copy() for w in net.weights]
    pairs = [(x[:, [k]], y[:, [k]]) for k in range(5)]
    with contextlib.redirect_stdout(io.StringIO()):
        net.SGD(pairs, 1, 5, 0.5, lmbda=0.1)
    assert all((w != v).any() for w, v in zip(net.weights, before, strict=True))


def test_a_backprop_of_another_form_trains_or_is_told(rng) -> None:
    x, y = rng.random((3, 4)), rng.random((2, 4))
    pairs = [(x[:, [k]], y[:, [k]]) for k in range(4)]

    class Lists(Network):
        def backprop(self, x, y):
            return tuple([v.tolist() for v in part] for part in super().backprop(x, y))

    class Nothing(Network):
        def backprop(self, x, y):
            super().backprop(x, y)

    class Zeroed(Network):
        def backprop(self, x, y):
            found = super().backprop(x, y)
            x *= 0
            return found

    class Lost(Network):
        def backprop(self, x, y):
            nabla_b, nabla_w = super().backprop(x, y)
            nabla_w[0][0, 0] = np.nan
            return nabla_b, nabla_w

    plain, listed = Network([3, 4, 2], seed=0), Lists([3, 4, 2], seed=0)
    for net in (plain, listed):
        net.SGD(pairs, 2, 2, 0.5, quiet=True)
    assert all(np.allclose(a, b) for a, b in zip(plain.weights, listed.weights, strict=True))
    assert [m.right for m in mark(Lists([3, 4, 2], seed=0), x, y)] == [True]
    with pytest.raises(ValueError, match="gave back NoneType: return \\(nabla_b, nabla_w\\)"):
        Nothing([3, 4, 2]).SGD(pairs, 1, 2, 0.5, quiet=True)
    Zeroed([3, 4, 2]).SGD(pairs, 1, 2, 0.5, quiet=True)
    assert all(a.all() for a, _ in pairs)
    (found,) = mark(Zeroed([3, 4, 2], seed=0), x, y)
    assert "changed the arrays that it was given" in found.said
    with pytest.warns(Diverged, match="look at what your own backprop computes"):
        Lost([3, 4, 2]).SGD(pairs, 1, 2, 0.5, quiet=True)
