"""Networks of Values: a micrograd script unchanged, and the same gradients as with matrices."""

import math
import random

import numpy as np
import pytest

from autodiff import Value
from nets import Network
from nets.scalar import MLP, Layer, Neuron

pytestmark = pytest.mark.engine


def test_a_script_written_for_micrograd() -> None:
    random.seed(1337)
    points = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    labels = [1.0 if x * x + y * y < 0.5 else -1.0 for x, y in points]
    model = MLP(2, [8, 8, 1])
    assert len(model.parameters()) == 8 * 3 + 8 * 9 + 9
    history = []
    for k in range(40):
        inputs = [list(map(Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        history.append(total_loss.data)
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= 0.1 * learning_rate * p.grad
    assert history[-1] < 0.5 * history[0]
    for p in model.parameters():
        p.grad = 0
    assert {p.grad for p in model.parameters()} == {0.0}
    assert total_loss._op == "+"
    assert {data_loss, reg_loss} == set(total_loss._prev)


def test_the_same_network_as_values_and_as_arrays(rng: np.random.Generator) -> None:
    net = Network([3, 4, 2], activation="tanh", output="identity", seed=0)
    scalar = MLP(3, [4, 2], activation="tanh")
    for layer, w, b in zip(scalar.layers, net.weights, net.biases, strict=True):
        for neuron, row, (bias,) in zip(layer.neurons, w, b, strict=True):
            neuron.b.data = bias
            for p, value in zip(neuron.w, row, strict=True):
                p.data = value
    x, y = rng.standard_normal((3, 1)), rng.standard_normal((2, 1))
    outputs = scalar([float(v) for v in x.ravel()])
    cost = sum((a - t) ** 2 for a, t in zip(outputs, y.ravel(), strict=True)) * 0.5
    cost.backward()
    nabla_b, nabla_w = net.backprop(x, y)
    for layer, nw, nb in zip(scalar.layers, nabla_w, nabla_b, strict=True):
        ours = [[w.grad for w in n.w] for n in layer.neurons]
        np.testing.assert_allclose(ours, nw, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose([[n.b.grad] for n in layer.neurons], nb, rtol=1e-13)


def test_a_neuron_by_hand() -> None:
    n = Neuron(2, activation="sigmoid", place=(2, 3))
    n.w[0].data, n.w[1].data, n.b.data = 1.0, -2.0, 0.5
    a = n([3.0, 1.0])
    a.backward()
    assert math.isclose(a.data, 1 / (1 + math.exp(-1.5)), rel_tol=1e-15)
    assert math.isclose(n.w[0].grad, 3.0 * a.data * (1 - a.data), rel_tol=1e-14)
    assert [p.name for p in n.parameters()] == ["w^2_31", "w^2_32", "b^2_3"]
    assert (a.name, a.parents[0].name) == ("a^2_3", "z^2_3")


def test_parameters_are_named_on_request() -> None:
    names = [p.name for p in MLP(1, [1, 2], named=True).parameters()]
    assert names == ["w^2_11", "b^2_1", "w^3_11", "b^3_1", "w^3_21", "b^3_2"]
    assert MLP(1, [1, 1], named=True)([2.0]).scope == "layer 3"
    assert {p.name for p in MLP(1, [1]).parameters()} == {None}


def test_layers_of_one_neuron_can_follow_each_other() -> None:
    assert isinstance(MLP(2, [1, 1, 1])([1.0, 2.0]), Value)


def test_what_they_print() -> None:
    assert repr(MLP(2, [2, 1])) == (
        "MLP of [layer of [relu neuron of 2 inputs, relu neuron of 2 inputs], "
        "layer of [linear neuron of 2 inputs]]"
    )


def test_a_wrong_number_of_inputs() -> None:
    with pytest.raises(ValueError, match="2 weights and was given 3 inputs"):
        Layer(2, 2)([1.0, 2.0, 3.0])
