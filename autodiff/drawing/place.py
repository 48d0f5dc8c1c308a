"""Lay a plan out: cut it into layers once, then place them in a direction.

`prepared` does what does not depend on the direction; `placed` the rest, for "TB" (top to bottom),
"BT", "LR" or "RL". Both directions of a small graph take a few milliseconds.
"""

from autodiff.drawing.cutting import cut
from autodiff.drawing.layered import Layers, Placed, Plan
from autodiff.drawing.order import sort_rows
from autodiff.drawing.routes import curve, offsets_of
from autodiff.drawing.spread import PAD, spread

BETWEEN = 26.0  # two layers
MOST_BETWEEN = 90.0
LANE = 8.0  # the width of a bend
HEAD = 22.0  # the line with a frame's name


def prepared(plan: Plan) -> Layers:
    """Return the layers of a plan, sorted."""
    made = cut(plan)
    sort_rows(made, plan.parents)
    return made


def placed(plan: Plan, made: Layers, rankdir: str) -> Placed:
    """Place a plan whose layers are prepared."""
    across = rankdir == "LR" or rankdir == "RL"
    boxes = len(plan.widths)
    sizes: list[float] = []  # across the layers
    depths: list[float] = []  # along them
    for i in range(len(made.layer)):
        if i < boxes:
            sizes.append(plan.heights[i] if across else plan.widths[i])
            depths.append(plan.widths[i] if across else plan.heights[i])
        elif made.words[i] >= 0:
            wide = plan.word_widths[made.words[i]]
            high = plan.word_heights[made.words[i]]
            sizes.append(high if across else wide)
            depths.append(wide if across else high)
        else:
            sizes.append(LANE)
            depths.append(0.0)
    offsets = offsets_of(plan, made, sizes)
    heads = [PAD, PAD, PAD]  # from a frame to what it holds: beside, before and after the layers
    heads[0 if across else 2 if rankdir == "BT" else 1] = PAD / 2 + HEAD  # where its name stands
    xs = spread(made, boxes, plan.parents, sizes, offsets, heads[0])
    thick = [0.0] * len(made.rows)
    for i in range(len(made.layer)):
        if depths[i] > thick[made.layer[i]]:
            thick[made.layer[i]] = depths[i]
    before = [0.0] * len(made.rows)  # room for the frames that begin or end here
    after = [0.0] * len(made.rows)
    first = [len(made.rows)] * len(plan.parents)
    last = [-1] * len(plan.parents)
    start = [heads[1]] * len(plan.parents)
    end = [heads[2]] * len(plan.parents)
    framed(plan, made, first, last, start, end)
    for s in range(len(plan.parents)):
        before[first[s]] = start[s] if start[s] > before[first[s]] else before[first[s]]
        after[last[s]] = end[s] if end[s] > after[last[s]] else after[last[s]]
    tops: list[float] = []
    bottoms: list[float] = []
    at = 0.0
    for r in range(len(made.rows)):
        at += before[r]
        if r > 0:
            at += room(made, r, xs, offsets)
        tops.append(at)
        at += thick[r]
        bottoms.append(at)
        at += after[r]
    middles: list[float] = []
    for i in range(len(made.layer)):
        middles.append((tops[made.layer[i]] + bottoms[made.layer[i]]) / 2)
    found = Placed(xs=[], ys=[], word_xs=[], word_ys=[], paths=[], frames=[], width=0.0, height=0.0)
    for i in range(boxes):
        found.xs.append(xs[i])
        found.ys.append(middles[i])
    for e in range(len(plan.sources)):
        words = made.routes[e][-2]
        found.word_xs.append(xs[words])
        found.word_ys.append(middles[words])
    entered = [0] * boxes
    for e in range(len(plan.sources)):
        head = made.routes[e][-1]
        found.paths.append(
            curve(plan, made, e, entered[head], xs, offsets, middles, tops, bottoms, depths)
        )
        entered[head] += 1
    n = len(made.layer)
    for s in range(len(plan.parents)):
        left = xs[n + 2 * s]
        top = tops[first[s]] - start[s]
        bottom = bottoms[last[s]] + end[s]
        found.frames.append([left, top, xs[n + 2 * s + 1] - left, bottom - top])
    return turned(found, plan, sizes, depths, rankdir)


def room(made: Layers, r: int, xs: list[float], offsets: list[list[float]]) -> float:
    """Return the distance of row r from the row before it: more, where lines go far aside."""
    far = 0.0
    for i in made.rows[r]:
        for k in range(len(made.up[i])):
            aside = xs[i] + offsets[i][k] - xs[made.up[i][k]]
            aside = -aside if aside < 0 else aside
            far = aside if aside > far else far
    space = BETWEEN + (far - 60) / 6 if far > 60 else BETWEEN
    return space if space < MOST_BETWEEN else MOST_BETWEEN


def framed(
    plan: Plan,
    made: Layers,
    first: list[int],
    last: list[int],
    start: list[float],
    end: list[float],
) -> None:
    """Find each scope's first and last layer, and add to its room there that of scopes inside."""
    for i in range(len(made.layer)):
        s = made.scope[i]
        while s >= 0:
            first[s] = made.layer[i] if made.layer[i] < first[s] else first[s]
            last[s] = made.layer[i] if made.layer[i] > last[s] else last[s]
            s = plan.parents[s]
    if len(start) == 0:
        return
    head = start[0]
    foot = end[0]
    for s in range(len(plan.parents) - 1, -1, -1):
        p = plan.parents[s]
        if p >= 0 and first[p] == first[s] and start[p] < start[s] + head:
            start[p] = start[s] + head
        if p >= 0 and last[p] == last[s] and end[p] < end[s] + foot:
            end[p] = end[s] + foot


def turned(
    found: Placed, plan: Plan, sizes: list[float], depths: list[float], rankdir: str
) -> Placed:
    """Move what was placed across and along to where it stands on the page, from 0 and 0 on."""
    low = [0.0, 0.0]
    high = [0.0, 0.0]
    for i in range(len(found.xs)):
        reach(low, high, found.xs[i], found.ys[i], sizes[i] / 2, depths[i] / 2, i == 0)
    for e in range(len(found.paths)):
        for k in range(0, len(found.paths[e]), 2):
            reach(low, high, found.paths[e][k], found.paths[e][k + 1], 1.0, 0.0, False)
    across = rankdir == "LR" or rankdir == "RL"
    for e in range(len(found.word_xs)):
        if plan.word_widths[e] > 0:
            wide = plan.word_heights[e] if across else plan.word_widths[e]
            high_ = plan.word_widths[e] if across else plan.word_heights[e]
            reach(low, high, found.word_xs[e], found.word_ys[e], wide / 2, high_ / 2, False)
    for f in found.frames:
        reach(low, high, f[0] + f[2] / 2, f[1] + f[3] / 2, f[2] / 2, f[3] / 2, False)
    along = high[1] - low[1]
    back = rankdir == "BT" or rankdir == "RL"
    for points in found.paths:
        for k in range(0, len(points), 2):
            a = points[k] - low[0]
            b = points[k + 1] - low[1]
            b = along - b if back else b
            points[k] = b if across else a
            points[k + 1] = a if across else b
    turn(found.xs, found.ys, low, along, across, back)
    turn(found.word_xs, found.word_ys, low, along, across, back)
    for f in found.frames:
        a = f[0] - low[0]
        b = f[1] - low[1]
        wide = f[2]
        deep = f[3]
        b = along - b - deep if back else b
        f[0] = b if across else a
        f[1] = a if across else b
        f[2] = deep if across else wide
        f[3] = wide if across else deep
    found.width = along if across else high[0] - low[0]
    found.height = high[0] - low[0] if across else along
    return found


def reach(
    low: list[float], high: list[float], x: float, y: float, w: float, h: float, only: bool
) -> None:
    """Make the bounds hold what reaches w and h around (x, y), and `only` that if so told."""
    low[0] = x - w if only or x - w < low[0] else low[0]
    low[1] = y - h if only or y - h < low[1] else low[1]
    high[0] = x + w if only or x + w > high[0] else high[0]
    high[1] = y + h if only or y + h > high[1] else high[1]


def turn(
    xs: list[float], ys: list[float], low: list[float], along: float, across: bool, back: bool
) -> None:
    """Turn places across and along into places on the page."""
    for i in range(len(xs)):
        a = xs[i] - low[0]
        b = ys[i] - low[1]
        b = along - b if back else b
        xs[i] = b if across else a
        ys[i] = a if across else b
