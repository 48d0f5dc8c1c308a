"""Sort the layers so that few lines cross: each item goes to the mean place of its neighbours.

Layer after layer is sorted by the layer before it, then back by the layer after it, and so on; the
best order is kept, and neighbours change places while that takes crossings away. What stands in one
frame stays together, and frames side by side keep the order in which they were recorded, so that
neuron 1 comes before neuron 2.
"""

from collections.abc import Sequence

from autodiff.drawing.layered import Layers

SWEEPS = 8
MANY = 4000  # items; more are swept half as often
FEW = 600  # items; only so many change places


def arranged(items: list[int], key: Sequence[float]) -> list[int]:
    """Return items sorted by `key[item]`; what is equal keeps its order."""
    return sorted(items, key=key.__getitem__)


def sort_rows(made: Layers, parents: list[int]) -> None:
    """Sort the rows of the layers."""
    n = len(made.layer)
    place = [0] * n
    key = [0.0] * n
    note(made.rows, place)
    rows = made.rows
    if len(parents) > 0:
        for i in range(n):
            key[i] = place[i]
        rows = []
        for row in made.rows:
            rows.append(in_frames(made, parents, row, key))
    best = rows
    fewest = crossings(made, rows, place)
    sweeps = SWEEPS if n <= MANY else SWEEPS // 2
    for sweep in range(sweeps):
        if fewest == 0:
            break
        rows = swept(made, parents, rows, place, key, sweep % 2 == 0)
        if n <= FEW:
            while exchanged(made, rows, place, 0):
                pass
        count = crossings(made, rows, place)
        if count < fewest:
            best = rows
            fewest = count
        if n <= FEW and count > 0:  # what changes nothing by itself may let others take some away
            rows = copied(rows)
            exchanged(made, rows, place, 1)
            while exchanged(made, rows, place, 0):
                pass
            count = crossings(made, rows, place)
            if count < fewest:
                best = rows
                fewest = count
    made.rows = best


def copied(rows: list[list[int]]) -> list[list[int]]:
    """Return rows of their own with the same items."""
    found: list[list[int]] = []
    for row in rows:
        same: list[int] = []
        for i in row:
            same.append(i)
        found.append(same)
    return found


def note(rows: list[list[int]], place: list[int]) -> None:
    """Write down each item's place in its row."""
    for row in rows:
        for i in range(len(row)):
            place[row[i]] = i


def swept(
    made: Layers,
    parents: list[int],
    rows: list[list[int]],
    place: list[int],
    key: list[float],
    forward: bool,
) -> list[list[int]]:
    """Return the rows, each sorted by its neighbours in the row before (or else after) it."""
    fresh: list[list[int]] = []
    for row in rows:
        fresh.append(row)
    for step in range(len(rows)):
        r = step if forward else len(rows) - 1 - step
        for i in rows[r]:
            key[i] = wish(made, place, i, forward)
        if len(parents) > 0:
            fresh[r] = in_frames(made, parents, rows[r], key)
        else:
            fresh[r] = arranged(rows[r], key)
        for i in range(len(fresh[r])):
            place[fresh[r][i]] = i
    return fresh


def wish(made: Layers, place: list[int], i: int, forward: bool) -> float:
    """Return the mean place of an item's neighbours on one side; its own where it has none."""
    near = made.up[i] if forward else made.down[i]
    if len(near) == 0:
        return place[i]
    total = 0.0
    for m in near:
        total += place[m]
        if not forward and 1 < len(made.up[m]) <= 8:  # operands in their order
            for k in range(len(made.up[m])):
                if made.up[m][k] == i:
                    total += k / 1000
                    break
    return total / len(near)


def in_frames(made: Layers, parents: list[int], row: list[int], key: list[float]) -> list[int]:
    """Return a row sorted by `key`, what stands in one frame together and frames in their order."""
    scopes = len(parents)  # also the number of what stands outside of all
    inner: list[list[int]] = []
    children: list[list[int]] = []
    flat: list[list[int]] = []
    for _ in range(scopes + 1):
        inner.append([])
        children.append([])
        flat.append([])
    size = [0] * (scopes + 1)
    total = [0.0] * (scopes + 1)
    for i in row:
        inner[made.scope[i] if made.scope[i] >= 0 else scopes].append(i)
    for step in range(scopes + 1):  # from the inside out
        s = scopes - 1 - step if step < scopes else scopes
        entries: list[int] = []
        keys: list[float] = []
        blocks: list[list[int]] = []
        for k in range(len(children[s]) - 1, -1, -1):  # they were noted from the last to the first
            c = children[s][k]
            mean = total[c] / size[c]
            if len(keys) > 0 and keys[-1] > mean:
                mean = keys[-1]  # no frame comes before one that was recorded earlier
            keys.append(mean)
            blocks.append(flat[c])
            size[s] += size[c]
            total[s] += total[c]
        for i in inner[s]:
            keys.append(key[i])
            blocks.append([i])
            size[s] += 1
            total[s] += key[i]
        for k in range(len(keys)):
            entries.append(k)
        for k in arranged(entries, keys):
            for i in blocks[k]:
                flat[s].append(i)
        if s < scopes and size[s] > 0:
            children[parents[s] if parents[s] >= 0 else scopes].append(s)
    return flat[scopes]


def crossings(made: Layers, rows: list[list[int]], place: list[int]) -> int:
    """Count the pairs of lines between neighbouring rows that cross; `place` is noted anew."""
    note(rows, place)
    count = 0
    for r in range(1, len(rows)):
        # Ends below of the lines, from the left above to the right, are inserted one by one into
        # a tree of sums; each crosses those that were inserted further right.
        first = 1
        while first < len(rows[r]):
            first *= 2
        tree = [0] * (2 * first)
        for i in rows[r - 1]:
            for m in arranged(made.down[i], place):
                if made.layer[m] == r:
                    at = first - 1 + place[m]
                    tree[at] += 1
                    while at > 0:
                        if at % 2 == 1:
                            count += tree[at + 1]
                        at = (at - 1) // 2
                        tree[at] += 1
    return count


def exchanged(made: Layers, rows: list[list[int]], place: list[int], more: int) -> bool:
    """Exchange neighbours of one frame where that takes crossings away; return whether any did.

    With `more` of 1 those change places, too, whose lines cross as often either way.
    """
    better = False
    for row in rows:
        for k in range(len(row) - 1):
            a = row[k]
            b = row[k + 1]
            if made.scope[a] == made.scope[b]:
                now = between(made.up[a], made.up[b], place) + between(
                    made.down[a], made.down[b], place
                )
                if now > 0:
                    then = between(made.up[b], made.up[a], place) + between(
                        made.down[b], made.down[a], place
                    )
                    if then < now + more:
                        row[k] = b
                        row[k + 1] = a
                        place[b] = k
                        place[a] = k + 1
                        better = True
    return better


def between(left: list[int], right: list[int], place: list[int]) -> int:
    """Count the crossings of the lines of an item and of the one to the right of it."""
    count = 0
    for a in left:
        for b in right:
            if place[a] > place[b]:
                count += 1
    return count
