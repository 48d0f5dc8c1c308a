"""One seed, one result: the same bits in every process, whatever the hash seed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

TRAIN = """
import hashlib, random, sys
import numpy as np
import autodiff as ad
from nets import Network
from nets.scalar import MLP

rng = np.random.default_rng(0)
data = [(rng.normal(size=(6, 1)), np.eye(3)[:, [i % 3]]) for i in range(60)]
random.seed(1); np.random.seed(1)
net = Network([6, 5, 3], seed=7)
sys.stdout = open(__import__("os").devnull, "w")
net.SGD(data, 3, 10, 1.0)
digest = hashlib.sha256()
for a in (*net.weights, *net.biases):
    digest.update(np.ascontiguousarray(getattr(a, "data", a)).tobytes())

leaves = {f"p{i}": ad.Value(rng.normal()) for i in range(20)}
for _ in range(5):
    loss = ad.sum([(v * v - 1.0).tanh() for v in leaves.values()])
    for v in leaves.values():
        v.grad = 0
    loss.backward()
    for v in leaves.values():
        v.data -= 0.1 * v.grad
digest.update(np.array([v.data for v in leaves.values()]).tobytes())
sys.__stdout__.write(digest.hexdigest())
"""

UNORDERED = """
import hashlib
order = list({f"node{i}" for i in range(100)})  # the fault: a set's order hangs on the hash seed
print(hashlib.sha256(str(order).encode()).hexdigest(), end="")
"""


def digests(program: str, processes: int) -> set[str]:
    def run(i: int) -> str:
        environment = os.environ | {"PYTHONHASHSEED": str(1000 + 17 * i)}
        return subprocess.run(
            [sys.executable, "-c", program],
            env=environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        return set(pool.map(run, range(processes)))


@pytest.mark.engine
def test_ten_processes_give_the_same_weights() -> None:
    (digest,) = digests(TRAIN, 10)
    assert len(digest) == 64


def test_the_order_of_a_set_would_be_seen() -> None:
    assert len(digests(UNORDERED, 3)) > 1
