"""The player: HTML pages of a graph, alive under the hand or step by step through its recording.

A page is one file: it needs no network, and its content policy lets nothing run but the one script
it came with. Read `live` first: `play` hands a graph (`model`) and the rows that it needs, printed as
JavaScript, to a core that recomputes it (`bundle.LIVE` lists its scripts; live.js is the page around
them). `bundle` puts the parts together. `page` and `story` make the page that only steps through a
recording: positions and numbers are computed beforehand, which serves graphs of arrays; both pages tell
a step and walk from one to the next by the same scripts (telling.js, walking.js). Commands,
`teach` and `nets` take their pages here.
"""

from autodiff.player.page import MOST_NODES, page, save

__all__ = ["MOST_NODES", "page", "save"]
