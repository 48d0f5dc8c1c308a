"""The public signatures as text: `AUTODIFF_PURE=1 python -m tests.signatures` prints them.

They are read from the plain engine, whose functions carry their annotations. What it prints is
kept in tests/goldens/signatures.txt; CONTRIBUTING says how a public name may change.
"""

import inspect
from collections.abc import Iterator
from typing import Any

import autodiff as ad
import nets


def signature(thing: Any) -> str:
    """Return the parameters of a function and their defaults, without annotations."""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "(...)"
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def ours(kind: type, name: str) -> bool:
    """Return whether what a class has under a name was written here."""
    owner = next((k for k in kind.__mro__ if name in vars(k)), object)
    where = {
        owner.__module__.partition(".")[0],
        type(vars(owner)[name]).__module__.partition(".")[0],
    }
    return where <= {"autodiff", "nets", "builtins", "functools"} and where != {"builtins"}


def made(kind: type) -> str:
    """Return the parameters that an object of the class is made with; nothing where they are not ours."""
    return signature(kind) if ours(kind, "__init__") or ours(kind, "__new__") else ""


def members(kind: type) -> Iterator[str]:
    """Yield the public methods and properties that a class defines or inherits from ours."""
    for name in dir(kind):
        if name.startswith("_") or not ours(kind, name):
            continue
        member = inspect.getattr_static(kind, name)
        if isinstance(member, property):
            yield name
        elif callable(getattr(kind, name)):
            yield f"{name}{signature(getattr(kind, name))}"


def lines() -> Iterator[str]:
    """Yield one line for each public name, and for each public member of a public class."""
    public = [(name, getattr(ad, name)) for name in ad.__all__]
    public += [(f"nets.{name}", getattr(nets, name)) for name in nets.__all__]
    for name, thing in public:
        if isinstance(thing, type):
            yield f"class {name}{made(thing)}"
            yield from (f"    {member}" for member in members(thing))
        elif callable(thing):
            yield f"{name}{signature(thing)}"
        else:
            yield name


if __name__ == "__main__":
    print(*lines(), sep="\n")
