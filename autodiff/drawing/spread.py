"""Move the items of each row to where their lines are straight, in their order and without touching.

Row after row, each item is drawn to the mean of its neighbours, and the row as a whole goes to the
places nearest to these wishes that keep order and distances (an isotonic regression). What follows
step by step is put on one line. Then frames get their two sides, each one number for all layers; the
rows are pushed apart to make room for them, once to the right and once to the left, and stand in the
middle of both. Last, the bends of each long edge are put on one line where there is room.
"""

from autodiff.drawing.align import Aligned, aligned, as_one, stand
from autodiff.drawing.layered import Layers
from autodiff.drawing.pull import Pulls, drawn_to, pulls_of
from autodiff.drawing.ranks import Arcs, in_order, join, no_arcs
from autodiff.drawing.settle import settle

GAP = 24.0  # between boxes
LANE = 10.0  # between an edge or its words and what is beside it
PAD = 14.0  # between a frame and what it holds
SWEEPS = 12
ONE_SIDED = 4  # of the sweeps
STILL = 0.5  # pixels; what moves less has come to rest


def spread(
    made: Layers,
    boxes: int,
    parents: list[int],
    sizes: list[float],
    offsets: list[list[float]],
    head: float,
) -> list[float]:
    """Return the centre of each item across the layers, then the two sides of each scope.

    `offsets[i][k]` is how far from the centre of item i the line from `made.up[i][k]` arrives;
    `head` is the distance from a frame's first side to what it holds.
    """
    xs = [0.0] * (len(made.layer) + 2 * len(parents))
    at_first(made, boxes, sizes, xs)
    pulls = pulls_of(made, boxes, offsets)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        both = sweep >= ONE_SIDED
        moved = 0.0
        for step in range(len(made.rows)):
            row = made.rows[step if forward else len(made.rows) - 1 - step]
            far = lean(boxes, row, sizes, pulls, xs, forward or both, not forward or both)
            moved = far if far > moved else moved
        if both and moved < STILL:
            break
    arcs = no_arcs(len(xs))
    apart: list[float] = []
    for row in made.rows:
        distances(made, boxes, parents, row, sizes, head, arcs, apart)
    columns = aligned(made, boxes, parents, offsets, arcs)
    stand(columns, xs)
    make_room(made, parents, sizes, xs, arcs, apart, columns)
    settle(made, boxes, parents, offsets, pulls, xs, arcs, apart, columns)
    return xs


def gap(boxes: int, a: int, b: int) -> float:
    """Return the distance that two items keep."""
    return GAP if a < boxes and b < boxes else LANE


def at_first(made: Layers, boxes: int, sizes: list[float], xs: list[float]) -> None:
    """Put each row close together, all with the same middle."""
    for row in made.rows:
        at = 0.0
        for k in range(len(row)):
            if k > 0:
                at += (sizes[row[k - 1]] + sizes[row[k]]) / 2 + gap(boxes, row[k - 1], row[k])
            xs[row[k]] = at
        for i in row:
            xs[i] -= at / 2


def lean(
    boxes: int,
    row: list[int],
    sizes: list[float],
    pulls: Pulls,
    xs: list[float],
    up: bool,
    down: bool,
) -> float:
    """Move a row as near to its wishes as its order and distances let it; return how far it went."""
    means: list[float] = []
    weights: list[float] = []
    counts: list[int] = []
    ways: list[float] = []
    at = 0.0
    for k in range(len(row)):
        if k > 0:
            at += (sizes[row[k - 1]] + sizes[row[k]]) / 2 + gap(boxes, row[k - 1], row[k])
        ways.append(at)
        i = row[k]
        total = [0.0, 0.0]
        if up:
            drawn_to(pulls.above[i], pulls.above_by[i], pulls.above_pull[i], xs, total)
        if down:
            drawn_to(pulls.below[i], pulls.below_by[i], pulls.below_pull[i], xs, total)
        means.append(total[0] / total[1] - at if total[1] > 0 else xs[i] - at)
        weights.append(total[1] if total[1] > 0 else 0.01)
        counts.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            mean = means.pop()
            weight = weights.pop()
            count = counts.pop()
            last = len(means) - 1
            means[last] = (means[last] * weights[last] + mean * weight) / (weights[last] + weight)
            weights[last] += weight
            counts[last] += count
    k = 0
    far = 0.0
    for b in range(len(means)):
        for _ in range(counts[b]):
            x = means[b] + ways[k]
            step = x - xs[row[k]]
            step = -step if step < 0 else step
            far = step if step > far else far
            xs[row[k]] = x
            k += 1
    return far


def distances(
    made: Layers,
    boxes: int,
    parents: list[int],
    row: list[int],
    sizes: list[float],
    head: float,
    arcs: Arcs,
    apart: list[float],
) -> None:
    """Note how far apart what stands in a row must be, the sides of its frames among it."""
    n = len(made.layer)
    before = -1  # the last thing: an item, or the side of a frame
    reach = 0.0  # how far it reaches to the right
    scope = -1
    for k in range(len(row)):
        i = row[k]
        common = scope
        other = made.scope[i]
        while common != other:
            if common > other:
                common = parents[common]
            else:
                other = parents[other]
        while scope != common:  # frames that end here
            keep(arcs, apart, before, n + 2 * scope + 1, reach + PAD)
            before = n + 2 * scope + 1
            reach = 0.0
            scope = parents[scope]
        opened: list[int] = []
        s = made.scope[i]
        while s != common:
            opened.append(s)
            s = parents[s]
        for j in range(len(opened) - 1, -1, -1):
            if before >= 0:
                inside = before >= n and (before - n) % 2 == 0
                keep(arcs, apart, before, n + 2 * opened[j], reach + (head if inside else GAP))
            before = n + 2 * opened[j]
            reach = 0.0
        if before >= 0:
            space = gap(boxes, before, i)
            if before >= n:
                space = head if (before - n) % 2 == 0 else PAD
            keep(arcs, apart, before, i, reach + space + sizes[i] / 2)
        before = i
        reach = sizes[i] / 2
        scope = made.scope[i]
    while scope >= 0:
        keep(arcs, apart, before, n + 2 * scope + 1, reach + PAD)
        before = n + 2 * scope + 1
        reach = 0.0
        scope = parents[scope]


def keep(arcs: Arcs, apart: list[float], left: int, right: int, distance: float) -> None:
    """Note that `right` must stand at least so far to the right of `left`."""
    join(arcs, left, right, 1)
    apart.append(distance)


def make_room(
    made: Layers,
    parents: list[int],
    sizes: list[float],
    xs: list[float],
    arcs: Arcs,
    apart: list[float],
    columns: Aligned,
) -> None:
    """Push what stands too close apart, once to the right and once to the left; take the middle."""
    room: list[float] = []
    joined = as_one(columns, arcs, apart, room)
    order = in_order(joined, len(joined.tails))
    n = len(made.layer)
    low = [0.0] * len(parents)
    high = [0.0] * len(parents)
    known = [False] * len(parents)
    for i in range(n):
        s = made.scope[i]
        while s >= 0:
            left = xs[i] - sizes[i] / 2 - PAD
            right = xs[i] + sizes[i] / 2 + PAD
            low[s] = left if not known[s] or left < low[s] else low[s]
            high[s] = right if not known[s] or right > high[s] else high[s]
            known[s] = True
            s = parents[s]
    for s in range(len(parents)):
        xs[n + 2 * s] = low[s]
        xs[n + 2 * s + 1] = high[s]
    right_most: list[float] = []
    left_most: list[float] = []
    for x in xs:
        right_most.append(x)
        left_most.append(x)
    for v in order:
        for k in joined.into[v]:
            bound = right_most[joined.tails[k]] + room[k]
            right_most[v] = bound if bound > right_most[v] else right_most[v]
    for j in range(len(order) - 1, -1, -1):
        v = order[j]
        for k in joined.out[v]:
            bound = left_most[joined.heads[k]] - room[k]
            left_most[v] = bound if bound < left_most[v] else left_most[v]
    for v in range(len(xs)):
        head = columns.head[v]
        xs[v] = (right_most[head] + left_most[head]) / 2 + columns.by[v]
