"""Products along an axis, and the recurrence by which their derivatives come back.

`recurrence` is y_k = x_k + a_k y_(k-1). What comes back to x is a recurrence from the other end, so it,
its derivative and those of products stay in one family, take a constant number of passes, and divide by
nothing: a zero among the factors costs no other its gradient. The compiled engine takes each way back in
one pass; the formulas below, on rows, do the same on nodes and without a compiler, with the same bits.
"""

import math
from typing import Any

import numpy as np
from numpy import ndarray

from autodiff.table import loops as passes
from autodiff.table import structure
from autodiff.table.linear import wide
from autodiff.table.primitive import TABLE, smooth
from autodiff.table.recipes import AXIS, FLAG, LIKE, NUMBER, VECTOR, Operand, Recipe, axes
from autodiff.table.recipes.matrices import APART


def recurrence(x: Any, a: Any, axis: int, reverse: bool) -> Any:
    """Return y with y_k = x_k + a_k y_(k-1) along an axis, from its end where `reverse`."""
    y = np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, a.shape)), order="C")
    if passes.recur(a, y, axis, reverse):  # compiled only
        return y
    ys, factors = np.moveaxis(y, axis, 0), np.moveaxis(np.broadcast_to(a, y.shape), axis, 0)
    if reverse:
        ys, factors = ys[::-1], factors[::-1]
    for k in range(1, len(ys)):
        ys[k] = ys[k] + factors[k] * ys[k - 1]
    return y


def cut(x: Any, axis: int, part: slice) -> Any:
    """Return a part of x along an axis."""
    return TABLE["take"](x, index=(slice(None),) * (axis % len(x.shape)) + (part,))


def before(y: Any, axis: int, reverse: bool, first: float) -> Any:
    """Return what stands one place before each element along an axis; `first` before the first."""
    if not y.shape[axis]:
        return y
    edge = np.full(
        tuple(1 if k == axis % len(y.shape) else n for k, n in enumerate(y.shape)), first, y.dtype
    )
    parts = (cut(y, axis, slice(1, None)), edge) if reverse else (edge, cut(y, axis, slice(-1)))
    return TABLE["concatenate"](*parts, axis=axis)


def recurrence_back(g: Any, a: Any, axis: int, reverse: bool) -> Any:
    """Return what comes back to x: the recurrence from the other end."""
    return TABLE["recurrence"](g, before(a, axis, not reverse, 0.0), axis=axis, reverse=not reverse)


def joined(x: Any, axis: int, reverse: bool = False) -> Any:
    """Return the products of all elements up to each one along an axis, from its end where `reverse`."""
    if not reverse:
        return np.cumprod(x, axis=axis, dtype=x.dtype)
    return np.flip(np.cumprod(np.flip(x, axis), axis=axis, dtype=x.dtype), axis)


def products_back(g: Any, x: Any, *hs: Any, axis: int, reverse: bool) -> Any:
    """Return what comes back from g through running products of x; with h, its derivatives along them."""
    if not hs:
        return joined_back(g, joined(x, axis, reverse), x, axis, reverse)
    return wide.laid(wide.run_back, x, (g,), hs, axis, reverse)


def products_back_back(i: int, c: Any, y: Any, g: Any, x: Any, *hs: Any, **along: Any) -> Any:
    if not i:
        return TABLE["products"](x, *hs, c, **along)
    rest = hs[: i - 2] + hs[i - 1 :] if i > 1 else hs
    return TABLE["products_back"](g, x, *rest, c, **along)


def products(x: Any, *hs: Any, axis: int, reverse: bool) -> Any:
    """Return the derivative of running products of x, one time along each h."""
    return wide.laid(wide.run, x, (), hs, axis, reverse)


def products_pull(i: int, g: Any, y: Any, x: Any, *hs: Any, **along: Any) -> Any:
    rest = hs[: i - 1] + hs[i:] if i else hs
    return TABLE["products_back"](g, x, *rest, **along)


class Along:
    """The tangents of a row that is linear in all its operands but one, along which it is derived."""

    def __init__(self, name: str, curved: int) -> None:
        self.name, self.curved = name, curved

    def __getitem__(self, i: int) -> Any:
        def rule(t: Any, y: Any, *xs: Any, **along: Any) -> Any:
            moved = (*xs, t) if i == self.curved else (*xs[:i], t, *xs[i + 1 :])
            return TABLE[self.name](*moved, **along)

        return rule


def joined_back(g: Any, y: Any, x: Any, axis: int, reverse: bool = False) -> Any:
    """Return what comes back through running products: P_(k-1) (g_k + x_(k+1) (g_(k+1) + ...))."""
    if type(g) is not ndarray or type(x) is not ndarray:
        return TABLE["products_back"](g, x, axis=axis, reverse=reverse)
    found = np.empty(x.shape, x.dtype)
    if not x.size or wide.quick_back(g, y, x, found, axis, reverse) is not None:
        return found
    return wide.laid(wide.run_back, x, (g,), (), axis, reverse)


def joined_on(t: Any, y: Any, x: Any, axis: int, reverse: bool = False) -> Any:
    return TABLE["products"](x, t, axis=axis, reverse=reverse)


def prod(x: Any, axis: Any, keepdims: bool) -> Any:
    """Return the product over axes."""
    return np.prod(x, axis=axis, keepdims=keepdims)


def lined(x: Any, axis: Any) -> Any:
    """Return x with the axes that are multiplied along laid flat as the last one."""
    away = structure.axes_of(axis, len(x.shape))
    kept = [k for k in range(len(x.shape)) if k not in away]
    order = (*kept, *away)
    if order != tuple(range(len(order))):
        x = TABLE["transpose"](x, axes=order)
    return TABLE["reshape"](x, shape=(*x.shape[: len(kept)], math.prod(x.shape[len(kept) :])))


def placed(y: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Return what `lined` laid flat in its shape again."""
    away = structure.axes_of(axis, len(shape))
    order = (*(k for k in range(len(shape)) if k not in away), *away)
    y = TABLE["reshape"](y, shape=tuple(shape[k] for k in order))
    if order != tuple(range(len(order))):
        y = TABLE["transpose"](y, axes=structure.inverse(order))
    return y


def others(g: Any, x: Any) -> Any:
    """Return g times the product of all other elements of each line of x."""
    y = wide.apart(*(np.asarray(z, dtype=float, order="C") for z in (g, x)))
    return y.astype(x.dtype, copy=False)


def last(t: Any, x: Any) -> Any:
    """Return how the products of lines of x change along t."""
    if not x.shape[-1]:
        return TABLE["sum"](t, axis=-1, keepdims=False)
    y = TABLE["products"](x, t, axis=-1, reverse=False)
    return TABLE["take"](y, index=(..., -1))


def at_end(g: Any, x: Any) -> Any:
    """Return g as what comes to the last of x's running products."""
    zeros = np.zeros((*x.shape[:-1], max(0, x.shape[-1] - 1)), x.dtype)
    ends = TABLE["reshape"](g, shape=(*x.shape[:-1], 1))
    return TABLE["concatenate"](zeros, ends, axis=-1) if x.shape[-1] else x


def others_along(t: Any, y: Any, g: Any, x: Any) -> Any:
    return TABLE["products_back"](at_end(g, x), x, t, axis=-1, reverse=False)


def reduced(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Return the result of a reduction without the reduced axes."""
    away = structure.axes_of(axis, len(shape))
    kept = tuple(n for k, n in enumerate(shape) if k not in away)
    return g if g.shape == kept else TABLE["reshape"](g, shape=kept)


def prod_back(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    if not x.shape:
        return g
    line, g = lined(x, axis), reduced(g, x.shape, axis)
    plain = type(g) is ndarray and type(line) is ndarray
    return placed((others if plain else TABLE["others"])(g, line), x.shape, axis)


def prod_on(t: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    if not x.shape:
        return t
    y = last(lined(t, axis), lined(x, axis))
    away = structure.axes_of(axis, len(x.shape)) if keepdims else ()
    shape = tuple(1 if k in away else n for k, n in enumerate(x.shape)) if keepdims else y.shape
    return y if y.shape == shape else TABLE["reshape"](y, shape=shape)


def extreme_back(g: Any, x: Any, axis: Any, keepdims: bool, largest: bool) -> Any:
    """Return what comes back through the largest (smallest) element: equal parts where it is tied."""
    if type(g) is ndarray and type(x) is ndarray:
        away = structure.axes_of(axis, x.ndim)
        if away == tuple(range(x.ndim - len(away), x.ndim)):
            found = np.empty(x.shape, x.dtype)
            if passes.extreme_back(g, x, found, largest):  # compiled only
                return found
    return structure.spread(g, x.shape, axis, keepdims) * TABLE["ties"](
        x, axis=axis, largest=largest
    )


def ends(x: Any) -> Any:
    """Return the smallest and the largest of all elements."""
    return np.stack([np.min(x), np.max(x)])


def ends_back(g: Any, y: Any, x: Any) -> Any:
    """Return what comes back from both: nearly all of it is 0, and only the rest is written."""
    if type(g) is not ndarray or type(x) is not ndarray:
        least, most = (TABLE["take"](g, index=k) for k in (0, 1))
        return extreme_back(least, x, None, False, False) + extreme_back(most, x, None, False, True)
    found = np.zeros(x.shape, x.dtype)
    flat, every = found.reshape(-1), x.reshape(-1)
    for k in (0, 1):
        places = np.flatnonzero(every == y[k] if y[k] == y[k] else np.isnan(every))
        flat[places] += g[k] * (1.0 / len(places))
    return found


def ends_on(t: Any, y: Any, x: Any) -> Any:
    """Return the tangent of both."""
    moved = (t * TABLE["ties"](x, axis=None, largest=largest) for largest in (False, True))
    sums = [TABLE["sum"](m, axis=None, keepdims=False) for m in moved]
    return TABLE["concatenate"](*(TABLE["reshape"](s, shape=(1,)) for s in sums), axis=0)


smooth(
    "ends", ends, ends_back, tangents=(ends_on,), tex=r"\operatorname{{ends}}({0})",
    doc="the smallest and the largest of all elements", recipe=Recipe(x=Operand(shape=lambda d: (2,))),
)  # fmt: skip
smooth(
    "recurrence", recurrence,
    lambda g, y, x, a, axis, reverse: recurrence_back(g, a, axis, reverse),
    lambda g, y, x, a, axis, reverse:
        recurrence_back(g, a, axis, reverse) * before(y, axis, reverse, 0.0),
    tangents=(
        lambda t, y, x, a, axis, reverse: TABLE["recurrence"](t, a, axis=axis, reverse=reverse),
        lambda t, y, x, a, axis, reverse:
            TABLE["recurrence"](t * before(y, axis, reverse, 0.0), a, axis=axis, reverse=reverse),
    ),
    tex=r"\operatorname{{rec}}({0}, {1})",
    doc="y_k = x_k + a_k y_(k-1) along an axis, from its end with reverse",
    recipe=Recipe(x=APART, a=LIKE, axis=AXIS, reverse=FLAG),
)  # fmt: skip
smooth(
    "cumprod", joined, joined_back, tangents=(joined_on,),
    tex=r"\operatorname{{cumprod}}({0})",
    doc="running products along an axis, from its end with reverse",
    recipe=Recipe(x=APART, axis=AXIS, reverse=FLAG),
)  # fmt: skip
smooth(
    "products", products, nary=products_pull, tangents=Along("products", 0),
    tex=r"\operatorname{{cumprod}}'({0}, \ldots)",
    doc="the derivative of running products along an axis, one time along each further operand",
    recipe=Recipe(x=APART, h=LIKE, axis=AXIS, reverse=FLAG),
)  # fmt: skip
smooth(
    "products_back", products_back, nary=products_back_back, tangents=Along("products_back", 1),
    tex=r"\operatorname{{cumprod}}^T({0}, {1}, \ldots)",
    doc="what comes back through running products of x, and its derivative along each further operand",
    recipe=Recipe(g=APART, x=LIKE, axis=AXIS, reverse=FLAG),
)  # fmt: skip
smooth(
    "others", others,
    lambda c, y, g, x: last(c, x), lambda c, y, g, x: others_along(c, y, g, x),
    tangents=(lambda t, y, g, x: TABLE["others"](t, x), others_along),
    tex=r"{0} \prod_{{j \neq i}} {1}", doc="g times the product of all other elements of each line",
    recipe=Recipe(g=NUMBER, x=VECTOR),
)  # fmt: skip
smooth(
    "prod", prod, prod_back, tangents=(prod_on,), tex=r"\prod {0}", doc="the product over axes",
    recipe=Recipe(x=APART, axis=axes, keepdims=FLAG),
)  # fmt: skip
