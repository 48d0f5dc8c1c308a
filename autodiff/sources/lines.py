"""Text for a terminal: no line is wider than 80 columns.

A chain of equations is broken before its signs of equality, which stand below each other; everything
else between two words, and what follows is set in below where it began. A letter of East Asia takes two
columns, and a line may be broken behind any of them, but no mark that closes stands at its start.
"""

import re
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from autodiff.table.language import padded
from autodiff.table.language import width as places

WIDTH = 80
# What East Asian text does not begin a line with, and what it does not end one with.
CLOSING, OPENING = "、。，．）」』】：；！？ー々っゃゅょッャュョァィゥェォ)", "（「『【("
LETTERS = re.compile(rf"[{OPENING}]*(?:[\x21-\x7e]+|.)[{CLOSING}]*")
PROSE = re.compile(r": |[、。：]")


def fitted(text: str, width: int = WIDTH) -> str:
    """Return a text whose lines are at most `width` wide, where its words let them be.

    >>> print(fitted("dC/dw = 2 * (a - 1) * x = 2 * (0.5 - 1) * 0.5 = -0.5", 30))
    dC/dw = 2 * (a - 1) * x
          = 2 * (0.5 - 1) * 0.5
          = -0.5
    """
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def beside(rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """Return rows of cells as columns, at most `width` wide: the widest columns are broken to fit.

    >>> print(beside([("what", "measured"), ("one neuron, w = b = 2", "0.09")], 20))
    what        measured
    one         0.09
    neuron, w
    = b = 2
    """
    wide = [max(map(places, column)) for column in zip(*rows, strict=True)]
    while sum(wide) + 2 * (len(wide) - 1) > width and max(wide) > 1:
        wide[wide.index(max(wide))] -= 1
    lines = []
    for row in rows:
        cells = [_wrapped(cell, max(w, 1), "") for cell, w in zip(row, wide, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            shown = (padded(part, w) for part, w in zip(parts, wide, strict=True))
            lines.append("  ".join(shown).rstrip())
    return "\n".join(lines)


def broken(text: str, width: int, inset: str = "") -> list[str]:
    """Return a text as lines at most `width` wide, where its words let them be, all but the first set in.

    >>> broken("数を 1 つずつ。名前ごとに", 14)
    ['数を 1 つず', 'つ。名前ごとに']
    """
    return _wrapped(text, width, inset) if text else []


def _parts(line: str, width: int) -> list[str]:
    if places(line) <= width:
        return [line]
    chain = re.split(r" (?== )", line)
    if len(chain) > 2 and not PROSE.search(line):  # a = b = c, and no sentence of several equations
        inset = " " * (len(chain[0]) + 1)
        lines = [f"{chain[0]} {chain[1]}", *(f"{inset}{link}" for link in chain[2:])]
        return [part for link in lines for part in _wrapped(link, width, f"{inset}    ")]
    column = re.match(r"\s*\S.*?(?:\s{2,}|$)", line)  # a first column, and what stands beside it
    start = places(column[0]) if column and places(column[0]) < width // 2 else 0
    lead = len(line) - len(line.lstrip())
    return _wrapped(line, width, " " * (start or lead + 4))


def _wrapped(line: str, width: int, inset: str) -> list[str]:
    inset = inset if len(inset) < width // 2 else " " * 8
    if places(line) > len(line):
        return _between_letters(line, width, inset)
    return textwrap.wrap(
        line, width, subsequent_indent=inset,
        break_long_words=False, break_on_hyphens=False, drop_whitespace=True,
        replace_whitespace=False,
    )  # fmt: skip


def _between_letters(line: str, width: int, inset: str) -> list[str]:
    """Break a line of East Asian letters wherever it is full, but not within a word of others."""
    lines, now = [], ""
    for word in LETTERS.findall(line):
        if places(now + word) > width and now.strip():
            lines.append(now.rstrip())
            now = inset
        if word != " " or now != inset:
            now += word
    return [*lines, now.rstrip()]
