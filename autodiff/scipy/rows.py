"""How a function of SciPy's is entered as a row, and what an operand without a derivative answers."""

import inspect
import math
from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.primitive import REAL, UNKNOWN, Pointwise

plain = require("scipy.special", "scipy", "autodiff.scipy.special")
ROWS: dict[str, Pointwise] = {}
PLACES: dict[Any, int] = {}  # which operand a rule is of


def row(
    name: str,
    *partials: Any,
    domain: Any = None,
    reference: Any = "",
    tex: str = "",
    array: Any = None,
) -> Any:
    """Enter SciPy's function of this name as a row."""
    function = array or getattr(plain, name)
    known = [p for p in partials if p.__name__ != "refuse"]
    named = known[0] if known else lambda y, x: None
    for place, rule in enumerate(partials):
        PLACES[rule] = place
        rule.__signature__ = inspect.signature(named)  # the operands' names
    slots = ", ".join(f"{{{i}}}" for i in range(len(partials)))
    found = ROWS[name] = Pointwise(
        name, function, scalar=lambda *xs: float(function(*xs)), partials=partials,
        domain=domain or (REAL,) * len(partials), reference=reference,
        tex=tex or rf"\operatorname{{{{{name.replace('_', ' ')}}}}}({slots})",
    )  # fmt: skip
    return found


def moves(x: Any) -> bool:
    """Return whether x is a node that depends on one which is no constant."""
    nodes, seen = [x] if isinstance(x, Value | Tensor) else [], {x}
    for node in nodes:  # to which those that are found are added
        parents = node.parents
        if not parents and not node.is_constant:
            return True
        row = node.primitive
        for place, parent in enumerate(parents):
            if not (isinstance(row, Pointwise) and row.still[place]) and parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    return False


def fixed(what: str) -> Any:
    """Return the rule of an operand with respect to which SciPy offers no derivative.

    A scalar node forms all its partials when it is recorded, so there the unknown one is NaN; whoever
    comes upon a gradient that is NaN asks whether it is one of these, and then raises what they raise. Where
    the partials are nodes (a gradient that is differentiated again, or recorded), NaN would be a constant,
    with slope 0: there only an operand that is one may have it.
    """

    def refuse(y: Any, *xs: Any) -> Any:
        if isinstance(y, Value):
            return unknown() if moves(xs[PLACES[refuse]]) else math.nan
        return unknown() if isinstance(y, Tensor | np.ndarray) else math.nan

    def unknown() -> Any:
        raise TypeError(
            f"{what} has no derivative here; give that operand as a plain number, not as a node that "
            f"needs a gradient"
        )

    UNKNOWN[refuse] = unknown
    return refuse
