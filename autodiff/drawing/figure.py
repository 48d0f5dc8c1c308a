"""Boxes and arrows as marks: where each word of a box stands, how its gradient colours it.

In the subset of `layered`. A `Box` says what is to be read; sizes come from `box_size`, so that the
layout and the drawing agree. Operands whose order matters are numbered where their arrows arrive.
"""

from autodiff.drawing.boxes import Box, Heat
from autodiff.drawing.lettering import width
from autodiff.drawing.marks import Mark, area, closed, letters, opened, outline, outlined

SIDE = 10.0
HEAD = 24.0  # the line with the name
ROW = 16.0
TITLE = 13.0  # sizes of letters: names, and all else
TEXT = 11.0
CIRCLE = 30.0  # micrograd's operation
PORT = 14.0  # the edge of a box where its operands are numbered
CELL = 9.0  # of a heat map


def is_across(rankdir: str) -> bool:
    """Return whether layers follow each other from side to side."""
    return rankdir == "LR" or rankdir == "RL"


def chip_width(sign: str) -> float:
    """Return the width of the tag that names the operation."""
    wide = width(sign, TEXT, True) + 10
    return wide if wide > 20 else 20.0


def heat_size(heat: Heat) -> list[float]:
    """Return the width and the height of a heat map with its label."""
    rows = len(heat.shares) // heat.columns
    wide = heat.columns * CELL
    label = width(heat.label, TEXT, False)
    return [wide if wide > label else label, rows * CELL + ROW]


def box_size(box: Box, rankdir: str) -> list[float]:
    """Return the width and the height of a box."""
    across = PORT if box.ports > 0 and is_across(rankdir) else 0.0
    along = PORT if box.ports > 0 and not is_across(rankdir) else 0.0
    marked = 24 + 15.0 * (box.ports - 1) if box.ports > 0 else 0.0  # so that no mark meets another
    if box.kind == "op":
        side = width(box.sign, TITLE, True) + 2 * SIDE
        side = side if side > CIRCLE else CIRCLE
        high = CIRCLE + along
        side = marked if along > 0 and marked > side else side
        return [side + across, marked if across > 0 and marked > high else high]
    if len(box.lines) == 0 and box.sign == "" and len(box.heats) == 0:
        wide = width(box.title, TITLE, True) + 28
        return [wide if wide > 40 else 40.0, 30.0 + along]
    inner = 48.0
    head = width(box.title, TITLE, True)
    head += chip_width(box.sign) + 8 if box.sign != "" else 0.0
    inner = head if head > inner else inner
    for line in box.lines:
        row = width(line[0], TEXT, False) + width(line[1], TEXT, False)
        row += 14.0 if line[0] != "" else 0.0
        inner = row if row > inner else inner
    maps = 0.0
    deep = 0.0
    for heat in box.heats:
        size = heat_size(heat)
        maps += size[0] + (14.0 if maps > 0 else 0.0)
        deep = size[1] if size[1] > deep else deep
    inner = maps if maps > inner else inner
    inner = marked - 2 * SIDE if along > 0 and marked - 2 * SIDE > inner else inner
    slant = 14.0 if box.kind == "input" or box.kind == "constant" else 0.0
    high = HEAD + ROW * len(box.lines) + deep + 8 + along
    if across > 0 and marked > high:
        high = marked
    return [inner + 2 * SIDE + slant + across, high]


def box_marks(box: Box, x: float, y: float, w: float, h: float, rankdir: str) -> list[Mark]:
    """Return the marks of a box whose frame is given."""
    out = [opened("node " + box.kind, box.tooltip, box.key)]
    body = outline(box.kind, x, y, w, h)
    body.width = 1.2 + 1.8 * box.force
    body.dash = "" if box.computed else "4 3"
    out.append(body)
    if box.tint > 0:
        tint = outline(box.kind, x, y, w, h)
        tint.css = "tint " + box.hue
        tint.fill = box.hue
        tint.line = ""
        tint.share = box.tint
        out.append(tint)
    if box.kind == "output":
        at = [x + 3, y + 3, w - 6, h - 6, 5.0]
        out.append(outlined("rect", "outer", at, "", box.kind, 1.0, 1.0, ""))
    if box.kind == "group":
        at = [x + 4, y - 4, x + 4 + w, y - 4, x + 4 + w, y - 4 + h]
        out.append(outlined("line", "outer", at, "", box.kind, 1.0, 1.0, ""))
    left = x + SIDE
    right = x + w - SIDE
    top = y
    if box.kind == "input" or box.kind == "constant":
        left += 7
        right -= 7
    if box.ports > 0:
        left += PORT if rankdir == "LR" else 0.0
        right -= PORT if rankdir == "RL" else 0.0
        top += PORT if rankdir == "TB" else 0.0
    bottom = y + h - (PORT if box.ports > 0 and rankdir == "BT" else 0.0)
    middle = (left + right) / 2
    if box.kind == "op":
        out.append(
            letters(
                "title", middle, (top + bottom) / 2 + 4.5, box.sign, "ink", TITLE, True, "middle"
            )
        )
    elif len(box.lines) == 0 and box.sign == "" and len(box.heats) == 0:
        out.append(
            letters(
                "title", middle, (top + bottom) / 2 + 4.5, box.title, "ink", TITLE, True, "middle"
            )
        )
    else:
        words_of(box, left, right, top, bottom, out)
    if box.hue == "nan" or box.kind == "failed":
        warning(x + w - 4, y + 4, out)
    out.append(closed())
    return out


def words_of(
    box: Box, left: float, right: float, top: float, bottom: float, out: list[Mark]
) -> None:
    """Add the words of a box, in the middle of its height."""
    deep = 0.0
    for heat in box.heats:
        size = heat_size(heat)
        deep = size[1] if size[1] > deep else deep
    top += (bottom - top - HEAD - ROW * len(box.lines) - deep - 8) / 2
    out.append(letters("title", left, top + 18, box.title, "ink", TITLE, True, "start"))
    if box.sign != "":
        chip = chip_width(box.sign)
        out.append(area("rect", "chip", [right - chip, top + 6, chip, 16.0, 8.0], "chip", 1.0))
        out.append(
            letters("sign", right - chip / 2, top + 18, box.sign, "ink", TEXT, True, "middle")
        )
    base = top + HEAD + 13
    for line in box.lines:
        if line[0] != "":
            out.append(letters("row label", left, base, line[0], "soft", TEXT, False, "start"))
            out.append(letters("row text", right, base, line[1], "ink", TEXT, False, "end"))
        elif box.kind != "failed" and goes_on(line[1]):
            out.append(letters("row text", right, base, line[1], "ink", TEXT, False, "end"))
        else:
            out.append(letters("row", left, base, line[1], "ink", TEXT, False, "start"))
        base += ROW
    x = left
    for heat in box.heats:
        out.append(letters("row label", x, base, heat.label, "soft", TEXT, False, "start"))
        heat_marks(heat, x, base + 5, out)
        x += heat_size(heat)[0] + 14


def goes_on(text: str) -> bool:
    """Return whether a line without a label is one more line of an array's numbers."""
    last = text[len(text) - 1] if text != "" else ""
    return last == "]" or last == "ᵀ" or last == ","


def heat_marks(heat: Heat, left: float, top: float, out: list[Mark]) -> None:
    """Add a heat map: blue above 0, red below, the deeper the larger; a number that is none crossed."""
    rows = len(heat.shares) // heat.columns
    at = [left - 0.5, top - 0.5, heat.columns * CELL + 1, rows * CELL + 1, 1.0]
    out.append(outlined("rect", "heat", at, "page", "faint", 1.0, 1.0, ""))
    for k in range(len(heat.shares)):
        share = heat.shares[k]
        x = left + (k % heat.columns) * CELL
        y = top + (k // heat.columns) * CELL
        if share > 1:
            out.append(area("rect", "cell", [x + 2, y + 2, CELL - 4, CELL - 4, 0.0], "nan", 1.0))
        elif share != 0:
            role = "positive" if share > 0 else "negative"
            out.append(
                area("rect", "cell", [x, y, CELL, CELL, 0.0], role, share if share > 0 else -share)
            )


def warning(x: float, y: float, out: list[Mark]) -> None:
    """Add the mark of a gradient that is not a number."""
    out.append(area("circle", "warning", [x, y, 8.0], "nan", 1.0))
    out.append(letters("mark", x, y + 4, "!", "bright", TEXT, True, "middle"))


def frame_marks(frame: list[float], name: str, short: str) -> list[Mark]:
    """Return the marks of a scope."""
    at = [frame[0], frame[1], frame[2], frame[3], 10.0]
    out = [opened("scope", name, "")]
    out.append(outlined("rect", "frame", at, "scope", "faint", 1.0, 1.0, ""))
    out.append(letters("name", frame[0] + 10, frame[1] + 17, short, "soft", 12.0, True, "start"))
    out.append(closed())
    return out


def arrow_marks(
    css: str,
    tooltip: str,
    key: str,
    hue: str,
    force: float,
    dash: str,
    points: list[float],
    tip: list[float],
) -> list[Mark]:
    """Return the marks of an arrow: its curve, and its head from the curve's end to `tip`."""
    out = [opened(css, tooltip, key)]
    out.append(outlined("curve", "course", points, "", "line-" + hue, 1.2 + 2 * force, 1.0, dash))
    x = points[len(points) - 2]
    y = points[-1]
    dx = (tip[0] - x) * 0.45
    dy = (tip[1] - y) * 0.45
    at = [x - dy, y + dx, tip[0], tip[1], x + dy, y - dx]
    out.append(area("polygon", "tip", at, "line-" + hue, 1.0))
    out.append(closed())
    return out


def word_marks(lines: list[str], x: float, y: float, w: float, ground: str) -> list[Mark]:
    """Return the words of an edge, around their centre, on a ground that hides their line."""
    high = 14.0 * len(lines)
    at = [x - w / 2 + 2, y - high / 2, w - 4, high, 3.0]
    out = [area("rect", "ground", at, ground, 1.0)]
    base = y - high / 2 + 10.5
    for line in lines:
        out.append(letters("words", x, base, line, "ink", TEXT, False, "middle"))
        base += 14
    return out


def operand_marks(text: str, tip: list[float], rankdir: str) -> list[Mark]:
    """Return the number of an operand, inside the box where its arrow arrives."""
    x = tip[0] + (9 if rankdir == "LR" else -9 if rankdir == "RL" else 0)
    y = tip[1] + (9 if rankdir == "TB" else -9 if rankdir == "BT" else 0)
    return [
        outlined("circle", "port", [x, y, 7.0], "page", "line", 1.0, 1.0, ""),
        letters("mark", x, y + 4, text, "ink", TEXT, True, "middle"),
    ]
