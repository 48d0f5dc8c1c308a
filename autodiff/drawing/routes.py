"""The curves of edges: through the gaps between layers as an S, through a layer straight."""

from autodiff.drawing.layered import Layers, Plan

SPREAD = 34.0  # between the tips of two arrows at one box
NEAR = 0.05  # pixels that no one sees
STUB = 12.0  # the least straight end of a line: an arrow's head stands on it


def offsets_of(plan: Plan, made: Layers, sizes: list[float]) -> list[list[float]]:
    """Return how far from the centre of each item each line from above arrives, in their order."""
    place = [0] * len(made.layer)
    for row in made.rows:
        for k in range(len(row)):
            place[row[k]] = k
    found: list[list[float]] = []
    for i in range(len(made.layer)):
        count = len(made.up[i])
        offsets = [0.0] * count
        if i < len(plan.widths) and count > 1:
            space = (sizes[i] - 24) / (count - 1)
            if space > SPREAD:
                space = SPREAD
            for k in range(count):
                before = 0
                for j in range(count):
                    a = place[made.up[i][j]]
                    b = place[made.up[i][k]]
                    if a < b or (a == b and j < k):
                        before += 1
                offsets[k] = (before - (count - 1) / 2) * space
        found.append(offsets)
    return found


def curve(
    plan: Plan,
    made: Layers,
    e: int,
    entry: int,
    xs: list[float],
    offsets: list[list[float]],
    middles: list[float],
    tops: list[float],
    bottoms: list[float],
    depths: list[float],
) -> list[float]:
    """Return the control points of one edge, across and along in turn.

    It enters its head as line `entry` from above; layer l reaches from `tops[l]` to `bottoms[l]`,
    and box i has its middle at `middles[i]` and is `depths[i]` deep.
    """
    route = made.routes[e]
    tail = route[0]
    head = route[-1]
    x = xs[tail]
    y = middles[tail] + depths[tail] / 2
    points = [x, y]
    below = bottoms[made.layer[tail]]
    if below - y >= STUB:
        points = straight(points, x, below)
    for k in range(1, len(route) - 1):
        if (
            k + 2 < len(route)
            and xs[route[k]] == xs[route[k - 1]]
            and xs[route[k]] == xs[route[k + 1]]
        ):
            continue  # the line goes straight through
        layer = made.layer[route[k]]
        points = bow(points, xs[route[k]], tops[layer])
        points = straight(points, xs[route[k]], bottoms[layer])
    x = xs[head] + offsets[head][entry]
    y = middles[head] - depths[head] / 2
    above = tops[made.layer[head]]
    points = bow(points, x, above if y - above >= STUB else y)
    points = straight(points, x, y)
    if made.flipped[e]:
        back: list[float] = []
        for k in range(len(points) // 2 - 1, -1, -1):
            back.append(points[2 * k])
            back.append(points[2 * k + 1])
        return back
    return points


def level(points: list[float], back: int, x: float) -> bool:
    """Return whether the control point that stands `back` numbers from the end lies at x, nearly."""
    aside = points[len(points) - back] - x
    return aside < NEAR and -aside < NEAR


def straight(points: list[float], x: float, y: float) -> list[float]:
    """Go straight on to (x, y), if it is not where the curve has come to; one line goes on as one."""
    if y - points[-1] > 0.01:
        if len(points) > 6 and level(points, 8, x) and level(points, 6, x) and level(points, 4, x):
            for _ in range(6):
                points.pop()
        start = points[-1]
        points.append(x)
        points.append(start + (y - start) / 3)
        points.append(x)
        points.append(start + (y - start) / 3)  # far enough from the end for the arrow's head
        points.append(x)
        points.append(y)
    return points


def bow(points: list[float], x: float, y: float) -> list[float]:
    """Go to (x, y), leaving and arriving along the layers' direction."""
    if level(points, 2, x):
        return straight(points, x, y)
    x0 = points[len(points) - 2]
    y0 = points[-1]
    half = (y0 + y) / 2
    points.append(x0)
    points.append(half)
    points.append(x)
    points.append(half)
    points.append(x)
    points.append(y)
    return points
