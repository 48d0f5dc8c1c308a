"""What pickles name: the one module that will never move.

A pickle holds the name of the function that makes its object anew. Leaves, snapshots and programs
name the functions of this file, whatever room their code lives in, so that a pickle of this version
is read by later ones. What a pickle promises, and what it does not, stands in docs/trust.md.
"""

from typing import Any

from autodiff.graphs.graph import Graph
from autodiff.graphs.storage import unpacked
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.tensor import constant as array_constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar_constant


def restored(kind: str, data: Any, name: str | None, is_constant: bool, grad: Any) -> Any:
    """Return the leaf that was taken apart for the pickle."""
    if kind == "value":
        node: Any = scalar_constant(data) if is_constant else Value(data)
    else:
        node = array_constant(data) if is_constant else Tensor(data)
    if name is not None:
        node.name = name
    if grad is not None:
        node.grad = grad
    return node


def unpickled(data: bytes, names: list[str | None]) -> Graph:
    """Return the snapshot that was pickled, of a graph that was recorded anew."""
    graph = Graph(*unpacked(data))
    graph.names = names
    return graph
