"""What value.py says to the compiler, where there is none: decorators that do nothing.

Cython's own module of that name is used when it is installed; running uncompiled needs nothing.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def no_gc(cls: Class) -> Class:
    """Compiled: leave the class out of garbage collection, since its objects form no cycles."""
    return cls


cclass = final = no_gc
compiled = False


def freelist(size: int) -> Callable[[Class], Class]:
    """Compiled: keep up to `size` freed objects for reuse."""
    return no_gc


def __getattr__(name: str) -> Any:
    raise AttributeError(f"{name}: not among the compiler's words that the sources use")
