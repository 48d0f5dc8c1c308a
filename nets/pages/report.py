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
from autodiff.graphs import files
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
        "Architecture": architecture(training.net),
        "Learning curves": curves(training.history),
        "Confusion matrix": [weights_of(training), *confusion(outputs, labels)],
        "Misclassified digits": [weights_of(training), *misclassified(inputs, outputs, labels)],
        "BP1 to BP4": differences(training.net, x, y),
        "Gradient flow": flow(training.net, x, y),
        "Backward graph of one example": backward_graph(training.net, x[:, :1], y[:, :1]),
    }
    style = fill("report.css", LEVELS=_levels())
    page = fill(
        "report.html",
        TITLE=join(f"{training.net.sizes} on {about}"),
        STYLE=style,
        STYLE_HASH=digest(style),
        FACTS=facts(training),
        CONTENTS=join(*(element("a", name, href=f"#{_id(name)}") for name in sections)),
        SECTIONS=join(
            *(
                element("section", element("h2", name), *body, id=_id(name))
                for name, body in sections.items()
            )
        ),
    )
    return files.write(path, page)


def facts(training: Training) -> Markup:
    """Return the run in six numbers."""
    best, last = training.best_epoch, training.history[-1]
    shown = {
        "best accuracy": f"{100 * best['correct'] / best['total']:.2f} %",
        "in epoch": str(best["epoch"]),
        "scored examples": f"{best['total']:,}",
        "epochs": str(len(training.history)),
        "last training cost": f"{last['cost']:.4g}",
        "parameters": f"{sum(p.size for p in (*training.net.w, *training.net.b)):,}",
    }
    pairs = (element("div", element("dt", k), element("dd", v)) for k, v in shown.items())
    return element("dl", *pairs, class_="facts")


def weights_of(training: Training) -> Markup:
    """Return of which epoch the weights are that a section looks at, and how many it had right."""
    shown, best = training.shown_epoch, training.best_epoch
    which = "best" if shown is best else "last"
    told = f"With the weights of epoch {shown['epoch']}, the {which}: "
    told += f"{shown['correct']:,} of {shown['total']:,} are right."
    if shown is not best:
        told += f" The best was epoch {best['epoch']}, with {best['correct']:,}."
    return element("p", told)


def architecture(net: Network) -> list[Markup]:
    """Return the layers as a row of boxes and as a table of shapes."""
    names = [net.activation.name] * (len(net.w) - 1) + [net.output.name]
    boxes = [("input", net.sizes[0]), *zip(names, net.sizes[1:], strict=True)]
    rows = [
        [str(i + 2), name, f"{w.shape[0]} × {w.shape[1]}", f"{w.shape[0]} × 1",
         f"{w.size + b.size:,}"]
        for i, (name, w, b) in enumerate(zip(names, net.w, net.b, strict=True))
    ]  # fmt: skip
    return [
        element("p", f"Each layer computes a = f(w a + b); the cost is {net.cost.name}."),
        element(
            "ul",
            *(element("li", element("b", n), element("span", name)) for name, n in boxes),
            class_="flow",
        ),
        table(["layer", "f", "w", "b", "parameters"], rows, "Shapes of the layers"),
    ]


def curves(history: list[dict[str, Any]]) -> list[Markup]:
    """Return accuracy and cost against the epoch, drawn for a light and for a dark page."""
    epochs = [e["epoch"] for e in history]
    accuracy = [100 * e["correct"] / e["total"] for e in history]
    cost = [e["cost"] for e in history]
    return [
        element(
            "p",
            "After each epoch: right answers on the examples held back, cost on the training data.",
        ),
        element(
            "div",
            chart(
                epochs, accuracy, "accuracy, %", 1, f"from {accuracy[0]:.2f} to {accuracy[-1]:.2f}"
            ),
            chart(epochs, cost, "training cost C", 2, f"from {cost[0]:.4g} to {cost[-1]:.4g}"),
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
    head = ["is \\ taken for", *map(str, range(classes)), "right"]
    return [
        element("p", "A row is what the digit is, a column what the network takes it for."),
        table(head, rows, "Confusion matrix", class_="confusion"),
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
        return [element("p", f"None: all {len(labels):,} are right.")]
    side = math.isqrt(len(inputs))
    order = wrong[np.argsort(-outputs[taken[wrong], wrong], kind="stable")][:MOST_DIGITS]
    told = f"{wrong.size:,} of {len(labels):,} are wrong"
    if wrong.size > len(order):
        told += f"; these are the {len(order)} of which the network was surest"
    if side * side != len(inputs):
        return [element("p", f"{told}. The examples are no square pictures.")]
    items = []
    for i in order:
        name = f"a {labels[i]}, taken for {taken[i]}"
        image = picture(grey_png(inputs[:, i].reshape(side, side)), "png", name)
        words = join(element("b", f"{labels[i]} → {taken[i]}"), f" {outputs[taken[i], i]:.2f}")
        items.append(element("li", element("figure", image, element("figcaption", words))))
    return [
        element("p", f"{told}. Below each: what it is → what it was taken for, and that output."),
        element("ul", *items, class_="digits"),
    ]


def differences(net: Network, x: Array, y: Array) -> list[Markup]:
    """Return autograd's largest relative difference from each equation by hand, per layer."""
    try:
        found = compare(net, x, y)
    except ValueError as error:
        return [element("p", f"Not compared: {error}.")]
    if not finite(found):
        return [element("p", "Not compared: the trained weights give numbers that are not finite.")]
    names = ("BP1", "BP2", "BP3", "BP4")
    by_layer: dict[int, dict[str, float]] = {}
    for d in found:
        by_layer.setdefault(d.layer, {})[d.equation] = d.relative
    rows = [
        [str(k), *(f"{row[n]:.1e}" if n in row else "–" for n in names)]
        for k, row in by_layer.items()
    ]
    good = all(d.relative <= BOUND for d in found)
    return [
        element(
            "p",
            f"Autograd against the equations worked out by hand, on the trained weights and "
            f"{x.shape[1]} examples: the largest relative difference. They "
            f"{'agree' if good else 'DIFFER'} (bound {BOUND:.0e}).",
        ),
        table(["layer", *names], rows, "Differences from BP1 to BP4"),
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
    head = ["layer", "‖δ‖", "‖dC/dw‖", "‖w‖", "mean σ'", "factor", "at most"]
    return [
        element(
            "p",
            f"Norms over {x.shape[1]} examples. The factor is ‖δ‖ over that of the next layer; by "
            f"BP2 it is at most ‖w‖ of the next layer times the largest σ'. Below 1 the gradient "
            f"shrinks on its way to the input.",
        ),
        table(head, rows, "Gradient flow"),
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
    told = element(
        "p", "Every node with its value and its gradient, from the inputs to the cost C."
    )
    listed = element(
        "details",
        element("summary", "The same in words"),
        element("pre", words, tabindex="0", role="region", aria_label="Graph in words"),
    )
    try:
        image = picture(drawn.svg().encode(), "svg+xml", "Backward graph; its words follow")
    except (DrawingError, OSError) as error:
        return [element("p", f"No picture: {error}"), listed]
    size = element("input", type="checkbox", id="natural", class_="natural")
    label = element("label", " Natural size, to be scrolled", for_="natural")
    frame = element("div", image, class_="picture", tabindex="0", role="region",
                    aria_label="Backward graph, scrollable")  # fmt: skip
    return [told, size, label, frame, listed]


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")
