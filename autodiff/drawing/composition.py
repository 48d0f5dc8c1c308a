"""A scene and its layout put together: every mark of the picture, on its page, above its legend."""

from dataclasses import dataclass
from itertools import chain

from autodiff.drawing import figure, legend, style
from autodiff.drawing.edges import Arrow
from autodiff.drawing.escape import shorten
from autodiff.drawing.layout import Course, Layout
from autodiff.drawing.lettering import width
from autodiff.drawing.marks import Mark, area, moved
from autodiff.drawing.scene import Scene
from autodiff.drawing.words import scoped, strength
from autodiff.table.language import say

MARGIN = 14.0
LEAST = 320.0  # width of a legend's lines
DASHES = {"none": "1.5 4", "unset": "6 4"}


@dataclass(frozen=True)
class Composition:
    """All marks of a picture, in the order in which they are drawn, and its size."""

    title: str
    width: float
    height: float
    marks: list[Mark]


def compose(scene: Scene, layout: Layout, whole: Scene | None = None) -> Composition:
    """Return the picture of a scene as it was laid out, with the legend of the `whole` if given."""
    below = legend.make(whole or scene, max(layout.width, LEAST))
    wide = max(layout.width, below.width) + 2 * MARGIN
    height = layout.height + below.height + 2 * MARGIN
    parts: list[list[Mark]] = []
    for name, frame in layout.scopes.items():
        called = scoped(name)
        short = shorten(called.rpartition("/")[2], 30)
        parts.append(figure.frame_marks(list(frame), called, short))
    parts += [_arrow(a, layout.arrows[a.key]) for a in scene.arrows]
    parts += [figure.box_marks(b, *layout.boxes[b.key], scene.rankdir) for b in scene.boxes]
    for arrow in scene.arrows:
        course = layout.arrows[arrow.key]
        if arrow.wordy and course.words is not None:
            lines = [*arrow.meaning.lines]
            x, y = course.words
            long = max((width(line, figure.TEXT, False) for line in lines), default=0.0) + 8
            inside = any(
                a <= x <= a + w and b <= y <= b + h for a, b, w, h in layout.scopes.values()
            )
            parts.append(figure.word_marks(lines, x, y, long, "scope" if inside else "page"))
        if arrow.mark:
            parts.append(figure.operand_marks(arrow.mark, list(course.tip), scene.rankdir))
    drawn = moved(list(chain(*parts)), (wide - layout.width) / 2, MARGIN)
    page = area("rect", "page", [0.0, 0.0, wide, height, 8.0], "page", 1.0)
    marks = [page, *drawn, *moved(below.marks, MARGIN, layout.height + MARGIN)]
    return Composition(say("picture.title", n=f"{scene.nodes:,}"), wide, height, marks)


def _arrow(arrow: Arrow, course: Course) -> list[Mark]:
    means = arrow.meaning
    hue = style.hue_of(means.gradient, means.amount)
    return figure.arrow_marks(
        f"edge {hue} is-{means.state}", means.tooltip, arrow.key, hue, strength(means.gradient),
        DASHES.get(means.state, ""), [v for point in course.points for v in point],
        list(course.tip),
    )  # fmt: skip
