"""A picture in every form: SVG, PNG, PDF, TikZ, DOT, HTML, text, one picture a step, notebook."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from hashlib import blake2s
from pathlib import Path
from typing import Any

from autodiff.drawing import dot, images, notebook, svg, text, tikz
from autodiff.drawing.composition import Composition, compose
from autodiff.drawing.frames import frames
from autodiff.drawing.layout import Layout, directed, lay_out
from autodiff.drawing.scene import Scene
from autodiff.drawing.tree import tree
from autodiff.graphs.files import write
from autodiff.graphs.graph import Graph
from autodiff.nodes import doors

LEAST_MM, MOST_MM = 1.0, 2000.0  # of a page
FORMS = (".svg", ".png", ".pdf", ".tikz", ".tex", ".html", ".dot", ".gv", ".txt")


class Picture:
    """A drawn graph; nothing is laid out before it is asked for."""

    def __init__(
        self, graph: Graph, make: Callable[[Graph], Scene], theme: str, engine: str | None = None
    ) -> None:
        self.graph = graph
        self.theme = theme
        self.engine = engine
        self._make = make
        self._asked = make(graph)

    def __repr__(self) -> str:
        return f"<Picture of {len(self.graph):,} nodes in {len(self._asked.boxes):,} boxes>"

    @cached_property
    def _placed(self) -> tuple[Scene, Layout]:
        if self._asked.rankdir == "auto":
            scene, layout = directed(self._asked)
            return scene, layout if self.engine is None else lay_out(scene, self.engine)
        return self._asked, lay_out(self._asked, self.engine)

    @property
    def scene(self) -> Scene:
        """What the picture shows, in words: boxes, arrows and notes."""
        return self._asked if self._asked.rankdir != "auto" else self._placed[0]

    @property
    def layout(self) -> Layout:
        """Where everything stands: boxes, scopes and arrows by their keys, in pixels.

        Box keys are "n7" for node 7 and "g0" for a group; an arrow's key is "e3-7-0" for the edge
        from node 3 to operand 0 of node 7. Raises DrawingError where `dot` was asked for and fails.
        """
        return self._placed[1]

    @cached_property
    def composition(self) -> Composition:
        """All marks of the picture, which every form is printed from."""
        return compose(self.scene, self.layout)

    @cached_property
    def source(self) -> str:
        """The picture as DOT text, byte for byte the same for the same graph."""
        return dot.source(self.scene)

    @cached_property
    def root(self) -> str:
        """The id of the SVG's root element, which all its ids start with: a hash of the content."""
        content = f"{self.theme}\n{self.source}".encode()
        return f"g{blake2s(content, digest_size=5).hexdigest()}"

    def svg(self, theme: str | None = None, mm: float | None = None) -> str:
        """Return the picture as SVG, with its words, tooltips and legend inside.

        `theme` is the picture's unless told otherwise; `mm` is its width on paper, in millimetres.
        """
        return svg.render(self.composition, theme or self.theme, self.root, self.to_text(), mm)

    def to_text(self) -> str:
        """Return the picture in words, one line a node, in the order of the recording."""
        return text.describe(self._asked)

    def to_tree(self) -> str:
        """Return the picture as a tree of lines at most 80 columns long, for terminals."""
        return tree(self._asked)

    def save(self, path: str | os.PathLike[str], mm: float | None = None) -> Path:
        """Write the picture in the form that the suffix names; return the path.

        .svg, .png, .pdf, .tikz (or .tex), .html, .dot or .txt; `mm` is its width on paper, in
        millimetres. The file appears whole or not at all. ImportError names the extra that .png and
        .pdf need.
        """
        target = Path(path)
        form = target.suffix.lower()
        if form not in FORMS:
            raise ValueError(f"save: {target}: the name must end in one of {', '.join(FORMS)}")
        return write(target, self._bytes(form, self.composition, mm))

    def frames(
        self, folder: str | os.PathLike[str], form: str = "svg", mm: float | None = None
    ) -> list[Path]:
        """Write one picture a step into a folder, for slides; return their paths, in order.

        The first shows the leaves; each operation adds its value; then each step of backward adds a
        gradient. All have one size, so that they may be laid over each other; steps of that form that
        an earlier call left there are gone. `form` is "svg",
        "png", "pdf" or "tikz".
        """
        if form not in ("svg", "png", "pdf", "tikz"):
            raise ValueError(f"frames: form={form!r:.40} is not one of svg, png, pdf, tikz")
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        steps = []
        for i, scene in enumerate(frames(self.graph, self._make)):
            turned = replace(scene, rankdir=self.scene.rankdir)
            drawn = compose(turned, self.layout, self.scene)
            path = place / f"step-{i:03}.{form}"
            steps.append(write(path, self._bytes(f".{form}", drawn, mm)))
        for old in place.glob(f"step-[0-9][0-9][0-9].{form}"):
            if old not in steps:
                old.unlink()
        return steps

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

    def _bytes(self, form: str, drawn: Composition, mm: float | None) -> bytes:
        if mm is not None and not (isinstance(mm, int | float) and LEAST_MM <= mm <= MOST_MM):
            raise ValueError(
                f"save: mm={mm!r:.40} is not a width of {LEAST_MM:g} to {MOST_MM:g} millimetres"
            )
        if form in (".dot", ".gv"):
            return self.source.encode()
        if form == ".txt":
            return self.to_text().encode()
        if form in (".tikz", ".tex"):
            return tikz.render(drawn, self.theme, mm).encode()
        flat = form in (".png", ".pdf")
        theme = "light" if flat and self.theme == "auto" else self.theme
        said = images.width_of(form[1:], drawn, mm) if flat else mm
        words = svg.render(drawn, theme, self.root, self.to_text(), said)
        if flat:
            return images.convert(words, form[1:], drawn, mm)
        return (notebook.page(words, drawn) if form == ".html" else words).encode()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"text/html": notebook.html(self), "text/plain": self.to_text()}
        except Exception as error:  # a notebook shows a traceback instead of the cell's result
            return {"text/plain": f"{error}\n\n{self.to_text()}"}

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg()
        except Exception:
            return None
