"""The report of a training run: one HTML page with what the network is, learnt, and gets wrong.

Architecture, learning curves, confusion matrix, the misclassified digits, autograd against BP1 to
BP4 on the trained weights, how the gradient flows through the layers, and the backward graph of one
example. Everything is measured from the run; the page holds it all and needs no network.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from autodiff.explanations.comparison import apart
from autodiff.graphs import files
from autodiff.table.language import phrases, retold
from nets.network import Network
from nets.pages.charts import chart
from nets.pages.flow import gradient_flow
from nets.pages.page import (
    Markup,
    digest,
    element,
    fill,
    grey_png,
    join,
    picture,
    table,
)
from nets.runs.check import BOUND, compare, finite
from nets.runs.training import Training

Array = NDArray[Any]
MOST_DIGITS = 48
LEVELS = 10


def write_report(path: Path | str, training: Training, about: str) -> Path:
    """Write the report of a run that finished at least one epoch; return its path.

    `about` says what it was trained on. Raises ValueError before the first epoch.
    """
    if not training.history:
        raise ValueError("report: the run has not finished an epoch, so there is nothing to report")
    inputs, labels = training.monitor.inputs, training.monitor.answers
    outputs = training.net.feedforward(inputs)
    x, y = training.rows.inputs[:10].T, training.rows.targets[:10].T
    sections = {
        "architecture": architecture(training.net),
        "curves": curves(training.history),
        "confusion": [weights_of(training), *confusion(outputs, labels)],
        "misclassified": [weights_of(training), *misclassified(inputs, outputs, labels)],
        "equations": differences(training.net, x, y),
        "flow": flow(training.net, x, y),
        "graph": backward_graph(training.net, x[:, :1], y[:, :1]),
    }
    titles = {name: ad.say(f"report.title.{name}") for name in sections}
    style = fill("report.css", LEVELS=_levels())
    page = fill(
        "report.html",
        LANG=join(ad.language()),
        TITLE=join(ad.say("report.title", sizes=training.net.sizes, about=about)),
        STYLE=style,
        STYLE_HASH=digest(style),
        FACTS=facts(training),
        NAVIGATION=join(ad.say("report.sections")),
        CONTENTS=join(*(element("a", t, href=f"#{_id(n, t)}") for n, t in titles.items())),
        SECTIONS=join(
            *(
                element("section", element("h2", titles[name]), *body, id=_id(name, titles[name]))
                for name, body in sections.items()
            )
        ),
    )
    return files.write(path, page)


def facts(training: Training) -> Markup:
    """Return the run in six numbers."""
    best, last = training.best_epoch, training.history[-1]
    shown = {
        "best": f"{100 * best['correct'] / best['total']:.2f} %",
        "epoch": str(best["epoch"]),
        "scored": f"{best['total']:,}",
        "epochs": str(len(training.history)),
        "cost": f"{last['cost']:.4g}",
        "parameters": f"{sum(p.size for p in (*training.net.w, *training.net.b)):,}",
    }
    pairs = (
        element("div", element("dt", ad.say(f"report.fact.{k}")), element("dd", v))
        for k, v in shown.items()
    )
    return element("dl", *pairs, class_="facts")


def weights_of(training: Training) -> Markup:
    """Return of which epoch the weights are that a section looks at, and how many it had right."""
    shown, best = training.shown_epoch, training.best_epoch
    told = ad.say(
        f"report.weights.{'best' if shown is best else 'last'}",
        epoch=shown["epoch"], right=f"{shown['correct']:,}", total=f"{shown['total']:,}",
        best=best["epoch"], most=f"{best['correct']:,}",
    )  # fmt: skip
    return element("p", told)


def architecture(net: Network) -> list[Markup]:
    """Return the layers as a row of boxes and as a table of shapes."""
    names = [net.activation.name] * (len(net.w) - 1) + [net.output.name]
    boxes = [(ad.say("report.input"), net.sizes[0]), *zip(names, net.sizes[1:], strict=True)]
    rows = [
        [str(i + 2), name, f"{w.shape[0]} × {w.shape[1]}", f"{w.shape[0]} × 1",
         f"{w.size + b.size:,}"]
        for i, (name, w, b) in enumerate(zip(names, net.w, net.b, strict=True))
    ]  # fmt: skip
    return [
        element("p", ad.say("report.layers", cost=net.cost.name)),
        element(
            "ul",
            *(element("li", element("b", n), element("span", name)) for name, n in boxes),
            class_="flow",
        ),
        table(_heads("layer", "f", "w", "b", "parameters"), rows, ad.say("report.shapes")),
    ]


def curves(history: list[dict[str, Any]]) -> list[Markup]:
    """Return accuracy and cost against the epoch, drawn for a light and for a dark page."""
    epochs = [e["epoch"] for e in history]
    accuracy = [100 * e["correct"] / e["total"] for e in history]
    cost = [e["cost"] for e in history]
    return [
        element(
            "p",
            ad.say("report.after_each"),
        ),
        element(
            "div",
            chart(epochs, accuracy, ad.say("plot.accuracy"), 1, _between(accuracy, ".2f")),
            chart(epochs, cost, ad.say("plot.cost"), 2, _between(cost, ".4g")),
            class_="charts",
        ),
    ]


def confusion(outputs: Array, labels: Array) -> list[Markup]:
    """Return how often each class was taken for each other."""
    classes = len(outputs)
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, np.argmax(outputs, axis=0)), 1)
    rows: list[list[Any]] = []
    for k, row in enumerate(counts):
        share = row / max(1, row.sum())
        cells = [
            element("td", n or "·", class_=_level(n, s, j == k))
            for j, (n, s) in enumerate(zip(row, share, strict=True))
        ]
        rows.append([str(k), *cells, f"{100 * share[k]:.1f} %"])
    head = [ad.say("report.head.taken"), *map(str, range(classes)), ad.say("report.head.right")]
    return [
        element("p", ad.say("report.rows")),
        table(head, rows, ad.say("report.title.confusion"), class_="confusion"),
    ]


def _level(n: int, share: float, right: bool) -> str:
    """Return the class of a cell: blue for right and orange for wrong, in ten strengths."""
    if not n:
        return "none"
    return f"{'right' if right else 'wrong'} level{max(1, math.ceil(LEVELS * math.sqrt(share)))}"


def _levels() -> str:
    """Return the style of the cells, light enough that their text can always be read."""
    return "\n".join(
        f".confusion td.{side}.level{k} {{ background: rgb(var(--{side}) / {0.045 * k:.3f}); }}"
        for side in ("right", "wrong")
        for k in range(1, LEVELS + 1)
    )


def misclassified(inputs: Array, outputs: Array, labels: Array) -> list[Markup]:
    """Return the digits that were taken for others, the surest mistakes first, as pictures."""
    taken = np.argmax(outputs, axis=0)
    wrong = np.flatnonzero(taken != labels)
    if not wrong.size:
        return [element("p", ad.say("report.none_wrong", n=f"{len(labels):,}"))]
    side = math.isqrt(len(inputs))
    order = wrong[np.argsort(-outputs[taken[wrong], wrong], kind="stable")][:MOST_DIGITS]
    told = ad.say(
        f"report.wrong.{'some' if wrong.size > len(order) else 'all'}",
        wrong=f"{wrong.size:,}", total=f"{len(labels):,}", shown=len(order),
    )  # fmt: skip
    if side * side != len(inputs):
        return [element("p", ad.say("report.no_squares", told=told))]
    items = []
    for i in order:
        name = ad.say("report.taken", digit=labels[i], taken=taken[i])
        image = picture(grey_png(inputs[:, i].reshape(side, side)), "png", name)
        words = join(element("b", f"{labels[i]} → {taken[i]}"), f" {outputs[taken[i], i]:.2f}")
        items.append(element("li", element("figure", image, element("figcaption", words))))
    return [
        element("p", ad.say("report.below_each", told=told)),
        element("ul", *items, class_="digits"),
    ]


def differences(net: Network, x: Array, y: Array) -> list[Markup]:
    """Return autograd's largest relative difference from each equation by hand, per layer."""
    try:
        found = compare(net, x, y)
    except ValueError as error:
        return [element("p", ad.say("report.not_compared", why=retold(str(error))))]
    if not finite(found):
        return [element("p", ad.say("report.not_finite"))]
    names = ("BP1", "BP2", "BP3", "BP4")
    by_layer: dict[int, dict[str, float]] = {}
    for d in found:
        by_layer.setdefault(d.layer, {})[d.equation] = d.relative
    rows = [
        [str(k), *(apart(row[n]) if n in row else "–" for n in names)]
        for k, row in by_layer.items()
    ]
    good = all(d.relative <= BOUND for d in found)
    return [
        element(
            "p",
            ad.say(f"report.{'agree' if good else 'differ'}", n=x.shape[1], bound=f"{BOUND:.0e}"),
        ),
        table(_heads("layer", *names), rows, ad.say("report.differences")),
    ]


def flow(net: Network, x: Array, y: Array) -> list[Markup]:
    """Return how the error grows or shrinks on its way back, against what BP2 allows."""
    rows: list[list[Any]] = []
    layers = gradient_flow(net, x, y).layers
    for row in layers:
        cells = (row.delta, row.gradient, row.weights, row.slope, row.factor, row.bound)
        rows.append([str(row.layer), *(f"{c:.3g}" if c == c else "–" for c in cells)])
        if row is layers[-1]:
            rows[-1][-2:] = ["–", "–"]
    head = _heads("layer", "‖δ‖", "‖dC/dw‖", "‖w‖", "slope", "factor", "most")
    return [
        element(
            "p",
            ad.say("report.norms", n=x.shape[1]),
        ),
        table(head, rows, ad.say("report.title.flow")),
    ]


def backward_graph(net: Network, x: Array, y: Array) -> list[Markup]:
    """Return the picture of one example's graph after backward, or its words without an engine."""
    from autodiff.drawing import DrawingError

    cost = net.graph(x, y)
    cost.backward()
    drawn = ad.draw(cost, rankdir="TB")
    words = drawn.to_text()
    for p in (*net.w, *net.b):
        p.zero_grad()
    told = element("p", ad.say("report.every_node"))
    listed = element(
        "details",
        element("summary", ad.say("report.in_words")),
        element("pre", words, tabindex="0", role="region", aria_label=ad.say("report.graph_words")),
    )
    try:
        image = picture(drawn.svg().encode(), "svg+xml", ad.say("report.graph_alt"))
    except (DrawingError, OSError) as error:
        return [element("p", ad.say("report.no_picture", why=retold(str(error)))), listed]
    size = element("input", type="checkbox", id="natural", class_="natural")
    label = element("label", f" {ad.say('report.natural')}", for_="natural")
    frame = element("div", image, class_="picture", tabindex="0", role="region",
                    aria_label=ad.say("report.graph_frame"))  # fmt: skip
    return [told, size, label, frame, listed]


def _heads(*names: str) -> list[Any]:
    """Return the heads of columns: words in the language that is spoken, signs as they are."""
    known = phrases("report.head")
    return [known.get(name, name) for name in names]


def _between(numbers: list[float], form: str) -> str:
    return ad.say("report.from_to", first=f"{numbers[0]:{form}}", last=f"{numbers[-1]:{form}}")


def _id(name: str, title: str) -> str:
    """Return the address of a section: its title where that has no letters that an address lacks."""
    return title.lower().replace(" ", "-") if title.isascii() else name
