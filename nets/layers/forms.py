"""What a module is made of: its arrays by path, and the tree that transforms take apart.

What holds an array is a part of a module, all else a setting. The form of a part is what is left of it
without its arrays; a transform's copy, whose arrays are nodes or gradients, keeps the forms of the
module that it was made from, so that both are walked alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad

BUFFER = (
    "buffer"  # the form of an array that is no parameter; that of a parameter or module is None
)


class Entry(NamedTuple):
    """An array of a module: its path, what stands there, and whether it is a buffer."""

    path: str
    x: Any
    buffer: bool


class Holder:
    """What has arrays, and is a tree of them."""

    passing: tuple[str, ...] = ()  # names of arrays that are no part of its state
    _copied: tuple[tuple[str, Any], ...] | None = None  # `forms`, where a transform made it

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        ad.register_tree(cls, _take_apart, lambda static, parts: _put_together(cls, static, parts))

    def _forms(self) -> dict[str, Any]:
        """Return the form of each part, by its name."""
        if self._copied is not None:
            return dict(self._copied)
        return {k: _form(v) for k, v in vars(self).items() if _holds_arrays(v)}

    def _parts(self) -> dict[str, Any]:
        """Return what of its attributes holds arrays, by name."""
        return {name: getattr(self, name) for name in self._forms()}

    def _entries(self, path: str = "", kept: bool = False) -> Iterator[Entry]:
        """Yield every parameter and buffer; what is shared comes at each of its places.

        With `kept` those that belong to the state alone.
        """
        for name, form in self._forms().items():
            if not (kept and name in self.passing):
                yield from _arrays(getattr(self, name), form, path + name, kept)


def _is_buffer(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _holds_arrays(x: Any) -> bool:
    """Return whether something set on a module is a part of it: an array, or what holds one."""
    if isinstance(x, tuple | list):
        return any(map(_holds_arrays, x))
    return isinstance(x, ad.Tensor | Holder) or _is_buffer(x)


@dataclass(frozen=True)
class _Setting:
    """What stands in a list of parts and holds no arrays."""

    value: Any


def _form(part: Any) -> Any:
    """Return what is left of a part without its arrays."""
    if not isinstance(part, tuple | list):
        return BUFFER if isinstance(part, np.ndarray) else None
    return type(part), tuple(_form(x) if _holds_arrays(x) else _Setting(x) for x in part)


def _inside(part: Any, form: Any) -> list[tuple[int, Any, Any]]:
    """Return the parts in a list of them, each with its place and its form."""
    rows = enumerate(zip(part, form[1], strict=True))
    return [(i, x, inner) for i, (x, inner) in rows if not isinstance(inner, _Setting)]


def _arrays(part: Any, form: Any, path: str, kept: bool) -> Iterator[Entry]:
    """Yield the arrays of a part with their paths."""
    if isinstance(form, tuple):
        for i, x, inner in _inside(part, form):
            yield from _arrays(x, inner, f"{path}.{i}", kept)
    elif isinstance(part, Holder):
        yield from part._entries(f"{path}.", kept)
    else:
        yield Entry(path, part, form == BUFFER)


def plain(x: Any) -> Any:
    """Return the numbers of a parameter, and a buffer as it is."""
    return np.asarray(x.data) if isinstance(x, ad.Tensor) else x


def _tree(part: Any, form: Any, own: bool) -> Any:
    """Return a part as a tree; a module's own parameters stand there by what is in them."""
    if isinstance(form, tuple):
        return tuple(_tree(x, inner, own) for _, x, inner in _inside(part, form))
    return plain(part) if own else part


def _from_tree(found: Any, form: Any) -> Any:
    if not isinstance(form, tuple):
        return found
    parts = iter(found)
    return form[0](
        [x.value if isinstance(x, _Setting) else _from_tree(next(parts), x) for x in form[1]]
    )


def _take_apart(module: Holder) -> tuple[dict[str, Any], Any]:
    forms = module._forms()
    settings = tuple((k, v) for k, v in vars(module).items() if k not in forms and k != "_copied")
    static = settings, tuple(forms.items())
    try:
        hash(static)
    except TypeError as error:
        raise TypeError(
            f"{type(module).__name__}: a setting of it is neither an array nor can it be hashed "
            f"({error}); write it as a tuple"
        ) from None
    own = module._copied is None
    return {k: _tree(getattr(module, k), form, own) for k, form in forms.items()}, static


def _put_together(cls: type[Holder], static: Any, parts: dict[str, Any]) -> Holder:
    settings, forms = static
    module = object.__new__(cls)
    vars(module).update(settings)
    vars(module).update({k: _from_tree(parts[k], form) for k, form in forms}, _copied=forms)
    return module
