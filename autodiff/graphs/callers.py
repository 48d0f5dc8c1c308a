"""Names without asking: what the caller's own variables call the nodes that have no name.

Whoever writes `z = w * x + b` has named a node already. The variables that are seen from the innermost
frame outside this library are looked at, its own before those of its module; in a notebook, where a
cell's last line is shown by the notebook itself, those of the notebook.
"""

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from autodiff.graphs.graph import Graph
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value


def named(names: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the names that were given, or those of the caller's variables.

    A variable names a node that has no name of its own; one that begins with an underscore none, nor
    one that no one wrote (tools that rewrite a test name theirs @1).
    """
    if names is not None:
        return names
    return {
        name: x
        for name, x in list(variables().items())
        if issubclass(type(x), Value | Tensor)  # an object is not asked what it is
        and x.name is None
        and name.isidentifier()
        and name[0] != "_"
    }


def snapshot(y: Any, *also: Any, names: Mapping[str, Any] | None = None) -> Graph:
    """Return the graph of y, and of others, with the names that were given, or those of the caller.

    A result that no one has named is called `out`.
    """
    graph = Graph(y, *also, names=named(names))
    end = graph.outputs[0]
    if graph.live[end].parents and "out" not in graph.names:
        graph.names[end] = graph.names[end] or "out"
    return graph


def variables() -> Mapping[str, Any]:
    """Return the variables that are seen where this library was called, the innermost first."""
    frame = caller()
    if str(frame.f_globals.get("__name__", "")).startswith("IPython."):
        outer: FrameType | None = frame
        while outer is not None:  # the shell, which runs the cell, stands further out
            spaces = getattr(outer.f_locals.get("self"), "user_ns", None)
            if isinstance(spaces, dict):
                return spaces
            outer = outer.f_back
        return {}
    own = frame.f_locals
    if own is frame.f_globals:
        return own
    return {**own, **{name: x for name, x in list(frame.f_globals.items()) if name not in own}}


def caller() -> FrameType:
    """Return the innermost frame outside this library."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _ours(frame.f_globals):
        frame = frame.f_back
    return frame


def _ours(scope: Mapping[str, Any]) -> bool:
    return str(scope.get("__name__", "")).partition(".")[0] == "autodiff"
