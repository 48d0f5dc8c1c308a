"""Letters for plots with Japanese words: the family that this machine has.

matplotlib's own font has no Japanese letters and draws boxes for them.
"""

from nets.extras import require

FAMILIES = (
    "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "Hiragino Sans", "Yu Gothic",
    "Meiryo", "TakaoGothic", "VL Gothic",
)  # fmt: skip


def japanese_font() -> str:
    """Return the first family with Japanese letters that matplotlib finds, else "sans-serif"."""
    there = set(require("matplotlib.font_manager").get_font_names())
    return next((family for family in FAMILIES if family in there), "sans-serif")
