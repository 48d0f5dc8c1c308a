"""A module: parameters under names, and a function of them that is called as the module is.

Whatever is set on a module finds its place by what it is. A `Tensor` without operands is a parameter, an
array of floats a buffer (running means, noise), a module or a list of them a part of the module; all
else is a setting. A module is a tree of its arrays, so it goes through `ad.grad`, `ad.jit`, `ad.vmap`
and every other transform as an argument: inside it is a copy whose parameters are what the transform
records, and a gradient comes back as a module of arrays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import autodiff as ad

Array = NDArray[Any]


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return the generator that parameters and noise are drawn from: a seed makes one.

    >>> float(generator(0).random()) == float(generator(np.random.default_rng(0)).random())
    True
    """
    wrong = isinstance(rng, bool) or not isinstance(rng, int | np.integer | np.random.Generator)
    if rng is not None and (wrong or (not isinstance(rng, np.random.Generator) and rng < 0)):
        raise ValueError(
            f"rng is {rng!r:.60}: it must be a whole number of at least 0, a numpy Generator, or None"
        )
    return np.random.default_rng(rng)


def whole(value: Any, what: str, least: int = 1) -> int:
    """Return a whole number of at least `least`, or raise a ValueError that names it.

    >>> whole(3, "Linear: outputs")
    3
    """
    real = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not real or value < least:
        raise ValueError(f"{what} is {value!r:.60}: it must be a whole number of at least {least}")
    return int(value)


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, dtype: Any) -> ad.Tensor:
    """Draw a parameter from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), where PyTorch's layers begin, too."""
    bound = float(max(fan_in, 1)) ** -0.5
    return ad.Tensor(rng.uniform(-bound, bound, shape).astype(dtype))


def of_arrays(args: tuple[Any, ...]) -> list[Any]:
    """Read the types of the arrays: asked for them, `ad.jit` records whole arrays, not their numbers."""
    return [x.dtype for x in args if isinstance(x, np.ndarray)]


class Module:
    """What all layers share: `parameters()`, `train()` and `eval()`, a state that can be saved.

    A subclass sets its parts in `__init__` and computes in `forward`; nothing else has to be called.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.w, self.b = ad.Tensor([2.0]), ad.Tensor([1.0])
    ...     def forward(self, x):
    ...         return self.w * x + self.b
    >>> line = Line()
    >>> ad.grad(lambda m: m(np.array([3.0])).sum())(line).w
    array([3.])
    >>> line(np.array([3.0])).sum().backward()
    >>> [float(p.grad[0]) for p in line.parameters()]
    [3.0, 1.0]
    """

    training = True
    passing: tuple[str, ...] = ()  # names of arrays that are no part of its state
    _copied: tuple[tuple[str, Any], ...] | None = None  # `_forms`, where a transform made it

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        ad.register_tree(cls, _take_apart, lambda static, parts: _put_together(cls, static, parts))

    def forward(self, *args: Any) -> Any:
        """Compute what the module is for; each kind of module says what."""
        raise NotImplementedError(f"{type(self).__name__} has no forward: define forward(self, x)")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return `forward` of the arguments."""
        of_arrays(args)
        return self.forward(*args, **keywords)

    def _parts(self) -> dict[str, Any]:
        """Return what of its attributes holds arrays, by name."""
        return {name: getattr(self, name) for name in self._forms()}

    def _forms(self) -> dict[str, Any]:
        """Return what of each part is left without its arrays, by name; None is one array or module."""
        if self._copied is not None:
            return dict(self._copied)
        return {k: _form(v) for k, v in vars(self).items() if _holds_arrays(v)}

    def children(self) -> list["Module"]:
        """Return the modules of which this one is made, in the order in which they were set."""
        return [m for v in self._parts().values() for m in _modules(v)]

    def modules(self) -> Iterator["Module"]:
        """Yield this module and all below it, each once."""
        seen, pending = set(), [self]
        while pending:
            module = pending.pop(0)
            if id(module) not in seen:
                seen.add(id(module))
                yield module
                pending = [*module.children(), *pending]

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all parameters and buffers by their paths, as `np.savez` takes them.

        >>> from nets.layers import Linear
        >>> [(k, v.shape) for k, v in Linear(3, 2, rng=0).state_dict().items()]
        [('weight', (2, 3)), ('bias', (2,))]
        """
        return {path: np.array(_plain(x)) for path, x in self._named(kept=True)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; nothing is changed unless all of it fits.

        A ValueError says which paths are missing or too many, or which shapes differ.
        """
        wanted = dict(self._named(kept=True))
        wrong = sorted({*wanted} ^ {*state})
        if wrong:
            raise ValueError(
                f"load_state_dict: the state does not fit {type(self).__name__}: "
                f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} on one side only"
            )
        for path, x in wanted.items():
            if np.shape(state[path]) != np.shape(_plain(x)):
                raise ValueError(
                    f"load_state_dict: {path} has shape {np.shape(_plain(x))}, and the state's has "
                    f"{np.shape(state[path])}"
                )
        for path, x in wanted.items():
            if isinstance(x, ad.Tensor):
                x.data = np.asarray(state[path], x.dtype)
            else:
                np.copyto(x, state[path])

    def _named(self, path: str = "", kept: bool = False) -> Iterator[tuple[str, Any]]:
        """Yield every parameter and buffer with its path; what is shared comes at each of its places.

        With `kept` those that belong to the state alone.
        """
        for name, form in self._forms().items():
            if not (kept and name in self.passing):
                yield from _arrays(getattr(self, name), form, path + name, kept)

    def named_parameters(self) -> dict[str, ad.Tensor]:
        """Return the parameters by their paths, such as `layers.0.weight` in a `Sequential`."""
        return {path: x for path, x in self._named() if isinstance(x, ad.Tensor)}

    def parameters(self) -> list[ad.Tensor]:
        """Return the parameters, what an optimiser's `update` takes; one that is shared comes once.

        >>> from nets.layers import Linear
        >>> sum(p.size for p in Linear(3, 2, rng=0).parameters())
        8
        """
        return list({id(p): p for p in self.named_parameters().values()}.values())

    def zero_grad(self) -> None:
        """Forget the gradients that `backward` left in the parameters."""
        for p in self.parameters():
            p.zero_grad()

    def train(self, mode: bool = True) -> Self:
        """Let all modules below behave as in training (dropout drops, batch norm looks at the batch)."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Let all modules below behave as they do once training is over."""
        return self.train(False)

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in self._settings())
        return f"{type(self).__name__}({inside})"

    def _settings(self) -> list[tuple[str, Any]]:
        """Return the settings that are shown and that a transform keeps as they are."""
        parts = self._parts()
        own = [(k, v) for k, v in vars(self).items() if k not in parts]
        return [(k, v) for k, v in own if not k.startswith("_") and k != "training"]


def _is_buffer(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _holds_arrays(x: Any) -> bool:
    """Return whether something set on a module is a part of it: an array, or what holds one."""
    if isinstance(x, tuple | list):
        return any(map(_holds_arrays, x))
    return isinstance(x, ad.Tensor | Module) or _is_buffer(x)


def _modules(x: Any) -> list[Module]:
    if isinstance(x, tuple | list):
        return [m for v in x for m in _modules(v)]
    return [x] if isinstance(x, Module) else []


@dataclass(frozen=True)
class _Setting:
    """What stands in a list of parts and holds no arrays."""

    value: Any


def _form(part: Any) -> Any:
    """Return what is left of a part without its arrays."""
    if not isinstance(part, tuple | list):
        return None
    return type(part), tuple(_form(x) if _holds_arrays(x) else _Setting(x) for x in part)


def _inside(part: Any, form: Any) -> list[tuple[int, Any, Any]]:
    """Return the parts in a list of them, each with its place and its form."""
    rows = enumerate(zip(part, form[1], strict=True))
    return [(i, x, inner) for i, (x, inner) in rows if not isinstance(inner, _Setting)]


def _arrays(part: Any, form: Any, path: str, kept: bool) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of a part with their paths."""
    if form is not None:
        for i, x, inner in _inside(part, form):
            yield from _arrays(x, inner, f"{path}.{i}", kept)
    elif isinstance(part, Module):
        yield from part._named(f"{path}.", kept)
    else:
        yield path, part


def _plain(x: Any) -> Any:
    return np.asarray(x.data) if isinstance(x, ad.Tensor) else x


def _tree(part: Any, form: Any, own: bool) -> Any:
    """Return a part as a tree; a module's own parameters stand there by what is in them."""
    if form is not None:
        return tuple(_tree(x, inner, own) for _, x, inner in _inside(part, form))
    return _plain(part) if own else part


def _from_tree(found: Any, form: Any) -> Any:
    if form is None:
        return found
    parts = iter(found)
    return form[0](
        [x.value if isinstance(x, _Setting) else _from_tree(next(parts), x) for x in form[1]]
    )


def _take_apart(module: Module) -> tuple[dict[str, Any], Any]:
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


def _put_together(cls: type[Module], static: Any, parts: dict[str, Any]) -> Module:
    settings, forms = static
    module = object.__new__(cls)
    vars(module).update(settings)
    vars(module).update({k: _from_tree(parts[k], form) for k, form in forms}, _copied=forms)
    return module
