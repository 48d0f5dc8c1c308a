"""A graph for NetworkX: nodes by id, one edge an operand, with the numbers as attributes."""

from collections.abc import Mapping
from typing import Any

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph


def to_networkx(y: Node | Graph, names: Mapping[str, Any] | None = None) -> Any:
    """Return the graph of y as a networkx.MultiDiGraph whose edges point the way data flows.

    Nodes are ids with `label`, `kind`, `op`, `shape`, `scope`, `value` and `grad`; edges have the
    operand's index as key, and `local`, the local derivative where it is a number or an array of
    numbers. An ImportError names the extra to install.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0, name="x")
    >>> picture = to_networkx(x * x)
    >>> [(u, v, data["local"]) for u, v, data in picture.edges(data=True)]
    [(0, 1, 3.0), (0, 1, 3.0)]
    """
    networkx = require("networkx", "networkx", "to_networkx")
    graph = y if isinstance(y, Graph) else Graph(y, names=names)
    result = networkx.MultiDiGraph()
    for node in graph:
        result.add_node(
            node.id, label=node.label, kind=node.kind, op=node.op, shape=node.shape,
            scope=node.scope, value=node.value, grad=node.grad,
        )  # fmt: skip
    for edge in graph.edges:
        result.add_edge(edge.source, edge.target, key=edge.index, local=graph.local(edge))
    return result
