"""`draw(y)`: what a caller may ask of a picture, checked, and turned into a scene."""

from collections.abc import Mapping, Sequence
from typing import Any

from autodiff.derivatives.reverse import Node
from autodiff.drawing import reduce
from autodiff.drawing.escape import clean
from autodiff.drawing.failed import operands, with_failure
from autodiff.drawing.naming import called
from autodiff.drawing.picture import Picture
from autodiff.drawing.scene import Scene, make_scene
from autodiff.drawing.style import THEMES
from autodiff.graphs.callers import named
from autodiff.graphs.graph import Graph

DIRECTIONS = ("auto", "LR", "TB", "RL", "BT")
EDGES = ("all", "local", "none")


def draw(
    *outputs: Node | BaseException,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
    style: str = "box",
    rankdir: str = "auto",
    edges: str = "all",
    engine: str | None = None,
    max_nodes: int = 150,
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

    - Nodes are called by the caller's variables; `names=` says other names.
    - An error that an operation on arrays raised shows what stood before it, and the operation with
      the shapes of its operands.
    - `theme` is "auto" (as the reader's system is set), "light", "dark" or "print"; `style` is "box",
      or "micrograd" for separate boxes of operations; `rankdir` is "LR", "TB", "RL", "BT" or
      "auto": to the right where that fits a page, else down.
    - `edges` is "all", "local" for the local derivatives alone, or "none" for no words on edges.
    - `engine="dot"` lets Graphviz place the boxes, where it is installed.
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
    _one_of("rankdir", rankdir, DIRECTIONS)
    _one_of("edges", edges, EDGES)
    if engine is not None:
        _one_of("engine", engine, ("dot",))
    for what, given, least in (
        ("max_nodes", max_nodes, 1), ("depth", depth, 0), ("hops", hops, 0), ("top_k", top_k, 1)
    ):  # fmt: skip
        if given is not None and not (isinstance(given, int) and given >= least):
            raise ValueError(f"draw: {what}={given!r:.40} is not a whole number from {least} on")
    error = outputs[0] if isinstance(outputs[0], BaseException) else None
    ends: Any = outputs if error is None else operands(error)
    return _picture(
        Graph(*ends, names=named(names)), theme, style, rankdir, edges, engine, max_nodes, depth,
        collapse, focus, hops, top_k, force, error,
    )  # fmt: skip


def _picture(
    graph: Graph,
    theme: str = "auto",
    style: str = "box",
    rankdir: str = "auto",
    edges: str = "all",
    engine: str | None = None,
    max_nodes: int = 150,
    depth: int | None = None,
    collapse: bool | str | Sequence[str] = False,
    focus: Any = None,
    hops: int = 2,
    top_k: int | None = None,
    force: bool = False,
    error: BaseException | None = None,
) -> Picture:
    around = None if focus is None else _find(graph, focus)
    view = reduce.reduce(graph, max_nodes, depth, collapse, around, hops, top_k, force)

    def make(snapshot: Graph) -> Scene:
        scene = make_scene(snapshot, view, style, rankdir, force, edges)
        return scene if error is None else with_failure(scene, snapshot, view, error)

    return Picture(graph, make, theme, engine)


IN_A_CELL = 60  # boxes of a picture that a cell's last line shows without being asked


def node_in_notebook(node: Any) -> dict[str, str]:
    """Return what a notebook shows of a node: its picture, and its repr as text."""
    if not node.parents:
        return {"text/plain": repr(node)}
    return {**graph_in_notebook(Graph(node)), "text/plain": repr(node)}


def graph_in_notebook(graph: Graph) -> dict[str, str]:
    """Return what a notebook shows of a snapshot: its picture, folded where it is large."""
    names = list(graph.names)
    for name, x in named(None).items():
        if x in graph.ids:
            names[graph.ids[x]] = names[graph.ids[x]] or name
    return _picture(graph._altered(names=names), max_nodes=IN_A_CELL)._repr_mimebundle_()


def _find(graph: Graph, focus: Any) -> int:
    """Return the id of the node that `focus` is, or names."""
    if isinstance(focus, str):
        found = [i for i, name in enumerate(graph.names) if name == focus]
        if not found:
            names = called(graph)
            found = [i for i in range(len(graph)) if names[i] == focus]
        if found:
            return found[-1]
        raise ValueError(f"draw: focus={clean(focus)!r:.60} names no node of this graph")
    if focus in graph.ids:
        return graph.ids[focus]
    raise ValueError("draw: focus= must be a node of this graph, or its name")


def _one_of(what: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise ValueError(f"draw: {what}={given!r:.40} is not one of {', '.join(known)}")
