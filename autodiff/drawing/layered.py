"""What a layered layout is made from and what it makes, as plain records of numbers.

A layout needs no program and is the same everywhere, to the bit. Boxes come in layers, each after
its operands; the words of an edge and the bends of a long edge are items of the layers between, so
that nothing covers them. `ranks` finds the layers, `order` sorts them to have few crossings,
`spread` moves them to have straight lines (`align` says what stands in one column), `routes` makes
curves of the edges, and `place` does it all, from a `Plan` to what is `Placed`. Scopes are frames
around their boxes.

These modules are written in a small subset of Python, which is printed into JavaScript: a page
lays out as Python does. The subset:

- functions of positional arguments, annotated; constants of a module; imports of such functions;
- numbers, strings, booleans, None, and lists of them (also lists of lists): `[]`, `[a, b]`,
  `[0.0] * n`, `xs[i]`, `xs[i] = v`, `xs.append(v)`, `xs.pop()`, `xs.index(v)`, `v in xs`, `len(xs)`,
  `xs[-1]` for the last;
- `+ - * /`, and `//` and `%` of whole numbers that are not negative; comparisons; `and`, `or`, `not`
  of booleans; `v if c else w`; lists are never compared, nor used as conditions;
- `if`, `elif`, `else`, `while`, `break`, `continue`, `return`, `for i in range(...)`, `for x in xs`;
- records: dataclasses with annotated fields, made with keywords, read and set by name;
- `arranged(items, key)` of `order`, a stable sort, whose JavaScript is one line.
"""

from dataclasses import dataclass


@dataclass
class Plan:
    """What is to be laid out: boxes, edges with their words, scopes; all sizes in pixels.

    Edge e runs from box `sources[e]` to box `targets[e]`; its words take `word_widths[e]` times
    `word_heights[e]`, 0 where it has none. Box i stands in scope `scopes[i]`, -1 for none; scope s
    stands in scope `parents[s]`, which is smaller than s, or in none, -1.
    """

    widths: list[float]
    heights: list[float]
    sources: list[int]
    targets: list[int]
    word_widths: list[float]
    word_heights: list[float]
    scopes: list[int]
    parents: list[int]


@dataclass
class Layers:
    """A plan cut into layers. Items are the boxes, then the bends and the words of edges.

    Item i stands in layer `layer[i]` and scope `scope[i]`; `words[i]` is the edge whose words it is,
    -1 for none. `up[i]` and `down[i]` are its neighbours in the layers before and after, an operand
    that is used twice twice; `routes[e]` is an edge's way from item to item, both boxes included,
    and `flipped[e]` says that it runs against the order, from a later layer to an earlier.
    `rows` are the items of each layer, in order.
    """

    layer: list[int]
    scope: list[int]
    words: list[int]
    up: list[list[int]]
    down: list[list[int]]
    routes: list[list[int]]
    flipped: list[bool]
    rows: list[list[int]]


@dataclass
class Placed:
    """Centres of boxes and of words, control points of the edges' curves, frames, and the size.

    `paths[e]` holds x and y of each control point in turn, from the source's side to the target's;
    `frames[s]` holds left, top, width and height of scope s.
    """

    xs: list[float]
    ys: list[float]
    word_xs: list[float]
    word_ys: list[float]
    paths: list[list[float]]
    frames: list[list[float]]
    width: float
    height: float
