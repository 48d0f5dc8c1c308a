"""Many at once: how a row is applied to operands that have one more axis in front, the *lanes*.

Lane i of the result is the row applied to lane i of those operands and to all of the others. A
pointwise row needs its operands' axes lined up and nothing else; for a multilinear row a rule says
where the new axis goes (a sum has its axes one place further back, a reshape keeps it in front). A row
without one is applied lane by lane: slower, and right. Directions of a Jacobian
and samples of `vmap` are lanes alike.

A rule is called with the row, the number of lanes, the operands (arrays or nodes), which of them have
lanes, and the row's parameters.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autodiff.table.primitive import TABLE, Pointwise, Primitive

Flags = Sequence[bool]
Apply = Callable[[Primitive, int, Sequence[Any], Flags, dict[str, Any]], Any]


def apply(row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]) -> Any:
    """Return the row's result with the lanes in front."""
    if isinstance(row, Pointwise):
        return row(*lined_up(args, flags), **params)
    rule = RULES.get(row.name, one_by_one)
    return rule(row, n, args, flags, params)


def shape_of(x: Any) -> tuple[int, ...]:
    """Return the shape of an array, a node or a number."""
    return getattr(x, "shape", ())


def lined_up(args: Sequence[Any], flags: Flags, keep: int = 0) -> list[Any]:
    """Return the operands with axes of size 1 put behind the lanes, so that the others' line up.

    The last `keep` axes (the matrices of a product) are not counted.
    """
    ranks = [len(shape_of(x)) - bool(f) for x, f in zip(args, flags, strict=True)]
    wide = max(max(ranks), keep)
    found = []
    for x, flag, rank in zip(args, flags, ranks, strict=True):
        if flag and rank < wide:
            shape = shape_of(x)
            x = TABLE["reshape"](x, shape=(shape[0], *(1,) * (wide - rank), *shape[1:]))
        found.append(x)
    return found


def spread_out(n: int, args: Sequence[Any], flags: Flags) -> list[Any]:
    """Return the operands with lanes in all of them."""
    return [
        x if flag else TABLE["broadcast"](x, shape=(n, *shape_of(x)))
        for x, flag in zip(args, flags, strict=True)
    ]


def one_by_one(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply the row to one lane after the other."""
    parts = []
    for i in range(n):
        lane = [
            TABLE["take"](x, index=(i,)) if flag else x for x, flag in zip(args, flags, strict=True)
        ]
        y = row(*lane, **params)
        parts.append(TABLE["reshape"](y, shape=(1, *shape_of(y))))
    return TABLE["concatenate"](*parts, axis=0)


def in_front(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that works on the last axes and lets any number of axes stand before them."""
    return row(*spread_out(n, args, flags), **params)


def reducing(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that works along the parameter `axis`, None for all of them."""
    (x,), rank = args, len(shape_of(args[0])) - 1
    axis = params["axis"]
    if axis is None and params.get("keepdims") is False:
        flat = TABLE["reshape"](x, shape=(n, math.prod(shape_of(x)[1:])))
        return row(flat, **params | {"axis": 1})
    axes = tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    behind = tuple(a % rank + 1 for a in axes) if rank else ()
    return row(x, **params | {"axis": behind[0] if isinstance(axis, int) and rank else behind})


def stretching(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that makes the shape `shape` by stretching."""
    (x,), shape = args, tuple(params["shape"])
    inner = shape_of(x)[1:]
    if len(inner) < len(shape):
        x = TABLE["reshape"](x, shape=(n, *(1,) * (len(shape) - len(inner)), *inner))
    return row(x, shape=(n, *shape))


def shaping(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that keeps the order of the elements and makes the shape `shape`."""
    (x,), shape = args, tuple(params["shape"])
    if -1 in shape:
        rest = math.prod(k for k in shape if k != -1)
        size = math.prod(shape_of(x)[1:])
        shape = tuple((size // rest if rest else 0) if k == -1 else k for k in shape)
    return row(x, shape=(n, *shape))


def permuting(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that puts the axes in the order `axes`."""
    return row(args[0], axes=(0, *(a + 1 for a in params["axes"])))


def parts_of(index: Any, rank: int) -> tuple[Any, ...]:
    """Return an index as a tuple in which nothing stands for several axes."""
    parts = index if isinstance(index, tuple) else (index,)
    places = [k for k, p in enumerate(parts) if p is Ellipsis]
    if not places:
        return parts
    used = sum(_axes_taken(p) for p in parts if p is not Ellipsis)
    k = places[0]
    return (*parts[:k], *(slice(None),) * (rank - used), *parts[k + 1 :])


def _axes_taken(part: Any) -> int:
    if part is None:
        return 0
    return part.ndim if getattr(getattr(part, "dtype", None), "kind", "") == "b" else 1


def _stays_in_place(parts: tuple[Any, ...]) -> bool:
    """Return whether what the index picks out stands where it stood, with an axis in front as well."""
    advanced = [k for k, p in enumerate(parts) if not isinstance(p, slice) and p is not None]
    arrays = [k for k in advanced if not isinstance(parts[k], int)]
    return not arrays or advanced == list(range(advanced[0], advanced[-1] + 1))


def taking(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply `take`: the index says nothing of the lanes."""
    x, rank = args[0], len(shape_of(args[0])) - 1
    parts = parts_of(params["index"], rank)
    if _stays_in_place(parts):
        return row(x, index=(slice(None), *parts))
    y = row(_behind(x), index=parts)
    return _before(y)


def scattering(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply `scatter`: the lanes are added into zeros of their own."""
    x, shape = args[0], tuple(params["shape"])
    parts = parts_of(params["index"], len(shape))
    if _stays_in_place(parts):
        return row(x, index=(slice(None), *parts), shape=(n, *shape))
    return _before(row(_behind(x), index=parts, shape=(*shape, n)))


def _behind(x: Any) -> Any:
    rank = len(shape_of(x))
    return TABLE["transpose"](x, axes=(*range(1, rank), 0))


def _before(x: Any) -> Any:
    rank = len(shape_of(x))
    return TABLE["transpose"](x, axes=(rank - 1, *range(rank - 1)))


def following(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply a row that goes along the parameter `axis` of operands of one shape."""
    parts = spread_out(n, args, flags)
    axis = params["axis"] % (len(shape_of(parts[0])) - 1) + 1
    return row(*parts, **params | {"axis": axis})


def multiplying(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply `matmul`: a vector with lanes is a matrix of them where the other side has none."""
    a, b = args
    ranks = [len(shape_of(x)) - bool(f) for x, f in zip(args, flags, strict=True)]
    if flags[0] and not flags[1] and ranks[1] <= 2:
        if ranks[0] == 1:
            return row(a, b)
        shape = shape_of(a)  # all rows of all lanes at once
        y = row(TABLE["reshape"](a, shape=(math.prod(shape[:-1]), shape[-1])), b)
        return TABLE["reshape"](y, shape=(*shape[:-1], *shape_of(b)[1:]))
    if flags[1] and not flags[0] and ranks == [2, 1]:
        return row(b, _swapped(a))
    left = _with_axis(a, flags[0], -2) if ranks[0] == 1 else a
    right = _with_axis(b, flags[1], -1) if ranks[1] == 1 else b
    y = row(*lined_up((left, right), flags, 2))
    shape = shape_of(y)
    dropped = [k for k, rank in ((-2, ranks[0]), (-1, ranks[1])) if rank == 1]
    if not dropped:
        return y
    kept = tuple(s for k, s in enumerate(shape) if k - len(shape) not in dropped)
    return TABLE["reshape"](y, shape=kept)


def _swapped(x: Any) -> Any:
    return TABLE["transpose"](x, axes=(1, 0))


def _with_axis(x: Any, flag: bool, place: int) -> Any:
    shape = shape_of(x)
    wanted = (*shape[:-1], 1, shape[-1]) if place == -2 else (*shape, 1)
    return TABLE["reshape"](x, shape=wanted)


def adding(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply `total`, the sum of scalars."""
    y = args[0]
    for x in args[1:]:
        y = TABLE["add"](y, x)
    return y


def dotting(
    row: Primitive, n: int, args: Sequence[Any], flags: Flags, params: dict[str, Any]
) -> Any:
    """Apply `dot`, the sum of products of scalars."""
    half = len(args) // 2
    pairs = zip(args[:half], args[half:], strict=True)
    return adding(row, n, [TABLE["mul"](a, b) for a, b in pairs], flags, params)


RULES: dict[str, Apply] = {
    "total": adding,
    "dot": dotting,
    "matmul": multiplying,
    **dict.fromkeys(("sum", "mean", "max", "min", "ties"), reducing),
    **dict.fromkeys(("concatenate", "cumsum", "cumprod", "recurrence", "diff"), following),
    **dict.fromkeys(("products", "products_back"), following),
    "broadcast": stretching,
    "reshape": shaping,
    "transpose": permuting,
    "take": taking,
    "scatter": scattering,
    "cast": in_front,
}
