"""`vmap`: a function of one sample, applied to many at once.

The function is called once, on the first sample, and what it records is run again on all samples as
lanes: so it may be any code, with transforms and branches of its own. What its course depended on (a
comparison, a number that was read) is looked at for every sample; those for which it turns out otherwise
are taken together in another run, recorded on the first of them. The answer is always that of a loop.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Function, function, is_node, of_nodes
from autodiff.nodes import modes
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.leaving import around, lost
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value, tick
from autodiff.nodes.watching import watch
from autodiff.table import ops, tree
from autodiff.table.data import numbers, one_hot
from autodiff.table.quiet import SILENT, now, put

SIGNS: Any = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "!=": operator.ne,
}  # fmt: skip


def vmap(f: Function, in_axes: Any = 0, out_axes: Any = 0) -> Function:
    """Return f applied to many samples at once; their results lie along `out_axes`.

    `in_axes` says along which axis of each argument the samples lie, None where the argument is the
    same for all: one entry for all arguments, or one for each, which may be a tree as the argument is;
    `out_axes` is one for the result, None to take the first of what is the same for all.
    Arguments may be nested tuples, lists and dicts. Whole numbers may be indices: samples that have the
    same ones are run together. Differentiates like any other code, and nests with every transform.

    >>> vmap(lambda w, x: (w * x).sum(), in_axes=(None, 0))(np.ones(2), np.eye(2) * 3.0)
    array([3., 3.])
    """

    function("vmap", f)

    def apply(*args: Any, **keywords: Any) -> Any:
        if keywords:
            raise TypeError(
                f"vmap: {', '.join(keywords)} is given by name, and in_axes tells of places; give it by its "
                f"place, or bind it beforehand (lambda x: f(x, {next(iter(keywords))}=...))"
            )
        axes = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"vmap: in_axes has {len(axes)} entries for {len(args)} arguments")
        leaves, rebuild = tree.flatten(list(args))
        places = [a for x, axis in zip(args, axes, strict=True) for a in _places(x, axis)]
        whole = [_whole_numbers(x) for x in leaves]
        as_given, leaves = leaves, [in_front(x, a) for x, a in zip(leaves, places, strict=True)]
        sizes = {x.shape[0] for x, a in zip(leaves, places, strict=True) if a is not None}
        if len(sizes) != 1:
            raise ValueError(
                f"vmap: the arguments have {sorted(sizes) or 'no'} samples; they must agree, and "
                f"at least one argument must have an axis of them"
            )
        n = sizes.pop()
        if not n:
            raise ValueError("vmap: there are no samples, so the shape of the result is not known")
        batched = [a is not None for a in places]
        try:
            found = _groups(f, leaves, batched, rebuild, n, whole)
        except (TypeError, IndexError):  # an index is no float
            if not any(k and flag for k, flag in zip(whole, batched, strict=True)):
                raise
            leaves = [in_front(x, a, k) for x, a, k in zip(as_given, places, whole, strict=True)]
            found = _groups(f, leaves, batched, rebuild, n, whole)
        return _shaped(found, out_axes)

    return apply


def _places(x: Any, axis: Any, called: str = "in_axes") -> list[int | None]:
    """Return the axis of samples for each leaf of an argument; `axis` is one, or a tree as x is."""
    if axis is None or isinstance(axis, int):
        return [axis] * len(tree.flatten(x)[0])
    if isinstance(x, dict) and isinstance(axis, dict) and x.keys() == axis.keys():
        marked: Any = {k: _Mark(_places(v, axis[k], called)) for k, v in x.items()}
    elif isinstance(x, list | tuple) and isinstance(axis, list | tuple) and len(x) == len(axis):
        marked = [_Mark(_places(v, a, called)) for v, a in zip(x, axis, strict=True)]
    else:
        raise ValueError(
            f"vmap: {called} has {axis!r:.60} for what is of type {type(x).__name__}; give a whole "
            f"number, None, or a tree of these as the argument is one"
        )
    return [a for mark in tree.flatten(marked)[0] for a in mark.axes]


class _Mark:
    """The axes of a part of an argument, in the place of it."""

    def __init__(self, axes: list[int | None]) -> None:
        self.axes = axes


def _whole_numbers(x: Any) -> bool:
    return not is_node(x) and np.asarray(x).dtype.kind in "iub"


def in_front(x: Any, axis: int | None, as_it_is: bool = False) -> Any:
    """Return an argument with the axis of samples first; whole numbers become floats unless told."""
    if axis is None:
        return x
    kind = None if as_it_is or (isinstance(x, np.ndarray) and x.dtype.kind == "f") else float
    if not isinstance(x, Tensor):
        x = np.asarray(x if of_nodes(x) else numbers(x, "vmap: an argument"), dtype=kind)
    if not x.ndim:
        raise ValueError("vmap: an argument is one number and has no axis of samples; give it None")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"vmap: axis {axis} is out of range for an argument of shape {x.shape}")
    order = (axis % x.ndim, *(k for k in range(x.ndim) if k != axis % x.ndim))
    return x if order[0] == 0 else x.transpose(order)


def _groups(
    f: Function, leaves: list[Any], batched: list[bool], rebuild: Any, n: int, was_whole: list[bool]
) -> tuple[list[Any], Any]:
    """Return the outputs for all samples, and how they are put together again."""
    left = np.arange(n)
    parts: list[tuple[Any, list[Any]]] = []
    while len(left):
        every = len(left) == n
        chosen = [
            x if every or not flag else x[left] if _whole_numbers(x) else ops.take(x, index=left)
            for x, flag in zip(leaves, batched, strict=True)
        ]
        outputs, held, shape = _run(f, chosen, batched, rebuild, len(left), was_whole)
        if not held[0]:
            raise RuntimeError("vmap: the function takes another course each time it is called")
        if not held.all():
            kept = np.flatnonzero(held)
            outputs = [ops.take(y, index=kept) if is_node(y) else y[kept] for y in outputs]
        parts.append((left[held], outputs))
        left = left[~held]
    if len(parts) == 1:
        return parts[0][1], shape
    order = np.argsort(np.concatenate([where for where, _ in parts]))
    joined = []
    for column in zip(*(found for _, found in parts), strict=True):
        if len({y.shape[1:] for y in column}) > 1:
            shapes = sorted({y.shape[1:] for y in column})
            raise ValueError(f"vmap: the results of the samples have different shapes: {shapes}")
        nodes = any(map(is_node, column))
        whole = ops.concatenate(*column, axis=0) if nodes else np.concatenate(column)
        joined.append(ops.take(whole, index=order) if nodes else whole[order])
    return joined, shape


def _run(
    f: Function, leaves: list[Any], batched: list[bool], rebuild: Any, n: int, was_whole: list[bool]
) -> tuple[list[Any], Any, Any]:
    """Record f on the first sample and run that on all; return for which samples it holds."""
    start = tick()
    indices = [flag and _whole_numbers(x) for x, flag in zip(leaves, batched, strict=True)]
    batched = [flag and not k for flag, k in zip(batched, indices, strict=True)]
    given = [
        x[0] if k else _first(x) if flag else x
        for x, flag, k in zip(leaves, batched, indices, strict=True)
    ]
    guards: list[tuple[Any, ...]] = []
    listening = watch(guards, (), [x for x, k in zip(given, was_whole, strict=True) if k])
    with listening:
        result = f(*rebuild(given))
    if listening.left is not None:
        for x, flag in zip(leaves, batched, strict=True):
            if flag and is_node(x) and not x.is_constant:
                lost(listening.left, around(x) is not None)
    outputs, shape = tree.flatten(result)
    moved = {x: Lanes(whole) for x, whole, flag in zip(given, leaves, batched, strict=True) if flag}
    as_nodes = any(isinstance(x, Tensor) for x in leaves) or modes.tracing()
    roots = [y for y in outputs if is_node(y)]
    compared = [x for guard in guards for x in guard[1:3] if is_node(x)]
    order = recorded([*roots, *compared], start)
    as_nodes = as_nodes or any(
        is_node(x) and not x.is_constant for node in order for x in node.parents if x.seq <= start
    )
    before = now()
    try:
        put(SILENT)
        for node in order:
            if any(x in moved for x in node.parents):
                row: Any = node.primitive
                operands = [
                    moved[x] if x in moved else x if as_nodes else _plain(x) for x in node.parents
                ]
                moved[node] = row(*operands, **node.params)
        held = np.ones(n, dtype=bool)
        for x in (x for x, k in zip(leaves, indices, strict=True) if k):
            held &= (x == x[0]).reshape(n, -1).all(axis=1)
        for guard in guards:
            held &= _holds(guard, moved, n)
    finally:
        put(before)
    return [_whole(y, moved, n, as_nodes) for y in outputs], held, shape


def _first(x: Any) -> Tensor:
    """Return the first sample as a leaf."""
    return Tensor(np.array((x._array if isinstance(x, Tensor) else x)[0]))


def _plain(x: Any) -> Any:
    return x._array if type(x) is Tensor else x._data


def recorded(roots: Sequence[Any], start: int) -> list[Any]:
    """Return the computed nodes newer than `start` that the roots depend on, oldest first."""
    seen: set[Any] = set()
    pending = list(roots)
    while pending:
        node = pending.pop()
        if node not in seen and node.parents and node.seq > start:
            seen.add(node)
            pending += node.parents
    return sorted(seen, key=lambda node: node.seq)


def _holds(guard: tuple[Any, ...], moved: dict[Any, Any], n: int) -> Any:
    """Return for which samples a comparison turns out as it was recorded."""
    sign, a, b, outcome = guard
    if sign == "raised":  # known of the first sample alone
        return np.arange(n) == 0
    if not any(is_node(x) and x in moved for x in (a, b)):
        return np.ones(n, dtype=bool)
    left, right = (moved[x].x if is_node(x) and x in moved else x for x in (a, b))
    if sign in ("one-hot", "=="):
        for x in (left, right):
            if is_node(x):
                modes.note("==", x, _array(x), True)  # a trace around this one reads it, too
    if sign == "one-hot":
        return np.array([one_hot(_array(y), b) == outcome for y in left])
    rank = max(
        len(getattr(x, "shape", ())) - (is_node(y) and y in moved)
        for x, y in ((left, a), (right, b))
    )
    left, right = (
        _lined_up(x, rank) if is_node(y) and y in moved else x for x, y in ((left, a), (right, b))
    )
    if sign == "==":
        same = (_array(left) == _array(right)) | (np.isnan(_array(left)) & np.isnan(_array(right)))
        found = np.broadcast_to(same, (n, *same.shape[1:]))
    elif sign == "!=":  # of nodes whether they are the same node
        differ = _array(left) != _array(right)
        modes.note(sign, left, right, differ)
        found = differ == outcome
    else:
        found = SIGNS[sign](left, right) == outcome
    return np.asarray(found).reshape(n, -1).all(axis=1)


def _lined_up(x: Any, rank: int) -> Any:
    shape = x.shape
    wanted = (shape[0], *(1,) * (rank - len(shape) + 1), *shape[1:])
    return x if wanted == shape else ops.reshape(x, shape=wanted)


def _array(x: Any) -> Any:
    return x._array if type(x) is Tensor else x._data if type(x) is Value else np.asarray(x)


def _whole(y: Any, moved: dict[Any, Any], n: int, as_nodes: bool) -> Any:
    """Return one output for all samples."""
    if is_node(y) and y in moved:
        return moved[y].x
    if not is_node(y):
        y = numbers(y, "vmap: what the function returned")
        return np.broadcast_to(y, (n, *y.shape))
    if not as_nodes:
        y = np.asarray(_plain(y))
    elif type(y) is Value:
        y = ops.mul(y, constant(np.ones(())))
    return ops.broadcast(y, shape=(n, *y.shape))


def _shaped(found: tuple[list[Any], Any], axis: Any) -> Any:
    outputs, shape = found
    axes = _places(shape(outputs), axis, "out_axes")
    return shape([_moved(y, a) for y, a in zip(outputs, axes, strict=True)])


def _moved(y: Any, axis: int | None) -> Any:
    """Return an output with the samples along `axis`; the first of them where there is none."""
    if axis is None:
        return y[0]
    k = axis % len(y.shape)
    if not k:
        return y if is_node(y) else np.array(y)
    order = (*range(1, k + 1), 0, *range(k + 1, len(y.shape)))
    return ops.transpose(y, axes=order) if is_node(y) else np.ascontiguousarray(y.transpose(order))
