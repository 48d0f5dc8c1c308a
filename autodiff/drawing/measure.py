"""How large each box is, in pixels: the same for the layout, for DOT and for the drawn picture.

The engine places boxes of given sizes and never measures text, so a layout does not depend on the
fonts of the machine it was made on.
"""

from dataclasses import dataclass

from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow
from autodiff.drawing.escape import width

PAD = 10.0
HEAD = 24.0  # the line with the name
ROW = 16.0
TITLE, TEXT, WORD = 13.0, 11.0, 10.0  # sizes of type: names, numbers, words on edges
CIRCLE = 30.0  # micrograd's operation
PORT = 14.0  # the edge of a box where its operands are numbered


@dataclass(frozen=True)
class Size:
    """The width and the height of a box."""

    w: float
    h: float


def box_size(box: Box, rankdir: str) -> Size:
    """Return the size of a box."""
    if box.kind == "op":
        side = max(CIRCLE, width(box.sign, TITLE, bold=True) + 2 * PAD)
        across = PORT if box.ports and rankdir in ("LR", "RL") else 0.0
        along = PORT if box.ports and not across else 0.0
        return Size(round(side + across), max(CIRCLE + along, 18.0 * box.ports if across else 0))
    if not box.lines and not box.sign:
        return Size(round(max(40.0, width(box.title, TITLE, bold=True) + 28)), 30.0)
    head = width(box.title, TITLE, bold=True) + (chip_width(box.sign) + 8 if box.sign else 0)
    rows = [
        width(label, TEXT) + (14 if label else 0) + width(text, TEXT) for label, text in box.lines
    ]
    inner = max([head, *rows, 48.0])
    slant = 14.0 if box.kind in ("input", "constant") else 0.0
    across, along = (0.0, 0.0) if not box.ports else (PORT, 0.0)
    if rankdir in ("TB", "BT"):
        across, along = along, across
    w, h = inner + 2 * PAD + slant + across, HEAD + ROW * len(box.lines) + 8 + along
    return Size(round(w), round(max(h, 18.0 * box.ports if across else 0.0)))


def chip_width(sign: str) -> float:
    """Return the width of the tag that names the operation."""
    return max(20.0, width(sign, TEXT, bold=True) + 10)


def words_size(arrow: Arrow) -> Size | None:
    """Return the size of the words beside an arrow, None where they stay in the tooltip."""
    lines = arrow.meaning.lines
    if not arrow.wordy or not lines:
        return None
    return Size(round(max(width(line, WORD) for line in lines) + 8), round(13.0 * len(lines) + 4))
