"""The gradient-flow report: BP2's bound holds, sigmoid networks vanish with depth, tanh less."""

from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
from nets.network import Network
from nets.pages.flow import gradient_flow


def batch(rng: np.random.Generator, inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.standard_normal((inputs, 8)), rng.random((outputs, 8))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_no_layer_passes_more_than_bp2_allows(rng: np.random.Generator, activation: str) -> None:
    net = Network([6, 9, 8, 7, 3], activation, seed=2, output="sigmoid")
    x, y = batch(rng, 6, 3)
    flow = gradient_flow(net, x, y)
    assert len(flow.layers) == 4
    for row in flow.layers:
        assert 0 < row.factor <= row.bound * (1 + 1e-12)
        assert row.delta <= flow.layers[-1].delta * row.product * (1 + 1e-12)


def test_the_numbers_are_those_of_the_graph(rng: np.random.Generator) -> None:
    net = Network([4, 5, 2], seed=0)
    x, y = batch(rng, 4, 2)
    row = gradient_flow(net, x, y).layers[0]
    record = net.record(x, y)
    record.cost.backward()
    assert row.gradient == pytest.approx(np.linalg.norm(net.w[0].grad), rel=1e-14)
    assert row.delta == pytest.approx(np.linalg.norm(8 * record.z[0].grad) / np.sqrt(8))
    s = ad.sigmoid(record.z[0].data)
    assert row.slope == pytest.approx(np.mean(s * (1 - s)), rel=1e-12)
    assert row.steepest <= 0.25


def test_the_gradient_vanishes_with_depth(rng: np.random.Generator) -> None:
    x, y = batch(rng, 4, 2)
    first = [
        gradient_flow(Network([4, *[10] * depth, 2], seed=1, initializer="scaled"), x, y).layers[0]
        for depth in (1, 4, 8, 16)
    ]
    deltas = [row.delta for row in first]
    assert deltas == sorted(deltas, reverse=True)
    assert deltas[-1] < 1e-6 * deltas[0]
    assert first[-1].product < 1e-3


def test_softmax_has_no_slope_of_its_own(rng: np.random.Generator) -> None:
    x, y = batch(rng, 4, 2)
    net = Network([4, 3, 2], cost="log_likelihood", output="softmax", seed=0)
    assert np.isnan(gradient_flow(net, x, y / y.sum(axis=0)).layers[-1].slope)


def test_shown_as_a_table_and_a_plot(rng: np.random.Generator, tmp_path: Path) -> None:
    flow = gradient_flow(Network([4, 3, 2], seed=0), *batch(rng, 4, 2))
    assert str(flow).count("\n") == 2
    assert flow.plot(tmp_path / "flow.png").read_bytes().startswith(b"\x89PNG")
