"""Every row and every function of numpy that records: its graph is exported, saved and loaded as it is.

What is called is drawn from the recipes, as in test_parity; each float array of a call is a named leaf.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from tests import parity
from tests.rows import MULTILINEAR

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SEEDS = 6


def as_leaves(x: Any, leaves: list[Any]) -> Any:
    """Return an operand with a named leaf for each float array in it."""
    if isinstance(x, list | tuple):
        return type(x)(as_leaves(p, leaves) for p in x)
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        leaves.append(ad.Tensor(x, name=f"x{len(leaves)}"))
        return leaves[-1]
    return x


def weighed(y: Any, seed: int) -> Any:
    """Return a single number that every result of a call has a part in, None where there is no node."""
    found, pending, rng = [], [y], np.random.default_rng(seed)
    while pending:
        part = pending.pop()
        if isinstance(part, list | tuple):
            pending += part
        elif isinstance(part, ad.Tensor | ad.Value):
            found.append(ad.sum(part * ad.constant(rng.normal(size=part.shape))))
    return sum(found[1:], found[0]) if found else None


def recorded(call: Any, entry: Any, seed: int) -> tuple[Any, list[Any], list[Any]] | None:
    """Return a number, its leaves and their gradients; None where numpy does not answer the call."""
    leaves: list[Any] = []
    args, options = entry.draw(parity.seeded(seed))
    args = as_leaves(args, leaves)
    options = {
        k: as_leaves(x, leaves) if k in entry.recipe.operands else x for k, x in options.items()
    }
    try:
        y = weighed(call(*args, **options), seed)
        return None if y is None else (y, leaves, ad.gradient(y, leaves))
    except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):  # told of in test_parity
        return None


CALLS = {name: (call, entry) for name, (_, call, entry) in parity.CALLS.items()}


def graphs(name: str) -> Iterator[tuple[int, Any, list[Any], list[Any]]]:
    """Yield what is recorded of the calls that numpy answers: the seed, a number, leaves, gradients."""
    with np.errstate(all="ignore"):
        for seed in range(SEEDS):
            made = recorded(*CALLS[name], seed)
            if made is not None:
                yield seed, *made


def test_nearly_every_function_is_recorded() -> None:
    none = [name for name in CALLS if not any(True for _ in graphs(name))]
    assert len(none) < len(CALLS) / 10, none


@pytest.mark.parametrize("name", CALLS)
def test_numpy_source_runs_and_agrees(name: str) -> None:
    for seed, y, leaves, wanted in graphs(name):
        with np.errstate(all="ignore"):
            scope: dict[str, Any] = {}
            exec(ad.to_numpy_source(y), scope)
            program = scope["value_and_grad"]
            given = {n.label: n.value for n in ad.Graph(y) if not n.operands}
            value, found = program(*(given[k] for k in inspect.signature(program).parameters))
        single = any(n.value.dtype == np.float32 for n in ad.Graph(y))
        rtol, atol = (1e-4, 1e-5) if single else (1e-9, 1e-11)
        assert np.allclose(value, y.data, rtol=rtol, atol=atol, equal_nan=True), seed
        for x, g in zip(leaves, wanted, strict=True):
            if x.name in found:
                assert np.shape(found[x.name]) == np.shape(g)
                assert np.allclose(found[x.name], g, rtol=rtol, atol=atol, equal_nan=True), seed


@pytest.mark.parametrize("name", CALLS)
def test_a_graph_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    for _, y, leaves, wanted in graphs(name):
        with np.errstate(all="ignore"):
            (z,) = ad.load_graph(ad.save_graph(tmp_path / "graph.npz", y))
            there = {n.name: n.live for n in ad.Graph(z) if not n.operands and n.name}
            used = [
                (there[x.name], g) for x, g in zip(leaves, wanted, strict=True) if x.name in there
            ]
            found = ad.gradient(z, [x for x, _ in used])
        assert np.asarray(z.data).tobytes() == np.asarray(y.data).tobytes()
        for g, (_, was) in zip(found, used, strict=True):
            assert np.asarray(g).tobytes() == np.asarray(was).tobytes()


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_every_parameter_of_a_row_is_in_its_recipe(row: Any) -> None:
    """A file may name the parameters of the recipe, and no others."""
    if not inspect.isfunction(
        row.array
    ):  # numpy's own, of whose options a row is given its recipe's
        return
    taken = inspect.signature(row.array).parameters.values()
    assert {p.name for p in taken if p.default is not p.empty} <= set(row.recipe.kinds) | {"out"}


@pytest.mark.parametrize("x", [[0.3, 0.7]])
def test_constants_without_axes_are_exported_as_what_runs(x: Any) -> None:
    formulas = [
        lambda x: np.interp(x, [0.0, 1, 2], [1, 3, 2]),
        lambda x: np.cumsum(np.concatenate([ad.constant([0.0]), x])),
        lambda x: np.polyval(x, 2.0),
        lambda x: np.einsum(",i->i", 2.0, x),
        lambda x: np.linalg.vector_norm(x, ord=3) if hasattr(np.linalg, "vector_norm") else x,
        np.poly,
        lambda x: np.polyadd(x, [1.0]),
        lambda x: x / ad.constant([0.0]),
        lambda x: x[:0] * ad.constant(np.zeros((3, 0))),
        lambda x: ad.sum(x) * ad.constant([2.0]),
    ]
    for f in formulas:
        leaf = ad.Tensor(x, name="x")
        scope: dict[str, Any] = {}
        with np.errstate(all="ignore"):
            y = ad.sum(f(leaf))
            exec(ad.to_numpy_source(y), scope)
            value, found = scope["value_and_grad"](np.array(x))
            assert np.allclose(value, y.data, equal_nan=True)
            assert np.allclose(found["x"], ad.gradient(y, leaf), equal_nan=True)


@pytest.mark.parametrize("name", CALLS)
def test_jacobians_and_lanes_work_or_say_why_not(name: str) -> None:
    """Of the first operand; what is refused is refused in words that name no class of the library's own."""
    call, entry = CALLS[name]
    for seed in range(3):
        args, options = entry.draw(parity.seeded(seed))
        x = args[0] if args else None
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.size > 30:
            continue

        def f(v: Any, args: Any = args, options: Any = options) -> Any:
            return call(v, *args[1:], **options)

        with np.errstate(all="ignore"):
            try:
                if not isinstance(f(ad.Tensor(x)), ad.Tensor):
                    continue
            except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
                continue
            found = {}
            for way, given in ((ad.jacobian, x), (ad.jacfwd, x), (ad.vmap, np.stack([x, x]))):
                try:
                    found[way] = way(f)(given)
                except (TypeError, ValueError) as error:
                    assert not re.search(r"Lanes|Numbers|ArrayNode|NoneType", str(error)), seed  # noqa: PT017
            y = f(ad.Tensor(x)).data
            tolerance = 1e-3 if x.dtype == np.float32 else 1e-8
            if {ad.jacobian, ad.jacfwd} <= found.keys() and np.all(np.isfinite(y)):
                np.testing.assert_allclose(
                    found[ad.jacobian], found[ad.jacfwd], rtol=tolerance, atol=tolerance
                )
            if ad.vmap in found:
                np.testing.assert_allclose(found[ad.vmap], np.stack([y, y]), rtol=tolerance)
