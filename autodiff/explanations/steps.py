"""Backward as an iterator: one step an edge, with everything a person would write down for it.

The first step sets the gradient of the output (1, or the cotangent that is given). Each later step
takes one edge, newest node first: the gradient of the node that was reached (`upstream`) times the
local derivative is the `contribution` that the operand's gradient grows by, from `before` to
`after`. Steps are taken in the order of `backward` and with its own rules, so the last `after` of a
node is its gradient to the last bit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, scaled
from autodiff.drawing.naming import Names, called
from autodiff.explanations.notation import as_drawn, bracketed, over
from autodiff.graphs.graph import Edge, Graph
from autodiff.graphs.order import backward_order, flows
from autodiff.nodes.functions import seed_for
from autodiff.nodes.value import Value
from autodiff.sources.latex import SMALL
from autodiff.sources.plaintext import text
from autodiff.sources.terms import Show, contribution_term, gradient_of, local_term
from autodiff.table.quiet import SILENT, now, put


@dataclass(frozen=True, slots=True)
class Step:
    """One step of backward: node `node` sends `contribution` to its operand `target`.

    `node` and `target` are ids of the graph, `operand` is the place among the node's operands (None
    for the first step, which seeds the output). `rule` is the local derivative as a formula, for a
    linear map the contribution itself; `local` its number or array, None for a linear map. Between
    numbers `contribution == upstream * local`.
    """

    index: int
    node: int
    target: int
    operand: int | None
    label: str
    target_label: str
    op: str
    rule: str
    upstream: Any
    local: Any
    contribution: Any
    before: Any
    after: Any

    def __str__(self) -> str:
        return (
            f"{self.index}: {self.rule}\n    d{bracketed(self.target_label)}: {short(self.before)} "
            f"+ {short(self.contribution)} = {short(self.after)}"
        )


def backward_steps(
    y: Node, gradient: Any = None, names: Mapping[str, Any] | None = None
) -> Iterator[Step]:
    """Yield the steps of y.backward(gradient), without touching any `.grad`.

    `names` (such as locals()) label the nodes; others are called as in the picture. A non-scalar
    Tensor needs its cotangent.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0, name="x")
    >>> for step in (x * x).backward_steps():
    ...     print(step)
    0: dout/dout = 1
        dout: 0 + 1 = 1
    1: dout/dx = x
        dx: 0 + 3 = 3
    2: dout/dx = x
        dx: 3 + 3 = 6
    """
    yield from graph_steps(Graph(y, names=names), seed_for(y, gradient, "backward_steps"))


def graph_steps(graph: Graph, seed: Any = 1.0, output: int | None = None) -> Iterator[Step]:
    """Yield the steps of backward on a snapshot, from `output` (its first output by default)."""
    end = graph.outputs[0] if output is None else output
    grads: dict[int, Any] = {}
    root = graph[end]
    names, show = called(graph), as_drawn(graph)
    zero = 0.0 if isinstance(root.live, Value) else np.zeros_like(root.value)
    grads[end] = seed
    yield Step(
        0, end, end, None, names[end], names[end], root.op, f"{over(names[end], names[end])} = 1",
        None, None, seed, zero, seed,
    )  # fmt: skip
    index = 1
    for id in backward_order(graph):
        if id not in grads:
            continue
        node, upstream = graph[id], grads[id]
        locals_ = node.live.local_derivatives if isinstance(node.live, Value) else None
        for place, source in enumerate(node.operands):
            to = graph[source]
            edge = Edge(source, id, place)
            if not flows(graph, edge):
                continue
            local = graph.local(edge) if locals_ is None else locals_[place]
            part = graph.send(edge, upstream) if locals_ is None else scaled(upstream, local)
            if isinstance(to.live, Value):
                part = float(part)
                before = grads.get(source, 0.0)
            else:
                before = grads.get(source)
            warned = now()
            try:
                put(SILENT)
                after = part if before is None else before + part
            finally:
                put(warned)
            grads[source] = after
            shown = np.zeros_like(to.value) if before is None else before
            yield Step(
                index, id, source, place, names[id], names[source], node.op,
                rule_text(graph, edge, names, show), upstream, local, part, shown, after,
            )  # fmt: skip
            index += 1


def rule_text(graph: Graph, edge: Edge, names: Names, show: Show) -> str:
    """Return the rule of an edge in words of the graph: `da/dz = sigmoid_prime(z)`.

    For a linear map of arrays it says what the operand receives: `dC/dw: dC/dz @ x.T`. Nodes are
    called by `names` and written in formulas as `show` says.
    """
    local = local_term(graph, edge, show)
    if local is not None:
        return f"{over(names[edge.target], names[edge.source])} = {text(local)}"
    end = names[graph.outputs[0]]
    upstream = gradient_of(graph[edge.target], over(end, names[edge.target]))
    part = contribution_term(graph, edge, upstream, show)
    received = "nothing" if part is None else text(part)
    return f"{over(end, names[edge.source])}: {received}"


def short(x: Any) -> str:
    """Return a number with six digits, an array in one line (large ones by shape and norm)."""
    if x is None:
        return ""
    array = np.asarray(x)
    if array.ndim == 0:
        return f"{float(array):.6g}"
    if array.size <= SMALL:
        return np.array2string(array, precision=4, separator=", ").replace("\n", "")
    return f"array {array.shape}, norm {np.linalg.norm(array):.4g}"
