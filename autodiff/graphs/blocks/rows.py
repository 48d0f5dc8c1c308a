"""Which rows run in a tile: pointwise ones, those that move numbers block by block, sums of products."""

from collections.abc import Sequence

import numpy as np

from autodiff.graphs.blocks.stretch import AXES, Stretch, placed, side_by_side, stretch
from autodiff.nodes.tensor import Tensor
from autodiff.table.primitive import TABLE, Pointwise

WIDEST = 3  # operands of a row


def copies(node: Tensor) -> Stretch | None:
    """Return the step that makes a node of its operand where its row only moves numbers, if it is one."""
    (x, *others), row = node.parents, node.primitive
    if others or x.shape == node.shape or not node.size or not x.size:
        return None
    if row is TABLE["broadcast"]:
        return stretch(x.shape, node.shape)
    if row is TABLE["scatter"] and x.size < node.size:
        return placed(node.params["index"], node.shape)
    return None


def weighs(node: Tensor) -> Tensor | None:
    """Return the product among the operands of a sum that can be added as it is made: of two stretched."""
    if node.primitive is not TABLE["add"] or node.dtype != np.float64:
        return None
    s, p = node.parents
    return p if is_weighed(p, s) else s if is_weighed(s, p) else None


def is_weighed(p: Tensor, s: Tensor) -> bool:
    """Return whether p, which is added to s, is a product of two operands that are both stretched."""
    return (
        p.primitive is TABLE["mul"]
        and p is not s
        and p.shape == s.shape
        and all(1 < x.size < p.size for x in p.parents)
        and len(stretch_both(p)[0].axes) <= AXES
    )


def stretch_both(p: Tensor) -> list[Stretch]:
    """Return how the operands of a product are read at its places."""
    return side_by_side([x.shape for x in p.parents], p.shape)


def fits(node: Tensor) -> bool:
    """Return whether a node's row works number by number on whole arrays, or stretches one."""
    row, y = node.primitive, node._array
    return (
        ((isinstance(row, Pointwise) and not node.params) or copies(node) is not None)
        and len(node.parents) <= WIDEST
        and y.dtype.char in "fd"
        and bool(y.size)
        and y.flags.c_contiguous
        and not any(np.may_share_memory(y, x._array) for x in node.parents)
        and all(
            x.dtype == y.dtype
            and x._array.flags.c_contiguous
            and (
                x.size in (1, y.size)
                or len((copies(node) or stretch(x.shape, y.shape)).axes) <= AXES
            )
            for x in node.parents
        )
    )


def near_their_sums(rows: Sequence[Tensor]) -> list[Tensor]:
    """Return the rows of a stretch, products that are weighed right before their sums."""
    inside = set(rows)
    products = {node: p for node in rows if (p := weighs(node)) is not None and p in inside}
    sums = {p: node for node, p in products.items()}
    order: list[Tensor] = []
    for node in rows:
        if node in products and sums[products[node]] is node:
            order.append(products[node])
        if node not in sums:
            order.append(node)
    return order
