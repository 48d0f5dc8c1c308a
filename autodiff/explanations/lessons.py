"""Warnings that teach: what `backward` is about to do to gradients, said before it is done.

Accumulating gradients, leaving a parameter out and changing a parameter before backward are all
allowed and often wanted, so nothing is said unless it is asked for: `with teaching(w, b):`.
"""

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, gradient
from autodiff.drawing.naming import called
from autodiff.explanations.steps import short
from autodiff.graphs.graph import Edge, Graph
from autodiff.graphs.order import flows
from autodiff.nodes.modes import mode
from autodiff.table.language import say


class Lesson(UserWarning):
    """What a learner might not have meant; the message says what happens and what to do."""


@contextmanager
def teaching(*leaves: Node, names: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Warn, at every backward inside the block, of what learners stumble over.

    A gradient that is still there from an earlier backward (a forgotten `zero_grad`) is shown with
    both contributions; a leaf among `leaves` that the output does not depend on is named, and so is
    a parameter that was changed after the graph was recorded. `names` (such as locals()) label the
    nodes.

    >>> import autodiff as ad
    >>> w = ad.Value(3.0, name="w")
    >>> with warnings.catch_warnings(record=True) as said, teaching(w):
    ...     warnings.simplefilter("always")
    ...     (w * w).backward()
    ...     (w * w).backward()
    >>> print(said[0].message)
    w.grad is still 6 from an earlier backward; this one adds 6, which makes 12. For the gradient of \
this output alone, call w.zero_grad() before backward.
    """
    for leaf in leaves:
        if not isinstance(leaf, Node):
            raise TypeError(f"teaching: needs Values or Tensors, got {type(leaf).__name__}")

    def teacher(y: Node, seed: Any) -> None:
        graph = Graph(y, names=names)
        for lesson in lessons(graph, y, seed, leaves):
            warnings.warn(lesson, Lesson, stacklevel=_outside())

    with mode(teacher=teacher):
        yield


def lessons(graph: Graph, y: Node, seed: Any, leaves: tuple[Node, ...]) -> Iterator[str]:
    """Yield what there is to say before y.backward(seed)."""
    with mode(teacher=None):
        yield from _forgotten(graph, y, seed)
        yield from _changed(graph)
        yield from _disconnected(graph, y, leaves)


def _forgotten(graph: Graph, y: Node, seed: Any) -> Iterator[str]:
    for node in graph:
        if node.kind != "parameter" or node.grad is None or not np.any(node.grad):
            continue
        new = gradient(y, node.live, seed)
        old, both = short(node.grad), short(node.grad + new)
        yield say("lesson.forgotten", node=node.label, old=old, new=short(new), sum=both)


def _changed(graph: Graph) -> Iterator[str]:
    for node in graph:
        later = [e for e in graph.users[node.id] if graph[e.target].live.seq < node.live.seq]
        if node.operands or node.kind == "constant" or not later:
            continue
        user = graph[later[0].target]
        value = short(node.value)
        yield say(
            "lesson.changed", node=node.label, value=value, user=called(graph)[user.id], op=user.op
        )


def _disconnected(graph: Graph, y: Node, leaves: tuple[Node, ...]) -> Iterator[str]:
    reached = {graph.ids[y]}
    for node in reversed(graph.nodes):
        if node.id in reached:
            reached.update(
                s for i, s in enumerate(node.operands) if flows(graph, Edge(s, node.id, i))
            )
    label = graph[y].label
    for leaf in leaves:
        if leaf not in graph.ids:
            why = say("lesson.unused")
        elif graph.ids[leaf] not in reached:
            why = say("lesson.no_flow")
        else:
            continue
        name = leaf.name or say("lesson.leaf", leaf=repr(leaf))
        yield say("lesson.disconnected", output=label, leaf=name, why=why)


def _outside() -> int:
    """Return the stack level of the innermost caller outside this package, for `warn`."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(
        ("autodiff.", "contextlib")
    ):
        level, frame = level + 1, frame.f_back
    return level
