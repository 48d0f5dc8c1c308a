"""In which order a snapshot's nodes send their gradients, and along which edges any flows."""

from autodiff.derivatives.reverse import needs_grad
from autodiff.graphs.graph import Edge, Graph
from autodiff.nodes.value import Value


def backward_order(graph: Graph) -> list[int]:
    """Return the ids of the nodes that send, in the order of backward: arrays, then numbers."""
    inner = [n for n in graph if n.operands and needs_grad(n.live)]
    return [n.id for n in sorted(inner, key=lambda n: (isinstance(n.live, Value), -n.id))]


def flows(graph: Graph, edge: Edge) -> bool:
    """Return whether gradient flows along an edge: a rule is there, and the source wants one."""
    if not needs_grad(graph[edge.source].live):
        return False
    row = graph[edge.target].primitive
    rules = getattr(row, "partials", None) or getattr(row, "transposes", None)
    return not rules or rules[edge.index] is not None
