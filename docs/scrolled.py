"""Pictures in Markdown that keep their size on a phone, and scroll in a box of their own.

GitHub shrinks an image to the width of the text, a picture's words with it. An image in a table within a
table stays as it is, and the outer table scrolls. The site, which has a box for every picture, shows it
without the tables.
"""

BEFORE = "<table><tr><td><table><tr><td>\n\n"
AFTER = "\n\n</td></tr></table></td></tr></table>"


def scrolled(image: str) -> str:
    """Return an image of Markdown in a box that scrolls."""
    return f"{BEFORE}{image}{AFTER}"


def unboxed(page: str) -> str:
    """Return a page whose images stand for themselves.

    >>> unboxed(scrolled("![A neuron](neuron.svg)"))
    '![A neuron](neuron.svg)'
    """
    return page.replace(BEFORE, "").replace(AFTER, "")
