"""Marks as one SVG that stands alone: colours, words, tooltips and legend inside.

It needs no script, no network and no style sheet. Every id starts with a hash of the content, so that
several pictures can stand on one page.
"""

from autodiff.drawing import style
from autodiff.drawing.composition import Composition
from autodiff.drawing.escape import xml
from autodiff.drawing.marks import Mark

DESCRIBED = 8_000  # characters


def render(drawn: Composition, theme: str, root: str, text: str, mm: float | None = None) -> str:
    """Return the SVG; `root` is the id of its root element, `text` its description in words.

    `mm` is how wide it is on paper, in millimetres.
    """
    size = f'width="{drawn.width:.0f}" height="{drawn.height:.0f}"'
    if mm is not None:
        size = f'width="{mm:g}mm" height="{mm * drawn.height / drawn.width:.4g}mm"'
    colours = style.palette(theme)
    follows = style.follows(theme)
    roles = {role for mark in drawn.marks for role in (mark.fill, mark.line) if role}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{root}" role="img" '
        f'aria-labelledby="{root}-title {root}-desc" {size} '
        f'viewBox="0 0 {drawn.width:.0f} {drawn.height:.0f}" font-family="{xml(style.FONT)}">',
        f'<title id="{root}-title">{xml(drawn.title)}</title>',
        f'<desc id="{root}-desc">{xml(_brief(text))}</desc>',
        f"<style>{xml(style.sheet(root, theme, roles))}</style>",
    ]
    inner: list[str] = []
    for mark in drawn.marks:
        inner.append(element(mark, colours, follows))
        if mark.shape in ("close", "text") or len(inner) > 8:
            out.append("".join(inner))
            inner = []
    return "\n".join([*out, "".join(inner), "</svg>"]) + "\n"


def element(mark: Mark, colours: style.Palette, follows: bool) -> str:
    """Return the element of one mark; one that `follows` names the roles of its colours."""
    if mark.shape == "open":
        key = ""
        if mark.key:
            key = f' data-{"edge" if mark.css.startswith("edge") else "node"}="{mark.key}"'
        title = f"<title>{xml(mark.text)}</title>" if mark.text or key else ""
        return f'<g class="{mark.css}"{key}>{title}'
    if mark.shape == "close":
        return "</g>"
    css = mark.css
    if follows:
        css += f" f-{mark.fill}" if mark.fill else ""
        css += f" s-{mark.line}" if mark.line else ""
    rest = f'class="{css}" fill="{colours[mark.fill] if mark.fill else "none"}"'
    if mark.share < 1:
        rest += f' fill-opacity="{mark.share:.2f}"'
    if mark.line:
        rest += f' stroke="{colours[mark.line]}" stroke-width="{mark.width:.1f}"'
    if mark.dash:
        rest += f' stroke-dasharray="{mark.dash}"'
    if mark.shape == "text":
        x, y = mark.at
        rest += f' font-size="{mark.size:g}"' + (' font-weight="bold"' if mark.bold else "")
        rest += f' text-anchor="{mark.anchor}"' if mark.anchor != "start" else ""
        halo = ' paint-order="stroke" stroke-linejoin="round"' if mark.line else ""
        return f'<text {rest}{halo} x="{x:.1f}" y="{y:.1f}">{xml(mark.text)}</text>'
    if mark.shape == "rect":
        x, y, w, h, r = mark.at
        round_ = f' rx="{r:.1f}"' if r else ""
        return f'<rect {rest} x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"{round_}/>'
    if mark.shape == "circle":
        x, y, r = mark.at
        return f'<circle {rest} cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>'
    points = [f"{x:.1f},{y:.1f}" for x, y in zip(mark.at[::2], mark.at[1::2], strict=True)]
    if mark.shape == "curve":
        return f'<path {rest} d="M{points[0]}C{" ".join(points[1:])}"/>'
    return f'<path {rest} d="M{"L".join(points)}{"z" if mark.shape == "polygon" else ""}"/>'


def _brief(text: str) -> str:
    """Return the description that a screen reader reads out; a long one ends with a sentence."""
    if len(text) <= DESCRIBED:
        return text
    return text[:DESCRIBED].rpartition("\n")[0] + "\nThe rest is in the words of each box."
