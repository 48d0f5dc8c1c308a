"""`jit`: a function that becomes a program at its first call, and goes on as one.

What a call looks like decides which recording answers it (see `gate`): another structure, another shape
or another static value is recorded when it comes, up to a limit. Whole numbers among the arguments are
inputs as all numbers are, and may choose from lists, tuples and arrays (see `gather`).
"""

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.derivatives import calls
from autodiff.nodes import doors, modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.nodes.watching import watch
from autodiff.programs.arguments import NeedsTensorError, given_nodes
from autodiff.programs.array_program import ArrayProgram
from autodiff.programs.gate import KEPT, STATIC, Look
from autodiff.programs.gather import Gathers, indexed, listening
from autodiff.programs.replay import Program
from autodiff.table import tree

AGAIN = 8  # recordings of one look, beyond which something is likely wrong


class RecordingWarning(UserWarning):
    """A function under `jit` is recorded again and again."""


class Guards(list[Any]):
    """Guards, each with the source line that it was made in."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def append(self, guard: Any) -> None:
        """Add a guard, and note the line."""
        super().append(guard)
        self.lines.append(modes.source_line())


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
            leaf.tell(x)
        return found

    def recorded_by(
        self, function: Any, args: Any, keywords: Any, inputs: list[Any], look: Look
    ) -> Any:
        """Return what the function returns, its guards, and what its indices choose."""
        gathers, guards = Gathers(), Guards()
        whole = indices(look, inputs)
        if whole:
            args = indexed(tuple(args))
        around = listening.get()
        try:
            gathers.begin(inputs, whole)
            with watch(guards, inputs):
                y = function(*args, **keywords)
        finally:
            listening.set(around)
        gathers.end()
        self._count(guards)
        return y, guards, gathers

    def _count(self, guards: Guards) -> None:
        """Warn where calls that look alike are recorded again and again, and say what causes it."""
        key = tuple(guards.lines)
        self.courses_of[key] = self.courses_of.get(key, 0) + 1
        if self.courses_of[key] < AGAIN or self.warned or not guards:
            return
        self.warned = True
        read = [i for i, g in enumerate(guards) if g[0] == "=="]
        line = guards.lines[read[0] if read else 0]
        cause = (
            f"{line} reads a number of the arguments, so each other number is another course; compute "
            f"with the number itself, choose from a list by pick(xs, i), or name the argument in "
            f"static_argnums if it takes few values"
            if read
            else f"the comparison in {line} turns out differently from call to call; write it with "
            f"where, maximum or minimum, which are part of the program"
        )
        warnings.warn(
            f"{getattr(self.f, '__name__', 'the function')} was recorded {self.recorded} times: {cause}",
            RecordingWarning,
            stacklevel=2,
        )


def indices(look: Look, inputs: list[Value]) -> list[Value]:
    """Return the inputs that are whole and have no samples."""
    found: list[Value] = []
    place = 0
    for leaf in look.leaves:
        size = 0 if leaf.kind is STATIC else math.prod(leaf.shape)
        if leaf.whole and leaf.axis is None:
            found += inputs[place : place + size]
        place += size
    return found


class Jitted:
    """A function under `jit`: call it, or its `value_and_grad`; `bind` keeps buffers for a loop."""

    def __init__(self, f: Any, argnums: Any, static: tuple[int, ...], in_axes: Any) -> None:
        functools.update_wrapper(self, f)
        self.f, self.argnums, self.static, self.in_axes = f, argnums, static, in_axes
        self.programs: dict[Any, Any] = {}  # Program, or ArrayProgram where numbers do not do

    def program(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Return the program for calls like this one, and the arguments that are not static."""
        n = len(args)
        static = {i % n: args[i % n] for i in self.static if -n <= i < n}
        free = tuple(x for i, x in enumerate(args) if i not in static) if static else args
        key = (n, *((i, type(x), x) for i, x in static.items()))
        try:
            found = self.programs.pop(key, None)
        except TypeError:
            raise TypeError(
                f"jit: static arguments must be hashable, found {tuple(static.values())!r:.80}"
            ) from None
        if found is None:
            while len(self.programs) >= KEPT:
                del self.programs[next(iter(self.programs))]
            found = self._made(n, static)
        self.programs[key] = found
        return found, free

    def _made(self, n: int, static: dict[int, Any]) -> Program:
        axes = self.in_axes if isinstance(self.in_axes, tuple | list) else (self.in_axes,) * n
        if len(axes) != n:
            raise ValueError(f"jit: in_axes has {len(axes)} entries for {n} arguments")
        free = [i for i in range(n) if i not in static]
        several = isinstance(self.argnums, tuple | list)
        numbers = [free.index(i % n) if i % n in free else None
                   for i in (self.argnums if several else (self.argnums,))] if n else [0]  # fmt: skip
        if None in numbers:
            raise ValueError(f"jit: argnums {self.argnums} names a static argument")
        f = functools.partial(_filled, self.f, n, static) if static else self.f
        if static:
            functools.update_wrapper(f, self.f, updated=())
        return Compiled(
            f,
            len(free),
            tuple(axes[i] for i in free),
            tuple(numbers) if several else numbers[0],
        )

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return what the function returns; given nodes, this is the function itself."""
        if calls.nested():
            return self.f(*args, **keywords)
        ready = None if self.static else self.programs.get((len(args),))
        quick = getattr(ready, "quick", None)
        if quick is not None and not keywords:  # compiled only
            found = quick.answer(args, False)
            if found is not None:
                return found[0]
        if given_nodes((args, keywords)):
            return self.f(*args, **keywords)
        return self._answer(args, keywords, grads=False)

    def _answer(self, args: tuple[Any, ...], keywords: dict[str, Any], grads: bool) -> Any:
        """Return what the program answers; what numpy does not do on Values is recorded on Tensors."""
        program, free = self.program(args)
        try:
            if type(program) is not ArrayProgram:
                return (program.value_and_grad if grads else program)(*free, **keywords)
        except (TypeError, ValueError) as error:
            settled = program.recordings and not isinstance(error, NeedsTensorError)
            if settled or self.in_axes is not None or not has_arrays(free):
                raise
            try:
                examples = tree.map_tree(on_tensors, free)
                found = ArrayProgram(program.f, examples, program.argnums)
            except Exception:
                found = None
            if found is None:
                raise
            program = self.programs[next(reversed(self.programs))] = found
        if not grads:
            return tree.map_tree(plain, program(*free, **keywords))
        value, parts = program.value_and_grad(*free, **keywords)
        return plain(value), parts

    def value_and_grad(self, *args: Any, **keywords: Any) -> tuple[Any, Any]:
        """Return the function's value, one number, and its gradient as `argnums` asks for it."""
        value, parts = self._answer(args, keywords, grads=True)
        return value, parts

    def bind(self, *args: Any) -> Any:
        """Return a bound call of the program; see `Program.bind`."""
        program, free = self.program(args)
        return program.bind(*free)

    def __reduce__(self) -> Any:
        """Pickle a decorated function by its name, as functions are."""
        name = getattr(self, "__qualname__", "")
        if getattr(self.f, "__globals__", {}).get(name) is self:
            return name
        return doors.jitted, (doors.by_name(self.f), self.argnums, self.static, self.in_axes)

    @property
    def source(self) -> str:
        """The program that was used last, as readable lines."""
        if not self.programs:
            raise ValueError("source: nothing is recorded yet; call the function first")
        return str(next(reversed(self.programs.values())).source)


def _filled(f: Any, n: int, static: dict[int, Any], *free: Any, **keywords: Any) -> Any:
    """Call f with the static arguments put in their places."""
    left = iter(free)
    return f(*(static[i] if i in static else next(left) for i in range(n)), **keywords)


def has_arrays(x: Any) -> bool:
    """Return whether there is an array of numbers among arguments."""
    return any(isinstance(v, np.ndarray) and v.dtype.kind == "f" for v in tree.flatten(x)[0])


def on_tensors(x: Any) -> Any:
    """Return an example for a program of arrays."""
    return Tensor(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def plain(x: Any) -> Any:
    """Return a result without axes as a number."""
    return float(x) if isinstance(x, np.ndarray) and not x.ndim else x


def jit(
    f: Callable[..., Any] | None = None,
    *,
    argnums: int | tuple[int, ...] = 0,
    static_argnums: int | tuple[int, ...] = (),
    in_axes: Any = None,
) -> Any:
    """Return f as a program that is recorded at the first call; also as a decorator.

    The result is called as f is, on numbers, arrays and trees of them, and has `value_and_grad`, `bind`
    and `source`. It is recorded again for another structure, shape or static value, and where a comparison
    turns out differently; f gets Values, and an array of Values for an array (a Tensor where f calls what
    numpy does on whole arrays alone, such as np.linalg.solve). Given nodes, or inside a
    transform, it is f. Arguments of `static_argnums` are given to f as they are and must be hashable.
    Whole numbers may index lists, tuples and arrays among the arguments; see `pick` for other lists.
    `argnums` says what gets a gradient, `in_axes` where samples lie, as for `trace`.

    >>> import autodiff as ad
    >>> @ad.jit
    ... def cost(w, i):
    ...     return (w[i] - 1.0) ** 2
    >>> cost([3.0, 5.0], 1), cost.value_and_grad([3.0, 5.0], 0)
    (16.0, (4.0, [4.0, 0.0]))
    """
    static = static_argnums if isinstance(static_argnums, tuple | list) else (static_argnums,)
    if f is None:
        return lambda f: Jitted(f, argnums, tuple(static), in_axes)
    if not callable(f):
        raise TypeError(f"jit: needs a function, got {type(f).__name__}")
    return Jitted(f, argnums, tuple(static), in_axes)
