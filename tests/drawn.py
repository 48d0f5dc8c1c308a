"""Graphs that the tests of pictures draw, and how they read a picture back."""

import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.drawing import Picture, draw

SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Picture:
    """A neuron with each kind of node, a scope, and operations whose operands keep their order."""
    w, b = ad.Value(2.0, name="w"), ad.Value(-1.0, name="b")
    x = ad.constant(0.5, name="x")
    with ad.scope("neuron"):
        z = w * x - b / 3
        a = ad.sigmoid(z)
    cost = (a - 1) ** 2
    cost.backward()
    return draw(cost, names={"z": z, "a": a, "C": cost})


def layer() -> Picture:
    """A layer of arrays."""
    W = ad.Tensor(np.arange(6.0).reshape(2, 3) / 10, name="W")
    b = ad.Tensor(np.array([[0.1], [-0.2]]), name="b")
    x = ad.constant(np.array([[1.0], [2.0], [-1.0]]), name="x")
    with ad.scope("layer1"):
        a = ad.tanh(W @ x + b)
    y = (a * a).sum()
    y.backward()
    return draw(y, names={"a": a, "y": y})


def square() -> Picture:
    """An operand that is used twice, before any backward."""
    x = ad.Value(3.0, name="x")
    return draw(x * x)


def strange() -> Picture:
    """Gradients that are 0, infinite, not a number, and not computed."""
    x, y, z = (ad.Value(v, name=n) for v, n in ((0.0, "x"), (0.0, "y"), (2.0, "z")))
    total = ad.sqrt(x) + ad.relu(y) + z * float("nan")
    total.backward()
    return draw(total, ad.exp(z), rankdir="TB")


def micrograd() -> Picture:
    """micrograd's two boxes an operation."""
    a, b = ad.Value(2.0, name="a"), ad.Value(-3.0, name="b")
    e = a - b
    e.backward()
    return draw(e, style="micrograd", theme="print")


PICTURES = {f.__name__: f for f in (neuron, layer, square, strange, micrograd)}


def random_graph(seed: int, size: int = 40, whole: bool = False, scopes: bool = False) -> ad.Value:
    """A random graph of Values, after a backward; `whole` makes every node count.

    With `scopes` its operations stand in scopes, some in scopes of scopes, entered again and again.
    """
    choose = random.Random(seed)
    places = random.Random(seed + 1)
    nodes: list[Any] = [ad.Value(choose.uniform(-2, 2), name=f"x{i}") for i in range(4)]
    while len(nodes) < size:
        a, b = choose.choice(nodes), choose.choice(nodes)
        kind = choose.randrange(7)
        place = places.choice(("", "encoder", "decoder", "decoder/head", "head")) if scopes else ""
        with ExitStack() as inside:
            for name in filter(None, place.split("/")):
                inside.enter_context(ad.scope(name))
            nodes.append(_operation(kind, a, b))
    y = ad.sum(nodes if whole else nodes[-6:])
    y.backward()
    return y


def _operation(kind: int, a: ad.Value, b: ad.Value) -> ad.Value:
    made: list[Callable[[], ad.Value]] = [
        lambda: a + b,
        lambda: a - b,
        lambda: a * b,
        lambda: a / (b * b + 1.0),
        lambda: ad.sum([a, b, a]),
        lambda: ad.sin(a),
        lambda: ad.tanh(a * 0.5),
    ]
    return made[kind]()


def perceptrons(samples: int, sizes: tuple[int, ...] = (2, 16, 16, 1)) -> ad.Value:
    """The loss of a network of Values over many examples: many equal siblings."""
    rng = random.Random(0)
    layers = [
        [([ad.Value(rng.gauss(0, 1)) for _ in range(m)], ad.Value(0.0)) for _ in range(n)]
        for m, n in pairwise(sizes)
    ]
    losses = []
    for _ in range(samples):
        a: list[Any] = [rng.random() for _ in range(sizes[0])]
        for neurons in layers:
            a = [ad.tanh(ad.dot(w, a) + b) for w, b in neurons]
        losses.append((a[0] - 1.0) ** 2)
    y = ad.sum(losses)
    y.backward()
    return y


def forms(picture: Picture) -> str:
    """Return one hash of all that a picture says and draws."""
    tikz = picture._bytes(".tikz", picture.composition, None)
    said = f"{picture.svg()}{picture.to_text()}{picture.to_tree()}{picture.source}".encode()
    return sha256(said + tikz).hexdigest()


def parsed(svg: str) -> ET.Element:
    """Return the root of an SVG; fails where it is not well-formed."""
    return ET.fromstring(svg)


def titles(root: ET.Element, css: str) -> list[str]:
    """Return the tooltips of the groups with a class."""
    found = []
    for group in root.iter(f"{SVG}g"):
        if css in group.get("class", "").split():
            title = group.find(f"{SVG}title")
            if title is not None:  # the legend's samples have none
                found.append(title.text or "")
    return found


def dot_counts(source: str) -> tuple[int, int]:
    """Return how many nodes and how many edges a DOT text states."""
    nodes = re.findall(r"^  [nog]\d+ \[", source, re.M)
    edges = re.findall(r"^  [nog]\d+ -> ", source, re.M)
    return len(nodes), len(edges)
