"""Reverse mode: from an output back to everything it was computed from.

`send` is the loop, `adjoints` what calls it. Nodes are taken newest first, so when a node's turn comes
its own cotangent `g` is complete; each operand then gets `g * dy/dx` (a pointwise row) or the transpose of
`g` (a multilinear row) added to its own. The same loop serves two purposes: on the arrays that the
nodes saved it gives numbers; on the nodes themselves (`create_graph`) it records, so the gradient
can be differentiated again. A cotangent that is exactly zero sends nothing on, whatever the local
derivative is: 0 * inf is 0 here. Graphs of Values alone take the compiled way in `sweep`.
"""

from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
from numpy import ndarray

from autodiff.derivatives import sweep
from autodiff.nodes import modes
from autodiff.nodes.functions import own, seed_for, zero
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar
from autodiff.table import array_kernels, loops, ops, structure, tree
from autodiff.table import loops as pulls
from autodiff.table.data import freed
from autodiff.table.primitive import ROWS, Kept, Multilinear, Pointwise
from autodiff.table.quiet import SILENT, now, put

Node = Value | Tensor
NODES = (Tensor, Value)
FIRST: Any = itemgetter(0)
PRINTED = {rule for row in ROWS[: ops.BUILTIN] for rule in getattr(row, "partials", ())}


def needs_grad(node: Node) -> bool:
    """Return whether gradients flow to the node: all but constants and what comes of them alone."""
    if type(node) is Tensor:
        t = node
        return t.needs_grad
    return not node.is_constant


def computed(roots: Sequence[Node], scalars: bool, after: int = 0) -> list[Node]:
    """Return the computed nodes that the roots depend on, newest first.

    Without `scalars`, Values are left out (they are swept by themselves), and all up to `after`.
    """
    seen: set[Node] = set()
    order: list[Node] = []
    before, in_order = 1 << 62, not scalars  # in order, as layers are, no node is met twice
    pending = list(roots)
    for node in pending:
        if type(node) is Tensor:
            t = node
            if not t.needs_grad or t.primitive is None or t.seq == before or t.seq <= after:
                continue
            if in_order and t.seq > before:
                in_order = False
                seen.update(order)
            if not in_order:
                if t in seen:
                    continue
                seen.add(t)
            if not t.parents:
                raise freed(t)
            before = t.seq
            order.append(t)
            pending += t.parents
        elif (
            scalars and node.seq > after and needs_grad(node) and node.parents and node not in seen
        ):
            seen.add(node)
            order.append(node)
            pending.extend(node.parents)
    if not in_order:
        order.sort(key=attrgetter("seq"), reverse=True)
    return order


def adjoints(
    roots: Sequence[Node], seeds: Sequence[Any], create_graph: bool, wanted: Any = None,
    free: bool = False,
) -> dict[Node, Any]:  # fmt: skip
    """Return the derivative of `sum seeds * roots` with respect to every node they depend on.

    Where only some are `wanted`, another's cotangent is forgotten once sent on. A seed may be Lanes.
    """
    total: dict[Node, Any] = {}
    for i, root in enumerate(roots):
        total[root] = total[root] + seeds[i] if root in total else seeds[i]
    order = computed(roots, create_graph or type(seeds[0]) is Lanes)
    send(order, total, create_graph, wanted, free)
    return total


def send(
    order: list[Any], total: dict[Node, Any], create_graph: bool, wanted: Any, free: bool = False
) -> None:
    """Send the cotangents in `total` on from the nodes of `order`, newest first; `free` forgets them."""
    fresh: dict[Node, Any] = {}  # cotangents in arrays that nothing else holds
    for k in range(len(order)):
        node: Any = order[k]
        g = total.get(node) if wanted is None or node in wanted else total.pop(node, None)
        if g is not None:
            again = node.primitive.again
            if again is not None:
                again(node, g, total, create_graph)
            elif node.primitive is ops.take and not create_graph and put_in(node, g, total, fresh):
                pass
            else:
                for i, operand in enumerate(node.parents):
                    if needs_grad(operand):
                        part = contribution(node, i, g, create_graph)
                        if part is not None:
                            before = total.get(operand)
                            total[operand] = part if before is None else before + part
        if free:
            t = node
            t.parents = t.saved = ()
            t.kept = order[k] = None


def put_in(node: Any, g: Any, total: dict[Node, Any], fresh: dict[Node, Any]) -> bool:
    """Add a part's cotangent to what its whole has already, without zeros around it, and say whether.

    A loop over the rows of an array costs one array so, not one a row. The bits are those of a sum.
    """
    whole, index = node.parents[0], node.params["index"]
    before = total.get(whole)
    if type(before) is not ndarray or before.dtype != g.dtype or not structure.sliced(index):
        return False
    after: Any = before if fresh.get(whole) is before else before + 0.0
    after[index] = before[index] + g
    fresh[whole] = total[whole] = after
    return True


def contribution(node: Node, i: int, g: Any, create_graph: bool = False) -> Any:
    """Return what operand `i` receives from a node with cotangent `g`; None where nothing flows.

    A Tensor's arrays are those it was recorded with; with `create_graph` the nodes themselves serve.
    """
    y: Any
    xs: tuple[Any, ...]
    if type(node) is Tensor and not create_graph:
        t = node
        row, operand, y, params = t.primitive, t.parents[i], t._array, t.params
        xs = t.saved if t.kept is None else (Kept(t.saved[0], t.kept), *t.saved[1:])
    else:
        row, xs, y, params = node.primitive, node.parents, node, node.params
        operand = xs[i]
        if type(g) is Lanes and not create_graph:  # of a Value: one alone is swept elsewhere
            xs, y = tuple([x._data for x in xs]), node._data
    if isinstance(row, Pointwise):
        if row.still[i]:
            level = row.partials[i] is not None and type(g) is not Lanes
            return zero(operand, create_graph) if level else None
        rule: Any = row.partials[i]
        known = type(g) is ndarray and rule in PRINTED
        one = pulls.pulled(row, i, g, y, xs) if known else None  # compiled only
        part = scaled(g, rule(y, *xs)) if one is None else one
    else:
        assert isinstance(row, Multilinear)
        part = row.pull(i, g, y, xs, params)
        if part is None:
            return None
    if type(operand) is Value:
        return structure.sum_to(part, ()) if type(part) is not Value else part
    return like(part, operand)


def like(part: Any, operand: Any) -> Any:
    """Return a contribution in the operand's shape (undoing a broadcast) and dtype."""
    t = operand
    array = t._array
    if loops.alike(part, array):  # compiled only
        return part
    if part.shape != array.shape:
        part = structure.sum_to(part, array.shape)
    if part.dtype is not array.dtype and part.dtype != array.dtype:
        part = ops.cast(part, dtype=array.dtype)
    return part


def scaled(g: Any, d: Any) -> Any:
    """Return g * d, and 0 wherever g is exactly 0."""
    if type(d) is float:
        if d == 1.0:
            return g
        if d == -1.0:
            return -g
        if d - d == 0.0:
            return g * d
    if type(g) is ndarray:
        y = loops.chained(g, d)
        return array_kernels.chain(g, d) if y is None else y
    if type(g) is Lanes or modes.tracing():
        return ops.chain(g, d)
    product = g * d
    plain = product.data if isinstance(product, NODES) else product
    square = np.vdot(plain, plain)
    if square == square:
        return product
    lost = ((g.data if isinstance(g, NODES) else g) == 0) & np.isnan(plain)
    return ops.where(np.asarray(lost, dtype=float), g, product) if np.any(lost) else product


def numbers(ys: Any, seeds: Any, wanted: Any = None, free: bool = False) -> dict[Node, Any]:
    """Return the adjoints as arrays, without numpy's warnings."""
    before = now()
    try:
        put(SILENT)
        return adjoints(ys, seeds, False, wanted, free)
    finally:
        put(before)


def backward(y: Tensor, gradient: Any = None, free: bool = False) -> None:
    """Add the gradient of `y` to the leaves, set it afresh on every node in between."""
    seed = seed_for(y, gradient, "backward")
    total = numbers([y], [seed], () if free else None, free)
    values = [node for node in total if type(node) is Value]
    seeds = [float(total[node]) for node in values]
    arrays = [(node, total[node]) for node in total if type(node) is not Value]
    sweep.backward(values, seeds, free, arrays)


def gradient(
    y: Node, xs: Any, seed: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """Return dy/dx for each x of `xs`, as `transforms.gradient` says, whatever is around it."""
    create_graph, strict = bool(create_graph), bool(strict)
    if not isinstance(y, NODES):
        raise TypeError(f"gradient: y must be a Value or a Tensor, got {type(y).__name__}")
    alone = type(xs) is Tensor
    nodes, rebuild = ([xs], FIRST) if alone else tree.flatten(xs)
    for x in nodes:
        if not isinstance(x, NODES):
            raise TypeError(f"gradient: xs must hold nodes, found {type(x).__name__} {x!r:.60}")
    if create_graph:
        parts = recorded(y, nodes, seed)
    else:
        if modes.watched:
            modes.read_leaves(y)
        parts = pulled([y], [seed_for(y, seed, "gradient", False)], nodes)
    for i in range(len(nodes)):
        if parts[i] is None:
            if strict:
                raise ValueError(
                    f"gradient: the output does not depend on {nodes[i]!r}; without strict it is 0"
                )
            parts[i] = zero(nodes[i], create_graph)
    return rebuild(parts)


def pulled(ys: list[Any], seeds: list[Any], nodes: list[Any]) -> list[Any]:
    """Return the derivative of `sum seeds * ys` as floats and arrays, None where no y depends on x."""
    scalars = [x for x in nodes if type(x) is Value]
    if len(ys) == 1 and type(ys[0]) is Value:
        parts = iter(sweep.gradients(ys, [float(seeds[0])], scalars))
        return [next(parts) if type(x) is Value else None for x in nodes]
    total = numbers(ys, seeds, set(nodes))
    values = [n for n in total if type(n) is Value] if scalars else []
    if values:
        below = sweep.gradients(values, [float(total[v]) for v in values], scalars)
        total.update(zip(scalars, below, strict=True))
    return own([total.get(x) for x in nodes], seeds)


def recorded(y: Node, xs: list[Any], seed: Any = None, after: int = 0) -> list[Any]:
    """Return the gradient as nodes, None where y does not depend on x; see `computed` for `after`."""
    start = seed_for(y, seed, "gradient")
    order = computed([y], True, after)
    for node in order:
        for x in node.parents:
            if x.seq > node.seq:
                raise RuntimeError(
                    f"gradient: {x!r} got new data after {node.op} was recorded, so the graph can "
                    f"no longer be differentiated again; record it anew"
                )
    if not isinstance(seed, NODES):
        seed = scalar(start) if type(y) is Value else constant(start)
    total = {y: seed}
    send(order, total, True, set(xs))
    return [total.get(x) for x in xs]
