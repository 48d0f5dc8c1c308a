"""Colours and type: one style sheet inside each picture, for light, dark and print.

Hues are from Okabe and Ito's palette, which people with any kind of colour blindness can tell
apart. A gradient's sign is a hue and its size a tint of at most 55 %, so that text on it keeps a
contrast above 7; both are said in words as well. Colours are written out rather than kept in
variables, which many viewers of SVG do not know.
"""

import math

from autodiff.drawing.words import strength

Palette = dict[str, str]

LIGHT: Palette = {
    "page": "#ffffff", "card": "#fbfcfd", "ink": "#0b0d10", "soft": "#343b45", "line": "#7b8490",
    "faint": "#dfe3e8", "scope": "#f0f2f5", "chip": "#e4e8ed",
    "input": "#0f77a8", "parameter": "#00795a", "constant": "#6b7480", "operation": "#5a6470",
    "output": "#a35c00", "group": "#8a4a76", "op": "#5a6470",
    "positive": "#0072b2", "negative": "#d55e00", "amount": "#009e73", "nan": "#c93f90", "zero": "#7b8490",
    "unset": "#7b8490",
}  # fmt: skip
DARK: Palette = {
    "page": "#12161b", "card": "#1c222a", "ink": "#f4f6f8", "soft": "#b4bdc8", "line": "#8a95a3",
    "faint": "#333c47", "scope": "#171c23", "chip": "#2c3541",
    "input": "#56b4e9", "parameter": "#2ec79c", "constant": "#98a3b0", "operation": "#98a3b0",
    "output": "#e69f00", "group": "#dd9bc2", "op": "#98a3b0",
    "positive": "#0072b2", "negative": "#b04e00", "amount": "#00785a", "nan": "#a0246c", "zero": "#8a95a3",
    "unset": "#8a95a3",
}  # fmt: skip
PRINT: Palette = {
    **LIGHT, "card": "#ffffff", "ink": "#000000", "soft": "#222222", "line": "#333333",
    "scope": "#ffffff", "chip": "#ffffff", "faint": "#888888",
    "input": "#000000", "parameter": "#000000", "constant": "#000000", "operation": "#000000",
    "output": "#000000", "group": "#000000", "op": "#000000",
    "positive": "#9a9a9a", "negative": "#9a9a9a", "amount": "#9a9a9a", "nan": "#5a5a5a",
}  # fmt: skip
# Lines must be seen on the page itself, where dark needs a lighter hue than a fill does.
LINES = {"positive": "#56b4e9", "amount": "#2ec79c", "negative": "#ff9a4d", "nan": "#ff7fc1"}

THEMES = ("auto", "light", "dark", "print")
TINT = 0.55


def sign_of(gradient: float | None) -> str:
    """Return positive, negative, zero, nan or unset: the class that colours a gradient.

    >>> [sign_of(g) for g in (2.0, -1.0, 0.0, float("nan"), None)]
    ['positive', 'negative', 'zero', 'nan', 'unset']
    """
    if gradient is None:
        return "unset"
    if math.isnan(gradient):
        return "nan"
    if gradient == 0:
        return "zero"
    return "positive" if gradient > 0 else "negative"


def hue_of(gradient: float | None, amount: bool) -> str:
    """Return the class of a gradient; `amount` says that it is a norm or a sum, without a sign."""
    sign = sign_of(gradient)
    return "amount" if amount and sign == "positive" else sign


def opacity(gradient: float | None) -> float:
    """Return how strongly a gradient tints its box: 0 to 0.55."""
    return TINT if sign_of(gradient) == "nan" else TINT * strength(gradient)


def mix(low: str, high: str, share: float) -> str:
    """Return the colour `share` of the way from `low` to `high`.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = zip(_channels(low), _channels(high), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG defines it.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def fill_of(gradient: float | None, amount: bool, palette: Palette) -> str:
    """Return the colour of a box with this gradient."""
    return mix(palette["card"], palette[hue_of(gradient, amount)], opacity(gradient))


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'


def sheet(root: str, theme: str) -> str:
    """Return the style sheet of the picture whose root element has the id `root`."""
    fixed = [
        f"#{root} text{{font-family:{FONT};font-variant-numeric:tabular-nums}}",
        f"#{root} .title{{font-size:13px;font-weight:650}}",
        f"#{root} .row,#{root} .sign,#{root} .legend text,#{root} .note{{font-size:11px}}",
        f"#{root} .sign{{font-weight:650;text-anchor:middle}}",
        f"#{root} .sole{{text-anchor:middle}}",
        f"#{root} .text{{text-anchor:end}}",
        f"#{root} .words{{font-size:10px;text-anchor:middle}}",
        f"#{root} .mark{{font-size:9px;font-weight:650;text-anchor:middle}}",
        f"#{root} .scope text{{font-size:12px;font-weight:600}}",
        f"#{root} .edge path{{fill:none}}",
        f"#{root} .is-none path.course{{stroke-dasharray:1.5 4}}",
        f"#{root} .is-unset path.course{{stroke-dasharray:6 4}}",
        f"#{root} .node:hover .body,#{root} .edge:hover path.course{{stroke-width:3.5px}}",
    ]
    if theme == "auto":
        dark = "".join(_colours(root, DARK, LINES))
        coloured = [*_colours(root, LIGHT, {}), f"@media (prefers-color-scheme:dark){{{dark}}}"]
    elif theme == "dark":
        coloured = _colours(root, DARK, LINES)
    else:
        coloured = _colours(root, PRINT if theme == "print" else LIGHT, {})
    return "\n".join([*fixed, *coloured])


def _colours(root: str, p: Palette, lines: Palette) -> list[str]:
    rules = {
        ".page": f"fill:{p['page']}",
        "text": f"fill:{p['ink']}",
        ".label,.note,.scope text": f"fill:{p['soft']}",
        ".body": f"fill:{p['card']}",
        ".chip": f"fill:{p['chip']}",
        ".scope rect": f"fill:{p['scope']};stroke:{p['faint']}",
        ".rule": f"stroke:{p['faint']}",
        ".halo": f"stroke:{p['page']}",
        ".port": f"fill:{p['page']};stroke:{p['line']}",
    }
    for kind in ("input", "parameter", "constant", "operation", "output", "group", "op"):
        rules[f".{kind} .body,.{kind} .outer"] = f"stroke:{p[kind]}"
    rules[".bright"] = "fill:#ffffff"
    for sign in ("positive", "negative", "amount", "nan", "zero", "unset"):
        line = lines.get(sign, p[sign])
        rules[f".tint.{sign}"] = f"fill:{p[sign]}"
        rules[f".edge.{sign} path"] = f"stroke:{line}"
        rules[f".edge.{sign} .tip"] = f"fill:{line}"
    out = []
    for selectors, body in rules.items():
        scoped = ",".join(f"#{root} {s}" for s in selectors.split(","))
        out.append(f"{scoped}{{{body}}}")
    return out
