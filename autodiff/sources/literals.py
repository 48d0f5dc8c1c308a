"""Constants as a program on numpy reads them: numbers where a number does, arrays where axes count.

A number of Python's has no shape and no dtype, so what takes whole arrays is handed one.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff.graphs.graph import Graph, GraphNode
from autodiff.sources.terms import Fixed, Show, operand
from autodiff.table.primitive import Pointwise, Primitive
from autodiff.table.symbol import Symbol, Term

SMALL = 12  # numbers of a constant array that are written into the program
# Functions of whole arrays of which numpy takes a number for an array without axes.
BY_NUMPY = ("sum", "mean", "max", "min", "broadcast", "reshape", "transpose", "cast")


def shown(graph: Graph, user: GraphNode, written: Mapping[int, Term] | None = None) -> Show:
    """Return how the operands of a node are written; `written` has what stands in the place of some.

    A constant of one number is that number where the others have all axes of the result, else an array.
    """
    elementwise = isinstance(user.primitive, Pointwise) or user.op in ("total", "dot")

    def show(node: GraphNode) -> Term:
        if written and node.id in written:
            return written[node.id]
        if node.kind != "constant" or np.size(node.value) != 1 or node.shape == ():
            return operand(node)
        others = [graph[i].shape for i in user.operands if i != node.id]
        if elementwise and np.broadcast_shapes((), *others) == user.shape:
            return operand(node)
        return Fixed(name=node.label, shape=node.shape, array=np.asarray(node.value))

    return show


def wants_arrays(row: Primitive) -> bool:
    """Return whether the function of a row asks its operands for their shapes."""
    return not isinstance(row, Pointwise) and row.name not in BY_NUMPY


def is_number(term: Term) -> bool:
    """Return whether a formula is written of Python's numbers alone."""
    if not isinstance(term, Symbol):
        return True
    return term.op is not None and bool(term.op.infix) and all(map(is_number, term.args))


def literal(x: float) -> str:
    """Return a number as Python reads it."""
    return repr(x) if math.isfinite(x) else f"{'-' if x < 0 else ''}np.{abs(x)}"


def literal_array(array: Any) -> str:
    """Return an array as numpy reads it."""
    first = array.flat[0] if array.size else 0.0
    if array.size > SMALL and np.all(array == first):
        return f"np.full({array.shape}, {literal(float(first))}, dtype=np.{array.dtype})"
    if not array.size:
        return f"np.zeros({array.shape}, dtype=np.{array.dtype})"
    numbers = re.sub(r"\b(inf|nan)\b", r"np.\1", repr(array.tolist()))
    return f"np.array({numbers}, dtype=np.{array.dtype})"
