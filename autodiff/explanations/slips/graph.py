"""Slips at the edges of any graph: a path that is missing, a local derivative left out or taken twice."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autodiff.drawing.naming import Names, called
from autodiff.explanations.slips.anything import Slip
from autodiff.graphs.graph import Edge, Graph
from autodiff.graphs.order import flows
from autodiff.table.language import say
from autodiff.table.primitive import Pointwise
from autodiff.table.quiet import SILENT, now, put
from autodiff.table.structure import sum_to


def of_graph(graph: Graph, id: int, grads: Mapping[int, Any]) -> Iterator[Slip]:
    """Yield the slips at a node of any graph; `grads` are the right gradients by id."""
    names = called(graph)
    edges = [e for e in graph.users[id] if flows(graph, e) and e.target in grads]
    parts = [graph.send(e, grads[e.target]) for e in edges]
    whole = sum(parts)
    for edge, part in zip(edges, parts, strict=True):
        node = graph[edge.target]
        upstream = grads[edge.target]
        if len(edges) > 1:
            yield say("slip.one_path", node=names[node.id]), part
            yield say("slip.path_missing", node=names[node.id]), whole - part
        if isinstance(node.primitive, Pointwise):
            rest = whole - part
            local = graph.local(edge)
            shape = graph[id].shape
            yield (
                say("slip.no_local", op=node.op, node=names[node.id]),
                (rest + _to(upstream, shape)),
            )
            if node.primitive.arity == 1:
                rule = node.primitive.partials[0]
                assert rule is not None
                warned = now()
                try:
                    put(SILENT)
                    y = np.asarray(node.value)
                    at_y = rule(node.primitive.number(y), y)
                finally:
                    put(warned)
                yield say("slip.at_result", op=node.op), rest + upstream * at_y
            if node.shape != shape:
                stretched = upstream * local
                yield say("slip.stretched"), stretched
                axis = next(k for k in range(-1, -len(node.shape) - 1, -1) if node.shape[k] != 1)
                for which, k in (("last", -1), ("first", 0)):
                    one = np.take(stretched, [k], axis=axis)
                    yield say("slip.part", which=say(f"slip.{which}")), one
        elif node.op == "matmul":
            yield from _product(graph, edge, upstream, names)


def farther_on(graph: Graph, id: int, grads: Mapping[int, Any]) -> Iterator[Slip]:
    """Yield the slips on the paths from a number: a factor is missing, or a slope is there twice."""
    if any(n.shape != () for n in graph):
        return
    names = called(graph)
    moved = {id: 1.0}  # d node / d id
    for node in graph.nodes[id + 1 :]:
        for k, source in enumerate(node.operands):
            edge = Edge(source, node.id, k)
            if source not in moved or node.id not in grads or not flows(graph, edge):
                continue
            local = graph.local(edge)
            moved[node.id] = moved.get(node.id, 0.0) + moved[source] * local
            if abs(local) == 1.0:
                continue
            part = moved[source] * local * grads[node.id]
            rest = grads[id] - part
            said = {"op": node.op, "node": names[node.id]}
            yield say("slip.no_local", **said), rest + moved[source] * grads[node.id]
            if len(node.operands) == 1:
                yield say("slip.local_twice", **said), rest + part * local
                sent = moved[source] * float(node.value) * grads[node.id]
                yield say("slip.value_for_slope", **said), rest + sent


def _product(graph: Graph, edge: Edge, upstream: Any, names: Names) -> Iterator[Slip]:
    """Yield the slips of a matrix product: no transpose, or another factor."""
    node = graph[edge.target]
    other = graph[node.operands[1 - edge.index]]
    factor = np.asarray(other.value)
    if factor.ndim != 2 or np.ndim(upstream) != 2:
        return
    if factor.shape[0] == factor.shape[1]:
        wrong = upstream @ factor if edge.index == 0 else factor @ upstream
        yield say("slip.node_untransposed", node=names[other.id]), wrong
    for n in graph:
        if n.id != other.id and n.shape == other.shape and n.id != edge.source:
            x = np.asarray(n.value).T
            yield (
                say("slip.wrong_node", found=names[n.id], right=names[other.id]),
                (upstream @ x if edge.index == 0 else x @ upstream),
            )


def _to(x: Any, shape: tuple[int, ...]) -> Any:
    return sum_to(np.asarray(x), shape) if np.shape(x) != shape else x
