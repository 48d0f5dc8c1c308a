"""The layers of a network found in its graph: which nodes are z, w and b, by how they come about.

A layer is a matrix product `w @ a`, with a bias added where there is one; its result is the
weighted input z, whose gradient is the error delta (eq. 29). The names do not matter, the shape of
the graph does, so any network that is written with matrices is read in the documents' terms; where
z has no name its layer is counted from the input, layer 1.
"""

import re
from dataclasses import dataclass

from autodiff.derivatives.reverse import needs_grad
from autodiff.graphs.graph import Graph


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer by the ids of its nodes; `bias` is None where there is none, `a_in` the input."""

    z: int
    product: int
    weight: int
    a_in: int
    bias: int | None


@dataclass(frozen=True, slots=True)
class Roles:
    """What the nodes of a network are: `deltas` has a suffix for each z, `equations` BP1 to BP4."""

    layers: tuple[Layer, ...]
    deltas: dict[int, str]
    equations: dict[int, str]


def roles(graph: Graph) -> Roles:
    """Return the layers of a graph, from the input on; none where there is no network in it."""
    layers = []
    for node in graph:
        if node.op != "matmul" or len(node.shape) != 2:
            continue
        weight, a_in = node.operands
        if graph[weight].kind != "parameter":
            continue
        z, bias = node.id, None
        users = graph.users[node.id]
        if len(users) == 1 and graph[users[0].target].op == "add":
            other = graph[graph[users[0].target].operands[1 - users[0].index]]
            if other.kind == "parameter":
                z, bias = users[0].target, other.id
        layers.append(Layer(z, node.id, weight, a_in, bias))
    deltas, equations = {}, {}
    for k, layer in enumerate(layers, start=1):
        label = graph[layer.z].name
        number = re.search(r"\^?\d+$", label or "")
        deltas[layer.z] = number.group() if number else "" if label else f"^{k + 1}"
        last = not any(_reaches(graph, layer.z, other.z) for other in layers[k:])
        equations[layer.z] = "BP1" if last else "BP2"
        equations[layer.weight] = "BP4"
        if layer.bias is not None:
            equations[layer.bias] = "BP3"
    return Roles(tuple(layers), deltas, equations)


def _reaches(graph: Graph, source: int, target: int) -> bool:
    """Return whether a path leads from `source` to `target`."""
    seen = {source}
    for node in graph.nodes[source + 1 : target + 1]:
        if needs_grad(node.live) and not seen.isdisjoint(node.operands):
            seen.add(node.id)
    return target in seen
