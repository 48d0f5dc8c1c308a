"""The likely slips of a back-propagation by hand, as what each would have given instead.

A slip is a small change of the right formula: a transpose left out, a sign turned, the derivative of
the activation forgotten, `=` written for `+=`. For a quantity that came out wrong, each function
here yields slips with the number the slip leads to; the one that gives exactly the wrong number is
the likely cause. `of_network` knows the formulas BP1 to BP4, `of_graph` those of any graph's edges,
`of_anything` what needs no formula.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autodiff.graphs.graph import Graph
from autodiff.graphs.order import flows
from autodiff.table.primitive import TABLE, Pointwise
from autodiff.table.structure import sum_to

Slip = tuple[str, Any]


def of_anything(right: Any, sizes: Iterable[int] = ()) -> Iterator[Slip]:
    """Yield the slips that change a quantity as a whole; `sizes` are what N may be."""
    yield "sign: it is the right value times -1", -right
    if np.ndim(right) == 2:
        yield "transpose: it is the transposed of the right value", np.transpose(right)
    yield "factor 2: it is twice the right value", 2.0 * right
    yield "factor 2: it is half the right value", 0.5 * right
    for n in sorted(set(sizes) - {1, 2}):
        yield (
            f"factor 1/N: it is {n} times the right value, the division by N = {n} is missing",
            (n * right),
        )
        yield f"factor 1/N: it was divided by N = {n} once too often", right / n


def of_others(name: str, others: Mapping[str, Any]) -> Iterator[Slip]:
    """Yield the slip of taking another quantity of the same kind for this one."""
    for other, value in others.items():
        if other != name:
            yield f"wrong layer: it is {other}", value


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
            yield (
                "missing sum over the batch: each column is the part of one example",
                (scale * delta[i]),
            )
            for which, k in single:
                yield _assigned(which), scale * delta[i][:, k]
        yield (
            "wrong axis: the sum runs over the neurons, not over the batch",
            (delta[i].sum(axis=0, keepdims=True) / m),
        )
        return
    a = [np.asarray(v) for v in run.a]
    for scale in (1.0 / m, 1.0):
        for which, k in single:
            yield _assigned(which), scale * delta[i][:, k] @ a[i][:, k].T
    for j, other in enumerate(a):
        if j != i:
            yield f"wrong layer: a^{j + 1} was used for a^{i + 1}", delta[i] @ other.T / m
    for j, other in enumerate(delta):
        if j != i:
            yield f"wrong layer: delta^{j + 2} was used for delta^{i + 2}", other @ a[i].T / m
    if i > 0:
        yield (
            f"weighted input for activation: z^{i + 1} was used for a^{i + 1}",
            (delta[i] @ np.asarray(run.z[i - 1]).T / m),
        )
    yield (
        "missing activations: the columns of delta are summed, not multiplied by a",
        (np.broadcast_to(delta[i].sum(axis=1, keepdims=True) / m, np.shape(run.nabla_w[i]))),
    )


def _assigned(which: str) -> str:
    return f"= instead of +=: only the {which} example of the batch is left"


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
    yield f"missing activation derivative: the factor sigma'(z^{i + 2}) is not there", back
    if primes is None:
        return
    if primes_at_a is not None:
        yield (
            f"derivative at the wrong place: sigma'(a^{i + 2}) for sigma'(z^{i + 2})",
            (back * primes_at_a[i]),
        )
    yield f"activation derivative twice: sigma'(z^{i + 2}) is there two times", delta[i] * primes[i]
    for j, other in enumerate(primes):
        if j != i and np.shape(other) == np.shape(back):
            yield f"wrong layer: sigma'(z^{j + 2}) was used for sigma'(z^{i + 2})", back * other
    if last:
        return
    yield (
        f"missing weights: w^{i + 3} is not there",
        delta[i + 1] * _if_fits(delta[i + 1], primes[i]),
    )
    for j, v in enumerate(w):
        if j == i + 1 and v.shape[0] == v.shape[1]:
            yield f"transpose: w^{i + 3} was used for its transposed", (v @ delta[j]) * primes[i]
        elif j != i + 1 and v.T.shape == w[i + 1].T.shape:
            yield f"wrong layer: w^{j + 2} was used for w^{i + 3}", (v.T @ delta[i + 1]) * primes[i]


def _if_fits(a: Any, b: Any) -> Any:
    return b if np.shape(a) == np.shape(b) else np.nan


def of_graph(graph: Graph, id: int, grads: Mapping[int, Any]) -> Iterator[Slip]:
    """Yield the slips at a node of any graph; `grads` are the right gradients by id."""
    edges = [e for e in graph.users[id] if flows(graph, e) and e.target in grads]
    parts = [graph.send(e, grads[e.target]) for e in edges]
    whole = sum(parts)
    for edge, part in zip(edges, parts, strict=True):
        node = graph[edge.target]
        upstream = grads[edge.target]
        if len(edges) > 1:
            yield f"= instead of +=: only the part that comes through {node.label} is left", part
            yield f"a path is missing: the part that comes through {node.label}", whole - part
        if isinstance(node.primitive, Pointwise):
            rest = whole - part
            local = graph.local(edge)
            shape = graph[id].shape
            yield (
                f"missing derivative of {node.op}: the factor of the edge to {node.label}",
                (rest + _to(upstream, shape)),
            )
            if node.primitive.arity == 1:
                rule = node.primitive.partials[0]
                assert rule is not None
                with np.errstate(all="ignore"):
                    y = np.asarray(node.value)
                    at_y = rule(node.primitive.number(y), y)
                yield (
                    f"derivative at the wrong place: {node.op}' taken at its result",
                    (rest + upstream * at_y),
                )
            if node.shape != shape:
                stretched = upstream * local
                yield "missing sum over the batch: each part is still there", stretched
                axis = next(k for k in range(-1, -len(node.shape) - 1, -1) if node.shape[k] != 1)
                for which, k in (("last", -1), ("first", 0)):
                    one = np.take(stretched, [k], axis=axis)
                    yield f"= instead of +=: only the {which} part of the sum is left", one
        elif node.op == "matmul":
            yield from _product(graph, edge, upstream)


def _product(graph: Graph, edge: Any, upstream: Any) -> Iterator[Slip]:
    """Yield the slips of a matrix product: no transpose, or another factor."""
    node = graph[edge.target]
    other = graph[node.operands[1 - edge.index]]
    factor = np.asarray(other.value)
    if factor.ndim != 2 or np.ndim(upstream) != 2:
        return
    if factor.shape[0] == factor.shape[1]:
        wrong = upstream @ factor if edge.index == 0 else factor @ upstream
        yield f"transpose: {other.label} was used for its transposed", wrong
    for n in graph:
        if n.id != other.id and n.shape == other.shape and n.id != edge.source:
            x = np.asarray(n.value).T
            yield (
                f"wrong layer: {n.label} was used for {other.label}",
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
