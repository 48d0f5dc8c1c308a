"""Make any text safe: in DOT, in XML, in a file name's neighbourhood.

A node's name is the user's, or somebody else's; it may hold script tags, quotes, record fields or
half a surrogate. Every text of a picture passes through `clean` once and then through the escape of
the language that it enters. No text ever becomes an attribute other than a label or a tooltip.
"""

import json
import re
from typing import Any

# What XML 1.0 cannot hold at all, and control characters that no picture needs.
_FOREIGN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ASTRAL = re.compile(
    f"[{''.join(chr(p << 16 | 0xFFFE) + chr(p << 16 | 0xFFFF) for p in range(1, 17))}]"
)
_DOT = re.compile(r'[\\"{}|<>]')
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_JSON = str.maketrans({c: f"\\u{ord(c):04x}" for c in ("<", ">", "&", "\u2028", "\u2029")})
LONGEST = 2000


def clean(text: str) -> str:
    """Return `text` with U+FFFD for each character that no picture can hold, cut at 2,000.

    >>> clean("a\\0b")
    'a\ufffdb'
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text):,} characters)"
    return _ASTRAL.sub("\ufffd", _FOREIGN.sub("\ufffd", text))


def shorten(text: str, longest: int = 24) -> str:
    """Return `text` with its middle left out where it is longer than `longest`.

    >>> shorten("hidden_layer_weights", 11)
    'hidde…ights'
    """
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2]}…{text[len(text) - (longest - 1) // 2 :]}"


def xml(text: str) -> str:
    """Return `text` for the inside of an XML element or a quoted attribute."""
    return text.translate(_XML)


def dot(text: str) -> str:
    r"""Return `text` for the inside of a quoted DOT label, record or tooltip; lines become \n.

    >>> print(dot('a|"b"'))
    a\|\"b\"
    """
    return _DOT.sub(r"\\\g<0>", text.replace("&", "&amp;")).replace("\n", "\\n")


def script(data: Any) -> str:
    """Return `data` as JSON that may stand inside an HTML script element."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(
        _JSON
    )
