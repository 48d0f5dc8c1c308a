"""A picture inside a page: as an image where no script may run, else in the page and in its colours.

A notebook that is only looked at strips style, SVG and script from what a cell shows; an image whose
address holds it stays. That image is a card with a ground of its own, which can be read on light and
on dark pages. Where scripts may run, one takes the SVG out of the image and puts it into the page, so
that its words can be found and pointed at, and it follows the page's colours. Either scrolls in a
box of its own.
"""

import base64
from typing import TYPE_CHECKING

from autodiff.drawing.composition import Composition
from autodiff.drawing.escape import xml

if TYPE_CHECKING:
    from autodiff.drawing.picture import Picture

BRIEF = 300  # characters of an image's alternative text

SCRIPT = """
document.querySelectorAll('img[data-autodiff="@ROOT@"]').forEach(function (image) {
  var bytes = Uint8Array.from(atob(image.src.split(",")[1]), function (c) { return c.charCodeAt(0) })
  var text = new TextDecoder().decode(bytes)
  var svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement
  svg.classList.add("inline")
  svg.style.maxWidth = "none"
  image.replaceWith(document.importNode(svg, true))
})
"""


def html(picture: "Picture") -> str:
    """Return what a notebook shows of a picture."""
    theme = "card" if picture.theme == "auto" else picture.theme
    drawn = picture.composition
    data = base64.b64encode(picture.svg(theme).encode()).decode()
    text = picture.to_text()
    alternative = text if len(text) <= BRIEF else f"{text[:BRIEF].rpartition(chr(10))[0]} …"
    return (
        f'<div style="overflow:auto;max-width:100%"><img data-autodiff="{picture.root}" '
        f'alt="{xml(alternative)}" width="{drawn.width:.0f}" height="{drawn.height:.0f}" '
        f'style="max-width:none" src="data:image/svg+xml;base64,{data}"></div>'
        f"<script>{SCRIPT.replace('@ROOT@', picture.root)}</script>"
    )


def page(svg: str, drawn: Composition) -> str:
    """Return an HTML page that shows an SVG, scrolled in a box of its own."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{xml(drawn.title)}</title><style>:root{{color-scheme:light dark}}"
        "body{margin:0;padding:8px;font-family:sans-serif}h1{font-size:1.2rem}"
        "div{overflow:auto}</style></head>"
        f"<body><main><h1>{xml(drawn.title)}</h1>"
        f'<div tabindex="0" role="region" aria-label="picture">{svg}</div></main></body></html>\n'
    )
