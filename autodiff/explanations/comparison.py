"""Three ways to a gradient held against each other: autograd, by hand, and numbers.

The quantities are compared in the order in which they are computed, since one slip spoils all that
comes after it: the FIRST quantity that parts is where it was made. There the likely slips are tried
(see `slips`), and the one that gives the very number found is named. A third witness, finite
differences, tells which of the two is right.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import gradient
from autodiff.explanations import slips
from autodiff.explanations.layers import place, run_of
from autodiff.explanations.notation import book_name, renamed
from autodiff.explanations.slips.quantities import quantities
from autodiff.explanations.steps import short
from autodiff.graphs.graph import Graph
from autodiff.graphs.order import backward_order
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.language import padded, say

Array = np.ndarray[Any, Any]
ADVICE = "Give names=locals(), or name the nodes"


@dataclass(frozen=True, eq=False)
class Row:
    """One quantity as each witness has it; differences are relative to its largest element."""

    name: str
    layer: int | None
    autograd: Any
    by_hand: Any
    numeric: Any
    difference: float
    numeric_difference: float | None
    agrees: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """All quantities side by side, the first that parts, and the likely slips behind it."""

    rows: tuple[Row, ...]
    slips: tuple[str, ...]
    verdict: str

    @property
    def agrees(self) -> bool:
        """Whether all quantities agree."""
        return all(row.agrees for row in self.rows)

    @property
    def first(self) -> Row | None:
        """The first quantity that parts, in the order of computing; None if all agree."""
        return next((row for row in self.rows if not row.agrees), None)

    @property
    def slip(self) -> str | None:
        """The likeliest slip, None if none fits or none was made."""
        return self.slips[0] if self.slips else None

    @property
    def text(self) -> str:
        """The comparison as text: a line each, then what it says."""
        wide = max([8, *(len(r.name) for r in self.rows)])
        heads = (padded(say(f"compare.{k}"), -18) for k in ("by_hand", "numeric"))
        lines = ["  ".join([padded(say("compare.quantity"), wide), *heads])]
        for r in self.rows:
            numeric = "" if r.numeric_difference is None else apart(r.numeric_difference)
            mark = "" if r.agrees else f"   {say('compare.parts')}"
            lines.append(f"{r.name:<{wide}}  {apart(r.difference):>18}  {numeric:>18}{mark}")
        return "\n".join([*(line.rstrip() for line in lines), self.verdict])

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def apart(difference: float) -> str:
    """Return a difference to two digits, a plain 0 where not a bit differs.

    >>> apart(0.0), apart(2.2e-16)
    ('0', '2.2e-16')
    """
    return f"{difference:.1e}" if difference else "0"


def compare(
    *,
    autograd: Any,
    by_hand: Any,
    numeric: Any = None,
    weights: Sequence[Any] | None = None,
    activation: str | Sequence[str] | None = None,
    names: Mapping[str, Any] | None = None,
    rtol: float = 1e-9,
    numeric_rtol: float = 1e-4,
) -> Comparison:
    """Hold a gradient by hand against autograd's and against numbers; name the first slip.

    `autograd` is the loss itself (then `by_hand` maps labels of its nodes, such as those of
    `names`, to their gradients), or a mapping of names to quantities, or a run: an object with
    lists z, a, delta, nabla_b and nabla_w over the layers, as back-propagation keeps them (a has
    the input in front). `by_hand` and `numeric` are alike; what one lacks is left out. For runs,
    `weights` and the `activation`'s name let the slips of BP1 to BP4 be told. The loss of a network
    may be held against a run, too, in the letters of the book, of the notes or of the lecture.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> result = compare(autograd=w * x * w, by_hand={"w": 1.0, "x": 4.0})
    >>> result.first.name, result.slip
    ('w', '= instead of +=: only the part that comes through w·x is left')
    """
    graph = None
    if isinstance(autograd, Value | Tensor):
        graph = Graph(autograd, names=names)
        if isinstance(by_hand, Mapping):
            right = _gradients(graph, autograd)
        else:
            autograd, graph = run_of(graph, autograd), None
            weights = autograd.weights if weights is None else weights
            activation = autograd.activations if activation is None else activation
    if graph is None:
        right = quantities(autograd, "autograd")
    hand, counted = quantities(by_hand, "by_hand"), quantities(numeric, "numeric")
    if graph is not None:
        hand, counted = (_as_labelled(given, right) for given in (hand, counted))
        own = [node.name for node in graph]  # not the numbers v1, v2, ... that the picture gives
        if twice := [n for n in hand if own.count(n) > 1]:
            raise ValueError(
                f"compare: {own.count(twice[0])} nodes are called {twice[0]!r}: give each a name of "
                "its own, or say with names= which is meant"
            )
        if unknown := [n for n in hand if n not in right]:
            raise ValueError(
                f"compare: the graph has no node called {', '.join(map(repr, unknown))}; it has "
                f"{', '.join(map(repr, right))}. {renamed(unknown[0]) or ADVICE}"
            )
    common = [
        name for name in (right if graph is not None else hand) if name in right and name in hand
    ]
    if not common:
        raise ValueError("compare: autograd and by_hand have no quantity of the same name")
    rows = tuple(_row(n, right[n], hand[n], counted.get(n), rtol) for n in common)
    first = next((r for r in rows if not r.agrees), None)
    if first is None:
        return Comparison(rows, (), say(f"compare.all{'_one' * (len(rows) == 1)}", n=len(rows)))
    candidates: list[slips.Slip] = []
    if graph is not None:
        grads = {n.id: right[n.label] for n in graph if n.label in right}
        id = next(n.id for n in graph if n.label == first.name)
        candidates += [*_layer(graph, autograd, id), *slips.of_graph(graph, id, grads)]
        sizes = {k for n in graph for k in n.shape}
    elif "^" in first.name and hasattr(autograd, "delta"):
        candidates += _network(first.name, autograd, weights, activation)
        sizes = {np.shape(autograd.delta[0])[1]}
    else:
        sizes = {k for v in right.values() for k in np.shape(v)}
    whole = list(slips.of_anything(np.asarray(first.autograd), sizes))
    alike = {k: v for k, v in right.items() if k.partition("^")[0] == first.name.partition("^")[0]}
    candidates += whole
    if graph is not None:
        candidates += slips.farther_on(graph, id, grads)
    candidates += slips.of_others(first.name, alike if "^" in first.name else right)
    found = tuple(dict.fromkeys(_matching(first, candidates)))
    return Comparison(rows, found, _verdict(first, found, numeric_rtol))


def _as_labelled(given: dict[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """Return quantities by the graph's labels where they came by the letters of another document."""
    found = {}
    for name, value in given.items():
        node = re.sub(
            "^nabla_|^delta(?=\\^)", lambda m: "z" if m[0] == "delta" else "", book_name(name)
        )
        found[node if name not in right and node in right else name] = value
    return found


def _gradients(graph: Graph, y: Any) -> dict[str, Any]:
    """Return the gradients of all nodes by label, in the order in which backward completes them."""
    ids = backward_order(graph)
    ids += [n.id for n in reversed(graph.nodes) if n.kind == "parameter"]
    found = gradient(y, [graph[i].live for i in ids])
    return {graph[i].label: g for i, g in zip(ids, found, strict=True)}


def _row(name: str, right: Any, hand: Any, counted: Any, rtol: float) -> Row:
    difference = distance(hand, right)
    numeric = None if counted is None else distance(counted, right)
    head, _, layer = name.partition("^")
    number = int(layer) if head and layer.isdigit() else None
    return Row(name, number, right, hand, counted, difference, numeric, difference <= rtol)


def distance(a: Any, b: Any) -> float:
    """Return the largest difference of two arrays, relative to their largest element."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        return np.inf
    if a.size == 0 or np.array_equal(a, b, equal_nan=True):
        return 0.0
    gap = float(np.max(np.abs(a - b)))
    scale = max(float(np.max(np.abs(a))), float(np.max(np.abs(b))))
    return gap / scale if np.isfinite(gap) and scale > 0 else np.inf


def _network(
    name: str, run: Any, weights: Sequence[Any] | None, activation: str | Sequence[str] | None
) -> Iterator[slips.Slip]:
    kind, _, layer = name.partition("^")
    if kind in ("z", "a") and weights is not None and int(layer) > 1:
        yield from slips.of_forward(kind, int(layer) - 2, run, weights, activation)
    elif kind in ("delta", "nabla_b", "nabla_w"):
        primes = slips.slopes(activation, run.z)
        whole = len(run.a) == len(run.z) + 1  # the last activation need not be there
        at_a = slips.slopes(activation, run.a[1:]) if whole else None
        yield from slips.of_network(kind, int(layer) - 2, run, weights, primes, at_a)


def _layer(graph: Graph, y: Any, id: int) -> Iterator[slips.Slip]:
    """Yield the slips of BP1 to BP4 for a node that is called by its layer's number."""
    found, number = place(graph, id), re.fullmatch(r".*\^\(?(\d+)\)?", graph[id].label)
    if found is None or number is None or int(number[1]) != found[1] + 2:
        return
    try:
        run = run_of(graph, y)
    except ValueError:  # a layer without a bias
        return
    kind, i = found
    scale = run.delta[i].shape[1] if kind == "delta" else 1
    for said, value in _network(f"{kind}^{i + 2}", run, run.weights, run.activations):
        yield said, value / scale


def _matching(row: Row, candidates: list[slips.Slip]) -> Iterator[str]:
    """Yield the slips that give the number found, and would not have given the right one."""
    for name, value in candidates:
        if distance(value, row.by_hand) <= 1e-8 and distance(value, row.autograd) > 1e-8:
            yield name
    a, b = np.asarray(row.autograd, dtype=float), np.asarray(row.by_hand, dtype=float)
    if a.shape == b.shape and np.any(a):
        ratio = float(np.vdot(a, b) / np.vdot(a, a))
        if np.isfinite(ratio) and distance(ratio * a, b) <= 1e-8 and ratio not in (-1.0, 2.0, 0.5):
            shown = f"{ratio:.6g}"
            yield say("slip.rounded") if shown == "1" else say("slip.factor", ratio=shown)


def _verdict(row: Row, found: tuple[str, ...], numeric_rtol: float) -> str:
    where = say("compare.layer", layer=row.layer) if row.layer is not None else ""
    said = say("compare.first", name=row.name, where=where)
    a, b = np.shape(row.autograd), np.shape(row.by_hand)
    if a != b:
        said += say("compare.shapes", hand=b, right=a)
    elif np.size(row.autograd) == 1:
        said += say("compare.numbers", hand=short(row.by_hand), right=short(row.autograd))
    blame = "by hand"
    if row.numeric is not None and row.numeric_difference is not None:
        of_hand = distance(row.numeric, row.by_hand)
        if row.numeric_difference <= numeric_rtol:
            said += say("compare.sides_right")
        elif of_hand <= numeric_rtol:
            said += say("compare.sides_hand")
            blame = "autograd"
        else:
            said += say("compare.sides_neither")
    if not found or blame == "autograd":
        return said + ("" if found else say("compare.no_slip"))
    return said + say("compare.slip", slip=found[0])
