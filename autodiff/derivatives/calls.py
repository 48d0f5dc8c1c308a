"""One call of a user's function on fresh leaves: what every transform of a function starts with."""

import operator
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, gradient, recorded
from autodiff.nodes import modes
from autodiff.nodes.functions import zero
from autodiff.nodes.leaving import INSIDE, Inside
from autodiff.nodes.modes import MODE, mode
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value, tick
from autodiff.table import ops, tree

Function = Callable[..., Any]


def nested() -> bool:
    """Return whether this is inside a transform or a trace, where results are nodes again."""
    return INSIDE.get() is not None or modes.tracing()


def is_node(x: Any) -> bool:
    """Return whether x is a Value or a Tensor."""
    return isinstance(x, Value | Tensor)


def lift(x: Any) -> Node:
    """Return a fresh node for one leaf of an argument: a number, an array or an outer node."""
    if is_node(x):
        return ops.identity(x)  # type: ignore[no-any-return]
    if isinstance(x, np.ndarray | np.float32) and (x.ndim or x.dtype.itemsize == 4):
        return Tensor(x)
    return Value(x)


def differentiated(what: str, x: Any) -> Node:
    """Return a fresh node for a leaf that is differentiated, which is a float of 32 or 64 bits."""
    plain = isinstance(x, np.ndarray | np.generic)
    if isinstance(x, int) or (plain and x.dtype.kind in "iub"):
        raise TypeError(
            f"{what}: {x!r:.40} is of type {x.dtype if plain else type(x).__name__}, and whole numbers have "
            f"no derivative; write float(x), or x.astype(float) of an array, or leave it out by argnums"
        )
    if plain and x.dtype.kind == "f" and x.dtype.itemsize not in (4, 8):
        raise TypeError(
            f"{what}: {x!r:.40} is of type {x.dtype}, and derivatives are computed in float32 or float64; "
            f"write float(x), or x.astype(float) of an array"
        )
    return lift(x)


def plain(x: Any) -> Any:
    """Return a node's number or array; anything else as it is."""
    if type(x) is Value:
        return x.data
    return np.asarray(x.data) if type(x) is Tensor else x


class Call:
    """One call of a function on fresh leaves, its outputs, and what to return for them."""

    def __init__(
        self, what: str, f: Function, args: Sequence[Any], argnums: Any, options: Any = None,
        has_aux: bool = False,
    ) -> None:  # fmt: skip
        several = isinstance(argnums, tuple | list)
        try:
            wanted = [operator.index(i) for i in (argnums if several else (argnums,))]
        except TypeError:
            raise TypeError(
                f"{what}: argnums says which arguments, as an index or a tuple of them, not {argnums!r:.60}"
            ) from None
        for i in wanted:
            if not -len(args) <= i < len(args):
                raise ValueError(
                    f"{what}: argnums {i} is out of range for a call with {len(args)} arguments"
                )
        around = INSIDE.get()
        self.nested = nested() or any(is_node(x) for x in tree.flatten(list(args))[0])
        lifted = list(args)
        self.start = tick()  # what is older does not depend on the inputs
        # What is differentiated is recorded, also inside a `no_grad`.
        with nullcontext() if MODE.get().recording else mode(recording=True):
            for i in wanted:
                lifted[i] = tree.map_tree(partial(differentiated, what), args[i])
            leaves, _ = tree.flatten([lifted[i] for i in wanted])
            inside = Inside(what, leaves, around)
            try:
                INSIDE.set(inside)
                result = f(*lifted, **(options or {}))
            finally:
                INSIDE.set(around)
        self.aux: Any = None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    f"{what}: with has_aux the function returns a pair, what is differentiated and what "
                    f"is handed on; it returned {type(result).__name__}"
                )
            result, aux = result
            self.aux = tree.map_tree(self.show, aux)
        chosen = tuple(lifted[i] for i in wanted) if several else lifted[wanted[0]]
        self.inputs, self.rebuild_inputs = tree.flatten(chosen)
        self.outputs, self.rebuild_outputs = tree.flatten(result)

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
                f"{what}: the function must return one number, it returned {shapes}; "
                f"sum it up, or use jacobian"
            )
        return y  # type: ignore[no-any-return]

    def pull(self, y: Node, seed: Any = None) -> list[Any]:
        """Return the gradient of one output with respect to every input."""
        if type(seed) is Value and type(y) is Tensor:
            seed = ops.mul(seed, constant(np.ones(())))
        if not self.nested:
            found: list[Any] = gradient(y, self.inputs, seed=seed)
            return found
        parts = recorded(y, self.inputs, seed, self.start)
        return [zero(x, True) if g is None else g for x, g in zip(self.inputs, parts, strict=True)]
