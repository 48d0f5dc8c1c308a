"""The legend under a picture: only what occurs in it, and what it leaves out, in a sentence."""

from dataclasses import dataclass

from autodiff.drawing import figure
from autodiff.drawing.escape import clean
from autodiff.drawing.lettering import width
from autodiff.drawing.marks import Mark, area, closed, letters, moved, opened, outline, outlined
from autodiff.drawing.scene import Scene
from autodiff.drawing.style import TINT
from autodiff.table.language import say

LINE = 22.0
KINDS = ("input", "parameter", "constant", "operation", "op", "output", "group")


@dataclass(frozen=True)
class Legend:
    """The marks of a legend and its size."""

    marks: list[Mark]
    width: float
    height: float


def make(scene: Scene, wide: float) -> Legend:
    """Return the legend of a scene, its entries in lines at most `wide`."""
    out = [opened("legend", "", "")]
    y = 22.0
    for note in scene.notes:
        for line in _wrapped(clean(note), wide):
            out.append(letters("note", 0.0, y, line, "soft", figure.TEXT, False, "start"))
            y += 16
    if scene.notes:
        y += 4
    x = 0.0
    widest = 0.0
    for icon, text in _entries(scene):
        lines = _balanced(text, wide - 32)
        alone = 32 + max(width(line, figure.TEXT, False) for line in lines)
        if x and x + alone > wide:
            x, y = 0.0, y + LINE
        labels = [
            letters("label", 32.0, 11.0 + 15.0 * k, line, "soft", figure.TEXT, False, "start")
            for k, line in enumerate(lines)
        ]
        out += moved([*icon, *labels], x, y - 11)
        y += 15.0 * (len(lines) - 1)
        x += alone + 16
        widest = max(widest, x - 16)
    out.append(closed())
    return Legend(out, widest, y + 8)


def _entries(scene: Scene) -> list[tuple[list[Mark], str]]:
    kinds = {b.kind for b in scene.boxes}
    signs = {b.hue for b in scene.boxes if b.kind != "constant"}
    states = {a.meaning.state for a in scene.arrows}
    found: list[tuple[list[Mark], str]] = []
    for kind in KINDS:
        if kind in kinds and not (kind == "op" and "operation" in kinds):
            named = "operation" if kind == "op" else kind
            found.append((_kind(kind), say(f"legend.{named}")))
    if "positive" in signs:
        found.append((_tint("positive", "+"), say("legend.positive")))
    if "negative" in signs:
        found.append((_tint("negative", "−"), say("legend.negative")))
    if signs & {"positive", "negative"}:
        found.append((_wedge("positive"), say("legend.larger")))
    if "amount" in signs:
        found.append((_wedge("amount"), say("legend.amount")))
    if any(b.heats for b in scene.boxes):
        found.append((_cells(), say("legend.cells")))
    if "nan" in signs:
        marks: list[Mark] = []
        figure.warning(14.0, 7.0, marks)
        found.append((marks, say("legend.nan")))
    if not all(b.computed for b in scene.boxes):
        at = [2.0, 0.0, 24.0, 14.0, 4.0]
        body = outlined("rect", "body", at, "card", "operation", 1.2, 1.0, "4 3")
        found.append(([body], say("legend.unset")))
    if "none" in states:
        found.append((_line("line-zero", "1.5 4"), say("legend.none")))
    if any(a.mark for a in scene.arrows):
        found.append((figure.operand_marks("1", [14.0, 7.0], ""), say("legend.order")))
    wordy = [a for a in scene.arrows if a.wordy and a.meaning.state == "flow"]
    if wordy:
        both = any(a.meaning.back for a in wordy)
        key = "both" if both else "local"
        found.append((_line("line-positive", ""), say(f"legend.{key}")))
    return found


def _kind(kind: str) -> list[Mark]:
    frame = (2.0, 2.0, 20.0, 12.0) if kind == "group" else (2.0, 0.0, 24.0, 14.0)
    body = outline(kind, *frame)
    body.width = 1.4
    if kind == "operation":  # so flat, its corners would make it a constant
        body.at[4] = 3.0
    found = [body]
    if kind == "output":
        found.append(outlined("rect", "outer", [5.0, 3.0, 18.0, 8.0, 4.0], "", kind, 1.0, 1.0, ""))
    if kind == "group":
        at = [6.0, -2.0, 26.0, -2.0, 26.0, 10.0]
        found.append(outlined("line", "outer", at, "", kind, 1.0, 1.0, ""))
    return found


def _tint(sign: str, mark: str) -> list[Mark]:
    at = [2.0, 0.0, 24.0, 14.0, 3.0]
    return [
        area("rect", "body", at, "card", 1.0),
        area("rect", f"tint {sign}", list(at), sign, TINT),
        letters("sign", 14.0, 11.0, mark, "ink", figure.TEXT, True, "middle"),
    ]


def _wedge(hue: str) -> list[Mark]:
    return [
        area("rect", f"tint {hue}", [2.0 + 8 * i, 0.0, 8.0, 14.0, 0.0], hue, TINT * (i + 1) / 3)
        for i in range(3)
    ]


def _cells() -> list[Mark]:
    shares = (("negative", 0.9), ("negative", 0.3), ("positive", 0.3), ("positive", 0.9))
    return [
        area("rect", "cell", [2.0 + 6 * i, 2.0, 6.0, 10.0, 0.0], role, share)
        for i, (role, share) in enumerate(shares)
    ]


def _line(role: str, dash: str) -> list[Mark]:
    return [outlined("line", "course", [2.0, 7.0, 26.0, 7.0], "", role, 1.6, 1.0, dash)]


def _balanced(text: str, wide: float) -> list[str]:
    lines = _wrapped(text, wide)
    while len(lines) > 1 and wide > 8 and len(narrower := _wrapped(text, wide - 8)) == len(lines):
        lines, wide = narrower, wide - 8
    return lines


def _wrapped(text: str, wide: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, figure.TEXT, False) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
