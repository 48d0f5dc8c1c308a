"""What may be the data of a node: numbers for a Value, float arrays for a Tensor.

A number must be real; an integer array is refused, since whether `x // 2` or `x / 2` was meant shows
only when a gradient is wrong. Arrays in a graph never change: they are kept read-only and handed out
as `Fixed`, whose in-place operators make a new array, so that `p.data -= eta * p.grad` assigns.
"""

import operator
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def as_float(data: Any) -> float:
    """Return `data` as a float, or raise a TypeError that says what to write."""
    if type(data) is float:
        return data
    if isinstance(data, int | float | np.floating | np.integer | np.bool_):
        return float(data)
    if isinstance(data, np.ndarray):
        if data.ndim == 0 and data.dtype.kind in "fiub":
            return float(data)
        raise TypeError(
            f"Value: data must be one real number, got an array of shape {data.shape}; "
            f"write Tensor(...) for arrays"
        )
    if hasattr(data, "parents"):
        raise TypeError(
            f"Value: data must be a number, got the node {data!r}; use its .data, or detach()"
        )
    raise TypeError(f"Value: data must be a real number, got {type(data).__name__} {data!r:.60}")


class Fixed(np.ndarray):
    """A read-only view of a node's array; `a -= b` gives a new array and leaves this one alone."""

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)

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
    if isinstance(index, tuple):
        return tuple(map(own_index, index))
    if hasattr(index, "parents"):
        raise TypeError(
            f"indexing: {index!r} is a node; an index takes whole numbers, use its .data"
        )
    return deepcopy(index) if isinstance(index, list | np.ndarray) else index


def as_array(data: Any, what: str = "Tensor") -> Array:
    """Return `data` as a float array of its own, or raise a TypeError that says what to write."""
    if isinstance(data, Fixed) and not data.flags.writeable:
        return np.asarray(data)
    if isinstance(data, np.ndarray | np.generic):
        if data.dtype in (np.float64, np.float32):
            return np.array(data)
        if data.dtype.kind in "iub":
            raise TypeError(
                f"{what}: an array of dtype {data.dtype} has no gradient; "
                f"write {what}(x.astype(float))"
            )
        raise TypeError(f"{what}: needs float32 or float64, got an array of dtype {data.dtype}")
    if hasattr(data, "parents"):
        raise TypeError(f"{what}: needs numbers, got the node {data!r}; use its .data, or detach()")
    try:
        array = np.array(data)
    except ValueError as error:
        raise TypeError(f"{what}: needs a regular array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{what}: needs real numbers, got {type(data).__name__} {data!r:.60}")
    return array if array.dtype == np.float32 else array.astype(float)
