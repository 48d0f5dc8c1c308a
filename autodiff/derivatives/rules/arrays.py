"""`custom_vjp` and `custom_jvp`: functions of arrays whose derivative the user gives.

The function runs on plain arrays and becomes one node. A rule of either kind is a linear map, from the
cotangent of the result to those of the arguments or from tangents to the result's; recorded on nodes it
can be transposed, so each kind serves reverse and forward mode, and derivatives of any order where the
rule is written with functions that record. Before it is used for the first time a rule is held against
differences along random directions, and a wrong one raises a ValueError.
"""

import math
from collections.abc import Sequence
from functools import partial, update_wrapper
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Function, is_node
from autodiff.derivatives.checking import derivative
from autodiff.derivatives.reverse import computed, needs_grad, send
from autodiff.nodes import modes
from autodiff.nodes.array_node import fill
from autodiff.nodes.functions import as_array_node, holds_nodes, zero
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor
from autodiff.table import ops, tree
from autodiff.table.primitive import Multilinear


class Custom:
    """A function of arrays with a rule of its own."""

    what = remedy = ""

    def __init__(self, f: Function) -> None:
        if not callable(f):
            raise TypeError(f"{self.what}: decorates a function, got {f!r:.60}")
        self.f = f
        self.label = getattr(f, "__name__", type(f).__name__)
        self.row = OwnRow(self.label, value, nary=pulled, tangents=PUSHED, tex=r"f({0}, \ldots)")
        self.unchecked = True
        update_wrapper(self, f)

    def run(self, args: Sequence[Any]) -> tuple[Any, Any]:
        """Return the function's result on plain arrays, and what its rule wants to be kept."""
        raise NotImplementedError

    def pull(self, kept: Any, args: Sequence[Any], gs: Any) -> list[Any]:
        """Return the cotangent of each argument."""
        raise NotImplementedError

    def push(self, args: Sequence[Any], ts: Sequence[Any]) -> Any:
        """Return the tangent of the result."""
        raise NotImplementedError

    def slope(self, call: "Application", xs: Any, move: Any, weights: Any) -> float:
        """Return the rate of change of the weighted result along a direction, by the rule."""
        raise NotImplementedError

    def missing(self) -> TypeError:
        return TypeError(f"{self.label}: {self.what} has no rule yet; give it with {self.remedy}")

    def __call__(self, *args: Any) -> Any:
        leaves, structure = tree.flatten(list(args))
        leaves = [as_array_node(x) if is_array_of_nodes(x) else x for x in leaves]
        operands = list(dict.fromkeys(x for x in leaves if is_node(x)))
        mode = MODE.get()
        if not operands or not (mode.recording or mode.guards is not None):
            return self.f(*structure(leaves))
        call = Application(self, leaves, structure, operands)
        arrays = tuple(map(plain, operands))
        with modes.no_grad():
            whole = call.whole(arrays)
        if not any(map(needs_grad, operands)) and mode.guards is None:
            return call.apart(Tensor(whole).detach())
        if self.unchecked:
            self.unchecked = False
            check(call, arrays)
        node: Tensor = Tensor.__new__(Tensor)
        fill(node, whole, self.row, tuple(operands), arrays, {"call": call}, True)
        node.scope = mode.path
        return call.apart(node)


class Application:
    """One call of a custom function: which leaves of its arguments are nodes, and what came out."""

    def __init__(
        self, custom: Custom, leaves: list[Any], structure: Any, operands: list[Any]
    ) -> None:
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

    def whole(self, xs: Sequence[Any]) -> Any:
        """Return what the function computes of arrays as one array: all results, laid flat."""
        result, kept = self.custom.run(self.args(xs))
        self.kept, self.kept_for = kept, xs
        outputs, self.back = tree.flatten(result)
        ys = [np.asarray(y, dtype=None if is_float(y) else float) for y in outputs]
        self.shapes = [y.shape for y in ys]
        return ys[0] if len(ys) == 1 else np.concatenate([y.reshape(-1) for y in ys])

    def apart(self, whole: Any) -> Any:
        """Return the results in their structure from the array or node that has them all."""
        if len(self.shapes) == 1:
            return self.back([whole])
        parts, start = [], 0
        for shape in self.shapes:
            n = math.prod(shape)
            parts.append(whole[start : start + n].reshape(shape))
            start += n
        return self.back(parts)

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
            part = part if is_node(part) else np.asarray(part, dtype=x.dtype)
            total[i] = part if total[i] is None else total[i] + part
        return [null(x, as_nodes) if t is None else t for x, t in zip(xs, total, strict=True)]

    def push(self, ts: Sequence[Any], xs: Sequence[Any]) -> Any:
        """Return the tangent of the result for tangents of the operands."""
        tangents = [
            ts[self.places[k]] if k in self.places else nothing(x)
            for k, x in enumerate(self.leaves)
        ]
        return self.joined(self.custom.push(self.args(xs), self.structure(tangents)), "the tangent")


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


class OwnRow(Multilinear):
    """The row of a custom function's nodes."""

    def __post_init__(self) -> None:
        """Stay out of the table, where a name stands once."""

    def __reduce__(self) -> Any:
        raise TypeError(f"{self.name}: a function with a rule of its own cannot be saved or copied")


def value(*xs: Any, call: Application) -> Any:
    """Return what the function computes of arrays, or record it anew on nodes."""
    if any(map(is_node, xs)):
        return call.joined(call.custom(*call.args(xs)), "the result")
    with modes.no_grad():
        return Application(call.custom, *again(call, xs)).whole(xs)


def again(call: Application, xs: Sequence[Any]) -> tuple[list[Any], Any, list[Any]]:
    """Return what another call with other operands is made of."""
    marks = [Tensor(np.asarray(x)) for x in xs]
    leaves = [marks[call.places[k]] if k in call.places else x for k, x in enumerate(call.leaves)]
    return leaves, call.structure, marks


def pulled(i: int, g: Any, *xs: Any, call: Application) -> Any:
    """Return what operand `i` receives; the rule is run once for all of them."""
    if type(g) is Lanes or any(type(x) is Lanes for x in xs):
        return by_lane(lambda g, *xs: call.pull(g, xs)[i], g, *xs)
    last = call.last
    if (
        last is None
        or last[0] is not g
        or any(a is not b for a, b in zip(last[1], xs, strict=True))
    ):
        last = call.last = (g, xs, call.pull(g, xs))
    if i == len(xs) - 1:
        call.last = None
    return last[2][i]


def by_lane(function: Function, *args: Any) -> Lanes:
    """Return what a function makes of each lane, put together as lanes again."""
    n = next(len(x.x) for x in args if type(x) is Lanes)
    found = [function(*(x.x[k] if type(x) is Lanes else x for x in args)) for k in range(n)]
    if any(map(is_node, found)):
        return Lanes(
            ops.concatenate(
                *(ops.reshape(y, shape=(1, *y.shape)) for y in map(lifted, found)), axis=0
            )
        )
    return Lanes(np.stack(found))


class Pushed:
    """The tangents of a custom function: one rule for each operand, however many."""

    def __getitem__(self, i: int) -> Any:
        def rule(t: Any, *xs: Any, call: Application) -> Any:
            if type(t) is Lanes or any(type(x) is Lanes for x in xs):
                return by_lane(partial(rule, call=call), t, *xs)
            ts = [t if k == i else null(x, is_node(x)) for k, x in enumerate(xs)]
            return call.push(ts, xs)

        return rule


PUSHED: Any = Pushed()


def linear(
    outputs: list[Any], leaves: list[Any], seeds: Sequence[Any], as_nodes: bool
) -> list[Any]:
    """Return what comes back to leaves from outputs that are linear in them."""
    total: dict[Any, Any] = {}
    for y, seed in zip(outputs, seeds, strict=True):
        if is_node(y):
            total[y] = total[y] + seed if y in total else seed
    start = min(x.seq for x in leaves)
    depend = set(leaves)
    for node in reversed(computed(list(total), True, start)):
        if any(x in depend for x in node.parents):
            depend.add(node)
    order = [x for x in computed(list(total), True, start) if x in depend]
    send(order, total, as_nodes, {*leaves})
    return [total.get(x) for x in leaves]


def check(call: Application, arrays: Sequence[Any]) -> None:
    """Raise a ValueError where the rule disagrees with differences at these operands."""
    rng = np.random.default_rng(0)
    xs = [np.asarray(x, dtype=float) for x in arrays]
    if not xs or not all(np.all(np.isfinite(x)) for x in xs):
        return
    trial = Application(call.custom, *again(call, xs))
    y = trial.whole(xs)
    move, weights = [rng.standard_normal(x.shape) for x in xs], rng.standard_normal(y.shape)
    scale = max(1.0, *(float(np.max(np.abs(x), initial=0.0)) for x in xs))

    def along(t: float) -> float:
        moved = [x + t * d for x, d in zip(xs, move, strict=True)]
        return float(np.sum(weights * Application(call.custom, *again(call, moved)).whole(moved)))

    with modes.no_grad(), np.errstate(all="ignore"):
        expected, error = derivative(along, 0.0, 0.01 * scale)
    found = call.custom.slope(trial, xs, move, weights)
    size = max(abs(expected), float(np.sum(np.abs(weights))) * 1e-6)
    if not abs(found - expected) <= 1e-5 * size + 4 * error:
        raise ValueError(
            f"{call.custom.label}: the rule gives {found!r} along a random direction, differences give "
            f"{expected!r} (error about {error:.1e}); correct the rule, or pass check=False where it is "
            f"meant to differ"
        )
