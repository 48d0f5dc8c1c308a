"""Recipes: for every operation and function, a small description of what it can be called with.

A recipe names parameters and gives each the *kind* of value that it takes: an array, an axis of the
array drawn before it, a shape of as many elements. Tests draw calls from it and hold them against
numpy and mpmath, benchmarks ask it for arguments of any size, the reference page for an example;
so whoever adds a function says once how it is called. Nothing random is decided here: the caller
gives `pick`, which returns a whole number below n (a search that shrinks, a seeded generator, or
always 0, which gives the plainest arguments).

>>> Recipe(a=ARRAY, axis=AXIS).draw(lambda n: 0)
{'a': array([ 0.82, -1.38, -2.74]), 'axis': 0}
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.table.recipes.parameters import OneOf as OneOf
from autodiff.table.recipes.parameters import Real as Real
from autodiff.table.recipes.parameters import Steps as Steps
from autodiff.table.recipes.parameters import one_of as one_of
from autodiff.table.recipes.parameters import real as real
from autodiff.table.recipes.parameters import whole as whole

Pick = Callable[[int], int]
SPECIAL = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e300, -1e-300, 5e-324)


class Drawing:
    """One call that is being drawn: `pick`, the values drawn so far by name, and how large arrays are.

    With `special` the arrays may hold infinities, NaN and subnormals, be empty, have float32 or
    any strides; without, they are moderate and what is drawn is valid.
    """

    def __init__(self, pick: Pick, size: int = 3, special: bool = False) -> None:
        self.pick, self.size, self.special = pick, size, special
        self.given: dict[str, Any] = {}

    def of(self, *choices: Any) -> Any:
        """Return one of the choices."""
        return choices[self.pick(len(choices))]

    def now_and_then(self) -> bool:  # once in eight
        return self.special and self.pick(8) == 7

    @property
    def first(self) -> Any:
        """The array that was drawn first, also in a list; one without axes where there is none."""
        for x in self.given.values():
            while isinstance(x, list | tuple) and x and not isinstance(x[0], str):
                x = x[0]
            if isinstance(x, np.ndarray):
                return x
        return np.zeros(())


Kind = Callable[[Drawing], Any]


def array_of(shape: tuple[int, ...], d: Drawing, low: float, high: float) -> Any:
    """Return an array of a shape with numbers inside (low, high)."""
    rng = np.random.default_rng(d.pick(1000))
    low, high = max(low, -3.0), min(high, 3.0)
    x = np.asarray(np.round(rng.uniform(low + 0.01, high - 0.01, size=shape), 2))
    if not d.special:
        return x
    dress = d.pick(8)
    if dress == 1:
        x = np.asarray(np.round(x))  # ties and zeros
    elif dress == 2 and x.size:
        x.flat[rng.integers(x.size, size=1 + x.size // 4)] = rng.choice(SPECIAL)
    elif dress == 3:
        x = x.astype(np.float32)
    elif dress == 4:
        x = np.asfortranarray(x)
    elif dress == 5 and x.ndim:
        x = np.ascontiguousarray(x[..., ::-1])[..., ::-1]
    elif dress == 6 and x.ndim:
        x = np.repeat(x, 2, axis=0)[::2]
    return x


class Operand:
    """A kind of number or array that may be a node: of `low` to `high` axes, within a domain.

    `shape` makes the shape instead, of the drawing: as that of an operand drawn before.
    """

    def __init__(
        self,
        low: int = 0,
        high: int = 3,
        above: float = -3.0,
        below: float = 3.0,
        shape: Callable[[Drawing], tuple[int, ...]] | None = None,
    ) -> None:
        self.low, self.high, self.above, self.below, self.shape = low, high, above, below, shape

    def __call__(self, d: Drawing) -> Any:
        return array_of(self.shape_of(d), d, self.above, self.below)

    def shape_of(self, d: Drawing) -> tuple[int, ...]:
        if self.shape is not None:
            return self.shape(d)
        ranks = [n for n in (1, 2, 0, 3) if self.low <= n <= self.high] or [self.low]
        sizes = (1, 0, 2, 4) if d.special else (2, 4)
        return tuple(d.of(d.size, *sizes) for _ in range(d.of(*ranks)))


class Several:
    """A kind of list of operands of one shape, `least` to `most` of them."""

    def __init__(self, kind: Kind, least: int = 1, most: int = 3) -> None:
        self.kind, self.least, self.most = kind, least, most

    def __call__(self, d: Drawing) -> list[Any]:
        first = self.kind(d)
        d.given.setdefault("", first)
        more = self.least - 1 + d.pick(self.most - self.least + 1)
        return [first, *(LIKE(d) for _ in range(more))]


def fitting_shape(d: Drawing) -> tuple[int, ...]:
    """Return a shape that numpy stretches to that of the first operand, or the other way round."""
    shape = [d.of(n, n, 1) for n in d.first.shape]
    return tuple(shape[d.of(0, 0, len(shape) // 2) :])


def inner_shape(d: Drawing) -> Any:
    """Return the shape of a right factor of a matrix product with the first operand."""
    n = d.first.shape[-1] if d.first.ndim else d.size
    return d.of((n,), (n, 2), (n, d.size))


ARRAY = Operand()
VECTOR = Operand(1, 1)
MATRIX = Operand(2, 2)
AXED = Operand(1, 3)  # at least one axis
POSITIVE = Operand(above=0.0)
UNIT = Operand(above=-1.0, below=1.0)
LIKE = Operand(shape=lambda d: d.first.shape)  # of the first operand's shape
FITTING = Operand(shape=fitting_shape)
FACTOR = Operand(shape=inner_shape)
NUMBER = Operand(0, 0)
ARRAYS = Several(AXED)


def axis(d: Drawing) -> Any:
    """Return one axis; now and then one that is not there."""
    n = d.first.ndim
    if d.now_and_then():
        return d.of(n, -n - 1)
    return (
        d.pick(2 * n) - (n if d.special else 0) * d.pick(2) if n and d.special else d.pick(n or 1)
    )


def axis_or_none(d: Drawing) -> Any:
    return axis(d) if d.pick(4) else None


def axes(d: Drawing) -> Any:
    """Return what a reduction takes as its axis: one, None or a tuple, now and then a repeated one."""
    if d.pick(3) < 2:
        return axis_or_none(d)
    n = d.first.ndim
    found = tuple(i - (n if d.pick(2) else 0) for i in range(n) if d.pick(2))
    return found * 2 if d.now_and_then() else found


def new_axis(d: Drawing) -> Any:
    n = d.first.ndim + 1
    return d.of(*range(n), *range(-n, 0), *([n + 1] if d.now_and_then() else []))


def permutation(d: Drawing) -> Any:
    """Return the axes of the first operand in some order; now and then not a permutation."""
    n = d.first.ndim
    order = [int(i) for i in np.random.default_rng(d.pick(50)).permutation(n)]
    order = [i - n if d.special and d.pick(4) == 3 else i for i in order]
    return tuple([*order, 0] if d.now_and_then() else order)


def same_size(d: Drawing) -> Any:
    """Return a shape for as many elements as the first operand has; now and then for others."""
    n = d.first.size + (1 if d.now_and_then() else 0)
    half = n // 2
    return d.of((n,), (1, n), (-1,), n, *([(2, half), (half, -1)] if n and n % 2 == 0 else []))


def wider(d: Drawing) -> Any:
    """Return a shape to which the first operand stretches; now and then one to which it does not."""
    shape = tuple(n if n != 1 or d.pick(2) else 4 for n in d.first.shape)
    return (2, *shape[1:], 7) if d.now_and_then() else (*d.of((), (2,), (1, 3)), *shape)


def index(d: Drawing) -> Any:
    """Return an index of the first operand: a place, a slice, a mask, places, or some of them."""
    shape = d.first.shape
    if not shape or not shape[0]:
        return d.of((), Ellipsis, None)
    n = shape[0]
    mask = np.arange(n) % 2 == 0
    return d.of(
        slice(None, None, -1), n - 1, -n, slice(1, None), mask, np.array([0, n - 1, 0]), [0, -1],
        (Ellipsis, 0), (None, slice(0, 2)), (slice(None), *[0] * (len(shape) - 1)), (),
    )  # fmt: skip


def places(d: Drawing) -> Any:
    """Return whole numbers that are valid places along any axis of the first operand."""
    n = max(min(d.first.shape, default=1), 1)
    return d.of(
        [0], [0, -1, 0], n - 1, np.array([[0], [n - 1]]), [n + 5] if d.now_and_then() else [0]
    )


def mask(d: Drawing) -> Any:
    """Return truth values of the first operand's shape, or of one that stretches to it."""
    x = d.first
    return d.of(True, np.arange(x.size).reshape(x.shape) % 2 == 0, np.ones(x.shape[-1:], bool))


AXIS: Kind = axis
AXES: Kind = axes
FLAG = one_of(True, False)
# What a parameter of this name means, it means in every function of numpy: no recipe repeats it.
COMMON: dict[str, Kind] = {
    "axis": axes,
    "keepdims": FLAG,
    "dtype": one_of(np.float64, np.float64, np.float32),
    "order": one_of("C", "F", "A", "K"),
    "where": Steps(mask),
    "initial": real(0.5, -2.0),
    "ddof": real(0, 1, 0.5),
    "out": one_of(None),
    "casting": one_of("same_kind", "unsafe"),
    "subok": FLAG,
    "overwrite_input": FLAG,
    "optimize": FLAG,
    "signature": one_of(None),
    "axes": one_of(None),
    "device": one_of(None),
    "stable": one_of(None, True),
    "copy": one_of(None, True, False),
}


class Recipe:
    """The parameters of a function by name, each with its kind, in the order of the call.

    Those that are named in `COMMON` need no mention. `signature` says in numpy's notation how the
    function is called, for versions of numpy whose functions cannot tell. To what `Operand` and
    `Several` make a gradient can flow, and to what is `Real`; `Steps` are constant in pieces.
    """

    def __init__(self, signature: str = "", /, **kinds: Kind) -> None:
        self.signature = signature
        self.kinds = kinds

    @property
    def operands(self) -> list[str]:
        """The names of the parameters that may be nodes."""
        return [k for k, kind in self.kinds.items() if isinstance(kind, Operand | Several)]

    def takes_nodes(self, name: str) -> bool:
        """Return whether a node in a parameter gets its gradient, be it one that is 0 almost everywhere."""
        return isinstance(self.kind(name), Operand | Several | Real)

    def kind(self, name: str) -> Kind | None:
        """Return the kind of a parameter; None where the recipe does not know it."""
        return self.kinds.get(name) or COMMON.get(name)

    def draw(self, pick: Pick, size: int = 3, special: bool = False, names: Any = None) -> Any:
        """Return arguments by name: for all that the recipe names, or for `names`.

        `size` is the length of the axes, or that of the only one: how large a call is to be.
        """
        drawing = Drawing(pick, size, special)
        for name in self.kinds if names is None else names:
            kind = self.kind(name)
            if kind is None:
                raise KeyError(f"the recipe does not say what the parameter {name!r} takes")
            drawing.given[name] = kind(drawing)
        drawing.given.pop("", None)
        return drawing.given
