"""What is drawn together: the groups of a view, and the bundles of edges between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autodiff.drawing.columns import Columns, Ints
from autodiff.graph import Edge

THICKEST = 4  # bundles a box, of a picture with groups


@dataclass(frozen=True, eq=False)
class Group:
    """Nodes that are drawn as one box; `how` is "" for a node that stands for itself."""

    members: Ints
    title: str = ""
    scope: str = ""
    how: str = ""  # collapsed, folded or elided

    @property
    def node(self) -> int | None:
        """The node that this group is, None for several."""
        return None if self.how else int(self.members[0])


@dataclass(frozen=True)
class View:
    """The groups of a picture, in order, and sentences on what it leaves out."""

    table: Columns
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def place(self) -> Ints:
        """For each node the index of its group, -1 where it is not shown."""
        place = np.full(len(self.table), -1)
        for i, group in enumerate(self.groups):
            place[group.members] = i
        return place

    @cached_property
    def single(self) -> np.ndarray:
        """For each group whether it is one node; the last entry, for what is not shown, is False."""
        return np.array([g.node is not None for g in self.groups] + [False])

    def edges(self) -> Iterator[Edge]:
        """Yield the edges between single nodes, by target and operand."""
        t, place = self.table, self.place
        both = self.single[place[t.sources]] & self.single[place[t.targets]]
        for at in np.flatnonzero(both).tolist():
            target = int(t.targets[at])
            yield Edge(int(t.sources[at]), target, at - int(t.starts[target]))

    def bundles(self) -> list[tuple[int, int, int]]:
        """Return (source group, target group, edges) where at least one of the two is a group."""
        t, place = self.table, self.place
        a, b = place[t.sources], place[t.targets]
        bundled = (a >= 0) & (b >= 0) & (a != b) & ~(self.single[a] & self.single[b])
        n = len(self.groups)
        pairs, counts = np.unique(a[bundled] * n + b[bundled], return_counts=True)
        return [
            (int(p) // n, int(p) % n, int(c)) for p, c in zip(pairs.tolist(), counts, strict=True)
        ]


def pattern(name: str) -> str:
    """Return a name without its numbers: equal siblings are called alike.

    >>> pattern("layer2/neuron13")
    'layer/neuron'
    """
    return re.sub(r"[\W_]*\d+", "", name) or "#"
