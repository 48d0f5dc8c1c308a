"""Which nodes of a graph are looked at: around one node, or along the strongest paths."""

import heapq
import math
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autodiff.drawing import words
from autodiff.drawing.columns import Columns
from autodiff.graphs.graph import Edge, Graph

Mask = NDArray[np.bool_]
Path = tuple[int, Any]  # a node and the path on from it to the output


def around(table: Columns, node: int, hops: int) -> Mask:
    """Return the nodes at most `hops` edges from `node`, in either direction."""
    kept = np.zeros(len(table), dtype=bool)
    kept[node] = True
    for _ in range(hops):
        near = kept.copy()
        near[table.sources[kept[table.targets]]] = True
        near[table.targets[kept[table.sources]]] = True
        if np.array_equal(near, kept):
            break
        kept = near
    return kept


def strongest(graph: Graph, k: int, start: int | None = None) -> Mask:
    """Return the nodes of the k paths, from an output to a parameter, whose products are largest.

    With a `start`, of the paths that lead from this node to an output.

    The strength of a path is the product of |local derivative| along it; between arrays, of the
    factor by which the gradient's norm changed. The best strength from each node on is known
    beforehand, so the search walks to the k paths and to no other.
    """
    into: list[list[tuple[float, int]]] = [[] for _ in range(len(graph))]
    best = np.full(len(graph), -math.inf)
    for node in graph:
        if node.id == start or (start is None and node.kind == "parameter"):
            best[node.id] = 0.0
            continue
        for i, source in enumerate(node.operands):
            length = _length(graph, Edge(source, node.id, i))
            if length > -math.inf and best[source] > -math.inf:
                into[node.id].append((length, source))
                best[node.id] = max(best[node.id], length + best[source])
    ticket = count()
    heap: list[tuple[float, int, float, Path]] = [
        (-best[y], next(ticket), 0.0, (y, None)) for y in graph.outputs
    ]
    heapq.heapify(heap)
    kept = np.zeros(len(graph), dtype=bool)
    found = 0
    while heap and found < k:
        cost, _, so_far, path = heapq.heappop(heap)
        if cost == math.inf:
            break
        if not into[path[0]]:
            found += 1
            rest: Path | None = path
            while rest is not None:
                kept[rest[0]] = True
                rest = rest[1]
            continue
        for length, source in into[path[0]]:
            along = so_far + length
            heapq.heappush(heap, (-(along + best[source]), next(ticket), along, (source, path)))
    return kept


def _length(graph: Graph, edge: Edge) -> float:
    """Return the logarithm of an edge's factor, -inf where nothing flows."""
    local = graph.local(edge)
    if local is None or np.ndim(local):
        came, upstream = graph.contribution(edge), graph[edge.target].grad
        if came is None or upstream is None:
            factor = None if graph[edge.source].kind in ("input", "constant") else 1.0
        else:
            factor = (words.size(came) or 0.0) / (words.size(upstream) or 1.0)
    else:
        factor = abs(float(local))
    if not factor or math.isnan(factor):
        return -math.inf
    return min(math.log(factor), 1e6) if math.isfinite(factor) else 1e6
