"""Lists of nodes where numpy takes a list of numbers.

numpy asks an argument for its protocol, but does not look into a list. Where a list holds nodes, they
are put together here before numpy sees them, except where numpy itself takes a list of arrays.
"""

import types
from functools import wraps
from typing import Any

import numpy

from autodiff.dispatch.entries import ENTRIES
from autodiff.nodes.functions import as_node, holds_nodes, is_node

# numpy's functions that take arrays in a list: it looks into that list itself.
TAKE_LISTS = {
    "concatenate", "concat", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack", "block",
    "einsum", "multi_dot", "select", "piecewise", "broadcast_arrays", "meshgrid", "lexsort", "choose",
}  # fmt: skip


def accepting_lists(function: Any) -> Any:
    """Return a function of numpy that also takes lists of nodes; anything else as it is."""
    if isinstance(function, type | types.ModuleType) or not callable(function):
        return function
    if getattr(function, "__name__", "") in TAKE_LISTS:
        return function

    @wraps(function, updated=())
    def call(*args: Any, **options: Any) -> Any:
        if any(isinstance(a, list | tuple) and holds_nodes(a) for a in (*args, *options.values())):
            args = tuple(map(whole, args))
            options = {k: whole(v) for k, v in options.items()}
        entry = ENTRIES.get(function)
        if entry and any(map(is_node, (*args, *options.values()))):
            # numpy asks some parameters for a node and not others
            return entry(*args, **options)
        return function(*args, **options)

    for name in (
        "reduce",
        "accumulate",
        "outer",
        "reduceat",
        "at",
        "nin",
        "nout",
        "types",
        "ntypes",
    ):
        if isinstance(function, numpy.ufunc):
            setattr(call, name, getattr(function, name))
    return call


def whole(x: Any) -> Any:
    """Return nodes in a list put together as one node, anything else as it is."""
    return as_node(x) if isinstance(x, list | tuple) and holds_nodes(x) else x
