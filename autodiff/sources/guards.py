"""Where a printed program must see to it that 0 times an infinity is 0.

In a graph a cotangent of 0 sends 0, whatever the local derivative is: `where(x > 0, sqrt(x), 0)` has slope
0 at -1. A program is printed once and runs on other inputs, so what its local derivatives may become is
asked of the rows themselves: those that are infinite at some everyday numbers, and what is computed
from their results, get a choice in their lines; all others stay plain products.
"""

from functools import cache
from typing import Any

import numpy as np

from autodiff.graphs.graph import Edge, Graph
from autodiff.sources.terms import Operand, like, local_term
from autodiff.table.primitive import TABLE, Pointwise
from autodiff.table.symbol import Symbol

EVERYDAY = (0.0, 0.5, 1.0, -1.0, -2.0, 2000.0, -2000.0)


@cache
def _rises(row: Pointwise, index: int | None) -> bool:
    """Return whether a row (None), or its derivative, is infinite or NaN at some everyday numbers."""
    rule = None if index is None else row.partials[index]
    if index is not None and rule is None:
        return False
    xs = np.meshgrid(*[EVERYDAY] * row.arity)
    with np.errstate(all="ignore"):
        y = row(*xs)
        return not np.all(np.isfinite(y if rule is None else rule(y, *xs)))


def at_risk(graph: Graph) -> set[int]:
    """Return the nodes that may become infinite, on other inputs than those that were recorded."""
    found: set[int] = set()
    for node in graph:
        rises = isinstance(node.primitive, Pointwise) and _rises(node.primitive, None)
        if node.operands and (rises or not found.isdisjoint(node.operands)):
            found.add(node.id)
    return found


def needs_guard(graph: Graph, edge: Edge, risks: set[int]) -> bool:
    """Return whether an edge's local derivative may be infinite: then 0 times it must be made 0."""
    node = graph[edge.target]
    if not isinstance(node.primitive, Pointwise):
        return False
    term = local_term(graph, edge)
    read = any(s.key[1] in risks for s in _symbols(term) if s.key and s.key[0] == "value")
    return read or _rises(node.primitive, edge.index)


def _symbols(term: Any) -> list[Operand]:
    if isinstance(term, Operand):
        return [term]
    return [s for a in getattr(term, "args", ()) for s in _symbols(a)]


def with_choices(term: Any) -> Any:
    """Return a formula with the products of the chain rule, where 0 stays 0, written as choices."""
    if not isinstance(term, Symbol) or term.op is None:
        return term
    args = tuple(map(with_choices, term.args))
    if term.op is TABLE["chain"]:
        product = like(term, TABLE["mul"], args)
        return like(term, TABLE["where"], (args[0], product, 0.0))
    return like(term, term.op, args)
