"""Exports agree where formulas break: zeros, ties, saturated ends, infinities and NaN, values and gradients.

Every pointwise row is recorded at an ordinary point, exported, and run at special ones, where eager
evaluation says what is right; once with a cotangent and once with none, which must send nothing. Every
other row is exported as numpy's source from its recipe.
"""

import inspect
import itertools
import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import Multilinear, Pointwise
from tests.javascript import Runtime
from tests.rows import MULTILINEAR, POINTWISE

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
INF, NAN = np.inf, np.nan
GRIDS: dict[int, list[float]] = {
    1: [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        40.0,
        -40.0,
        800.0,
        -800.0,
        1024.0,
        1e200,
        -1e200,
        INF,
        -INF,
        NAN,
    ],
    2: [0.0, -0.0, 1.0, -1.0, 2.0, 40.0, -40.0, 1e200, INF, -INF],
    3: [0.0, 1.0, -1.0, 2.0, INF],
}
ROUNDED = {"sinc", "sinc_prime", "logaddexp2"}  # other libraries round differently where they are 0


def special(row: Pointwise) -> list[np.ndarray[Any, Any]]:
    """Return the operands of a row at every special point, an array each."""
    points = itertools.product(*[GRIDS[row.arity]] * row.arity)
    return [np.array(column) for column in zip(*points, strict=True)]


def leaves(row: Pointwise, xs: Any, number: Any = ad.Tensor) -> list[Any]:
    return [
        ad.constant(x, name=f"x{i}") if rule is None else number(x, name=f"x{i}")
        for i, (x, rule) in enumerate(zip(xs, row.partials, strict=True))
    ]


def ordinary(row: Pointwise) -> list[float]:
    """Return a point where every row is smooth."""
    return [0.3 + 0.2 * i + (row.name == "acosh") for i in range(row.arity)]


def eager(row: Pointwise, xs: Any, up: Any) -> tuple[Any, dict[str, Any]]:
    nodes = leaves(row, xs)
    y = row(*nodes)
    named = {x.name: x for x, rule in zip(nodes, row.partials, strict=True) if rule is not None}
    gradients = ad.gradient((y * ad.constant(up)).sum(), list(named.values()))
    return y.data, dict(zip(named, gradients, strict=True))


def recorded(row: Pointwise) -> tuple[Any, Any]:
    """Return a row at an ordinary point, and what a cotangent weighs of it."""
    n = len(special(row)[0])
    y = row(*leaves(row, [np.full(n, x) for x in ordinary(row)]))
    return y, (y * ad.constant(np.ones(n), name="up")).sum()


def by_numpy(row: Pointwise, given: dict[str, Any], keys: list[str]) -> tuple[Any, dict[str, Any]]:
    scope: dict[str, Any] = {}
    exec(ad.to_numpy_source(recorded(row)[1]), scope)
    program = scope["value_and_grad"]
    return None, program(*(given[k] for k in inspect.signature(program).parameters))[1]


def by_torch(row: Pointwise, given: dict[str, Any], keys: list[str]) -> tuple[Any, dict[str, Any]]:
    torch = pytest.importorskip("torch", reason="the extra torch is not installed")
    y, whole = recorded(row)
    tensors = {k: torch.tensor(x, requires_grad=k in keys) for k, x in given.items()}
    result = ad.to_torch(whole)(**tensors)
    if result.requires_grad:
        result.backward()
    values = ad.to_torch(y)(**{k: t.detach() for k, t in tensors.items() if k != "up"})
    zeros = torch.zeros_like(tensors["x0"])
    return values.numpy(), {
        k: (zeros if tensors[k].grad is None else tensors[k].grad).numpy() for k in keys
    }


def by_jax(row: Pointwise, given: dict[str, Any], keys: list[str]) -> tuple[Any, dict[str, Any]]:
    jax = pytest.importorskip("jax", reason="the extra jax is not installed")
    y, whole = recorded(row)
    with jax.enable_x64(True):
        program, values = ad.to_jax(whole), ad.to_jax(y)
        slopes = jax.jit(jax.grad(lambda named: program(**{**given, **named})))
        found = slopes({k: given[k] for k in keys}) if keys else {}
        y = values(**{k: x for k, x in given.items() if k != "up"})
        return np.asarray(y), {k: np.asarray(g) for k, g in found.items()}


SIDES: dict[str, Callable[..., tuple[Any, dict[str, Any]]]] = {
    "numpy": by_numpy,
    "torch": by_torch,
    "jax": by_jax,
}


def agree(row: Pointwise, got: Any, wanted: Any, where: Any, rel: float = 1e-9) -> None:
    got, wanted = np.broadcast_to(got, np.shape(where)), np.broadcast_to(wanted, np.shape(where))
    loose = 1e-14 if row.name in ROUNDED else 1e-300
    with np.errstate(all="ignore"):
        close = np.abs(got - wanted) <= rel * np.abs(wanted) + loose
    good = close | (got == wanted) | (np.isnan(got) & np.isnan(wanted)) | ~where
    assert np.all(good), (np.flatnonzero(~good), got[~good], wanted[~good])


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_a_row_at_special_points(row: Pointwise, side: str) -> None:
    xs = special(row)
    finite = np.all(np.isfinite(xs), axis=0)
    near = ~np.any(np.abs(xs) == 1e200, axis=0)  # XLA makes a / (b * b) of a / b / b
    for weight in (1.5, 0.0):
        up = np.full(len(xs[0]), weight)
        value, gradients = eager(row, xs, up)
        given = {f"x{i}": x for i, x in enumerate(xs)} | {"up": up}
        got, slopes = SIDES[side](row, given, list(gradients))
        everywhere = np.ones_like(finite)
        if got is not None:
            agree(row, got, value, everywhere)
        for k, wanted in gradients.items():  # numpy's source promises it for finite inputs
            where = near if side == "jax" else everywhere
            agree(row, slopes[k], wanted, finite if side == "numpy" and not weight else where)


@pytest.fixture(scope="module")
def js() -> Runtime:
    return Runtime("core.js", "numbers.js", "text.js")


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_javascript_at_special_points(js: Runtime, row: Pointwise) -> None:
    nodes = leaves(row, ordinary(row), ad.Value)
    up = ad.constant(1.0, name="up")
    program = ad.to_js_source(row(*nodes) * up, function="made")
    names = [n.label for n in ad.Graph(row(*nodes) * up) if not n.operands]
    xs = [x for x in np.transpose(special(row)).tolist() if np.all(np.isfinite(x))]
    for weight in (1.5, 0.0):
        given = [{f"x{i}": v for i, v in enumerate(x)} | {"up": weight} for x in xs]
        rows = [[at[n] for n in names] for at in given]
        head = program[program.index("function made(") :].partition("(")[2].partition(")")[0]
        assert head.split(", ") == [n for n in head.split(", ") if n in names]
        rows = [[at[n] for n in head.split(", ")] for at in given]
        found = js.call(
            f"(rows) => {{ {program}\nreturn rows.map((r) => made(...r)); }}",
            json.loads(json.dumps(rows)),
        )
        value, gradients = eager(
            row, np.transpose(xs) if xs else special(row), np.full(len(xs), weight)
        )
        every = np.ones(len(xs), bool)
        if weight:
            agree(row, np.array([f["value"] for f in found]), value * weight, every)
        for k, wanted in gradients.items():
            agree(row, np.array([f["gradient"][k] for f in found]), wanted, every)


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_numpy_source_of_every_row_on_arrays(row: Multilinear) -> None:
    done = 0
    for seed in range(12):
        recipe: Any = row.recipe
        given = recipe.draw(random.Random(seed).randrange)
        listed = [given[k] if isinstance(given[k], list) else [given[k]] for k in recipe.operands]
        nodes = [ad.Tensor(x, name=f"x{i}") for i, x in enumerate(itertools.chain(*listed))]
        with suppress(IndexError, ValueError):  # an axis that is not there
            y = row(*nodes, **{k: p for k, p in given.items() if k not in recipe.operands})
            z = (y * np.random.default_rng(seed).normal(size=y.shape)).sum()
            scope: dict[str, Any] = {}
            exec(ad.to_numpy_source(z), scope)
            inputs = {n.label: n.value for n in ad.Graph(z) if not n.operands}
            program = scope["value_and_grad"]
            value, found = program(*(inputs[k] for k in inspect.signature(program).parameters))
            assert np.allclose(value, z.data, rtol=1e-12, atol=1e-12, equal_nan=True)
            wanted = ad.gradient(z, nodes)
            for x, g in zip(nodes, wanted, strict=True):
                rounding = 1e-6 if row.name == "cast" else 1e-9
                assert np.allclose(found[x.name], g, rtol=rounding, atol=1e-12, equal_nan=True)
            done += 1
    assert done > 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch, in its own code
@pytest.mark.parametrize("side", ["torch", "jax"])
def test_second_derivatives_are_the_tables_too(side: str) -> None:
    x = ad.Value(0.7, name="x")
    y = ad.where(x > 0, ad.sqrt(x), 0.0) + ad.tanh(x) * ad.softplus(x) + ad.maximum(x, 0.5)
    (slope,) = ad.gradient(y, [x], create_graph=True)
    second = ad.gradient(slope, x)
    if side == "torch":
        torch = pytest.importorskip("torch", reason="the extra torch is not installed")
        t = torch.tensor(0.7, dtype=torch.float64)
        program = ad.to_torch(y)
        first = torch.func.grad(program)(t)
        found = [torch.func.hessian(program)(t), torch.func.jvp(program, (t,), (t * 0 + 1,))[1]]
        many = torch.func.vmap(torch.func.grad(program))(t.expand(3))
    else:
        jax = pytest.importorskip("jax", reason="the extra jax is not installed")
        with jax.enable_x64(True):
            program = ad.to_jax(y)
            first = jax.grad(program)(0.7)
            found = [jax.hessian(program)(0.7), jax.jvp(program, (0.7,), (1.0,))[1]]
            many = jax.vmap(jax.grad(program))(np.full(3, 0.7))
    assert float(first) == pytest.approx(float(slope.data), rel=1e-13)
    assert float(found[0]) == pytest.approx(float(second), rel=1e-13)
    assert float(found[1]) == pytest.approx(float(slope.data), rel=1e-13)
    assert np.asarray(many) == pytest.approx(np.full(3, float(slope.data)), rel=1e-13)


KINKED: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "relu": (ad.relu, [0.0, 1.0, -1.0]),
    "abs": (abs, [0.0, 1.0, -1.0]),
    "clip": (lambda x: ad.clip(x, 0.0, 1.0), [0.0, 1.0, 0.5, -1.0, 2.0]),
    "leaky_relu": (lambda x: ad.leaky_relu(x, 0.25), [0.0, 1.0, -1.0]),
    "elu": (lambda x: ad.elu(x, 0.5), [0.0, 1.0, -1.0]),
    "maximum": (lambda x: ad.maximum(x, x * x), [0.0, 1.0, 0.5]),
    "minimum": (lambda x: ad.minimum(x, 0.5), [0.5, 0.0, 1.0]),
    "xlogy": (lambda x: ad.xlogy(x, x + 2.0), [0.0, 1.0]),
    "xlogy at one": (lambda x: ad.xlogy(x, x + 1.0), [0.0]),
    "where": (lambda x: ad.where(x > 0.0, x * x, -x), [0.5, -1.0]),
}


@pytest.mark.parametrize("name", KINKED)
def test_sympy_derives_the_slopes_at_kinks(name: str) -> None:
    sympy = pytest.importorskip("sympy")
    f, points = KINKED[name]
    for at in points:
        x = ad.Value(at, name="x")
        y = f(x)
        formula = ad.to_sympy(y)
        (symbol,) = formula.free_symbols
        assert float(formula.subs(symbol, sympy.Rational(at))) == pytest.approx(y.data)
        slope = sympy.diff(formula, symbol).subs(symbol, sympy.Rational(at))
        assert float(slope) == pytest.approx(ad.gradient(y, x)), at


def test_the_angle_of_onnx_is_that_of_numpy_at_every_size() -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    a, b = ad.Value(1.0, name="a"), ad.Value(1.0, name="b")
    session = runtime.InferenceSession(ad.to_onnx(ad.atan2(a, b)).SerializeToString())
    sizes = [0.0, 1.0, -1.0, 1e200, -1e200, 1e-200, -1e-200, 3.0, -0.5, 1e-320]
    for p, q in itertools.product(sizes, sizes):
        (found,) = session.run(None, {"a": np.array(p), "b": np.array(q)})
        assert found == pytest.approx(np.arctan2(p, q), rel=1e-6), (p, q)  # its arctan is single


# Slopes of slopes, which only graphs of gradients hold, and a partition's order, which is each library's own.
NOT_YET = {
    "cofactors", "cholesky_back", "moments", "deconvolve", "restored", "products", "products_back", "others",
}  # fmt: skip
SIGNED = {"eigh", "svd", "qr"}  # whose vectors may have the other sign


def drawn(row: Multilinear, seed: int) -> tuple[list[Any], dict[str, Any]]:
    """Return operands and parameters of a row from its recipe."""
    given, xs, params = row.recipe.draw(random.Random(seed).randrange), [], {}
    for name, x in given.items():
        if name in row.recipe.operands:
            xs += [np.array(p, float) for p in (x if isinstance(x, list | tuple) else [x])]
        else:
            params[name] = x
    return xs, params


def on_torch(y: Any, xs: list[Any], up: Any) -> tuple[Any, list[Any]]:
    torch = pytest.importorskip("torch", reason="the extra torch is not installed")
    tensors = {f"x{i}": torch.tensor(x, requires_grad=True) for i, x in enumerate(xs)}
    program = ad.to_torch(y)
    result = program(**{k: tensors[k] for k in program.arguments})  # type: ignore[attr-defined]
    if result.requires_grad:
        (result * torch.tensor(up)).sum().backward()
    zero = torch.zeros(())
    slopes = [zero.expand(t.shape) if t.grad is None else t.grad for t in tensors.values()]
    return result.detach().numpy(), [g.numpy() for g in slopes]


def on_jax(y: Any, xs: list[Any], up: Any) -> tuple[Any, list[Any]]:
    jax = pytest.importorskip("jax", reason="the extra jax is not installed")
    with jax.enable_x64(True):
        program = ad.to_jax(y)

        def whole(given: list[Any]) -> Any:
            named = {f"x{i}": x for i, x in enumerate(given)}
            return program(**{k: named[k] for k in program.arguments})  # type: ignore[attr-defined]

        slopes = jax.grad(lambda given: (whole(given) * up).sum())(xs)
        return np.asarray(whole(xs)), [*map(np.asarray, slopes)]


@pytest.mark.parametrize("side", [on_torch, on_jax], ids=["torch", "jax"])
@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda row: row.name)
def test_rows_on_arrays_are_written_or_refused_truly(row: Multilinear, side: Any) -> None:
    for seed in range(6):
        xs, params = drawn(row, seed)
        nodes = [ad.Tensor(x, name=f"x{i}") for i, x in enumerate(xs)]
        try:
            y = row(*nodes, **params)
        except ValueError:  # no such axis
            continue
        if row.name in NOT_YET or params.get("whole"):
            with pytest.raises(ValueError, match="does not write it yet"):
                side(y, xs, 1.0)
            continue
        up = np.random.default_rng(seed).normal(size=y.shape)
        if row.name in SIGNED:
            up[..., 1:, :] = 0.0
        value, slopes = side(y, xs, up)
        wanted = ad.gradient((y * up).sum(), nodes)
        size = np.abs if row.name in SIGNED else np.asarray
        np.testing.assert_allclose(size(value), size(y.data), rtol=1e-8, atol=1e-10)
        for got, slope in zip(slopes, wanted, strict=True):
            if row.name != "qr":
                np.testing.assert_allclose(got, slope, rtol=1e-6, atol=1e-8)
