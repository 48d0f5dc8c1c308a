"""What is said where a number leaves the graph: `math.sqrt(x)`, `np.array([x], float)`, `c[0] = x`.

Each of these asks a node for its plain number (`__float__`, `__int__`, `__array__`), and what is
computed from it has no graph: the gradient would be 0 without a word. So where the node belongs to a
transform that is being computed, such as `grad`, leaving is an error that names the function to use;
elsewhere, for a node to which a gradient flows, it is a warning, once a source line. Who means it
writes `x.data` or `x.item()`, or works inside `no_grad`; showing and comparing numbers is silent.
"""

import linecache
import os
import re
import sys
import warnings
from collections.abc import Sequence
from contextvars import ContextVar
from types import FrameType
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.modes import MODE
from autodiff.table.primitive import TABLE

# What stands for functions of math, statistics and numpy that bear another name.
NAMES = {
    "fabs": "abs", "pow": "power", "fsum": "sum", "sum": "sum", "fmean": "mean", "mean": "mean",
    "dist": "norm", "array": "stack", "asarray": "stack", "fromiter": "stack", "max": "max",
    "min": "min", "sumprod": "dot",
}  # fmt: skip
CALL = r"\b(math|np|numpy|statistics|cmath|builtins)\.(\w+)\s*\("
SILENT = ("_pytest.", "numpy.testing.")  # which only compare
OWN = "autodiff."
INSTALLED = (os.path.dirname(linecache.__file__), "site-packages")  # not written by the user


class GraphLeftWarning(UserWarning):
    """A number was read from a node to which a gradient flows, and its graph was left.

    >>> import math, warnings
    >>> import autodiff as ad
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     y = math.sqrt(ad.Value(4.0))
    >>> caught[0].category.__name__
    'GraphLeftWarning'
    """


class Inside:
    """A transform that is being computed: its name, the nodes it began with, and the one around it."""

    __slots__ = ("inputs", "outer", "what")

    def __init__(self, what: str, inputs: Sequence[Any], outer: "Inside | None") -> None:
        self.what, self.inputs, self.outer = what, inputs, outer


INSIDE: ContextVar[Inside | None] = ContextVar("autodiff_inside", default=None)


def leave(node: Any, how: str) -> None:
    """Raise, or warn, where reading the plain number of a node loses a gradient."""
    mode = MODE.get()
    if not mode.recording or node.is_constant or not getattr(node, "needs_grad", True):
        return
    inside = around(node)
    if inside is None and not has_leaf(node):
        return
    line, place, frame = source()
    if inside is not None or mode.guards is not None:
        where = f"inside {inside.what}" if inside is not None else "in a recorded function"
        said = (
            f"{how} of {called(node)} {where}: a plain number would leave the graph and its gradient "
            f"be 0; {remedy(line)}{place}"
        )
        lost(said, inside is not None)
        return
    if frame is None:
        return
    warnings.warn_explicit(
        f"{how} of {called(node)} leaves the graph: no gradient flows through the plain number; "
        f"{remedy(line)}",
        GraphLeftWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def needing(x: Any) -> Any:
    """Return a node that needs a gradient, the first among what is given; None where there is none."""
    if isinstance(x, list | tuple):
        return next((n for n in map(needing, x) if n is not None), None)
    if isinstance(x, dict):
        return needing([*x.values()])
    if isinstance(x, slice):
        return needing((x.start, x.stop, x.step))
    if isinstance(x, np.ndarray):
        return needing(x.ravel().tolist()) if x.dtype == object else None
    if getattr(x, "is_constant", True) or not getattr(x, "needs_grad", True):
        return None
    mode = MODE.get()
    if not mode.recording:
        return None
    return x if mode.guards is not None or around(x) is not None or has_leaf(x) else None


def lost(said: str, inside: bool) -> None:
    """Raise where a transform loses a gradient; of a recording note it, as it may be asked for the value."""
    if inside:
        raise TypeError(said)
    mode = MODE.get()
    while mode is not None and not hasattr(mode.block, "left"):
        mode = mode.outer
    if mode is not None:
        mode.block.left = mode.block.left or said


def check_setting(function: str, name: str, value: Any) -> None:
    """Raise where a node that needs a gradient is given to a parameter to which none flows."""
    node = needing(value)
    if node is not None:
        raise TypeError(
            f"{function}: {name}= is given {called(node)}, a node that needs a "
            f"gradient, and none flows to this parameter: it would be 0 without a word; pass the plain "
            f"number, x.data, where that is meant, or compose the function of operations"
        )


def around(node: Any) -> Inside | None:
    """Return the transform that is being computed and to whose inputs the node belongs, if any."""
    inside = INSIDE.get()
    while inside is not None and not computed_from(node, inside.inputs):
        inside = inside.outer
    return inside


def check_copy(node: Any) -> None:
    """Raise where a copy, which is a new leaf, loses a gradient."""
    inside = around(node)
    if inside is not None and not node.is_constant:
        raise TypeError(
            f"copy of {called(node)} inside {inside.what}: the copy would be a new leaf and its gradient "
            f"be 0; a node never changes, so use it as it is, or x.detach() where its number is meant"
        )


def check_backward(*nodes: Any) -> None:
    """Raise where what backward puts into `.grad` is of use to a transform, which would lose it.

    A recording notes it, as it may be asked for the value alone.
    """
    mode = MODE.get()
    for node in nodes if mode.recording else ():
        inside = around(node) if hasattr(node, "parents") else None
        recorded = inside is None and mode.guards is not None and held(node)
        if inside is not None or recorded:
            inside = inside or INSIDE.get()
            where = "in a recorded function" if inside is None else f"inside {inside.what}"
            said = (
                f"backward of {called(node)} {where}: .grad would have plain numbers, which "
                f"leave the graph, and their own gradient be 0; write g = ad.gradient(y, x), which gives "
                f"nodes here, or y.backward() inside ad.no_grad() where plain numbers are meant"
            )
            lost(said, inside is not None)


def held(node: Any) -> bool:
    """Return whether a node was computed in a trace from what the trace began with."""
    return any(not trace.inputs or trace.holds(node) for trace in modes._traces)


def one_node(a: Any, b: Any) -> bool:
    """Return whether two nodes are one; raise where a function may mean their numbers, as arrays do."""
    inside = INSIDE.get() is not None or MODE.get().guards is not None
    if a is not b and inside and not (a.is_constant and b.is_constant):
        raise TypeError(
            f"== of {called(a)} and {called(b)}: two nodes are equal where they are one and the same node, "
            f"whatever their numbers; write x.data == y.data to compare the numbers, or x is y"
        )
    return a is b


def unchanging(node: Any, how: str) -> TypeError:
    """Return the error for changing a part of a node's array."""
    return TypeError(
        f"{how.format(called(node))}: the array of a node never changes; take ad.where, "
        f"ad.concatenate or ad.stack, or assign a whole leaf (p.data = ...)"
    )


def masked() -> TypeError:
    """Return the error for numpy.ma, which would take the numbers of a node and lose its graph."""
    return TypeError(
        "numpy.ma: masked arrays are not for nodes; give m.filled(0.0) or m.compressed(), or choose "
        "with np.where"
    )


def called(node: Any) -> str:
    return str(node.name) if node.name else f"a {type(node).__name__}"


def computed_from(node: Any, inputs: Sequence[Any]) -> bool:
    """Return whether a node is one of the inputs or was computed from one."""
    ids = set(map(id, inputs))
    oldest = min((x.seq for x in inputs), default=0)
    pending, seen = [node], {id(node)}
    while pending:
        x = pending.pop()
        if id(x) in ids:
            return True
        for p in x.parents:
            if p.seq >= oldest and id(p) not in seen:
                seen.add(id(p))
                pending.append(p)
    return False


def has_leaf(node: Any) -> bool:
    """Return whether a gradient can flow from the node to a leaf."""
    pending, seen = [node], {id(node)}
    while pending:
        x = pending.pop()
        if x.primitive is None:
            if not x.is_constant:
                return True
            continue
        for p in x.parents:
            if id(p) not in seen:
                seen.add(id(p))
                pending.append(p)
    return False


def source() -> tuple[str, str, FrameType | None]:
    """Return the line of source that asks for the number, where it stands, and its frame."""
    first = frame = outside(sys._getframe(0))
    while frame is not None and any(part in frame.f_code.co_filename for part in INSTALLED):
        frame = frame.f_back
    frame = frame or first
    if frame is None or module_of(first).startswith(SILENT):
        return "", "", None
    file, n = frame.f_code.co_filename, frame.f_lineno
    return linecache.getline(file, n), f" ({file}, line {n})", frame


def compared() -> bool:
    """Return whether numpy.testing asks, which compares numbers."""
    return module_of(outside(sys._getframe(0))).startswith(SILENT[1])


def outside(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is none of the library's."""
    while frame is not None and module_of(frame).startswith(OWN):
        frame = frame.f_back
    return frame


def module_of(frame: FrameType | None) -> str:
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def remedy(line: str) -> str:
    """Say what to write instead, by the names of the functions in a line of source."""
    found = [
        f"ad.{NAMES.get(name, name)} for {module}.{name}"
        for module, name in re.findall(CALL, line)
        if name in NAMES or name in TABLE
    ]
    if not found and re.search(r"\]\s*=[^=]", line):
        found = ["ad.stack or ad.where instead of putting numbers into an array"]
    write = (
        f"write {', '.join(found)}" if found else "use the functions of autodiff, such as ad.sqrt"
    )
    return f"{write}, or x.data where the plain number is meant"
