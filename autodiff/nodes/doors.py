"""The doors: what nodes and graphs hand over to wings above them, the only way up in the house.

A node can explain itself, be pickled and meet numpy's functions, though all that is built on nodes.
Each such method goes through one door, by name: `doors.reduced(self)`. A door is opened when it
is first used, which loads its module, and stays open: after that it is an attribute of this module
like any other. `methods` gives a class the function behind a door as a method, with its signature and
its words. The architecture test reads this table and allows no other import upward.
"""

import importlib
import sys
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.nodes import leaving
from autodiff.table.primitive import ROWS, UFUNCS, Pointwise, row_called

if TYPE_CHECKING:
    from autodiff.derivatives.transforms import array_backward, scalar_backward
    from autodiff.dispatch.methods import attribute_of_number, method_of_nodes
    from autodiff.dispatch.protocol import function_of_nodes, ufunc_of_nodes
    from autodiff.drawing.request import graph_in_notebook, node_in_notebook
    from autodiff.explanations.paths import explain
    from autodiff.explanations.steps import backward_steps
    from autodiff.graphs.storage import packed, reduced
    from autodiff.interop import to_json
    from autodiff.pickles import by_name, jitted, restored, taken_apart, unpickled
    from autodiff.player import save as save_player
    from autodiff.player.live import play
    from autodiff.scipy.special import _row_of as scipy_row

DOORS = {
    "array_backward": "autodiff.derivatives.transforms:array_backward",
    "attribute_of_number": "autodiff.dispatch.methods:attribute_of_number",
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
    "scipy_row": "autodiff.scipy.special:_row_of",
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


def of_scipy(ufunc: Any) -> bool:
    """Return whether a ufunc is one of scipy.special's."""
    places = map(sys.modules.get, ("scipy.special", "scipy.special._ufuncs"))
    return any(getattr(m, ufunc.__name__, None) is ufunc for m in places)


class Attribute:
    """What a node has under a name of numpy's, which is looked up behind a door when it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, owner: Any = None) -> Any:
        opened = globals().get("attribute_of_number") or __getattr__("attribute_of_number")
        return self if node is None else opened(node, self.name)


def as_compared(node: Any) -> Any:
    """Return what numpy.testing makes an array with; elsewhere a Value has none, and is an object in one."""
    if not leaving.compared():
        raise AttributeError("a Value is no array; write ad.stack([x]) for an array node")
    return lambda dtype=None, copy=None: np.array(node.data, dtype or float)


def attributes_of_numbers(kind: type) -> dict[str, Any]:
    """Return what numpy's numbers and arrays have, and the rows of one operand, by name, as attributes.

    numpy asks an object for the method of an operation's name in `np.arctan` of an array of objects.
    """
    if isinstance(vars(kind).get("__getitem__"), FunctionType):  # not compiled
        # numpy takes what is indexed in Python for a sequence, and hides what is said where a number leaves
        delattr(kind, "__getitem__")
    there = {*dir(np.float64), *dir(np.ndarray)} - {*dir(float)} | {"conjugate", "is_integer"}
    named = {n for n in there if not n.startswith("_")} | {f.__name__ for f in UFUNCS}
    named |= {r.name for r in ROWS if isinstance(r, Pointwise) and r.arity == 1}
    found = {name: Attribute(name) for name in sorted(named - {*dir(kind)})}
    return {**found, "__array__": property(as_compared)}


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
    "attribute_of_number",
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
    "scipy_row",
    "taken_apart",
    "to_json",
    "ufunc_of_nodes",
    "unpickled",
]
