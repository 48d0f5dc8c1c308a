"""The likely slips of a back-propagation by hand, as what each would have given instead.

A slip is a small change of the right formula: a transpose left out, a sign turned, the derivative of
the activation forgotten, `=` written for `+=`. For a quantity that came out wrong, each function
here yields slips with the number the slip leads to; the one that gives exactly the wrong number is
the likely cause. `of_network` knows the formulas BP1 to BP4, `of_graph` those of any graph's edges,
`of_anything` what needs no formula.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autodiff.drawing.naming import Names, called
from autodiff.graphs.graph import Edge, Graph
from autodiff.graphs.order import flows
from autodiff.table.language import say
from autodiff.table.primitive import TABLE, Pointwise
from autodiff.table.quiet import SILENT, now, put
from autodiff.table.structure import sum_to

Slip = tuple[str, Any]

# What is written for a (1 - a), the slope of sigma in terms of its own value.
SLOPES: dict[str, Callable[[Any], Any]] = {
    "{a}": lambda a: a, "1 - {a}": lambda a: 1 - a, "{a} * {a}": lambda a: a * a,
    "{a} * (1 + {a})": lambda a: a * (1 + a), "1 - {a} * {a}": lambda a: 1 - a * a,
    "exp(-{a})": lambda a: np.exp(-a),
}  # fmt: skip


def of_anything(right: Any, sizes: Iterable[int] = ()) -> Iterator[Slip]:
    """Yield the slips that change a quantity as a whole; `sizes` are what N may be."""
    yield say("slip.sign"), -right
    if np.ndim(right) == 2:
        yield say("slip.transpose"), np.transpose(right)
    yield say("slip.zero"), 0.0 * right
    yield say("slip.twice"), 2.0 * right
    yield say("slip.half"), 0.5 * right
    for n in sorted(set(sizes) - {1, 2}):
        yield say("slip.not_divided", n=n), n * right
        yield say("slip.divided_twice", n=n), right / n


def of_others(name: str, others: Mapping[str, Any]) -> Iterator[Slip]:
    """Yield the slip of taking another quantity of the same kind for this one."""
    for other, value in others.items():
        if other != name:
            key = "slip.other" if "^" in name else "slip.other_quantity"
            yield say(key, other=other), value


def of_network(
    kind: str,
    i: int,
    run: Any,
    weights: Sequence[Any] | None,
    primes: Sequence[Any] | None,
    primes_at_a: Sequence[Any] | None,
) -> Iterator[Slip]:
    """Yield the slips of BP1 to BP4 for one quantity; `run` holds the right z, a, delta.

    `kind` is "delta", "nabla_b" or "nabla_w" and `i` its place in the lists. `primes` are
    sigma'(z) of each layer, `primes_at_a` the same function taken at a by mistake.
    """
    delta = [np.asarray(d) for d in run.delta]
    m = delta[i].shape[1]
    if kind == "delta":
        yield from _delta(i, run, delta, weights, primes, primes_at_a)
        return
    single = [("last", slice(m - 1, m)), ("first", slice(0, 1))] if m > 1 else []
    if kind == "nabla_b":
        for scale in (1.0 / m, 1.0):
            yield say("slip.no_batch_sum"), scale * delta[i]
            for which, k in single:
                yield _assigned(which), scale * delta[i][:, k]
        yield say("slip.axis"), delta[i].sum(axis=0, keepdims=True) / m
        return
    a = [np.asarray(v) for v in run.a]
    for scale in (1.0 / m, 1.0):
        for which, k in single:
            yield _assigned(which), scale * delta[i][:, k] @ a[i][:, k].T
    for j, other in enumerate(a):
        if j != i:
            yield (
                say("slip.wrong_activation", found=j + 1, right=i + 1),
                delta[i] @ other.T / m,
            )
    for j, other in enumerate(delta):
        if j != i:
            yield say("slip.wrong_delta", found=j + 2, right=i + 2), other @ a[i].T / m
    if i > 0:
        yield say("slip.z_for_a", layer=i + 1), delta[i] @ np.asarray(run.z[i - 1]).T / m
    summed = np.broadcast_to(delta[i].sum(axis=1, keepdims=True) / m, np.shape(run.nabla_w[i]))
    yield say("slip.no_activation"), summed
    if weights is not None:
        said = say("slip.weights_for_activation", layer=i + 2, below=i + 1)
        yield said, summed * np.asarray(weights[i])


def _assigned(which: str) -> str:
    return say("slip.assigned", which=say(f"slip.{which}"))


def _delta(
    i: int,
    run: Any,
    delta: list[Any],
    weights: Sequence[Any] | None,
    primes: Sequence[Any] | None,
    primes_at_a: Sequence[Any] | None,
) -> Iterator[Slip]:
    last = i == len(delta) - 1
    back = None
    if not last and weights is not None:
        w = [np.asarray(v) for v in weights]
        back = w[i + 1].T @ delta[i + 1]
    elif last and primes is not None:
        back = np.divide(delta[i], primes[i], out=np.zeros_like(delta[i]), where=primes[i] != 0)
    if back is None:
        return
    yield say("slip.no_prime", layer=i + 2), back
    if primes is None:
        return
    if not last:
        ahead = np.divide(
            delta[i + 1], primes[i + 1], out=np.zeros_like(delta[i + 1]), where=primes[i + 1] != 0
        )
        yield say("slip.no_prime", layer=i + 3), (w[i + 1].T @ ahead) * primes[i]
    if primes_at_a is not None:
        yield say("slip.prime_at_a", layer=i + 2), back * primes_at_a[i]
    yield say("slip.prime_twice", layer=i + 2), delta[i] * primes[i]
    if len(run.a) > i + 1:
        a = np.asarray(run.a[i + 1])
        for slope, wrong in SLOPES.items():
            said = slope.format(a=f"a^{i + 2}")
            yield say("slip.slope", slope=said, layer=i + 2), back * wrong(a)
    for j, other in enumerate(primes):
        if j != i and np.shape(other) == np.shape(back):
            yield say("slip.wrong_prime", found=j + 2, right=i + 2), back * other
    if last:
        return
    yield (
        say("slip.no_weights", layer=i + 3),
        delta[i + 1] * _if_fits(delta[i + 1], primes[i]),
    )
    for j, v in enumerate(w):
        if j == i + 1 and v.shape[0] == v.shape[1]:
            yield say("slip.untransposed", layer=i + 3), (v @ delta[j]) * primes[i]
        elif j != i + 1 and v.T.shape == w[i + 1].T.shape:
            wrong = (v.T @ delta[i + 1]) * primes[i]
            yield say("slip.wrong_weights", found=j + 2, right=i + 3), wrong


def _if_fits(a: Any, b: Any) -> Any:
    return b if np.shape(a) == np.shape(b) else np.nan


def of_graph(graph: Graph, id: int, grads: Mapping[int, Any]) -> Iterator[Slip]:
    """Yield the slips at a node of any graph; `grads` are the right gradients by id."""
    names = called(graph)
    edges = [e for e in graph.users[id] if flows(graph, e) and e.target in grads]
    parts = [graph.send(e, grads[e.target]) for e in edges]
    whole = sum(parts)
    for edge, part in zip(edges, parts, strict=True):
        node = graph[edge.target]
        upstream = grads[edge.target]
        if len(edges) > 1:
            yield say("slip.one_path", node=names[node.id]), part
            yield say("slip.path_missing", node=names[node.id]), whole - part
        if isinstance(node.primitive, Pointwise):
            rest = whole - part
            local = graph.local(edge)
            shape = graph[id].shape
            yield (
                say("slip.no_local", op=node.op, node=names[node.id]),
                (rest + _to(upstream, shape)),
            )
            if node.primitive.arity == 1:
                rule = node.primitive.partials[0]
                assert rule is not None
                warned = now()
                try:
                    put(SILENT)
                    y = np.asarray(node.value)
                    at_y = rule(node.primitive.number(y), y)
                finally:
                    put(warned)
                yield say("slip.at_result", op=node.op), rest + upstream * at_y
            if node.shape != shape:
                stretched = upstream * local
                yield say("slip.stretched"), stretched
                axis = next(k for k in range(-1, -len(node.shape) - 1, -1) if node.shape[k] != 1)
                for which, k in (("last", -1), ("first", 0)):
                    one = np.take(stretched, [k], axis=axis)
                    yield say("slip.part", which=say(f"slip.{which}")), one
        elif node.op == "matmul":
            yield from _product(graph, edge, upstream, names)


def farther_on(graph: Graph, id: int, grads: Mapping[int, Any]) -> Iterator[Slip]:
    """Yield the slips on the paths from a number: a factor is missing, or a slope is there twice."""
    if any(n.shape != () for n in graph):
        return
    names = called(graph)
    moved = {id: 1.0}  # d node / d id
    for node in graph.nodes[id + 1 :]:
        for k, source in enumerate(node.operands):
            edge = Edge(source, node.id, k)
            if source not in moved or node.id not in grads or not flows(graph, edge):
                continue
            local = graph.local(edge)
            moved[node.id] = moved.get(node.id, 0.0) + moved[source] * local
            if abs(local) == 1.0:
                continue
            part = moved[source] * local * grads[node.id]
            rest = grads[id] - part
            said = {"op": node.op, "node": names[node.id]}
            yield say("slip.no_local", **said), rest + moved[source] * grads[node.id]
            if len(node.operands) == 1:
                yield say("slip.local_twice", **said), rest + part * local
                sent = moved[source] * float(node.value) * grads[node.id]
                yield say("slip.value_for_slope", **said), rest + sent


def _product(graph: Graph, edge: Edge, upstream: Any, names: Names) -> Iterator[Slip]:
    """Yield the slips of a matrix product: no transpose, or another factor."""
    node = graph[edge.target]
    other = graph[node.operands[1 - edge.index]]
    factor = np.asarray(other.value)
    if factor.ndim != 2 or np.ndim(upstream) != 2:
        return
    if factor.shape[0] == factor.shape[1]:
        wrong = upstream @ factor if edge.index == 0 else factor @ upstream
        yield say("slip.node_untransposed", node=names[other.id]), wrong
    for n in graph:
        if n.id != other.id and n.shape == other.shape and n.id != edge.source:
            x = np.asarray(n.value).T
            yield (
                say("slip.wrong_node", found=names[n.id], right=names[other.id]),
                (upstream @ x if edge.index == 0 else x @ upstream),
            )


def _to(x: Any, shape: tuple[int, ...]) -> Any:
    return sum_to(np.asarray(x), shape) if np.shape(x) != shape else x


def slopes(activation: Any, points: Sequence[Any]) -> list[Any] | None:
    """Return the derivative of each layer's activation at an array; None if it is not known.

    `activation` is the name of a row of the table, or a list of names, one a layer.
    """
    if activation is None:
        return None
    names = [activation] * len(points) if isinstance(activation, str) else list(activation)
    found = []
    for name, x in zip(names, points, strict=True):
        row = TABLE.get(name)
        if not isinstance(row, Pointwise) or row.arity != 1:
            return None
        rule = row.partials[0]
        assert rule is not None
        x = np.asarray(x)
        found.append(np.broadcast_to(rule(row.array(x), x), x.shape))
    return found
