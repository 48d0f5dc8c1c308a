"""Why a gradient is what it is: the sum over all paths of the product of the factors on the edges.

The documents' "big picture" (eq. 47 to 53): a small change of w spreads along every path to the
cost C; along one path it is multiplied by the local derivative of each edge, and dC/dw is the sum
over the paths. A network has astronomically many, so they are counted without being listed, and the
largest are found directly; what the others add up to is the `remainder`, kept as an exact fraction,
so that the parts always sum to the gradient. An operand that is used twice is two edges.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, gradient
from autodiff.drawing.naming import Names, called
from autodiff.drawing.words import enclosed
from autodiff.explanations.notation import as_drawn, over
from autodiff.explanations.ranking import Ways, all_paths, count_paths, largest_paths, ways
from autodiff.explanations.steps import short
from autodiff.graphs.callers import snapshot
from autodiff.graphs.graph import Edge, Graph
from autodiff.graphs.order import backward_order, flows
from autodiff.nodes.functions import seed_for
from autodiff.nodes.value import Value
from autodiff.sources.plaintext import factor, text
from autodiff.sources.terms import Show, local_term
from autodiff.table.language import say

MOST = 1000  # partial paths of an array graph that are followed to each node, and
ROOM = 4_000_000  # how many numbers they may hold


@dataclass(frozen=True, slots=True)
class Path:
    """One path from x to the output: its edges, the product of their factors and its share.

    `share` is product / gradient; for arrays the part of the gradient's squared length that lies
    along it, so that all shares add up to 1 (NaN where the gradient is 0).
    """

    edges: tuple[Edge, ...]
    product: Any
    share: float
    graph: Graph = field(repr=False)
    names: Names = field(repr=False)
    show: Show = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the nodes along the path are called in a picture, from x to the output."""
        return tuple(self._label(i) for i in range(len(self.edges) + 1))

    @property
    def factors(self) -> tuple[Any, ...]:
        """The local derivatives from x onwards: a number, an array, or None for a linear map."""
        return tuple(map(self.graph.local, self.edges))

    @property
    def formulas(self) -> tuple[str, ...]:
        """The factors as formulas; for a linear map its operation in square brackets."""
        return tuple(self._formula(i, text) for i in range(len(self.edges)))

    def _label(self, i: int) -> str:
        if i == 0:
            return self.names[self.edges[0].source] if self.edges else "itself"
        edge = self.edges[i - 1]
        node = self.graph[edge.target]
        twice = node.operands.count(edge.source) > 1
        label = self.names[node.id]
        return f"{label} (operand {edge.index + 1})" if twice else label

    def _formula(self, i: int, written: Callable[[Any], str]) -> str:
        local = local_term(self.graph, self.edges[i], self.show)
        return f"[{self.graph[self.edges[i].target].op}]" if local is None else written(local)

    def _number(self, i: int) -> str:
        number = self.graph.local(self.edges[i])
        return self._formula(i, factor) if number is None else enclosed(short(number))

    def lines(self) -> tuple[str, str, str]:
        """Return the nodes, the formulas and the numbers, a line each, the middle left out."""
        n = len(self.edges)
        return (
            " -> ".join(_elided(n + 1, self._label)),
            " * ".join(_elided(n, lambda i: self._formula(i, factor))),
            " * ".join(_elided(n, self._number)),
        )


@dataclass(frozen=True, eq=False)
class Explanation:
    """A gradient taken apart: `gradient == sum of the products + remainder`, exactly.

    `count` is the number of all paths; `paths` are the largest by magnitude, `remainder` what the
    others add up to (a Fraction between numbers, an array between arrays). `ranked` is False where
    a graph of arrays has too many paths to follow all: then the largest were looked for among the
    largest on the way.
    """

    output: str
    wrt: str
    gradient: Any
    count: int
    paths: tuple[Path, ...]
    remainder: Any
    ranked: bool = True

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The explanation as text, one path a line with its factors below."""
        if not self.count:
            return say("explain.no_path", output=self.output, wrt=self.wrt)
        lines = [f"{over(self.output, self.wrt)} = {short(self.gradient)}, {_paths(self.count)}:"]
        for path in self.paths:
            way, formulas, numbers = path.lines()
            lines.append(f"  {_percent(path.share):>7}  {short(path.product):>12}  {way}")
            if formulas:  # a node itself has no edges
                lines.append(f"{'':27}{formulas}")
            if numbers != formulas:
                lines.append(f"{'':25}= {numbers}")
        others = self.count - len(self.paths)
        if others:
            rest = say("explain.others", n=_number(others))
            lines.append(f"  {rest}: {short(_float(self.remainder))}")
        if not self.ranked:
            lines.append(f"  {say('explain.unranked')}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for p in self.paths:
            cells = (_percent(p.share), short(p.product), *p.lines())
            rows.append("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>")
        others = self.count - len(self.paths)
        if others:
            left = say("explain.others", n=_number(others))
            rows.append(
                f"<tr><td></td><td>{escape(short(_float(self.remainder)))}</td>"
                f"<td colspan='3'>{left}</td></tr>"
            )
        title = f"{over(self.output, self.wrt)} = {short(self.gradient)}, {_paths(self.count)}"
        columns = (say(f"explain.{c}") for c in ("share", "product", "path", "factors", "numbers"))
        head = f"<tr>{''.join(f'<th>{c}</th>' for c in columns)}</tr>"
        return f"<table><caption>{escape(title)}</caption>{head}{''.join(rows)}</table>"


def explain(
    y: Node, wrt: Node, top: int | None = 10, names: Mapping[str, Any] | None = None
) -> Explanation:
    """Return dy/d wrt taken apart into its paths, the `top` largest in full (None: all of them).

    dy/dx = sum over paths of the product of the factors on their edges (eq. 53). y is a single
    number; `names` (such as locals()) label the nodes. A ValueError says where a gradient is not
    finite, or where `top=None` asks for more than a million paths.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0, name="x")
    >>> print((x * x).explain(x))
    dout/dx = 6, 2 paths:
         50 %             3  x -> out (operand 1)
                               x
                             = 3
         50 %             3  x -> out (operand 2)
                               x
                             = 3
    """
    graph = snapshot(y, names=names)
    seed = seed_for(y, None, "explain")
    end = graph.ids[y]
    if not isinstance(wrt, Node):
        raise TypeError(f"explain: needs a Value or a Tensor, got {type(wrt).__name__} {wrt!r:.60}")
    if wrt not in graph.ids:
        alone = Graph(wrt, names=names)[wrt].name or "x"
        return Explanation(graph[end].label, alone, gradient(y, wrt), 0, (), Fraction(0))
    start, label = graph.ids[wrt], called(graph)
    total = gradient(y, wrt)
    if not np.all(np.isfinite(total)):
        raise ValueError(
            f"explain: {over(label[end], label[start])} is {short(total)}, which is no "
            f"sum of numbers; blame_nan({label[end]}) says where it came from"
        )
    ahead = ways(graph, start)
    count = count_paths(ahead, start, end)
    if top is None and count > 1_000_000:
        raise ValueError(f"explain: there are {_number(count)} paths; ask for the `top` largest")
    k = count if top is None else min(top, count)
    ranked = True
    if all(isinstance(node, Value) for node in graph.live):
        chosen = all_paths(ahead, start, end) if k == count else largest_paths(ahead, start, end, k)
        parts = [(edges, _product(graph, edges)) for edges in chosen]
    else:
        parts, ranked = _array_paths(graph, ahead, start, end, seed, k)
    parts.sort(key=lambda part: -float(np.linalg.norm(part[1])))
    as_called = label, as_drawn(graph)
    found = tuple(
        Path(edges, product, _share(product, total), graph, *as_called)
        for edges, product in parts[:k]
    )
    return Explanation(
        label[end], label[start], total, count, found, _remainder(total, found), ranked
    )


def _product(graph: Graph, edges: tuple[Edge, ...]) -> float:
    """Multiply the factors from the output on, as backward does."""
    g = 1.0
    for edge in reversed(edges):
        g = graph.send(edge, g)
    return g


def _array_paths(
    graph: Graph, ahead: Ways, start: int, end: int, seed: Any, k: int
) -> tuple[list[tuple[tuple[Edge, ...], Any]], bool]:
    """Send the seed along every path on its own, keeping the largest where room runs out."""
    size = max([1, *(np.size(value) for value in graph.values)])
    room = max(k, min(MOST, ROOM // size))
    ranked = True
    sent: dict[int, list[tuple[tuple[Edge, ...], Any]]] = {end: [((), seed)]}
    for id in backward_order(graph):
        if id not in ahead or id == start:
            continue
        arrived = sent.pop(id, [])
        for i, source in enumerate(graph.nodes[id].operands):
            edge = Edge(source, id, i)
            if source not in ahead or not flows(graph, edge):
                continue
            onward = sent.setdefault(source, [])
            onward += [((edge, *edges), graph.send(edge, g)) for edges, g in arrived]
            if len(onward) > room:
                onward.sort(key=lambda part: -float(np.linalg.norm(part[1])))
                del onward[room:]
                ranked = False
    return sent.get(start, []), ranked


def _share(product: Any, total: Any) -> float:
    square = float(np.vdot(total, total))
    return float(np.vdot(product, total)) / square if square else math.nan


def _remainder(total: Any, paths: tuple[Path, ...]) -> Any:
    if np.ndim(total):
        return total - sum((p.product for p in paths), np.zeros_like(total))
    return Fraction(float(total)) - sum((Fraction(float(p.product)) for p in paths), Fraction(0))


def _float(x: Any) -> Any:
    return float(x) if isinstance(x, Fraction) else x


def _elided(n: int, part: Callable[[int], str], keep: int = 5) -> list[str]:
    """Return all n parts, or the first and last few of them and how many are left out."""
    if n <= 2 * keep + 2:
        return [part(i) for i in range(n)]
    first, last = [part(i) for i in range(keep)], [part(i) for i in range(n - keep, n)]
    return [*first, f"... {n - 2 * keep:,} more ...", *last]


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:.3g} %"


def _number(n: int) -> str:
    return f"{n:,}" if n < 10**36 else f"about 10^{int(math.log10(n))}"


def _paths(n: int) -> str:
    return say(f"explain.{'one' if n == 1 else 'many'}", n=_number(n))
