"""One call of a user's function on fresh leaves: what every transform of a function starts with."""

import inspect
import math
import operator
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, pulled, recorded
from autodiff.nodes import modes
from autodiff.nodes.functions import seed_for, zero
from autodiff.nodes.leaving import INSIDE, Inside
from autodiff.nodes.modes import MODE, mode
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value, tick
from autodiff.nodes.watching import stands_for_whole
from autodiff.table import ops, tree
from autodiff.table.data import numbers

Function = Callable[..., Any]
FLOAT = np.dtype(float)
LEAF = tree.flatten(0.0)[1]  # how one node is put together again


def function(what: str, f: Any) -> Function:
    """Return f, which must be a function; where it is a node, say what takes nodes."""
    if not callable(f):
        nodes = "; of nodes ad.gradient(y, xs) gives the gradient" if is_node(f) else ""
        raise TypeError(f"{what}: needs a function, got {type(f).__name__}{nodes}")
    return f  # type: ignore[no-any-return]


def nested() -> bool:
    """Return whether this is inside a transform or a trace, where results are nodes again."""
    return INSIDE.get() is not None or modes.tracing()


def is_node(x: Any) -> bool:
    """Return whether x is a Value or a Tensor."""
    return isinstance(x, Value | Tensor)


def of_nodes(x: Any) -> bool:
    """Return whether x is an array of nodes: what a function under `jit` gets for an array."""
    return (
        isinstance(x, np.ndarray)
        and x.dtype == object
        and (not x.size or any(map(is_node, x.flat)))
    )


def given_node(x: Any) -> bool:
    """Return whether there is a node in an argument."""
    if type(x) is float or (type(x) is np.ndarray and x.dtype != object):
        return False
    return any(is_node(leaf) or of_nodes(leaf) for leaf in tree.flatten(x)[0])


def lift(x: Any) -> Any:
    """Return a fresh node for one leaf of an argument: a number, an array or an outer node."""
    if is_node(x):
        return ops.identity(x)
    if of_nodes(x):
        nodes = together([lift(v) for v in x.flat], x.shape).view(type(x))
        nodes.flags.writeable = x.flags.writeable  # an argument is not changed in place
        return nodes
    if isinstance(x, np.ndarray | np.float32) and (x.ndim or x.dtype.itemsize == 4):
        return Tensor(x)
    return Value(x)


def differentiated(what: str, x: Any) -> Any:
    """Return a fresh node for a leaf that is differentiated, which is a float of 32 or 64 bits."""
    if type(x) is np.ndarray and x.dtype is FLOAT and x.ndim:
        return Tensor(x)
    plain = isinstance(x, np.ndarray | np.generic)
    recorded = modes.watched and any(map(stands_for_whole, x.flat if of_nodes(x) else (x,)))
    if isinstance(x, int) or (plain and x.dtype.kind in "iub") or recorded:
        kind = "a whole number" if recorded else x.dtype if plain else type(x).__name__
        raise TypeError(
            f"{what}: {x!r:.40} is of type {kind}, and whole numbers have "
            f"no derivative; write float(x), or x.astype(float) of an array, or leave it out by argnums"
        )
    if plain and x.dtype.kind == "f" and x.dtype.itemsize not in (4, 8):
        raise TypeError(
            f"{what}: {x!r:.40} is of type {x.dtype}, and derivatives are computed in float32 or float64; "
            f"write float(x), or x.astype(float) of an array"
        )
    return lift(x)


def leaves_lifted(what: str, f: Function, args: Sequence[Any], i: int) -> Any:
    """Return an argument with a fresh node for each leaf; an error says where the leaf stands."""
    leaves, structure = tree.flatten(args[i])
    found = []
    for x in leaves:
        try:
            found.append(differentiated(what, x))
        except TypeError as e:
            name = parameter_names(f, len(args))[i]
            path = structure.paths(name)[len(found)]
            told = str(e).partition(": ")[2]
            raise (e if path == name else TypeError(f"{what}: {path}: {told}")) from None
    return structure(found)


def plain(x: Any) -> Any:
    """Return a node's number or array; anything else as it is."""
    if type(x) is Value:
        return x.data
    if type(x) is not Tensor:
        return x
    array = x._array
    if array.base is not None:
        return np.asarray(x.data)
    array.flags.writeable = False
    return array.view()


def together(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Return an array of nodes; of arrays of nodes one that has their axes behind its own."""
    found = np.empty((len(parts), *getattr(parts[0], "shape", ())) if parts else 0, dtype=object)
    for i, part in enumerate(parts):
        found[i] = part
    return found.reshape((*shape, *found.shape[1:]))


class Apart:
    """How a tree is put together again of which arrays of nodes were taken apart into these."""

    def __init__(self, structure: tree.Structure, shapes: Sequence[Any]) -> None:
        self.structure, self.shapes = structure, shapes

    def __call__(self, parts: Sequence[Any]) -> Any:
        left = iter(parts)
        return self.structure(
            [
                next(left) if s is None else together(list(islice(left, math.prod(s))), s)
                for s in self.shapes
            ]
        )

    def leaves_of(self, given: Any, what: str, root: str) -> list[Any]:
        """Return the leaves of a tree of this structure, arrays in the place of those of nodes."""
        found: list[Any] = []
        for x, shape in zip(self.structure.leaves_of(given, what, root), self.shapes, strict=True):
            if shape is not None and np.shape(x) != shape:
                raise ValueError(f"{what}: {root} have the shape {np.shape(x)}, not {shape}")
            found += [x] if shape is None else np.ravel(x).tolist()
        return found


def apart(x: Any) -> tuple[list[Any], Any]:
    """Return the nodes of a tree from left to right and what puts others in their place."""
    if type(x) is Tensor or type(x) is Value:
        return [x], LEAF
    leaves, structure = tree.flatten(x)
    if not any(map(of_nodes, leaves)):
        return leaves, structure
    shapes = [x.shape if of_nodes(x) else None for x in leaves]
    flat = [v for x in leaves for v in (x.ravel().tolist() if of_nodes(x) else [x])]
    return flat, Apart(structure, shapes)


def parameter_names(f: Any, count: int) -> list[str]:
    """Return the names of the arguments, those of the function's parameters where it tells them."""
    try:
        known = inspect.signature(f).parameters.values()
        found = [p.name for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        found = []
    return [*found[:count], *(f"x{i}" for i in range(len(found), count))]


def indices(what: str, argnums: Any, called: str = "argnums") -> list[int]:
    """Return `argnums`, or what is `called` otherwise, as whole numbers; raise where one is none."""
    try:
        several = isinstance(argnums, tuple | list)
        return [operator.index(i) for i in (argnums if several else (argnums,))]
    except TypeError:
        raise TypeError(
            f"{what}: {called} says which arguments, as an index or a tuple of them, not {argnums!r:.60}"
        ) from None


def chosen(what: str, argnums: Any, count: int) -> list[int]:
    """Return which of so many arguments are differentiated."""
    wanted = indices(what, argnums)
    for i in wanted:
        if not -count <= i < count:
            raise ValueError(
                f"{what}: argnums {i} is out of range for a call with {count} arguments"
            )
    return wanted


class Call:
    """One call of a function on fresh leaves, its outputs, and what to return for them."""

    def __init__(
        self, what: str, f: Function, args: Sequence[Any], argnums: Any, options: Any = None,
        has_aux: bool = False,
    ) -> None:  # fmt: skip
        several = isinstance(argnums, tuple | list)
        first = type(argnums) is int and not argnums and args
        wanted = [0] if first else chosen(what, argnums, len(args))
        self.nested = nested() or any(map(given_node, args))
        self.start = tick()  # what is older does not depend on the inputs
        if MODE.get().recording:
            result = self.called(what, f, args, wanted, several, options or {})
        else:  # what is differentiated is recorded, also inside a `no_grad`
            with mode(recording=True):
                result = self.called(what, f, args, wanted, several, options or {})
        self.aux: Any = None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    f"{what}: with has_aux the function returns a pair, what is differentiated and what "
                    f"is handed on; it returned {type(result).__name__}"
                )
            result, aux = result
            self.aux = tree.map_tree(self.show, aux)
        self.outputs, self.rebuild_outputs = apart(result)
        for y in self.outputs:
            if type(y) is not Tensor and type(y) is not Value:
                numbers(y, f"{what}: the function's result")

    def called(
        self,
        what: str,
        f: Function,
        args: Sequence[Any],
        wanted: list[int],
        several: bool,
        options: Any,
    ) -> Any:
        """Make the inputs and return what the function makes of them."""
        lifted = list(args)
        for i in wanted:
            x = args[i]
            one = type(x) is np.ndarray or type(x) is float
            lifted[i] = differentiated(what, x) if one else leaves_lifted(what, f, args, i)
        inputs = tuple(lifted[i] for i in wanted) if several else lifted[wanted[0]]
        self.inputs, self.rebuild_inputs = apart(inputs)
        around = INSIDE.get()
        inside = Inside(what, self.inputs, around)
        try:
            INSIDE.set(inside)
            return f(*lifted, **options)
        finally:
            INSIDE.set(around)

    def output(self) -> Any:
        """Return what the function returned: nodes inside another transform, else numbers."""
        return self.rebuild_outputs([self.show(y) for y in self.outputs])

    def show(self, y: Any) -> Any:
        return y if self.nested else plain(y)

    def scalar(self, what: str) -> Node:
        """Return the only output, which must be a single number."""
        y: Any = self.outputs[0] if len(self.outputs) == 1 else None
        if y is not None and not is_node(y) and np.ndim(y) == 0:
            y = Value(y)  # a function that ignores its arguments: the gradient is zero
        if not is_node(y) or y.shape not in ((), (1,)):
            shapes = [getattr(y, "shape", type(y).__name__) for y in self.outputs]
            raise ValueError(
                f"{what}: the function must return one number, it returned {shapes or 'nothing'}; "
                f"sum it up, or use jacobian"
            )
        return y  # type: ignore[no-any-return]

    def pull(self, y: Node, seed: Any = None) -> list[Any]:
        """Return the gradient of one output with respect to every input."""
        if type(seed) is Value and type(y) is Tensor:
            seed = ops.mul(seed, constant(np.ones(())))
        if self.nested:
            parts = recorded(y, self.inputs, seed, self.start)
        else:
            parts = pulled([y], [seed_for(y, seed, "gradient", False)], self.inputs)
        for i, part in enumerate(parts):
            if part is None:
                parts[i] = zero(self.inputs[i], self.nested)
        return parts

    def pull_all(self, seeds: Sequence[Any]) -> list[Any]:
        """Return what the cotangents of all outputs send back to every input, in one sweep."""
        pairs = [(y, s) for y, s in zip(self.outputs, seeds, strict=True) if is_node(y)]
        total: list[Any] = [zero(x, self.nested) for x in self.inputs]
        if self.nested or modes.tracing() or any(map(is_node, seeds)):
            for y, seed in pairs:
                total = [a + b for a, b in zip(total, self.pull(y, seed), strict=True)]
        elif pairs:
            starts = [seed_for(y, seed, "vjp", False) for y, seed in pairs]
            found = pulled([y for y, _ in pairs], starts, self.inputs)
            total = [z if g is None else g for z, g in zip(total, found, strict=True)]
        return total
