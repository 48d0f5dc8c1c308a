"""Replay for arrays: a function of Tensors recorded once, then run as a plain numpy function.

`trace` gives an `ArrayProgram` where an example is a Tensor. Each course through the function is
printed by `array_source`, compiled and kept behind the program's `gate`. A course gives no answer where
its guards (comparisons, numbers that were read) do not hold; then the next is asked, in the end f itself.
"""

import pickle
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import gradient
from autodiff.graphs import storage
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import tick
from autodiff.nodes.watching import watch
from autodiff.programs.arguments import (
    as_output,
    conforming,
    given_nodes,
    matched,
    nodes_of,
    recorded_again,
)  # fmt: skip
from autodiff.programs.array_source import Writer, memory
from autodiff.programs.calling import Traced, separate
from autodiff.programs.gate import (
    ARRAY,
    NODES,
    PLAIN,
    STATIC,
    SWITCHES,
    Entry,
    Gate,
    Guard,
    Look,
)
from autodiff.table import tree
from autodiff.table.quiet import SILENT, now, put

RUNS = 8  # sets of buffers that are kept for runs to come


class Course:
    """One printed function, its text, and the sets of buffers that are free."""

    def __init__(self, writer: Writer, outputs: Any, guards: Sequence[Guard]) -> None:
        self.source = writer.write(outputs, guards)
        self.code = compile(self.source, "<program>", "exec")
        self.space, self.made = writer.space, writer.made
        self.captured, self.memory = writer.captured, writer.needs
        alone = writer.taken or writer.start < 0  # no f to ask, or not with what was given
        self.caught = () if alone else (ArithmeticError, ValueError)
        self.free: deque[Callable[..., Any]] = deque([self.fresh(True)], maxlen=RUNS)

    def fresh(self, first: bool = False) -> Callable[..., Any]:
        """Return the function with buffers of its own."""
        space = memory(self.space, self.made, first)
        exec(self.code, space)
        return space.pop("program")  # type: ignore[no-any-return]  # no cycle

    def run(self, arrays: Sequence[Any]) -> Any:
        """Return what the function returns, None where the course does not hold."""
        try:
            program = self.free.pop()
        except IndexError:
            program = self.fresh()
        try:
            return program(*arrays)
        except self.caught:
            return None
        finally:
            self.free.append(program)


def trace_arrays(
    f: Any, examples: Sequence[Any], inputs: Any, in_axes: Any,
    argnums: int | tuple[int, ...], donate_argnums: tuple[int, ...],
) -> "ArrayProgram":  # fmt: skip
    """Record a function of Tensors, or take the built graph of one; see `trace`."""
    if in_axes is not None:
        raise ValueError("trace: in_axes is for numbers; an array holds the whole mini-batch")
    if not isinstance(f, Tensor):
        if not callable(f):
            raise TypeError(f"trace: needs a function or a node, got {type(f).__name__}")
        return ArrayProgram(f, examples, argnums, donate_argnums)
    leaves, _ = tree.flatten(inputs if inputs is not None else ())
    for x in leaves:
        if not isinstance(x, Tensor) or x.parents:
            raise TypeError(f"trace: inputs must be leaves of the graph, found {x!r:.60}")
    return ArrayProgram(f, (inputs,), 0, donate_argnums, leaves)


class ArrayProgram(Traced):
    """A recorded function of arrays: call it, or its `value_and_grad`, on new arguments.

    Arguments are arrays, numbers or constants; what looks otherwise than what was traced is traced when
    it comes. Results are arrays; given Tensors that want a gradient they are Tensors. An argument among
    `donate_argnums` is given up: a result may be written over its array (not over a Tensor's).

    >>> import autodiff as ad
    >>> x = np.array([1.0, 2.0])
    >>> program = ad.trace(lambda w, x: ((w * x) ** 2).sum(), ad.Tensor([3.0, 1.0]), ad.constant(x))
    >>> program([3.0, 1.0], x)
    array(13.)
    >>> program.value_and_grad([3.0, 1.0], x)
    (array(13.), array([6., 8.]))
    """

    def __init__(
        self, f: Any, examples: Sequence[Any], argnums: int | tuple[int, ...] = 0,
        donate_argnums: tuple[int, ...] = (), leaves: list[Tensor] | None = None, keywords: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(f, len(examples), argnums)
        self.leaves = leaves
        given, self.structure = tree.flatten(tuple(examples))
        self.donated = tuple(donate_argnums)
        self.names = ["inputs"] if leaves is not None else self.names
        shown = self.structure([x._array if isinstance(x, NODES[1:]) else x for x in given])
        self.still = [isinstance(x, Tensor) and x.is_constant for x in given]  # no gradient wanted
        self._new(self._normal((shown, keywords or {})), False)

    @property
    def source(self) -> str:
        """The program as Python, for the course that was used last."""
        found = [entry.course.source for entry in self.gate.entries if not entry.grads]
        if not found:
            raise ValueError("source: nothing is recorded here yet; call the program once")
        return str(found[0])

    @property
    def memory(self) -> int:
        """The bytes that a run of the course used last has at once: buffers, constants and results."""
        return max((entry.course.memory for entry in self.gate.entries[:1]), default=0)

    @property
    def courses(self) -> dict[bool, list[Course]]:
        """The courses that are kept, without and with gradients, the one that was used last first."""
        return {
            grads: [entry.course for entry in self.gate.entries if entry.grads is grads]
            for grads in (False, True)
        }

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the function, which is recorded again where it arrives."""
        state = {k: v for k, v in self.__dict__.items() if k != "gate"}
        if self.leaves is not None:
            return {**state, "f": None, "leaves": storage.packed([self.f, *self.leaves])}
        try:
            pickle.dumps(self.f)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise TypeError(
                f"the function of this program cannot be pickled ({error}); define it with def at "
                f"the top of a module, not as a lambda or inside another function"
            ) from None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.gate = Gate()
        if self.leaves is not None:
            self.f, *self.leaves = storage.unpacked(state["leaves"])

    def run(self, call: Any, grads: bool) -> tuple[Any, Any]:
        answer, entry = self._ask(call, grads)
        if entry is None:
            if given_nodes(call) and not all(x.is_constant for x in nodes_of(call)):
                return self.on_nodes(call, grads), None
            call = self._normal(call)
            answer, entry = self._ask(call, grads, copied=True)
        return (answer, entry) if entry is not None else self._new(call, grads)

    def _new(self, call: Any, grads: bool) -> tuple[Any, Any]:
        look = self.look(call, ARRAY)
        taken = look.take(call)
        assert taken is not None
        return self.record(look, [np.array(x) if isinstance(x, PLAIN) else x for x in taken], grads)

    def _ask(self, call: Any, grads: bool, copied: bool = False) -> tuple[Any, Any]:
        """Return the answer of the first course that has one, and its entry."""
        before = now()
        try:
            put(SILENT)
            for entry, given in self.gate.fitting(call, grads):
                arrays = self._inputs(entry.look, call, given, copied, grads)
                found = entry.course.run(arrays)
                if found is not None:
                    self.gate.put_first(entry)
                    return found, entry
        finally:
            put(before)
        return None, None

    def _inputs(
        self, look: Look, call: Any, taken: list[Any], copied: bool, grads: bool
    ) -> list[Any]:
        """Return the arrays of a call; of what is given up, copies where the caller cannot do that."""
        if not self.donated or grads:
            if all(leaf.kind is ARRAY for leaf in look.leaves):
                return taken
            return [x for x, leaf in zip(taken, look.leaves, strict=True) if leaf.kind is ARRAY]
        rows = zip(taken, tree.flatten(call)[0], look.leaves, self.arguments(look), strict=True)
        return [
            x.copy() if i in self.donated and (copied or x is not was) else x
            for x, was, leaf, i in rows
            if leaf.kind is ARRAY
        ]

    def record(self, look: Look, given: Sequence[Any], grads: bool) -> tuple[Any, Any]:
        """Record f on these arrays, keep its course, and return what it returned and the entry."""
        self.recorded += 1
        start = tick()
        inputs: list[Tensor] = []
        leaves: list[Any] = []
        owners = self.arguments(look)
        still = self.still if len(self.still) == len(owners) else [False] * len(owners)
        for x, leaf, i, constant_here in zip(given, look.leaves, owners, still, strict=True):
            if leaf.kind is STATIC:
                leaves.append(x)
                continue
            fixed = i not in self.chosen if grads else constant_here or i < 0
            inputs.append(constant(x) if fixed else Tensor(x))
            leaves.append(inputs[-1])
        if self.leaves is not None:
            start, inputs = -1, self._checked(given)
            args, keywords = self.structure(inputs), {}
        else:
            args, keywords = look.structure(leaves)
        heard = watch([], inputs)
        with heard:
            y = self.f if self.leaves is not None else self._called(self.f, args, keywords)
            y = tree.map_tree(as_output, y)
            y = self._with_gradient(y, args) if grads else y
        if grads and heard.left:
            raise TypeError(heard.left)
        writer = Writer(inputs, self._names(look), self._given_up(look, grads), start)
        entry = Entry(look, grads, Course(writer, y, heard.guards), self.arrays_read())
        self.gate.put_first(entry)
        if self.leaves is not None:  # the graph was recorded on other numbers
            return entry.course.run(given), entry
        return tree.map_tree(lambda x: x._array.copy() if type(x) is Tensor else x, y), entry

    def _with_gradient(self, y: Any, args: Any) -> Any:
        leaves = tree.flatten(y)[0]
        if len(leaves) != 1 or not isinstance(leaves[0], Tensor) or leaves[0].size != 1:
            raise ValueError("value_and_grad: the function must return a single number")
        found = gradient(leaves[0], tuple(args[i] for i in self.chosen), create_graph=True)
        return leaves[0], found if isinstance(self.argnums, tuple) else found[0]

    def _given_up(self, look: Look, grads: bool) -> list[int]:
        """Return which of the arrays are given up."""
        owners = zip(self.arguments(look), look.leaves, strict=True)
        arrays = enumerate(i for i, leaf in owners if leaf.kind is ARRAY)
        return [k for k, i in arrays if i in self.donated and not grads]

    def _checked(self, arrays: Sequence[Any]) -> list[Tensor]:
        """Return the leaves of the built graph, if these arrays have their shapes."""
        shapes, found = [x.shape for x in self.leaves or ()], [np.shape(x) for x in arrays]
        if found != shapes:
            raise ValueError(
                f"the program was recorded for the shapes {shapes}, was given {found}; "
                f"trace the function itself"
            )
        return self.leaves or []

    def _normal(self, call: Any) -> Any:
        """Return a call whose numbers in lists are arrays where the example was one."""
        args, keywords = call
        if self.leaves is not None:
            return self.structure(matched(self.structure, args)), keywords
        parts = zip(self.structure.branch[3], args, strict=True)
        return tuple(conforming(branch, arg) for branch, arg in parts), keywords

    def _names(self, look: Look) -> list[str]:
        """Return a name for each array, from the parameters of the function."""
        if self.leaves is not None:
            return [x.name or f"x{i}" for i, x in enumerate(self.leaves)]
        owners = self.arguments(look)
        words = [self.names[i] if i >= 0 else "option" for i in owners]
        for k, i in enumerate(owners):
            if owners.count(i) > 1:
                words[k] += str(owners[:k].count(i) + 1)
        return [word for word, x in zip(words, look.leaves, strict=True) if x.kind is ARRAY]

    def applied_function(self) -> Any:
        if self.leaves is None:
            return self.f
        y, leaves = self.f, list(self.leaves)
        return lambda xs: recorded_again(y, dict(zip(leaves, tree.flatten(xs)[0], strict=True)))

    def as_input(self, x: Any, alone: bool, keyword: bool) -> Any:
        if isinstance(x, NODES):
            return separate(x) if alone else x
        objects = isinstance(x, np.ndarray) and x.dtype == object
        if objects or isinstance(x, SWITCHES) or (keyword and isinstance(x, int)):
            return x
        return Tensor(np.asarray(x)) if alone else constant(np.asarray(x, dtype=None))
