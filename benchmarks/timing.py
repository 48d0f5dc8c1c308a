"""How a time is taken: the median of several runs after a warm-up, on one core."""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "PYTHONPATH": str(ROOT)
}


def together(runs: int, *jobs: Callable[[], Any]) -> list[float]:
    """Return the median seconds of each job; they take turns, so that all see the same machine."""
    for job in jobs:
        job()
    gc.collect()
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def blocks(*jobs: Callable[[], Any], turns: int = 15, least: float = 0.02) -> list[float]:
    """Return the median seconds of a call of each job, in blocks of calls that take turns.

    A block is at least 5 calls in a row and `least` seconds, so the job finds its own data in the cache.
    """
    counts = []
    for job in jobs:
        job()
        n, taken = 5, 0.0
        while taken < least:
            start = time.perf_counter()
            for _ in range(n):
                job()
            taken = time.perf_counter() - start
            if taken < least:
                n = max(n + 1, int(1.2 * n * least / max(taken, 1e-9)))
        counts.append(n)
    gc.collect()
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(turns):
        for job, n, found in zip(jobs, counts, times, strict=True):
            start = time.perf_counter()
            for _ in range(n):
                job()
            found.append((time.perf_counter() - start) / n)
    return [statistics.median(found) for found in times]


def in_a_fresh_process(call: str, **environment: str) -> Any:
    """Return what `benchmarks.MODULE.FUNCTION(...)` returns in a process of its own."""
    module = call.partition("(")[0].rpartition(".")[0]
    code = f"import json, {module}; print(json.dumps({call}))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **ONE_CORE, **environment}, cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "no answer")
    return json.loads(done.stdout.splitlines()[-1])


def timed_import() -> float:
    """Return the milliseconds that importing autodiff takes in this process, numpy being there."""
    import numpy  # noqa: F401

    start = time.perf_counter()
    import autodiff  # noqa: F401

    return (time.perf_counter() - start) * 1e3
