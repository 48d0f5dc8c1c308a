"""One course through a recorded function: its flat arrays, ready to be run by the machine.

Each slot has a value and a gradient. Where samples are lanes, the slots that depend on a batched input
have a row of `many` (values) and of `sums` (gradients) instead; all others are shared by the lanes.
The guards say for which numbers the function takes this course.
"""

import operator
from typing import Any

import numpy as np

from autodiff import _engine
from autodiff.nodes.value import Value
from autodiff.programs.flat import chains, flatten, reached
from autodiff.table.primitive import ROWS, Pointwise

machine: Any = _engine.machine()


def same(x: Any, z: Any) -> Any:
    """Return whether two numbers are the same, NaN included."""
    return (x == z) | ((x != x) & (z != z))


SIGNS: Any = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "!=": operator.ne, "==": same,
}  # fmt: skip
ARITIES = np.array(
    [r.arity if isinstance(r, Pointwise) and r.arity <= 2 else 3 for r in ROWS], dtype=np.int8
)


class Recording:
    """One course through the function: the flat program and the guards under which it holds."""

    def __init__(
        self, roots: list[Value], inputs: list[Value], guards: list[Any],
        batched: list[bool], single: bool,
    ) -> None:  # fmt: skip
        compared = [x for g in guards for x in g[1:3] if type(x) is Value]
        leaves, slots, self.codes, self.a, self.b, self.more, self.values = flatten(
            [*roots, *compared], inputs
        )
        self.first, self.size, self.single = len(leaves), len(inputs), single
        self.outputs = slots[: len(roots)]
        found = iter(slots[len(roots) :])
        self.guards = [
            (
                g[0],
                *((next(found), 0.0) if type(x) is Value else (-1, float(x)) for x in g[1:3]),
                g[3],
            )
            for g in guards
        ]
        self.captured = [
            (i, x) for i, x in enumerate(leaves) if i >= self.size and not x.is_constant
        ]
        n = len(self.codes)
        self.wanted = np.zeros(n, dtype=np.int8)
        self.wanted[: self.first] = [not x.is_constant for x in leaves]
        self._reach(self.wanted)
        varying = np.zeros(n, dtype=np.int8)
        varying[: self.size] = batched
        self._reach(varying)
        self.rows = np.where(varying, np.cumsum(varying, dtype=np.int32) - 1, -1).astype(np.int32)
        self.ways, self.runs = self.codes.copy(), np.zeros_like(self.a)
        if _engine.compiled:  # compiled only
            chains(
                machine.CHAIN,
                self.first,
                self.codes,
                self.a,
                self.b,
                self.rows,
                self.ways,
                self.runs,
            )
        self.height = int(varying.sum())
        self.grads = np.zeros(n)
        self.many = self.sums = np.zeros((1, 1))

    def _reach(self, flags: Any) -> None:
        reached(flags, self.first, self.codes, self.a, self.b, self.more, ARITIES)

    def _run(self, way: Any, lanes: int) -> None:
        way(
            len(self.codes), self.first, self.ways, self.runs, self.a, self.b, self.more, self.values,
            self.grads, self.wanted, lanes, self.rows, self.many, self.sums, self.height,
        )  # fmt: skip

    def forward(self, shared: Any, lanes: int, batched: Any) -> None:
        """Compute all values from those of the inputs; `batched` has a row for each input with lanes."""
        for i, x in self.captured:
            self.values[i] = x._data
        if lanes and self.many.shape != (self.height, lanes):
            self.many = np.zeros((max(self.height, 1), lanes))
            self.sums = np.zeros((self.height + 3, lanes))
        self.values[: self.size] = shared
        if lanes:
            self.many[: len(batched)] = batched
        self._run(machine.forward, lanes)

    def read(self, slot: int, lanes: int) -> Any:
        """Return the value of a slot: a float, or an array with the lanes."""
        if not lanes:
            return float(self.values[slot])
        row = self.rows[slot]
        return self.many[row].copy() if row >= 0 else np.full(lanes, self.values[slot])

    def holds(self, lanes: int) -> Any:
        """Return in which lanes every guard turns out as it did when f was recorded."""
        held: Any = np.ones(lanes, dtype=bool) if lanes else True
        for sign, a, b, outcome in self.guards:
            x, z = (self.read(slot, lanes) if slot >= 0 else number for slot, number in (a, b))
            held = held & (SIGNS[sign](x, z) == outcome)
        return held

    def backward(self, lanes: int) -> None:
        """Compute the gradient of the output (of the sum of its lanes)."""
        self.grads[:] = 0.0
        self.sums[:] = 0.0
        slot = self.outputs[0]
        if lanes and self.rows[slot] >= 0:
            self.sums[self.rows[slot]] = 1.0
        else:
            self.grads[slot] = float(max(lanes, 1))
        self._run(machine.backward, lanes)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "captured": []}
