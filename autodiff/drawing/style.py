"""Colours: the roles of marks in each theme, and what makes a picture follow the page it is on.

Hues are from Okabe and Ito's palette, which people with any kind of colour blindness can tell
apart. A gradient's sign is a hue and its size a tint of at most 55 %, so that text on it keeps a
contrast above 7; both are said in words as well. Colours are written on each mark; variables, which
many viewers of SVG do not know, only change them where a page is dark.
"""

import math
from collections.abc import Collection

from autodiff.drawing.words import strength

Palette = dict[str, str]

LIGHT: Palette = {
    "page": "#ffffff", "card": "#fbfcfd", "ink": "#0b0d10", "soft": "#343b45", "line": "#7b8490",
    "faint": "#dfe3e8", "scope": "#f0f2f5", "chip": "#e4e8ed",
    "input": "#0f77a8", "parameter": "#00795a", "constant": "#6b7480", "operation": "#5a6470",
    "output": "#a35c00", "group": "#8a4a76", "op": "#5a6470", "failed": "#b3203c",
    "positive": "#0072b2", "negative": "#d55e00", "amount": "#009e73", "nan": "#c93f90", "zero": "#7b8490",
    "unset": "#7b8490",
}  # fmt: skip
DARK: Palette = {
    "page": "#12161b", "card": "#1c222a", "ink": "#f4f6f8", "soft": "#b4bdc8", "line": "#8a95a3",
    "faint": "#333c47", "scope": "#171c23", "chip": "#2c3541",
    "input": "#56b4e9", "parameter": "#2ec79c", "constant": "#98a3b0", "operation": "#98a3b0",
    "output": "#e69f00", "group": "#dd9bc2", "op": "#98a3b0", "failed": "#ff7b8f",
    "positive": "#0072b2", "negative": "#b04e00", "amount": "#00785a", "nan": "#a0246c", "zero": "#8a95a3",
    "unset": "#8a95a3",
}  # fmt: skip
PRINT: Palette = {
    **LIGHT, "card": "#ffffff", "ink": "#000000", "soft": "#222222", "line": "#333333",
    "scope": "#ffffff", "chip": "#ffffff", "faint": "#888888",
    "input": "#000000", "parameter": "#000000", "constant": "#000000", "operation": "#000000",
    "output": "#000000", "group": "#000000", "op": "#000000", "failed": "#000000",
    "positive": "#9a9a9a", "negative": "#9a9a9a", "amount": "#9a9a9a", "nan": "#5a5a5a",
}  # fmt: skip
# Lines must be seen on the page itself, where dark needs a lighter hue than a fill does.
LINES = {"positive": "#56b4e9", "amount": "#2ec79c", "negative": "#ff9a4d", "nan": "#ff7fc1"}

HUES = ("positive", "negative", "amount", "nan", "zero", "unset")
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


# What pages say of themselves: JupyterLab, Material for MkDocs, Sphinx and others, VS Code.
PAGES_LIGHT = (
    '[data-jp-theme-light="true"]', '[data-md-color-scheme="default"]', '[data-theme="light"]',
    ".vscode-light",
)  # fmt: skip
PAGES_DARK = (
    '[data-jp-theme-light="false"]', '[data-md-color-scheme="slate"]', '[data-theme="dark"]',
    ".vscode-dark", ".vscode-high-contrast",
)  # fmt: skip


def palette(theme: str) -> Palette:
    """Return the colour of each role in a theme; "auto" and "card" are light where nothing asks."""
    named = {"dark": DARK, "print": PRINT}.get(theme, LIGHT)
    lines = LINES if theme == "dark" else {}
    return {
        **named,
        "bright": "#ffffff",
        **{f"line-{hue}": lines.get(hue, named[hue]) for hue in HUES},
    }


def follows(theme: str) -> bool:
    """Return whether a picture changes with the page it is on."""
    return theme in ("auto", "card")


def sheet(root: str, theme: str, roles: Collection[str]) -> str:
    """Return the style sheet of the picture whose root element has the id `root`.

    Each mark has the colours of its theme written on it; the sheet only makes a picture follow the
    reader's system and, inside a page, the page. A "card" follows the page alone. Variables stand
    within rules for screens, which viewers that know none pass over.
    """
    rules = [
        f"#{root}{{font-variant-numeric:tabular-nums}}",
        f"#{root} .node:hover .body,#{root} .edge:hover .course{{stroke-width:3.5px}}",
    ]
    if not follows(theme):
        return "\n".join(rules)
    light, dark = _variables(palette("light"), roles), _variables(palette("dark"), roles)
    here = f"#{root}.inline" if theme == "card" else f"#{root}"
    used = [f"#{root} .f-{role}{{fill:var(--ad-{role})}}" for role in sorted(roles)]
    used += [f"#{root} .s-{role}{{stroke:var(--ad-{role})}}" for role in sorted(roles)]
    rules.append(f"@media screen{{#{root}{{{light}}}\n{''.join(used)}}}")
    rules.append(f"@media screen and (prefers-color-scheme:dark){{{here}{{{dark}}}}}")
    on_light = ",".join(f"{page} #{root}" for page in PAGES_LIGHT)
    on_dark = ",".join(f"{page} #{root}" for page in PAGES_DARK)
    rules.append(f"@media screen{{{on_light}{{{light}}}\n{on_dark}{{{dark}}}}}")
    return "\n".join(rules)


def _variables(colours: Palette, roles: Collection[str]) -> str:
    return ";".join(f"--ad-{role}:{colours[role]}" for role in sorted(roles))
