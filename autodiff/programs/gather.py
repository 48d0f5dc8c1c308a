"""Indices that are inputs: `w[i]` in a program, where i is a whole number among its arguments.

The index chooses before the program runs. What it chooses of the arguments becomes an input of its own,
filled anew at every call, and its gradient is added to what was chosen: a gather, and a scatter. Of
numbers that are computed in the program it is chosen by a product with inputs that are all 0 but one.
Lists, tuples and arrays among the arguments are given to the function as such that know this; for a list
that it makes itself there is `pick`. `Compiled` is the program under `jit`, whose calls have indices.
"""

import inspect
import math
import warnings
from contextvars import ContextVar
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.recording import dot
from autodiff.nodes.value import Value, constant
from autodiff.nodes.watching import Guards, watch
from autodiff.programs.arguments.numbers import Numbers, needs_a_tensor
from autodiff.programs.calling import RecordingWarning
from autodiff.programs.gate import KEPT, STATIC, TRUTHS, Look, is_single
from autodiff.programs.replay import Program
from autodiff.table import tree

AGAIN = 8  # recordings of one look, beyond which something is likely wrong

listening: ContextVar["Gathers | None"] = ContextVar("autodiff_gathers", default=None)


class Gathers:
    """What the indices of one recording choose: filled in before a run, sent back after it."""

    def __init__(self) -> None:
        self.inputs: list[Value] = []  # those of the recording; what is chosen is added
        self.place_of: dict[Value, int] = {}
        self.whole, self.truths = set[Value](), list[Value]()
        self.chosen: list[tuple[Any, Any, Any]] = []  # tables, indices, places that are filled
        self.ones: list[tuple[int, int, int]] = []  # index, first place and number of places

    def __bool__(self) -> bool:
        return bool(self.chosen or self.ones)

    def begin(self, inputs: list[Value], whole: list[Value]) -> None:
        """Listen to indices until `end`."""
        self.inputs = inputs
        self.place_of = {x: i for i, x in enumerate(inputs)}
        self.whole = set(whole)
        listening.set(self)

    def end(self) -> None:
        """Make arrays of what was heard."""
        grouped: dict[bytes, tuple[Any, list[int], list[Any]]] = {}
        for table, index, places in self.chosen:
            _, indices, filled = grouped.setdefault(table.tobytes(), (table, [], []))
            indices.append(index)
            filled.append(places)
        self.chosen = [(t, np.array(i), np.array(p)) for t, i, p in grouped.values()]
        self.inputs, self.place_of, self.whole, self.truths = [], {}, set(), []

    def add(self, numbers: list[float], like: list[Value]) -> list[Value]:
        """Return new inputs that hold these numbers."""
        fresh = []
        for number, old in zip(numbers, like, strict=True):
            node = constant(number) if old.is_constant else Value(number)
            self.place_of[node] = len(self.inputs)
            self.inputs.append(node)
            fresh.append(node)
        return fresh

    def fill(self, values: Any) -> None:
        """Choose what the indices among the values say; raise an IndexError as a list does."""
        for table, indices, places in self.chosen:
            values[places] = values[table[values[indices].astype(int)]]
        for index, start, n in self.ones:
            i = int(values[index])
            if not -n <= i < n:
                raise IndexError(f"index {i} is out of range for {n} numbers")
            values[start : start + n] = 0.0
            values[start + i % n] = 1.0

    def send(self, values: Any, grads: Any) -> None:
        """Add the gradient of what was chosen to that of what it was chosen from, newest first."""
        for table, indices, places in self.chosen[::-1]:
            found = table[values[indices].astype(int)]
            np.add.at(grads, found[::-1], grads[places[::-1]])


def gathered(items: Any, i: Any) -> Any:
    """Return item i of equally shaped items, i being an input of the program that is being recorded."""
    gathers = listening.get()
    if gathers is None or i not in gathers.whole:
        return items[whole(i)]
    n, k = len(items), int(i._data)
    if not -n <= k < n:
        raise IndexError(f"index {k} is out of range for {n} numbers")
    flat = [_parts(x) for x in items]
    if any(f is None or len(f) != len(flat[0]) for f in flat):
        return items[whole(i)]
    index = gathers.place_of[i]
    if all(x in gathers.place_of for f in flat for x in f):
        table = np.array([[gathers.place_of[x] for x in f] for f in flat])
        start = len(gathers.inputs)
        fresh = gathers.add([x._data for x in flat[k]], flat[k])
        gathers.chosen.append((table, index, start + np.arange(len(fresh))))
    else:
        if not all(math.isfinite(x._data) for f in flat for x in f):
            return items[whole(i)]
        start = len(gathers.inputs)
        ones = gathers.add([float(j == k % n) for j in range(n)], [i] * n)
        gathers.ones.append((index, start, n))
        fresh = [dot(ones, list(column)) for column in zip(*flat, strict=True)]
        for y in fresh:  # a guard: 0 times an infinity is no number
            y < math.inf  # noqa: B015
    return _like(items[k], fresh)


def whole(i: Any) -> Any:
    """Return an index as a plain number; a trace keeps that it was read."""
    if i._data != int(i._data):
        raise TypeError(f"an index must be a whole number, not {i._data!r}")
    modes.note("==", i, i._data, True)
    return int(i._data)


def _parts(x: Any) -> Any:
    """Return the Values of an item, None where it holds anything else."""
    if type(x) is Value:
        return [x]
    if isinstance(x, np.ndarray) and x.dtype == object:
        found = x.ravel().tolist()
    elif isinstance(x, list | tuple):
        found = []
        for part in map(_parts, x):
            found += [None] if part is None else part
    else:
        return None
    return found if all(type(y) is Value for y in found) else None


def _like(x: Any, fresh: list[Value]) -> Any:
    """Return new Values in the shape of an item."""
    left = iter(fresh)

    def made(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            out = np.empty(x.size, dtype=object)
            out[:] = [next(left) for _ in range(x.size)]
            return out.reshape(x.shape).view(Grid)
        if isinstance(x, list | tuple):
            return indexed([made(y) for y in x] if isinstance(x, list) else tuple(map(made, x)))
        return next(left)

    return made(x)


class Row(list[Any]):
    """A list among the arguments, which can be indexed by an input."""

    def __getitem__(self, i: Any) -> Any:
        return gathered(list(self), i) if type(i) is Value else list.__getitem__(self, i)


class Pair(tuple[Any, ...]):
    """A tuple among the arguments, which can be indexed by an input."""

    __slots__ = ()

    def __getitem__(self, i: Any) -> Any:
        return gathered(tuple(self), i) if type(i) is Value else tuple.__getitem__(self, i)


class Grid(Numbers):
    """An array of Values among the arguments, which can be indexed by an input."""

    def __getitem__(self, i: Any) -> Any:
        if type(i) is Value:
            return gathered(list(np.asarray(self)), i)
        if isinstance(i, Numbers):
            places, gathers = i.ravel().tolist(), listening.get()
            if gathers is not None and any(x is k for x in gathers.truths for k in places[:1]):
                raise needs_a_tensor("choice by truths")
            rows = np.array([self[k] for k in places], dtype=object)
            return rows.reshape(i.shape + self.shape[1:]).view(Grid)
        if type(i) is tuple and any(type(k) is Value for k in i):
            if not all(isinstance(k, Value | int | np.integer | slice) for k in i):
                return super().__getitem__(tuple(whole(k) if type(k) is Value else k for k in i))
            found, rest = self[i[0]], i[1] if len(i) == 2 else i[1:]
            if len(i) == 1 or type(i[0]) is not slice:
                return found if len(i) == 1 else found[rest]
            return np.array([row[rest] for row in found], dtype=object).view(Grid)
        return super().__getitem__(i)


def indexed(x: Any) -> Any:
    """Return an argument with its lists, tuples and arrays such as can be indexed by an input."""
    if type(x) is list:
        return Row(indexed(y) for y in x)
    if type(x) is tuple:
        return Pair(indexed(y) for y in x)
    if type(x) is dict:
        return {k: indexed(y) for k, y in x.items()}
    return x.view(Grid) if isinstance(x, np.ndarray) and x.dtype == object else x


def pick(xs: Any, i: Any) -> Any:
    """Return xs[i] of a list; i may be a whole number among the arguments of a function under `jit`.

    In eager code this is `xs[i]`. In a program the index is an input: the list may hold what the program
    computes, and the gradient goes to the item that was chosen. Raises an IndexError where a list does.

    >>> import autodiff as ad
    >>> f = ad.jit(lambda w, i: pick([w, w * w, w * w * w], i))
    >>> f.value_and_grad(2.0, 1), f.value_and_grad(2.0, 2)
    ((4.0, 4.0), (8.0, 12.0))
    """
    return gathered(xs, i) if type(i) is Value else xs[i]


def defined(f: Any) -> str:
    """Return where a function stands, as text behind its name."""
    code = getattr(inspect.unwrap(f), "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code else ""


class Compiled(Program):
    """The program of a function under `jit`: whole numbers among its arguments may be indices."""

    def __init__(self, f: Any, count: int, axes: tuple[Any, ...], argnums: Any) -> None:
        super().__init__(f, count, axes, argnums)
        self.courses_of: dict[Any, int] = {}
        self.warned = False

    def look(self, call: Any, kind: str) -> Look:
        """Return what a new call looks like, and which of its numbers are whole."""
        found = super().look(call, kind)
        for leaf, x in zip(found.leaves, tree.flatten(call)[0], strict=True):
            if leaf.axis is None and is_single(x):
                raise needs_a_tensor("single precision")
            leaf.tell(x)
        return found

    def recorded_by(self, f: Any, args: Any, keywords: Any, inputs: list[Any], look: Look) -> Any:
        """Return what the function returns, what was heard of it, and what its indices choose."""
        whole = indices(look, inputs)
        gathers, heard = Gathers(), watch(Guards(), inputs, whole)
        if whole:
            args = indexed(tuple(args))
        around = listening.get()
        try:
            gathers.begin(inputs, whole)
            gathers.truths = indices(look, inputs, TRUTHS)
            with heard:
                y = self._called(f, args, keywords)
        finally:
            listening.set(around)
        gathers.end()
        self._count(heard.guards)  # type: ignore[arg-type]
        return y, heard, gathers

    def _count(self, guards: Guards) -> None:
        """Warn where calls that look alike are recorded again and again, and say what causes it."""
        key = tuple(guards.lines)
        times = self.courses_of[key] = self.courses_of.get(key, 0) + 1
        if self.warned or (times < AGAIN if guards else self.recorded <= KEPT):
            return
        self.warned = True
        read = [i for i, g in enumerate(guards) if g[0] == "=="]
        line = guards.lines[read[0] if read else 0] if guards else ""
        cause = (
            f"its arguments have another structure or shape from call to call, and {KEPT} are kept; pad "
            f"arrays to a few lengths"
            if not guards
            else f"{line} reads a number of the arguments, so each other number is another course; compute "
            f"with the number itself, choose from a list by pick(xs, i), or name the argument in "
            f"static_argnums if it takes few values"
            if read
            else f"the comparison in {line} turns out differently from call to call; write it with "
            f"where, maximum or minimum, which are part of the program"
        )
        name = getattr(self.f, "__name__", "the function") + ("" if guards else defined(self.f))
        said = f"{name} was recorded {self.recorded} times: {cause}"
        warnings.warn(said, RecordingWarning, stacklevel=2)


def indices(look: Look, inputs: list[Value], kind: Any = True) -> list[Value]:
    """Return the inputs that are whole (or truths) and have no samples."""
    found: list[Value] = []
    place = 0
    for leaf in look.leaves:
        size = 0 if leaf.kind is STATIC else math.prod(leaf.shape)
        if leaf.whole is kind and leaf.axis is None:
            found += inputs[place : place + size]
        place += size
    return found
