"""A recorded graph of arrays as a Python function: one numpy call a node, into buffers that are kept.

What a node computes is the table's, so nothing is written a second time; what is decided here is
where results go. A buffer is taken again as soon as nobody reads it any more, an elementwise result
replaces an operand that is read for the last time, what depends on no argument is computed once, what
an operation and its derivative share is computed once, a view of a buffer is made once. Results are
arrays of their own, or stand in the memory of arguments given up ("donated").
"""

import keyword
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from autodiff.graphs.blocks import tiles
from autodiff.graphs.fold import fold, nodes_of, varying
from autodiff.nodes.tensor import Tensor
from autodiff.printers.interpreter import elementwise, takes_out
from autodiff.programs.gate import Guard, holds, overlap, written
from autodiff.table import tree
from autodiff.table.primitive import Primitive

TESTS = {"holds": holds, "overlap": overlap}


def memory(space: dict[str, Any], made: Sequence[Any], first: bool) -> dict[str, Any]:
    """Return all that a function names, with buffers of its own; the `first` one has those in space."""
    space = dict(space)
    for name, function, words, params in made:
        if function is not None:
            space[name] = function(*(space[w] for w in words), **params)
        elif not first:
            space[name] = np.empty_like(space[name])
    return space


class Writer:
    """The lines of one function, the objects that they name, and which memory is free meanwhile."""

    def __init__(
        self, inputs: Sequence[Tensor], names: Sequence[str], donated: Sequence[int], start: int
    ) -> None:
        self.inputs, self.start = list(inputs), start
        self.space: dict[str, Any] = {"ndarray": np.ndarray, "asarray": np.asarray, **TESTS}
        self.taken_names: dict[str, int] = {}  # how often each was wanted
        self.lines: list[str] = []
        self.names = {x: self.name(n) for x, n in zip(inputs, names, strict=True)}
        self.given_up = [self.inputs[i] for i in donated]
        self.taken: list[Tensor] = []  # those of them that are written over
        self.known: dict[Tensor, Any] = {}  # arrays that are there before the function runs
        self.buffers: dict[Tensor, str] = {}
        self.free: dict[Any, list[str]] = {}
        self.holders: dict[Tensor, set[Tensor]] = {x: {x} for x in inputs}
        self.last: dict[Tensor, int] = {}
        self.done: dict[int, list[Tensor]] = {}  # what is read for the last time there
        self.tiled: set[Tensor] = set()  # nodes that are computed block by block
        self.parts: dict[tuple[Tensor, str], str] = {}  # by x and row, what was kept of x
        self.captured: list[Tensor] = []  # nodes from outside
        self.made: list[tuple[str, Any, list[str], dict[str, Any]]] = []  # buffers, views of them
        self.needs = 0  # bytes at once in a run, its results among them

    def name(self, wanted: str, value: Any = None) -> str:
        """Bind a value to a name that is not taken, near the one that is wanted."""
        if not wanted.isidentifier() or keyword.iskeyword(wanted):
            wanted = "v"
        name, k = wanted, self.taken_names.get(wanted, 1)
        while name in self.space:
            k += 1
            name = f"{wanted}_{k}"
        self.taken_names[wanted] = k
        self.space[name] = value
        return name

    def buffered(self, wanted: str, node: Tensor) -> str:
        """Return the name of a new buffer of a node's kind."""
        name = self.name(wanted, np.empty_like(node._array))
        self.needs += node._array.nbytes
        self.made.append((name, None, [], {}))
        return name

    def word(self, value: Any, hint: str) -> str:
        """Return how a parameter or a function is written."""
        if value is None or type(value) in (bool, int, str):
            return repr(value)
        if isinstance(value, tuple) and all(isinstance(x, int) for x in value):
            return repr(value)
        return hint if self.space.get(hint) is value else self.name(hint, value)

    def write(self, outputs: Any, guards: Sequence[Guard]) -> str:
        """Return the source; `outputs` is nested tuples, lists and dicts of nodes."""
        found, structure = tree.flatten(outputs)
        order = self.in_order(nodes_of(found, guards))
        folding, order = fold(order, self.known, nodes_of(found, guards))
        found = [folding.of(x) for x in found]
        guards = [(sign, folding.of(a), folding.of(b), outcome) for sign, a, b, outcome in guards]
        self.known = folding.known
        self.call_constants([x for node in order for x in node.parents] + nodes_of(found, guards))
        roots = dict.fromkeys(nodes_of(found, ()))
        compared: Any = [nodes_of(guard[1:3], ()) for guard in guards]
        asked = {(x.parents[0], kept[1]) for x in order if (kept := self.row(x).of_kept) and x.ndim}
        asked &= {(x.parents[0], self.row(x).name) for x in order if self.row(x).keep}
        alone = {x for x in order if any(x.parents[0] is operand for operand, _ in asked)}
        found_together = tiles.stretches(order, alone.union(*compared))
        order = [node for stretch in found_together for node in stretch]
        self.tiled = {x for stretch in found_together if tiles.pays(stretch) for x in stretch}
        place = {node: i for i, node in enumerate(order)}
        for i, node in enumerate(order):
            held = set().union(*(self.holders.get(x, set()) for x in node.parents))
            self.last |= dict.fromkeys(held, i)
            self.holders[node] = {node} if self.is_own(node) else {node, *held}
        for root in roots:  # is read when all is done
            self.last |= dict.fromkeys(self.holders.get(root, ()), len(order))
        tests: dict[int, list[Guard]] = {}
        for guard, nodes in zip(guards, compared, strict=True):
            at = max((place.get(x, -1) for x in nodes), default=-1)
            tests.setdefault(at, []).append(guard)
            for x in (h for node in nodes for h in self.holders.get(node, ())):
                self.last[x] = max(at, self.last.get(x, -1))
        if guards:
            self.given_up = []  # a run that turns out to be another course must leave them alone
        for node, i in self.last.items():
            self.done.setdefault(i, []).append(node)
        self.test(tests.get(-1, []))
        for stretch in found_together:
            node, i = stretch[0], place[stretch[0]]
            if node in self.tiled:
                tiles.write(self, i, stretch, roots)
            else:
                self.operation(i, node, node in roots, asked)
                self.release(i, node)
            self.test(tests.get(place[stretch[-1]], []))
        returned: set[Tensor] = set()
        words = [
            self.result(x, x in place, returned) if isinstance(x, Tensor)
            else self.word(x, "said") + ".copy()" * isinstance(x, np.ndarray) for x in found
        ]  # fmt: skip
        result = written(structure.branch, iter(words))
        if result is None:
            result = f"{self.name('structure', structure)}([{', '.join(words)}])"
        head = f"def program({', '.join(self.names[x] for x in self.inputs)}):"
        return "\n    ".join([head, *self.checks(), *self.lines, f"return {result}"]) + "\n"

    def release(self, i: int, node: Tensor) -> None:
        """Give the buffers free that were read for the last time by the node in place i."""
        for x in self.done.get(i, ()):
            if x in self.buffers and self.buffers[x] != self.buffers.get(node):
                self.free.setdefault(self.kind(x), []).append(self.buffers[x])

    def is_own(self, node: Tensor) -> bool:
        """Return whether a computed result lies in memory that is none of its operands'."""
        return node in self.tiled or takes_out(self.row(node).array)

    def in_order(self, roots: Sequence[Tensor]) -> list[Tensor]:
        """Return the operations that depend on an argument or a parameter, in order of creation.

        Whatever else they need is a constant: leaves without a gradient, nodes older than the trace.
        """
        varies = varying(roots, self.inputs, self.start)
        for node, moves in varies.items():
            if not moves:
                self.known[node] = node._array
            elif self.is_outside(node) and node not in self.names:  # what it uses of others
                name = self.names[node] = self.name(node.name or "w")
                self.lines.append(f"{name} = {self.name('leaf', node)}._array")
                dtype = self.word(node.dtype, str(node.dtype))
                self.lines += [f"if {name}.dtype != {dtype}:", "    return None"]
                self.holders[node] = {node}
                self.captured.append(node)
        moving = [x for x, moves in varies.items() if moves and not self.is_outside(x)]
        return sorted(moving, key=lambda x: x.seq)

    def call_constants(self, used: Sequence[Tensor]) -> None:
        """Name the constants among nodes."""
        for x in used:
            if x in self.known and x not in self.names:
                self.names[x] = self.name(x.name or "k", x._array)
                self.needs += x._array.nbytes

    def is_outside(self, node: Tensor) -> bool:
        """Return whether a node is an input, or one that was there before the recording."""
        return not node.parents or node.seq <= self.start

    @staticmethod
    def row(node: Tensor) -> Primitive:
        assert node.primitive is not None
        return node.primitive

    def operation(self, i: int, node: Tensor, is_output: bool, asked: Any) -> None:
        """Write the line of one operation, unless it is a view that can be made now.

        Where it is `asked` what an operation keeps of its operand, that has a buffer of its own.
        """
        row = self.row(node)
        name = self.names[node] = self.name(node.name or f"v{i}")
        shares = any(np.may_share_memory(node._array, x._array) for x in node.parents)
        there = [self.known[x] for x in node.parents if x in self.known]
        now = shares and len(there) == len(node.parents)
        view = row.array(*there, **node.params) if now else None
        if view is not None and any(np.may_share_memory(view, x) for x in there):
            self.known[node] = self.space[name] = view
            words = [self.buffers.get(x, self.names[x]) for x in node.parents]
            self.made.append((name, row.array, words, node.params))
            return
        words = [self.names[x] for x in node.parents]
        words += [f"{k}={self.word(v, k)}" for k, v in node.params.items()]
        out = None
        if takes_out(row.array):
            out = self.donation(i, node) if is_output else self.place(i, node)
        if out is not None:
            words.append(f"out={out}")
        function, called = row.array, row.name
        if row.keep and (key := (node.parents[0], row.name)) in asked and key not in self.parts:
            part = self.parts[key] = self.buffered("part", node)
            words.append(f"part={part}")
            called = self.word(row.keep, row.keep.__name__)
            self.lines.append(f"{name} = {called}({', '.join(words)})[0]")
            return
        if row.of_kept and (kept := self.parts.get((node.parents[0], row.of_kept[1]))):
            function, called = row.of_kept[0], row.of_kept[0].__name__
            words[0] = kept
        call = f"{self.word(function, called)}({', '.join(words)})"
        self.needs += 0 if shares or out is not None else node._array.nbytes
        bare = out is None and not node.ndim  # numpy would return a number
        self.lines.append(f"{name} = {f'asarray({call})' if bare else call}")

    @staticmethod
    def kind(node: Tensor) -> Any:
        """Return what two arrays must share for one to stand in the other's memory, bit for bit.

        The order in memory counts too: numpy adds up rows or columns first, whichever lie together.
        """
        return node.shape, node.dtype, np.empty_like(node._array).strides

    def place(self, i: int, node: Tensor) -> str:
        """Return the name of the memory that a result is written to."""
        row = self.row(node)
        waiting = self.free.get(self.kind(node))
        over = [
            x for x in node.parents
            if x in self.buffers and self.last[x] == i and self.kind(x) == self.kind(node)
        ]  # fmt: skip
        if over and elementwise(row):
            out = self.buffers[over[0]]
        elif waiting:
            out = waiting.pop()
        else:
            out = self.buffered("t", node)
        self.buffers[node] = out
        self.known[node] = self.space[out]
        return out

    def donation(self, i: int, node: Tensor) -> str | None:
        """Return an argument that was given up and that a returned result can be written over."""
        for x in self.given_up:
            done = self.last.get(x, -1) < i or (
                self.last[x] == i and x in node.parents and elementwise(self.row(node))
            )
            if done and self.kind(x) == self.kind(node):
                self.given_up.remove(x)
                self.taken.append(x)
                return self.names[x]
        return None

    def result(self, node: Tensor, computed: bool, returned: set[Tensor]) -> str:
        """Return how a result is handed out: an array of its own that nobody else has."""
        own = computed and self.is_own(node) and node not in returned
        self.needs += 0 if own else node._array.nbytes
        returned.add(node)
        return self.names[node] if own else f"{self.names[node]}.copy()"

    def test(self, guards: Sequence[Guard]) -> None:
        """Write the guards that can be tested here; the program has no answer where one fails."""
        for sign, a, b, outcome in guards:
            left, right = (
                self.names[x] if isinstance(x, Tensor) else self.word(x, "seen") for x in (a, b)
            )
            found = self.word(outcome, "found")
            self.lines += [f"if not holds({sign!r}, {left}, {right}, {found}):", "    return None"]

    def checks(self) -> list[str]:
        """Return the lines that see to it that the arguments are what the program was written for."""
        lines, tests = [], []
        for x in self.inputs:
            name, dtype = self.names[x], self.word(x.dtype, str(x.dtype))
            if not x.ndim:
                lines.append(f"{name} = asarray({name}, {dtype})")
            tests.append(f"type({name}) is not ndarray or {name}.shape != {x.shape!r}")
            tests.append(f"{name}.dtype is not {dtype} and {name}.dtype != {dtype}")
        taken = [self.names[x] for x in self.taken]
        tests += [f"{name}.base is not None or not {name}.flags.writeable" for name in taken]
        for x, y in combinations(self.inputs, 2):
            if self.kind(x) == self.kind(y) and (x in self.taken or y in self.taken):
                tests.append(f"{self.names[x]} is {self.names[y]}")
        for x in self.inputs if taken else ():
            name = self.names[x]
            if x not in self.taken:
                tests.append(f"{name}.base is not None and overlap({name}, {', '.join(taken)})")
        return [*lines, f"if ({' or '.join(tests)}):", "    return None"] if tests else []
