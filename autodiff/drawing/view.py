"""What is drawn together: the groups of a view, and the bundles of edges between them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autodiff.drawing.columns import Columns, Ints
from autodiff.graphs.graph import Edge

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
class Bundle:
    """All edges from one group to another: how many, and the first of them."""

    source: int
    target: int
    count: int
    edge: Edge


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
        yield from map(self._edge, np.flatnonzero(both).tolist())

    def bundles(self) -> list[Bundle]:
        """Return the bundles of edges of which at least one end is a group of several nodes."""
        t, place = self.table, self.place
        a, b = place[t.sources], place[t.targets]
        bundled = np.flatnonzero(
            (a >= 0) & (b >= 0) & (a != b) & ~(self.single[a] & self.single[b])
        )
        n = len(self.groups)
        pairs, first, counts = np.unique(
            a[bundled] * n + b[bundled], return_index=True, return_counts=True
        )
        found = zip(pairs.tolist(), bundled[first].tolist(), counts.tolist(), strict=True)
        return [Bundle(pair // n, pair % n, many, self._edge(at)) for pair, at, many in found]

    def _edge(self, at: int) -> Edge:
        """Return the edge at a place of the table."""
        target = int(self.table.targets[at])
        return Edge(int(self.table.sources[at]), target, at - int(self.table.starts[target]))


def pattern(name: str) -> str:
    """Return a name without its numbers: equal siblings are called alike.

    >>> pattern("layer2/neuron13")
    'layer/neuron'
    >>> pattern("W[3,14]")
    'W'
    """
    return re.sub(r"\[[\d, ]+\]|[\W_]*\d+", "", name) or "#"


def common(scopes: set[str]) -> str:
    """Return the innermost scope that holds all of them."""
    parts = [s.split("/") for s in sorted(scopes)]
    same: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        same.append(level[0])
    return "/".join(same)


def adopted(scopes: list[str], kinds: list[str], edges: Iterable[tuple[int, int]]) -> list[str]:
    """Return in which scope each box stands: biases stand in their layer.

    A parameter or a constant without a scope stands in the innermost that holds all who use it.

    >>> adopted(["", "layer 2", "layer 2"], ["parameter", "operation", "output"], [(0, 1), (1, 2)])
    ['layer 2', 'layer 2', 'layer 2']
    """
    users: dict[int, set[str]] = {}
    for source, target in edges:
        users.setdefault(source, set()).add(scopes[target])
    return [
        common(users[i])
        if not own and i in users and kinds[i] in ("parameter", "constant")
        else own
        for i, own in enumerate(scopes)
    ]
