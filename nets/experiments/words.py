"""What the experiments print, in the language that is spoken.

The files of the experiments keep their words in English. In another language each part of a sentence
(up to a colon, a semicolon or a full stop) is looked up in the catalogue of sentences, under `results.`,
with `{0}`, `{1}`, ... where its numbers stand; a part that the catalogue lacks stays as it is.
"""

import re
from functools import cache

from autodiff.table.language import language, phrases, speaking

NUMBER = re.compile(r"(?:(?<![\w)\]}])[-+])?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
BETWEEN = re.compile(r"(; |: |(?<=[^\d.])\. (?=[A-Z])|(?<=\d)\. (?=[A-Z])|\.$)")
ENDS = ("です", "ます", "ました", "ません")
JOINED = {"; ": "；", ": ": "：", ". ": "。", ".": "。"}


def skeleton(part: str) -> tuple[str, list[str]]:
    """Return a part of a sentence with its numbers as fields, and the numbers.

    >>> skeleton("differs by 1.5e-15 at z = -20")
    ('differs by {0} at z = {1}', ['1.5e-15', '-20'])
    """
    numbers: list[str] = []

    def field(found: re.Match[str]) -> str:
        numbers.append(found[0])
        return f"{{{len(numbers) - 1}}}"

    return NUMBER.sub(field, part), numbers


def spoken(text: str) -> str:
    """Return text as it is said in the language that is spoken.

    >>> from autodiff.table.language import speaking
    >>> with speaking("ja"):
    ...     print(spoken("differs by 1.5e-15; as stated"))
    差は 1.5e-15；述べられたとおり
    """
    tongue = language()
    if tongue == "en":
        return text
    told = ""
    for piece in BETWEEN.split(text):
        ended = piece == "; " and told.endswith(ENDS)  # a whole sentence stands before it
        told += "。" if ended else JOINED[piece] if piece in JOINED else _said(piece, tongue)
    return told


def unknown(text: str) -> list[str]:
    """Return the parts of a text that have words but no twin in the catalogue."""
    parts = [skeleton(p)[0] for p in BETWEEN.split(text) if p not in JOINED]
    words = (re.sub(r"\{\d+\}", "", p) for p in parts)
    return [
        p for p, w in zip(parts, words, strict=True)
        if re.search(r"[A-Za-z]{2}", w) and p not in _twins("ja")
    ]  # fmt: skip


def _said(part: str, tongue: str) -> str:
    bones, numbers = skeleton(part)
    twin = _twins(tongue).get(bones)
    return part if twin is None else twin.format(*numbers)


@cache
def _twins(tongue: str) -> dict[str, str]:
    with speaking("en"):
        english = phrases("results")
    with speaking(tongue):
        return {english[key]: said for key, said in phrases("results").items()}
