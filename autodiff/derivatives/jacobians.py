"""Jacobians and Hessians: all directions in one pass.

A column of a Jacobian is the rate of change along one unit direction, a row the cotangent that one
output sends back. `jacfwd` and `jacrev` carry all of them through the graph together, as lanes in
front of every array, in blocks of directions where memory asks for it. The Hessian is the Jacobian of
the gradient. Graphs of Values alone are swept once an output, which is quicker there.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Call, Function, function, is_node
from autodiff.derivatives.colouring import Sparse, in_full
from autodiff.derivatives.forward import tangents
from autodiff.derivatives.reverse import Node, adjoints, computed
from autodiff.derivatives.transforms import grad
from autodiff.nodes.functions import concatenate, own, zero
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar
from autodiff.table.quiet import quietly

LIMIT_BYTES = 1 << 30  # of a dense matrix
BLOCK = 1 << 18  # numbers in the largest array of one pass


def size_of(x: Any) -> int:
    """Return how many numbers a node, an array or a number is."""
    return math.prod(getattr(x, "shape", ()))


def check_size(what: str, rows: int, columns: int) -> None:
    """Raise a MemoryError for a matrix beyond the cap."""
    if 8 * rows * columns > LIMIT_BYTES:
        raise MemoryError(
            f"{what}: {rows} x {columns} numbers need {8 * rows * columns / 2**30:.1f} GiB, more "
            f"than the cap of {LIMIT_BYTES / 2**30:.0f} GiB; use vjp, jvp or hvp, which never form "
            f"the matrix, or sparse=True where most of it is zero"
        )


def blocks(count: int, order: Sequence[Node]) -> Iterator[range]:
    """Yield the directions that go through the graph together."""
    widest = max([size_of(node) for node in order], default=1)
    step = max(1, BLOCK // max(widest, 1))
    for start in range(0, count, step):
        yield range(start, min(start + step, count))


def units(shape: tuple[int, ...], block: range, dtype: Any = float) -> Any:
    """Return the unit arrays of a shape whose numbers are in `block`, one a lane."""
    found = np.zeros((len(block), math.prod(shape)), dtype=dtype)
    found[np.arange(len(block)), np.asarray(block)] = 1.0
    return found.reshape(len(block), *shape)


def pull_lanes(y: Tensor, xs: Sequence[Node], seeds: Any, as_nodes: bool) -> list[Any]:
    """Return, lane by lane, the cotangents that `seeds` of y send to the inputs."""
    start = Lanes(constant(seeds) if as_nodes else seeds)
    total = quietly(adjoints, [y], [start], as_nodes, set(xs))
    return [in_full(total.get(x), x, len(seeds), as_nodes) for x in xs]


def push_lanes(ys: Sequence[Node], x: Node, directions: Any, as_nodes: bool) -> list[Any]:
    """Return, lane by lane, the tangents of the outputs when x moves along `directions`."""
    move = Lanes(constant(directions) if as_nodes else directions)
    found = tangents(ys, [x], [move], as_nodes)
    return [in_full(t, y, len(directions), as_nodes) for y, t in zip(ys, found, strict=True)]


def joined(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Put blocks of lanes together; the lanes get the shape `shape`."""
    whole = parts[0]
    if len(parts) > 1:
        whole = concatenate(list(parts)) if is_node(whole) else np.concatenate(parts)
    return whole.reshape((*shape, *whole.shape[1:]))


def jacrev(f: Function, argnums: Any = 0) -> Function:
    """Return the Jacobian function, by going backward from all output elements together.

    The result has the output's shape followed by the argument's.

    >>> jacrev(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return backwards("jacobian", function("jacobian", f), argnums)


def backwards(what: str, f: Function, argnums: Any) -> Function:
    """Return the Jacobian function by going backward, under the name that its errors have."""

    def evaluate(*args: Any, **options: Any) -> Any:
        call = Call(what, f, args, argnums, options)
        columns = sum(size_of(x) for x in call.inputs)

        def of(y: Any) -> Any:
            if not is_node(y):
                return call.rebuild_inputs([unmoved(y, x, call.nested) for x in call.inputs])
            if type(y) is Value:
                return call.rebuild_inputs(call.pull(y))
            check_size(what, y.size, columns)
            return call.rebuild_inputs(rows_of(y, call.inputs, call.nested))

        return call.rebuild_outputs([of(y) for y in call.outputs])

    return evaluate


def rows_of(y: Tensor, xs: Sequence[Node], as_nodes: bool) -> list[Any]:
    """Return the Jacobian of y with respect to each input."""
    order = computed([y], scalars=True)
    passes = [
        pull_lanes(y, xs, units(y.shape, block, y.dtype), as_nodes)
        for block in blocks(y.size, order)
    ] or [[in_full(None, x, 0, as_nodes) for x in xs]]
    found = [joined(parts, y.shape) for parts in zip(*passes, strict=True)]
    return found if as_nodes else own(found)


def jacfwd(f: Function, argnums: Any = 0) -> Function:
    """Return the Jacobian function, by going forward from all input elements together.

    >>> jacfwd(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    function("jacobian", f)

    def evaluate(*args: Any, **options: Any) -> Any:
        call = Call("jacobian", f, args, argnums, options)
        rows = sum(size_of(y) for y in call.outputs)
        check_size("jacobian", rows, sum(size_of(x) for x in call.inputs))
        found = [columns_of(call.outputs, x, call.nested) for x in call.inputs]
        return call.rebuild_outputs(
            [call.rebuild_inputs([c[i] for c in found]) for i in range(len(call.outputs))]
        )

    return evaluate


def columns_of(outputs: Sequence[Any], x: Node, as_nodes: bool) -> list[Any]:
    """Return the Jacobian of each output with respect to x."""
    ys = [y for y in outputs if is_node(y)]
    if isinstance(x, Value):  # one direction
        moved = tangents(ys, [x], [scalar(1.0) if as_nodes else np.ones(())], as_nodes)
        found = iter([moving(t, y, as_nodes) for t, y in zip(moved, ys, strict=True)])
    else:
        order = [*computed(ys, scalars=True), x]
        passes = [
            push_lanes(ys, x, units(x.shape, block, x.dtype), as_nodes)
            for block in blocks(x.size, order)
        ] or [[in_full(None, y, 0, as_nodes) for y in ys]]
        wholes = [joined(parts, x.shape) for parts in zip(*passes, strict=True)]
        found = iter([to_the_back(whole, x.ndim) for whole in wholes])
    return [next(found) if is_node(y) else unmoved(y, x, as_nodes) for y in outputs]


def unmoved(y: Any, x: Node, as_nodes: bool) -> Any:
    """Return the derivative of an output that is a plain number or array, and so depends on nothing."""
    if not np.ndim(y):
        return zero(x, as_nodes)
    zeros = np.zeros((*np.shape(y), *x.shape))
    return constant(zeros) if as_nodes else zeros


def moving(t: Any, y: Node, as_nodes: bool) -> Any:
    """Return the rate of change of one output along one direction."""
    if t is None:
        return zero(y, as_nodes)
    return float(t) if type(y) is Value and not as_nodes else t


def to_the_back(whole: Any, k: int) -> Any:
    """Return an array with its first k axes behind the others."""
    rank = len(whole.shape)
    if not k or k == rank:
        return whole
    axes = (*range(k, rank), *range(k))
    return whole.transpose(*axes) if is_node(whole) else np.ascontiguousarray(whole.transpose(axes))


def jacobian(f: Function, argnums: Any = 0, sparse: bool = False) -> Function:
    """Return the Jacobian function; see `jacrev`.

    With `sparse=True` it is a SciPy sparse array of (numbers of the output, numbers of the argument),
    one for each pair of them; the pattern is read off the graph, and as few directions are computed
    as its colouring asks for. `sparsity` shows the pattern.

    >>> print(jacobian(lambda x: x * x, sparse=True)(np.array([1.0, 2.0])).toarray())
    [[2. 0.]
     [0. 4.]]
    """
    return Sparse(function("jacobian", f), argnums) if sparse else jacrev(f, argnums)


def hessian(f: Function, argnums: Any = 0, sparse: bool = False) -> Function:
    """Return the matrix of second derivatives of a function that returns one number.

    With `sparse=True` it is a SciPy sparse array, as in `jacobian`.

    >>> hessian(lambda x: (x * x * x).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    slope = grad(function("hessian", f), argnums)
    return Sparse(slope, argnums, "hessian") if sparse else backwards("hessian", slope, argnums)
