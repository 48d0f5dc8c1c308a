"""The outlines of boxes: each kind of node has a shape of its own, so colour is never alone."""

from autodiff.drawing.layout import Frame


def outline(kind: str, frame: Frame) -> str:
    """Return the path data of a kind's outline."""
    x, y, w, h = frame
    if kind == "input":
        return _polygon((x + 12, y), (x + w, y), (x + w - 12, y + h), (x, y + h))
    if kind == "parameter":
        c = min(8.0, h / 3)
        return _polygon(
            (x + c, y), (x + w - c, y), (x + w, y + c), (x + w, y + h - c),
            (x + w - c, y + h), (x + c, y + h), (x, y + h - c), (x, y + c),
        )  # fmt: skip
    return rounded(frame, {"constant": 18.0, "op": h / 2, "group": 3.0}.get(kind, 7.0))


def second(kind: str, frame: Frame) -> str:
    """Return the second outline that marks outputs (a double border) and groups (a pile), or ""."""
    x, y, w, h = frame
    if kind == "output":
        return rounded((x + 3, y + 3, w - 6, h - 6), 5.0)
    if kind == "group":
        return f"M{x + 4:.1f},{y - 4:.1f}h{w:.1f}v{h:.1f}"
    return ""


def rounded(frame: Frame, radius: float) -> str:
    """Return a rectangle with round corners."""
    x, y, w, h = frame
    r = min(radius, w / 2, h / 2)
    arc = f"a{r:.1f},{r:.1f} 0 0 1 "
    return (
        f"M{x + r:.1f},{y:.1f}h{w - 2 * r:.1f}{arc}{r:.1f},{r:.1f}v{h - 2 * r:.1f}"
        f"{arc}{-r:.1f},{r:.1f}h{2 * r - w:.1f}{arc}{-r:.1f},{-r:.1f}v{2 * r - h:.1f}"
        f"{arc}{r:.1f},{-r:.1f}z"
    )


def arrowhead(base: tuple[float, float], tip: tuple[float, float]) -> str:
    """Return a triangle from the end of a curve to the tip of its arrow."""
    dx, dy = (tip[0] - base[0]) * 0.45, (tip[1] - base[1]) * 0.45
    return _polygon((base[0] - dy, base[1] + dx), tip, (base[0] + dy, base[1] - dx))


def _polygon(*points: tuple[float, float]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + "z"
