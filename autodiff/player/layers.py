"""Where the boxes stand: a layered layout from left to right, computed without any program.

Each node stands one column right of its last operand. An edge over several columns gets a bend in
each, shared by all edges of one source, so that it runs beside the boxes and not through them. Then
the columns are sorted against each other to have few crossings, and shifted to have short edges.
All of it depends on the graph alone: the same graph is laid out the same way everywhere.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

GAP_X, GAP_Y, RAIL = 78.0, 22.0, 16.0
MOST_BENDS = 20_000
SHOWN_BENDS = 24  # of one edge; a longer one is drawn through some of its bends
SWEEPS = 10

Point = tuple[float, float]


@dataclass(frozen=True)
class Placed:
    """The centre of each box, the points each edge passes, and the size of the whole."""

    centres: list[Point]
    paths: list[list[Point]]
    width: float
    height: float


def place(sizes: Sequence[Point], edges: Sequence[tuple[int, int, int]]) -> Placed:
    """Lay out boxes (width, height); an edge is (source, target, operand index), source < target.

    >>> place([(10, 10), (10, 10)], [(0, 1, 0)]).centres
    [(5.0, 5.0), (93.0, 5.0)]
    """
    return _Layout(sizes, edges).placed()


class _Layout:
    """Boxes 0 to n - 1, then the bends; `column` and `up` (neighbours on the left) for each."""

    def __init__(self, sizes: Sequence[Point], edges: Sequence[tuple[int, int, int]]) -> None:
        self.sizes, self.edges = list(sizes), edges
        self.ports = [1] * len(sizes)
        for _, target, index in edges:
            self.ports[target] = max(self.ports[target], index + 1)
        self.column = self._columns()
        self.heights = [h + GAP_Y for _, h in sizes]
        self.up: list[list[tuple[int, float]]] = [[] for _ in sizes]
        self.routes = self._routes()
        self.down: list[list[int]] = [[] for _ in self.column]
        for node, sources in enumerate(self.up):
            for source, _ in sources:
                self.down[source].append(node)
        self.order = self._ordered()
        self.y = self._shifted()

    def _columns(self) -> list[int]:
        """Return the longest way from a leaf; a leaf itself stands just before its first use."""
        column = [0] * len(self.sizes)
        nearest: dict[int, int] = {}
        inner = set()
        for source, target, _ in self.edges:
            column[target] = max(column[target], column[source] + 1)
            inner.add(target)
        for source, target, _ in self.edges:
            if source not in inner:
                nearest[source] = min(nearest.get(source, column[target]), column[target])
        for leaf, first in nearest.items():
            column[leaf] = first - 1
        return column

    def _routes(self) -> list[list[int]]:
        """Give each edge its bends, the same ones to all edges of a source, and fill `up`."""
        spans: dict[int, int] = {}
        for source, target, _ in self.edges:
            spans[source] = max(spans.get(source, 0), self.column[target] - self.column[source] - 1)
        bent = sum(spans.values()) <= MOST_BENDS
        bends: dict[int, list[int]] = {}
        routes = []
        for source, target, index in self.edges:
            chain = bends.setdefault(source, [])
            away = self.column[target] - self.column[source] - 1 if bent else 0
            while len(chain) < away:
                self.up.append([(chain[-1] if chain else source, 0.0)])
                chain.append(len(self.column))
                self.column.append(self.column[source] + len(chain))
                self.heights.append(RAIL)
            route = chain[:away]
            self.up[target].append((route[-1] if route else source, self._port(target, index)))
            routes.append(route)
        return routes

    def _port(self, target: int, index: int) -> float:
        """Return how far below the centre of its target an edge arrives."""
        return self.sizes[target][1] * ((index + 1) / (self.ports[target] + 1) - 0.5)

    def _ordered(self) -> list[list[int]]:
        """Sort each column by where its neighbours stand, back and forth; keep the best order."""
        order: list[list[int]] = [[] for _ in range(max(self.column, default=-1) + 1)]
        for node, column in enumerate(self.column):
            order[column].append(node)
        best, fewest = order, self._crossings(order)
        for sweep in range(SWEEPS):
            if not fewest:
                break
            forward = sweep % 2 == 0
            rank = {n: float(i) for nodes in order for i, n in enumerate(nodes)}
            fresh = list(order)
            for c in range(len(order)) if forward else reversed(range(len(order))):
                key = {}
                for n in order[c]:
                    if forward:
                        near = [rank[m] for m, _ in self.up[n]]
                    else:  # two operands of one node stand in the order of its ports
                        near = [rank[m] + self._arrival(n, m) / 1e3 for m in self.down[n]]
                    key[n] = sum(near) / len(near) if near else rank[n]
                fresh[c] = sorted(order[c], key=key.__getitem__)
                rank.update((n, float(i)) for i, n in enumerate(fresh[c]))
            order = fresh
            crossings = self._crossings(order)
            if crossings < fewest:
                best, fewest = order, crossings
        return best

    def _crossings(self, order: list[list[int]]) -> int:
        """Count the pairs of edges between neighbouring columns that cross."""
        rank = {n: i for nodes in order for i, n in enumerate(nodes)}
        count = 0
        for nodes in order:
            seen: list[int] = []
            for n in nodes:
                ends = [rank[m] for m, _ in sorted(self.up[n], key=lambda e: e[1])]
                for end in ends:
                    count += len(seen) - bisect_right(seen, end)
                    insort(seen, end)
        return count

    def _shifted(self) -> list[float]:
        """Return each centre's height: near its neighbours' mean, in order, without overlap."""
        y = [0.0] * len(self.column)
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for nodes in self.order if forward else reversed(self.order):
                wish = []
                for n in nodes:
                    left = [y[m] - p for m, p in self.up[n]]
                    right = [y[m] + self._arrival(n, m) for m in self.down[n]]
                    near = left + right if sweep >= 2 else (left if forward else right) or left
                    wish.append(sum(near) / len(near) if near else y[n])
                for n, place_ in zip(nodes, self._apart(nodes, wish), strict=True):
                    y[n] = place_
        return y

    def _arrival(self, source: int, target: int) -> float:
        return next((p for m, p in self.up[target] if m == source), 0.0)

    def _apart(self, nodes: list[int], wish: list[float]) -> list[float]:
        """Return the heights closest to the wishes that keep the order and the distances."""
        offsets, at = [], 0.0
        for i, n in enumerate(nodes):
            at += (self.heights[nodes[i - 1]] + self.heights[n]) / 2 if i else 0.0
            offsets.append(at)
        blocks: list[tuple[float, int]] = []  # (mean, count): isotonic regression
        for w, offset in zip(wish, offsets, strict=True):
            blocks.append((w - offset, 1))
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                (b, m), (a, n_) = blocks.pop(), blocks.pop()
                blocks.append(((a * n_ + b * m) / (n_ + m), n_ + m))
        heights = [mean for mean, count in blocks for _ in range(count)]
        return [h + offset for h, offset in zip(heights, offsets, strict=True)]

    def placed(self) -> Placed:
        boxes = range(len(self.sizes))
        widths = [
            max((self.sizes[n][0] for n in nodes if n < len(self.sizes)), default=0.0)
            for nodes in self.order
        ]
        left, at = [], 0.0
        for width in widths:
            left.append(at)
            at += width + GAP_X
        halves = [h / 2 for _, h in self.sizes] + [RAIL / 2] * (len(self.y) - len(self.sizes))
        top = min((y - h for y, h in zip(self.y, halves, strict=True)), default=0.0)
        bottom = max((y + h for y, h in zip(self.y, halves, strict=True)), default=0.0)

        def x(n: int) -> float:
            return left[self.column[n]] + widths[self.column[n]] / 2

        paths = []
        for (source, target, index), route in zip(self.edges, self.routes, strict=True):
            points = [(x(source) + self.sizes[source][0] / 2, self.y[source] - top)]
            for bend in _some(route):
                start = left[self.column[bend]]
                points += [(start, self.y[bend] - top),
                           (start + widths[self.column[bend]], self.y[bend] - top)]  # fmt: skip
            end = x(target) - self.sizes[target][0] / 2
            points.append((end, self.y[target] + self._port(target, index) - top))
            paths.append(points)
        return Placed(
            [(x(n), self.y[n] - top) for n in boxes], paths, max(at - GAP_X, 0.0), bottom - top
        )


def _some(route: list[int]) -> list[int]:
    """Return at most about SHOWN_BENDS bends of a route, the first and the last among them."""
    if len(route) <= SHOWN_BENDS:
        return route
    return [*route[:: -(-len(route) // SHOWN_BENDS)], route[-1]]
