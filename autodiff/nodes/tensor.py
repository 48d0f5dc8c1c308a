"""`Tensor`, the array node: what `Value` is for a number, for a numpy array.

Operators and methods make new nodes. A node keeps the operands' arrays as they were; the local
derivatives are formed from the row's rule when backward comes by.
"""

from typing import Any

import numpy as np

from autodiff.nodes import doors, modes
from autodiff.nodes.array_node import ArrayNode, fill
from autodiff.nodes.modes import MODE
from autodiff.nodes.value import NO_MODULUS, Value, label_of
from autodiff.table import loops, ops, primitive, structure
from autodiff.table.data import Array, as_array, no_gradient, numbers, own_index
from autodiff.table.primitive import RECORDERS, Primitive, Recorder

FLOAT = np.dtype(float)
NUMBERS, ARRAYS = (float, int, np.integer, np.bool_), (np.ndarray, np.floating)
NONE: dict[str, Any] = {}
RANK = 2


class Tensor(ArrayNode):
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

    __slots__ = ()
    __array_priority__ = 2000

    def __init__(self, data: Any, name: str | None = None) -> None:
        array = loops.copied(data)
        fill(self, as_array(data) if array is None else array, None, (), (), NONE, True, None)
        self._name = label_of(name)

    @property
    def T(self) -> "Tensor":
        """The transpose: the axes in reverse order."""
        return self.transpose()

    def backward(self, gradient: Any = None, free: bool = False) -> None:
        """Add d self / d x to the grad of every leaf x; a non-scalar needs the cotangent `gradient`.

        The nodes in between get their gradient afresh, so a second call gives exactly twice the
        gradient of the leaves. With `free=True` they forget what they were made from as soon as it
        was used: the memory is free, and the graph cannot be differentiated again.
        """
        if modes.active or modes.watched:
            modes.before_backward(self, gradient)
        if not self.needs_grad:
            raise no_gradient(self)
        doors.array_backward(self, gradient, free)

    def __trunc__(self) -> int:
        return int(self)

    explain = doors.methods.explain
    play = doors.methods.play
    backward_steps = doors.methods.backward_steps

    def detach(self) -> "Tensor":
        """Return the array as a new constant, through which no gradient flows."""
        with modes.no_grad():
            return record(ops.identity, (self,))

    def __add__(self, other: Any) -> "Tensor":
        return record(ops.add, (self, other))

    def __radd__(self, other: Any) -> "Tensor":
        return record(ops.add, (other, self))

    def __sub__(self, other: Any) -> "Tensor":
        return record(ops.sub, (self, other))

    def __rsub__(self, other: Any) -> "Tensor":
        return record(ops.sub, (other, self))

    def __mul__(self, other: Any) -> "Tensor":
        return record(ops.mul, (self, other))

    def __rmul__(self, other: Any) -> "Tensor":
        return record(ops.mul, (other, self))

    def __truediv__(self, other: Any) -> "Tensor":
        return record(ops.div, (self, other))

    def __rtruediv__(self, other: Any) -> "Tensor":
        return record(ops.div, (other, self))

    def __floordiv__(self, other: Any) -> "Tensor":
        return record(ops.floordiv, (self, other))

    def __rfloordiv__(self, other: Any) -> "Tensor":
        return record(ops.floordiv, (other, self))

    def __mod__(self, other: Any) -> "Tensor":
        return record(ops.mod, (self, other))

    def __rmod__(self, other: Any) -> "Tensor":
        return record(ops.mod, (other, self))

    def __divmod__(self, other: Any) -> tuple["Tensor", "Tensor"]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple["Tensor", "Tensor"]:
        return other // self, other % self

    def __matmul__(self, other: Any) -> "Tensor":
        return record(ops.matmul, (self, other))

    def __rmatmul__(self, other: Any) -> "Tensor":
        return record(ops.matmul, (other, self))

    def __pow__(self, other: Any, modulus: Any = None) -> "Tensor":
        if modulus is not None:
            raise NO_MODULUS
        varying = isinstance(other, Tensor | Value) and not other.is_constant
        return record(ops.power if varying else ops.powc, (self, other))

    def __rpow__(self, other: Any, modulus: Any = None) -> "Tensor":
        return record(ops.power, (other, self)) if modulus is None else self.__pow__(other, modulus)

    def __neg__(self) -> "Tensor":
        return record(ops.neg, (self,))

    def __pos__(self) -> "Tensor":
        return self

    def __abs__(self) -> "Tensor":
        return record(ops.abs, (self,))

    def __getitem__(self, index: Any) -> "Tensor":
        return record(ops.take, (self,), {"index": own_index(index)})

    def __iter__(self) -> Any:
        return map(self.__getitem__, range(len(self._array)))

    def sum(self, axis: Any = None, keepdims: bool = False, **more: Any) -> "Tensor":
        """Return the sum over `axis` (all axes by default)."""
        if more:
            return doors.method_of_nodes(self, "sum")(axis=axis, keepdims=keepdims, **more)  # type: ignore[no-any-return]
        return record(ops.sum, (self,), {"axis": axis, "keepdims": keepdims})

    def mean(self, axis: Any = None, keepdims: bool = False, **more: Any) -> "Tensor":
        """Return the mean over `axis` (all axes by default)."""
        if more:
            return doors.method_of_nodes(self, "mean")(axis=axis, keepdims=keepdims, **more)  # type: ignore[no-any-return]
        return record(ops.mean, (self,), {"axis": axis, "keepdims": keepdims})

    def max(self, axis: Any = None, keepdims: bool = False, **more: Any) -> "Tensor":
        """Return the largest element over `axis`; ties share the gradient equally."""
        if more:
            return doors.method_of_nodes(self, "max")(axis=axis, keepdims=keepdims, **more)  # type: ignore[no-any-return]
        return record(ops.max, (self,), {"axis": axis, "keepdims": keepdims})

    def min(self, axis: Any = None, keepdims: bool = False, **more: Any) -> "Tensor":
        """Return the smallest element over `axis`; ties share the gradient equally."""
        if more:
            return doors.method_of_nodes(self, "min")(axis=axis, keepdims=keepdims, **more)  # type: ignore[no-any-return]
        return record(ops.min, (self,), {"axis": axis, "keepdims": keepdims})

    def reshape(self, *shape: Any, **more: Any) -> "Tensor":
        """Return the elements in another shape; one size may be -1."""
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        if more:
            return doors.method_of_nodes(self, "reshape")(wanted, **more)  # type: ignore[no-any-return]
        return record(ops.reshape, (self,), {"shape": tuple(wanted)})

    def transpose(self, *axes: Any) -> "Tensor":
        """Return the array with its axes permuted (reversed by default)."""
        return record(ops.transpose, (self,), {"axes": structure.order_of(axes, self.ndim)})

    def astype(self, dtype: Any, **more: Any) -> "Tensor":
        """Return the array as float32 or float64."""
        if more or np.dtype(dtype) not in (np.float64, np.float32):
            return doors.method_of_nodes(self, "astype")(dtype, **more)  # type: ignore[no-any-return]
        return record(ops.cast, (self,), {"dtype": np.dtype(dtype)})

    def __getattr__(self, name: str) -> Any:
        return doors.method_of_nodes(self, name)


def constant(data: Any, name: str | None = None, copy: bool = True) -> Tensor:
    """Return an array as a node that gets no gradient: an input of the graph.

    With `copy=False` the array itself is taken over and made read-only.

    >>> constant([1.0, 2.0], name="x").is_constant
    True
    """
    node = of_array(as_array(data, "constant", copy))
    node.name = name
    return node


def operand(x: Any, dtype: Any, row: Primitive) -> Any:
    """Return an operand that is no node as a constant; numbers and integer arrays are of `dtype`."""
    array = loops.copied(x)
    if array is not None:  # compiled only
        return of_array(array)
    if type(x) is float and dtype is FLOAT:
        array = loops.as_array(x)
    elif isinstance(x, NUMBERS):
        array = np.asarray(x, dtype)
    elif isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "iub":
        array = np.array(numbers(x, row.name), dtype=dtype)
    else:
        array = as_array(x, row.name)
    return of_array(array)


def of_array(array: Array) -> Tensor:
    """Return an array as a constant."""
    node: Tensor = Tensor.__new__(Tensor)
    fill(node, array, None, (), (), NONE, False, None)
    return node


def record(row: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None = None) -> Tensor:
    """Record any operation that has an array among its operands."""
    params = params or NONE
    try:
        parents, arrays, needs = operands(args, row)
    except TypeError:
        for x in args:  # what knows Tensors and is not known to them: many directions at once
            if type(x) in RECORDERS and RECORDERS[type(x)].rank > RANK:
                return RECORDERS[type(x)].record(row, args, params)  # type: ignore[no-any-return]
        raise
    keep = row.keep if needs else None
    plainly = row.loop is not None and keep is None and params is NONE
    array, kept = loops.mapped(row.loop, arrays) if plainly else None, None
    try:
        if array is None:
            array, kept = structure.evaluated(row, parents, arrays, params, keep)
    except Exception:  # whoever catches it takes another course
        modes.note("raised", None, None, True)
        raise
    if modes.active and not MODE.get().recording:
        if not modes.watched:  # a trace must know where it comes from
            return of_array(array)
        needs = False
    node: Tensor = Tensor.__new__(Tensor)
    fill(node, array, row, parents, arrays, params, needs, kept)
    return node


def operands(
    args: tuple[Any, ...], row: Primitive
) -> tuple[tuple[Any, ...], tuple[Array, ...], bool]:
    """Return the operands as nodes, their arrays, and whether a gradient flows to any of them."""
    if len(args) == 1 and type(args[0]) is Tensor:
        t = args[0]
        return args, (t._array,), t.needs_grad
    if len(args) == 2 and type(args[0]) is Tensor:
        t = args[0]
        if type(args[1]) is Tensor:
            u = args[1]
            return args, (t._array, u._array), t.needs_grad or u.needs_grad
        if type(args[1]) is float and t._array.dtype is FLOAT:
            u = operand(args[1], FLOAT, row)
            return (t, u), (t._array, u._array), t.needs_grad
    dtype: Any = None
    for x in args:
        if type(x) is Tensor or (type(x) is not float and isinstance(x, ARRAYS)):
            kind = x.dtype
            if kind.kind == "f" and (dtype is None or kind.itemsize > dtype.itemsize):
                dtype = kind
    dtype = FLOAT if dtype is None else dtype
    if dtype is not FLOAT:
        typed = [x for x in args if type(x) is Tensor or isinstance(x, np.ndarray | np.generic)]
        seen = [x._array if type(x) is Tensor else x for x in typed]
        dtype = FLOAT if np.result_type(*seen).itemsize > 4 else dtype  # of whole numbers, too
    parents, arrays, needs = [], [], False
    for x in args:
        if type(x) is not Tensor and type(x) is not Value:
            x = operand(x, dtype, row)
        parents.append(x)
        if type(x) is Tensor:
            t = x
            arrays.append(t._array)
            needs = needs or t.needs_grad
        else:
            arrays.append(np.asarray(x._data, dtype=dtype))
            needs = needs or not x.is_constant
    return tuple(parents), tuple(arrays), needs


primitive.array_recorder = record
RECORDERS[Tensor] = Recorder(RANK, record)
