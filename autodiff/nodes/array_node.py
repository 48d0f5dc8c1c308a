"""What every array node has: its array, its gradient, and where it comes from.

The array never changes. A leaf hands out read-only views, and assigning `.data` puts a new array in
place of the old one, so a graph that was recorded before stays exact. `Tensor` adds the operators.
"""

import sys
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autodiff.nodes import doors, leaving, modes, places
from autodiff.nodes.uncompiled import NO_ARRAY, guarded
from autodiff.nodes.value import Value, label_of, micrograd_op, tick
from autodiff.table import loops, primitive
from autodiff.table.data import Array, as_array, as_float, fix
from autodiff.table.primitive import UFUNCS, Primitive
from autodiff.table.structure import fitting

shown = partial(np.array2string, separator=", ", threshold=20, prefix="Tensor(")


class ArrayNode:
    """The data and the bookkeeping of a Tensor."""

    __slots__ = (
        "_array", "_grad", "_name", "is_constant", "kept", "needs_grad", "params", "parents", "primitive",
        "saved", "scope", "seq", "where",
    )  # fmt: skip

    _array: Array
    _grad: Array | None
    _name: str | None
    primitive: Primitive | None
    parents: tuple[Any, ...]
    saved: tuple[Array, ...]
    kept: Array | None
    params: dict[str, Any]
    needs_grad: bool
    is_constant: bool
    scope: str
    where: str
    seq: int

    def __cinit__(self) -> None:  # compiled only
        self._array, self.parents = NO_ARRAY, ()

    @property
    def data(self) -> Array:
        """The array, read-only. Assigning it (also by `-=`) is for leaves."""
        if modes.watched:
            modes.note("==", self, self._array, True)
        return fix(self._array)

    @data.setter
    def data(self, data: ArrayLike) -> None:
        if self.primitive is not None:
            raise ValueError(
                f"data: {self!r} was computed by {self.op}; change the leaves it was computed from, "
                f"or take detach() of it as a new leaf"
            )
        if modes.watched:
            modes.check_unwatched(self, "data")
        array = as_array(data, "data")
        if array.shape != self._array.shape:
            raise ValueError(
                f"data: {self.name or 'the leaf'} has shape {self._array.shape}, the new array "
                f"{array.shape}; make a new Tensor to change the shape"
            )
        self._array = array
        self.seq = tick()  # newer than every node recorded with the old array

    def assign(self, array: Array) -> None:
        """Put `array` in place of the leaf's data; it is taken over and made read-only.

        What an optimiser uses: `p.assign(new)` is `p.data = new` without the copy.
        """
        if modes.watched:
            modes.check_unwatched(self, "data")
        array = np.asarray(array)  # of a result without axes numpy makes a number
        old = self._array
        if self.primitive is None and array.shape == old.shape and array.dtype == old.dtype:
            array.flags.writeable = False
            self._array = array
            self.seq = tick()
        else:  # says what is wrong, or takes the other precision
            self.data = array

    def assign_sub(self, change: Array, scale: float = 1.0) -> None:
        """Subtract scale * change from the leaf's data: `p.assign_sub(p.grad, eta)` is a descent.

        Where no graph, view or variable holds the old array, it is written over. Its precision stays.
        """
        if type(scale) is not float:
            scale = as_float(scale, "assign_sub")
        if modes.watched:
            modes.check_unwatched(self, "data")
        change = plain(change)
        change = change if isinstance(change, np.ndarray) else as_array(change, "assign_sub")
        alone = self.primitive is None and holders(self) == ALONE
        if alone and loops.descend(self._array, change, scale):  # compiled only
            self.seq = tick()
        else:
            self.assign(np.subtract(self._array, scale * change, dtype=self._array.dtype))

    @property
    def grad(self) -> Array:
        """The gradient that backward accumulated, of the shape of `data`; zeros before any."""
        if modes.watched:
            modes.check_unwatched(self, "the gradient")
        return fix(np.zeros_like(self._array) if self._grad is None else self._grad)

    @grad.setter
    def grad(self, grad: ArrayLike | None) -> None:
        self._grad = None if grad is None else fitting(grad, self.shape, self.dtype, self.name)

    @property
    def name(self) -> str | None:
        """The label shown in pictures and messages."""
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = label_of(name)

    @property
    def has_grad(self) -> bool:
        """Whether a gradient was computed or set since the last `zero_grad`."""
        return self._grad is not None

    @property
    def op(self) -> str:
        """The name of the operation that computed the node; "" for a leaf."""
        return "" if self.primitive is None else self.primitive.name

    @property
    def _op(self) -> str:
        return micrograd_op(self)

    @property
    def _prev(self) -> tuple[Any, ...]:
        return self.parents

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._array.size

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    def zero_grad(self) -> None:
        """Forget this node's gradient."""
        self._grad = None

    def item(self, *place: Any) -> float:
        """Return the only element, or the one at a place, as a Python float."""
        if not place and self._array.size != 1:
            raise ValueError(f"item: an array of shape {self.shape} is no single number; use .data")
        if modes.watched:
            modes.note("==", self, self._array, True)
        return float(self._array.item(*place))

    def __float__(self) -> float:
        leaving.leave(self, "float")
        return self.item()

    def __int__(self) -> int:
        leaving.leave(self, "int")
        return int(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        leaving.leave(self, "np.asarray")
        array = np.asarray(self.data)
        return np.array(array, dtype) if copy or dtype not in (None, array.dtype) else array

    def __setitem__(self, index: Any, value: Any) -> None:
        raise leaving.unchanging(self, "{}[...] = ...")

    def __delitem__(self, index: Any) -> None:
        raise leaving.unchanging(self, "del {}[...]")

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __round__(self, digits: Any = None) -> Any:
        return np.round(self.data, digits or 0) if self.shape else round(self.item(), digits)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Record numpy's function: `np.sin(x)`, and operators with numpy on the left."""
        row = UFUNCS.get(ufunc)
        if row is None or method != "__call__" or options:
            return doors.ufunc_of_nodes(ufunc, method, inputs, options)
        return row(*inputs) if len(inputs) > 1 else primitive.array_recorder(row, inputs, None)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Record numpy's other functions, such as `np.sum(x)` and `np.concatenate([x, y])`."""
        return doors.function_of_nodes(function, args, options)

    def __len__(self) -> int:
        return len(self._array)

    def __bool__(self) -> bool:
        return bool(self.data)

    def __hash__(self) -> int:
        return places.address(self)

    def __eq__(self, other: object) -> Any:
        """Compare the elements with plain numbers; nodes are equal to themselves alone."""
        differ = self.__ne__(other)
        if isinstance(differ, np.ndarray | np.bool_):
            return ~differ
        return differ if differ is NotImplemented else not differ

    def __ne__(self, other: object) -> Any:
        if isinstance(other, np.ndarray | np.number | float | int):
            return compared("!=", self, other, self._array != other)
        return not leaving.one_node(self, other) if hasattr(other, "parents") else NotImplemented

    def __lt__(self, other: Any) -> Any:
        return compared("<", self, other, self._array < plain(other))

    def __le__(self, other: Any) -> Any:
        return compared("<=", self, other, self._array <= plain(other))

    def __gt__(self, other: Any) -> Any:
        return compared(">", self, other, self._array > plain(other))

    def __ge__(self, other: Any) -> Any:
        return compared(">=", self, other, self._array >= plain(other))

    def __reduce__(self) -> Any:
        return doors.reduced(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return doors.node_in_notebook(self)

    def __repr__(self) -> str:
        if modes.watched:
            modes.note("==", self, self._array, True)
        label = "" if self._name is None else f", name={self._name!r}"
        grad = "" if self._grad is None else f", grad={shown(self._grad)}"
        dtype = "" if self.dtype == np.float64 else f", dtype={self.dtype}"
        return f"Tensor({shown(self._array)}{grad}{dtype}{label})"


def holders(node: ArrayNode) -> int:
    """Return how many references to the memory of a node's array this function sees."""
    array = node._array
    return sys.getrefcount(array) if array.base is None else -1


def compared(sign: str, a: ArrayNode, b: Any, outcome: Any) -> Any:
    """Return the outcome of a comparison; a trace keeps it as a guard."""
    if modes.watched:
        modes.note(sign, a, b, outcome)
    return outcome


def plain(x: Any) -> Any:
    return x._array if isinstance(x, ArrayNode) else x.data if isinstance(x, Value) else x


def fill(
    node: ArrayNode, array: Array, primitive: Primitive | None, parents: tuple[Any, ...],
    saved: tuple[Array, ...], params: dict[str, Any], needs_grad: bool, kept: Array | None,
) -> None:  # fmt: skip
    node._array, node._grad, node._name, node.kept = array, None, None, kept
    node.primitive = primitive
    node.parents = parents
    node.saved = saved
    node.params = params
    node.needs_grad = needs_grad
    node.is_constant = primitive is None and not needs_grad
    mode = modes.MODE.get() if modes.active and primitive is not None else None
    node.scope = "" if mode is None else mode.path
    node.where = "" if mode is None or not mode.anomaly else modes.source_line()
    node.seq = tick()


guarded(ArrayNode, "is_constant kept needs_grad params parents primitive saved scope seq where")
_node = ArrayNode()
_node._array = np.zeros(1)
# What `holders` sees where only the node holds its array; 0 where threads may run between.
ALONE = holders(_node) if getattr(sys, "_is_gil_enabled", lambda: True)() else 0
loops.keep_memory()
