"""An SVG as PNG or PDF: the same picture, by the packages of the extra `images`."""

from autodiff.drawing.composition import Composition
from autodiff.interop.extras import require

SHARP = 2.0  # pixels of a PNG for each of the picture
DPI = 300.0  # of a PNG whose width on paper is given
INCH = 25.4


def convert(svg: str, form: str, drawn: Composition, mm: float | None) -> bytes:
    """Return an SVG as "png" or "pdf", which is as wide as the SVG says; ImportError names the extra where its package is absent."""
    if form == "png":
        resvg = require("resvg_py", "images", "A picture as PNG")
        scale = SHARP if mm is None else mm / INCH * DPI / drawn.width
        return bytes(resvg.svg_to_bytes(svg_string=svg, width=round(drawn.width * scale)))
    vl_convert = require("vl_convert", "images", "A picture as PDF")
    return bytes(vl_convert.svg_to_pdf(svg))
