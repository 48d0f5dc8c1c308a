"""The training playground: a small network learns points of the plane in one page.

The network (net.js) takes its neurons' function and slope from the rows of the table; the page shows
weights, every neuron's map, the cost, the gradient by layer and the four equations of one example.
"""

from autodiff.player import bundle
from autodiff.table.language import language

ROWS = ["relu", "sigmoid", "tanh", "xlogy"]


def playground_page() -> str:
    """Return the HTML of the playground.

    >>> playground_page()[:15]
    '<!doctype html>'
    """
    texts = bundle.texts("page")
    return bundle.page(
        title=texts["playground"][language()],
        style=bundle.style("live.css", "playground.css"),
        body=bundle.part("playground.html"),
        data={"texts": texts, "language": language()},
        script=bundle.script(
            ROWS, "numbers.js", "boxes.js", "speech.js", "draw.js", "net.js", "playground.js"
        ),
    )
