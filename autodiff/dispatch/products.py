"""numpy's products of arrays on nodes: dot, outer, tensordot, and einsum in every spelling.

An einsum is brought to rows of one or two operands. numpy's path finder says in which order many are
multiplied; each product of two is one row, so a gradient costs two products for each of the forward
pass, and what lies between is kept.
"""

import math
import string
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autodiff.dispatch.entries import refused, stands_for
from autodiff.dispatch.moves import as_type, axes_within
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.recipes import ARRAY, AXED, FACTOR, LIKE, MATRIX, VECTOR, Several, one_of, real

LETTERS = string.ascii_letters


def stretched(a: Any, b: Any) -> Any:
    """Return an array times one number; 0 times a vector or a matrix is 0 for BLAS, whatever is in it."""
    one, other = (b, a) if a.ndim else (a, b)
    return (ops.chain if 0 < other.ndim < 3 else ops.mul)(one, other)


@stands_for(np.dot, signature="(a, b, out=None)", a=ARRAY, b=FACTOR)
def dot(a: Any, b: Any) -> Any:
    """Return numpy's dot: the last axis of a with the last but one of b."""
    a, b = tensor(a), tensor(b)
    if not a.ndim or not b.ndim:
        return stretched(a, b)
    if b.ndim < 3 and (b.ndim == 1 or a.ndim <= 2):
        return ops.matmul(a, b)
    return tensordot(a, b, ((-1,), (-min(b.ndim, 2),)))


@stands_for(np.vdot, signature="(a, b)", a=ARRAY, b=LIKE)
def vdot(a: Any, b: Any) -> Any:
    """Return the sum of all products of elements in the same place."""
    return ops.matmul(tensor(a).reshape(-1), tensor(b).reshape(-1))


@stands_for(np.inner, signature="(a, b)", a=ARRAY, b=LIKE)
def inner(a: Any, b: Any) -> Any:
    """Return the sums of products over the last axes of both."""
    a, b = tensor(a), tensor(b)
    if not a.ndim or not b.ndim:
        return stretched(a, b)
    return tensordot(a, b, ((-1,), (-1,)))


@stands_for(np.outer, a=ARRAY, b=VECTOR)
def outer(a: Any, b: Any) -> Any:
    """Return the matrix of the products a_i b_j."""
    return tensor(a).reshape(-1, 1) @ tensor(b).reshape(1, -1)  # back are products, too


@stands_for(np.tensordot, a=AXED, b=LIKE, axes=one_of(0, 1, ((0,), (0,)), ([-1], [-1])))
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the sums of products over `axes` of a and b, as one matrix product."""
    a, b = tensor(a), tensor(b)
    if isinstance(axes, int | np.integer):
        axes = tuple(range(-int(axes), 0)), tuple(range(int(axes)))
    left, right = (
        axes_within(tuple(np.atleast_1d(given).tolist()), x.ndim)
        for x, given in zip((a, b), axes, strict=True)
    )
    shared = [tuple(x.shape[i] for i in ks) for x, ks in ((a, left), (b, right))]
    if shared[0] != shared[1]:
        raise ValueError(
            f"np.tensordot: the axes {left} of {a.shape} and {right} of {b.shape} differ in size"
        )
    rows = tuple(i for i in range(a.ndim) if i not in left)
    columns = tuple(i for i in range(b.ndim) if i not in right)
    if a.ndim == b.ndim == len(left) == 1:
        return ops.matmul(a, b)
    n = math.prod(shared[0])
    first = a.transpose(*rows, *left) if a.ndim else a
    second = b.transpose(*right, *columns) if b.ndim else b
    height, width = (math.prod(x.shape[i] for i in ks) for x, ks in ((a, rows), (b, columns)))
    product = first.reshape(height, n) @ second.reshape(n, width)
    return product.reshape(*(a.shape[i] for i in rows), *(b.shape[i] for i in columns))


@stands_for(
    np.einsum,
    signature="(subscripts, *operands, out=None, optimize=False, dtype=None, order='K', casting='safe')",
    subscripts=real("ij,ij->i", "ij,ij->", "...j,...j->...", "ij,ij"), operands=Several(MATRIX, 2),
)  # fmt: skip
def einsum(
    subscripts: Any, *operands: Any, optimize: Any = False, dtype: Any = None, casting: str = "safe"
) -> Any:
    """Return sums of products by letters: "ij,jk->ik", "...ij,...j", "ii", or lists of numbers."""
    if (
        dtype is not None and optimize is not False
    ):  # numpy heeds it in some orders of the products only
        raise refused(np.einsum, "dtype")
    given = (subscripts, *operands)
    text, arrays = given[0], list(given[1:])
    if not isinstance(text, str):
        text, arrays = by_numbers(given)
    xs = [as_type(tensor(x), dtype, casting) for x in arrays]
    checked(text, *(x.shape for x in xs))
    terms, output = spelled_out(text, [x.ndim for x in xs])
    pairs = [diagonal(x, term) for x, term in zip(xs, terms, strict=True)]
    return product([p[0] for p in pairs], [p[1] for p in pairs], output, optimize)


@lru_cache(maxsize=1024)
def checked(text: str, *shapes: tuple[int, ...]) -> None:
    """Let numpy say what is wrong with the letters, if anything is."""
    np.einsum_path(text, *(np.broadcast_to(np.zeros(()), s) for s in shapes), optimize=False)


def by_numbers(given: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return the letters for einsum(x, [0, 1], z, [1, 2], [0, 2])."""
    xs, lists = list(given[: len(given) // 2 * 2 : 2]), list(given[1::2])
    output = given[-1] if len(given) % 2 else None

    def letters(numbers: Any) -> str:
        return "".join("..." if k is Ellipsis else LETTERS[k] for k in numbers)

    text = ",".join(map(letters, lists))
    return (text if output is None else f"{text}->{letters(output)}"), xs


def spelled_out(text: str, ranks: list[int]) -> tuple[list[str], str]:
    """Return each operand's letters and the output's, with letters for every ellipsis."""
    inputs, arrow, output = text.replace(" ", "").partition("->")
    terms = inputs.split(",")
    unused = [c for c in LETTERS if c not in text]
    hidden = [
        n - len(t.replace("...", "")) if "..." in t else 0
        for t, n in zip(terms, ranks, strict=True)
    ]
    wide = "".join(unused[: max(hidden)])
    if not arrow:
        plain = inputs.replace("...", "").replace(",", "")
        once = "".join(c for c in sorted(set(plain)) if plain.count(c) == 1)
        output = ("..." if "..." in inputs else "") + once
    terms = [t.replace("...", wide[len(wide) - n :]) for t, n in zip(terms, hidden, strict=True)]
    return terms, output.replace("...", wide)


def diagonal(x: Any, term: str) -> tuple[Any, str]:
    """Return an operand with each letter once: a letter that it has twice takes the diagonal."""
    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            i, j = term.index(c), term.rindex(c)
            step = np.arange(x.shape[i])
            rest = [k for k in range(x.ndim) if k not in (i, j)]
            x = x.transpose(i, j, *rest)[step, step]
            term = c + "".join(term[k] for k in rest)
    return x, term


def product(xs: list[Any], terms: list[str], output: str, optimize: Any = True) -> Any:
    """Return the einsum of operands without repeated letters, two of them at a time."""
    for step in order_of(tuple(terms), tuple(x.shape for x in xs), output, optimize):
        chosen = [(xs.pop(i), terms.pop(i)) for i in sorted(step, reverse=True)]
        x, term = chosen.pop()
        while chosen:  # numpy may name more than two at once
            z, other = chosen.pop()
            needed = output + "".join([*terms, *(t for _, t in chosen)])
            kept = "".join(c for c in dict.fromkeys(term + other) if c in needed)
            wanted = kept if terms or chosen else output
            x, term = pair(x, term, z, other, wanted), wanted
        xs.append(x)
        terms.append(term)
    if terms[0] == output:
        return ops.identity(xs[0]) if not xs[0].parents else xs[0]
    return ops.einsum(xs[0], subscripts=f"{terms[0]}->{output}")


def pair(x: Any, a: str, z: Any, b: str, output: str) -> Any:
    """Return the product of two operands; an axis of size 1 stretches to that of the other."""
    sizes = {c: n for t, y in ((a, x), (b, z)) for c, n in zip(t, y.shape, strict=True) if n != 1}
    x, z = (
        ops.broadcast(y, shape=tuple(sizes.get(c, 1) if c in a and c in b else n
                                     for c, n in zip(t, y.shape, strict=True)))
        if any(n == 1 and c in a and c in b and sizes.get(c, 1) != 1
               for c, n in zip(t, y.shape, strict=True)) else y
        for t, y in ((a, x), (b, z))
    )  # fmt: skip
    return ops.einsum(x, z, subscripts=f"{a},{b}->{output}")


@lru_cache(maxsize=1024)
def _path(terms: tuple[str, ...], shapes: Any, output: str, optimize: Any) -> tuple[Any, ...]:
    arrays = [np.broadcast_to(np.zeros(()), s) for s in shapes]
    return tuple(np.einsum_path(f"{','.join(terms)}->{output}", *arrays, optimize=optimize)[0][1:])


def order_of(terms: tuple[str, ...], shapes: Any, output: str, optimize: Any) -> Any:
    """Return which operands are multiplied at each step."""
    if len(terms) < 3:
        return [(0, 1)] if len(terms) == 2 else []
    if isinstance(optimize, list | tuple) and optimize and optimize[0] == "einsum_path":
        return optimize[1:]
    wanted = optimize if isinstance(optimize, str) else "greedy"
    return _path(terms, shapes, output, wanted)
