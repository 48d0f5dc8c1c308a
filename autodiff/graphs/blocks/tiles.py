"""Tiles: a program of arrays runs its stretches of pointwise rows block by block.

Between two numpy calls a large array goes to memory and back. `stretches` finds rows that work on numbers
one by one, with results of one shape, and that can run together; a `Plan` says where each finds its operands
and puts its result, and the `Tile` that is made of it takes a block of a few thousand numbers through all
of them before the next block. What is needed only inside has the memory of one block. The bits are those
of one call after the other for any size of the block, since every number is computed by the same loop.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from autodiff._engine import machine
from autodiff.graphs.blocks.rows import copies, fits, near_their_sums, stretch_both, weighs
from autodiff.graphs.blocks.stretch import Stretch, Weighed, copied, stretch
from autodiff.graphs.blocks.threads import THREADS, Threads
from autodiff.nodes.tensor import Tensor
from autodiff.printers.interpreter import elementwise, takes_out
from autodiff.table.primitive import Primitive

BLOCK = 2048  # numbers in a block; 0 switches tiles off
AHEAD = 256  # rows that are looked through for more of a stretch
RUN = 128  # neighbours up to which numpy takes longer to come to its loop than in it


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
    lengths: list[int] = field(default_factory=list)  # of what lies in each slot
    steps: list[tuple[Primitive | Stretch | Weighed, tuple[int, ...]]] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    given: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    threads: Threads = THREADS

    @property
    def slots(self) -> int:
        return len(self.lengths)

    def slot(self, kind: list[int], length: int | None = None) -> int:
        """Return a new slot of a kind, for as many numbers as the stretch has or for a `length`."""
        kind.append(self.slots)
        self.lengths.append(self.size if length is None else length)
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
            self.run(flat, now, at, min(plan.block, plan.size - at))
        return found[0] if len(found) == 1 else found

    def run(self, flat: list[Any], whole: list[Any], at: int, n: int) -> None:
        """Take one block through all steps; stretched is what an array is as a whole."""
        scratch = self.scratch

        def part(slot: int) -> Any:
            if slot in scratch:
                return scratch[slot][:n]
            x = flat[slot]
            return x[at : at + n] if x.size > 1 else x

        for row, slots in self.plan.steps:
            if isinstance(row, Stretch):
                part(slots[1])[...] = copied(whole[slots[0]], row, at, n)
                continue
            if isinstance(row, Weighed):
                a, b = (copied(whole[k], step, at, n) for k, step in zip(slots, row, strict=False))
                np.add(part(slots[2]), a * b, out=part(slots[3]))
                continue
            *xs, y = map(part, slots)
            if takes_out(row.array):
                row.array(*xs, out=y)
            else:
                y[...] = row.array(*xs)


Tile: Any = getattr(machine(), "Tile", PlainTile)


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
        together = [first]
        before: list[Tensor] = []
        later: list[Tensor] = []
        inside, late = {first}, set[Tensor]()
        while waiting and len(before) + len(later) < AHEAD:
            node = waiting.pop()
            if any(x in late for x in node.parents):
                later.append(node)
                late.add(node)
            elif node in can and node.shape == first.shape and node.dtype == first.dtype:
                together.append(node)
                inside.add(node)
            elif any(x in inside for x in node.parents):
                later.append(node)
                late.add(node)
            else:
                before.append(node)
        waiting += reversed(later)
        found += stretches(before, alone)
        found.append(near_their_sums(together))
    return found


def pays(rows: Sequence[Tensor]) -> bool:
    """Return whether rows are quicker in a tile: several, or one whose operand is broadcast in short runs."""
    (first, *more) = rows
    if more or copies(first) is not None or not fits(first):
        return bool(more)
    runs = [stretch(x.shape, first.shape).axes for x in first.parents if 1 < x.size < first.size]
    return any(axes[-1][0] <= RUN for axes in runs) and 0 < BLOCK < first.size


def write(writer: Any, i: int, rows: Sequence[Tensor], roots: Container[Tensor]) -> None:
    """Write the line that runs a stretch, whose first row stands in place i of the order."""
    first, end = rows[0], i + len(rows) - 1
    like = np.broadcast_to(np.zeros((), first.dtype), first.shape)  # no memory
    plan = Plan(like, BLOCK, first.size)
    words: list[str] = []  # of the slots that are kept
    arguments: list[str] = []  # of those that are given
    results: list[str] = []
    slots: dict[Any, int] = {}  # by node, or by what its memory is called
    labels: dict[Tensor, str] = {}
    free: list[int] = []  # blocks that are not read any more
    until = {x: k for k, node in enumerate(rows, i) for x in node.parents}
    stretched: dict[Tensor, int] = {}  # blocks of operands that are broadcast

    def outside(x: Tensor) -> int:
        """Return the slot of an operand that was computed before, or is an argument."""
        known = x in writer.known
        word = writer.buffers.get(x, writer.names[x]) if known else writer.names[x]
        if word not in slots:
            slots[word] = plan.slot(plan.kept if known else plan.given, x.size)
            (words if known else arguments).append(word)
        return slots[word]

    def block() -> int:
        """Return the slot of a block that nobody reads."""
        writer.needs += 0 if free else min(BLOCK, first.size) * first.dtype.itemsize
        return free.pop() if free else plan.slot(plan.blocks)

    def operand(x: Tensor) -> int:
        """Return the slot in which a row finds an operand."""
        if x in slots or x.size in (1, first.size):
            return slots[x] if x in slots else outside(x)
        if x not in stretched:
            stretched[x] = block()
            plan.steps.append((stretch(x.shape, first.shape), (outside(x), stretched[x])))
        return stretched[x]

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
            return block()
        writer.names[node] = writer.place(k, node)
        return outside(node)

    products: list[Tensor] = []  # that wait for their sum
    for k, node in enumerate(rows, i):
        labels[node] = writer.names[node] = writer.name(node.name or f"v{k}")
        after = rows[k + 1 - i] if k < end else None
        if (
            after is not None
            and weighs(after) is node
            and node not in roots
            and writer.last[node] == k + 1
        ):
            products = [node]
            continue
        row, step = writer.row(node), copies(node)
        both = Weighed(*stretch_both(products[0])) if products else None
        read = [x for x in (*products, node) for x in x.parents if x not in products]
        if both:
            places = [*map(outside, read[:2]), operand(read[2])]
        else:
            places = [outside(read[0])] if step else [*map(operand, read)]
        done = [x for at in range(k - len(products), k + 1) for x in writer.done.get(at, ())]
        ended = [slots[x] for x in done if x in slots and slots[x] in plan.blocks]
        ended += [stretched.pop(x) for x in dict.fromkeys(read) if x in stretched and until[x] <= k]
        over = elementwise(row)
        free += ended if over else ()
        slots[node] = result(k, node)
        free += () if over else ended
        plan.steps.append((both or step or row, (*places, slots[node])))
        for at in range(k - len(products), k + 1):
            writer.release(at, node)
        products = []
    name = writer.name("tile")
    writer.made.append((name, partial(Tile, plan), words, {}))
    for node in rows:
        operands = ", ".join(labels.get(x, writer.names[x]) for x in node.parents)
        writer.lines.append(f"# {labels[node]} = {writer.row(node).name}({operands})")
    call = f"{name}({', '.join(arguments)})"
    writer.lines.append(f"{', '.join(results)} = {call}" if results else call)
