"""The live player: a graph in one HTML file that recomputes under the hand.

`play` takes a built graph, or a function and its arguments; what comes back shows itself in a
notebook, and `save` writes the page. The page holds the graph as data, the rows that it needs printed
from the table, and a core by hand that knows no operation: no network, no server, no Python.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autodiff.drawing.escape import xml
from autodiff.drawing.naming import called
from autodiff.drawing.request import graph_in_notebook
from autodiff.graphs.files import write
from autodiff.graphs.graph import Graph
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.player import bundle, widget
from autodiff.player.frozen import Choice, choices
from autodiff.player.model import Homes, compared, model, record, scalar_graph, told
from autodiff.printers.javascript import table
from autodiff.table.language import language

AWAKE = """
document.querySelectorAll("[data-alive]").forEach(function (box) {
  var frame = box.querySelector("iframe"), still = box.querySelector("[data-still]")
  if (frame && still) { still.remove(); frame.hidden = false }
})
"""


class Live:
    """A graph that is alive in a page: `save("x.html")`, or the last line of a notebook's cell."""

    def __init__(
        self, graph: Graph, guards: Any, frozen: bool, title: str | None,
        homes: Homes | None = None, again: Callable[[Mapping[str, float]], "Live"] | None = None,
        asked: list[Choice] | None = None,
    ) -> None:  # fmt: skip
        self.graph = graph
        self.homes = {} if homes is None else homes
        self.again = again  # what records a function once more, with other numbers
        named = bundle.titled(title, "alive", called(graph)[graph.outputs[0]])
        self.title = named["title"]
        self.data = {
            "model": model(graph, guards), "frozen": frozen, "choices": told(graph, asked or []), **named,
            "texts": bundle.texts("page"), "language": language(),
        }  # fmt: skip
        names = sorted({node.op for node in graph if node.op})
        self.data["table"] = table(_closed(names))
        self.rows = _closed(names)

    def html(self) -> str:
        """Return the page: one file with everything in it."""
        return bundle.page(
            title=self.title,
            style=bundle.style("live.css"),
            body=bundle.body("live.html"),
            data=self.data,
            script=bundle.script(self.rows, *bundle.LIVE, "page.js"),
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file and return its path; ValueError if that is no .html."""
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"play: {target}: the name must end in .html")
        return write(target, self.html())

    def widget(self) -> Any:
        """Return the page as a widget, which gives the numbers back: `w.data` follows the hand.

        It needs the extra `widget` and works in Jupyter, VS Code, Colab and marimo. `numbers`, `grads`
        and `output` hold what it shows; `widget["w"] = 3` moves a number, and
        `widget.observe(f, "numbers")` calls f when some have moved. Past a choice of a function's
        Python it records the function again. ImportError names the extra.
        """
        return widget.widget(self)

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, and its picture for where no script may run."""
        picture = graph_in_notebook(self.graph).get("text/html", "").partition("<script>")[0]
        return (
            f"<div data-alive><div data-still>{picture}</div>"
            f'<iframe hidden sandbox="allow-scripts allow-downloads" title="{xml(self.title)}" '
            f'style="width:100%;height:760px;border:0" srcdoc="{xml(self.html())}"></iframe></div>'
            f"<script>{AWAKE}</script>"
        )

    def __repr__(self) -> str:
        return f"<live page of {self.title}: save it with .save('page.html')>"


def play(y: Any, *args: Any, names: dict[str, Any] | None = None, title: str | None = None) -> Live:
    """Return a page in which the graph of y recomputes while its numbers are dragged.

    y is a Value, a Tensor of a single number (its arrays are taken apart, element by element), or a
    function, which is called on `args`: then the choices that its Python makes (`if x > 0`) go with
    the page, and past one of them it stops with a sentence instead of showing a wrong gradient. Of a
    built graph the page names the choices that the caller's code shows. Its address holds the numbers
    that were moved and the step that is shown: `page.html#w=2&step=7`.
    `names` (such as locals()) label the nodes. Raises ValueError for more than 6,000 numbers and
    for an operation of your own, TypeError where there is no graph.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> ad.play(ad.sigmoid(w * x), title="a neuron")
    <live page of a neuron: save it with .save('page.html')>
    """
    if isinstance(y, Value | Tensor | Graph):
        if args:
            raise TypeError("play: a graph that is built takes no arguments; give the function")
        homes: Homes = {}
        graph = y if isinstance(y, Graph) else scalar_graph(y, names, homes=homes)
        asked = choices(Graph(y) if isinstance(y, Tensor) else graph)
        return Live(graph, [], True, title, homes, asked=asked)
    if not callable(y):
        raise TypeError(
            f"play: needs a Value, a Tensor or a function and its arguments, got "
            f"{type(y).__name__} {y!r:.60}"
        )
    f: Callable[..., Any] = y

    def recorded(numbers: Mapping[str, float] | None = None) -> Live:
        node, guards = record(f, args, numbers)
        if node.name is None:
            node.name = getattr(f, "__name__", "").strip("<>").replace("lambda", "") or None
        graph = scalar_graph(node, names, compared(guards))
        return Live(graph, guards, False, title, again=recorded)

    return recorded()


def _closed(names: list[str]) -> list[str]:
    """Return the rows and all those that their local derivatives are written with."""
    found = list(names)
    for name in found:
        for partial in table([name])[name].get("partials", []):  # type: ignore[attr-defined]
            found += [n for n in _operations(partial) if n not in found]
    extra = ("neg", "mul", "powc", "sub")  # what a formula is simplified to
    return sorted({*found, *extra})


def _operations(tree: Any) -> list[str]:
    if not isinstance(tree, list):
        return []
    return [tree[0], *(name for part in tree[1:] for name in _operations(part))]
