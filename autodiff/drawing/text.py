"""A scene in words: what a screen reader, a terminal or a search finds instead of the picture."""

from autodiff.drawing.edges import Arrow
from autodiff.drawing.scene import Scene
from autodiff.table.language import say


def describe(scene: Scene) -> str:
    """Return the scene as lines of text, one a box, in the order of the recording."""
    inner: dict[str, list[Arrow]] = {}
    for arrow in scene.arrows:
        if arrow.meaning.state != "plain":
            inner.setdefault(arrow.target, []).append(arrow)
    out = [say("picture.described", n=f"{scene.nodes:,}", boxes=f"{len(scene.boxes):,}")]
    out += scene.notes
    for box in scene.boxes:
        first, *rest = box.tooltip.split("\n")
        out.append("; ".join([first, *rest]))
        about = [*inner.get(box.key, []), *inner.get(box.key.replace("n", "o"), [])]
        if box.kind == "op":
            out.pop()
            continue
        for arrow in about:
            if arrow.edge is not None:
                head, *words = arrow.meaning.tooltip.split("\n")
                out.append(f"  {head}: {'; '.join(words)}")
    return "\n".join(out) + "\n"
