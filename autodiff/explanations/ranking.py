"""Paths through a graph of numbers: counted without listing, ranked without walking all of them.

The number of paths is a sum over edges of Python's unbounded integers. The largest products are
found as shortest paths with an edge's length -log|d|: one pass from the output gives every node its
best way on (a tree); any other path leaves the tree at some edges, its *sidetracks*, each of which
costs a known factor. Sets of sidetracks are taken cheapest first, so k paths take k walks.
"""

import heapq
import math
from collections.abc import Iterator
from itertools import count
from operator import itemgetter

from autodiff.derivatives.reverse import needs_grad
from autodiff.graphs.graph import Edge, Graph
from autodiff.nodes.value import Value

HUGE = 1e6  # the logarithm that an infinite or undefined factor counts with


Way = tuple[int, int, float]  # an edge out of a node: target, operand index, local derivative
Ways = dict[int, list[Way]]


def ways(graph: Graph, start: int) -> Ways:
    """Return, for each node that `start` reaches, the edges out of it that gradient flows along."""
    out: Ways = {start: []}
    ids = graph.ids
    for id in range(start + 1, len(graph)):
        node = graph.live[id]
        sources = [ids[p] for p in node.parents]
        if not any(s in out for s in sources) or not needs_grad(node):
            continue
        factors = node.local_derivatives if isinstance(node, Value) else [math.nan] * len(sources)
        rules = getattr(node.primitive, "partials", factors)
        for i, source in enumerate(sources):
            if source in out and rules[i] is not None:
                out[source].append((id, i, factors[i]))
                if id not in out:
                    out[id] = []
    return out


def count_paths(ahead: Ways, start: int, end: int) -> int:
    """Return the number of paths from `start` to `end`, exact however large."""
    arriving = {start: 1}
    for id in sorted(ahead):
        here = arriving.pop(id, 0)
        if id == end:
            return here
        for target, _, _ in ahead[id]:
            arriving[target] = arriving.get(target, 0) + here
    return 0


def all_paths(ahead: Ways, start: int, end: int) -> Iterator[tuple[Edge, ...]]:
    """Yield every path as its edges from `start` to `end`, the first operands first."""
    useful = {end}
    for id in sorted(ahead, reverse=True):
        if any(target in useful for target, _, _ in ahead[id]):
            useful.add(id)
    edges: list[Edge] = []
    stack = [iter(ahead.get(start, ()))]
    if start == end:
        yield ()
    while stack:
        way = next(stack[-1], None)
        if way is None:
            stack.pop()
            if edges:
                edges.pop()
            continue
        target, index, _ = way
        if target not in useful:
            continue
        edges.append(Edge(edges[-1].target if edges else start, target, index))
        if target == end:
            yield tuple(edges)
            edges.pop()
        else:
            stack.append(iter(ahead[target]))


def largest_paths(ahead: Ways, start: int, end: int, k: int) -> list[tuple[Edge, ...]]:
    """Return the k paths whose products are largest in magnitude, none whose product is 0."""
    best = {end: 0.0}
    tree: dict[int, Way] = {}
    aside: dict[int, list[tuple[float, Way]]] = {}  # what leaves the tree at a node, and its cost
    for id in sorted(ahead, reverse=True):
        options = [
            (_log(way[2]) + best[way[0]], way) for way in ahead[id] if way[2] and way[0] in best
        ]
        if options and id != end:
            best[id], tree[id] = max(options, key=itemgetter(0))
            if len(options) > 1:
                aside[id] = [(best[id] - r, way) for r, way in options if way is not tree[id]]
    if start not in best:
        return []
    found: list[tuple[Edge, ...]] = []
    ticket = count()
    # a candidate: its cost, and the sidetracks (node, way) that it takes, in order
    heap: list[tuple[float, int, tuple[tuple[int, Way], ...]]] = [(0.0, next(ticket), ())]
    while heap and len(found) < k:
        cost, _, taken = heapq.heappop(heap)
        found.append(_walk(start, end, tree, taken))
        id = taken[-1][1][0] if taken else start
        leaving = []
        while id != end:
            if id in aside:
                leaving += [(extra, next(ticket), id, way) for extra, way in aside[id]]
            id = tree[id][0]
        for extra, order, id, way in heapq.nsmallest(k - len(found), leaving):
            heapq.heappush(heap, (cost + extra, order, (*taken, (id, way))))
    return found


def _walk(
    start: int, end: int, tree: dict[int, Way], taken: tuple[tuple[int, Way], ...]
) -> tuple[Edge, ...]:
    edges = []
    leave = dict(taken)
    id = start
    while id != end:
        target, index, _ = leave.get(id) or tree[id]
        edges.append(Edge(id, target, index))
        id = target
    return tuple(edges)


def _log(factor: float) -> float:
    return math.log(abs(factor)) if math.isfinite(factor) else HUGE
