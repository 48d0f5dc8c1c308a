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

from autodiff.drawing import place
from autodiff.drawing.escape import clean, xml
from autodiff.drawing.escape import script as as_json
from autodiff.printers.javascript import rows_source
from autodiff.printers.subset import Functions
from autodiff.table.language import LANGUAGES, phrases, speaking

# The scripts of the live player: the graph, its words, its picture, and the page around them.
LIVE = ("core.js", "text.js", "draw.js", "steps.js", "descent.js", "live.js")
# What reads a typed formula: what was meant, the tree, the nodes.
FORMULA = ("misspelt.js", "formula.js", "recorded.js")

GROUND = (
    "\nhtml { background: #f4f5f8; -webkit-text-size-adjust: 100%; } body { margin: 0; }"
    "\n@media (prefers-color-scheme: dark) { html { background: #0f1319; } }\n"
)


def part(name: str) -> str:
    """Return one of the files that pages are made of."""
    return resources.files("autodiff.player").joinpath(name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Return the hash by which a content policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def script(rows: Iterable[str] | None, *files: str) -> str:
    """Return the rows that are needed (all for None) and the files, as one strict script."""
    body = "\n".join([rows_source(rows), layout_source(), *map(part, files)])
    return f'"use strict";\n(() => {{\n{body}\n}})();\n'


def layout_source() -> str:
    """Return the layout of pictures as JavaScript: `k_prepared(plan)`, `k_placed(plan, made, way)`."""
    layout = Functions()
    for name in ("prepared", "placed"):
        layout.need(place.__name__, name)
    return layout.source()


@cache
def texts(family: str) -> dict[str, dict[str, str]]:
    """Return the sentences of pages by key and language, from a family of the catalogue."""
    found: dict[str, dict[str, str]] = {}
    for name in LANGUAGES:
        with speaking(name):
            for key, sentence in phrases(family).items():
                found.setdefault(key, {})[name] = sentence
    return found


def page(title: str, style: str, body: str, data: dict[str, Any], script: str) -> str:
    """Return the HTML of a page."""
    parts = {
        "@LANG@": data["language"], "@TITLE@": xml(clean(title)), "@STYLE@": style,
        "@STYLE_HASH@": digest(style), "@BODY@": body, "@DATA@": as_json(data),
        "@SCRIPT@": script, "@SCRIPT_HASH@": digest(script),
        "@NOSCRIPT@": xml(data["texts"]["noscript"][data["language"]]),
    }  # fmt: skip
    # In one pass, so that a text which looks like a mark of the template stays a text.
    return re.sub("@[A-Z_]+@", lambda mark: parts[mark.group()], part("shell.html"))
