"""The doors: what nodes and graphs hand over to wings above them, the only way up in the house.

A node can explain itself, be pickled and meet numpy's functions, though all that is built on nodes.
Each such method goes through one door, by name: `doors.reduced(self)`. A door is opened when it
is first used, which loads its module, and stays open: after that it is an attribute of this module
like any other. `methods` gives a class the function behind a door as a method, with its signature and
its words. The architecture test reads this table and allows no other import upward.
"""

import importlib
from types import MethodType
from typing import TYPE_CHECKING, Any

from autodiff.table.primitive import row_called

if TYPE_CHECKING:
    from autodiff.derivatives.transforms import array_backward, scalar_backward
    from autodiff.dispatch.methods import method_of_nodes
    from autodiff.dispatch.protocol import function_of_nodes, ufunc_of_nodes
    from autodiff.drawing.request import graph_in_notebook, node_in_notebook
    from autodiff.explanations.paths import explain
    from autodiff.explanations.steps import backward_steps
    from autodiff.graphs.storage import packed, reduced
    from autodiff.interop import to_json
    from autodiff.pickles import by_name, jitted, restored, taken_apart, unpickled
    from autodiff.player import save as save_player
    from autodiff.player.live import play

DOORS = {
    "array_backward": "autodiff.derivatives.transforms:array_backward",
    "by_name": "autodiff.pickles:by_name",
    "backward_steps": "autodiff.explanations.steps:backward_steps",
    "explain": "autodiff.explanations.paths:explain",
    "function_of_nodes": "autodiff.dispatch.protocol:function_of_nodes",
    "graph_in_notebook": "autodiff.drawing.request:graph_in_notebook",
    "method_of_nodes": "autodiff.dispatch.methods:method_of_nodes",
    "node_in_notebook": "autodiff.drawing.request:node_in_notebook",
    "packed": "autodiff.graphs.storage:packed",
    "play": "autodiff.player.live:play",
    "reduced": "autodiff.graphs.storage:reduced",
    "jitted": "autodiff.pickles:jitted",
    "restored": "autodiff.pickles:restored",
    "save_player": "autodiff.player:save",
    "scalar_backward": "autodiff.derivatives.transforms:scalar_backward",
    "to_json": "autodiff.interop:to_json",
    "taken_apart": "autodiff.pickles:taken_apart",
    "ufunc_of_nodes": "autodiff.dispatch.protocol:ufunc_of_nodes",
    "unpickled": "autodiff.pickles:unpickled",
}

row_called.__module__ = DOORS["restored"].partition(":")[0]  # what the pickle of a row names


def __getattr__(name: str) -> Any:
    """Open a door: load the function behind it and keep it here."""
    if name not in DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, function = DOORS[name].partition(":")
    opened = globals()[name] = getattr(importlib.import_module(module), function)
    return opened


if TYPE_CHECKING:
    from autodiff.nodes import doors as methods  # what is behind a door has its type here
else:

    class Method:
        """A method whose function stands behind a door, which is opened when it is asked for."""

        def __init__(self, name: str) -> None:
            self.name = name

        def __get__(self, node: Any, owner: Any = None) -> Any:
            function = globals().get(self.name) or __getattr__(self.name)
            return function if node is None else MethodType(function, node)

    class Methods:
        """The doors as methods: `explain = doors.methods.explain` in the body of a class."""

        def __getattr__(self, name: str) -> Method:
            return Method(name)

    methods = Methods()


__all__ = [
    "DOORS",
    "array_backward",
    "backward_steps",
    "by_name",
    "explain",
    "function_of_nodes",
    "graph_in_notebook",
    "jitted",
    "method_of_nodes",
    "methods",
    "node_in_notebook",
    "packed",
    "play",
    "reduced",
    "restored",
    "save_player",
    "scalar_backward",
    "taken_apart",
    "to_json",
    "ufunc_of_nodes",
    "unpickled",
]
