"""A recording that listens: what it is told of comparisons, and of numbers that are read.

The course of a recorded function depends on both, so a program keeps them as guards. Inside the block of
`watch` the engines tell what happens here, and what other threads do with the nodes of the recording.
"""

from collections.abc import Sequence
from typing import Any

from autodiff.nodes import modes
from autodiff.nodes.modes import MODE, Mode
from autodiff.nodes.uncompiled import Ending


class Guards(list[Any]):
    """Guards, each with the source line that it was made in."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def append(self, guard: Any) -> None:
        """Add a guard, and note the line."""
        super().append(guard)
        self.lines.append(modes.source_line())


class Trace:
    """A recording that goes on somewhere: its guards, the nodes that it began with, and when it began.

    `whole` are those that stand for whole numbers, which have no derivative.
    """

    def __init__(
        self, guards: list[tuple[Any, ...]], inputs: Sequence[Any], start: int, whole: Sequence[Any]
    ) -> None:
        self.guards, self.inputs, self.start, self.whole = guards, inputs, start, whole

    def holds(self, x: Any) -> bool:
        """Return whether a node was computed from the inputs of the trace."""
        inputs = set(map(id, self.inputs))
        pending, seen = [x] if hasattr(x, "parents") else [], set()
        while pending:
            node = pending.pop()
            if id(node) in inputs:
                return True
            if node.seq > self.start and id(node) not in seen:
                seen.add(id(node))
                pending += node.parents
        return False


def stands_for_whole(x: Any) -> bool:
    """Return whether a node stands for a whole number that a recording was given."""
    return any(x is node for trace in modes._traces for node in trace.whole)


class watch:  # noqa: N801  a word to write after `with`
    """Add to `guards` every comparison of numbers and every reading of one inside the block.

    What is noted is told to the trace around this one as well, if there is one. `inputs` are the first
    nodes of the trace: by them it is known where another thread reads from it. `left` says where a number
    left the graph, so that there is a value and no gradient.
    """

    def __init__(
        self, guards: list[tuple[Any, ...]], inputs: Sequence[Any] = (), whole: Sequence[Any] = ()
    ) -> None:
        self.guards = guards
        self.left: str | None = None
        self.start = min([x.seq for x in inputs], default=0) - 1
        self.trace = Trace(guards, inputs, self.start, whole)

    def __enter__(self) -> None:
        inside = self.changed(MODE.get())
        inside.block = self
        entered = False
        try:
            modes.watch((self.trace,), ())
            MODE.set(inside)
            entered = True
        finally:
            if not entered:  # interrupted
                self._undo(inside.outer)

    def __exit__(self, *error: object) -> None:
        left = modes.entry(self)
        if left is not None and left.outer.guards is not None:
            left.outer.guards.extend(self.guards)
        self._undo(None if left is None else left.outer)

    def _undo(self, outer: Any) -> None:
        """Take the block that was entered in this state away, if it is still there."""
        left = modes.entry(self, outer)
        if left is not None:
            MODE.set(modes.without(MODE.get(), left))
        modes.watch((), (self.trace,))

    def changed(self, now: Mode) -> Mode:
        """Return the mode inside the block."""
        inside = Mode(now)
        inside.guards, inside.recording, inside.start = self.guards, True, self.start
        return inside


watch.__exit__ = Ending(watch.__exit__, MODE)  # type: ignore[method-assign, assignment]
