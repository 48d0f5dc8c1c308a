"""einsum, the multilinear operation: sums of products of arrays whose axes have letters.

Its transposes are einsums again: what goes back to an operand is the product of the cotangent with all
others, by the letters of that operand. Here an einsum has one or two operands, no letter twice in one
of them and its output spelled out; numpy's other spellings are brought to this form where numpy is
called. Two operands are one product of matrices, batched over the letters that all three have, or one
loop of numpy's where the matrices would be too small to be worth it.
"""

import math
from functools import lru_cache, partial
from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, multilinear
from autodiff.table.recipes import LIKE, MATRIX, Recipe, one_of

SMALL = 64  # multiplications in a matrix product for which numpy's own loop is as fast


def einsum(*xs: Any, subscripts: str) -> Any:
    """Return the sums of products that `subscripts`, such as "ij,jk->ik", asks for."""
    inputs, _, output = subscripts.partition("->")
    terms = inputs.split(",")
    if len(xs) == 1:
        return _single(xs[0], terms[0], output)
    x, z = xs
    sizes = dict(zip(terms[0] + terms[1], x.shape + z.shape, strict=True))
    return _pair(x, z, terms[0], terms[1], output, sizes)


def _single(x: Any, term: str, output: str) -> Any:
    gone = tuple(i for i, c in enumerate(term) if c not in output)
    left = [c for c in term if c in output]
    y = x.sum(axis=gone) if gone else x
    return y.transpose([left.index(c) for c in output]) if left != list(output) else y


@lru_cache(maxsize=1024)
def _plan(a: str, b: str, output: str) -> tuple[str, str, str, str]:
    """Return the letters of a batch, of the rows, of the columns, and of what is summed."""
    batch = "".join(c for c in output if c in a and c in b)
    rows = "".join(c for c in output if c in a and c not in b)
    columns = "".join(c for c in output if c in b and c not in a)
    return batch, rows, columns, "".join(c for c in a if c in b and c not in output)


def _pair(x: Any, z: Any, a: str, b: str, output: str, sizes: dict[str, int]) -> Any:
    batch, rows, columns, summed = _plan(a, b, output)
    x = _single(x, a, "".join(c for c in a if c in batch + rows + summed))
    z = _single(z, b, "".join(c for c in b if c in batch + columns + summed))
    a = "".join(c for c in a if c in batch + rows + summed)
    b = "".join(c for c in b if c in batch + columns + summed)
    counts = [math.prod(sizes[c] for c in letters) for letters in (batch, rows, columns, summed)]
    n, m, k, inner = counts
    if not summed:
        return _spread(x, a, output) * _spread(z, b, output)
    if n > 1 and (m * k * inner < SMALL or m * k == 1):
        return np.einsum(f"{a},{b}->{output}", x, z)
    left = _single(x, a, batch + rows + summed).reshape(n, m, inner)
    right = _single(z, b, batch + summed + columns).reshape(n, inner, k)
    y = np.matmul(left, right) if n != 1 else np.matmul(left[0], right[0])
    shape = [sizes[c] for c in batch + rows + columns]
    return _single(y.reshape(shape), batch + rows + columns, output)


def _spread(x: Any, term: str, output: str) -> Any:
    """Return x with its axes in the output's order and one of size 1 for each letter it lacks."""
    y = _single(x, term, "".join(c for c in output if c in term))
    return y[tuple(slice(None) if c in term else None for c in output)]


def einsum_transpose(i: int, g: Any, *xs: Any, subscripts: str) -> Any:
    """Return the einsum of the cotangent and the other operands, by operand i's letters."""
    inputs, _, output = subscripts.partition("->")
    terms = inputs.split(",")
    term, rest = terms[i], [*terms[:i], *terms[i + 1 :]]
    there = "".join(c for c in term if c in output + "".join(rest))
    others = [*xs[:i], *xs[i + 1 :]]
    y = TABLE["einsum"](*others, g, subscripts=f"{','.join([*rest, output])}->{there}")
    if there == term:
        return y
    kept = tuple(n if c in there else 1 for c, n in zip(term, xs[i].shape, strict=True))
    return TABLE["broadcast"](TABLE["reshape"](y, shape=kept), shape=xs[i].shape)


multilinear(
    "einsum", einsum, partial(einsum_transpose, 0), partial(einsum_transpose, 1),
    tex=r"\operatorname{{einsum}}({0}, \ldots)",
    doc="sums of products by letters, of one or two arrays, such as ij,jk->ik",
    recipe=Recipe(a=MATRIX, b=LIKE, subscripts=one_of("ij,ij->i", "ij,kj->ik", "ij,ij->", "ij,kl->lkij")),
)  # fmt: skip
