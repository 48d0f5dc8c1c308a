"""What holds for all operations inside a `with` block: `no_grad`, `scope`, `anomaly`.

A mode belongs to the context (thread or task) that entered it. Looking that up costs more than
recording a scalar node, so the engines look only while some mode is active anywhere: `active` is the
number of blocks that were entered and not left, `watched` that of the traces which want to know of
comparisons.
"""

import os
import sys
from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar
from threading import Lock
from types import FrameType, FunctionType
from typing import Any

from autodiff.nodes.uncompiled import Ending

active = 0
watched = 0
_traces: tuple[Any, ...] = ()
_lock = Lock()


class Mode:
    """What is in force: recording or not, scopes, source lines, a trace's guards, a teacher.

    A block begins with what is in force outside of it, `outer`, and changes it before it is entered.
    """

    __slots__ = (
        "anomaly", "block", "guards", "outer", "path", "recording", "scopes", "start", "teacher",
    )  # fmt: skip

    recording: bool
    scopes: tuple[str, ...]
    path: str
    anomaly: bool
    guards: list[tuple[Any, ...]] | None
    teacher: Callable[[Any, Any], None] | None
    outer: Any  # the Mode outside of the block
    block: Any  # the `mode` or `watch` whose block this is
    start: int  # the moment at which the trace in force began

    def __init__(self, outer: "Mode | None" = None) -> None:
        self.outer, self.block = outer, None
        if outer is None:
            self.recording, self.anomaly = True, False
            self.scopes, self.path = (), ""
            self.guards = self.teacher = None
            self.start = -1
        else:
            self.start = outer.start
            self.recording, self.anomaly = outer.recording, outer.anomaly
            self.scopes, self.path = outer.scopes, outer.path
            self.guards, self.teacher = outer.guards, outer.teacher

    def again(self, outer: "Mode") -> "Mode":
        """Return this mode inside of another one."""
        found: Mode = self.block.changed(outer)
        found.block = self.block
        return found


MODE: ContextVar[Mode] = ContextVar("autodiff_mode", default=Mode())  # noqa: B039  it never changes


def _count(change: int) -> None:
    global active
    with _lock:
        active += change


def watch(more: tuple[Any, ...], less: tuple[Any, ...]) -> None:
    """Listen to more traces, or to less."""
    global watched, _traces
    with _lock:
        _traces = (*(t for t in _traces if t not in less), *more)
        watched = len(_traces)


def entry(block: Any, outer: Any = None) -> Any:
    """Return the innermost mode in force that is of a block (and was entered in the state `outer`)."""
    at: Mode | None = MODE.get()
    while at is not None and (
        at.block is not block or (outer is not None and at.outer is not outer)
    ):
        at = at.outer
    return at


def without(now: Mode, left: Mode) -> Mode:
    """Return what is in force once a block is left, also where blocks inside of it are still open."""
    above = []
    at: Mode | None = now
    while at is not None and at is not left:
        above.append(at)
        at = at.outer
    if at is None:
        return now
    found: Mode = left.outer
    for mode in reversed(above):
        found = mode.again(found)
    return found


def tracing() -> bool:
    """Return whether a trace records what is computed here."""
    return MODE.get().guards is not None


def note(sign: str, a: Any, b: Any, outcome: Any) -> None:
    """Tell the trace in force, if any, how a comparison turned out, or what was read ("=")."""
    guards = MODE.get().guards
    if guards is not None:
        guards.append((sign, a, b, outcome))
        return
    for trace in _traces if a is not None else ():  # of another thread, or another context
        if trace.holds(a) or trace.holds(b):
            trace.guards.append((sign, a, b, outcome))


def check_unwatched(node: Any, what: str) -> None:
    """Raise if a trace is in force and a node from outside of it is to be changed or its gradient read."""
    now = MODE.get()
    if now.guards is not None and node.seq <= now.start:
        raise RuntimeError(
            f"{what} of {node!r:.60} is used while a program is recorded that the node is no part of; "
            f"a program would not do so again, so return what is needed and do this outside"
        )


def read_leaves(y: Any) -> None:
    """Tell the trace in force, if any, that every number was read that y is computed from.

    What is then computed from the graph and is no node itself (a gradient) depends on all of them.
    """
    pending, seen = [y] if watched and tracing() else [], set()
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += node.parents
            if not node.parents:
                node.data  # noqa: B018  reading it is what is noted


class mode(ContextDecorator):  # noqa: N801  a word to write after `with`
    """Apply `changes` to the current mode inside a `with` block (or a decorated function)."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def __enter__(self) -> None:
        inside = self.changed(MODE.get())
        inside.block = self  # kept in the mode, not here: threads may share this block
        counted = entered = False
        try:
            _count(1)
            counted = True
            MODE.set(inside)
            entered = True
        finally:
            if counted and not entered:  # interrupted
                MODE.set(without(MODE.get(), inside))
                _count(-1)

    def __exit__(self, *error: object) -> None:
        left = entry(self)
        if left is not None:  # else it was entered in another context
            MODE.set(without(MODE.get(), left))
        _count(-1)

    def _undo(self, outer: Mode) -> None:
        """Take the block that was entered in this state away, if it is still there."""
        left = entry(self, outer)
        if left is not None:
            MODE.set(without(MODE.get(), left))
            _count(-1)

    def changed(self, now: Mode) -> Mode:
        """Return the mode inside the block."""
        inside = Mode(now)
        for name, value in self.changes.items():
            setattr(inside, name, value)
        return inside


class scope(mode):  # noqa: N801
    """Name the part of the graph that is recorded inside the block; scopes nest.

    >>> import autodiff as ad
    >>> with ad.scope("layer1"):
    ...     y = ad.Value(1.0) + 1
    >>> y.scope
    'layer1'
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"scope: needs a name, a string that is not empty, got {name!r}")
        self.name = name

    def changed(self, now: Mode) -> Mode:
        inside = Mode(now)
        inside.scopes = (*now.scopes, self.name)
        inside.path = f"{now.path}/{self.name}" if now.path else self.name
        return inside


def no_grad() -> mode:
    """Compute without recording: results are constants that no gradient flows through.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0)
    >>> with ad.no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """
    return mode(recording=False)


def anomaly() -> mode:
    """Keep the source line of every node that is recorded inside the block, for `blame_nan`.

    >>> import autodiff as ad
    >>> with ad.anomaly():
    ...     y = ad.log(ad.Value(0.0))
    >>> ":" in y.where
    True
    """
    return mode(anomaly=True)


def before_backward(y: Any, gradient: Any) -> None:
    """Let the trace and the teacher in force, if any, look at the graph of y."""
    read_leaves(y)
    teacher = MODE.get().teacher
    if teacher is not None:
        teacher(y, gradient)


def source_line() -> str:
    """Return `file:line` of the innermost caller outside this package."""
    frame: FrameType | None = sys._getframe(
        0
    )  # compiled functions have none, and those of the package are left out
    while frame is not None:
        if not str(frame.f_globals.get("__name__", "")).startswith("autodiff."):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return "?"


def unlocked() -> None:
    """Give a forked process a lock of its own."""
    global _lock
    _lock = Lock()


def at_fork(function: Callable[[], None]) -> None:
    """Call a function in every process that is forked from this one."""
    getattr(os, "register_at_fork", lambda **_: None)(after_in_child=function)


at_fork(unlocked)
if isinstance(mode.__exit__, FunctionType):  # not compiled
    mode.__exit__ = Ending(mode.__exit__, MODE)  # type: ignore[method-assign, assignment]
