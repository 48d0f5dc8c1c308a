"""Training number by number takes the same steps as training on arrays."""

import numpy as np
import pytest

from nets.network import Network
from nets.optim import Optimiser
from nets.runs.scalar_engine import ScalarEngine
from nets.runs.training import Training


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_steps_agree_with_those_on_arrays(cost, rng):
    data = [(rng.normal(size=(5, 1)), int(rng.integers(3))) for _ in range(12)]
    runs = []
    for scalar in (False, True):
        net = Network([5, 4, 3], seed=1, cost=cost)
        run = Training(net, data, Optimiser(0.5), epochs=3, mini_batch_size=5, monitor=data)
        if scalar:
            run.take_step = ScalarEngine(run).step
        assert run.run()
        runs.append(net)
    for a, b in zip(runs[0].weights, runs[1].weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)
    for a, b in zip(runs[0].biases, runs[1].biases, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)


def test_what_it_does_not_train_is_told(rng):
    net = Network([5, 3], seed=1, cost="log_likelihood", output="softmax")
    data = [(rng.normal(size=(5, 1)), 0)]
    run = Training(net, data, Optimiser(0.5), epochs=1, mini_batch_size=1, monitor=data)
    with pytest.raises(ValueError, match="quadratic or cross_entropy"):
        ScalarEngine(run)
