"""Replay for arrays: a function of Tensors recorded once, then run as a plain numpy function.

`trace` gives an `ArrayProgram` where an example is a Tensor. Each course through the function, for
arguments of given shapes, is printed by `array_source`, compiled and kept. A course gives no answer
where its shapes or its guards (comparisons, numbers that were read) do not hold; then the next is
asked, and in the end the function is recorded again. So a program never answers wrongly, but what
the function draws at random or reads from elsewhere is fixed when it is recorded.
"""

import inspect
import pickle
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import gradient
from autodiff.nodes import modes
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value, tick
from autodiff.programs.array_source import Guard, Writer
from autodiff.table import tree
from autodiff.table.data import as_array
from autodiff.table.quiet import restore, silence

KEPT = 8  # courses for each of the two calls


class Course:
    """One printed function, and its text."""

    def __init__(self, writer: Writer, outputs: Any, guards: Sequence[Guard]) -> None:
        self.source = writer.write(outputs, guards)
        exec(compile(self.source, "<program>", "exec"), writer.space)
        self.run: Callable[..., Any] = writer.space.pop("program")  # no cycle


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


class ArrayProgram:
    """A recorded function of arrays: call it, or its `value_and_grad`, on new arguments.

    Arguments are Tensors, arrays or numbers of the shapes that were traced; other shapes are traced
    when they come. Results are arrays. An argument among `donate_argnums` is given up: a result may
    be written over its array (not over a Tensor's), which saves the memory of a second one.

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
        donate_argnums: tuple[int, ...] = (), leaves: list[Tensor] | None = None,
    ) -> None:  # fmt: skip
        self.f, self.argnums, self.leaves = f, argnums, leaves
        self.shape = [tree.map_tree(is_input, x) for x in examples]
        self.given, self.rebuild = tree.flatten(self.shape)
        self.owners = [i for i, x in enumerate(self.shape) for _ in tree.flatten(x)[0]]
        self.donated = [k for k, i in enumerate(self.owners) if i in donate_argnums]
        self.flat = len(self.owners) == len(examples) and not any(
            isinstance(x, tuple | list | dict) for x in examples
        )
        self.courses: dict[bool, list[Course]] = {False: [], True: []}
        self.recorded = 0  # how often f was recorded
        self.lock = Lock()  # the buffers of a course serve one run at a time
        self._record([own(x) for x in tree.flatten(list(examples))[0]], False)

    def __call__(self, *args: Any) -> Any:
        """Return what f returns for these arguments."""
        return self._run(args, False)

    def value_and_grad(self, *args: Any) -> tuple[Any, Any]:
        """Return f's value, one number, and its gradient with respect to the arguments `argnums`."""
        found: tuple[Any, Any] = self._run(args, True)
        return found

    @property
    def source(self) -> str:
        """The program as Python, for the course that was recorded last."""
        if not self.courses[False]:
            raise ValueError("source: nothing is recorded here yet; call the program once")
        return self.courses[False][0].source

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the function, which is recorded again where it arrives."""
        try:
            pickle.dumps(self.f)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise TypeError(
                f"the function of this program cannot be pickled ({error}); define it with def at "
                f"the top of a module, not as a lambda or inside another function"
            ) from None
        return {k: v for k, v in self.__dict__.items() if k not in ("lock", "courses", "rebuild")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.rebuild = tree.flatten(self.shape)[1]
        self.courses, self.lock = {False: [], True: []}, Lock()

    def _run(self, args: tuple[Any, ...], grads: bool) -> Any:
        """Return the answer of the first course that holds for these arguments, or of a new one."""
        if len(args) != len(self.shape):
            raise TypeError(f"the program takes {len(self.shape)} arguments, was given {len(args)}")
        given = args if self.flat else taken_apart(self.shape, args, [])
        leaves = [x._array if type(x) is Tensor else x for x in given]
        for k in () if grads else self.donated:
            if type(given[k]) is Tensor:  # graphs may hold it
                leaves[k] = leaves[k].copy()
        for x in given if modes.tracing() else ():
            if type(x) is Tensor:
                modes.note("==", x, x._array, True)
        with self.lock:
            found = self._ask(leaves, grads)
            if found is None:
                leaves = [plain(x) for x in leaves]
                for k in () if grads else self.donated:
                    leaves[k] = leaves[k].copy()
                found = self._ask(leaves, grads)
            return self._record(leaves, grads) if found is None else found

    def _ask(self, leaves: Sequence[Any], grads: bool) -> Any:
        """Return the answer of the first course that has one."""
        warnings = silence()
        try:
            for course in self.courses[grads]:
                found = course.run(*leaves)
                if found is not None:
                    return found
        finally:
            restore(warnings)
        return None

    def _record(self, leaves: Sequence[Any], grads: bool) -> Any:
        """Record f on these arrays, keep its course, and return what it returned."""
        self.recorded += 1
        start = tick()
        chosen = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        guards: list[Guard] = []
        with modes.watch(guards):
            if self.leaves is not None:
                start, inputs = -1, self._checked(leaves)
                args = self.rebuild(inputs)
                y = self.f
            else:
                inputs = [
                    constant(x) if (i not in chosen if grads else given) else Tensor(x)
                    for x, given, i in zip(leaves, self.given, self.owners, strict=True)
                ]
                args = self.rebuild(inputs)
                y = tree.map_tree(as_output, self.f(*args))
            if grads:
                if not isinstance(y, Tensor) or y.size != 1:
                    raise ValueError("value_and_grad: the function must return a single number")
                found = gradient(y, tuple(args[i] for i in chosen), create_graph=True)
                y = (y, found if isinstance(self.argnums, tuple) else found[0])
        writer = Writer(inputs, self._names(), () if grads else self.donated, start)
        self.courses[grads] = [Course(writer, y, guards), *self.courses[grads]][:KEPT]
        if self.leaves is not None:  # the graph was recorded on other numbers
            return self._ask(leaves, grads)
        return tree.map_tree(lambda node: node._array.copy(), y)

    def _checked(self, arrays: Sequence[Any]) -> list[Tensor]:
        """Return the leaves of the built graph, if these arrays have their shapes."""
        assert self.leaves is not None
        shapes, found = [x.shape for x in self.leaves], [np.shape(x) for x in arrays]
        if found != shapes:
            raise ValueError(
                f"the program was recorded for the shapes {shapes}, was given {found}; "
                f"trace the function itself"
            )
        return self.leaves

    def _names(self) -> list[str]:
        """Return the arguments' names, those of the function's parameters."""
        if self.leaves is not None:
            return [x.name or f"x{i}" for i, x in enumerate(self.leaves)]
        try:
            words = [p.name for p in inspect.signature(self.f).parameters.values()]
        except (TypeError, ValueError):
            words = []
        words += [f"x{i}" for i in range(len(words), len(self.shape))]
        count = [self.owners.count(i) for i in range(len(self.shape))]
        place = [self.owners[:k].count(i) for k, i in enumerate(self.owners)]
        return [
            words[i] if count[i] == 1 else f"{words[i]}{k + 1}"
            for i, k in zip(self.owners, place, strict=True)
        ]


def is_input(x: Any) -> bool:
    """Return whether an example says that no gradient is wanted."""
    return isinstance(x, Tensor) and x.is_constant


def plain(x: Any) -> Any:
    """Return an argument's array."""
    if isinstance(x, Tensor):
        return x._array
    return np.asarray(as_array(x, "the program"))


def own(x: Any) -> Any:
    """Return an argument's array, copied."""
    return np.array(plain(x))


def taken_apart(shape: Any, arg: Any, leaves: list[Any]) -> list[Any]:
    """Add to `leaves` the parts of an argument that are nested as the example was."""
    if isinstance(shape, dict):
        if not isinstance(arg, dict) or arg.keys() != shape.keys():
            raise TypeError(
                f"the program takes a dict with the keys {list(shape)}, not {arg!r:.60}"
            )
        for key, part in shape.items():
            taken_apart(part, arg[key], leaves)
    elif isinstance(shape, tuple | list):
        if not isinstance(arg, tuple | list) or len(arg) != len(shape):
            raise TypeError(f"the program takes {len(shape)} parts here, not {arg!r:.60}")
        for part, x in zip(shape, arg, strict=True):
            taken_apart(part, x, leaves)
    else:
        leaves.append(arg)
    return leaves


def as_output(y: Any) -> Tensor:
    """Return what the function returned as a node."""
    if isinstance(y, Value):
        raise TypeError("trace: a function of arrays must return Tensors, it returned a Value")
    return y if isinstance(y, Tensor) else constant(np.asarray(y, dtype=float))
