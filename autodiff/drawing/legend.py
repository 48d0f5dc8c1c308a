"""The legend under a picture: only what occurs in it, and what it leaves out, in a sentence."""

from dataclasses import dataclass

from autodiff.drawing import shapes
from autodiff.drawing.escape import clean, width, xml
from autodiff.drawing.scene import Scene
from autodiff.drawing.style import TINT, hue_of

LINE = 22.0
KINDS = {
    "input": "input", "parameter": "parameter", "constant": "constant", "operation": "operation",
    "op": "operation", "output": "output", "group": "several nodes",
}  # fmt: skip


@dataclass(frozen=True)
class Legend:
    """The SVG of a legend and its size."""

    svg: str
    width: float
    height: float


def make(scene: Scene, wide: float) -> Legend:
    """Return the legend of a scene, its entries in lines at most `wide`."""
    out: list[str] = []
    y = 20.0
    for note in scene.notes:
        for line in _wrapped(clean(note), wide):
            out.append(f'<text class="note" x="0" y="{y:.1f}">{xml(line)}</text>')
            y += 16
    if scene.notes:
        y += 4
    x = 0.0
    widest = 0.0
    for icon, text in _entries(scene):
        w = 32 + width(text, 11) + 16
        if x and x + w > wide:
            x, y = 0.0, y + LINE
        out.append(f'<g transform="translate({x:.1f},{y - 11:.1f})">{icon}')
        out.append(f'<text class="label" x="32" y="11">{xml(text)}</text></g>')
        x += w
        widest = max(widest, x)
    svg = f'<g class="legend">{"".join(out)}</g>'
    return Legend(svg, min(max(widest, wide), wide), y + 8)


def _entries(scene: Scene) -> list[tuple[str, str]]:
    kinds = {b.kind for b in scene.boxes}
    signs = {hue_of(b.gradient, b.amount) for b in scene.boxes if b.kind != "constant"}
    states = {a.meaning.state for a in scene.arrows}
    found: list[tuple[str, str]] = []
    for kind, text in KINDS.items():
        if kind in kinds and not (kind == "op" and "operation" in kinds):
            found.append((_kind(kind), text))
    if "positive" in signs:
        found.append((_tint("positive", "+"), "gradient above 0"))
    if "negative" in signs:
        found.append((_tint("negative", "−"), "gradient below 0"))
    if signs & {"positive", "negative"}:
        found.append((_wedge("positive"), "deeper and thicker: larger"))
    if "amount" in signs:
        found.append((_wedge("amount"), "size of the gradient: ‖grad‖, Σ|grad|"))
    if "nan" in signs:
        found.append((warning(14, 7), "gradient is not a number"))
    if "unset" in signs:
        found.append((_dashed(), "– not computed"))
    if "none" in states:
        found.append((_line("none"), "no gradient flows"))
    if any(a.mark for a in scene.arrows):
        found.append((_port(), "order of operands"))
    if any(a.wordy and len(a.meaning.lines) == 2 for a in scene.arrows):
        found.append((_line("positive"), "local derivative; upstream × local = contribution"))
    return found


def _kind(kind: str) -> str:
    frame = (2.0, 0.0, 24.0, 14.0)
    more = shapes.second(kind, (2.0, 2.0, 20.0, 12.0) if kind == "group" else frame)
    if kind == "group":
        frame = (2.0, 2.0, 20.0, 12.0)
    outer = f'<path class="outer" fill="none" d="{more}"/>' if more else ""
    square = kind == "operation"  # so flat, its corners would make it a constant
    path = shapes.rounded(frame, 3.0) if square else shapes.outline(kind, frame)
    return f'<g class="{kind}"><path class="body" stroke-width="1.4" d="{path}"/>{outer}</g>'


def _tint(sign: str, mark: str) -> str:
    path = shapes.rounded((2.0, 0.0, 24.0, 14.0), 3.0)
    return (
        f'<path class="body" d="{path}"/><path class="tint {sign}" fill-opacity="{TINT}" '
        f'd="{path}"/><text class="sign" x="14" y="11">{mark}</text>'
    )


def _wedge(hue: str) -> str:
    bars = (
        f'<rect class="tint {hue}" x="{2 + 8 * i}" y="0" width="8" height="14" '
        f'fill-opacity="{TINT * (i + 1) / 3:.2f}"/>'
        for i in range(3)
    )
    return "".join(bars)


def _dashed() -> str:
    path = shapes.rounded((2.0, 0.0, 24.0, 14.0), 4.0)
    return f'<g class="operation"><path class="body" stroke-dasharray="4 3" d="{path}"/></g>'


def _line(state: str) -> str:
    classes = "edge zero is-none" if state == "none" else "edge positive is-flow"
    return f'<g class="{classes}"><path class="course" stroke-width="1.6" d="M2,7h24"/></g>'


def _port() -> str:
    return (
        '<circle class="port" cx="14" cy="7" r="6.5"/><text class="mark" x="14" y="10.2">1</text>'
    )


def warning(x: float, y: float) -> str:
    """Return the mark of a gradient that is not a number."""
    return (
        f'<g class="warning"><circle class="tint nan" cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
        f'<text class="mark bright" x="{x:.1f}" y="{y + 3.2:.1f}">!</text></g>'
    )


def _wrapped(text: str, wide: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, 11) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
