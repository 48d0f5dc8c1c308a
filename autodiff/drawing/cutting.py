"""Cut a plan into layers: bends where an edge passes a layer, and places for the words of edges.

Words stand in a layer of their own just before the box that their edge enters. All edges of one
source share its bends, so that they leave as one line and part where they must. Where a frame has
nothing in one of its layers, an empty item keeps its place.
"""

from autodiff.drawing.layered import Layers, Plan
from autodiff.drawing.ranks import flips, ranked

MOST_BENDS = 20000


def meet(parents: list[int], a: int, b: int) -> int:
    """Return the innermost scope that holds scopes a and b, -1 for none."""
    while a != b:
        if a > b:
            a = parents[a]
        else:
            b = parents[b]
    return a


def cut(plan: Plan) -> Layers:
    """Return the layers of a plan, each in the order in which its items were made."""
    flipped = flips(plan)
    rank = ranked(plan, flipped)
    n = len(plan.widths)
    number = numbered(plan, flipped, rank)
    made = Layers(layer=[], scope=[], words=[], up=[], down=[], routes=[], flipped=flipped, rows=[])
    for i in range(n):
        item(made, number[2 * rank[i]], plan.scopes[i], -1)
    begins = [len(number)] * len(plan.parents)
    ends = [-1] * len(plan.parents)
    for i in range(n):
        s = plan.scopes[i]
        while s >= 0:
            if made.layer[i] < begins[s]:
                begins[s] = made.layer[i]
            if made.layer[i] > ends[s]:
                ends[s] = made.layer[i]
            s = plan.parents[s]
    rails: list[list[int]] = []
    for _ in range(n):
        rails.append([])
    bent = few_bends(plan, flipped, made)
    for e in range(len(plan.sources)):
        tail = plan.targets[e] if flipped[e] else plan.sources[e]
        head = plan.sources[e] if flipped[e] else plan.targets[e]
        wordy = plan.word_widths[e] > 0
        route = [tail]
        if bent:
            last = made.layer[head] - (2 if wordy else 1)
            for layer in range(made.layer[tail] + 1, last + 1):
                step = layer - made.layer[tail] - 1
                common = passed(plan, begins, ends, tail, head, layer)
                if step == len(rails[tail]):
                    bend = item(made, layer, common, -1)
                    connect(made, route[-1], bend)
                    rails[tail].append(bend)
                bend = rails[tail][step]
                made.scope[bend] = meet(plan.parents, made.scope[bend], common)
                route.append(bend)
        if wordy:
            s = passed(plan, begins, ends, tail, head, made.layer[head] - 1)
            words = item(made, made.layer[head] - 1, s, e)
            connect(made, route[-1], words)
            route.append(words)
        connect(made, route[-1], head)
        route.append(head)
        made.routes.append(route)
    fill(plan, made)
    for i in range(len(made.layer)):
        while len(made.rows) <= made.layer[i]:
            made.rows.append([])
        made.rows[made.layer[i]].append(i)
    return made


def passed(plan: Plan, begins: list[int], ends: list[int], tail: int, head: int, layer: int) -> int:
    """Return the scope in which an edge passes a layer: its tail's to the end, then its head's."""
    s = plan.scopes[tail]
    while s >= 0 and ends[s] < layer:
        s = plan.parents[s]
    if s >= 0:
        return s
    s = plan.scopes[head]
    while s >= 0 and begins[s] > layer:
        s = plan.parents[s]
    return s


def numbered(plan: Plan, flipped: list[bool], rank: list[int]) -> list[int]:
    """Return the layer of each doubled rank; the odd ones count where they hold words."""
    most = 0
    for r in rank:
        if r > most:
            most = r
    used = [0] * (2 * most + 2)
    for r in rank:
        used[2 * r] = 1
    for e in range(len(plan.sources)):
        if plan.word_widths[e] > 0:
            used[2 * rank[plan.sources[e] if flipped[e] else plan.targets[e]] - 1] = 1
    number: list[int] = []
    at = 0
    for u in used:
        number.append(at)
        at += u
    return number


def few_bends(plan: Plan, flipped: list[bool], made: Layers) -> bool:
    """Return whether the graph can be drawn with bends in good time."""
    longest = [0] * len(plan.widths)
    for e in range(len(plan.sources)):
        tail = plan.targets[e] if flipped[e] else plan.sources[e]
        head = plan.sources[e] if flipped[e] else plan.targets[e]
        span = made.layer[head] - made.layer[tail] - 1
        if span > longest[tail]:
            longest[tail] = span
    total = 0
    for span in longest:
        total += span
    return total <= MOST_BENDS


def item(made: Layers, layer: int, scope: int, words: int) -> int:
    """Add an item without neighbours and return it."""
    made.layer.append(layer)
    made.scope.append(scope)
    made.words.append(words)
    made.up.append([])
    made.down.append([])
    return len(made.layer) - 1


def connect(made: Layers, above: int, below: int) -> None:
    """Make two items neighbours."""
    made.down[above].append(below)
    made.up[below].append(above)


def fill(plan: Plan, made: Layers) -> None:
    """Give each scope an item in each layer between its first and its last."""
    for s in range(len(plan.parents) - 1, -1, -1):
        first = -1
        last = -1
        seen: list[int] = []
        for i in range(len(made.layer)):
            inside = made.scope[i]
            while inside > s:
                inside = plan.parents[inside]
            if inside == s:
                layer = made.layer[i]
                while len(seen) <= layer:
                    seen.append(-1)
                if seen[layer] < 0:
                    seen[layer] = i
                if first < 0 or layer < first:
                    first = layer
                if layer > last:
                    last = layer
        for layer in range(first + 1, last):
            if seen[layer] < 0:
                seen[layer] = item(made, layer, s, -1)
                connect(made, seen[layer - 1], seen[layer])
