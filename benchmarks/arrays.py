"""Array graphs: a training step over the same step by hand on numpy, and backward over forward."""

from itertools import pairwise

import numpy as np

import autodiff as ad
from benchmarks.timing import in_a_fresh_process, together
from nets.closed_form import Buffers, sgd_step
from nets.network import Network
from nets.optim import SGD


def step(sizes: list[int], batch: int, runs: int = 100) -> float:
    """Return the eager training step over `closed_form.sgd_step` with buffers."""
    draw = np.random.default_rng(0)
    net, optimiser = Network(sizes, seed=0), SGD(0.01)
    x, y = (
        draw.random((sizes[0], batch)),
        np.eye(sizes[-1])[:, draw.integers(sizes[-1], size=batch)],
    )
    x_node, y_node = ad.constant(x), ad.constant(y)
    w, b = [np.array(p) for p in net.weights], [np.array(p) for p in net.biases]
    buffers = Buffers(w, batch)
    ours, theirs = together(
        runs,
        lambda: net.step(x_node, y_node, optimiser),
        lambda: sgd_step(w, b, x, y, 0.01, buffers=buffers),
    )
    return ours / theirs


def backward(sizes: list[int], batch: int, runs: int = 12) -> float:
    """Return forward + backward over forward alone."""
    draw = np.random.default_rng(0)
    w = [ad.Tensor(draw.normal(size=(m, n)) / n**0.5) for n, m in pairwise(sizes)]
    x = ad.constant(draw.random((sizes[0], batch)))

    def forward() -> ad.Tensor:
        a = x
        for weight in w:
            a = ad.relu(weight @ a)
        return a.sum()

    both, alone = together(runs, lambda: ad.gradient(forward(), w), forward)
    return both / alone


def import_time() -> float:
    """Return the milliseconds that importing autodiff takes after numpy."""
    calls = [in_a_fresh_process("benchmarks.timing.timed_import()") for _ in range(7)]
    return float(np.median(calls))
