"""Where a NaN or an infinity came from: the first place at which finite numbers stopped being so.

Forward, the oldest node whose value is not finite and spoiled the output; backward, the first edge
whose contribution is not finite: too large a slope, or an infinity times 0. It is shown as what it
is, with the line of the program that recorded it (under `anomaly()`) and what to write instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node
from autodiff.drawing.naming import Names, called
from autodiff.explanations.steps import Step, graph_steps, short
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.table.language import say
from autodiff.table.quiet import SILENT, now, put

# Operations that have a remedy of their own in the catalogue, under `blame.op.`.
REMEDIES = (
    "log", "log1p", "xlogy", "div", "sqrt", "exp", "expm1", "sinh", "cosh", "powc", "power",
    "asin", "acos", "atan2", "mul", "square", "sub", "add", "matmul", "sum",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Blame:
    """The culprit: `phase` is "leaf", "forward" or "backward", `what` the numbers as they met.

    `name` is what its node is called in its picture.
    """

    phase: str
    node: GraphNode
    edge: Edge | None
    index: tuple[int, ...]
    what: str
    where: str
    remedy: str
    name: str

    @property
    def text(self) -> str:
        """The finding as a few lines."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        op = f" = {self.node.op}(...)" if self.node.op and self.name.isidentifier() else ""
        phase = say(f"blame.{self.phase}")
        lines = [f"{phase}: {self.name}{place}{op}: {self.what}"]
        lines.append(f"  {say('blame.where')}: {self.where or say('blame.not_kept')}")
        lines.append(f"  {say('blame.remedy')}: {self.remedy}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text


def blame_nan(y: Node, names: Mapping[str, Any] | None = None) -> Blame | None:
    """Return the first value or backward edge that is NaN or infinite; None if all is finite.

    >>> import autodiff as ad
    >>> x = ad.Value(0.0, name="x")
    >>> print(blame_nan(ad.log(x) * x))
    forward: log(x): log(0) = -inf
      where: not kept; record inside `with anomaly():` to see the source line
      remedy: the logarithm needs a positive number: keep it away from 0, or use a cost that is \
formed from logits (cross_entropy_with_logits, log_softmax)
    """
    graph = Graph(y, names=names)
    label = called(graph)
    if not _finite(graph[y].value):
        return _forward(graph, graph[_origin(graph, graph.ids[y])], label)
    seed = 1.0 if graph[y].shape == () else np.ones(graph[y].shape)
    if isinstance(graph[y].value, np.ndarray):
        seed = np.ones_like(graph[y].value)
    for step in graph_steps(graph, seed, graph.ids[y]):
        if not _finite(step.contribution):
            return _backward(graph, step, label)
        if not _finite(step.after):
            return _overflow(graph, step, label)
    return None


def _origin(graph: Graph, end: int) -> int:
    """Return the oldest node from which values that are not finite lead to the end."""
    bad = {end}
    for id in range(end, -1, -1):
        if id in bad:
            bad.update(i for i in graph[id].operands if not _finite(graph[i].value))
    return min(bad)


def _forward(graph: Graph, node: GraphNode, label: Names) -> Blame:
    index = _first(node.value)
    value = _at(node.value, index)
    if not node.operands:
        return Blame(
            "leaf", node, None, index, say("blame.is", value=value), node.where,
            say("blame.given"), label[node.id],
        )  # fmt: skip
    xs = [graph[i].value for i in node.operands]
    if all(np.ndim(x) == 0 or np.shape(x) == node.shape for x in xs):
        shown = ", ".join(_at(x, index if np.ndim(x) else ()) for x in xs)
    else:
        shown = ", ".join(f"{label[i]} {graph[i].shape}" for i in node.operands)
    infix = node.primitive.infix if node.primitive is not None and len(xs) == 2 else ""
    call = shown.replace(", ", f" {infix} ") if infix else f"{node.op}({shown})"
    remedy = _remedy(node, "blame.operands")
    return Blame(
        "forward", node, None, index, f"{call} = {value}", node.where, remedy, label[node.id]
    )


def _backward(graph: Graph, step: Step, label: Names) -> Blame:
    node = graph[step.node]
    index = _first(step.contribution)
    assert step.operand is not None
    edge = Edge(step.target, step.node, step.operand)
    value = _at(step.contribution, index)
    to = label[step.target]
    if step.local is not None and np.shape(step.local) in ((), np.shape(step.upstream)):
        warned = now()
        try:
            put(SILENT)
            found = _first(np.multiply(step.upstream, step.local))
        finally:
            put(warned)
        g = _at(step.upstream, found if np.ndim(step.upstream) else ())
        d = _at(step.local, found if np.ndim(step.local) else ())
        what = say("blame.sent", to=to, value=f"{g} x {d} = {value}", rule=step.rule)
    else:
        what = say("blame.sent", to=to, value=value, rule=step.rule)
    remedy = _remedy(node, "blame.slope")
    return Blame("backward", node, edge, index, what, node.where, remedy, label[node.id])


def _overflow(graph: Graph, step: Step, label: Names) -> Blame:
    node = graph[step.target]
    index = _first(step.after)
    parts = (
        f"{_at(step.before, index)} + {_at(step.contribution, index)} = {_at(step.after, index)}"
    )
    edge = Edge(step.target, step.node, step.operand or 0)
    return Blame(
        "backward", node, edge, index, say("blame.gradient", parts=parts), node.where,
        say("blame.parts"), label[node.id],
    )  # fmt: skip


def _remedy(node: GraphNode, otherwise: str) -> str:
    return say(f"blame.op.{node.op}" if node.op in REMEDIES else otherwise)


def _finite(x: Any) -> bool:
    return bool(np.all(np.isfinite(x)))


def _first(x: Any) -> tuple[int, ...]:
    """Return the index of the first element that is not finite, () for a number."""
    bad = np.argwhere(~np.isfinite(np.asarray(x)))
    return tuple(int(i) for i in bad[0]) if len(bad) else (0,) * np.ndim(x)


def _at(x: Any, index: tuple[int, ...]) -> str:
    return short(np.asarray(x)[index])
