"""Where everything stands, in pixels from the top left corner: by our own layout, or by `dot`.

Ours needs nothing and is the same everywhere. `dot` is asked where the caller wants it. What either
says goes through the same renderers.
"""

import json
from dataclasses import dataclass, replace

from autodiff.drawing import dot, engine
from autodiff.drawing.layered import Layers, Placed, Plan
from autodiff.drawing.measure import box_size, words_size
from autodiff.drawing.place import placed, prepared
from autodiff.drawing.scene import Scene

Point = tuple[float, float]
Frame = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Course:
    """The way of one arrow: the control points of its Bézier curve, its tip, its words' centre."""

    points: tuple[Point, ...]
    tip: Point
    words: Point | None


@dataclass(frozen=True)
class Layout:
    """Frames of boxes and of scopes, courses of arrows (by their keys), and the whole size."""

    width: float
    height: float
    boxes: dict[str, Frame]
    scopes: dict[str, Frame]
    arrows: dict[str, Course]


TIP = 8.0  # the length of an arrow's head
PAGE = (960.0, 640.0)  # what a picture should fit
MANY = 300  # boxes from which on it goes down in any case


def lay_out(scene: Scene, program: str | None = None) -> Layout:
    """Place a scene that has a direction: by the layout of our own, or with `program`."""
    if not scene.boxes:
        return Layout(0.0, 0.0, {}, {}, {})
    if program is not None:
        return asked(scene)
    given = plan(scene, scene.rankdir)
    return _layout(scene, given, placed(given, prepared(given), scene.rankdir))


def directed(scene: Scene) -> tuple[Scene, Layout]:
    """Place a scene in the direction that fits a page: to the right if it can, else down."""
    if not scene.boxes or len(scene.boxes) > MANY:
        chosen = replace(scene, rankdir="TB")
        return chosen, lay_out(chosen)
    found = {}
    made: Layers | None = None
    for rankdir in ("LR", "TB"):
        given = plan(scene, rankdir)
        made = prepared(given) if made is None else made
        turned = replace(scene, rankdir=rankdir)
        found[rankdir] = turned, _layout(turned, given, placed(given, made, rankdir))
        across = found["LR"][1]
        if across.width <= PAGE[0] and across.height <= PAGE[1]:
            return found["LR"]
    down = found["TB"][1]
    return found["TB" if down.width <= max(PAGE[0], across.width) else "LR"]


def plan(scene: Scene, rankdir: str) -> Plan:
    """Return a scene as sizes and numbers."""
    place = {box.key: i for i, box in enumerate(scene.boxes)}
    scopes = [scope for scope in dot.clusters(scene) if scope]
    number = {scope: i for i, scope in enumerate(scopes)}
    number[""] = -1
    sizes = [box_size(box, rankdir) for box in scene.boxes]
    words = [words_size(arrow) for arrow in scene.arrows]
    return Plan(
        widths=[size.w for size in sizes],
        heights=[size.h for size in sizes],
        sources=[place[arrow.source] for arrow in scene.arrows],
        targets=[place[arrow.target] for arrow in scene.arrows],
        word_widths=[0.0 if size is None else size.w for size in words],
        word_heights=[0.0 if size is None else size.h for size in words],
        scopes=[number[box.scope] for box in scene.boxes],
        parents=[number[scope.rpartition("/")[0]] for scope in scopes],
    )


def _layout(scene: Scene, given: Plan, found: Placed) -> Layout:
    scopes = [scope for scope in dot.clusters(scene) if scope]
    boxes = {
        box.key: (x - w / 2, y - h / 2, w, h)
        for box, x, y, w, h in zip(
            scene.boxes, found.xs, found.ys, given.widths, given.heights, strict=True
        )
    }
    courses = {}
    for i, arrow in enumerate(scene.arrows):
        points = list(zip(found.paths[i][::2], found.paths[i][1::2], strict=True))
        tip, before = points[-1], points[-2]
        long = max(abs(tip[0] - before[0]), abs(tip[1] - before[1]), 1e-9)
        step = min(1.0, TIP / long)
        end = (tip[0] + (before[0] - tip[0]) * step, tip[1] + (before[1] - tip[1]) * step)
        words = (found.word_xs[i], found.word_ys[i]) if given.word_widths[i] else None
        courses[arrow.key] = Course((*points[:-1], end), tip, words)
    frames = {s: (f[0], f[1], f[2], f[3]) for s, f in zip(scopes, found.frames, strict=True)}
    return Layout(found.width, found.height, boxes, frames, courses)


def asked(scene: Scene) -> Layout:
    """Place a scene with `dot`."""
    answer = engine.run(dot.plan(scene), "json0", len(scene.boxes))
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
