r"""Marks as TikZ, for LaTeX: `\input` the file inside a document that loads the package tikz.

Mathematical signs become commands that every LaTeX knows; letters of other scripts stay as they are,
for LuaLaTeX and XeLaTeX.
"""

import re
import unicodedata

from autodiff.drawing import style
from autodiff.drawing.composition import Composition
from autodiff.drawing.marks import Mark

POINT = 0.75  # points a pixel
MM = 72.27 / 25.4  # points a millimetre
SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "×": r"$\times$", "÷": r"$\div$", "−": "$-$", "·": r"$\cdot$", "∂": r"$\partial$",
    "Σ": r"$\Sigma$", "σ": r"$\sigma$", "∇": r"$\nabla$", "‖": r"$\Vert$", "…": r"\ldots{}",
    "∞": r"$\infty$", "–": "--", "→": r"$\rightarrow$", "ᵀ": r"$^{T}$",
    "<": "$<$", ">": "$>$", "|": "$|$", '"': "''", "√": r"$\surd$", "≤": r"$\le$", "≥": r"$\ge$",
    "≠": r"$\ne$", "≈": r"$\approx$", "±": r"$\pm$", "⊙": r"$\odot$",
}  # fmt: skip
LOOK_LATIN = {"Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M",
              "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Χ": "X", "ο": "o", "ς": r"$\varsigma$"}  # fmt: skip


def _from_unicode() -> dict[str, str]:
    """Return the Greek letters, and the numbers set high or low, by what Unicode calls them."""
    found = {}
    for c in map(chr, (*range(0x391, 0x3CA), 0xB2, 0xB3, 0xB9, *range(0x2070, 0x208A))):
        words = unicodedata.name(c, "").split()
        place = {"SUPERSCRIPT": "^", "SUBSCRIPT": "_"}.get(words[0] if words else "")
        if words[:1] == ["GREEK"] and len(words) == 4:
            letter = words[3].lower().replace("lamda", "lambda")
            found[c] = f"$\\{letter.capitalize() if words[1] == 'CAPITAL' else letter}$"
        elif place and unicodedata.category(c) == "No":
            found[c] = f"${place}{unicodedata.digit(c)}$"
    return found


SIGNS = {**_from_unicode(), **LOOK_LATIN, **SIGNS}
_SIGN = re.compile("|".join(map(re.escape, SIGNS)))
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def render(drawn: Composition, theme: str, mm: float | None = None) -> str:
    """Return a `tikzpicture`, `mm` millimetres wide."""
    unit = POINT if mm is None else mm * MM / drawn.width
    colours = style.palette(theme)
    used = sorted({role for m in drawn.marks for role in (m.fill, m.line) if role})
    out = [
        f"% {drawn.title}; needs \\usepackage{{tikz}}",
        f"\\begin{{tikzpicture}}[x={unit:.4f}pt, y=-{unit:.4f}pt]",
        *(f"\\definecolor{{ad-{r}}}{{HTML}}{{{colours[r][1:].upper()}}}" for r in used),
    ]
    seen = (m for m in drawn.marks if m.shape not in ("open", "close"))
    out += [_text(m, unit) if m.shape == "text" else _shape(m, unit) for m in seen]
    return "\n".join([*out, "\\end{tikzpicture}%", ""])


def escaped(text: str) -> str:
    r"""Return text as LaTeX prints it.

    >>> print(escaped("∂z/∂w_1 = 50 %"))
    $\partial$z/$\partial$w\_1 = 50 \%
    """
    return _SIGN.sub(lambda found: SIGNS[found.group()], text)


def _text(mark: Mark, unit: float) -> str:
    x, y = mark.at
    size = mark.size * unit
    options = f"anchor={ANCHORS[mark.anchor]}, inner sep=0pt, text=ad-{mark.fill}"
    if mark.line:  # the ground that keeps lines away from words
        options += f", fill=ad-{mark.line}, inner sep=1pt"
    bold = r"\bfseries" if mark.bold else ""
    font = f"\\sffamily\\fontsize{{{size:.2f}}}{{{size * 1.2:.2f}}}\\selectfont{bold}"
    return f"\\node[{options}] at ({x:.1f},{y:.1f}) {{{font} {escaped(mark.text)}}};"


def _shape(mark: Mark, unit: float) -> str:
    options = []
    if mark.fill:
        options.append(f"fill=ad-{mark.fill}")
        if mark.share < 1:
            options.append(f"fill opacity={mark.share:.2f}")
    if mark.line:
        options += [f"draw=ad-{mark.line}", f"line width={mark.width * unit:.2f}pt"]
    if mark.dash:
        on, off = (float(v) * unit for v in mark.dash.split())
        options.append(f"dash pattern=on {on:.2f}pt off {off:.2f}pt")
    if mark.css == "page":  # words in another font than ours may reach beyond it
        options.append("use as bounding box")
    if mark.shape == "rect":
        x, y, w, h, r = mark.at
        if r:
            options.append(f"rounded corners={r * unit:.2f}pt")
        path = f"({x:.1f},{y:.1f}) rectangle ({x + w:.1f},{y + h:.1f})"
    elif mark.shape == "circle":
        x, y, r = mark.at
        path = f"({x:.1f},{y:.1f}) circle [radius={r * unit:.2f}pt]"
    else:
        points = [f"({x:.1f},{y:.1f})" for x, y in zip(mark.at[::2], mark.at[1::2], strict=True)]
        path = " -- ".join(points) + (" -- cycle" if mark.shape == "polygon" else "")
        if mark.shape == "curve":
            path = points[0]
            for k in range(1, len(points), 3):
                path += f" .. controls {points[k]} and {points[k + 1]} .. {points[k + 2]}"
    return f"\\path[{', '.join(options)}] {path};"
