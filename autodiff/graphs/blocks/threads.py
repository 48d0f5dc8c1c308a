"""Threads that share the blocks of large stretches: how many, and who serves them."""

import math
import os
from queue import SimpleQueue
from threading import Thread
from typing import Any

SHARED = 1 << 19  # numbers times rows of a stretch, from which on a thread is worth its start


class Threads:
    """Threads that share the blocks of large stretches; they start when they are first needed."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin without any: so does a forked child, too."""
        self.jobs: Any = SimpleQueue()
        self.started = 0

    def part(self, size: int, rows: int, block: int) -> int:
        """Return how many numbers of a stretch a thread takes: whole blocks, or all of them."""
        if size * rows < SHARED or size <= block:
            return size
        wanted = workers()
        try:
            while self.started < wanted - 1:
                Thread(
                    target=self.serve, args=(self.jobs,), daemon=True, name="autodiff-tile"
                ).start()
                self.started += 1
        except RuntimeError:  # no more may be started
            wanted = self.started + 1
        blocks = math.ceil(size / block)
        return math.ceil(blocks / wanted) * block

    @staticmethod
    def serve(jobs: Any) -> None:
        """Do what stands in the queue, for ever; the lock of each job is free when it is done."""
        while True:
            run, arguments, running = jobs.get()
            try:
                run(*arguments)
            finally:
                running.release()


def workers() -> int:
    """Return how many threads may share a stretch: what OMP_NUM_THREADS says, or the processors."""
    try:
        return max(1, int(os.environ["OMP_NUM_THREADS"]))
    except (KeyError, ValueError):
        few = getattr(os, "sched_getaffinity", None)
        return len(few(0)) if few else os.cpu_count() or 1


THREADS = Threads()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=THREADS.begin)
