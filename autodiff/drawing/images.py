"""An SVG as PNG or PDF: the same picture, by the packages of the extra `images`."""

import struct
import zlib

from autodiff.drawing.composition import Composition
from autodiff.interop.extras import require

SHARP = 2.0  # pixels of a PNG for each of the picture
MOST = 16e6  # pixels of a PNG up to which each of the picture's has four, if no width is given
LARGEST = 24e6  # pixels of a PNG whose width is not given; a larger picture has fewer than its own
DPI = 300.0  # of a PNG whose width on paper is given
INCH = 25.4


def width_of(form: str, drawn: Composition, mm: float | None) -> float | None:
    """Return how wide the SVG must say it is, in millimetres, to become `form` of that width."""
    if form == "png":
        return None
    # A point of the PDF is made of each pixel of the SVG, of which 96 are an inch.
    return (drawn.width * INCH / 96 if mm is None else mm) * 72 / 96


def sized(png: bytes) -> bytes:
    """Return a PNG that says how many of its pixels are an inch, so that paper has its millimetres."""
    metre = round(DPI / INCH * 1000)
    said = b"pHYs" + struct.pack(">IIB", metre, metre, 1)
    chunk = struct.pack(">I", len(said) - 4) + said + struct.pack(">I", zlib.crc32(said))
    after = 8 + 25  # the signature and the header
    return png[:after] + chunk + png[after:]


def convert(svg: str, form: str, drawn: Composition, mm: float | None) -> bytes:
    """Return an SVG of that width as "png" or "pdf".

    ImportError names the extra where its package is absent.
    """
    if form == "png":
        resvg = require("resvg_py", "images", "A picture as PNG")
        area = drawn.width * drawn.height
        sharp = min(SHARP, max(1.0, (MOST / area) ** 0.5), (LARGEST / area) ** 0.5)
        scale = sharp if mm is None else mm / INCH * DPI / drawn.width
        drawn_png = bytes(resvg.svg_to_bytes(svg_string=svg, width=round(drawn.width * scale)))
        return drawn_png if mm is None else sized(drawn_png)
    vl_convert = require("vl_convert", "images", "A picture as PDF")
    return bytes(vl_convert.svg_to_pdf(svg))
