"""When more workers pay: the time of one training step, by network, mini-batch and workers.

`python -m benchmarks.scaling` prints the table of docs/scaling.md.
"""

import argparse
import statistics
import time
from typing import Any

import numpy as np

from nets.data import Examples
from nets.network import Network
from nets.optim import SGD
from nets.runs.engines import engine_of
from nets.runs.shards import SHARDS, Shards
from nets.runs.training import Training

CASES = (([64, 30, 10], 10), ([784, 30, 10], 10), ([784, 100, 10], 1000), ([784, 400, 10], 4000))


def seconds(training: Training, chosen: Any, steps: int) -> float:
    """Return the median time of a step, after one that is not counted."""
    training.take_step(chosen)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        training.take_step(chosen)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    print(f"{'network':<16} {'batch':>6} {'workers':>8} {'ms a step':>10} {'MB a step':>10}")
    rng = np.random.default_rng(0)
    for sizes, batch in CASES:
        n = max(batch, 100)
        data = Examples(rng.random((n, sizes[0])), rng.integers(10, size=n))
        for workers in (None, 1, 2):
            training = Training(Network(sizes, seed=0), data, SGD(0.1), 1, batch, data[:10])
            moved = 0.0
            with engine_of(argparse.Namespace(workers=workers, scheduler=None)) as engine:
                if engine is not None:
                    training.take_step = Shards(training, engine).step
                    count = sum(p.size for p in (*training.net.w, *training.net.b))
                    moved = 2 * SHARDS * 8 * count / 1e6
                ms = 1e3 * seconds(training, np.arange(batch), 15)
            name = ",".join(map(str, sizes))
            print(
                f"{name:<16} {batch:>6} {workers or 'none':>8} {ms:>10.2f} {moved:>10.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
