"""`draw(y)` and the picture it returns, in every form: DOT, SVG, PNG, PDF, text, notebook."""

import os
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2s
from pathlib import Path
from typing import Any

from autodiff.derivatives.reverse import Node
from autodiff.drawing import dot, engine, reduce, svg, text
from autodiff.drawing.escape import clean
from autodiff.drawing.layout import Layout, lay_out
from autodiff.drawing.scene import Scene, make_scene
from autodiff.drawing.style import THEMES
from autodiff.graphs.files import write
from autodiff.graphs.graph import Graph
from autodiff.nodes import doors

FORMS = (".svg", ".png", ".pdf", ".dot", ".gv", ".txt")


class Picture:
    """A drawn graph; nothing is laid out before it is asked for."""

    def __init__(self, graph: Graph, scene: Scene, theme: str) -> None:
        self.graph = graph
        self.scene = scene
        self.theme = theme

    def __repr__(self) -> str:
        return f"<Picture of {len(self.graph):,} nodes in {len(self.scene.boxes):,} boxes>"

    @cached_property
    def source(self) -> str:
        """The picture as DOT text, byte for byte the same for the same graph."""
        return dot.source(self.scene)

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands: boxes, scopes and arrows by their keys, in pixels.

        Box keys are "n7" for node 7 and "g0" for a group; an arrow's key is "e3-7-0" for the edge
        from node 3 to operand 0 of node 7. Raises DrawingError where there is no engine.
        """
        return lay_out(self.scene)

    @cached_property
    def root(self) -> str:
        """The id of the SVG's root element, which all its ids start with: a hash of the content."""
        content = f"{self.theme}\n{self.source}".encode()
        return f"g{blake2s(content, digest_size=5).hexdigest()}"

    def svg(self) -> str:
        """Return the picture as SVG, with its style, words, tooltips and legend inside."""
        return svg.render(self.scene, self.layout, self.theme, self.root, self.to_text())

    def to_text(self) -> str:
        """Return the picture in words, one line a node, in the order of the recording."""
        return text.describe(self.scene)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture as .svg, .png, .pdf, .dot or .txt, by the suffix; return the path.

        The file appears whole or not at all. Where no layout engine is installed, the DOT text is
        written instead, under the same name with .dot, and a warning says what to install.
        """
        target = Path(path)
        form = target.suffix.lower()
        if form not in FORMS:
            raise ValueError(f"save: {target}: the name must end in one of {', '.join(FORMS)}")
        if form in (".svg", ".png", ".pdf") and not engine.available():
            target = write(target.with_suffix(".dot"), self.source)
            warnings.warn(f"{engine.ADVICE}; the graph was written to {target}.", stacklevel=2)
            return target
        return write(target, self._bytes(form))

    def graphviz(self, engine: str = "dot") -> Any:
        """Return the picture as a `graphviz.Source`: for its viewer and Graphviz's other formats.

        `engine` is the program that lays it out, such as "neato"; ValueError for one that is none.

        >>> import autodiff as ad
        >>> picture = ad.draw(ad.Value(3.0, name="x") * 2)
        >>> picture.graphviz().source == picture.source
        True
        """
        from graphviz import Source

        return Source(self.source, engine=engine)

    def player(self, path: str | os.PathLike[str], title: str | None = None) -> Path:
        """Write one HTML file that steps through the recording and the backward; return its path."""
        return doors.save_player(self.graph, path, title)

    def _bytes(self, form: str) -> bytes:
        if form in (".png", ".pdf"):
            return engine.run(self.source, form[1:], len(self.scene.boxes))
        words = {".svg": self.svg, ".txt": self.to_text}.get(form)
        return (self.source if words is None else words()).encode()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            drawn = self.svg()
        except Exception as error:  # a notebook shows a traceback instead of the cell's result
            return {"text/plain": f"{error}\n\n{self.to_text()}"}
        scrolled = f'<div style="overflow:auto">{drawn}</div>'
        return {"text/html": scrolled, "image/svg+xml": drawn, "text/plain": self.to_text()}

    def _repr_svg_(self) -> str | None:
        return self._repr_mimebundle_().get("image/svg+xml")


def draw(
    *outputs: Node,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
    style: str = "box",
    rankdir: str = "LR",
    max_nodes: int = 1500,
    depth: int | None = None,
    collapse: bool | str | Sequence[str] = False,
    focus: Any = None,
    hops: int = 2,
    top_k: int | None = None,
    force: bool = False,
) -> Picture:
    """Draw the graph that the outputs were computed by.

    Boxes show name, operation, value and gradient; edges the local derivative and, after a backward,
    upstream × local = contribution. Nothing is laid out before the picture is saved or shown.

    - `names=locals()` labels nodes by the caller's variables.
    - `theme` is "auto" (as the reader's system is set), "light", "dark" or "print"; `style` is "box",
      or "micrograd" for separate boxes of operations; `rankdir` is "LR", "TB", "RL" or "BT".
    - `depth=k` leaves k levels of scopes open and draws those inside as one box each;
      `collapse=True` closes all scopes, `collapse="layer1"` (or several names) those.
    - `focus=node` (or a name) with `hops=k` shows what lies at most k edges away; `top_k=k` the k
      paths with the largest products of derivatives, with `focus` those from this node on.
    - More than `max_nodes` boxes are put together (scopes, equal siblings, then runs of nodes), and
      the picture says so; `force=True` draws all, in full.

    Raises TypeError for what is no node and ValueError for an argument that is not one of these.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> draw(y, names={"x": x, "y": y}).to_text().splitlines()[1]
    'x: parameter; value 3; grad 6'
    """
    if not outputs:
        raise TypeError("draw: needs at least one output to draw")
    _one_of("theme", theme, THEMES)
    _one_of("style", style, ("box", "micrograd"))
    _one_of("rankdir", rankdir, ("LR", "TB", "RL", "BT"))
    for what, given, least in (
        ("max_nodes", max_nodes, 1), ("depth", depth, 0), ("hops", hops, 0), ("top_k", top_k, 1)
    ):  # fmt: skip
        if given is not None and not (isinstance(given, int) and given >= least):
            raise ValueError(f"draw: {what}={given!r:.40} is not a whole number from {least} on")
    graph = Graph(*outputs, names=names)
    around = None if focus is None else _find(graph, focus)
    view = reduce.reduce(graph, max_nodes, depth, collapse, around, hops, top_k, force)
    return Picture(graph, make_scene(graph, view, style, rankdir, force), theme)


def _find(graph: Graph, focus: Any) -> int:
    """Return the id of the node that `focus` is, or names."""
    if isinstance(focus, str):
        found = [i for i, name in enumerate(graph.names) if name == focus]
        if not found and focus[:1] == "v" and focus[1:].isdigit() and int(focus[1:]) < len(graph):
            found = [int(focus[1:])]
        if found:
            return found[-1]
        raise ValueError(f"draw: focus={clean(focus)!r:.60} names no node of this graph")
    if focus in graph.ids:
        return graph.ids[focus]
    raise ValueError("draw: focus= must be a node of this graph, or its name")


def _one_of(what: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise ValueError(f"draw: {what}={given!r:.40} is not one of {', '.join(known)}")
