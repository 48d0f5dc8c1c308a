"""How large each box and the words of each arrow are, in pixels, for every layout."""

from dataclasses import dataclass

from autodiff.drawing import figure
from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow
from autodiff.drawing.lettering import width


@dataclass(frozen=True)
class Size:
    """The width and the height of a box."""

    w: float
    h: float


def box_size(box: Box, rankdir: str) -> Size:
    """Return the size of a box."""
    w, h = figure.box_size(box, rankdir)
    return Size(float(round(w)), float(round(h)))


def words_size(arrow: Arrow) -> Size | None:
    """Return the size of the words beside an arrow, None where they stay in the tooltip."""
    lines = arrow.meaning.lines
    if not arrow.wordy or not lines:
        return None
    wide = max(width(line, figure.TEXT, False) for line in lines)
    return Size(float(round(wide + 8)), 14.0 * len(lines) + 4)
