"""Indices that are inputs: `w[i]` in a program, where i is a whole number among its arguments.

The index chooses before the program runs. What it chooses of the arguments becomes an input of its own,
filled anew at every call, and its gradient is added to what was chosen: a gather, and a scatter. Of
numbers that are computed in the program it is chosen by a product with inputs that are all 0 but for
one that is 1. Lists, tuples and arrays among the arguments are given to the function as such that know
this; for a list that the function makes itself there is `pick`.
"""

import math
from contextvars import ContextVar
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.recording import dot
from autodiff.nodes.value import Value, constant
from autodiff.programs.arguments import Numbers

listening: ContextVar["Gathers | None"] = ContextVar("autodiff_gathers", default=None)


class Gathers:
    """What the indices of one recording choose: filled in before a run, sent back after it."""

    def __init__(self) -> None:
        self.inputs: list[Value] = []  # those of the recording; what is chosen is added
        self.place_of: dict[Value, int] = {}
        self.whole: set[Value] = set()
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
        self.inputs, self.place_of, self.whole = [], {}, set()

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
        parts = [_parts(y) for y in x]
        if any(p is None for p in parts):
            return None
        found = [y for p in parts for y in p]
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
        if type(i) is tuple and any(type(k) is Value for k in i):
            first, rest = i[0], i[1:]
            found = self[first]
            if not rest:
                return found
            return (
                found[rest if len(rest) > 1 else rest[0]]
                if type(first) is not slice
                else np.array(
                    [row[rest if len(rest) > 1 else rest[0]] for row in found], dtype=object
                ).view(Grid)
            )
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
