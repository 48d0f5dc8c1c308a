"""Make a large graph small enough to be looked at, and say what was put together or left out.

Three ways, in this order: scopes become boxes; equal siblings become one box; and what is still too
much becomes runs of boxes in order of computation. Nothing is left out without a sentence about it.
"""

from collections.abc import Callable, Sequence
from itertools import count as numbers

import numpy as np

from autodiff.drawing import fold, select
from autodiff.drawing.columns import Columns, Ints, columns, distinct
from autodiff.drawing.edges import symmetric
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.naming import called, plain
from autodiff.drawing.view import Group, View, common, pattern
from autodiff.drawing.words import count, spoken
from autodiff.graphs.graph import Graph
from autodiff.table.language import say
from autodiff.table.primitive import ROWS

OVERVIEW = 100  # boxes of a graph that is too large to be drawn node by node
RUNS = 30  # boxes where runs of nodes have to be joined


class Reduction:
    """A graph on its way to a view: which group each node is in (-1: not shown), and their titles."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.table: Columns = columns(graph)
        n = len(self.table)
        self.place: Ints = np.arange(n)
        self.titles: dict[int, tuple[str, str, str]] = {}  # title, scope, how
        self.order: Ints = np.arange(n)  # of computation, by node
        self.fresh = numbers(n)
        self.notes: list[str] = []

    def boxes(self) -> int:
        """Return how many boxes there are."""
        used = np.zeros(int(self.place.max()) + 2, dtype=bool)
        used[self.place] = True  # the last entry stands for -1, what is not shown
        return int(np.count_nonzero(used[:-1]))

    def keep(self, kept: select.Mask, why: str) -> None:
        """Show only some nodes, and say how many."""
        self.place = np.where(kept, self.place, -1)
        shown, n = int(np.count_nonzero(self.place >= 0)), len(self.table)
        self.notes.append(say("picture.kept", why=why, shown=f"{shown:,}", nodes=count(n, "node")))

    def close(self, box_of: Callable[[str], str | None]) -> None:
        """Draw scopes as one box each; `box_of` maps a node's scope to the scope that holds it."""
        boxes: dict[str, int] = {}
        holder = np.full(len(self.table.paths), -1)
        for i, path in enumerate(self.table.paths):
            box = box_of(path)
            if box is not None:
                if box not in boxes:
                    boxes[box] = next(self.fresh)
                    outer, _, last = box.rpartition("/")
                    self.titles[boxes[box]] = (last, outer, "collapsed")
                holder[i] = boxes[box]
        held = holder[self.table.scopes]
        held = np.where(held >= 0, held, self._adopted(held))
        self.place = np.where((held >= 0) & (self.place >= 0), held, self.place)

    def _adopted(self, held: Ints) -> Ints:
        """Return, for parameters and numbers that only one box uses, that box; else -1."""
        t, none = self.table, np.iinfo(np.int64).max
        low, high = np.full(len(t), none), np.full(len(t), -1)
        np.minimum.at(low, t.sources, held[t.targets])
        np.maximum.at(high, t.sources, held[t.targets])
        own = (low == high) & (high >= 0) & (t.ops < 0)
        names, live = self.graph.names, self.graph.live
        for i in np.flatnonzero(own):
            own[i] = not (live[i].is_constant and names[i] is not None)  # inputs stay in sight
        return np.where(own, high, -1)

    def overview(self, most: int) -> None:
        """Close scopes, fold equal siblings, elide runs, until at most about `most` boxes remain."""
        n, before = len(self.table), self.boxes()
        deepest = max(path.count("/") + 1 if path else 0 for path in self.table.paths)
        for depth in range(deepest - 1, -1, -1):
            held = self.place.copy()
            self.close(at_depth(depth))
            if self.boxes() <= most:
                break
            if depth:
                self.place = held
        if self.boxes() > most:
            self.join(most)
        self.notes.append(
            say(
                "picture.reduced",
                nodes=count(n, "node"),
                boxes=count(self.boxes(), "box"),
                before=f"{before:,}",
            )
        )

    def quotient(self) -> tuple[fold.Quotient, Ints]:
        """Return the graph of the boxes, and each box's group."""
        t, graph = self.table, self.graph
        shown = self.place >= 0
        groups, first = np.unique(self.place[shown], return_index=True)
        first = np.flatnonzero(shown)[first]
        number = np.full(int(self.place.max()) + 1, -1)
        number[groups] = np.arange(len(groups))
        box = np.where(shown, number[self.place], -1)
        a, b = box[t.sources], box[t.targets]
        inner = (a >= 0) & (b >= 0) & (a != b)
        sides = np.arange(len(t.sources)) - t.starts[t.targets]
        alike = np.array([row.name == "total" or symmetric(row, 2) for row in ROWS] + [False])
        halves = np.array([row.name == "dot" for row in ROWS] + [False])
        size = np.maximum(1, np.diff(t.starts)[t.targets] // 2)
        roles = np.where(halves[t.ops[t.targets]], sides // size, sides)
        roles[alike[t.ops[t.targets]]] = 0
        words: dict[object, int] = {}
        labels = []
        for i, group in zip(first.tolist(), groups.tolist(), strict=True):
            if group in self.titles:
                title, scope, _ = self.titles[group]
                key: object = (pattern(title), pattern(scope))
            else:
                end = i if i in graph.outputs else None  # outputs are never folded
                name = graph.names[i]
                key = (
                    int(t.ops[i]), end, None if name is None else pattern(name),
                    pattern(t.paths[t.scopes[i]]), graph.live[i].is_constant,
                )  # fmt: skip
            labels.append(words.setdefault(key, len(words)))
        return fold.Quotient(
            len(groups), a[inner], b[inner], roles[inner], np.array(labels, dtype=np.int64)
        ), groups

    def join(self, most: int) -> None:
        """Draw equal siblings as one box, then runs, until at most about `most` boxes remain."""
        if self.boxes() <= fold.MOST:
            q, groups = self.quotient()
            level = fold.levels(q)
            if level is not None:
                shown = self.place >= 0
                self.order[shown] = level[np.searchsorted(groups, self.place[shown])]
                found = fold.classes(q, level, strictly=True)
                if found.max() + 1 > most:
                    found = fold.classes(q, level, strictly=False)
                self._join(groups, self._repeats(q, found), "folded")
        if self.boxes() > most:
            self._elide(min(most, RUNS))

    def _repeats(self, q: fold.Quotient, found: Ints) -> Ints:
        """Return the classes, those joined that repeat one operation on its own result."""
        sizes = np.bincount(found)
        a, b = found[q.sources], found[q.targets]
        label = np.zeros(len(sizes), dtype=np.int64)
        label[found] = q.labels
        repeated = (label[a] == label[b]) & (sizes[a] == sizes[b]) & (sizes[a] > 1)
        chief = list(range(len(sizes)))
        for x, y in sorted(set(zip(a[repeated].tolist(), b[repeated].tolist(), strict=True))):
            chief[_chief(chief, y)] = _chief(chief, x)
        return np.array([_chief(chief, c) for c in range(len(sizes))])[found]

    def _elide(self, most: int) -> None:
        """Join runs of boxes in order of computation, except the outputs and their operands."""
        graph = self.graph
        shown = np.flatnonzero(self.place >= 0)
        groups, first = np.unique(self.place[shown], return_index=True)
        first = shown[first]
        near = {int(self.place[p]) for y in graph.outputs for p in (y, *graph[y].operands)}
        pinned = np.isin(groups, sorted(near)) if len(near) <= most // 2 else groups < 0
        rank = np.lexsort((first, self.order[first]))
        rank = rank[~pinned[rank]]
        runs = max(1, most - int(pinned.sum()))
        run = np.full(len(groups), -1)
        run[rank] = np.arange(len(rank)) * runs // max(1, len(rank))
        run[pinned] = runs + np.arange(int(pinned.sum()))
        self._join(groups, run, "elided")

    def _join(self, groups: Ints, joined: Ints, how: str) -> None:
        """Put the groups with equal numbers in `joined` into one group each."""
        order = np.argsort(joined, kind="stable")
        cuts = np.flatnonzero(np.diff(joined[order])) + 1
        target = np.arange(int(self.place.max()) + 1)
        for same in np.split(order, cuts):
            if len(same) > 1:
                new = next(self.fresh)
                target[groups[same]] = new
                self.titles[new] = ("", "", how) if how == "elided" else self._title(groups[same])
        self.place = np.where(self.place >= 0, target[self.place], -1)

    def _title(self, groups: Ints) -> tuple[str, str, str]:
        """Return what equal siblings are called: their common name, operation or kind, and how many."""
        first = int(groups[0])
        scopes = {self.titles[g][1] if g in self.titles else self.scope(g) for g in groups.tolist()}
        scope = common(scopes)
        if first in self.titles:
            name = pattern(self.titles[first][0])
        else:
            node = self.graph[first]
            name = pattern(node.name) if node.name is not None else spoken(node.op) or node.kind
        return (f"{clean(name)} ×{len(groups):,}", scope, "folded")

    def scope(self, node: int) -> str:
        """Return a node's scope."""
        return self.table.paths[int(self.table.scopes[node])]

    def view(self) -> View:
        """Return the view, its groups in order of their first nodes."""
        shown = np.flatnonzero(self.place >= 0)
        ranked = shown[np.argsort(self.place[shown], kind="stable")]
        cuts = np.flatnonzero(np.diff(self.place[ranked])) + 1
        found = []
        for members in np.split(ranked, cuts) if len(ranked) else []:
            group = int(self.place[members[0]])
            title, scope, how = self.titles.get(group, ("", self.scope(int(members[0])), ""))
            if how == "elided":
                scope = common({self.table.paths[s] for s in distinct(self.table.scopes[members])})
                ends = (plain(self.graph, int(i)) for i in (members[0], members[-1]))
                title = " … ".join(shorten(x, 10) for x in ends)
            found.append(Group(members, title, scope, how))
        found.sort(key=lambda g: int(g.members[0]))
        return View(self.table, tuple(found), tuple(self.notes))


def _chief(chief: list[int], i: int) -> int:
    """Return the class that i's class was joined to."""
    while chief[i] != i:
        chief[i] = chief[chief[i]]
        i = chief[i]
    return i


def at_depth(depth: int) -> Callable[[str], str | None]:
    """Return the rule that leaves `depth` levels of scopes open."""

    def box(path: str) -> str | None:
        parts = path.split("/") if path else []
        return "/".join(parts[: depth + 1]) if len(parts) > depth else None

    return box


def named(scopes: Sequence[str]) -> Callable[[str], str | None]:
    """Return the rule that closes the scopes with these names, and all that they hold."""
    closed = sorted(scopes, key=len)

    def box(path: str) -> str | None:
        return next((s for s in closed if path == s or path.startswith(f"{s}/")), None)

    return box


def reduce(
    graph: Graph,
    max_nodes: int,
    depth: int | None,
    collapse: bool | str | Sequence[str],
    focus: int | None,
    hops: int,
    top_k: int | None,
    force: bool,
) -> View:
    """Return the view of a graph that the arguments of `draw` ask for."""
    small = Reduction(graph)
    if top_k is not None:
        told = count(top_k, "strongest path")
        found = select.strongest(graph, top_k, focus)
        small.keep(
            found,
            say("picture.strongest", paths=told)
            if focus is None
            else say("picture.strongest_from", paths=told, name=called(graph)[focus]),
        )
    elif focus is not None:
        near = say("picture.around", name=called(graph)[focus], edges=count(hops, "edge"))
        small.keep(select.around(small.table, focus, hops), near)
    if depth is not None or collapse is True:
        small.close(at_depth(depth or 0))
    elif collapse:
        names = [collapse] if isinstance(collapse, str) else list(collapse)
        for name in names:
            if not any(f"{path}/".startswith(f"{name}/") for path in small.table.paths):
                raise ValueError(f"draw: collapse={name!r:.60} names no scope of this graph")
        small.close(named(names))
    if not force and small.boxes() > max_nodes:
        small.overview(min(max_nodes, OVERVIEW))
    return small.view()
