"""In which layer each box stands: after its operands, and scopes that feed each other in a row.

Each box stands as early as its operands let it, then as late as its users let it where that makes
its arrows, or those of what it is computed from, shorter. Where all that one scope needs of another
comes from there and nothing goes back, the one begins only where the other has ended, so that the
layers of a network are frames in a row. It is all one system of "at least so many layers later",
which is solved by the longest path.
"""

from dataclasses import dataclass

from autodiff.drawing.layered import Plan


@dataclass
class Arcs:
    """Arc k asks that vertex `heads[k]` stands at least `least[k]` after `tails[k]`; `out[v]` and
    `into[v]` are the arcs of a vertex. A dropped arc asks for nothing."""

    tails: list[int]
    heads: list[int]
    least: list[int]
    dropped: list[bool]
    out: list[list[int]]
    into: list[list[int]]


def no_arcs(vertices: int) -> Arcs:
    """Return the arcs of that many vertices: none yet."""
    out: list[list[int]] = []
    into: list[list[int]] = []
    for _ in range(vertices):
        out.append([])
        into.append([])
    return Arcs(tails=[], heads=[], least=[], dropped=[], out=out, into=into)


def join(arcs: Arcs, tail: int, head: int, least: int) -> None:
    """Add an arc."""
    arcs.out[tail].append(len(arcs.tails))
    arcs.into[head].append(len(arcs.tails))
    arcs.tails.append(tail)
    arcs.heads.append(head)
    arcs.least.append(least)
    arcs.dropped.append(False)


def in_order(arcs: Arcs, firm: int) -> list[int]:
    """Return the vertices so that arcs lead on; on circles drop arcs, those below `firm` last.

    Arcs before number `firm` are kept unless they alone make a circle.
    """
    n = len(arcs.out)
    waiting = [0] * n
    yielding = [0] * n
    for k in range(len(arcs.tails)):
        waiting[arcs.heads[k]] += 1
        if k >= firm:
            yielding[arcs.heads[k]] += 1
    done = [False] * n
    found: list[int] = []
    for v in range(n):
        if waiting[v] == 0:
            found.append(v)
            done[v] = True
    at = 0
    low = 0
    while len(found) < n or at < len(found):
        if at == len(found):  # a circle: let one vertex of it go first
            while done[low]:
                low += 1
            chosen = low
            for v in range(low, n):
                if not done[v] and waiting[v] == yielding[v]:
                    chosen = v
                    break
            for k in arcs.into[chosen]:
                if not done[arcs.tails[k]]:
                    arcs.dropped[k] = True
            done[chosen] = True
            found.append(chosen)
        v = found[at]
        at += 1
        for k in arcs.out[v]:
            if not arcs.dropped[k]:
                head = arcs.heads[k]
                waiting[head] -= 1
                if k >= firm:
                    yielding[head] -= 1
                if waiting[head] == 0 and not done[head]:
                    done[head] = True
                    found.append(head)
    return found


def flips(plan: Plan) -> list[bool]:
    """Return which edges have to run backward, because the boxes form a circle."""
    arcs = no_arcs(len(plan.widths))
    for e in range(len(plan.sources)):
        join(arcs, plan.sources[e], plan.targets[e], 1)
    in_order(arcs, len(arcs.tails))
    return arcs.dropped


def ranked(plan: Plan, flipped: list[bool]) -> list[int]:
    """Return the rank of each box, from 0 on and without gaps."""
    n = len(plan.widths)
    scopes = len(plan.parents)
    arcs = no_arcs(n + 2 * scopes)  # boxes, then where scopes begin, then where they end
    for e in range(len(plan.sources)):
        if flipped[e]:
            join(arcs, plan.targets[e], plan.sources[e], 1)
        else:
            join(arcs, plan.sources[e], plan.targets[e], 1)
    for i in range(n):
        if plan.scopes[i] >= 0:
            join(arcs, n + plan.scopes[i], i, 0)
            join(arcs, i, n + scopes + plan.scopes[i], 0)
    for s in range(scopes):
        if plan.parents[s] >= 0:
            join(arcs, n + plan.parents[s], n + s, 0)
            join(arcs, n + scopes + s, n + scopes + plan.parents[s], 0)
    firm = len(arcs.tails)
    if scopes > 0:
        in_a_row(plan, flipped, arcs)
    order = in_order(arcs, firm)
    rank = [0] * len(order)
    for v in order:
        for k in arcs.into[v]:
            if not arcs.dropped[k] and rank[arcs.tails[k]] + arcs.least[k] > rank[v]:
                rank[v] = rank[arcs.tails[k]] + arcs.least[k]
    other: list[int] = []
    for r in rank:
        other.append(r)
    later(arcs, order, rank, n, 1)
    later(arcs, order, other, n, 0)
    earlier(arcs, order, other, n)
    if length(arcs, other, n) < length(arcs, rank, n):
        rank = other
    return without_gaps(rank, n)


def in_a_row(plan: Plan, flipped: list[bool], arcs: Arcs) -> None:
    """Ask that what a scope feeds begins after its end, and a scope after all that feeds it."""
    n = len(plan.widths)
    scopes = len(plan.parents)
    for e in range(len(plan.sources)):
        tail = plan.targets[e] if flipped[e] else plan.sources[e]
        head = plan.sources[e] if flipped[e] else plan.targets[e]
        # Climb from both sides to the scopes (or boxes) that stand in one scope.
        a = plan.scopes[tail]
        b = plan.scopes[head]
        below_a = -1
        below_b = -1
        while a != b:
            if a > b:
                below_a = a
                a = plan.parents[a]
            else:
                below_b = b
                b = plan.parents[b]
        # A scope that only gets leaves from outside may begin beside them.
        if below_a >= 0:
            join(arcs, n + scopes + below_a, n + below_b if below_b >= 0 else head, 1)
        elif below_b >= 0:
            join(arcs, tail, n + below_b, 1)


def length(arcs: Arcs, rank: list[int], boxes: int) -> int:
    """Return over how many layers the arrows between boxes lead, taken together."""
    found = 0
    for k in range(len(arcs.tails)):
        if arcs.tails[k] < boxes and arcs.heads[k] < boxes and not arcs.dropped[k]:
            found += rank[arcs.heads[k]] - rank[arcs.tails[k]]
    return found


def later(arcs: Arcs, order: list[int], rank: list[int], boxes: int, more: int) -> None:
    """Move each vertex as late as possible where `more` arrows leave it than enter it.

    With 0 those move, too, whose own arrows get no shorter by it: their operands may follow.
    """
    for i in range(len(order) - 1, -1, -1):
        v = order[i]
        latest = -1
        leaving = 0
        entering = 0
        for k in arcs.out[v]:
            if not arcs.dropped[k]:
                bound = rank[arcs.heads[k]] - arcs.least[k]
                if latest < 0 or bound < latest:
                    latest = bound
                if arcs.heads[k] < boxes:
                    leaving += 1
        for k in arcs.into[v]:
            if not arcs.dropped[k] and arcs.tails[k] < boxes:
                entering += 1
        if latest > rank[v] and (leaving >= entering + more or v >= boxes):
            rank[v] = latest


def earlier(arcs: Arcs, order: list[int], rank: list[int], boxes: int) -> None:
    """Move each box as early as its operands let it where that makes its arrows no longer."""
    for v in order:
        first = 0
        leaving = 0
        entering = 0
        for k in arcs.into[v]:
            if not arcs.dropped[k]:
                bound = rank[arcs.tails[k]] + arcs.least[k]
                if bound > first:
                    first = bound
                if arcs.tails[k] < boxes:
                    entering += 1
        for k in arcs.out[v]:
            if not arcs.dropped[k] and arcs.heads[k] < boxes:
                leaving += 1
        if first < rank[v] and v < boxes and entering >= leaving:
            rank[v] = first


def without_gaps(rank: list[int], boxes: int) -> list[int]:
    """Return the ranks of the boxes, numbered through."""
    most = 0
    for i in range(boxes):
        if rank[i] > most:
            most = rank[i]
    used = [0] * (most + 2)
    for i in range(boxes):
        used[rank[i]] = 1
    place = 0
    for r in range(most + 1):
        place += used[r]
        used[r] = place - 1
    found: list[int] = []
    for i in range(boxes):
        found.append(used[rank[i]])
    return found
