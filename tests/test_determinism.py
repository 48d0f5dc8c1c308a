"""One seed, one result: training in ten processes with ten hash seeds ends in the same bits."""

import os
import subprocess
import sys

import pytest

TRAINING = """
import hashlib
import numpy as np
from nets import Network
from nets.optim import Adam
draw = np.random.default_rng(0)
labels = draw.integers(0, 10, 600)
images = draw.random((600, 64, 1)) + np.eye(64)[labels][..., None]
net = Network([64, 12, 10], seed=1, activation="tanh", output="sigmoid", cost="cross_entropy", dropout=0.2)
net.SGD(list(zip(images, np.eye(10)[labels][..., None])), 2, 10, 1.0, optimiser=Adam(0.01), quiet=True)
print(hashlib.sha256(b"".join(p.tobytes() for p in [*net.weights, *net.biases])).hexdigest())
"""


@pytest.mark.slow
def test_ten_processes_train_the_same_weights() -> None:
    digests = set()
    for hash_seed in range(10):
        done = subprocess.run(
            [sys.executable, "-c", TRAINING],
            env=os.environ | {"PYTHONHASHSEED": str(1000 + hash_seed)},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
