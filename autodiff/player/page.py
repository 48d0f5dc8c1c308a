"""The page that steps through a recording as Python has made it: numbers, arrays, each edge in its turn.

It is put together as the live page is, with the same bar and the same words for a step; its numbers
are texts, computed beforehand.
"""

import os
from pathlib import Path

from autodiff.drawing.naming import called
from autodiff.graphs.files import write
from autodiff.graphs.graph import Graph
from autodiff.player import bundle
from autodiff.player.story import tell
from autodiff.table.language import language

MOST_NODES = 2000


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
    named = bundle.titled(title, "stepped", called(graph)[graph.outputs[0]])
    return bundle.page(
        title=named["title"],
        style=bundle.style("live.css", "player.css"),
        body=bundle.body("player.html"),
        data={
            **tell(graph), **named, "texts": bundle.texts("page"),
            "language": language(),
        },
        script=bundle.strict(
            bundle.drawing_source("outline", "width"), *map(bundle.part, bundle.RECORDED)
        ),
    )  # fmt: skip


def save(graph: Graph, path: str | os.PathLike[str], title: str | None = None) -> Path:
    """Write the player's page to a file and return its path; ValueError if that is no .html."""
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"player: {target}: the name must end in .html")
    return write(target, page(graph, title))
