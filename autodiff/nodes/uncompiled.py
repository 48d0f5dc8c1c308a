"""What value.py says to the compiler, where there is none: decorators that do nothing.

Cython's own module of that name is used when it is installed; running uncompiled needs nothing.
Type checkers always read this module, which knows what the decorated things are.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

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


def __getattr__(name: str) -> Any:
    raise AttributeError(f"{name}: not among the compiler's words that the sources use")
