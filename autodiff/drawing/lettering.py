"""How wide text is at most, in any of the common sans-serif fonts; in the subset of `layered`.

Nothing is measured in a font: a layout does not depend on the fonts of the machine it was made on.
The shares are those of the widest among the usual fonts, DejaVu Sans, so what is bold fits as well.
"""

THIN = " iljI.,:;'|"
NARROW = "rtf!()[]/-·"
SLIM = "ckszvxyJ∂"
BROAD = "w+<=>#~^&÷×−¬±µ"
WIDE = "mMW@%—…©®¼½¾ÆæŒœŴ"


def width(text: str, size: float, bold: bool) -> float:
    """Return the width of `text` in pixels, in letters of `size` pixels."""
    em = 0.0
    for c in text:
        em += ems(c, ord(c))
    return em * size * (1.13 if bold else 1.0)


def ems(c: str, code: int) -> float:
    """Return the width of one character, as a share of the size of the letters."""
    if c in THIN:
        return 0.36
    if c in NARROW:
        return 0.44
    if c in SLIM:
        return 0.6
    if c in BROAD:
        return 0.84
    if c in WIDE:
        return 1.07
    if 65 <= code <= 90 or 192 <= code <= 222:
        return 0.8
    if code < 0x300:
        return 0.64 if code < 0x100 else 0.92
    if no_room(code):
        return 0.0
    return 1.1 if full(code) or 0x400 <= code <= 0x52F else 0.88


def no_room(code: int) -> bool:
    """Return whether a character stands on the one before it, or is not seen."""
    return (
        code <= 0x36F
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x20D0 <= code <= 0x20FF
        or 0xFE00 <= code <= 0xFE0F
        or 0xFE20 <= code <= 0xFE2F
    )


def full(code: int) -> bool:
    """Return whether a character is as wide as high: Chinese, Japanese, Korean, pictures."""
    return (
        0x1100 <= code <= 0x115F
        or 0x2E80 <= code <= 0xA4CF
        or 0xAC00 <= code <= 0xD7A3
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE6F
        or 0xFF00 <= code <= 0xFF60
        or 0xFFE0 <= code <= 0xFFE6
        or 0x1F300 <= code <= 0x1FAFF
        or 0x20000 <= code <= 0x3FFFD
    )
