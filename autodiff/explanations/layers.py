"""The layers of a network found in its graph: which nodes are z, w and b, by how they come about.

A layer is a matrix product `w @ a`, with a bias added where there is one; its result is the
weighted input z, whose gradient is the error delta (eq. 29). The names do not matter, the shape of
the graph does, so any network that is written with matrices is read in the documents' terms; where
z has no name its layer is counted from the input, layer 1.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from autodiff.derivatives.reverse import Node, gradient, needs_grad
from autodiff.explanations.notation import delta_name
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.table.primitive import Pointwise


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
    """What the nodes of a network are: `deltas` names the error at each z, `equations` BP1 to BP4."""

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
        label = graph.names[layer.z]
        deltas[layer.z] = delta_name(label, k + 1)
        last = not any(_reaches(graph, layer.z, other.z) for other in layers[k:])
        equations[layer.z] = "BP1" if last else "BP2"
        equations[layer.weight] = "BP4"
        if layer.bias is not None:
            equations[layer.bias] = "BP3"
    return Roles(tuple(layers), deltas, equations)


def run_of(graph: Graph, y: Node) -> SimpleNamespace:
    """Return the quantities of a network whose cost is y, as back-propagation by hand keeps them.

    Lists z, a (the input in front), delta, nabla_w, nabla_b over the layers; column k of a delta is
    the error of example k alone, though y is the average. With them `weights`, and the names of the
    `activations` as far as the graph tells. A ValueError where no network with biases is found.
    """
    layers = roles(graph).layers
    if not layers or any(layer.bias is None for layer in layers):
        raise ValueError(
            "compare: by_hand is a run of a network, but in the loss's graph no layers w @ a + b are "
            "found; give by_hand as a mapping of node names to gradients"
        )
    zs, weights = [graph[v.z] for v in layers], [graph[v.weight] for v in layers]
    biases = [graph[v.bias] for v in layers if v.bias is not None]
    found = gradient(y, [n.live for n in (*zs, *weights, *biases)])
    n, m = len(layers), zs[0].shape[1]
    users = [[graph[e.target] for e in graph.users[z.id]] for z in zs]
    last = [u.value for u in users[-1] if u.shape == zs[-1].shape and u.name][:1]
    return SimpleNamespace(
        z=[z.value for z in zs],
        a=[*(graph[v.a_in].value for v in layers), *last],
        delta=[m * g for g in found[:n]],
        nabla_w=found[n : 2 * n],
        nabla_b=found[2 * n :],
        weights=[np.asarray(w.value) for w in weights],
        activations=[_applied(u) for u in users],
    )


def _applied(users: list[GraphNode]) -> str:
    """Return the function that alone reads a z; "identity" where it is read by another operation."""
    if len(users) != 1:
        return ""
    unary = isinstance(users[0].primitive, Pointwise) and users[0].primitive.arity == 1
    return users[0].op if unary else "identity"


def place(graph: Graph, id: int) -> tuple[str, int] | None:
    """Return which quantity of a run a node's gradient is, and its place there; None if it is none."""
    for i, layer in enumerate(roles(graph).layers):
        kinds = {layer.z: "delta", layer.weight: "nabla_w", layer.bias: "nabla_b"}
        if id in kinds:
            return kinds[id], i
    return None


def _reaches(graph: Graph, source: int, target: int) -> bool:
    """Return whether a path leads from `source` to `target`."""
    seen = {source}
    for node in graph.nodes[source + 1 : target + 1]:
        if needs_grad(node.live) and not seen.isdisjoint(node.operands):
            seen.add(node.id)
    return target in seen
