"""The player: one HTML file that steps through a graph's recording and through its backward.

Positions and numbers are computed beforehand; the page holds them as JSON, needs no network, and
its content policy lets nothing run but the one script it came with.
"""

from autodiff.player.page import MOST_NODES, page, save

__all__ = ["MOST_NODES", "page", "save"]
