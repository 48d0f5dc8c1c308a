"""What the rows on whole arrays are in a dialect (see `formulas`), and in the words of numpy.

`STRUCTURAL` are those that every dialect has by its own methods, `MOVED` those that move elements about,
which every dialect can do by `gather` and `scatter`. The others are written once in the words of numpy: a
dialect whose library has these functions hands over a module of that spelling as `arrays`, and the
library derives them by rules of its own.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.table.structure import axes_of

Params = dict[str, Any]
Made = Callable[..., Any]


def roll(m: Any, flat: Any, places: Any, shift: Any, axis: Any) -> Any:
    return m.gather(flat, np.ravel(np.roll(places, shift, axis)))


def diff(m: Any, flat: Any, places: Any, axis: int) -> Any:
    first, last = (np.moveaxis(places, axis, 0)[part] for part in (slice(-1), slice(1, None)))
    first, last = (np.ravel(np.moveaxis(part, 0, axis)) for part in (first, last))
    return m.gather(flat, last) - m.gather(flat, first)


def triangle(m: Any, flat: Any, places: Any, k: int, upper: bool) -> Any:
    inside = places[(np.triu if upper else np.tril)(np.ones(places.shape), k) != 0]
    return m.scatter(m.gather(flat, inside), inside, places.size)


def windows(m: Any, flat: Any, places: Any, window: Any, axes: Any) -> Any:
    return m.gather(flat, np.lib.stride_tricks.sliding_window_view(places, window, axes).flatten())


def overlapped(m: Any, flat: Any, places: Any, window: Any, axes: Any) -> Any:
    shape = [*places.shape[: places.ndim - len(window)]]
    for k, size in zip(axes, window, strict=True):
        shape[k] += size - 1
    whole = np.arange(math.prod(shape)).reshape(shape)
    seen = np.lib.stride_tricks.sliding_window_view(whole, window, axes)
    return m.scatter(flat, seen.flatten(), whole.size)


MOVED: dict[str, Made] = {f.__name__: f for f in (roll, diff, triangle, windows, overlapped)}


def swap(n: Any, x: Any) -> Any:
    return n.swapaxes(x, -1, -2)


def packed(n: Any, values: Any, *matrices: Any) -> Any:
    return n.concatenate([values[..., None, :], *matrices], -2)


def running(f: str) -> Made:
    """Return sums or products of all elements up to each one, from the end where `reverse`."""

    def apply(n: Any, x: Any, axis: int, reverse: bool) -> Any:
        if not reverse:
            return getattr(n, f)(x, axis)
        return n.flip(getattr(n, f)(n.flip(x, axis), axis), axis)

    return apply


def prod(n: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    for k in sorted(axes_of(axis, x.ndim), reverse=True):
        x = n.prod(x, k, keepdims=keepdims)
    return x


def ordered(n: Any, x: Any, by: Any, axis: int, ranks: Any, whole: bool = False) -> Any:
    places = n.argsort(by, axis)
    if ranks is not None and not whole:
        places = n.take(places, np.atleast_1d(ranks), axis)
    return n.take_along_axis(x, places, axis)


def signal(m: Any, z: Any, n: int, axis: int, size: int) -> Any:
    k, j = np.arange(n // 2 + 1), np.arange(size)[:, None]
    angles = 2.0 * np.pi * j * k / n
    parts = np.stack([np.cos(angles), -np.sin(angles)]) * (j < n)
    real, imag = m.asarray(parts, dtype=z.dtype)
    moved = m.moveaxis(z, axis + 1, -1)
    y = m.einsum("...k,jk->...j", moved[0], real) + m.einsum("...k,jk->...j", moved[1], imag)
    return m.moveaxis(y, -1, axis)


def horner(n: Any, p: Any, x: Any) -> Any:
    y = n.zeros_like(x)
    for k in range(p.shape[0]):
        y = y * x + p[k]
    return y


def recurrence(n: Any, x: Any, a: Any, axis: int, reverse: bool) -> Any:
    x, a = (n.moveaxis(v, axis, 0) for v in n.broadcast_arrays(x, a))
    order = range(x.shape[0])
    rows: list[Any] = []
    for k in reversed(order) if reverse else order:
        rows.append(x[k] + a[k] * rows[-1] if rows else x[k])
    return n.moveaxis(n.stack(rows[::-1] if reverse else rows), 0, axis)


def fourier(m: Any, x: Any, n: int, axis: int) -> Any:
    y = m.fft.rfft(x, n, axis)
    return m.stack([m.real(y), m.imag(y)])


def svd(n: Any, a: Any) -> Any:
    u, s, v = n.linalg.svd(a, full_matrices=False)
    return packed(n, s, u, swap(n, v))


WRITTEN: dict[str, Made] = {
    "einsum": lambda n, *xs, subscripts: n.einsum(subscripts, *xs),
    "inv": lambda n, a: n.linalg.inv(a),
    "inv_lower": lambda n, a: n.tril(n.linalg.inv(n.tril(a))),
    "solve": lambda n, a, b: n.linalg.solve(a, b),
    "det": lambda n, a: n.linalg.det(a),
    "logabsdet": lambda n, a: n.linalg.slogdet(a)[1],
    "detsign": lambda n, a: n.linalg.slogdet(a)[0],
    "cholesky": lambda n, a: n.linalg.cholesky(0.5 * (a + swap(n, a))),
    "eigh": lambda n, a, uplo: packed(n, *n.linalg.eigh(a, uplo)),
    "svd": svd,
    "polar": lambda n, a: n.matmul(*n.linalg.svd(a, full_matrices=False)[::2]),
    "nuclear": lambda n, a: n.linalg.svd(a, full_matrices=False)[1].sum(-1),
    "qr": lambda n, a: n.concatenate([*n.linalg.qr(a)], -2),
    "pinv": lambda n, a, rcond: n.linalg.pinv(a, 1e-15 if rcond is None else rcond),
    "fourier": fourier,
    "signal": signal,
    "horner": horner,
    "cumsum": running("cumsum"),
    "cumprod": running("cumprod"),
    "prod": prod,
    "ordered": ordered,
    "convolve": lambda n, x, z: n.convolve(x, z),
    "correlate": lambda n, x, z: n.correlate(x, z),
    "ends": lambda n, x: n.stack([n.min(x), n.max(x)]),
    "recurrence": recurrence,
}


STRUCTURAL = {
    "total", "dot", "matmul", "sum", "mean", "max", "min", "ties", "broadcast", "reshape", "transpose",
    "take", "scatter", "concatenate", "cast",
}  # fmt: skip


def structural(m: Any, node: Any, operands: list[Any], xs: list[Any]) -> Any:
    """Return a multilinear row of the table in a dialect; all shapes are known."""
    params, x = node.params, xs[0]
    shape = operands[0].shape
    match node.op:
        case "total":
            return _added(xs)
        case "dot":
            n = len(xs) // 2
            return _added([w * x for w, x in zip(xs[:n], xs[n:], strict=True)])
        case "matmul":
            return m.matmul(*xs)
        case "sum" | "mean" | "max" | "min":
            axes = axes_of(params["axis"], len(shape))
            if not axes:
                return x
            if node.op in ("max", "min"):
                sign = 1.0 if node.op == "max" else -1.0
                return sign * m.max(sign * x, axes, params["keepdims"])
            y = m.sum(x, axes, params["keepdims"])
            return y if node.op == "sum" else y * (1.0 / math.prod(shape[i] for i in axes))
        case "ties":
            axes = axes_of(params["axis"], len(shape))
            sign = 1.0 if params["largest"] else -1.0
            top = m.max(sign * x, axes, True)
            hit = m.where(m.equal(sign * x, top), 1.0, 0.0)
            return hit / m.sum(hit, axes, True)
        case "broadcast":
            return m.broadcast(x, node.shape)
        case "reshape":
            return m.reshape(x, node.shape)
        case "transpose":
            return m.transpose(x, params["axes"])
        case "take":
            places = np.arange(math.prod(shape)).reshape(shape)[params["index"]]
            flat = m.gather(m.reshape(x, (math.prod(shape),)), np.ravel(places))
            return m.reshape(flat, node.shape)
        case "scatter":
            places = np.arange(math.prod(node.shape)).reshape(node.shape)[params["index"]]
            flat = m.reshape(x, (math.prod(shape),))
            size = math.prod(node.shape)
            return m.reshape(m.scatter(flat, np.ravel(places), size), node.shape)
        case "concatenate":
            return m.concatenate(xs, params["axis"] % len(node.shape))
        case "cast":
            return m.cast(x, params["dtype"])
    shapes = [x.shape for x in operands]
    return written(m, node.op, dict(params), xs, shapes, node.shape)


def _added(xs: list[Any]) -> Any:
    y = xs[0]
    for x in xs[1:]:
        y = y + x
    return y


def writes(m: Any, op: str, params: Params) -> bool:
    """Return whether a dialect has a row on whole arrays."""
    if op == "ordered" and params.get("whole"):
        return False  # of a partition the library's own differs
    return op in STRUCTURAL or op in MOVED or (op in WRITTEN and m.arrays is not None)


def written(m: Any, op: str, params: Params, xs: list[Any], shapes: list[Any], shape: Any) -> Any:
    """Return a row on whole arrays in a dialect."""
    if op not in MOVED:
        return WRITTEN[op](m.arrays, *xs, **params)
    places = np.arange(math.prod(shapes[0])).reshape(shapes[0])
    flat = m.reshape(xs[0], (places.size,))
    return m.reshape(MOVED[op](m, flat, places, **params), shape)
