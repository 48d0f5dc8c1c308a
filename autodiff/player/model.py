"""What a live page is given of a graph: operations, operands, numbers, names, and the guards.

A graph of arrays is taken through the lens: it becomes the graph of the numbers that its arrays are
made of. `record` calls a function of numbers while it is watched, so that the choices which its
Python makes (`if x > 0`, `float(x)`) go with the graph: past one of them the page stops and says so.
"""

import inspect
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from autodiff.drawing.escape import clean
from autodiff.drawing.view import adopted
from autodiff.explanations.expansion import expand
from autodiff.graphs.callers import named, snapshot
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.nodes.watching import watch
from autodiff.player.folds import folds
from autodiff.player.frozen import Choice
from autodiff.printers.javascript import carried, table
from autodiff.table.primitive import TABLE

MOST_NODES = 6000

Guard = tuple[str, Any, Any, bool]


Homes = dict[Any, tuple[Any, tuple[int, ...]]]  # a number of an array, the array, and its place


def record(
    f: Callable[..., Any], args: tuple[Any, ...], numbers: Mapping[str, float] | None = None
) -> tuple[Value, list[Guard]]:
    """Call f on numbers (or arrays, lists, dicts of them) and return its node and its guards.

    Each number becomes a leaf that is called as the parameter of f is, `w` or `w[0,1]`; `numbers`
    by these names stand in place of those in `args`.
    """
    try:
        names = [p.name for p in inspect.signature(f).parameters.values()]
    except (TypeError, ValueError):
        names = []
    names += [f"x{i}" for i in range(len(names), len(args))]
    moved = numbers or {}
    given = [_leaves(arg, name, moved) for name, arg in zip(names, args, strict=False)]
    guards: list[Guard] = []
    with watch(guards):
        y = f(*given)
    if isinstance(y, np.ndarray) and y.size == 1:
        y = y.item()
    if not isinstance(y, Value):
        raise TypeError(
            f"play: {getattr(f, '__name__', 'the function')} returned {type(y).__name__} {y!r:.60}; "
            f"it must return one number that was computed from its arguments"
        )
    return y, guards


def _leaves(x: Any, name: str, moved: Mapping[str, float]) -> Any:
    """Return numbers as leaves that are called by their place: `w`, `w[0,1]`, `w[0][1]`, `w.b`."""
    if isinstance(x, dict):
        return {k: _leaves(v, f"{name}.{k}", moved) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return type(x)(_leaves(v, f"{name}[{i}]", moved) for i, v in enumerate(x))
    array = np.asarray(x, dtype=float)
    made = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        label = f"{name}[{','.join(map(str, index))}]" if index else name
        made[index] = Value(moved.get(label, float(array[index])), name=label)
    return made if array.ndim else made.item()


def scalar_graph(
    y: Any, names: Any = None, also: tuple[Value, ...] = (), homes: Homes | None = None
) -> Graph:
    """Return the graph of single numbers of y; arrays are taken apart, element by element.

    `homes` is told for each number of an array which array's it is, and where it stands.
    """
    if not isinstance(y, Tensor):
        graph = snapshot(y, *also, names=names)
        if not any(isinstance(node, Tensor) for node in graph.live):
            return graph
        raise ValueError(
            "play: numbers and arrays are mixed in this graph: play the loss of the arrays alone"
        )
    if y.size != 1:
        raise ValueError(
            f"play: the output has shape {y.shape}: play a single number, such as its .sum()"
        )
    graph = snapshot(y, names=names)
    leaves = [n.live for n in graph if not n.operands]
    apart = expand(y, leaves, names=named(names))
    output = apart.output.reshape(-1)[0]
    if not isinstance(output, Value):
        empty = next(n for n in graph if 0 in n.shape)
        raise ValueError(
            f"play: {empty.label} has shape {empty.shape}, so it holds no number, and nothing of this "
            f"graph can be moved; give its arrays at least one element"
        )
    if homes is not None:
        for leaf, numbers in zip(leaves, apart.inputs.values(), strict=True):
            homes.update((numbers[at], (leaf, at)) for at in np.ndindex(numbers.shape))
    return Graph(output, names={graph[y].label: output})


def model(graph: Graph, guards: list[Guard] | None = None) -> dict[str, Any]:
    """Return the graph as data for the page; its first output is what is differentiated.

    A ValueError says if it is too large, or holds an operation that is Python of the user's own.
    """
    if len(graph) > MOST_NODES:
        raise ValueError(
            f"play: the graph has {len(graph):,} numbers, more than a page can show alive (at most "
            f"{MOST_NODES:,}); play a part of it, such as one neuron or one example"
        )
    known = set(carried())
    for node in graph:
        if node.op and (node.op not in known or node.primitive is not TABLE[node.op]):
            raise ValueError(
                f"play: the operation {node.op} is Python of your own, which no page can run; "
                f"ad.draw(y).save('page.html') steps through the recording as it is"
            )
    end = graph.outputs[0]
    inside = _ancestors(graph, end)
    scopes = homes(graph)
    decided = _decided(graph)
    folded = folds(graph, {i for i in inside if i not in decided})
    return {
        "end": end,
        "nodes": [
            _node(node, node.id in inside, scopes[node.id], node.id in decided) for node in graph
        ],
        "guards": [_guard(graph, guard) for guard in guards or ()],
        **(folded or {}),
    }


def homes(graph: Graph) -> list[str]:
    """Return in which scope the box of each node stands."""
    found = adopted(
        [node.scope for node in graph],
        [node.kind for node in graph],
        ((e.source, e.target) for e in graph.edges),
    )
    return [clean(scope) for scope in found]


def _node(node: GraphNode, shown: bool, scope: str, decided: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": clean(node.label), "kind": node.kind, "op": node.op,
        "operands": list(node.operands), "value": number(float(node.value)),
    }  # fmt: skip
    if node.kind == "output" and not shown:
        found["kind"] = "operation"
    if node.name is not None:
        found["named"] = True
    if scope:
        found["scope"] = scope
    if decided:
        found["decided"] = True
    if not shown:
        found["aside"] = True
    return found


def _decided(graph: Graph) -> set[int]:
    """Return the plain numbers that say which way an operation goes: answers, such as that of x > 0.

    The rules of the row tell: an operand that they ask for its truth is such an answer.
    """
    found = set()
    for node in graph:
        asked = _asked(node.op) if node.op and len(node.operands) > 1 else ()
        found |= {node.operands[k] for k in asked if graph[node.operands[k]].kind == "constant"}
    return found


@cache
def _asked(op: str) -> list[int]:
    """Return which operands the partials of a row ask for their truth."""
    partials = str(table([op])[op].get("partials", [])) if op in carried() else ""
    return [int(k) for k in re.findall(r"\['truth', 'x(\d+)'\]", partials)]


def _ancestors(graph: Graph, end: int) -> set[int]:
    found, pending = {end}, [end]
    while pending:
        for i in graph[pending.pop()].operands:
            if i not in found:
                found.add(i)
                pending.append(i)
    return found


def told(graph: Graph, choices: list[Choice]) -> list[dict[str, Any]]:
    """Return the choices that a built graph was recorded with as data: text, place, guard or null."""
    return [
        {"text": clean(c["text"]), "cell": c["place"][0], "line": c["place"][1],
         "guard": c["guard"] and _guard(graph, c["guard"])}
        for c in choices
    ]  # fmt: skip


def _guard(graph: Graph, guard: Guard) -> list[Any]:
    sign, a, b, outcome = guard
    return [sign, _side(graph, a), _side(graph, b), bool(outcome)]


def _side(graph: Graph, x: Any) -> list[Any]:
    """Return one side of a comparison: the place of a node, or a plain number."""
    return [graph.ids[x], 0] if isinstance(x, Value) else [-1, number(float(x))]


def compared(guards: list[Guard]) -> tuple[Value, ...]:
    """Return the nodes that the guards compare."""
    return tuple(x for guard in guards for x in guard[1:3] if isinstance(x, Value))


def number(x: float) -> float | str:
    """Return a number for JSON, which has no infinity and no NaN: those as words."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return x
