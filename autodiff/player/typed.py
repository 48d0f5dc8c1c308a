"""The page where one types: a formula becomes a graph, alive, without Python and without a server.

The formula is read by formula.js, the twin of `graphs.expression` over what `grammar` hands it: the
table, the spellings, and the words and signs that people write instead.
"""

import keyword
from functools import cache
from typing import Any

from autodiff.graphs import expression, misspelt
from autodiff.player import bundle
from autodiff.printers.javascript import table
from autodiff.table.language import language

EXAMPLES: tuple[tuple[str, str, dict[str, float]], ...] = (
    (
        "neuron",
        "z = w*x + b; a = sigmoid(z); C = (a - y)**2 / 2",
        {"w": 2.0, "x": 0.5, "b": -1.0, "y": 1.0},
    ),
    (
        "slow",
        "z = w*x + b; a = sigmoid(z); C = (a - y)**2 / 2",
        {"w": 2.0, "x": 1.0, "b": 2.0, "y": 0.0},
    ),
    (
        "entropy",
        "z = w*x + b; a = sigmoid(z); C = -(y*log(a) + (1 - y)*log(1 - a))",
        {"w": 2.0, "x": 1.0, "b": 2.0, "y": 0.0},
    ),
    (
        "paths",
        "h1 = tanh(u1*x); h2 = tanh(u2*x); y = v1*h1 + v2*h2",
        {"u1": 0.8, "x": 1.0, "u2": -0.5, "v1": 1.5, "v2": -1.0},
    ),
    ("twice", "y = x * sin(x)", {"x": 2.0}),
    ("valley", "C = v1**2 + 4*v2**2", {"v1": 2.0, "v2": 1.0}),
)


@cache
def grammar() -> dict[str, Any]:
    """Return what the parser of formulas knows: operations, spellings, constants, bounds, words."""
    rows = expression.functions()
    return {
        "functions": {name: row.name for name, row in rows.items()},
        "table": table(),
        "constants": expression.CONSTANTS,
        "longest": expression.LONGEST,
        "deepest": expression.DEEPEST,
        "signs": misspelt.SIGNS,
        "keywords": keyword.kwlist,
    }


def formula_page() -> str:
    """Return the HTML of the page where one types a formula and plays with its graph.

    >>> formula_page()[:15]
    '<!doctype html>'
    """
    texts = bundle.texts("page")
    return bundle.page(
        title=texts["typed_title"][language()],
        style=bundle.style("live.css", "typed.css"),
        body=bundle.part("typed.html").replace("@PLAYER@", bundle.body("live.html")),
        data={
            "grammar": grammar(),
            "texts": texts,
            "language": language(),
            "errors": bundle.sayable(*bundle.FORMULA),
            "examples": [{"key": k, "formula": f, "values": v} for k, f, v in EXAMPLES],
        },
        script=bundle.script(None, *bundle.LIVE, *bundle.FORMULA, "typed.js"),
    )
