"""The gate: whether something recorded fits a call, and which of all that was recorded comes next.

A program is a row of passes over one flat form: record, gate, place in memory, run or print. What is
recorded for one call is a *course*; it answers only such calls as it was made for. The gate decides
this in two steps. First the *look* of the call: the structure of the arguments, key by key, and of
each leaf what kind of node the function is given for it, its shape, its dtype, or the value itself
where it is static (text, a switch, a function). Then the course looks at the numbers: its guards are
the comparisons that the function made and the numbers that it read, and it has no answer where one of
them turns out differently. A call that nothing fits is recorded anew, and what was used longest ago is
dropped, so that a program neither answers wrongly nor grows.

Nothing here is locked: a gate's entries are a tuple that is replaced as a whole, so threads, signal
handlers, a function that calls its own program and a forked process find it as it was or as it is.
"""

import math
import operator
from collections.abc import Iterator, Sequence
from enum import Enum
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import tree
from autodiff.table.data import Fixed, as_array, as_float, check_kind, one_hot, refusal
from autodiff.table.primitive import Primitive

KEPT = 32  # courses of one program
WHOLE = 2**53  # up to here every whole number is a float
PLAIN, NODES = (np.ndarray, Fixed, np.memmap), (Value, Tensor)
NUMBERS, ARRAY, STATIC, TRUTHS = "numbers", "array", "static", "truths"
SWITCHES = (
    str, bytes, bool, np.bool_, Enum, type, FunctionType, BuiltinFunctionType, Primitive, np.ufunc,
    np.dtype,
)  # fmt: skip

Guard = tuple[str, Any, Any, Any]  # the sign, both sides, how it turned out
SIGNS: Any = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "!=": operator.ne,
    "one-hot": one_hot, "raised": lambda a, b: False,
}  # fmt: skip


class Leaf:
    """What one leaf of the arguments must be.

    NUMBERS become Values; an ARRAY becomes a Tensor of its shape and dtype; what is STATIC is given as it
    is. Along `axis` lie samples. Where it matters whether a number is whole, `whole` says so.
    """

    __slots__ = ("axis", "dtype", "kind", "number", "shape", "value", "whole")

    def __init__(
        self, kind: str, shape: tuple[int, ...] = (), dtype: Any = None, axis: int | None = None,
        value: Any = None,
    ) -> None:  # fmt: skip
        self.kind, self.shape, self.dtype, self.axis, self.value = kind, shape, dtype, axis, value
        self.number = kind is NUMBERS and not shape and axis is None  # a float is taken as it is
        self.whole: Any = None

    def tell(self, x: Any) -> None:
        """Take whole numbers only, or others only, as x is."""
        if self.kind is not STATIC:
            self.whole = is_whole(x)
            self.number = self.number and not self.whole

    def take(self, x: Any) -> Any:
        """Return x as a number or an array if it is such a leaf, else None."""
        if self.kind is STATIC:
            same = type(x) is type(self.value) and (x is self.value or x == self.value)
            return x if same else None
        found = plain(x)
        if found is None or (
            self.whole is not None and (is_whole(x) is not self.whole or is_single(x))
        ):
            return None
        if self.axis is not None:
            there = -found.ndim <= self.axis < found.ndim
            return found if there and one_sample(found, self.axis) == self.shape else None
        if found.shape != self.shape:
            return None
        return found if self.kind is NUMBERS or found.dtype == self.dtype else None


def is_whole(x: Any) -> Any:
    """Return whether x is a whole number, or an array of them; a truth is none, an array of them TRUTHS."""
    if isinstance(x, np.ndarray):
        return TRUTHS if x.dtype.kind == "b" else x.dtype.kind in "iu"
    return isinstance(x, int | np.integer) and not isinstance(x, bool)


def is_single(x: Any) -> bool:
    """Return whether x is an array of less than double precision, in which it is computed with then."""
    return isinstance(x, np.ndarray) and x.ndim > 0 and x.dtype.kind == "f" and x.dtype.itemsize < 8


def one_sample(x: Any, axis: int) -> tuple[int, ...]:
    """Return the shape of one sample."""
    shape = list(x.shape)
    del shape[axis]
    return tuple(shape)


def plain(x: Any) -> Any:
    """Return a number, an array or a constant node as an array; None for anything else.

    Where a trace listens a constant is a node like any other.
    """
    if type(x) in PLAIN:
        return np.asarray(x) if x.dtype.kind in "fiub" else None
    if type(x) in NODES:
        if not x.is_constant or modes.tracing():
            return None
        return np.asarray(x._data) if type(x) is Value else x._array
    if isinstance(x, float | int | np.bool_ | np.integer):
        return np.asarray(as_float(x, "the program"))
    return np.asarray(x) if isinstance(x, np.floating) else None


class Look:
    """What a call must look like: the structure of its arguments, and what each leaf is."""

    __slots__ = ("leaves", "structure")

    def __init__(self, structure: tree.Structure, leaves: Sequence[Leaf]) -> None:
        self.structure, self.leaves = structure, tuple(leaves)

    def take(self, call: Any) -> list[Any] | None:
        """Return the numbers and arrays of a call that looks like this; None for any other."""
        given = self.structure.follow(call)
        if given is None:
            return None
        for i, leaf in enumerate(self.leaves):
            x = given[i]
            if leaf.number and isinstance(x, float):
                given[i] = float(x)  # numpy's float64 is a float, too
            else:
                x = leaf.take(x)
                if x is None:
                    return None
                given[i] = x
        return given


class Entry:
    """A course, the look of the calls it is for, and whether it was recorded with gradients.

    `arrays` are those that the function reads from outside, each with what it held when that was
    recorded; where one holds other numbers now, the course answers no more.
    """

    __slots__ = ("arrays", "course", "grads", "look")

    def __init__(
        self, look: Look, grads: bool, course: Any, arrays: Sequence[tuple[Any, Any]] = ()
    ) -> None:
        self.look, self.grads, self.course, self.arrays = look, grads, course, arrays

    def stands(self) -> bool:
        """Return whether all that was read from outside is as it was."""
        return all(now is then or unchanged(now, then) for now, then in self.arrays)


def unchanged(now: Any, then: Any) -> bool:
    """Return whether an array holds, bit for bit, what it held then."""
    same = now.shape == then.shape and now.dtype == then.dtype
    return same and bool(np.array_equal(bits(now), bits(then)))


def bits(x: Any) -> Any:
    """Return the bits of an array of numbers, in words as wide as its numbers where there are such."""
    word = f"u{x.itemsize}" if x.itemsize in (2, 4, 8) else np.uint8
    return np.ascontiguousarray(x).view(word)


class Gate:
    """The courses of one program, the one that was used last first."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()

    def fitting(self, call: Any, grads: bool) -> Iterator[tuple[Entry, list[Any]]]:
        """Yield what is recorded for calls that look like this one, with the call's numbers."""
        seen: dict[int, Any] = {}
        for entry in self.entries:
            if entry.grads is grads:
                look = entry.look
                found = seen[id(look)] if id(look) in seen else look.take(call)
                seen[id(look)] = found
                if found is not None and (not entry.arrays or entry.stands()):
                    yield entry, found

    def put_first(self, entry: Entry) -> None:
        """Keep an entry, as the one that was used last; beyond KEPT the last one is dropped."""
        if not self.entries or self.entries[0] is not entry:
            others = [e for e in self.entries if e is not entry]
            self.entries = (entry, *others[: KEPT - 1])

    def __getstate__(self) -> Any:
        return self.entries

    def __setstate__(self, entries: Any) -> None:
        self.entries = entries


def look_of(call: Any, kind: str, axes: Sequence[Any], names: Sequence[str]) -> Look:
    """Return what a call, (arguments, keywords), looks like; `axes` and `names` are the arguments'.

    Numbers given by keyword have no samples, and whole numbers among them are static. Raises a
    TypeError, which names the path, for a leaf that is nothing of all this.
    """
    args, keywords = call
    leaves: list[Leaf] = []
    parts = [*zip(args, axes, names, strict=True), *((x, None, k) for k, x in keywords.items())]
    for k, (part, axis, name) in enumerate(parts):
        found, structure = tree.flatten(part)
        paths = structure.paths(name)
        for x, path in zip(found, paths, strict=True):
            whole = k >= len(args) and isinstance(x, int)
            if axis is None and (whole or isinstance(x, SWITCHES)):
                leaves.append(Leaf(STATIC, value=x))
            else:
                leaves.append(leaf_of(x, kind, axis, f"the program: {path}"))
    return Look(tree.flatten(call)[1], leaves)


def leaf_of(x: Any, kind: str, axis: Any, path: str) -> Leaf:
    """Return what a number or an array among the arguments is."""
    found = plain(x)
    if found is None:
        check_kind(x, path, "real numbers")
        raise refusal(path, "a number or an array of real numbers", x)
    if found.dtype.kind == "f" and found.itemsize not in (4, 8):
        raise refusal(path, "float32 or float64", found)
    if kind == ARRAY:
        found = found if found.dtype in (np.float64, np.float32) else as_array(found, path)
        return Leaf(ARRAY, found.shape, found.dtype)
    if axis is not None and not -found.ndim <= axis < found.ndim:
        raise ValueError(f"{path} has shape {found.shape}, so there is no axis {axis} of samples")
    return Leaf(NUMBERS, found.shape if axis is None else one_sample(found, axis), axis=axis)


def holds(sign: str, a: Any, b: Any, outcome: Any) -> bool:
    """Return whether a guard of arrays turns out as it was recorded."""
    if sign == "==":  # what was read is the same, bit for bit
        return unchanged(np.asarray(a), np.asarray(b))
    return bool(np.array_equal(SIGNS[sign](a, b), outcome))


def turns_out(sign: str, x: Any, z: Any) -> Any:
    """Return the outcome of a comparison, or whether a number that was read is the same."""
    return identical(x, z) if sign == "==" else SIGNS[sign](x, z)


def identical(x: float, z: float) -> bool:
    """Return whether two numbers are the same in all that can be seen of them: -0.0 is not 0.0."""
    return (x == z or (x != x and z != z)) and math.copysign(1.0, x) == math.copysign(1.0, z)


def exact(x: Any) -> Any:
    """Return what a guard compares with: a float if it is one, else the object, as of single precision."""
    if type(x) is Value:
        return 0.0
    if isinstance(x, float) or (isinstance(x, int) and abs(x) <= WHOLE):
        return float(x)
    return x


def along(x: Any, lanes: int) -> Any:
    """Return a number of a guard for each lane, as Python's."""
    return x.tolist() if isinstance(x, np.ndarray) else [x] * lanes


def overlap(x: Any, *others: Any) -> bool:
    """Return whether x may lie in the memory of one of the others."""
    return any(np.may_share_memory(x, y) for y in others)


def written(branch: tree.Branch, words: Iterator[str]) -> str | None:
    """Return a tree as Python source, a word for each leaf; None if it needs more than brackets."""
    if branch is None:
        return next(words)
    cls, keys, _, parts = branch
    texts = [written(part, words) or "" for part in parts]
    if "" in texts or cls not in (tuple, list, dict):
        return None
    if cls is dict:
        if any(type(key) not in (str, int) for key in keys):
            return None
        return f"{{{', '.join(f'{k!r}: {x}' for k, x in zip(keys, texts, strict=True))}}}"
    inside = ", ".join(texts)
    return f"[{inside}]" if cls is list else f"({inside}{',' * (len(texts) == 1)})"
