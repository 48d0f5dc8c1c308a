"""Letters for plots with Japanese words: the family that this machine has.

matplotlib's own font has no Japanese letters and draws boxes for them.
"""

import io
from typing import Any

from autodiff import language
from nets.extras import require

FAMILIES = (
    "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "Hiragino Sans", "Yu Gothic",
    "Meiryo", "TakaoGothic", "VL Gothic",
)  # fmt: skip


def japanese_font() -> str:
    """Return the first family with Japanese letters that matplotlib finds, else "sans-serif"."""
    there = set(require("matplotlib.font_manager").get_font_names())
    return next((family for family in FAMILIES if family in there), "sans-serif")


def new_figure(wide: float, high: float) -> Any:
    """Return an empty figure of so many inches."""
    return require("matplotlib.figure").Figure(figsize=(wide, high), layout="constrained")


def written(figure: Any, **how: Any) -> bytes:
    """Return the file of a figure, its words in letters that the language needs."""
    if language() == "ja":
        family = japanese_font()
        for text in figure.findobj(require("matplotlib.text").Text):
            text.set_fontfamily(family)
    out = io.BytesIO()
    with require("matplotlib").rc_context({"svg.hashsalt": "report", "svg.fonttype": "path"}):
        figure.savefig(out, **how)
    return out.getvalue()
