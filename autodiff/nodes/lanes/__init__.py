"""`Lanes`: many arrays of one shape that go through the rules of the table as if they were one.

What is seen of them is the shape of one lane; what is computed is an array (or a node) with the lanes
along its first axis. So a rule that carries a cotangent back, or a tangent on, serves any number of
directions at once as it is written: by the table's rows, and by + - * / with the lanes on either side.
This file has the class; `rules` knows how each row is applied to what has lanes.
"""

from typing import Any

from autodiff.nodes.lanes import rules
from autodiff.table import ops
from autodiff.table.primitive import RECORDERS, Primitive, Recorder


class Lanes:
    """Arrays of one shape along the first axis of `x`, an array or a Tensor."""

    __slots__ = ("x",)
    __array_ufunc__ = None  # numpy leaves operators to this class
    __array_priority__ = 4000

    def __init__(self, x: Any) -> None:
        self.x = x

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one lane."""
        shape: tuple[int, ...] = self.x.shape[1:]
        return shape

    @property
    def dtype(self) -> Any:
        """float32 or float64."""
        return self.x.dtype

    def __add__(self, other: Any) -> "Lanes":
        return record(ops.add, (self, other))

    def __sub__(self, other: Any) -> "Lanes":
        return record(ops.sub, (self, other))

    def __mul__(self, other: Any) -> "Lanes":
        return record(ops.mul, (self, other))

    def __radd__(self, other: Any) -> "Lanes":
        return record(ops.add, (other, self))

    def __rsub__(self, other: Any) -> "Lanes":
        return record(ops.sub, (other, self))

    def __rmul__(self, other: Any) -> "Lanes":
        return record(ops.mul, (other, self))

    def __rtruediv__(self, other: Any) -> "Lanes":
        return record(ops.div, (other, self))

    def __truediv__(self, other: Any) -> "Lanes":
        return record(ops.div, (self, other))

    def __neg__(self) -> "Lanes":
        return record(ops.neg, (self,))


def record(row: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None = None) -> Lanes:
    """Apply a row to operands of which some are Lanes."""
    flags = [type(a) is Lanes for a in args]
    operands = [a.x if type(a) is Lanes else a for a in args]
    n = next(x.shape[0] for x, flag in zip(operands, flags, strict=True) if flag)
    return Lanes(rules.apply(row, n, operands, flags, params or {}))


RECORDERS[Lanes] = Recorder(9, record)
