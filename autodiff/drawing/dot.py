"""A scene as DOT text: the same bytes for the same graph, on every machine and in every process.

`source` is the text for people and for other programs. `plan` is the same graph without a single
word of the user's: boxes and edge words are empty frames of the right size. Only the plan is given
to the engine when an SVG is laid out, so no name can disturb or attack the layout.
"""

from collections.abc import Callable, Iterator

from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow
from autodiff.drawing.escape import dot
from autodiff.drawing.measure import box_size, words_size
from autodiff.drawing.scene import Scene
from autodiff.drawing.style import LIGHT, fill_of, hue_of
from autodiff.drawing.words import scoped, strength

# How each kind is drawn by Graphviz: its shape and its style.
SHAPES = {
    "input": ("parallelogram", "filled"),
    "parameter": ("octagon", "filled"),
    "constant": ("box", "filled,rounded"),
    "operation": ("box", "filled,rounded"),
    "output": ("box", "filled,rounded,bold"),
    "group": ("box3d", "filled"),
    "op": ("ellipse", "filled"),
    "failed": ("box", "filled,dashed"),
}


def source(scene: Scene) -> str:
    """Return the scene as DOT."""
    head = [
        f"graph [rankdir={scene.rankdir}, newrank=true, nodesep=0.3, ranksep=0.45, "
        f'fontname="Helvetica", bgcolor="{LIGHT["page"]}"{_rough(scene)}]',
        'node [fontname="Helvetica", fontsize=11]',
        f'edge [fontname="Helvetica", fontsize=9, color="{LIGHT["line"]}", arrowsize=0.7]',
    ]
    if scene.notes:
        head.append(f'label="{dot(chr(10).join(scene.notes))}"')
    return _digraph(scene, head, _box, _arrow, titles=True)


def plan(scene: Scene) -> str:
    """Return the scene's geometry as DOT, without words."""
    head = [
        f"graph [rankdir={scene.rankdir}, newrank=true, nodesep={0.18 if _dense(scene) else 0.3}, "
        f"ranksep={0.35 if _dense(scene) else 0.45}{_rough(scene)}]",
        'node [shape=box, fixedsize=true, label="", fontsize=1]',
        "edge [arrowsize=0.7, fontsize=1]",
    ]
    return _digraph(scene, head, _frame, _course, titles=False)


def _digraph(
    scene: Scene,
    head: list[str],
    box: Callable[[Box, str], str],
    arrow: Callable[[Arrow, int, str], str],
    titles: bool,
) -> str:
    lines = ["digraph autodiff {", *(f"  {line};" for line in head)]
    lines += _clusters(scene, box, titles)
    lines += [f"  {arrow(a, i, scene.rankdir)};" for i, a in enumerate(scene.arrows)]
    return "\n".join([*lines, "}", ""])


def _dense(scene: Scene) -> bool:
    return len(scene.arrows) > 600


def _rough(scene: Scene) -> str:
    """Return what keeps the engine from straightening long edges for minutes."""
    return ", nslimit=0.5, mclimit=0.2" if _dense(scene) or scene.grouped else ""


def clusters(scene: Scene) -> dict[str, list[Box]]:
    """Return the boxes by scope, outer scopes before inner ones; "" holds those outside."""
    found: dict[str, list[Box]] = {"": []}
    for box in scene.boxes:
        parts = box.scope.split("/") if box.scope else []
        for i in range(len(parts)):
            found.setdefault("/".join(parts[: i + 1]), [])
        found[box.scope].append(box)
    return found


def _clusters(scene: Scene, box: Callable[[Box, str], str], titles: bool) -> Iterator[str]:
    found = clusters(scene)
    inside: dict[str, list[str]] = {}
    for scope in found:
        if scope:
            inside.setdefault(scope.rpartition("/")[0], []).append(scope)
    number = {scope: i for i, scope in enumerate(found)}
    # Iterative, since scopes may nest as deep as a program does.
    pending: list[tuple[str, bool]] = [("", False)]
    while pending:
        scope, closing = pending.pop()
        if closing:
            yield "  }"
            continue
        if scope:
            name = f'label="{dot(scoped(scope).rpartition("/")[2])}"' if titles else 'label=" "'
            size = "" if titles else ", fontsize=12, margin=12"
            yield f"  subgraph cluster_{number[scope]} {{"
            yield f"  graph [{name}, labeljust=l, style=rounded{size}];"
        yield from (f"  {box(b, scene.rankdir)};" for b in found[scope])
        if scope:
            pending.append((scope, True))
        pending += [(s, False) for s in reversed(inside.get(scope, []))]


def _box(box: Box, rankdir: str) -> str:
    shape, style = SHAPES[box.kind]
    lines = [
        " ".join(filter(None, (box.title, f"[{box.sign}]" if box.sign and box.title else box.sign)))
    ]
    lines += [" ".join(filter(None, line)) for line in box.lines]
    label = dot("\n".join(lines))
    style += "" if box.computed else ",dashed"
    if box.ports:
        shape = "Mrecord"
        ports = "|".join(f"<p{i}> {i + 1}" for i in range(box.ports))
        style = style.replace(",rounded", "")
        label = f"{{{{{ports}}}|{label}}}"
    fill = fill_of(box.gradient, box.amount, LIGHT)
    return (
        f'{box.key} [label="{label}", shape={shape}, style="{style}", fillcolor="{fill}", '
        f'color="{LIGHT[box.kind]}", penwidth={1 + 2 * strength(box.gradient):.2g}, '
        f'tooltip="{dot(box.tooltip)}"]'
    )


def _frame(box: Box, rankdir: str) -> str:
    size = box_size(box, rankdir)
    ports = ""
    if box.ports:
        ports = ', shape=record, label="' + "|".join(f"<p{i}>" for i in range(box.ports)) + '"'
    return f"{box.key} [width={size.w / 72:.4f}, height={size.h / 72:.4f}{ports}]"


def _head(arrow: Arrow, rankdir: str) -> str:
    if arrow.port is None:
        return arrow.target
    side = {"LR": "w", "RL": "e", "TB": "n", "BT": "s"}[rankdir]
    return f"{arrow.target}:p{arrow.port}:{side}"


def _arrow(arrow: Arrow, number: int, rankdir: str) -> str:
    means = arrow.meaning
    label = f'label="{dot(chr(10).join(means.lines))}", ' if arrow.wordy and means.lines else ""
    style = {"none": "dotted", "unset": "dashed"}.get(means.state, "solid")
    colour = LIGHT[hue_of(means.gradient, means.amount)]
    return (
        f'{arrow.source} -> {_head(arrow, rankdir)} [{label}style={style}, color="{colour}", '
        f'penwidth={1 + 2 * strength(means.gradient):.2g}, tooltip="{dot(means.tooltip)}"]'
    )


def _course(arrow: Arrow, number: int, rankdir: str) -> str:
    size = words_size(arrow)
    frame = ""
    if size is not None:
        frame = (
            f', label=<<table border="0" fixedsize="true" width="{size.w:.0f}" '
            f'height="{size.h:.0f}"><tr><td></td></tr></table>>'
        )
    return f"{arrow.source} -> {_head(arrow, rankdir)} [id={number}{frame}]"
