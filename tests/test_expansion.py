"""The lens: each array operation as Values, with equal values and gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from nets.lens import neuron
from nets.network import Network

CASES: dict[str, Callable[[Any, Any], Any]] = {
    "matmul": lambda a, b: a @ b,
    "matmul by a vector": lambda a, b: a @ b[:, 0],
    "vector by matmul": lambda a, b: a[0] @ b,
    "vectors": lambda a, b: a[0] @ b[:, 1],
    "stacked": lambda a, b: a.reshape(2, 1, 3) @ b,
    "add": lambda a, b: a + b.T[:1],
    "mul by a number": lambda a, b: a * 3.0,
    "sum": lambda a, b: a.sum(axis=0),
    "sum of all": lambda a, b: a.sum(),
    "kept": lambda a, b: a.sum(axis=1, keepdims=True),
    "mean": lambda a, b: b.mean(axis=(0, 1)),
    "max": lambda a, b: a.max(axis=1),
    "min": lambda a, b: a.min(axis=0, keepdims=True),
    "reshape": lambda a, b: a.reshape(3, 2),
    "transpose": lambda a, b: a.T,
    "take": lambda a, b: a[[1, 1, 0], 1:],
    "concatenate": lambda a, b: ad.concatenate([a, b.T], axis=0),
    "broadcast": lambda a, b: ad.broadcast_to(a[:1], (4, 3)),
    "sigmoid": lambda a, b: ad.sigmoid(a),
    "power": lambda a, b: a**3,
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_the_array(name: str, rng: np.random.Generator) -> None:
    a = ad.Tensor(rng.standard_normal((2, 3)), name="a")
    b = ad.Tensor(rng.standard_normal((3, 4)), name="b")
    y = CASES[name](a, b)
    given = [x for x in (a, b) if x in ad.Graph(y).ids]
    lens = ad.expand(y, inputs=given)
    assert lens.output.shape == y.shape
    assert np.allclose(lens.values(), y.data, rtol=1e-15, atol=1e-15)
    g = rng.standard_normal(y.shape)
    lens.backward(g)
    y.backward(g)
    for x in given:
        assert lens.inputs[x.name or ""].shape == x.shape
        assert np.allclose(lens.gradients()[x.name or ""], x.grad, rtol=1e-14, atol=1e-15)


def test_ties_share_as_on_arrays() -> None:
    a = ad.Tensor([[1.0, 2.0, 2.0]], name="a")
    lens = ad.expand(a.max(axis=1))
    lens.backward(np.ones(1))
    assert lens.gradients()["a"].tolist() == [[0.0, 0.5, 0.5]]


def test_one_neuron_of_a_network(rng: np.random.Generator) -> None:
    net = Network([5, 4, 2], seed=0)
    record = net.record(rng.standard_normal((5, 3)), rng.random((2, 3)))
    record.cost.backward()
    w, b = net.w[0], net.b[0]
    lens = ad.expand(record.a[0], inputs=[w, b])
    neuron = lens.output[2, 1]
    assert neuron.data == pytest.approx(record.a[0].data[2, 1], rel=1e-15)
    names = {n.name for n in ad.Graph(neuron) if n.kind == "parameter"}
    assert names == {f"w^2[2,{k}]" for k in range(5)} | {"b^2[2,0]"}
    computed = {n.name for n in ad.Graph(neuron) if n.kind not in ("parameter", "input")}
    assert computed >= {"z^2[2,1]", "a^2[2,1]"}
    lens.backward()  # by the gradient that the array got
    assert np.allclose(lens.gradients()["w^2"], w.grad, rtol=1e-13, atol=1e-16)
    assert np.allclose(lens.gradients()["b^2"], b.grad, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("layer", [2, 3])
def test_a_neuron_by_its_place(layer: int, rng: np.random.Generator) -> None:
    net = Network([5, 4, 2], seed=0)
    x = rng.standard_normal((5, 3))
    record = net.record(x, np.zeros((2, 3)))
    a = neuron(net, x, layer, j=1, example=2)
    assert a.data == pytest.approx(record.a[layer - 2].data[1, 2], rel=1e-14)
    a.backward()
    expected = ad.gradient(record.a[layer - 2][1, 2], net.w[layer - 2])
    found = {n.name: n.grad for n in ad.Graph(a) if n.kind == "parameter"}
    for k in range(net.sizes[layer - 2]):
        assert found[f"w^{layer}[1,{k}]"] == pytest.approx(expected[1, k], rel=1e-13)
    for wrong in ({"layer": 1, "j": 0}, {"layer": 4, "j": 0}, {"layer": 2, "j": 9}):
        with pytest.raises(ValueError, match="layer"):
            neuron(net, x, **wrong)
    with pytest.raises(ValueError, match="examples 0 to 2"):
        neuron(net, x, 2, 0, example=3)


def test_what_is_refused() -> None:
    a = ad.Tensor([1.0, 2.0], name="a")
    with pytest.raises(ValueError, match="was not computed"):
        ad.expand(a)
    with pytest.raises(ValueError, match="had no gradient"):
        ad.expand(a * 2.0).backward()
    large = ad.Tensor(np.zeros((2000, 1000)))
    with pytest.raises(ValueError, match="would be taken apart, more than"):
        ad.expand(large + 1.0)
