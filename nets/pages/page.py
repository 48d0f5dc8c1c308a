"""HTML of one self-contained page: escaped elements, pictures as data, a content policy by hashes.

Every text is escaped where it becomes markup. A page holds its style and its pictures, runs no
script and asks for nothing.
"""

import base64
import hashlib
import html
import io
import re
from importlib import resources
from typing import Any


class Markup(str):
    """Text that is HTML already."""


def element(tag: str, *inside: Any, **attributes: Any) -> Markup:
    """Return an HTML element; texts and attributes are escaped, `class_` stands for class.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in attributes.items()
    )
    if tag in ("img", "input"):
        return Markup(f"<{tag}{given}>")
    return Markup(f"<{tag}{given}>{join(*inside)}</{tag}>")


def join(*parts: Any) -> Markup:
    """Return texts and elements in a row."""
    return Markup("".join(p if isinstance(p, Markup) else html.escape(str(p)) for p in parts))


def table(head: list[Any], rows: list[list[Any]], caption: str, **attributes: Any) -> Markup:
    """Return a table that scrolls where it is wider than the page; first cells name their rows."""
    columns = element("tr", *(element("th", h, scope="col") for h in head))
    body = [
        element("tr", element("th", row[0], scope="row"), *(_cell(c) for c in row[1:]))
        for row in rows
    ]
    whole = element("table", element("thead", columns), element("tbody", *body), **attributes)
    return element("div", whole, class_="wide", tabindex="0", role="region", aria_label=caption)


def _cell(content: Any) -> Markup:
    return content if isinstance(content, Markup) else element("td", content)


def picture(data: bytes, kind: str, alt: str, **attributes: Any) -> Markup:
    """Return an image that lies in the page itself; `kind` is png or svg+xml."""
    return element("img", src=address(data, kind), alt=alt, **attributes)


def address(data: bytes, kind: str) -> str:
    """Return an image as a data address."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def grey_png(image: Any) -> bytes:
    """Return a matrix of numbers between 0 (white) and 1 (black) as a PNG."""
    from nets.extras import require

    out = io.BytesIO()
    require("matplotlib.image").imsave(out, image, cmap="gray_r", vmin=0.0, vmax=1.0, format="png")
    return out.getvalue()


def fill(template: str, **parts: str) -> str:
    """Return a template of this package with its @MARKS@ replaced, in one pass."""
    text = resources.files("nets.pages").joinpath(template).read_text(encoding="utf-8")
    return re.sub("@([A-Z_]+)@", lambda mark: parts[mark[1]], text)


def digest(text: str) -> str:
    """Return the hash by which a content policy names an inline style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
