"""The last moves of a layout: frames close up, boxes go to their neighbours, long edges straighten.

Everything stands in its order and with its distances already; each move keeps them. Frames go first,
with all they hold.
"""

from autodiff.drawing.align import Aligned
from autodiff.drawing.layered import Layers
from autodiff.drawing.pull import Pulls, drawn_to
from autodiff.drawing.ranks import Arcs

ROUNDS = 6
FAR = 1e9


def settle(
    made: Layers,
    boxes: int,
    parents: list[int],
    offsets: list[list[float]],
    pulls: Pulls,
    xs: list[float],
    arcs: Arcs,
    apart: list[float],
    columns: Aligned,
) -> None:
    """Make the last moves; `arcs` and `apart` say what stands how far to the right of what."""
    n = len(made.layer)
    lines = chains(made, boxes, columns)
    groups = held(made, parents, columns)
    inside = [-1] * len(xs)
    for turn in range(ROUNDS):
        for g in range(len(groups)):
            for v in groups[g]:
                inside[v] = g
            shift(groups[g], g, inside, n, pulls, xs, arcs, apart)
            for v in groups[g]:
                inside[v] = -1
        for line in lines:
            straighten(made, line, offsets, pulls, xs, arcs, apart)
        for step in range(len(made.rows)):
            r = step if turn % 2 == 0 else len(made.rows) - 1 - step
            for i in made.rows[r]:
                if i < boxes and columns.head[i] == i and len(columns.members[i]) == 0:
                    total = [0.0, 0.0]
                    drawn_to(pulls.above[i], pulls.above_by[i], pulls.above_pull[i], xs, total)
                    drawn_to(pulls.below[i], pulls.below_by[i], pulls.below_pull[i], xs, total)
                    if total[1] > 0:
                        xs[i] = within(total[0] / total[1], i, xs, arcs, apart)
        for v in range(n, len(xs)):  # a frame's left side goes right, its right side goes left
            xs[v] = within(FAR if (v - n) % 2 == 0 else -FAR, v, xs, arcs, apart)
    for line in lines:
        straighten(made, line, offsets, pulls, xs, arcs, apart)


def held(made: Layers, parents: list[int], columns: Aligned) -> list[list[int]]:
    """Return what moves as one: each frame with all that it holds, then each column."""
    n = len(made.layer)
    found: list[list[int]] = []
    for _ in range(len(parents)):
        found.append([])
    for i in range(n):
        s = made.scope[i]
        while s >= 0:
            found[s].append(i)
            s = parents[s]
    for s in range(len(parents)):
        taken = [False] * n
        for i in found[s]:
            taken[i] = True
        own = len(found[s])
        for k in range(own):  # a column that goes on outside of the frame goes with it
            for i in columns.members[columns.head[found[s][k]]]:
                if not taken[i]:
                    taken[i] = True
                    found[s].append(i)
    for t in range(len(parents)):
        s = t
        while s >= 0:
            found[s].append(n + 2 * t)
            found[s].append(n + 2 * t + 1)
            s = parents[s]
    for column in columns.members:
        if len(column) > 0:
            found.append(column)
    return found


def shift(
    members: list[int],
    s: int,
    inside: list[int],
    n: int,
    pulls: Pulls,
    xs: list[float],
    arcs: Arcs,
    apart: list[float],
) -> None:
    """Move frame s with all it holds, as one, to where the lines that leave it draw it."""
    least = -FAR
    most = FAR
    place = 0.0
    weight = 0.0
    for v in members:
        for k in arcs.into[v]:
            if inside[arcs.tails[k]] != s and xs[arcs.tails[k]] + apart[k] - xs[v] > least:
                least = xs[arcs.tails[k]] + apart[k] - xs[v]
        for k in arcs.out[v]:
            if inside[arcs.heads[k]] != s and xs[arcs.heads[k]] - apart[k] - xs[v] < most:
                most = xs[arcs.heads[k]] - apart[k] - xs[v]
        if v < n:
            for k in range(len(pulls.above[v])):
                m = pulls.above[v][k]
                if inside[m] != s:
                    place += pulls.above_pull[v][k] * (xs[m] + pulls.above_by[v][k] - xs[v])
                    weight += pulls.above_pull[v][k]
            for k in range(len(pulls.below[v])):
                m = pulls.below[v][k]
                if inside[m] != s:
                    place += pulls.below_pull[v][k] * (xs[m] + pulls.below_by[v][k] - xs[v])
                    weight += pulls.below_pull[v][k]
    if weight == 0 or least > most:
        return
    by = place / weight
    by = least if by < least else most if by > most else by
    for v in members:
        xs[v] += by


def low(v: int, xs: list[float], arcs: Arcs, apart: list[float]) -> float:
    """Return how far to the left v can go."""
    least = -FAR
    for k in arcs.into[v]:
        bound = xs[arcs.tails[k]] + apart[k]
        if bound > least:
            least = bound
    return least


def high(v: int, xs: list[float], arcs: Arcs, apart: list[float]) -> float:
    """Return how far to the right v can go."""
    most = FAR
    for k in arcs.out[v]:
        bound = xs[arcs.heads[k]] - apart[k]
        if bound < most:
            most = bound
    return most


def within(x: float, v: int, xs: list[float], arcs: Arcs, apart: list[float]) -> float:
    """Return the place nearest to x where v can go; where there is none, where it stands."""
    least = low(v, xs, arcs, apart)
    most = high(v, xs, arcs, apart)
    if least > most or (x == FAR and most == FAR) or (x == -FAR and least == -FAR):
        return xs[v]
    return least if x < least else most if x > most else x


def chains(made: Layers, boxes: int, columns: Aligned) -> list[list[int]]:
    """Return the items between boxes, each with those that go on from it: the long edges."""
    taken: list[bool] = []
    for i in range(len(made.layer)):
        taken.append(columns.head[i] != i or len(columns.members[i]) > 0)
    found: list[list[int]] = []
    for row in made.rows:
        for first in row:
            if first >= boxes and not taken[first] and len(made.up[first]) > 0:
                chain = [first]
                taken[first] = True
                going = True
                while going:
                    going = False
                    for m in made.down[chain[-1]]:
                        if m >= boxes and not taken[m]:
                            taken[m] = True
                            chain.append(m)
                            going = True
                            break
                found.append(chain)
    return found


def straighten(
    made: Layers,
    line: list[int],
    offsets: list[list[float]],
    pulls: Pulls,
    xs: list[float],
    arcs: Arcs,
    apart: list[float],
) -> None:
    """Put a chain of items on one line, in line with one of its ends if it can; else on few lines.

    Each line goes on for as long as there is a place for all its items.
    """
    at = 0
    while at < len(line):
        least = low(line[at], xs, arcs, apart)
        most = high(line[at], xs, arcs, apart)
        to = at + 1
        while to < len(line):
            bound = low(line[to], xs, arcs, apart)
            left = bound if bound > least else least
            bound = high(line[to], xs, arcs, apart)
            right = bound if bound < most else most
            if left > right:
                break
            least = left
            most = right
            to += 1
        if least <= most:
            x = wanted(made, line, at, to, least, most, offsets, pulls, xs)
            x = least if x < least else most if x > most else x
            for k in range(at, to):
                xs[line[k]] = x
        at = to


def wanted(
    made: Layers,
    line: list[int],
    at: int,
    to: int,
    least: float,
    most: float,
    offsets: list[list[float]],
    pulls: Pulls,
    xs: list[float],
) -> float:
    """Return where the items `at` to `to` of a chain, which stand on one line, would best stand."""
    first = line[at]
    last = line[to - 1]
    start = xs[made.up[first][0]] - (offsets[first][0] if at == 0 else 0.0)
    if to < len(line) or len(made.down[last]) == 0:
        return start
    end = xs[pulls.below[last][0]] + pulls.below_by[last][0]
    if least <= end <= most or at > 0:
        return end
    return start if least <= start <= most else (start + end) / 2
