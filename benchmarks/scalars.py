"""Scalar graphs by size: n-ary nodes, ten million nodes, and an MNIST network number by number."""

import gc
import resource
import time
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.timing import ROOT, in_a_fresh_process, together
from nets.closed_form import Buffers, sgd_step, train_epoch
from nets.data import Examples, load_mnist
from nets.network import Network
from nets.optim import SGD
from nets.runs.scalar_engine import ScalarEngine
from nets.runs.training import Training


def nary(runs: int = 200) -> float:
    """Return a dot product of 784 Values as one node over the binary form, backward included."""
    draw = np.random.default_rng(0)
    w, x = ([ad.Value(v) for v in draw.random(784)] for _ in range(2))

    def binary() -> None:
        sum(a * b for a, b in zip(w, x, strict=True)).backward()

    one, many = together(runs, lambda: ad.dot(w, x).backward(), binary)
    return one / many


def chain(n: int) -> dict[str, float]:
    """Return ns a node to build and to go backward, and bytes a node, for a graph of n nodes."""
    a, b = ad.Value(1.0), ad.Value(1e-9)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    y = a
    for _ in range(n // 2):
        y = y + a * b
    built = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    backward = time.perf_counter()
    y.backward()
    swept = time.perf_counter()
    del y
    freed = time.perf_counter()
    return {
        "node": (built - start + freed - backward) / n * 1e9,
        "backward": (swept - backward) / n * 1e9,
        "bytes": used * 1024 / n,
    }


def ten_million() -> dict[str, float]:
    """Return time a node at 10,000,000 over that at 100,000 (each in new processes), and the rest.

    Of the times the quickest of five counts: a page that is touched for the first time is the system's
    affair, in a virtual machine its host's too, and takes anything between one and five times as long.
    """
    small = [in_a_fresh_process("benchmarks.scalars.chain(100_000)") for _ in range(5)]
    large = [in_a_fresh_process("benchmarks.scalars.chain(10_000_000)") for _ in range(5)]

    def quickest(found: list[Any]) -> float:
        return float(min(x["node"] for x in found))

    def middle(found: list[Any], what: str) -> float:
        return float(np.median([x[what] for x in found]))

    return {
        "ratio": quickest(large) / quickest(small),
        "bytes": middle(large, "bytes"),
        "backward": middle(large, "backward"),
    }


def mnist_step(runs: int = 100) -> float:
    """Return a step of [784, 30, 10], batch 10, as scalars over the closed form on numpy."""
    draw = np.random.default_rng(0)
    data = Examples(draw.random((100, 784)), draw.integers(10, size=100))
    net = Network([784, 30, 10], seed=0)
    training = Training(net, data, SGD(3.0), 1, 10, data)
    engine = ScalarEngine(training)
    chosen = np.arange(10)
    w, b = [np.array(p) for p in net.weights], [np.array(p) for p in net.biases]
    buffers = Buffers(w, 10)

    def closed() -> None:
        x, y = training.rows.inputs[chosen].T, training.rows.targets[chosen].T
        sgd_step(w, b, x, y, 3.0, buffers=buffers)

    ours, theirs = together(runs, lambda: engine.step(chosen), closed)
    return ours / theirs


def mnist_epoch(runs: int = 3) -> float:
    """Return an epoch of MNIST's 50,000, batch 10, as scalars over the closed form's epoch."""
    data = load_mnist(ROOT.parent / "shared" / "data" / "mnist").training
    net = Network([784, 30, 10], seed=0)
    training = Training(net, data, SGD(3.0), 1, 10, data)
    engine = ScalarEngine(training)
    order = np.random.default_rng(0).permutation(len(data))
    w, b = [np.array(p) for p in net.weights], [np.array(p) for p in net.biases]

    def scalars() -> None:
        for start in range(0, len(order), 10):
            engine.step(order[start : start + 10])

    def closed() -> None:
        train_epoch(w, b, training.rows.inputs.T, training.rows.targets.T, 10, 3.0, order)

    ours, theirs = together(runs, scalars, closed)
    return ours / theirs
