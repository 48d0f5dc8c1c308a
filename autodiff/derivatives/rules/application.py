"""One call of a function with a rule of its own: its arguments as leaves, its results as one array."""

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.calls import is_node
from autodiff.derivatives.checkpoint import parted
from autodiff.derivatives.reverse import needs_grad
from autodiff.nodes import modes
from autodiff.nodes.functions import holds_nodes, zero
from autodiff.nodes.leaving import INSIDE
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import tick
from autodiff.table import ops, tree


class Application:
    """One call of a custom function: which leaves of its arguments are nodes, and what came out."""

    def __init__(self, custom: Any, leaves: list[Any], structure: Any, operands: list[Any]) -> None:
        self.custom, self.leaves, self.structure = custom, leaves, structure
        place = {x: i for i, x in enumerate(operands)}
        self.places = {k: place[x] for k, x in enumerate(leaves) if is_node(x)}
        self.leaves = [None if is_node(x) else x for x in leaves]
        self.kept: Any = None  # for the rule, and of which operands
        self.kept_for: Sequence[Any] | None = None
        self.shapes: list[tuple[int, ...]] = []
        self.back: Any = None
        self.last: tuple[Any, Any, list[Any]] | None = None

    def args(self, xs: Sequence[Any]) -> list[Any]:
        """Return the arguments with other operands in the places of the nodes."""
        leaves = [xs[self.places[k]] if k in self.places else x for k, x in enumerate(self.leaves)]
        found: list[Any] = self.structure(leaves)
        return found

    def alone(self, function: Any, xs: Sequence[Any]) -> Any:
        """Return what a function makes of the arguments as outside of any transform and trace.

        A gradient that it takes itself is of plain numbers so.
        """
        around = INSIDE.get()
        try:
            INSIDE.set(None)
            with modes.mode(recording=True, guards=None):
                return function(self.args(xs))
        finally:
            INSIDE.set(around)

    def whole(self, xs: Sequence[Any]) -> Any:
        """Return what the function computes of arrays as one array: all results, laid flat.

        What it has recorded comes of nodes that are no arguments, to which the rule sends nothing.
        """
        start = tick()
        result, kept = self.alone(self.custom.run, xs)
        self.kept, self.kept_for = kept, xs
        outputs, self.back = tree.flatten(result)
        if MODE.get().recording:
            for node in (x for y in outputs for x in nodes_of(y)):
                check_own(self.custom, node, start)
        outputs = [numbers_of(y) for y in outputs]
        ys = [np.asarray(y, dtype=None if is_float(y) else float) for y in outputs]
        self.shapes = [y.shape for y in ys]
        return ys[0] if len(ys) == 1 else np.concatenate([y.reshape(-1) for y in ys])

    def apart(self, whole: Any) -> Any:
        """Return the results in their structure from the array or node that has them all."""
        return self.back(parted(whole, self.shapes))

    def joined(self, result: Any, what: str) -> Any:
        """Return a tree of the results' structure as one array or node."""
        parts = self.back.leaves_of(result, self.custom.label, what)
        for part, shape in zip(parts, self.shapes, strict=True):
            if np.shape(part) != shape and getattr(part, "shape", None) != shape:
                raise ValueError(
                    f"{self.custom.label}: {what} has shape {np.shape(part)}, the result {shape}"
                )
        if len(parts) == 1:
            return parts[0]
        if any(map(is_node, parts)):
            return ops.concatenate(*(ops.reshape(lifted(p), shape=(-1,)) for p in parts), axis=0)
        return np.concatenate([np.reshape(p, -1) for p in parts])

    def knows(self, xs: Sequence[Any]) -> bool:
        """Return whether what is kept belongs to these operands."""
        return self.kept_for is not None and all(
            a is b for a, b in zip(self.kept_for, xs, strict=True)
        )

    def pull(self, g: Any, xs: Sequence[Any]) -> list[Any]:
        """Return the cotangent of each operand."""
        as_nodes = is_node(g) or any(map(is_node, xs))
        args = self.args(xs)
        kept = self.custom.run(args)[1] if as_nodes or not self.knows(xs) else self.kept
        found = self.custom.pull(kept, args, self.apart(lifted(g) if as_nodes else g))
        flat: list[Any] = []
        for arg, part in zip(args, found, strict=True):
            leaves, structure = tree.flatten(arg)
            if part is None:
                flat += [None] * len(leaves)
            else:
                flat += structure.leaves_of(part, self.custom.label, "a cotangent")
        total: list[Any] = [None] * len(xs)
        for k, i in self.places.items():
            part, x = flat[k], xs[i]
            if part is None:
                continue
            shape = part.shape if is_node(part) else np.shape(part)
            if shape != x.shape:
                raise ValueError(
                    f"{self.custom.label}: the rule gives a cotangent of shape {shape} for an argument "
                    f"of shape {x.shape}"
                )
            if not (as_nodes and is_node(part)):
                part = np.asarray(numbers_of(part), dtype=x.dtype)
            total[i] = part if total[i] is None else total[i] + part
        return [null(x, as_nodes) if t is None else t for x, t in zip(xs, total, strict=True)]

    def push(self, ts: Sequence[Any], xs: Sequence[Any]) -> Any:
        """Return the tangent of the result for tangents of the operands."""
        tangents = [
            ts[self.places[k]] if k in self.places else nothing(x)
            for k, x in enumerate(self.leaves)
        ]
        found = self.joined(
            self.custom.push(self.args(xs), self.structure(tangents)), "the tangent"
        )
        return found if any(map(is_node, (*ts, *xs))) else numbers_of(found)


def check_own(custom: Any, node: Any, start: int) -> None:
    """Raise where a result of a custom function was computed from a node that is no argument of it."""
    pending, seen = [node], {node}
    while pending:
        x = pending.pop()
        if x.seq > start:  # the function's own
            pending += {p for p in x.parents if p not in seen}
            seen.update(x.parents)
        elif needs_grad(x):
            name = x.name or name_of(custom, x)
            what = f"a {type(x).__name__}{f' of shape {x.shape}' if x.shape else ''}"
            raise TypeError(
                f"{custom.label}: the function reads {f'{name}, {what}' if name else what}, which is no "
                f"argument of it, so the rule of {custom.what} gives it no gradient and that would be 0; "
                f"give it as an argument that has a cotangent or tangent of its own, or read "
                f"{name or 'x'}.data where only the numbers are meant"
            )


def name_of(custom: Any, node: Any) -> str:
    """Return the name by which the function or its rule reads a node from outside, if it has one."""
    for f in filter(inspect.isroutine, vars(custom).values()):
        try:
            found = inspect.getclosurevars(f)
        except TypeError:  # no function of Python
            continue
        for name, x in (*found.nonlocals.items(), *found.globals.items()):
            if x is node or (is_array_of_nodes(x) and any(v is node for v in x.flat)):
                return name
    return ""


def nodes_of(x: Any) -> list[Any]:
    """Return the nodes that one leaf of a result is or holds."""
    if is_node(x):
        return [x]
    return [v for v in x.flat if is_node(v)] if is_array_of_nodes(x) else []


def numbers_of(x: Any) -> Any:
    """Return the plain numbers of a leaf that may be a node or hold some."""
    if is_array_of_nodes(x):
        return np.array([v.data if is_node(v) else v for v in x.flat], float).reshape(x.shape)
    return plain(x) if is_node(x) else x


def plain(x: Any) -> Any:
    """Return a node's array; a Value's number as an array without axes."""
    return x._array if type(x) is Tensor else np.asarray(x._data)


def is_array_of_nodes(x: Any) -> bool:
    """Return whether x is numpy's array of Values, as a program of numbers has it."""
    return isinstance(x, np.ndarray) and x.dtype == object and holds_nodes(x)


def lifted(x: Any) -> Any:
    return x if type(x) is Tensor else ops.mul(x, np.ones(())) if is_node(x) else Tensor(x).detach()


def is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f"


def null(x: Any, as_node: bool) -> Any:
    return zero(x, as_node) if is_node(x) else np.zeros(np.shape(x), np.asarray(x).dtype)


def nothing(x: Any) -> Any:
    """Return the tangent of an argument that is no node."""
    return np.zeros_like(x) if is_float(x) else 0.0 if isinstance(x, float) else None
