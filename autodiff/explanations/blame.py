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
from autodiff.explanations.steps import Step, graph_steps, short
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.table.quiet import SILENT, now, put

REMEDIES = {
    "log": "the logarithm needs a positive number: keep it away from 0, or use a cost that is "
    "formed from logits (cross_entropy_with_logits, log_softmax)",
    "log1p": "log1p needs a number above -1",
    "xlogy": "form the cost from logits: cross_entropy_with_logits, or log_softmax",
    "div": "keep the divisor away from 0, or divide before numbers become this small",
    "sqrt": "the square root has no finite slope at 0: use norm(), or add a small number inside",
    "exp": "subtract the largest exponent first: softmax, logsumexp and sigmoid do so themselves",
    "expm1": "the exponent is too large for a float: scale it down",
    "sinh": "the argument is too large for a float: scale it down",
    "cosh": "the argument is too large for a float: scale it down",
    "powc": "the power of a negative number, or a negative power of 0, is no finite number",
    "power": "a power with a variable exponent needs a base above 0",
    "asin": "asin needs a number between -1 and 1, and has no finite slope at the ends",
    "acos": "acos needs a number between -1 and 1, and has no finite slope at the ends",
    "atan2": "the angle jumps where both operands are 0: keep one of them away from it",
    "mul": "one factor is infinite or too large: look at what computed it, scale it down",
    "square": "the number is too large to be squared: scale it down",
    "sub": "two infinities were subtracted: look at what computed them",
    "add": "infinities of both signs, or numbers near the largest float, were added",
    "matmul": "the numbers are too large: scale the weights or the inputs down",
    "sum": "the numbers are too large to be added: scale them down",
}
LEAF = "the number was given so: check the data, or the update step of the parameter"


@dataclass(frozen=True, eq=False)
class Blame:
    """The culprit: `phase` is "leaf", "forward" or "backward", `what` the numbers as they met."""

    phase: str
    node: GraphNode
    edge: Edge | None
    index: tuple[int, ...]
    what: str
    where: str
    remedy: str

    @property
    def text(self) -> str:
        """The finding as a few lines."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        op = f" = {self.node.op}(...)" if self.node.op else ""
        lines = [f"{self.phase}: {self.node.label}{place}{op}: {self.what}"]
        line = self.where or "not kept; record inside `with anomaly():` to see the source line"
        lines += [f"  where: {line}", f"  remedy: {self.remedy}"]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text


def blame_nan(y: Node, names: Mapping[str, Any] | None = None) -> Blame | None:
    """Return the first value or backward edge that is NaN or infinite; None if all is finite.

    >>> import autodiff as ad
    >>> x = ad.Value(0.0, name="x")
    >>> print(blame_nan(ad.log(x) * x))
    forward: v1 = log(...): log(0) = -inf
      where: not kept; record inside `with anomaly():` to see the source line
      remedy: the logarithm needs a positive number: keep it away from 0, or use a cost that is \
formed from logits (cross_entropy_with_logits, log_softmax)
    """
    graph = Graph(y, names=names)
    if not _finite(graph[y].value):
        return _forward(graph, graph[_origin(graph, graph.ids[y])])
    seed = 1.0 if graph[y].shape == () else np.ones(graph[y].shape)
    if isinstance(graph[y].value, np.ndarray):
        seed = np.ones_like(graph[y].value)
    for step in graph_steps(graph, seed, graph.ids[y]):
        if not _finite(step.contribution):
            return _backward(graph, step)
        if not _finite(step.after):
            return _overflow(graph, step)
    return None


def _origin(graph: Graph, end: int) -> int:
    """Return the oldest node from which values that are not finite lead to the end."""
    bad = {end}
    for id in range(end, -1, -1):
        if id in bad:
            bad.update(i for i in graph[id].operands if not _finite(graph[i].value))
    return min(bad)


def _forward(graph: Graph, node: GraphNode) -> Blame:
    index = _first(node.value)
    value = _at(node.value, index)
    if not node.operands:
        return Blame("leaf", node, None, index, f"is {value}", node.where, LEAF)
    xs = [graph[i].value for i in node.operands]
    if all(np.ndim(x) == 0 or np.shape(x) == node.shape for x in xs):
        shown = ", ".join(_at(x, index if np.ndim(x) else ()) for x in xs)
    else:
        shown = ", ".join(f"{graph[i].label} {graph[i].shape}" for i in node.operands)
    infix = node.primitive.infix if node.primitive is not None and len(xs) == 2 else ""
    call = shown.replace(", ", f" {infix} ") if infix else f"{node.op}({shown})"
    remedy = REMEDIES.get(node.op, "look at the operands: the operation is not defined there")
    return Blame("forward", node, None, index, f"{call} = {value}", node.where, remedy)


def _backward(graph: Graph, step: Step) -> Blame:
    node = graph[step.node]
    index = _first(step.contribution)
    assert step.operand is not None
    edge = Edge(step.target, step.node, step.operand)
    value = _at(step.contribution, index)
    to = graph[step.target]
    if step.local is not None and np.shape(step.local) in ((), np.shape(step.upstream)):
        warned = now()
        try:
            put(SILENT)
            found = _first(np.multiply(step.upstream, step.local))
        finally:
            put(warned)
        g = _at(step.upstream, found if np.ndim(step.upstream) else ())
        d = _at(step.local, found if np.ndim(step.local) else ())
        what = f"the part sent to {to.label} is {g} x {d} = {value} ({step.rule})"
    else:
        what = f"the part sent to {to.label} is {value} ({step.rule})"
    remedy = REMEDIES.get(node.op, "its slope is not finite there: keep the operand away from it")
    return Blame("backward", node, edge, index, what, node.where, remedy)


def _overflow(graph: Graph, step: Step) -> Blame:
    node = graph[step.target]
    index = _first(step.after)
    parts = (
        f"{_at(step.before, index)} + {_at(step.contribution, index)} = {_at(step.after, index)}"
    )
    edge = Edge(step.target, step.node, step.operand or 0)
    return Blame(
        "backward", node, edge, index, f"its gradient is {parts}", node.where,
        "the parts of the gradient are too large to be added: scale the cost down",
    )  # fmt: skip


def _finite(x: Any) -> bool:
    return bool(np.all(np.isfinite(x)))


def _first(x: Any) -> tuple[int, ...]:
    """Return the index of the first element that is not finite, () for a number."""
    bad = np.argwhere(~np.isfinite(np.asarray(x)))
    return tuple(int(i) for i in bad[0]) if len(bad) else (0,) * np.ndim(x)


def _at(x: Any, index: tuple[int, ...]) -> str:
    return short(np.asarray(x)[index])
