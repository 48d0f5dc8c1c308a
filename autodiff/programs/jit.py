"""`jit`: a function that becomes a program at its first call, and goes on as one.

What a call looks like decides which recording answers it (see `gate`): another structure, another shape
or another static value is recorded when it comes, up to a limit. Whole numbers among the arguments are
inputs as all numbers are, and may choose from lists, tuples and arrays (see `gather`).
"""

import functools
import inspect
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import MethodType
from typing import Any

import numpy as np

from autodiff.derivatives import calls
from autodiff.nodes import doors
from autodiff.programs.arguments import given_nodes
from autodiff.programs.arguments.numbers import REFUSED, NeedsTensorError
from autodiff.programs.array_program import ArrayProgram
from autodiff.programs.as_written import AsWritten, is_their_own
from autodiff.programs.calling import RecordingWarning
from autodiff.programs.gate import KEPT
from autodiff.programs.gather import Compiled, defined
from autodiff.programs.replay import Program, recorded_on_tensors
from autodiff.table import tree


class Jitted:
    """A function under `jit`: call it, or its `value_and_grad`; `bind` keeps buffers for a loop."""

    def __init__(self, f: Any, argnums: Any, static: tuple[int, ...], in_axes: Any) -> None:
        functools.update_wrapper(self, f)
        self.f, self.argnums, self.static, self.in_axes = f, argnums, static, in_axes
        self.programs: dict[Any, Any] = {}  # Program, or ArrayProgram where numbers do not do
        self.told = False
        self.bound: dict[int, Any] = {}  # of a method: its object, weakly, and the programs of it

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        """Return a method bound to its object; places count `self`, as they do where it is defined."""
        if owner is None:
            return self
        key = id(owner)
        if key not in self.bound:
            reference = weakref.ref(owner, lambda _: self.bound.pop(key, None))

            @functools.wraps(self.f)
            def f(*args: Any, **keywords: Any) -> Any:
                return self.f(reference(), *args, **keywords)

            f.__signature__ = inspect.signature(MethodType(self.f, owner))  # type: ignore[attr-defined]
            axes = self.in_axes[1:] if isinstance(self.in_axes, tuple | list) else self.in_axes
            self.bound[key] = Jitted(f, behind(self.argnums), behind(self.static), axes)
        return Method(self.bound[key], owner)

    def program(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Return the program for calls like this one, and the arguments that are not static."""
        n = len(args)
        static = {i % n: args[i % n] for i in self.static if -n <= i < n}
        free = tuple(x for i, x in enumerate(args) if i not in static) if static else args
        key = (n, *((i, type(x), x) for i, x in static.items()))
        try:
            hash(key)
        except TypeError:
            raise TypeError(
                f"jit: static arguments must be hashable, found {tuple(static.values())!r:.80}"
            ) from None
        found = self.programs.pop(key, None)
        if found is None:
            while len(self.programs) >= KEPT:
                del self.programs[next(iter(self.programs))]
                self._tell_of_statics()
            found = self._made(n, static)
        self.programs[key] = found
        return found, free

    def _tell_of_statics(self) -> None:
        """Say once that there are more static values than programs are kept."""
        if not self.told:
            name = getattr(self.f, "__name__", "the function") + defined(self.f)
            said = (
                f"{name} was recorded for more static values than the {KEPT} that are kept; leave out of "
                f"static_argnums what is a number of the computation, or an index"
            )
            warnings.warn(said, RecordingWarning, stacklevel=4)
        self.told = True

    def _made(self, n: int, static: dict[int, Any]) -> Program:
        axes = self.in_axes if isinstance(self.in_axes, tuple | list) else (self.in_axes,) * n
        if len(axes) != n:
            raise ValueError(f"jit: in_axes has {len(axes)} entries for {n} arguments")
        free = [i for i in range(n) if i not in static]
        argnums: Any = self.argnums if self.argnums is not None or not free else free[0]
        several = isinstance(argnums, tuple | list)
        wanted = argnums if several else (argnums,)
        numbers = [free.index(i % n) if i % n in free else None for i in wanted] if free else [0]
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
        """Return what a program answers, or the function itself where there can be none."""
        program, free = self.program(args)
        if type(program) is AsWritten:
            return program.answer(free, keywords, grads)
        try:
            return self._by_program(program, free, keywords, grads)
        except REFUSED as error:
            if self.in_axes is not None or is_their_own(error):
                raise
            refused = error
        before = self.static
        whole = tuple(i for i, x in enumerate(args) if type(x) is int and i not in before)
        if whole:  # an axis, a length, a number of steps
            self.static += whole
            with suppress(*REFUSED):
                return self._by_program(*self.program(args), keywords, grads)
            self.static = before
            program, free = self.program(args)
        written = AsWritten(program.f, program.argnums)
        try:
            found = written.answer(free, keywords, grads)
        except Exception:
            raise refused from None
        name = getattr(self.f, "__name__", "the function")
        said = f"{name} runs as it is written, not as a program: {refused}"
        warnings.warn(said, RecordingWarning, stacklevel=3 + grads)
        self.programs[next(reversed(self.programs))] = written
        return found

    def _by_program(
        self, program: Any, free: tuple[Any, ...], keywords: dict[str, Any], grads: bool
    ) -> Any:
        """Return what a program answers; what numpy does not do on Values is recorded on Tensors."""
        try:
            if type(program) is not ArrayProgram:
                return (program.value_and_grad if grads else program)(*free, **keywords)
        except REFUSED as error:
            settled = program.recordings and not isinstance(error, NeedsTensorError)
            if settled or self.in_axes is not None or is_their_own(error):
                raise
            program = recorded_on_tensors(program, free, error, keywords)
            self.programs[next(reversed(self.programs))] = program
        if not grads:
            return tree.map_tree(plain, program(*free, **keywords))
        value, parts = program.value_and_grad(*free, **keywords)
        return plain(value), tree.map_tree(plain, parts)

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


class Method:
    """A method under `jit`, which keeps its object while it is used; else it is the `Jitted` of it."""

    def __init__(self, jitted: Jitted, owner: Any) -> None:
        functools.update_wrapper(self, jitted)
        self.jitted, self.__self__ = jitted, owner

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return what the method returns."""
        return self.jitted(*args, **keywords)

    def value_and_grad(self, *args: Any, **keywords: Any) -> tuple[Any, Any]:
        """Return the method's value, one number, and its gradient."""
        return self.jitted.value_and_grad(*args, **keywords)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.jitted, name)


def behind(places: Any) -> Any:
    """Return places of arguments as they are counted behind the first, which is left out."""
    if isinstance(places, tuple | list):
        return tuple(i - (i > 0) for i in places if i != 0)
    return None if places in (None, 0) else places - (places > 0)


def places(f: Any, static: Any) -> tuple[int, ...]:
    """Return `static_argnums` as a tuple; raise where f has no argument of that number."""
    found = tuple(calls.indices("jit", static, "static_argnums"))
    try:
        kinds = [p.kind for p in inspect.signature(f).parameters.values()]
    except (TypeError, ValueError):  # a function that does not tell
        return found
    n = sum(kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD) for kind in kinds)
    wrong = [i for i in found if not -n <= i < n]
    if wrong and inspect.Parameter.VAR_POSITIONAL not in kinds:
        raise ValueError(f"jit: static_argnums has {wrong[0]}, and the function has {n} arguments")
    return found


def _filled(f: Any, n: int, static: dict[int, Any], *free: Any, **keywords: Any) -> Any:
    """Call f with the static arguments put in their places."""
    left = iter(free)
    return f(*(static[i] if i in static else next(left) for i in range(n)), **keywords)


def plain(x: Any) -> Any:
    """Return a result without axes as a number."""
    return float(x) if isinstance(x, np.ndarray) and not x.ndim else x


def jit(
    f: Callable[..., Any] | None = None,
    *,
    argnums: int | tuple[int, ...] | None = None,
    static_argnums: int | tuple[int, ...] = (),
    in_axes: Any = None,
) -> Any:
    """Return f as a program that is recorded at the first call; also as a decorator.

    The result is called as f is, on numbers, arrays and trees of them, and has `value_and_grad`, `bind`
    and `source`. It is recorded again for another structure, shape or static value, and where a comparison
    turns out differently; f gets Values, and an array of Values for an array (a Tensor where f calls what
    numpy does on whole arrays alone, such as np.linalg.solve). Where no program can be made, because of
    labels or masks among the arguments, say, f runs as it is written, and a RecordingWarning says why once.
    Given nodes, or inside a transform, it is f; given plain numbers it returns plain numbers, through which
    no gradient flows to leaves that f uses from outside. Arguments of `static_argnums` are given to f as
    they are and must be hashable. Whole numbers may index lists, tuples and arrays among the arguments; see
    `pick` for other lists.
    `argnums` says what gets a gradient (unless told, the first argument that is not static), `in_axes`
    where samples lie, as for `trace`. A method has programs of its own for each object.

    >>> import autodiff as ad
    >>> @ad.jit
    ... def cost(w, i):
    ...     return (w[i] - 1.0) ** 2
    >>> cost([3.0, 5.0], 1), cost.value_and_grad([3.0, 5.0], 0)
    (16.0, (4.0, [4.0, 0.0]))
    """
    if f is None:
        return functools.partial(
            jit, argnums=argnums, static_argnums=static_argnums, in_axes=in_axes
        )
    return Jitted(calls.function("jit", f), argnums, places(f, static_argnums), in_axes)
