"""Pictures of graphs: what was computed, and how the gradient came back.

From a `Graph` and a view of it comes a scene (boxes, arrows, words); a layout of our own, or `dot`
where it is asked for, places it; both together are a list of marks, from which SVG, PNG, PDF and TikZ
are printed, so that they are one picture and no name can end up as markup.

Read `request` first, what `ad.draw` does in order; then `scene`, what is in a picture, `boxes` and
`edges`, what stands on a node and on an arrow, `layout` and its steps, where all of it goes, and `picture`,
how it is saved. The player lays its pages out with the same modules; `explanations` shows itself by them.
"""

from autodiff.drawing.boxes import Box
from autodiff.drawing.engine import DrawingError, available
from autodiff.drawing.escape import clean, script, shorten, xml
from autodiff.drawing.layout import Course, Layout
from autodiff.drawing.picture import Picture
from autodiff.drawing.request import draw
from autodiff.drawing.scene import Scene

__all__ = [
    "Box",
    "Course",
    "DrawingError",
    "Layout",
    "Picture",
    "Scene",
    "available",
    "clean",
    "draw",
    "script",
    "shorten",
    "xml",
]
