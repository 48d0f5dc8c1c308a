"""`Lanes`: many arrays of one shape that go through the rules of the table as if they were one.

What is seen of them is the shape of one lane; what is computed is an array (or a node) with the lanes
along its first axis. So a rule that carries a cotangent back, or a tangent on, serves any number of
directions at once as it is written. `rules` knows how each row is applied to what has lanes.
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
    def ndim(self) -> int:
        """The number of axes of one lane."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """float32 or float64."""
        return self.x.dtype

    def __add__(self, other: Any) -> "Lanes":
        return record(ops.add, (self, other))

    def __radd__(self, other: Any) -> "Lanes":
        return record(ops.add, (other, self))

    def __sub__(self, other: Any) -> "Lanes":
        return record(ops.sub, (self, other))

    def __rsub__(self, other: Any) -> "Lanes":
        return record(ops.sub, (other, self))

    def __mul__(self, other: Any) -> "Lanes":
        return record(ops.mul, (self, other))

    def __rmul__(self, other: Any) -> "Lanes":
        return record(ops.mul, (other, self))

    def __truediv__(self, other: Any) -> "Lanes":
        return record(ops.div, (self, other))

    def __rtruediv__(self, other: Any) -> "Lanes":
        return record(ops.div, (other, self))

    def __matmul__(self, other: Any) -> "Lanes":
        return record(ops.matmul, (self, other))

    def __rmatmul__(self, other: Any) -> "Lanes":
        return record(ops.matmul, (other, self))

    def __pow__(self, other: Any) -> "Lanes":
        return record(ops.powc, (self, other))

    def __neg__(self) -> "Lanes":
        return record(ops.neg, (self,))

    def __getitem__(self, index: Any) -> "Lanes":
        return record(ops.take, (self,), {"index": index})

    def sum(self, axis: Any = None, keepdims: bool = False) -> "Lanes":
        """Return each lane's sum over `axis`."""
        return record(ops.sum, (self,), {"axis": axis, "keepdims": keepdims})

    def reshape(self, *shape: Any) -> "Lanes":
        """Return each lane in another shape."""
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        return record(ops.reshape, (self,), {"shape": tuple(wanted)})

    def transpose(self, *axes: Any) -> "Lanes":
        """Return each lane with its axes permuted (reversed by default)."""
        wanted = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
        order = tuple(a % self.ndim for a in wanted) or tuple(reversed(range(self.ndim)))
        return record(ops.transpose, (self,), {"axes": order})

    @property
    def T(self) -> "Lanes":
        """Each lane with its axes in reverse order."""
        return self.transpose()


def record(row: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None = None) -> Lanes:
    """Apply a row to operands of which some are Lanes."""
    flags = [type(a) is Lanes for a in args]
    operands = [a.x if type(a) is Lanes else a for a in args]
    n = next(x.shape[0] for x, flag in zip(operands, flags, strict=True) if flag)
    return Lanes(rules.apply(row, n, operands, flags, params or {}))


RECORDERS[Lanes] = Recorder(9, record)
