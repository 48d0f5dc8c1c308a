"""What may be the data of a node: numbers for a Value, float arrays for a Tensor.

A number must be real; an integer array is refused, since whether `x // 2` or `x / 2` was meant shows
only when a gradient is wrong. Arrays in a graph never change: they are kept read-only and handed out
as `Fixed`, whose in-place operators make a new array, so that `p.data -= eta * p.grad` assigns.
"""

import math
import operator
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


class Domain(NamedTuple):
    """An open interval of the real line on which an operand may lie."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, x: object) -> bool:
        return isinstance(x, int | float) and self.low < x < self.high


REAL = Domain()
POSITIVE = Domain(0.0, math.inf)
UNIT = Domain(-1.0, 1.0)


def as_float(data: Any, what: str = "Value") -> float:
    """Return `data` as a float, or raise a TypeError that says what to write."""
    if isinstance(data, float):
        return float(data)
    if isinstance(data, int | np.floating | np.integer | np.bool_):
        return number(data, what)
    if isinstance(data, np.ndarray):
        if data.ndim == 0 and data.dtype.kind in "fiub":
            return float(data)
        raise TypeError(
            f"{what}: needs one real number, got an array of shape {data.shape}; "
            f"write Tensor(...) for arrays"
        )
    raise refusal(what, "a real number", data)


def number(data: Any, what: str) -> float:
    """Return any real number as a float, or raise a TypeError; text is not read as a number."""
    if not isinstance(data, str | bytes | bytearray):
        try:
            return float(data)
        except (TypeError, ValueError, OverflowError):
            pass
    raise refusal(what, "a real number", data)


def numbers(data: Any, what: str) -> NDArray[Any]:
    """Return an array of real numbers of any type as it is, or raise a TypeError."""
    check_kind(data, what, "real numbers")
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise TypeError(f"{what}: needs a regular array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise refusal(what, "real numbers", data)
    return array


def check_kind(data: Any, what: str, wanted: str) -> None:
    """Raise for nodes, also in lists, and for arrays that are more than their numbers."""
    if isinstance(data, np.ndarray):
        if type(data) not in PLAIN:
            raise TypeError(
                f"{what}: needs {wanted}, got a {type(data).__name__}, whose meaning would be lost; "
                f"{MEANT.get(type(data).__name__, 'write np.asarray(x) if its numbers are meant')}"
            )
    elif hasattr(data, "parents") or (isinstance(data, list | tuple) and holds_nodes(data)):
        raise refusal(what, wanted, data)


def holds_nodes(data: Any) -> bool:
    """Return whether there is a node in nested lists."""
    for part in data:
        if type(part) is float or type(part) is int:
            continue
        if holds_nodes(part) if isinstance(part, list | tuple) else hasattr(part, "parents"):
            return True
    return False


def together(data: tuple[Any, ...], what: str) -> list[NDArray[Any]]:
    """Return arrays of real numbers; what are Python's numbers take the type of the others."""
    arrays = [numbers(x, what) for x in data]
    weak = [type(x) in (int, float) for x in data]
    if not any(weak):
        return arrays
    parts = zip(data, arrays, weak, strict=True)
    dtype = np.result_type(*(number if yields else array for number, array, yields in parts))
    return [x.astype(dtype) if yields else x for x, yields in zip(arrays, weak, strict=True)]


def in_order(what: str, names: list[str], args: tuple[Any, ...], named: Any) -> tuple[Any, ...]:
    """Return the operands of a call in the order of their names, those given by name in their place."""
    rest = names[len(args) :]
    for name in named:
        if name not in rest:
            wrong = "is given twice" if name in names else "has no meaning on a graph"
            raise TypeError(f"{what}: {name}= {wrong}; it takes {', '.join(names)}")
    given = [named.get(name) for name in rest]
    while given and given[-1] is None:
        given.pop()
    if None in given:
        raise TypeError(
            f"{what}: {rest[given.index(None)]} is missing; it takes {', '.join(names)}"
        )
    return (*args, *given)


def no_gradient(node: Any) -> ValueError:
    """Return the error that says why nothing flows back from a node."""
    return ValueError(
        f"backward: no gradient flows from {node!r:.60}: it is a constant, or was computed of constants "
        f"alone or inside no_grad"
    )


def freed(node: Any) -> RuntimeError:
    """Return the error that says that a graph was given up."""
    return RuntimeError(
        f"backward: what {node!r:.60} was computed from was given up by backward(free=True); record "
        f"the graph anew, or leave free=True away"
    )


def one_hot(y: Any, axis: int) -> bool:
    """Return whether an array holds a single 1 and else zeros along an axis."""
    return bool(y.ndim and np.all((y == 0) | (y == 1)) and np.all(np.sum(y, axis=axis) == 1))


def refusal(what: str, wanted: str, data: Any) -> TypeError:
    """Return the error that says what was given instead of a number, and what to write."""
    other = isinstance(data, np.ndarray) and data.dtype.kind in "fO"
    remedy = "write x.astype(float)" if other else "give a number, an array, a Value or a Tensor"
    if isinstance(data, str | bytes | bytearray):
        remedy = "convert text to a number first, for example float(text)"
    elif data is None:
        remedy = "the code that should have computed it returned nothing"
    elif hasattr(data, "parents") and hasattr(data, "primitive"):
        remedy = "use the node's .data, or detach()"
    elif isinstance(data, int):
        remedy = "it is beyond the range of a float"
    elif isinstance(data, list | tuple):
        remedy = next(
            map(of_part, odd_parts(data)), "write np.array(...) or Tensor(...) around numbers"
        )
    elif isinstance(data, complex) or np.iscomplexobj(data):
        remedy = "take its real part or its absolute value"
    elif hasattr(data, "__float__") and not isinstance(data, np.ndarray):
        remedy = "write float(...) around it"
    kind = type(data).__name__
    given = f"an array of dtype {data.dtype}" if isinstance(data, np.ndarray) else kind
    shown = "" if isinstance(data, int | np.ndarray) else f" {data!r:.60}"
    return TypeError(f"{what}: needs {wanted}, got {given}{shown}; {remedy}")


def odd_parts(data: Any) -> Iterator[Any]:
    """Yield what is not a number among nested lists."""
    for part in data:
        if isinstance(part, list | tuple):
            yield from odd_parts(part)
        elif not isinstance(part, int | float | np.ndarray | np.generic):
            yield part


def of_part(part: Any) -> str:
    """Return what to do about something in a list that is not a number."""
    if hasattr(part, "parents"):
        return "it holds nodes: put them together with stack([...])"
    return f"{part!r:.40} in it is not a real number"


READ_ONLY = (
    "the array of a node is read-only, since graphs were computed from it; assign a whole one "
    "(p.data = ..., p.data -= ..., p.grad = ...), or take a copy with np.array(...)"
)


class Fixed(np.ndarray):
    """A read-only view of a node's array; `a -= b` gives a new array and leaves this one alone."""

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: Any = None) -> Any:
        if return_scalar is None:  # numpy 1.26 does not say
            return_scalar = not array.ndim
        return array[()] if return_scalar else np.asarray(array)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute on the plain arrays; `np.add.at` would write into an array that is read-only."""
        if method == "at" and isinstance(inputs[0], Fixed) and not inputs[0].flags.writeable:
            raise ValueError(READ_ONLY)
        plain = [np.asarray(x) if isinstance(x, Fixed) else x for x in inputs]
        if "out" in options:
            options["out"] = tuple(
                np.asarray(x) if isinstance(x, Fixed) else x for x in options["out"]
            )
        return getattr(ufunc, method)(*plain, **options)

    def __setitem__(self, index: Any, value: Any) -> None:
        if not self.flags.writeable:
            raise ValueError(READ_ONLY)
        super().__setitem__(index, value)

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __reduce__(self) -> Any:
        return np.array(self).__reduce__()


def _rebinding(name: str) -> Any:
    function = getattr(operator, name)

    def update(self: Fixed, other: Any) -> Any:
        return fix(np.asarray(function(np.asarray(self), np.asarray(other))))

    return update


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(Fixed, f"__i{_name}__", _rebinding(_name))


PLAIN = (np.ndarray, Fixed, np.memmap)  # classes of arrays that are their numbers and no more
MEANT = {
    "MaskedArray": "give x.filled(0.0) or x.compressed(), or leave elements out with where=",
    "matrix": "write np.asarray(x), whose * is elementwise, and @ for products",
}


def fix(array: Array) -> Fixed:
    """Return a view of `array` that is read-only for good; the caller gives the array up.

    numpy makes a view writeable again as long as the array that owns the memory is, so that one is
    locked as well.
    """
    array = np.asarray(array)
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner.flags.writeable = False
        owner = owner.base
    return array.view(Fixed)


def own_index(index: Any) -> Any:
    """Return an index that nobody else can change."""
    if type(index) is slice or type(index) is int:
        return index
    if isinstance(index, tuple):
        return tuple(map(own_index, index))
    if hasattr(index, "parents"):
        raise TypeError(
            f"indexing: {index!r} is a node; an index takes whole numbers, use its .data"
        )
    return deepcopy(index) if isinstance(index, list | np.ndarray) else index


def as_array(data: Any, what: str = "Tensor", copy: bool = True) -> Array:
    """Return `data` as a float array of its own, or raise a TypeError that says what to write.

    With `copy=False` an array is taken over as it is and made read-only, if it can serve.
    """
    if isinstance(data, np.ndarray | np.generic):
        if data.dtype in (np.float64, np.float32):
            if isinstance(data, Fixed) and not data.flags.writeable:
                return np.asarray(data)
            if type(data) is not np.ndarray and isinstance(data, np.ndarray):
                check_kind(data, what, "an array")
            if copy or type(data) is not np.ndarray:
                return np.array(data)
            data.flags.writeable = False
            return data
        if data.dtype.kind == "f" and not data.dtype.isnative:
            return as_array(data.astype(data.dtype.newbyteorder("=")), what, copy)
        if data.dtype.kind in "iub":
            raise TypeError(
                f"{what}: an array of dtype {data.dtype} has no gradient; write x.astype(float)"
            )
        raise refusal(what, "float32 or float64", data)
    check_kind(data, what, "numbers")
    try:
        array = np.array(data)
    except ValueError as error:
        raise TypeError(f"{what}: needs a regular array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise refusal(what, "real numbers", data)
    return array if array.dtype == np.float32 else array.astype(float)
