"""A module: parameters under names, and a function of them that is called as the module is.

Whatever is set on a module finds its place by what it is. A `Tensor` without operands is a parameter, an
array of floats a buffer (running means, noise), a module or a list of them a part of the module; all
else is a setting. A module is a tree of its arrays, so it goes through `ad.grad`, `ad.jit`, `ad.vmap`
and every other transform as an argument: inside it is a copy whose parameters are what the transform
records, and a gradient comes back as a module of arrays.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from autodiff.nodes.modes import tracing
from autodiff.table.data import numbers
from nets.layers.forms import Holder, plain

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


def given(x: Any, what: str) -> Any:
    """Return an array or a node as it is and a list as an array, or raise a TypeError for anything else.

    >>> given([1, 2.5], "x"), given(np.ones(1), "x")
    (array([1. , 2.5]), array([1.]))
    """
    if type(x) is np.ndarray or hasattr(x, "parents"):
        return x
    if (
        isinstance(x, np.ndarray) and x.dtype == object
    ):  # asked for its type, `ad.jit` gives a Tensor
        return x
    return numbers(x, what) if isinstance(x, np.ndarray | list | tuple | float | int) else x


def uniform(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    fan_in: int,
    dtype: Any,
    name: str | None = None,
) -> ad.Tensor:
    """Draw a parameter from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), where PyTorch's layers begin, too."""
    bound = float(max(fan_in, 1)) ** -0.5
    return ad.Tensor(rng.uniform(-bound, bound, shape).astype(dtype), name=name)


def of_arrays(args: tuple[Any, ...]) -> list[Any]:
    """Read the types of the arrays: asked for them, `ad.jit` records whole arrays, not their numbers."""
    return [x.dtype for x in args if isinstance(x, np.ndarray)]


class Module(Holder):
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

    def forward(self, *args: Any) -> Any:
        """Compute what the module is for; each kind of module says what."""
        raise NotImplementedError(f"{type(self).__name__} has no forward: define forward(self, x)")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return `forward` of the arguments."""
        of_arrays(args)
        return self.forward(*args, **keywords)

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
        return {path: np.array(plain(x)) for path, x, _ in self._entries(kept=True)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; nothing is changed unless all of it fits.

        A ValueError says which paths are missing or too many, or which shapes differ.
        """
        wanted = {path: x for path, x, _ in self._entries(kept=True)}
        wrong = sorted({*wanted} ^ {*state})
        if wrong:
            raise ValueError(
                f"load_state_dict: the state does not fit {type(self).__name__}: "
                f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} on one side only"
            )
        for path, x in wanted.items():
            if np.shape(state[path]) != np.shape(plain(x)):
                raise ValueError(
                    f"load_state_dict: {path} has shape {np.shape(plain(x))}, and the state's has "
                    f"{np.shape(state[path])}"
                )
        for path, x in wanted.items():
            if isinstance(x, ad.Tensor):
                x.data = np.asarray(state[path], x.dtype)
            else:
                np.copyto(x, state[path])

    def named_parameters(self) -> dict[str, Any]:
        """Return the parameters by their paths, such as `layers.0.weight` in a `Sequential`."""
        return {path: x for path, x, buffer in self._entries() if not buffer}

    def parameters(self) -> list[Any]:
        """Return the parameters, what an optimiser's `update` takes; one that is shared comes once.

        >>> from nets.layers import Linear
        >>> sum(p.size for p in Linear(3, 2, rng=0).parameters())
        8
        """
        return list({id(p): p for p in self.named_parameters().values()}.values())

    def gradients(self, gradient: "Module") -> list[Any]:
        """Return what a gradient by this module says of each of its `parameters()`, in their order.

        The gradients of a parameter that is shared are added up. A ValueError for another module's.

        >>> from nets.layers import Linear
        >>> net = Linear(2, 1, rng=0)
        >>> g = ad.grad(lambda m: m(np.array([3.0, 4.0])).sum())(net)
        >>> net.gradients(g)
        [array([[3., 4.]]), array([1.])]
        """
        own, found = self.named_parameters(), gradient.named_parameters()
        if own.keys() != found.keys():
            raise ValueError(
                f"gradients: this is a {type(gradient).__name__} of other parameters than those of "
                f"the {type(self).__name__}"
            )
        summed: dict[int, Any] = {}
        for path, p in own.items():
            summed[id(p)] = summed[id(p)] + found[path] if id(p) in summed else found[path]
        return list(summed.values())

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

    def _not_recorded(self, what: str) -> None:
        """Raise a ValueError where a program records this module itself, not a copy: it would go stale."""
        if self._copied is None and tracing():
            raise ValueError(
                f"{type(self).__name__}: a program (or vmap) that reads this module from outside would "
                f"{what} when it is recorded and never again; give the module as an argument, f(model, x), "
                f"train by nets.layers.Step, or call eval()"
            )

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in self._settings())
        return f"{type(self).__name__}({inside})"

    def _settings(self) -> list[tuple[str, Any]]:
        """Return the settings that are shown and that a transform keeps as they are."""
        parts = self._parts()
        own = [(k, v) for k, v in vars(self).items() if k not in parts]
        return [(k, v) for k, v in own if not k.startswith("_") and k != "training"]


def _modules(x: Any) -> list[Module]:
    if isinstance(x, tuple | list):
        return [m for v in x for m in _modules(v)]
    return [x] if isinstance(x, Module) else []
