"""Training on replayed steps ends with the bits of training on a graph a step."""

import numpy as np
import pytest

from nets.data import load_digits
from nets.network import Network
from nets.optim import as_optimiser
from nets.parts.batches import as_rows, batches
from nets.runs.training import Training

KINDS = {
    "quadratic": {},
    "cross-entropy": {"cost": "cross_entropy"},
    "softmax": {"cost": "log_likelihood", "output": "softmax"},
    "tanh": {"activation": "tanh", "output": "sigmoid"},
    "relu, single precision": {"activation": "relu", "dtype": np.float32},
    "drop-out": {"dropout": 0.3},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["sgd", "momentum", "adam"])
def test_training_has_the_bits_of_eager_steps(kind: str, method: str) -> None:
    data, _, _ = load_digits()
    some = [data[i] for i in range(45)]
    replayed, eager = (Network([64, 12, 10], seed=3, **KINDS[kind]) for _ in range(2))
    run = Training(replayed, some, as_optimiser(method, 0.05, l2=0.01), 3, 10, monitor=some)
    run.run()
    optimiser = as_optimiser(method, 0.05, l2=0.01)
    rows = as_rows(some, 64, 10, eager.dtype)
    for _ in range(3):
        for x, y in batches(rows, eager.rng.permutation(45), 10):  # the last batch has five
            eager.step(x, y, optimiser)
    assert all(map(np.array_equal, replayed.weights, eager.weights))
    assert all(map(np.array_equal, replayed.biases, eager.biases))


def test_a_network_is_recorded_once_a_batch_size() -> None:
    data, _, _ = load_digits()
    some = [data[i] for i in range(45)]
    recorded = []
    for kind in ("quadratic", "cross-entropy", "softmax"):
        net = Network([64, 12, 10], seed=3, **KINDS[kind])
        run = Training(net, some, as_optimiser("sgd", 0.05), 4, 10, monitor=some)
        run.run()
        recorded.append(run.replayed.program.recorded)
    assert recorded == [2, 2, 2]
