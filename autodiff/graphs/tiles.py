"""Tiles: a program of arrays runs its stretches of pointwise rows block by block.

Between two numpy calls a large array goes to memory and back. `stretches` finds rows that work on numbers
one by one, on arrays of one shape, and that can run together; a `Plan` says where each finds its operands
and puts its result, and the `Tile` that is made of it takes a block of a few thousand numbers through all
of them before the next block. What is needed only inside has the memory of one block. The bits are those
of one call after the other for any size of the block, since every number is computed by the same loop.
"""

import math
import os
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from autodiff._engine import machine
from autodiff.nodes.tensor import Tensor
from autodiff.table.primitive import Pointwise, Primitive, elementwise, takes_out

BLOCK = 2048  # numbers in a block; 0 switches tiles off
AHEAD = 256  # rows that are looked through for more of a stretch
WIDEST = 3  # operands of a row
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


@dataclass
class Plan:
    """Rows with the slots of their operands and results, and what lies in the slots.

    A slot holds an array that is there before the run (`kept`), one that comes with the call (`given`), a
    block of scratch memory, or a result that is an array of its own (`fresh`; -1 - k stands for an
    argument in slot k that was given up and is written over).
    """

    like: Any  # a view of the shape and dtype of all results
    block: int
    size: int = 0
    slots: int = 0
    steps: list[tuple[Primitive, tuple[int, ...]]] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    given: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    threads: Threads = THREADS

    def slot(self, kind: list[int]) -> int:
        """Return a new slot of a kind."""
        kind.append(self.slots)
        self.slots += 1
        return kind[-1]


class PlainTile:
    """The tile in plain Python: numpy's calls on slices of the arrays."""

    def __init__(self, plan: Plan, *kept: Any) -> None:
        self.plan = plan
        self.arrays: list[Any] = [None] * plan.slots
        for slot, x in zip(plan.kept, kept, strict=True):
            self.arrays[slot] = x
        self.scratch = {
            slot: np.empty(min(plan.block, plan.size), plan.like.dtype) for slot in plan.blocks
        }

    def __call__(self, *arrays: Any) -> Any:
        """Run on the arrays of this call; return the results that are arrays of their own."""
        plan, now = self.plan, list(self.arrays)
        for slot, x in zip(plan.given, arrays, strict=True):
            now[slot] = np.ascontiguousarray(x) if x.ndim else x
        found = []
        for slot in plan.fresh:
            if slot < 0:
                found.append(now[-slot - 1])
                continue
            now[slot] = np.empty(plan.like.shape, plan.like.dtype)
            found.append(now[slot])
        flat = [x.reshape(-1) if x is not None and x.ndim else x for x in now]
        if not plan.like.ndim:  # results without axes are blocks of one number as well
            flat = [x if x is None else x.reshape(-1) for x in now]
        for at in range(0, plan.size, plan.block):
            self.run(flat, at, min(plan.block, plan.size - at))
        return found[0] if len(found) == 1 else found

    def run(self, flat: list[Any], at: int, n: int) -> None:
        """Take one block through all steps."""
        scratch = self.scratch

        def part(slot: int) -> Any:
            if slot in scratch:
                return scratch[slot][:n]
            x = flat[slot]
            return x[at : at + n] if x.ndim else x

        for row, slots in self.plan.steps:
            *xs, y = map(part, slots)
            if takes_out(row.array):
                row.array(*xs, out=y)
            else:
                y[...] = row.array(*xs)


Tile: Any = getattr(machine(), "Tile", PlainTile)


def fits(node: Tensor) -> bool:
    """Return whether a node's row works number by number on whole arrays of its shape, or on one number."""
    row, y = node.primitive, node._array
    return (
        isinstance(row, Pointwise)
        and not node.params
        and len(node.parents) <= WIDEST
        and y.dtype.char in "fd"
        and bool(y.size)
        and y.flags.c_contiguous
        and not any(np.may_share_memory(y, x._array) for x in node.parents)
        and all(
            x.dtype == y.dtype
            and (x.shape == y.shape or not x.ndim)
            and x._array.flags.c_contiguous
            for x in node.parents
        )
    )


def stretches(order: Sequence[Tensor], alone: set[Tensor]) -> list[list[Tensor]]:
    """Return the operations in an order of computing, those that run together side by side.

    A stretch begins at a row that fits and takes all that follow it, have its shape, and wait for nothing
    but what comes before it or lies in it. Those in `alone` are in no stretch.
    """
    if not BLOCK:
        return [[node] for node in order]
    can = {node for node in order if node not in alone and fits(node)}
    found: list[list[Tensor]] = []
    waiting = list(reversed(order))
    while waiting:
        first = waiting.pop()
        if first not in can:
            found.append([first])
            continue
        stretch = [first]
        before: list[Tensor] = []
        later: list[Tensor] = []
        inside, late = {first}, set[Tensor]()
        while waiting and len(before) + len(later) < AHEAD:
            node = waiting.pop()
            if any(x in late for x in node.parents):
                later.append(node)
                late.add(node)
            elif node in can and node.shape == first.shape and node.dtype == first.dtype:
                stretch.append(node)
                inside.add(node)
            elif any(x in inside for x in node.parents):
                later.append(node)
                late.add(node)
            else:
                before.append(node)
        waiting += reversed(later)
        found += stretches(before, alone)
        found.append(stretch)
    return found


def write(writer: Any, i: int, stretch: Sequence[Tensor], roots: Container[Tensor]) -> None:
    """Write the line that runs a stretch, whose first row stands in place i of the order."""
    first, end = stretch[0], i + len(stretch) - 1
    like = np.broadcast_to(np.zeros((), first.dtype), first.shape)  # no memory
    plan = Plan(like, BLOCK, first.size)
    words: list[str] = []  # of the slots that are kept
    arguments: list[str] = []  # of those that are given
    results: list[str] = []
    slots: dict[Any, int] = {}  # by node, or by what its memory is called
    labels: dict[Tensor, str] = {}
    free: list[int] = []  # blocks that are not read any more

    def outside(x: Tensor) -> int:
        """Return the slot of an operand that was computed before, or is an argument."""
        known = x in writer.known
        word = writer.buffers.get(x, writer.names[x]) if known else writer.names[x]
        if word not in slots:
            slots[word] = plan.slot(plan.kept if known else plan.given)
            (words if known else arguments).append(word)
        return slots[word]

    def result(k: int, node: Tensor) -> int:
        """Return the slot in which a row puts its result."""
        if node in roots:
            given_up = writer.donation(k, node)
            name = labels[node]
            results.append(name)
            if given_up is None:
                writer.needs += node._array.nbytes
                return plan.slot(plan.fresh)
            over = next(x for x in writer.inputs if writer.names[x] == given_up)
            plan.fresh.append(-1 - outside(over))
            return outside(over)
        if writer.last.get(node, k) <= end:
            writer.needs += 0 if free else min(BLOCK, node.size) * node.dtype.itemsize
            return free.pop() if free else plan.slot(plan.blocks)
        writer.names[node] = writer.place(k, node)
        return outside(node)

    for k, node in enumerate(stretch, i):
        labels[node] = writer.names[node] = writer.name(node.name or f"v{k}")
        places = [slots[x] if x in slots else outside(x) for x in node.parents]
        done = writer.done.get(k, ())
        over = elementwise(writer.row(node))
        ended = [slots[x] for x in done if x in slots and slots[x] in plan.blocks]
        free += ended if over else ()
        slots[node] = result(k, node)
        free += () if over else ended
        plan.steps.append((writer.row(node), (*places, slots[node])))
        writer.release(k, node)
    name = writer.name("tile")
    writer.made.append((name, partial(Tile, plan), words, {}))
    for node in stretch:
        rows = ", ".join(labels.get(x, writer.names[x]) for x in node.parents)
        writer.lines.append(f"# {labels[node]} = {writer.row(node).name}({rows})")
    call = f"{name}({', '.join(arguments)})"
    writer.lines.append(f"{', '.join(results)} = {call}" if results else call)
