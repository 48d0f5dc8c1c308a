# cython: annotation_typing=False
"""`Tensor`, the array node: what `Value` is for a number, for a numpy array.

A Tensor holds its array, the row of the table that computed it and its operands; the local
derivatives are formed from the rule when backward comes by, from the arrays as they were when the
node was recorded. Those arrays never change: leaves hand out read-only views, and assigning `.data`
puts a new array in place of the old one, so a graph recorded before stays exact.
"""

from typing import Any

import numpy as np

from autodiff import modes, ops, primitive
from autodiff.data import Array, Fixed, as_array, fix
from autodiff.modes import MODE
from autodiff.primitive import RECORDERS, ROWS, UFUNCS, Pointwise, Primitive, Recorder
from autodiff.value import Value, micrograd_op, tick

Index = Any
FLOAT = np.dtype(float)
NONE: dict[str, Any] = {}
_modes = 0


class Tensor(ArrayOperators):
    """An array node of a graph that records operations.

    `data` is an array of float32 or float64, or numbers in nested lists; `name` a label. The array
    is copied. `y.backward()` adds dy/dx to `x.grad` of every leaf x that y depends on.

    >>> w = Tensor([[1.0, 2.0], [3.0, 4.0]], name="w")
    >>> y = (w * w).sum()
    >>> y.backward()
    >>> w.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = (
        "_array", "_grad", "is_constant", "name", "needs_grad", "params", "parents", "primitive",
        "saved", "scope", "seq", "where",
    )  # fmt: skip
    __array_priority__ = 2000

    def __init__(self, data: Any, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name: needs a string, got {type(name).__name__} {name!r}")
        fill(self, as_array(data), None, (), (), {}, True)
        self.name = name

    @property
    def data(self) -> Array:
        """The array, read-only. Assigning it (also by `-=`) is for leaves."""
        return fix(self._array)

    @data.setter
    def data(self, data: Any) -> None:
        if self.primitive is not None:
            raise ValueError(
                f"data: {self!r} was computed by {self.op}; change the leaves it was computed "
                f"from, or take detach() of it as a new leaf"
            )
        array = as_array(data, "data")
        if array.shape != self._array.shape:
            raise ValueError(
                f"data: {self.name or 'the leaf'} has shape {self._array.shape}, the new array "
                f"{array.shape}; make a new Tensor to change the shape"
            )
        self._array = array
        self.seq = tick()  # newer than every node recorded with the old array

    @property
    def grad(self) -> Array:
        """The gradient that backward accumulated, of the shape of `data`; zeros before any."""
        return fix(np.zeros_like(self._array) if self._grad is None else self._grad)

    @grad.setter
    def grad(self, grad: Any) -> None:
        if not isinstance(grad, Fixed):
            grad = np.array(np.broadcast_to(grad, self._array.shape), dtype=self._array.dtype)
        self._grad = np.asarray(grad)

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
        """The operation by micrograd's name."""
        return micrograd_op(self)

    @property
    def _prev(self) -> tuple[Any, ...]:
        """The operands, by micrograd's name."""
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
        """float32 or float64."""
        return self._array.dtype

    def backward(self, gradient: Any = None) -> None:
        """Add d self / d x to the grad of every leaf x; a non-scalar needs the cotangent `gradient`.

        The nodes in between get their gradient afresh, so a second call gives exactly twice the
        gradient of the leaves.
        """
        from autodiff.reverse import backward

        if _modes:
            modes.teach(self, gradient)
        backward(self, gradient)

    def explain(self, wrt: Any, **options: Any) -> Any:
        """Return why d self / d wrt is what it is: its paths with their products (eq. 47 to 53)."""
        from autodiff.paths import explain

        return explain(self, wrt, **options)

    def backward_steps(self, gradient: Any = None, names: Any = None) -> Any:
        """Return an iterator over the steps that `backward` takes; no gradient is touched."""
        from autodiff.steps import backward_steps

        return backward_steps(self, gradient, names)

    def zero_grad(self) -> None:
        """Forget this node's gradient."""
        self._grad = None

    def detach(self) -> "Tensor":
        """Return the array as a new constant, through which no gradient flows."""
        return constant(fix(self._array))

    def item(self) -> float:
        """Return the only element as a Python float."""
        return float(self._array.item())

    def __float__(self) -> float:
        return self.item()

    def __len__(self) -> int:
        return len(self._array)

    def __bool__(self) -> bool:
        return bool(self._array)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        label = f", name={self.name!r}" if self.name is not None else ""
        text = np.array2string(self._array, separator=", ", threshold=20, prefix="Tensor(")
        dtype = "" if self.dtype == np.float64 else f", dtype={self.dtype}"
        return f"Tensor({text}{dtype}{label})"


def fill(
    node: Tensor,
    array: Array,
    primitive: Primitive | None,
    parents: tuple[Any, ...],
    saved: tuple[Array, ...],
    params: dict[str, Any],
    needs_grad: bool,
) -> None:
    node._array = array
    node._grad = None
    node.primitive = primitive
    node.parents = parents
    node.saved = saved
    node.params = params
    node.needs_grad = needs_grad
    node.is_constant = primitive is None and not needs_grad
    node.name = None
    node.scope = node.where = ""
    node.seq = tick()


def constant(data: Any, name: str | None = None, copy: bool = True) -> Tensor:
    """Return an array as a node that gets no gradient: an input of the graph.

    With `copy=False` the array itself is taken over and made read-only.

    >>> constant([1.0, 2.0], name="x").is_constant
    True
    """
    if copy:
        array = as_array(data, "constant")
    else:
        data.flags.writeable = False
        array = data
    node: Tensor = Tensor.__new__(Tensor)
    fill(node, array, None, (), (), {}, False)
    node.name = name
    return node


def _listen(active: int) -> None:
    global _modes
    _modes = active


modes.LISTENERS.append(_listen)
primitive.array_recorder = record
RECORDERS[Tensor] = Recorder(2, record)
