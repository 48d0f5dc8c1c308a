"""Put a page together: template, style, data, and the scripts that it needs as one.

Names of nodes may be anybody's text, so they enter a page as JSON in which no character can end the
element, and the scripts show them as text only. The content policy names the one script and the one
style by their hashes: nothing else runs, nothing is loaded, nothing is sent.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from autodiff.drawing import entitle, lettering, marks, place
from autodiff.drawing.escape import clean, shorten, xml
from autodiff.drawing.escape import script as as_json
from autodiff.printers.javascript import rows_source
from autodiff.printers.subset import Functions
from autodiff.table.language import LANGUAGES, errors, language, own_words, phrases, speaking

# The scripts of the live player: the graph, its words, its picture, and the page around them.
LIVE = (
    "core.js",
    "numbers.js",
    "text.js",
    "boxes.js",
    "speech.js",
    "draw.js",
    "folding.js",
    "telling.js",
    "walking.js",
    "sight.js",
    "steps.js",
    "descent.js",
    "address.js",
    "live.js",
)
# What steps through a recording that Python has written down.
RECORDED = ("numbers.js", "boxes.js", "speech.js", "telling.js", "walking.js", "player.js")
# What they draw with, and where Python has it.
DRAWING = {
    "prepared": place, "placed": place, "entitled": entitle, "with_numbers": entitle, "MOST": entitle,
    "width": lettering, "outline": marks, "page_width": marks,
}  # fmt: skip
# What reads a typed formula: what was meant, the tree, the nodes.
FORMULA = ("misspelt.js", "formula.js", "recorded.js", "retold.js")

GROUND = (
    "\nhtml { background: #f4f5f8; -webkit-text-size-adjust: 100%; } body { margin: 0; }"
    "\n@media (prefers-color-scheme: dark) { html { background: #0f1319; } }\n"
)


def part(name: str) -> str:
    """Return one of the files that pages are made of."""
    return resources.files("autodiff.player").joinpath(name).read_text(encoding="utf-8")


def body(name: str) -> str:
    """Return the elements of a page, with the parts that it shares with others (`@told.html@`) put in."""
    return re.sub(r"@([a-z]+\.html)@", lambda mark: part(mark[1]).rstrip(), part(name))


def style(*files: str) -> str:
    """Return the style of a page: of its boxes, of these files, and of the ground it stands on."""
    return "".join(map(part, ("boxes.css", *files))) + GROUND


def digest(text: str) -> str:
    """Return the hash by which a content policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def script(rows: Iterable[str] | None, *files: str) -> str:
    """Return the rows that are needed (all for None) and the files, as one strict script."""
    return strict(rows_source(rows), drawing_source(), *map(part, files))


def strict(*sources: str) -> str:
    """Return sources as one strict script that leaves no name behind."""
    body = "\n".join(sources)
    return f'"use strict";\n(() => {{\n{body}\n}})();\n'


def drawing_source(*needed: str) -> str:
    """Return what pages draw with as JavaScript, printed from what Python draws with.

    `d_prepared(plan)` and `d_placed(plan, made, way)` lay out, `d_entitled` and `d_with_numbers` say
    what nodes and operations are called, `d_width` how wide a text is, `d_outline` and
    `d_page_width` what a box looks like; `needed` names some of these, else all are printed.
    """
    drawing = Functions("d_")
    for name in needed or DRAWING:
        drawing.need(DRAWING[name].__name__, name)
    return drawing.source()


@cache
def texts(family: str) -> dict[str, dict[str, str]]:
    """Return the sentences of pages by key and language, from a family of the catalogue."""
    found: dict[str, dict[str, str]] = {}
    for name in LANGUAGES:
        with speaking(name):
            for key, sentence in phrases(family).items():
                found.setdefault(key, {})[name] = sentence
    return found


def sayable(*files: str) -> list[dict[str, str]]:
    """Return the errors of the catalogue whose words these scripts have, in every language.

    `retold` of retold.js finds among them what is to be said in another language.
    """
    source = "".join(map(part, files))
    return [
        error for error in errors()
        if all(w in source for words in own_words(error["en"]) for w in re.split(r"[;:,.'] ?| (?=\()", words))
    ]  # fmt: skip


def titled(title: str | None, key: str, subject: str) -> dict[str, str]:
    """Return a page's title as data: `title` as it is given, or by its key in the catalogue of `subject`."""
    if title is not None:
        return {"title": clean(title)}
    subject = clean(shorten(subject, 40))
    return {
        "title": texts("page")[key][language()].replace("{0}", subject),
        "key": key,
        "subject": subject,
    }


def page(title: str, style: str, body: str, data: dict[str, Any], script: str) -> str:
    """Return the HTML of a page."""
    parts = {
        "@LANG@": data["language"], "@TITLE@": xml(title), "@STYLE@": style,
        "@STYLE_HASH@": digest(style), "@BODY@": body, "@DATA@": as_json(data),
        "@SCRIPT@": script, "@SCRIPT_HASH@": digest(script),
        "@NOSCRIPT@": xml(data["texts"]["noscript"][data["language"]]),
    }  # fmt: skip
    # In one pass, so that a text which looks like a mark of the template stays a text.
    return re.sub("@[A-Z_]+@", lambda mark: parts[mark.group()], part("shell.html"))
