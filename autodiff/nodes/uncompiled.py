"""What the compiler would see to, where there is none: decorators that do nothing, and blocks that end.

Cython's own module of that name is used when it is installed; running uncompiled needs nothing.
Type checkers always read this module, which knows what the decorated things are. An object made without
`__init__` has empty slots here and an AttributeError for each; `Unmade` says the same where it is compiled.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload
from weakref import ref

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from autodiff.nodes.tensor import Tensor
    from autodiff.nodes.value import Value

Class = TypeVar("Class", bound=type)


class Operator(Protocol):
    """What `+ - * / **` of a Value give: a Value with a number, a Tensor with an array."""

    @overload
    def __call__(
        self, other: "Value | float | np.integer[Any] | np.floating[Any] | np.bool_"
    ) -> "Value": ...
    @overload
    def __call__(self, other: "Tensor | NDArray[Any]") -> "Tensor": ...


def no_gc(cls: Class) -> Class:
    """Compiled: leave the class out of garbage collection, since its objects form no cycles."""
    return cls


cclass = final = no_gc
compiled = False


def freelist(size: int) -> Callable[[Class], Class]:
    """Compiled: keep up to `size` freed objects for reuse."""
    return no_gc


def returns(kind: type) -> Callable[[Any], Operator]:
    """Compiled: what a method gives is of this kind. The operators of a Value are marked with it."""
    return lambda method: method


class Ending:
    """The `__exit__` of a class of `with` blocks that have `_undo(outer)`; `mode` tells what is in force.

    Ctrl-C raises its error between two instructions, the first of `__exit__` among them: then nothing of
    it has run, the block is left, and what it had set would stay on. So what `with` is given to call at
    the end is an object of its own, which nobody else holds. However the block is left, `with` lets go
    of it; and if the block's state is still there by then, it is taken away. A compiled `__exit__` is not
    interrupted and needs none of this.
    """

    def __init__(self, leave: Callable[..., None], mode: ContextVar[Any]) -> None:
        self.leave, self.mode = leave, mode

    def __get__(self, block: Any, kind: Any = None) -> Any:
        """Return what ends a block that is about to be entered; to the class, the function itself."""
        if block is None:
            return self.leave
        watch: list[Any] = []
        end = partial(self.ended, block, watch)
        watch.append(ref(end, partial(dropped, block, self.mode.get())))
        return end

    def ended(self, block: Any, watch: list[Any], *error: object) -> None:
        self.leave(block, *error)
        watch.clear()


def dropped(block: Any, outer: Any, end: Any) -> None:
    """Take away the state of a block that was left and not ended."""
    block._undo(outer)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"{name}: not among the compiler's words that the sources use")


def guarded(kind: type, names: str) -> None:
    """Let only the library write these fields of a class, as it is with those of a compiled one."""
    for name in names.split():
        slot: Any = vars(kind)[name]
        if isinstance(slot, MemberDescriptorType):
            setattr(kind, name, property(slot.__get__, partial(guard, name, slot.__set__)))


def guard(name: str, put: Any, node: Any, value: Any) -> None:
    if not str(sys._getframe(1).f_globals.get("__name__")).startswith("autodiff."):
        place = "autodiff.nodes.array_node.ArrayNode' objects"
        raise AttributeError(f"attribute {name!r} of '{place} is not writable")
    put(node, value)


UNMADE = "this Tensor was made without __init__; write Tensor(array)"


class Unmade:  # compiled only
    """The array of a node that was made without `__init__`: whatever is asked of it says so."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(UNMADE)

    def __array__(self, *given: Any, **more: Any) -> Any:
        raise AttributeError(UNMADE)


NO_ARRAY: Any = Unmade()
