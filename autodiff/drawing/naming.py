"""What nodes are called in a picture: their names, else a short formula, else a number of their own.

`w·x` says more than `v3`. A formula that grows too long is not written on: its node is called v1, v2
and so on, without gaps, and what follows is written with that. The output is called `out`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from autodiff.drawing import entitle, words
from autodiff.drawing.entitle import MOST, Name
from autodiff.drawing.escape import clean
from autodiff.graphs.graph import Graph, GraphNode


class Names(Protocol):
    """What each node is called, by number."""

    def __getitem__(self, i: int, /) -> str: ...


@dataclass(frozen=True)
class Plain:
    """The names of a graph that is too large to work formulas out."""

    graph: Graph

    def __getitem__(self, i: int, /) -> str:
        return plain(self.graph, i)


def called(graph: Graph, formulas: bool = True) -> Names:
    """Return what each node of a graph is called, with or without `formulas`.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.constant(0.5, name="x")
    >>> called(ad.Graph(ad.exp(w * x - 1)))
    ['w', 'x', 'w·x', '1', 'w·x − 1', 'out']
    """
    if len(graph) > MOST:
        return Plain(graph)
    return [name.text for name in spelled(graph, formulas)]


def spelled(graph: Graph, formulas: bool = True) -> list[Name]:
    """Return what each node is called, with how that binds and whether it is a formula."""
    return entitle.entitled(
        [clean(node.op) for node in graph],
        [list(node.operands) for node in graph],
        [plain(graph, n.id) if n.name is not None or is_number(n) else None for n in graph],
        list(dict.fromkeys(graph.outputs)),
        formulas,
    )


def plain(graph: Graph, i: int) -> str:
    """Return a node's name, a nameless number as it is, or v and the node's number."""
    node = graph[i]
    if is_number(node):
        return words.number(float(np.asarray(node.value).item()))
    return clean(node.label)


def is_number(node: GraphNode) -> bool:
    """Return whether a node is a number that was only written down: a nameless constant."""
    return node.kind == "constant" and node.name is None and np.size(node.value) == 1


def with_numbers(
    node: GraphNode, names: Names, written: frozenset[int]
) -> tuple[str, tuple[str, ...]]:
    """Return the sign of an operation with the numbers that are written in it, and those left over.

    `written` are the nodes whose numbers have no box of their own.
    """
    operands = list(node.operands)
    numbers = [names[p] if p in written else None for p in operands]
    sign, *left = entitle.with_numbers(node.op, operands, numbers)
    return sign, tuple(left)
