"""Where everything stands: the engine's answer to a plan, in pixels from the top left corner."""

import json
from dataclasses import dataclass

from autodiff.drawing import dot, engine
from autodiff.drawing.scene import Scene

Point = tuple[float, float]
Frame = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Course:
    """The way of one arrow: the control points of its Bézier curve, its tip, its words' centre."""

    points: tuple[Point, ...]
    tip: Point
    words: Point | None

    @property
    def path(self) -> str:
        """The curve as the path data of an SVG."""
        start, *rest = (f"{x:.1f},{y:.1f}" for x, y in self.points)
        return f"M{start}C{' '.join(rest)}"


@dataclass(frozen=True)
class Layout:
    """Frames of boxes and of scopes, courses of arrows (by their keys), and the whole size."""

    width: float
    height: float
    boxes: dict[str, Frame]
    scopes: dict[str, Frame]
    arrows: dict[str, Course]


def lay_out(scene: Scene, timeout: float | None = None) -> Layout:
    """Place a scene with the engine."""
    if not scene.boxes:
        return Layout(0.0, 0.0, {}, {}, {})
    answer = engine.run(dot.plan(scene), "json0", len(scene.boxes), timeout)
    found = json.loads(answer)
    left, low, right, high = map(float, found["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")[-2:]
        return (float(x) - left, high - float(y))

    def frame(bounds: str) -> Frame:
        x0, y0, x1, y1 = map(float, bounds.split(","))
        return (x0 - left, high - y1, x1 - x0, y1 - y0)

    scopes = list(dot.clusters(scene))
    boxes: dict[str, Frame] = {}
    frames: dict[str, Frame] = {}
    for item in found["objects"]:
        name = item["name"]
        if name.startswith("cluster_"):
            frames[scopes[int(name.removeprefix("cluster_"))]] = frame(item["bb"])
        elif "pos" in item:
            x, y = point(item["pos"])
            w, h = 72 * float(item["width"]), 72 * float(item["height"])
            boxes[name] = (x - w / 2, y - h / 2, w, h)
    courses: dict[str, Course] = {}
    drawn = sorted(found.get("edges", []), key=lambda item: int(item["id"]))
    for arrow, item in zip(scene.arrows, drawn, strict=True):
        parts = item["pos"].split()
        tips = [p for p in parts if p.startswith("e,")]
        points = tuple(point(p) for p in parts if p[0] not in "es")
        words = point(item["lp"]) if "lp" in item else None
        courses[arrow.key] = Course(points, point(tips[0]) if tips else points[-1], words)
    return Layout(right - left, high - low, boxes, frames, courses)
