"""A picture for terminals: the graph as a tree of lines, from the output back to its leaves.

A node that is used twice is followed once; where it comes again it says so. No line is longer than
the terminal's 80 columns.
"""

from autodiff.drawing.escape import shorten
from autodiff.drawing.scene import Scene
from autodiff.table.language import say

COLUMNS = 80
DEEPEST = 12  # levels that are drawn in; what lies deeper stands under them


def tree(scene: Scene) -> str:
    """Return a scene as a tree of text.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> y = w * x + 1
    >>> y.backward()
    >>> print(tree(ad.draw(y, names={"y": y}).scene), end="")
    y [+ 1]: value 2, grad 1
    └─ w·x: value 1, grad 1  (∂y/∂(w·x) = 1)
       ├─ w: value 2, grad 0.5  (∂(w·x)/∂w = 0.5)
       └─ x: value 0.5, grad 2  (∂(w·x)/∂x = 2)
    """
    into: dict[str, list[tuple[str, str]]] = {}
    used = set()
    for arrow in scene.arrows:
        local = ": ".join(arrow.meaning.local)
        into.setdefault(arrow.target, []).append((arrow.source, local))
        used.add(arrow.source)
    boxes = {box.key: box for box in scene.boxes}
    out: list[str] = []
    seen: set[str] = set()
    roots = [box.key for box in scene.boxes if box.key not in used]
    pending = [(key, "", "", "") for key in reversed(roots)]
    while pending:
        key, local, branch, below = pending.pop()
        box = boxes[key]
        title = " ".join(filter(None, (box.title, f"[{box.sign}]" if box.sign else "")))
        line = f"{branch}{title}"
        if key in seen and into.get(key):
            out.append(shorten(f"{line}: {say('picture.above')}", COLUMNS))
            continue
        seen.add(key)
        said = ", ".join(" ".join(filter(None, row)) for row in box.lines)
        line += f": {said}" if said else ""
        if local and len(line) + len(local) + 4 <= COLUMNS:
            line += f"  ({local})"
        out.append(shorten(line, COLUMNS))
        operands = into.get(key, [])
        deep = len(below) // 3 >= DEEPEST
        for i, (source, words) in reversed(list(enumerate(operands))):
            last = i == len(operands) - 1
            fork = below + ("└─ " if last else "├─ ")
            pending.append(
                (source, words, fork, below + ("" if deep else "   " if last else "│  "))
            )
    return "\n".join(out) + "\n"
