"""Put the player's page together: the template, its style and script, and the story as JSON.

The names of nodes may be anybody's text, so they enter the page as JSON in which no character can
end the element, and the script shows them as text only. The content policy names the script and the
style by their hashes: nothing else runs, nothing is loaded, nothing is sent.
"""

import os
import re
from pathlib import Path

from autodiff.drawing.escape import clean, script, shorten, xml
from autodiff.drawing.naming import called
from autodiff.graphs.files import write
from autodiff.graphs.graph import Graph
from autodiff.player import bundle
from autodiff.player.story import tell
from autodiff.table.language import language, phrases, say

MOST_NODES = 2000
FILES = ("numbers.js", "boxes.js", "player.js")


def page(graph: Graph, title: str | None = None) -> str:
    """Return the HTML of the player for a graph and the backward pass from its first output.

    Raises ValueError for more than 2,000 nodes, and for an array output that has no gradient yet.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0, name="x")
    >>> page(Graph(x * x))[:15]
    '<!doctype html>'
    """
    if len(graph) > MOST_NODES:
        raise ValueError(
            f"player: the graph has {len(graph):,} nodes, too many to step through one by one "
            f"(at most {MOST_NODES:,}); play a part of it, such as one neuron or one time step"
        )
    story = {**tell(graph), "texts": phrases("player")}
    if title is None:
        title = say("player.title", name=shorten(called(graph)[graph.outputs[0]], 40))
    style = bundle.part("boxes.css") + bundle.part("player.css")
    code = bundle.strict(bundle.drawing_source("outline"), *map(bundle.part, FILES))
    parts = {
        "@TITLE@": xml(clean(title)), "@STYLE@": style, "@STYLE_HASH@": bundle.digest(style),
        "@LANG@": language(), "@NOSCRIPT@": xml(say("player.noscript")),
        "@STORY@": script(story), "@SCRIPT@": code, "@SCRIPT_HASH@": bundle.digest(code),
    }  # fmt: skip
    # In one pass, so that a text which looks like a mark of the template stays a text.
    return re.sub("@[A-Z_]+@", lambda mark: parts[mark.group()], bundle.part("player.html"))


def save(graph: Graph, path: str | os.PathLike[str], title: str | None = None) -> Path:
    """Write the player's page to a file and return its path; ValueError if that is no .html."""
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"player: {target}: the name must end in .html")
    return write(target, page(graph, title))
