"""The live player as a widget: the hand moves numbers in Python, and Python moves the page.

It works where anywidget does: Jupyter, VS Code, Colab, marimo. What the page shows comes from the same
files as the page on its own; here they talk to Python. The leaves of the graph follow the hand
(`w.data`), and `observe` calls a function when something has changed.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from autodiff.drawing.request import graph_in_notebook
from autodiff.graphs.graph import Graph
from autodiff.interop.extras import require
from autodiff.player import bundle
from autodiff.printers.javascript import table

if TYPE_CHECKING:
    from autodiff.player.live import Live


@cache
def module() -> str:
    """Return the script of the widget: all rows, the player, and what talks to Python."""
    files = (*bundle.LIVE, "widget.js")
    inside = bundle.script(None, *files).replace("(() => {", "const render = (() => {", 1)
    inside = inside.rstrip().removesuffix("})();") + "return render; })();"
    return f"const BODY = {json.dumps(bundle.body('live.html'))};\n{inside}\nexport default {{ render }};\n"


def keys(graph: Graph) -> dict[str, int]:
    """Return the leaves by the names that the page calls them; of two alike with their numbers.

    Numbers that were only written down are not among them.
    """
    leaves = [node for node in graph if not node.operands]
    labels = Counter(node.label for node in leaves)
    return {
        node.label if labels[node.label] == 1 else f"{node.label}~{node.id}": node.id
        for node in leaves
        if node.name is not None or node.kind != "constant"
    }


@cache
def _kind() -> Any:
    """Return the class of widgets; ImportError names the extra that it needs."""
    anywidget = require("anywidget", "widget", "A live widget")
    traitlets = require("traitlets", "widget", "A live widget")

    class Player(anywidget.AnyWidget):  # type: ignore[misc, name-defined, unused-ignore]
        """The live player; `numbers` are its leaves, `grads` their gradients, `output` its value."""

        _esm = module()
        _css = bundle.part("boxes.css") + bundle.part("live.css")
        _data = traitlets.Dict().tag(sync=True)
        _numbers = traitlets.Dict().tag(sync=True)
        _sent = traitlets.Dict().tag(sync=True)
        numbers = traitlets.Dict(read_only=True)
        grads = traitlets.Dict(read_only=True)
        output = traitlets.Float(None, allow_none=True, read_only=True)

        def __init__(self, page: "Live") -> None:
            self._take(page)
            super().__init__(_data=self._shown(), _numbers={})
            self._put({})

        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            """Return the widget, and the picture of its graph for where there is no kernel."""
            found = super()._repr_mimebundle_(**kwargs)
            bundles = found if isinstance(found, tuple) else (found,)
            if bundles[0]:
                still = graph_in_notebook(self._page.graph)
                bundles[0].update({k: v for k, v in still.items() if k == "text/html"})
            return found

        def __setitem__(self, name: str, x: float) -> None:
            """Move one number, in Python and in the page."""
            self.move({name: x})

        def __getitem__(self, name: str) -> float:
            found: float = self.numbers[name]
            return found

        def move(self, numbers: Mapping[str, float]) -> None:
            """Move several numbers at once; ValueError for a name that the graph has not."""
            wrong = [name for name in numbers if name not in self._keys]
            if wrong:
                raise ValueError(
                    f"play: {wrong[0]!r} is no number of this page; there are {', '.join(self._keys)}"
                )
            self._numbers = {k: _plain(float(x)) for k, x in {**self.numbers, **numbers}.items()}
            self._put({name: float(x) for name, x in numbers.items()})

        @traitlets.observe("_sent")  # type: ignore[untyped-decorator, unused-ignore]
        def _moved(self, change: Any) -> None:
            sent = change["new"]
            self._put({k: float(x) for k, x in sent["numbers"].items()})
            self.set_trait("grads", {k: float(x) for k, x in sent["grads"].items()})
            self.set_trait("output", None if sent["output"] is None else float(sent["output"]))
            if sent["broken"] and self._page.again is not None:
                self._take(self._page.again(self.numbers))
                self._data = self._shown()

        def _take(self, page: "Live") -> None:
            self._page = page
            self._keys = keys(page.graph)

        def _shown(self) -> dict[str, Any]:
            return {**self._page.data, "table": table()}

        def _put(self, numbers: dict[str, float]) -> None:
            """Give the numbers to the leaves of the graph, and tell who observes them."""
            for name, x in numbers.items():
                if name in self._keys:
                    _set(self._page, self._keys[name], x)
            graph = self._page.graph
            known = {n: numbers.get(n, graph[i].live.data) for n, i in self._keys.items()}
            self.set_trait("numbers", known)

    return Player


def _set(page: "Live", i: int, x: float) -> None:
    """Set a leaf to a number, and the array that it was taken from."""
    leaf = page.graph[i].live
    if leaf.is_constant or repr(leaf.data) == repr(x):
        return
    leaf.data = x
    if leaf in page.homes:
        array, index = page.homes[leaf]
        changed = array.data.copy()
        changed[index] = x
        array.data = changed


def _plain(x: float) -> float | str:
    """Return a number for a message, which has no infinity and no NaN: those as words."""
    return x if abs(x) < float("inf") else str(x)


def widget(page: "Live") -> Any:
    """Return a page as a widget."""
    make: Callable[[Live], Any] = _kind()
    return make(page)
