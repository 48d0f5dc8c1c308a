"""What every program has: its function, its gate, and what becomes of a call.

A call of numbers is answered by a course that fits. A call that is given nodes, or that is made inside
a transform or a trace by a function which itself uses nodes from outside, takes part in the graph: the
function is applied to the nodes, inside a scope of its name, so that it can be differentiated to any
order, is shown as one box that opens, and is saved like every graph.
"""

import random
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.derivatives import calls
from autodiff.derivatives.calls import parameter_names
from autodiff.derivatives.reverse import gradient
from autodiff.nodes import doors
from autodiff.nodes.modes import scope
from autodiff.nodes.value import Value, constant
from autodiff.programs.arguments import argument_numbers, arrays_of, check_keys, given_nodes
from autodiff.programs.gate import NODES, Gate, Look, look_of
from autodiff.table import ops, tree


class RecordingWarning(UserWarning):
    """A recording will not do what is expected of it: it comes again and again, or draws no new numbers."""


class Traced:
    """A recorded function: `f` with everything that was recorded of it, and how often it was."""

    def __init__(self, f: Any, count: int, argnums: Any) -> None:
        self.f, self.count, self.axes = f, count, (None,) * count
        self.argnums, self.chosen = argument_numbers(argnums, count)
        self.names = parameter_names(f, count)
        self.example: Any = None  # the structure of the arguments that were traced
        self.gate = Gate()
        self.recorded = 0

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return what f returns for these arguments."""
        return self._answer(args, keywords, False)

    def value_and_grad(self, *args: Any, **keywords: Any) -> tuple[Any, Any]:
        """Return f's value, one number, and its gradient with respect to the arguments `argnums`.

        With lanes the values of all samples, and the gradient of their sum: of a shared argument one
        gradient, of an argument with lanes one for each sample, along the same axis.
        """
        found: tuple[Any, Any] = self._answer(args, keywords, True)
        return found

    def run(self, call: Any, grads: bool) -> tuple[Any, Any]:
        """Return the answer to a call of numbers, and the entry that gave it."""
        raise NotImplementedError

    def _answer(self, args: tuple[Any, ...], keywords: dict[str, Any], grads: bool) -> Any:
        if len(args) != self.count:
            raise TypeError(f"the program takes {self.count} arguments, was given {len(args)}")
        if not calls.nested():
            return self.run((args, keywords), grads)[0]
        if given_nodes((args, keywords)):
            return self.on_nodes((args, keywords), grads)
        answer, entry = self.run((args, keywords), grads)
        if entry is not None and entry.course.captured:
            return self.on_nodes((args, keywords), grads)
        return answer

    def function(self, look: Look) -> Any:
        """Return the function; raise a ValueError where the program has come without it."""
        if self.f is None:
            raise ValueError(
                "the program takes another course on these numbers, and the function that it was "
                "recorded from is not there to record again; trace the function itself"
            )
        return self.f

    def arguments(self, look: Look) -> list[int]:
        """Return to which argument each leaf belongs; -1 for keywords."""
        args, keywords = look.structure.branch[3]
        sizes = [tree.size(branch) for branch in args[3]]
        found = [i for i, size in enumerate(sizes) for _ in range(size)]
        return found + [-1] * tree.size(keywords)

    def look(self, call: Any, kind: str) -> Look:
        """Return what a new call looks like; dicts must have the keys that were traced."""
        found = look_of(call, kind, self.axes, self.names)
        args = found.structure.branch[3][0][3]
        if self.example is None:
            self.example = args
        for example, branch, name in zip(self.example, args, self.names, strict=True):
            check_keys(example, branch, name)
        return found

    def picked(self, gradients: Sequence[Any]) -> Any:
        """Return the gradients of the chosen arguments, as `argnums` asks for them."""
        if isinstance(self.argnums, tuple):
            return tuple(gradients[i] for i in self.chosen)
        return gradients[self.chosen[0]]

    def _called(self, f: Any, args: Any, keywords: Any) -> Any:
        """Call f while it is recorded; say so where it draws random numbers, which are constants then."""
        before = shared_generators()
        y = f(*args, **keywords)
        if shared_generators() != before:
            name = getattr(f, "__name__", "the function")
            said = f"{name} draws random numbers while it is recorded, and the program draws no new ones"
            warnings.warn(f"{said}; give them as an argument", RecordingWarning, stacklevel=2)
        return y

    def arrays_read(self) -> list[tuple[Any, Any]]:
        """Return the arrays that the function can read from outside, each with a copy."""
        return [(x, x.copy()) for x in arrays_of(self.f)]

    def on_nodes(self, call: Any, grads: bool) -> Any:
        """Apply the function to nodes, as one box of their graph."""
        with scope(getattr(self.f, "__name__", "program").strip("<>") or "program"):
            if all(axis is None for axis in self.axes):
                return self._applied(call, grads)
            return self._sample_by_sample(call, grads)

    def _applied(self, call: Any, grads: bool) -> Any:
        given, structure = tree.flatten(call)
        owners = self.arguments(Look(structure, ()))
        inputs = [
            self.as_input(x, i in self.chosen and grads, i < 0)
            for x, i in zip(given, owners, strict=True)
        ]
        args, keywords = structure(inputs)
        y = self.applied_function()(*args, **keywords)
        if not grads:
            return y
        leaves = tree.flatten(y)[0]
        if len(leaves) != 1 or np.shape(getattr(leaves[0], "data", leaves[0])) not in ((), (1,)):
            raise ValueError("value_and_grad: the function must return a single number")
        chosen = tuple(args[i] for i in self.chosen)
        root = leaves[0] if isinstance(leaves[0], NODES) else constant(float(leaves[0]))
        found = dict(zip(self.chosen, gradients_of(root, chosen), strict=True))
        return leaves[0], self.picked(found)  # type: ignore[arg-type]

    def applied_function(self) -> Any:
        """Return the function for nodes."""
        return self.function(Look(tree.flatten(((), {}))[1], ()))

    def as_input(self, x: Any, alone: bool, keyword: bool) -> Any:
        """Return a leaf of a call as the function is given it among nodes.

        `alone` asks for a node that is this argument and nothing else.
        """
        raise NotImplementedError

    def _sample_by_sample(self, call: Any, grads: bool) -> Any:
        raise TypeError(
            "the program has in_axes and was given nodes; call it on arrays, or trace the function of "
            "one sample and apply it to the nodes sample by sample"
        )

    def __reduce__(self) -> Any:
        return doors.taken_apart(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def shared_generators() -> Any:
    """Return the states of the random generators that all code shares."""
    shared: Any = np.random.get_state()  # noqa: NPY002  this is the one they share
    return random.getstate(), shared[1].tobytes(), shared[2:]


def gradients_of(y: Any, xs: Any) -> Any:
    """Return the gradient of y as nodes, in trees like xs; leaves that are no nodes get none."""
    leaves, structure = tree.flatten(xs)
    flat = [v for x in leaves for v in (x.ravel() if isinstance(x, np.ndarray) else [x])]
    nodes = [x for x in flat if isinstance(x, NODES)]
    found = iter(gradient(y, nodes, create_graph=True))
    parts: list[Any] = []
    for x in leaves:
        if isinstance(x, np.ndarray):
            part = np.empty(x.size, dtype=object)
            part[:] = [next(found) if isinstance(v, NODES) else None for v in x.ravel()]
            parts.append(part.reshape(x.shape))
        else:
            parts.append(next(found) if isinstance(x, NODES) else None)
    return structure(parts)


def separate(x: Any) -> Any:
    """Return a node that is x and that nothing else uses."""
    return ops.identity(x) if isinstance(x, NODES) else x


def values_like(x: Any) -> bool:
    """Return whether x is a Value, or an array of nodes."""
    return type(x) is Value or (isinstance(x, np.ndarray) and x.dtype == object)
