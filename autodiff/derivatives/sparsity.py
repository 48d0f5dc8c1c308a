"""Which output depends on which input: the sparsity pattern of a Jacobian, read off the graph.

Each row's kind says which elements of an operand an element of its result is made from: a pointwise
row its own place, a row that moves elements the place where it is told to by numbers that are moved
instead of them, a sum all that it adds up, a product of matrices a row and a column. A row of which
nothing is known depends on all. Going from the inputs on, the sets add up; a pattern may hold a place
that turns out to be 0, and never lacks one that does not.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.nodes.lanes.rules import apply
from autodiff.nodes.tensor import Tensor
from autodiff.table.primitive import Multilinear, Pointwise

MOVING = {"broadcast", "reshape", "transpose", "take", "cast", "concatenate"}
ADDING = {"sum", "mean", "max", "min"}
TRIED = 1 << 20  # numbers in the matrix of a row that is tried out


def size_of(x: Node) -> int:
    """Return how many numbers a node has."""
    return x.size if isinstance(x, Tensor) else 1


def dependence(inputs: Sequence[Node], outputs: Sequence[Node], order: Sequence[Node]) -> Any:
    """Return a boolean SciPy matrix: outputs below each other, inputs side by side.

    `order` are the computed nodes between them, oldest first.
    """
    sparse = scipy_sparse()
    columns = sum(map(size_of, inputs))
    known: dict[Node, Any] = {}
    start = 0
    for x in inputs:
        n = size_of(x)
        where = np.arange(n), np.arange(start, start + n)
        known[x] = sparse.csr_array((np.ones(n, dtype=bool), where), shape=(n, columns))
        start += n
    for node in order:
        for i, operand in enumerate(node.parents):
            if operand in known and not silent(node, i):
                part = through(node, i, known[operand], sparse)
                known[node] = known[node] + part if node in known else part
    parts = [known.get(y, sparse.csr_array((size_of(y), columns), dtype=bool)) for y in outputs]
    return sparse.csr_array(sparse.vstack(parts, format="csr", dtype=bool))


def scipy_sparse() -> Any:
    """Return SciPy's sparse arrays, or say which extra installs them."""
    return require("scipy.sparse", "scipy", "a sparse Jacobian")


def silent(node: Node, i: int) -> bool:
    """Return whether the derivative with respect to operand `i` is 0 whatever the numbers are."""
    row: Any = node.primitive
    if isinstance(row, Pointwise):
        rule = row.partials[i]
        if rule is None:
            return True
        d = rule(_number(node), *map(_number, node.parents)) if row.arity == 1 else 1.0
        return type(d) is float and d == 0.0 and _constant(rule)
    return bool(row.name == "ties")


def _constant(rule: Any) -> bool:
    """Return whether a partial is written as a number."""
    return not rule.__code__.co_names and not rule.__code__.co_freevars


def _number(x: Node) -> Any:
    return x._array if isinstance(x, Tensor) else x._data


def through(node: Node, i: int, known: Any, sparse: Any) -> Any:
    """Return what the node's elements depend on by way of operand `i`."""
    row: Any = node.primitive
    operand = node.parents[i]
    m, n = size_of(node), size_of(operand)
    if m == 1 or n == 1 or not n or not m:
        places = None
    elif isinstance(row, Pointwise):
        numbers = np.arange(n).reshape(operand.shape)
        return gathered(known, np.broadcast_to(numbers, node.shape).ravel())
    else:
        places = LOCAL.get(row.name, tried)(node, i)
        if isinstance(places, np.ndarray):
            return gathered(known, places)
    if places is None:
        places = np.repeat(np.arange(m), n), np.tile(np.arange(n), m)
        if n > 1:  # the union of all, once for every element
            whole = sparse.csr_array(np.ones((1, n), dtype=bool)) @ known
            return gathered(sparse.csr_array(whole, dtype=bool), np.zeros(m, dtype=int))
        return gathered(known, np.zeros(m, dtype=int))
    local = sparse.csr_array((np.ones(len(places[0]), dtype=bool), places), shape=(m, n))
    return sparse.csr_array(local @ known, dtype=bool)


def gathered(known: Any, places: Any) -> Any:
    """Return one row of `known` for each place, an empty one for -1."""
    found = known[np.maximum(places, 0)]
    if (places < 0).any():
        keep = np.repeat(places >= 0, np.diff(found.indptr))
        counts = np.where(places >= 0, np.diff(found.indptr), 0)
        found = type(found)(
            (found.data[keep], found.indices[keep], np.r_[0, np.cumsum(counts)]), shape=found.shape
        )
    return found


def moved(node: Any, i: int) -> Any:
    """Return, for each element of the result, which element of the operand it is; -1 for none."""
    row: Any = node.primitive
    numbers = [
        np.arange(x.size, dtype=float).reshape(x.shape) if k == i else np.full(x.shape, -1.0)
        for k, x in enumerate(node.parents)
    ]
    params = node.params if row.name != "cast" else {"dtype": np.dtype(float)}
    return row.array(*numbers, **params).ravel().astype(np.intp)


def added(node: Any, i: int) -> Any:
    """Return the places (result, operand) of a row that adds up, or chooses, along axes."""
    x = node.parents[0]
    axis = node.params["axis"]
    kept = np.sum(np.broadcast_to(0.0, x.shape), axis=axis, keepdims=True).shape
    numbers = np.broadcast_to(np.arange(node.size).reshape(kept), x.shape)
    return numbers.ravel(), np.arange(x.size)


def scattered(node: Any, i: int) -> Any:
    """Return the places of a row that adds elements into zeros."""
    places = np.arange(node.size).reshape(node.shape)[node.params["index"]]
    return np.ravel(places), np.arange(node.parents[0].size)


def multiplied(node: Any, i: int) -> Any:
    """Return the places of a product of matrices: element (i, j) has row i and column j."""
    a, b = node.parents
    left = np.arange(a.size).reshape(a.shape if a.ndim > 1 else (1, *a.shape))
    right = np.arange(b.size).reshape(b.shape if b.ndim > 1 else (*b.shape, 1))
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    shape = (*batch, left.shape[-2], right.shape[-1], left.shape[-1])
    numbers = left[..., :, None, :] if i == 0 else np.swapaxes(right, -1, -2)[..., None, :, :]
    return np.repeat(np.arange(node.size), shape[-1]), np.broadcast_to(numbers, shape).ravel()


def tried(node: Any, i: int) -> Any:
    """Return the places of a linear row by applying it to unit arrays; None where that is too large."""
    row: Any = node.primitive
    x = node.parents[i]
    if not isinstance(row, Multilinear) or row.tangents or x.size * node.size > TRIED:
        return None
    draw = np.random.default_rng(0)
    others = [draw.uniform(0.5, 1.5, size=z.shape) for z in node.parents]
    unit = np.eye(x.size).reshape(x.size, *x.shape)
    args = [unit if k == i else z for k, z in enumerate(others)]
    flags = [k == i for k in range(len(args))]
    found = np.asarray(apply(row, x.size, args, flags, node.params)).reshape(x.size, node.size)
    column, place = np.nonzero(found)
    return place, column


LOCAL: dict[str, Any] = {
    "scatter": scattered,
    "matmul": multiplied,
    **dict.fromkeys(MOVING, moved),
    **dict.fromkeys(ADDING, added),
}


def signature(inputs: Sequence[Node], outputs: Sequence[Node], order: Sequence[Node]) -> bytes:
    """Return what two graphs share that have the same pattern."""
    place = {x: k for k, x in enumerate([*inputs, *order])}
    text = hashlib.blake2b(digest_size=16)
    for node in order:
        row: Any = node.primitive
        text.update(repr((row.name, node.shape, [place.get(x, -1) for x in node.parents])).encode())
        for value in node.params.values():
            for part in value if isinstance(value, tuple) else (value,):
                known = isinstance(part, np.ndarray)
                text.update(part.tobytes() if known else repr(part).encode())
    text.update(repr([(place.get(y, -1), y.shape) for y in (*inputs, *outputs)]).encode())
    return text.digest()
