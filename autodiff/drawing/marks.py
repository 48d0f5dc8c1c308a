"""What a picture is made of: marks, each one shape or one text, as data; in the subset of `layered`.

The renderers (SVG and, through it, PNG and PDF; TikZ; a page) print marks and know nothing of graphs,
so they make one picture. Colours are roles ("ink", "positive"), which a theme fills in.
"""

from dataclasses import dataclass

from autodiff.drawing.lettering import width


@dataclass
class Mark:
    """One mark.

    `shape` is "rect" (`at` holds left, top, width, height, radius), "polygon" (x and y of each
    corner), "curve" (x and y of a start, then of three control points a piece), "line", "circle"
    (x, y, radius), "text" (x, y of its base), or "open" and "close" of a group, whose `text` is
    said when it is pointed at and whose `key` names it. `css` are its classes; `fill` and `line`
    roles of colours, "" for none; `share` is how much of the fill covers what is below.
    """

    shape: str
    css: str
    at: list[float]
    fill: str
    line: str
    width: float
    share: float
    dash: str
    text: str
    size: float
    bold: bool
    anchor: str
    key: str


def area(shape: str, css: str, at: list[float], fill: str, share: float) -> Mark:
    """Return a filled shape without an outline."""
    return outlined(shape, css, at, fill, "", 0.0, share, "")


def outlined(
    shape: str,
    css: str,
    at: list[float],
    fill: str,
    line: str,
    width: float,
    share: float,
    dash: str,
) -> Mark:
    """Return a shape."""
    return Mark(
        shape=shape, css=css, at=at, fill=fill, line=line, width=width, share=share, dash=dash,
        text="", size=0.0, bold=False, anchor="", key="",
    )  # fmt: skip


def letters(
    css: str, x: float, y: float, text: str, role: str, size: float, bold: bool, anchor: str
) -> Mark:
    """Return a text; `anchor` is "start", "middle" or "end"."""
    return Mark(
        shape="text", css=css, at=[x, y], fill=role, line="", width=0.0, share=1.0, dash="",
        text=text, size=size, bold=bold, anchor=anchor, key="",
    )  # fmt: skip


def opened(css: str, text: str, key: str) -> Mark:
    """Return the begin of a group."""
    return Mark(
        shape="open", css=css, at=[], fill="", line="", width=0.0, share=1.0, dash="",
        text=text, size=0.0, bold=False, anchor="", key=key,
    )  # fmt: skip


def closed() -> Mark:
    """Return the end of a group."""
    mark = opened("", "", "")
    mark.shape = "close"
    return mark


def moved(marks: list[Mark], x: float, y: float) -> list[Mark]:
    """Move marks aside and down, in place; return them."""
    for mark in marks:
        if mark.shape == "circle" or mark.shape == "rect":
            mark.at[0] += x
            mark.at[1] += y
        else:
            for k in range(0, len(mark.at), 2):
                mark.at[k] += x
                mark.at[k + 1] += y
    return marks


def outline(kind: str, x: float, y: float, w: float, h: float) -> Mark:
    """Return the outline of a kind of box: each has a shape of its own, so colour is never alone."""
    if kind == "input":
        at = [x + 12, y, x + w, y, x + w - 12, y + h, x, y + h]
        return outlined("polygon", "body", at, "card", kind, 1.2, 1.0, "")
    if kind == "parameter":
        c = h / 3 if h < 24 else 8.0
        at = [x + c, y, x + w - c, y, x + w, y + c, x + w, y + h - c]
        for v in [x + w - c, y + h, x + c, y + h, x, y + h - c, x, y + c]:
            at.append(v)
        return outlined("polygon", "body", at, "card", kind, 1.2, 1.0, "")
    radius = 7.0
    if kind == "constant":
        radius = 18.0
    elif kind == "op":
        radius = h / 2
    elif kind == "group":
        radius = 3.0
    half = (w if w < h else h) / 2
    at = [x, y, w, h, half if half < radius else radius]
    return outlined("rect", "body", at, "card", kind, 1.2, 1.0, "")


def page_width(name: str, sign: str, value: str) -> float:
    """Return the width of a box of a page: for its name and sign, its value, any number of four digits."""
    head = width(name, 15.0, True) + 30
    if sign != "":
        head += width(sign, 13.0, False) + 18
    inner = width(value, 14.0, False) + 30
    least = width("∂ -8.888e-08", 12.5, True) + 22
    inner = inner if inner > least else least
    return head if head > inner else inner
