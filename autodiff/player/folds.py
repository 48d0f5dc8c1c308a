"""Which boxes of a large graph a live page draws as one: the folds of `draw`, one inside the other.

Scopes fold first (the layers, in each of these its neurons), then what is computed and used alike (the
numbers of an array), then runs in order of computation. A fold that is opened shows what it holds.
"""

import re
from typing import Any

import numpy as np

from autodiff.drawing.columns import Ints
from autodiff.drawing.escape import clean
from autodiff.drawing.reduce import Reduction, at_depth
from autodiff.graphs.graph import Graph

MOST = 200  # boxes that are drawn one by one
FEW = 40  # folds side by side
SMALL = 12  # numbers that a fold shows at once when it is opened


def folds(graph: Graph, shown: set[int]) -> dict[str, Any] | None:
    """Return the folds and in which each node is (-1: in none); None where all can be drawn.

    A fold has a title, its scope, the fold that holds it, and of an array the length of its rows.
    """
    named = [i for i in shown if graph[i].op or graph[i].kind != "constant"]
    if len(named) <= MOST:
        return None
    found: list[dict[str, Any]] = []
    home = np.full(len(graph), -1)
    members = np.array(sorted(named))
    _divide(graph, members, -1, 0, found, home)
    return {"folds": found, "home": home.tolist()}


def _divide(
    graph: Graph, members: Ints, parent: int, depth: int, found: list[dict[str, Any]], home: Ints
) -> None:
    """Fold what a fold holds; a fold of one kind of numbers opens by rows, or by runs."""
    kept = np.zeros(len(graph), dtype=bool)
    kept[members] = True
    small = Reduction(graph)
    small.place = np.where(kept, small.place, -1)
    if any(path.count("/") >= depth for path in {small.scope(int(i)) for i in members} if path):
        small.close(at_depth(depth))
    if small.boxes() > FEW:
        small.join(FEW)
    groups = [(g.members, g.title, g.scope, g.how) for g in small.view().groups]
    if len(groups) == 1 and len(members) > 1:
        groups = [(part, title, groups[0][2], "part") for part, title in _rows(graph, members)]
    for inside, title, scope, how in groups:
        if len(inside) == 1:
            home[inside] = parent
            continue
        home[inside] = len(found)
        found.append({"title": clean(title), "parent": parent, "scope": clean(scope)})
        wide = _wide(graph, inside)
        if wide:
            found[-1]["wide"] = wide
        if len(inside) > SMALL:
            deeper = depth + 1 if how == "collapsed" else depth
            _divide(graph, inside, len(found) - 1, deeper, found, home)


def _rows(graph: Graph, members: Ints) -> list[tuple[Ints, str]]:
    """Return the rows of an array, or runs of numbers that have no rows."""
    n = len(members)
    wide = _wide(graph, members)
    if not SMALL / 2 <= wide < n:
        runs = min(FEW, -(-n // SMALL))
        wide = -(-n // runs)
    parts = [members[at : at + wide] for at in range(0, n, wide)]
    label = [(graph[int(p[0])].label, graph[int(p[-1])].label) for p in parts]
    return [(p, f"{a} … {b}") for p, (a, b) in zip(parts, label, strict=True)]


def _wide(graph: Graph, members: Ints) -> int:
    """Return how many numbers a row of the array has whose whole rows these are, 0 if they are none."""
    places = [re.fullmatch(r"(.*\[.*?)(\d+)\]", graph[int(i)].name or "") for i in members]
    rows: dict[str, int] = {}
    for place in places:
        if place is None:
            return 0
        rows[place[1]] = rows.get(place[1], 0) + 1
    whole = len(set(rows.values())) == 1 and len({key.partition("[")[0] for key in rows}) == 1
    return next(iter(rows.values())) if whole else 0
