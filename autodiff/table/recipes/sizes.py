"""How many numbers the result of an operation has at most, before it is computed.

Who records what a stranger's file asks for looks at this first: a few bytes can name a shape that fills
the memory. Most results are no larger than the operands; those that can be are named here.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autodiff.table.primitive import Pointwise, Primitive


def largest(row: Primitive, shapes: Sequence[tuple[int, ...]], params: Mapping[str, Any]) -> int:
    """Return how many numbers the result of an operation has at most; a row that grows is named here."""
    if row.name in ("broadcast", "scatter"):
        return int(math.prod(map(abs, params["shape"])))
    if isinstance(row, Pointwise):
        return math.prod(np.broadcast_shapes(*shapes))
    if row.name in ("matmul", "solve"):
        a, b = shapes
        inner = b[-2:] if row.name == "solve" else a[-2:-1] + (b[-1:] if len(b) > 1 else ())
        return math.prod((*np.broadcast_shapes(a[:-2], b[:-2]), *inner))
    if row.name == "einsum":
        terms, _, output = params["subscripts"].partition("->")
        letters = zip(terms.replace(",", ""), sum(shapes, ()), strict=True)
        sizes = dict(sorted(letters, key=lambda pair: pair[1]))
        return math.prod(sizes[c] for c in output)
    if row.name in ("fourier", "signal"):
        length = 2 * max(abs(params["n"]), abs(params.get("size", 0))) + 4
        return int(length * math.prod(shapes[0]) // max(1, shapes[0][params["axis"]]))
    if row.name == "windows":
        return int(math.prod(shapes[0]) * math.prod(params["window"]))
    if row.name == "take":
        return taken(shapes[0], params["index"])
    if row.name == "moments":
        return int(max(0, params["n"]) * max(1, min(math.prod(shapes[0]), 32)))
    if row.name == "ordered" and params["ranks"] is not None:
        return max(1, len(params["ranks"])) * math.prod(shapes[0])
    if row.name in ("svd", "qr", "eigh"):  # factors one above the other
        return 3 * math.prod(shapes[0]) + max(shapes[0][-2:])
    return sum(map(math.prod, shapes)) + 1


def taken(shape: tuple[int, ...], index: Any) -> int:
    """Return how many elements an index takes from an array of a shape, by slices alone."""
    basic, spots = [], [()]
    for p in index if isinstance(index, tuple) else (index,):
        if isinstance(p, list | np.ndarray):
            p = np.asarray(p)
            chooses = p.dtype == bool
            spots.append((int(np.count_nonzero(p)),) if chooses else p.shape)
            basic += [slice(0, 1)] * (p.ndim if chooses else 1)
        else:
            basic.append(p)
    rest = np.broadcast_to(np.zeros(()), shape)[tuple(basic)].size
    return math.prod(np.broadcast_shapes(*spots)) * rest
