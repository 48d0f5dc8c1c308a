"""A scene and its layout as one SVG that stands alone: style, words, tooltips and legend inside.

It needs no script and no network. Every id starts with a hash of the content, so that several
pictures can stand on one page; light and dark follow the reader's setting.
"""

from autodiff.drawing import legend, measure, shapes, style
from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow
from autodiff.drawing.escape import clean, shorten, xml
from autodiff.drawing.layout import Course, Frame, Layout
from autodiff.drawing.measure import HEAD, PAD, PORT, ROW
from autodiff.drawing.scene import Scene
from autodiff.drawing.words import strength

MARGIN = 16.0
FITS = 1_600.0  # pixels of width
DESCRIBED = 8_000  # characters


def render(scene: Scene, layout: Layout, theme: str, root: str, text: str) -> str:
    """Return the SVG; `root` is the id of its root element, `text` its description in words."""
    below = legend.make(scene, max(layout.width, 460.0))
    width = max(layout.width, below.width) + 2 * MARGIN
    height = layout.height + below.height + 2 * MARGIN
    # A wide picture is scrolled; made to fit, its words could not be read.
    shrinks = ' style="max-width:100%;height:auto"' if width <= FITS else ""
    title = f"Computation graph of {scene.nodes:,} nodes"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{root}" role="img" '
        f'aria-labelledby="{root}-title {root}-desc" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}"{shrinks}>',
        f'<title id="{root}-title">{title}</title>',
        f'<desc id="{root}-desc">{xml(_brief(text))}</desc>',
        f"<style>{xml(style.sheet(root, theme))}</style>",
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="8"/>',
        f'<g transform="translate({(width - layout.width) / 2:.1f},{MARGIN})">',
    ]
    out += [_scope(name, frame) for name, frame in layout.scopes.items()]
    out += [_arrow(a, layout.arrows[a.key]) for a in scene.arrows]
    out += [_box(b, layout.boxes[b.key], scene.rankdir) for b in scene.boxes]
    out += [_words(a, layout.arrows[a.key]) for a in scene.arrows if a.wordy and a.meaning.lines]
    out += [_mark(a, layout.arrows[a.key], scene.rankdir) for a in scene.arrows if a.mark]
    out.append("</g>")
    out.append(f'<g transform="translate({MARGIN},{layout.height + MARGIN:.1f})">{below.svg}</g>')
    out.append("</svg>")
    return "\n".join(out) + "\n"


def _brief(text: str) -> str:
    """Return the description that a screen reader reads out; a long one ends with a sentence."""
    if len(text) <= DESCRIBED:
        return text
    return text[:DESCRIBED].rpartition("\n")[0] + "\nThe rest is in the words of each box."


def _scope(name: str, frame: Frame) -> str:
    x, y, w, h = frame
    last = xml(shorten(clean(name.rpartition("/")[2]), 30))
    return (
        f'<g class="scope"><title>{xml(clean(name))}</title>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="10"/>'
        f'<text x="{x + 10:.1f}" y="{y + 16:.1f}">{last}</text></g>'
    )


def _box(box: Box, frame: Frame, rankdir: str) -> str:
    x, y, w, h = frame
    force = strength(box.gradient)
    path = shapes.outline(box.kind, frame)
    dashed = "" if box.computed else ' stroke-dasharray="4 3"'
    out = [
        f'<g class="node {box.kind}" data-node="{box.key}"><title>{xml(box.tooltip)}</title>',
        f'<path class="body" stroke-width="{1.2 + 1.8 * force:.1f}"{dashed} d="{path}"/>',
    ]
    tint = style.opacity(box.gradient)
    if tint:
        hue = style.hue_of(box.gradient, box.amount)
        out.append(f'<path class="tint {hue}" fill-opacity="{tint:.2f}" d="{path}"/>')
    more = shapes.second(box.kind, frame)
    if more:
        out.append(f'<path class="outer" fill="none" d="{more}"/>')
    if box.kind == "op":
        aside = PORT / 2 if box.ports else 0.0
        dx, dy = {"LR": (aside, 0.0), "RL": (-aside, 0.0), "TB": (0.0, aside)}.get(
            rankdir, (0.0, -aside)
        )
        middle = f'x="{x + w / 2 + dx:.1f}" y="{y + h / 2 + dy + 4.5:.1f}"'
        out.append(f'<text class="title sign" {middle}>')
        return "".join([*out, f"{xml(box.sign)}</text></g>"])
    slant = 7.0 if box.kind in ("input", "constant") else 0.0
    left, right, top = x + PAD + slant, x + w - PAD - slant, y
    if box.ports:
        left += PORT if rankdir == "LR" else 0
        right -= PORT if rankdir == "RL" else 0
        top += PORT if rankdir == "TB" else 0
    top += (h - (top - y) - HEAD - ROW * len(box.lines) - 8) / 2 if rankdir in ("LR", "RL") else 0
    if not box.lines and not box.sign:
        middle = f'x="{x + w / 2:.1f}" y="{y + h / 2 + 4.5:.1f}"'
        return "".join([*out, f'<text class="title sole" {middle}>{xml(box.title)}</text></g>'])
    out.append(f'<text class="title" x="{left:.1f}" y="{top + 18:.1f}">{xml(box.title)}</text>')
    if box.sign:
        chip = measure.chip_width(box.sign)
        out.append(
            f'<rect class="chip" x="{right - chip:.1f}" y="{top + 6:.1f}" width="{chip:.1f}" '
            f'height="16" rx="8"/><text class="sign" x="{right - chip / 2:.1f}" '
            f'y="{top + 18:.1f}">{xml(box.sign)}</text>'
        )
    for i, (label, text) in enumerate(box.lines):
        base = top + HEAD + ROW * i + 13
        if label:
            out.append(f'<text class="row label" x="{left:.1f}" y="{base:.1f}">{xml(label)}</text>')
            out.append(f'<text class="row text" x="{right:.1f}" y="{base:.1f}">{xml(text)}</text>')
        else:
            out.append(f'<text class="row" x="{left:.1f}" y="{base:.1f}">{xml(text)}</text>')
    if style.sign_of(box.gradient) == "nan":
        out.append(legend.warning(x + w - 4, y + 4))
    return "".join([*out, "</g>"])


def _arrow(arrow: Arrow, course: Course) -> str:
    means = arrow.meaning
    hue = style.hue_of(means.gradient, means.amount)
    return (
        f'<g class="edge {hue} is-{means.state}" data-edge="{arrow.key}">'
        f"<title>{xml(means.tooltip)}</title>"
        f'<path class="course" stroke-width="{1.2 + 2.0 * strength(means.gradient):.1f}" '
        f'd="{course.path}"/>'
        f'<path class="tip" d="{shapes.arrowhead(course.points[-1], course.tip)}"/></g>'
    )


def _words(arrow: Arrow, course: Course) -> str:
    if course.words is None:
        return ""
    x, y = course.words
    lines = arrow.meaning.lines
    top = y - 6.5 * len(lines) + 9.5
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{top + 13 * i:.1f}">{xml(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    return (
        f'<text class="words halo" paint-order="stroke" stroke-width="4" stroke-linejoin="round">'
        f"{spans}</text>"
    )


def _mark(arrow: Arrow, course: Course, rankdir: str) -> str:
    x, y = course.tip
    dx, dy = {"LR": (9, 0), "RL": (-9, 0), "TB": (0, 9), "BT": (0, -9)}[rankdir]
    return (
        f'<circle class="port" cx="{x + dx:.1f}" cy="{y + dy:.1f}" r="6.5"/>'
        f'<text class="mark" x="{x + dx:.1f}" y="{y + dy + 3.2:.1f}">{arrow.mark}</text>'
    )
