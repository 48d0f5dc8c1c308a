"""One course through a recorded function of numbers: its flat arrays, ready to be run by the machine.

Each slot has a value and a gradient. Where samples are lanes, the slots that depend on a batched input
have a row of `many` (values) and of `sums` (gradients) instead; all others are shared by the lanes.
The guards say for which numbers the function takes this course. What a run writes to is a `Space`,
which belongs to that run alone, so a course may be run by many threads, and within itself.
"""

from collections import deque
from typing import Any

import numpy as np

from autodiff import _engine
from autodiff.graphs.reroll import Rolled, plain, reroll, shared_constants
from autodiff.nodes.value import Value, constant
from autodiff.nodes.watching import watch
from autodiff.printers import interpreter
from autodiff.printers.interpreter import SIGNS as ORDER
from autodiff.printers.interpreter import operands
from autodiff.printers.native.layers import rows_of_lanes
from autodiff.programs.arguments.numbers import NeedsTensorError
from autodiff.programs.flat import flatten, reached
from autodiff.programs.gate import SIGNS, SWITCHES, along, exact, turns_out
from autodiff.table import tree
from autodiff.table.data import as_float
from autodiff.table.ops import BUILTIN  # the rows that the machine was printed for
from autodiff.table.primitive import ROWS, Pointwise, check_known

machine: Any = _engine.machine()

SPACES = 8  # kept for runs to come
FAST = (float, np.ndarray)
REROLL = True  # whether the loops of a recording are found again
NO_GUARDS = np.zeros((0, 4), dtype=np.int32), np.zeros((0, 2))


def arities() -> Any:
    """Return how many operands each row has; 3 where they stand in `more`."""
    return np.array(
        [r.arity if isinstance(r, Pointwise) and r.arity <= 2 else 3 for r in ROWS], dtype=np.int8
    )


class Space:
    """The memory of one run, and the machine that works on it."""

    __slots__ = ("grads", "lanes", "many", "runner", "sums", "values")

    def __init__(self, course: "Recording") -> None:
        self.values = course.values.copy()
        self.grads = np.zeros(course.rolled.size)
        self.resize(course, 0)

    def resize(self, course: "Recording", lanes: int) -> None:
        """Make room for so many lanes."""
        self.lanes = lanes
        many = rows_of_lanes(max(course.height, 1), lanes)
        sums = rows_of_lanes(course.height + 3, lanes)  # three rows more, for copies
        self.many, self.sums = many[:, : max(lanes, 1)], sums[:, : max(lanes, 1)]
        runs = interpreter if course.own else machine
        rolled, (guards, against) = course.rolled, course.checks
        self.runner = runs.Runner(
            rolled.instructions, rolled.more, course.sends, course.rows, course.height, guards, against,
            self.values, self.grads, lanes, many, sums,
        )  # fmt: skip


class Output:
    """One leaf of what the function returned: a node, an array of nodes, or what is no node at all."""

    __slots__ = ("kind", "plain", "shape", "slots")

    def __init__(self, x: Any, roots: list[Any]) -> None:
        self.kind, self.shape, self.plain = "plain", (), x
        self.slots = slice(len(roots), len(roots))
        if isinstance(x, np.ndarray) and x.dtype == object:
            self.kind, self.shape, self.plain = "array", x.shape, None
            roots += x.ravel().tolist()
        elif hasattr(x, "parents"):
            self.kind, self.plain = "value", None
            roots.append(x)
        elif isinstance(x, np.ndarray):
            self.plain = x.copy()
        elif not isinstance(x, (*SWITCHES, float, int, np.number)):
            raise TypeError(
                f"trace: the function returned {type(x).__name__} {x!r:.60}; return numbers, nodes, or "
                f"tuples, lists and dicts of them, or register the class with register_tree"
            )
        self.slots = slice(self.slots.start, len(roots))

    def read(self, slots: Any, space: Space, rows: Any, lanes: int) -> Any:
        """Return the leaf of one run; with lanes it has their axis in front."""
        if self.kind == "plain":
            x = self.plain.copy() if isinstance(self.plain, np.ndarray) else self.plain
            return np.array([x] * lanes) if lanes else x
        found = [read(slot, space, rows, lanes) for slot in slots[self.slots]]
        if self.kind == "value":
            return found[0]
        if not lanes:
            return np.array(found, dtype=float).reshape(self.shape)
        return np.moveaxis(np.reshape(found, (len(found), lanes)), -1, 0).reshape(
            lanes, *self.shape
        )


def as_root(x: Any) -> Value:
    """Return a part of what the function returned as a Value."""
    if type(x) is Value:
        return x
    if hasattr(x, "parents"):
        raise NeedsTensorError(
            f"trace: a function of numbers returned {x!r:.60}; Values and Tensors are not mixed in a "
            f"program, so give Tensors as examples"
        )
    return constant(as_float(x, "trace"))


def read(slot: int, space: Space, rows: Any, lanes: int) -> Any:
    """Return the value of a slot: a float, or an array with the lanes."""
    if not lanes:
        return float(space.values[slot])
    row = rows[slot]
    return space.many[row].copy() if row >= 0 else np.full(lanes, space.values[slot])


class Recording:
    """One course through the function: the flat program and the guards under which it holds."""

    def __init__(
        self, y: Any, inputs: list[Value], heard: watch, batched: list[bool], start: int = -1,
        gathers: Any = None,
    ) -> None:  # fmt: skip
        self.gathers, self.left, guards = gathers or None, heard.left, heard.guards
        found, self.structure = tree.flatten(y)
        parts: list[Any] = []
        self.results = [Output(x, parts) for x in found]
        roots = [as_root(x) for x in parts]
        mixed = [
            x for g in guards for x in g[1:3] if hasattr(x, "parents") and type(x) is not Value
        ]
        for x in mixed[:1]:
            as_root(x)
        compared = [x for g in guards for x in g[1:3] if type(x) is Value]
        leaves, slots, self.codes, self.a, self.b, self.more, self.values = flatten(
            [*roots, *compared], inputs, start
        )
        self.first, self.size = len(leaves), len(inputs)
        self.outputs = slots[: len(roots)]
        places = iter(slots[len(roots) :])
        self.guards = []
        for sign, a, b, outcome in guards:
            x, z = (-1 if type(v) is not Value else next(places) for v in (a, b))
            self.guards.append((sign, x, exact(a), z, exact(b), outcome))
        self.captured = [
            (i, x)
            for i, x in enumerate(leaves)
            if i >= self.size and (not x.is_constant or x.seq <= start)
        ]
        n = len(self.codes)
        counts = arities()
        self.wanted = np.zeros(n, dtype=np.int8)
        self.wanted[: self.first] = [not x.is_constant for x in leaves]
        varying = np.zeros(n, dtype=np.int8)
        varying[: self.size] = batched
        for flags in (self.wanted, varying):
            reached(flags, self.first, self.codes, self.a, self.b, self.more, counts)
        self.own = (
            bool(n) and int(self.codes.max()) >= BUILTIN
        )  # rows that no machine was printed for
        kept = np.zeros(n, dtype=np.int8)
        kept[slots] = 1
        form = (self.first, self.codes, self.a, self.b, self.more, counts)
        steady = [
            i for i, x in enumerate(leaves) if i >= self.size and x.is_constant and x.seq > start
        ]
        same = shared_constants(self.values, steady)
        rolled = reroll(*form, kept, varying, self.wanted, same) if REROLL else plain(*form)
        self.place(rolled, varying)
        self.spaces: deque[Space] = deque(maxlen=SPACES)

    def place(self, rolled: Rolled, varying: Any) -> None:
        """Take over a program for the machine, and the new numbers of its slots."""
        self.rolled = rolled
        self.values, self.sends = rolled.moved(self.values), rolled.moved(self.wanted)
        varies = rolled.moved(varying)
        self.rows = np.where(varies, np.cumsum(varies, dtype=np.int32) - 1, -1).astype(np.int32)
        self.height = int(varies.sum())
        self.outputs = [int(rolled.slots[i]) for i in self.outputs]
        at = [*rolled.slots.tolist(), -1]  # -1 stays -1
        self.guards = [(sign, at[a], x, at[b], z, out) for sign, a, x, b, z, out in self.guards]
        self.plain_guards = all(type(x) is type(z) is float for _, _, x, _, z, _ in self.guards)
        self.checks = NO_GUARDS
        if self.plain_guards and self.guards:
            self.checks = (
                np.array(
                    [(ORDER.index(g[0]), g[1], g[3], g[5]) for g in self.guards], dtype=np.int32
                ),
                np.array([(g[2], g[4]) for g in self.guards]),
            )

    @property
    def single(self) -> bool:
        """Whether the function returned one number."""
        if len(self.results) != 1:
            return False
        only = self.results[0]
        plain = isinstance(only.plain, float | int | np.number)
        return only.kind == "value" or (only.kind == "plain" and plain)

    def space(self) -> Space:
        """Return memory that no other run uses; give it back by `done`."""
        try:
            return self.spaces.pop()
        except IndexError:
            return Space(self)

    def done(self, space: Space) -> None:
        """Take back the memory of a run that has ended."""
        self.spaces.append(space)

    def forward(self, space: Space, shared: Any, lanes: int = 0, batched: Any = ()) -> None:
        """Compute all values from those of the inputs; `batched` has a row for each input with lanes."""
        values = space.values
        if lanes != space.lanes:
            space.resize(self, lanes)
        place = 0
        for x in shared:
            if type(x) is float:
                values[place] = x
                place += 1
            else:
                values[place : place + x.size] = x.ravel()
                place += x.size
        if lanes:
            space.many[: len(batched)] = batched
        self.renew(space)
        space.runner.forward()

    def renew(self, space: Space) -> None:
        """Fill in the numbers of the nodes that are read from outside, and what indices choose."""
        for i, x in self.captured:
            space.values[i] = x._data
        if self.gathers is not None:
            self.gathers.fill(space.values)

    def holds(self, space: Space, lanes: int = 0) -> Any:
        """Return in which lanes every guard turns out as it did when f was recorded."""
        if self.plain_guards and not lanes:
            return space.runner.holds()
        held: Any = np.ones(lanes, dtype=bool) if lanes else True
        for sign, a, x, b, z, outcome in self.guards:
            if a >= 0:
                x = read(a, space, self.rows, lanes)
            if b >= 0:
                z = read(b, space, self.rows, lanes)
            if not lanes:
                if turns_out(sign, x, z) != outcome:
                    return False
            elif sign == "==" or not (type(x) in FAST and type(z) in FAST):
                pairs = zip(along(x, lanes), along(z, lanes), strict=True)
                held = held & np.array([turns_out(sign, p, q) == outcome for p, q in pairs])
            else:
                held = held & (SIGNS[sign](x, z) == outcome)
        return held

    def results_of(self, space: Space, lanes: int = 0) -> list[Any]:
        """Return the leaves of what the function returned."""
        return [out.read(self.outputs, space, self.rows, lanes) for out in self.results]

    def backward(self, space: Space, lanes: int = 0) -> None:
        """Compute the gradient of the output (of the sum of its lanes)."""
        if not self.single:
            raise ValueError("value_and_grad: the function must return a single number")
        if self.left:
            raise TypeError(self.left)
        if self.outputs:
            space.runner.backward(self.outputs[0])
            if self.gathers is not None:
                self.gathers.send(space.values, space.grads)
        else:  # a plain number depends on nothing
            space.grads[:] = 0.0
            space.sums[:] = 0.0

    def check_known(self, gradients: Any) -> None:
        """Raise a TypeError where a gradient is NaN because a row has no derivative in an operand."""
        if all(np.all(np.equal(g, g)) for g in tree.flatten(gradients)[0]):
            return
        flat = self.codes, self.a, self.b, self.more
        for i in range(self.first, len(self.codes)):
            for place, x in enumerate(operands(i, *flat)):
                if self.wanted[x]:
                    check_known(ROWS[self.codes[i]], place)

    def __getstate__(self) -> dict[str, Any]:
        values = self.values.copy()
        for i, x in self.captured:
            values[i] = x._data
        left = {"values": values, "captured": [], "spaces": deque(maxlen=SPACES)}
        return {**self.__dict__, **left}
