"""The table, row by row: whatever is derived from a row must agree with every other thing derived.

The tests read the table and are not edited when a row is added; only a multilinear row brings an
example of its operands (CASES). Each test is also run on damaged rules, and must then fail: a partial
or a transpose multiplied by 1 + 1e-6, and one that is dropped.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives.checking import derivative
from autodiff.table import ops
from autodiff.table.primitive import TABLE, Kept, Multilinear, Pointwise, Primitive
from autodiff.table.recipes.matrices import DEFINITE
from tests import oracle
from tests.rows import CORE, MULTILINEAR, POINTWISE

pytestmark = pytest.mark.engine


by_name = pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)


def moderate(row: Pointwise, n: int) -> list[tuple[float, ...]]:
    """Return n points of the row's domain at which it is smooth."""
    rng = np.random.default_rng(7)
    columns = [rng.uniform(max(d.low, -3.0), min(d.high, 3.0), n) for d in row.domain]
    return [tuple(map(float, xs)) for xs in zip(*columns, strict=True)]


def columns(points: list[tuple[float, ...]]) -> list[ad.Tensor]:
    return [ad.Tensor(list(c)) for c in zip(*points, strict=True)]


@contextmanager
def damaged(row: Primitive, **fields: Any) -> Iterator[None]:
    """Put other rules into a row for a while."""
    before = {name: getattr(row, name) for name in fields}
    for name, rule in fields.items():
        object.__setattr__(row, name, rule)
    try:
        yield
    finally:
        for name, rule in before.items():
            object.__setattr__(row, name, rule)


def check_partials(row: Pointwise, n: int = 12) -> None:
    """Hold the gradient of the array engine against mpmath, to 1e-9 of the larger of it and 1e-9."""
    points = moderate(row, n)
    xs = columns(points)
    y = row(*xs)
    found = ad.gradient(y, xs, seed=np.ones(n))
    for k, point in enumerate(points):
        assert oracle.ulps(float(y.data[k]), oracle.value(row, *point)) <= 4
        for i, rule in enumerate(row.partials):
            if rule is not None:
                exact = float(oracle.derivative(row, i, *point))
                assert abs(found[i][k] - exact) <= 1e-9 * max(abs(exact), 1e-9), (i, point)


def mutants(row: Pointwise) -> Iterator[tuple[Any, ...]]:
    """Yield the row's partials, one of them 1e-6 off, negligently dropped, or of the wrong sign."""
    for i, rule in enumerate(row.partials):
        if rule is None:
            continue
        wrongs: list[Callable[..., Any]] = [
            lambda y, *xs, rule=rule: rule(y, *xs) * (1.0 + 1e-6) + 0.0 * y,
            lambda y, *xs, rule=rule: rule(y, *xs) * 0.0 + 0.0 * y,
            lambda y, *xs, rule=rule: rule(y, *xs) + 1e-6 + 0.0 * y,
        ]
        flat = ad.gradient(row(*(xs := columns(moderate(row, 12)))), xs, seed=np.ones(12))[i]
        for wrong in wrongs if np.any(flat) else wrongs[2:]:  # a factor does nothing to a zero
            yield (*row.partials[:i], wrong, *row.partials[i + 1 :])


@by_name
def test_values_and_partials(row: Pointwise) -> None:
    check_partials(row)


@by_name
def test_damaged_partials_are_found(row: Pointwise) -> None:
    killed = 0
    for partials in mutants(row):
        still = tuple(p is None for p in partials)
        with damaged(row, partials=partials, still=still), pytest.raises(AssertionError):
            check_partials(row)
        killed += 1
    assert killed or not any(row.partials)


@by_name
def test_forward_mode_agrees_with_reverse_mode(row: Pointwise) -> None:
    for point in moderate(row, 5):
        gradients = ad.grad(row, argnums=tuple(range(row.arity)))(*point)
        for i, g in enumerate(gradients):
            direction = [float(k == i) for k in range(row.arity)]
            y, t = ad.jvp(row, point, direction)
            assert y == row(*point)
            assert t == pytest.approx(g, rel=1e-15, abs=1e-300)


@by_name
def test_scalars_and_arrays_agree(row: Pointwise) -> None:
    points = moderate(row, 40)
    y = row(*columns(points))
    for k, point in enumerate(points):
        node = row(*map(ad.Value, point))
        assert float(y.data[k]) == pytest.approx(node.data, rel=1e-15, abs=1e-300)
        single = row(*map(ad.Tensor, point))
        assert single.shape == ()
        assert row(*point) == node.data


@by_name
def test_second_derivatives(row: Pointwise) -> None:
    for point in moderate(row, 3):
        for i, rule in enumerate(row.partials):
            if rule is None:
                continue
            first = ad.grad(row, argnums=i)
            for j, other in enumerate(row.partials):
                if other is None:
                    continue
                found = ad.grad(first, argnums=j)(*point)
                expected, error = derivative(
                    lambda t, j=j, f=first, p=point: f(*p[:j], t, *p[j + 1 :]), point[j], 1e-3
                )
                assert abs(found - expected) <= 1e-6 * abs(expected) + 10 * error + 1e-9, (i, j)
                arrays = [ad.Tensor([x]) for x in point]
                g = ad.gradient(row(*arrays), arrays[i], seed=[1.0], create_graph=True)
                second = ad.gradient(g, arrays[j], seed=[1.0])
                assert float(second[0]) == pytest.approx(found, rel=1e-13, abs=1e-300)


@by_name
def test_single_precision_is_kept(row: Pointwise) -> None:
    # numpy 1.26 makes doubles of single numbers, as it does of its own np.float32.
    for shape in [(3,)] if np.lib.NumpyVersion(np.__version__) < "2.0.0" else [(), (3,)]:
        xs = [ad.Tensor(np.full(shape, x, np.float32)) for x in moderate(row, 1)[0]]
        y = row(*xs)
        assert y.dtype == np.float32
        y.backward(np.ones(shape, np.float32))
        for x, rule in zip(xs, row.partials, strict=True):
            assert x.grad.dtype == np.float32
            assert x.has_grad == (rule is not None)


@by_name
def test_stretched_operands_get_gradients_of_their_own_shape(row: Pointwise) -> None:
    if row.arity == 1:
        return
    rng = np.random.default_rng(3)
    shapes = [(3, 1), (4,), ()][: row.arity]
    values = [
        rng.uniform(max(d.low, -3.0), min(d.high, 3.0), s)
        for d, s in zip(row.domain, shapes, strict=True)
    ]
    xs = [ad.Tensor(v) for v in values]
    y = row(*xs)
    assert y.shape == (3, 4)
    u = rng.normal(size=(3, 4))
    found = ad.gradient(y, xs, seed=u)
    full = [ad.Tensor(np.broadcast_to(v, (3, 4))) for v in values]
    whole = ad.gradient(row(*full), full, seed=u)
    for x, g, w in zip(xs, found, whole, strict=True):
        assert g.shape == x.shape
        expected = w
        while expected.ndim > x.ndim:
            expected = expected.sum(axis=0)
        if x.shape == (3, 1):
            expected = expected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(g, expected, rtol=1e-13, atol=1e-13)


PRINT_BITS = """
import itertools, hashlib, struct, sys
import autodiff as ad
from autodiff.table.primitive import TABLE, Pointwise
xs = [s * m for m in (0.0, 1e-300, 1e-8, 0.3, 1.0, 2.5, 30.0, 40.0, 710.0, 1e8, 1e300, float("inf"))
      for s in (1.0, -1.0)] + [float("nan")]
for name, row in TABLE.items():
    if not isinstance(row, Pointwise):
        continue
    digest = hashlib.sha256()
    for point in itertools.product(xs, repeat=row.arity):
        y = row(*map(ad.Value, point))
        for x in (y.data, *y.local_derivatives):
            digest.update(b"nan" if x != x else struct.pack("<d", x))
    print(name, digest.hexdigest())
print(ad.compiled, file=sys.stderr)
"""


def test_compiled_and_plain_engine_give_the_same_bits() -> None:
    if not ad.compiled:
        pytest.skip("the engine is not compiled here: there is only one")
    answers = []
    for pure in ("", "1"):
        environment = dict(os.environ, AUTODIFF_PURE=pure)
        done = subprocess.run(
            [sys.executable, "-c", PRINT_BITS],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert done.stderr.strip() == str(not pure)
        answers.append(done.stdout.splitlines())
    assert len(answers[0]) >= 40
    assert answers[0] == answers[1]


def test_a_rule_finds_what_its_own_row_kept() -> None:
    x = np.random.default_rng(0).uniform(size=(7, 5)).round(1)
    how = {"axis": 0, "ranks": (2, -1), "whole": True}
    y, order = ops.ordered.keep(x, x, **how)
    np.testing.assert_array_equal(y, ops.ordered.array(x, x, **how))
    np.testing.assert_array_equal(np.sort(y, 0)[[2, -1]], y[[2, -1]])
    g, rule = np.arange(35.0).reshape(7, 5), ops.ordered.transposes[0]
    np.testing.assert_array_equal(rule(g, Kept(x, order), x, **how), rule(g, x, x, **how))
    assert ops.ordered.keep(x, x, axis=0, ranks=(2,))[1] is None
    t = ad.Tensor(x)
    assert ops.ordered(t, t, **how).kept is not None


@pytest.mark.parametrize(
    "row", [r for r in CORE if r.keep and isinstance(r, Pointwise)], ids=lambda r: r.name
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_kept_gives_the_same_bits(row: Any, dtype: Any) -> None:
    points = [0.0, -0.0, 1e-30, 0.3, 2.5, 30.0, 710.0, 1e30, np.inf, np.nan]
    x = np.array([points, [-p for p in points]], dtype=dtype).reshape(4, 5)
    for part in (x, x.T, x[:, ::2], x[0, 0:1].reshape(())):
        with np.errstate(all="ignore"):
            y, kept = row.keep(part)
            before = kept.copy()
            slope = row.partials[0](y, Kept(part, kept))
            np.testing.assert_array_equal(y, row.array(part))
            np.testing.assert_array_equal(slope, row.partials[0](y, part))
        np.testing.assert_array_equal(kept, before)
        assert y.dtype == slope.dtype == dtype
    t = ad.Tensor(x)
    assert row(t).kept is not None
    assert row(ad.constant(x)).kept is None
    unrelated = ops.abs(Kept(x, None))  # a row that has no use for what was kept
    np.testing.assert_array_equal(unrelated, np.abs(x))


CASES: dict[str, list[tuple[list[Any], dict[str, Any]]]] = {
    "total": [([(), (), ()], {})],
    "dot": [([(), (), (), ()], {})],
    "matmul": [
        ([(3, 4), (4, 2)], {}),
        ([(4,), (4,)], {}),
        ([(3, 4), (4,)], {}),
        ([(4,), (4, 2)], {}),
        ([(5, 3, 4), (4, 2)], {}),
        ([(3, 4), (5, 4, 2)], {}),
        ([(5, 3, 4), (5, 4, 2)], {}),
        ([(2, 1, 3, 4), (5, 4, 2)], {}),
        ([(4,), (5, 4, 2)], {}),
        ([(5, 3, 4), (4,)], {}),
        ([(0, 4), (4, 2)], {}),
    ],
    "sum": [
        ([(3, 4)], {"axis": axis, "keepdims": keep})
        for axis in (None, 0, 1, -1, (0, 1), (), (-1, 0))
        for keep in (False, True)
    ] + [([()], {"axis": None, "keepdims": False})],
    "mean": [
        ([(3, 4)], {"axis": axis, "keepdims": keep})
        for axis in (None, 0, -1, (0, 1))
        for keep in (False, True)
    ],
    "max": [([(3, 4)], {"axis": a, "keepdims": k}) for a in (None, 0, (0, 1)) for k in (False, True)],
    "min": [([(3, 4)], {"axis": a, "keepdims": k}) for a in (None, -1) for k in (False, True)],
    "ties": [([(3, 4)], {"axis": 0, "largest": True})],
    "broadcast": [([(3, 1)], {"shape": (2, 3, 4)}), ([()], {"shape": (2, 3)})],
    "reshape": [([(3, 4)], {"shape": (2, 6)}), ([(3, 4)], {"shape": (-1,)})],
    "transpose": [([(2, 3, 4)], {"axes": (2, 0, 1)}), ([(3, 4)], {"axes": (1, 0)})],
    "take": [
        ([(3, 4)], {"index": index})
        for index in (
            1, (0, slice(None)), (..., 2), slice(None, None, -2), None, [0, 0, 2],
            (np.array([0, 0, 1]), np.array([1, 1, 3])), np.arange(12).reshape(3, 4) % 2 == 0,
            (slice(1, 3), [3, 3]), (1, 2), (None, ..., 2), (np.array([0, 2]), None, np.array([1, 3])),
        )
    ]
    + [([(3, 2, 4)], {"index": (np.array([0, 2]), slice(None), np.array([1, 3]))})],
    "scatter": [
        ([(2, 4)], {"index": slice(0, 2), "shape": (3, 4)}),
        ([(3,)], {"index": np.array([1, 1, 0]), "shape": (4,)}),
        ([(2, 2)], {"index": (np.array([0, 2]), slice(None), np.array([1, 3])), "shape": (3, 2, 4)}),
    ],
    "concatenate": [([(2, 3), (1, 3), (4, 3)], {"axis": 0}), ([(2, 3), (2, 1)], {"axis": -1})],
    "cast": [([(3,)], {"dtype": np.dtype(float)})],
}  # fmt: skip


def cases(row: Multilinear) -> list[tuple[list[Any], dict[str, Any]]]:
    """Return examples of a row's operands (arrays, or their shapes) and parameters."""
    if row.name in CASES:
        return CASES[row.name]
    assert row.recipe is not None, f"give {row.name} a recipe of its arguments"
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        plainest = seed == 0
        given = row.recipe.draw(lambda n, r=rng, z=plainest: 0 if z else int(r.integers(n)))
        operands = [given.pop(name) for name in row.recipe.operands]
        found.append((operands, given))
    return found


def drawn(x: Any, rng: np.random.Generator) -> Any:
    """Return an array of a shape, an array as it is."""
    return rng.normal(size=x) if isinstance(x, tuple) else x


def direction(row: Multilinear, x: Any, rng: np.random.Generator) -> Any:
    """Return a direction in which an operand may move: of a symmetric matrix a symmetric one."""
    t = np.asarray(rng.normal(size=np.shape(x)))
    symmetric = row.recipe is not None and DEFINITE in row.recipe.kinds.values()
    return 0.5 * (t + t.swapaxes(-1, -2)) if symmetric else t


def check_adjoint(row: Multilinear) -> None:
    """Hold <u, J v> against <J^T u, v>, where J v is the operation on a direction, or jvp."""
    rng = np.random.default_rng(11)
    for given, params in cases(row):
        arrays = [drawn(x, rng) for x in given]
        shapes = [np.shape(x) for x in arrays]
        kind = ad.Value if row.scalar is not None else ad.Tensor
        nodes = [kind(a) for a in arrays]
        y = row(*nodes, **params)
        u = rng.normal(size=y.shape)
        found = ad.gradient(y, nodes, seed=u)
        for i, g in enumerate(found):
            if row.transposes and row.transposes[i] is None:
                assert not np.any(g)
                continue
            v = direction(row, arrays[i], rng)
            moved = [v if k == i else a for k, a in enumerate(arrays)]
            if row.tangents:
                rest = [np.zeros(s) if k != i else v for k, s in enumerate(shapes)]
                pushed = ad.jvp(lambda *xs, p=params: row(*xs, **p), arrays, rest)[1]
            elif row.nary is not None and row.name != "dot":
                pushed = row.array(*(m if k == i else 0 * m for k, m in enumerate(moved)), **params)
            elif row.name == "dot":
                n = len(shapes) // 2
                pushed = float(v) * float(arrays[(i + n) % (2 * n)])
            else:
                pushed = row.array(*moved, **params)
            left, right = np.sum(u * pushed), np.sum(np.asarray(g) * v)
            assert abs(left - right) <= 1e-12 * max(1.0, abs(left)), (params, i)
            assert np.shape(g) == shapes[i]


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_adjoint_identity(row: Multilinear) -> None:
    check_adjoint(row)


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_damaged_transposes_are_found(row: Multilinear) -> None:
    if row.name == "ties":
        pytest.skip("its derivative is 0 almost everywhere, and a factor does nothing to a zero")
    if row.scalar is not None:
        pytest.skip("the scalar engine has these two built in; test_api and test_scalar hold them")
    for factor in (1.0 + 1e-6, 0.0):
        fields: list[dict[str, Any]] = [
            {"transposes": (
                *row.transposes[:i],
                lambda g, *xs, rule=rule, factor=factor, **p: rule(g, *xs, **p) * factor,
                *row.transposes[i + 1 :],
            )}
            for i, rule in enumerate(row.transposes)
            if rule is not None
        ]  # fmt: skip
        if row.nary is not None:
            rule = row.nary
            fields = [
                {"nary": lambda i, g, *xs, rule=rule, factor=factor, **p: rule(i, g, *xs, **p) * factor}
            ]  # fmt: skip
        assert fields or set(row.transposes) == {None}
        for damage in fields:
            with damaged(row, **damage), pytest.raises(AssertionError):
                check_adjoint(row)


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_second_order_of_multilinear_rows(row: Multilinear) -> None:
    rng = np.random.default_rng(5)
    for given, params in cases(row):
        kind = float if row.scalar is not None else np.asarray
        arrays = [kind(drawn(x, rng)) for x in given]
        shapes = [np.shape(x) for x in arrays]
        u = rng.normal(size=np.shape(row.array(*arrays, **params)))
        moving = [i for i in range(len(arrays)) if not row.transposes or row.transposes[i]]
        symmetric = row.recipe is not None and DEFINITE in row.recipe.kinds.values()

        def even(x: Any, symmetric: bool = symmetric) -> Any:
            return (x + np.swapaxes(x, -1, -2)) * 0.5 if symmetric else x

        def f(*xs: Any, u: Any = u, p: Any = params, m: Any = moving, a: Any = arrays) -> Any:
            operands = list(a)
            for i, x in zip(m, xs, strict=True):
                operands[i] = ops.square(even(x))
            y = row(*operands, **p)
            return ad.sum(y * (float(u) if isinstance(y, ad.Value) else u))

        if row.scalar is None and (() in shapes or (0, 4) in shapes):
            continue  # no numbers to differentiate, or a number, which is a Value there
        if not moving:
            continue
        arrays = [arrays[i] for i in moving]
        shapes = [shapes[i] for i in moving]
        ad.check_grads(f, arrays, order=2)
        directions = [kind(rng.normal(size=s)) for s in shapes]
        t = ad.jvp(f, arrays, directions)[1]
        gs = ad.grad(f, argnums=tuple(range(len(arrays))))(*arrays)
        expected = sum(np.sum(np.asarray(g) * d) for g, d in zip(gs, directions, strict=True))
        assert float(np.sum(t)) == pytest.approx(float(expected), rel=1e-10, abs=1e-12)


def test_every_row_says_how_it_is_shown() -> None:
    assert [r.name for r in CORE if not r.tex] == []
    assert len(POINTWISE) >= 40
    assert len(MULTILINEAR) >= 14


@by_name
def test_operands_may_be_given_by_name(row: Pointwise) -> None:
    (point,) = moderate(row, 1)
    named = dict(zip(row.operands, point, strict=True))
    assert repr(row(**named)) == repr(row(*point))
    nodes = {name: ad.Value(x) for name, x in named.items()}
    y = row(**dict(reversed(nodes.items())))
    assert y.parents == tuple(nodes.values())
    first, *others = point
    assert repr(row(first, **dict(zip(row.operands[1:], others, strict=True)))) == repr(row(*point))
    with pytest.raises(
        TypeError, match=f"{row.name}: colour= has no meaning .* it takes {row.operands[0]}"
    ):
        row(*point, colour=1.0)
    with pytest.raises(TypeError, match=f"{row.name}: {row.operands[0]}= is given twice"):
        row(*point, **{row.operands[0]: 1.0})


def test_names_of_operands_that_are_left_out() -> None:
    assert ops.leaky_relu(x=-2.0) == ops.leaky_relu(-2.0)
    assert ops.leaky_relu(-2.0, slope=None) == ops.leaky_relu(-2.0)
    with pytest.raises(TypeError, match="maximum: a is missing; it takes a, b"):
        ops.maximum(b=1.0)


def test_a_large_triangle_is_inverted_by_halves() -> None:
    """The slope of log det by way of the factor is the inverse: 2 sum log l_ii, n = 70 beside 5."""
    for n in (5, 70):
        a = np.random.default_rng(n).normal(size=(n, n))
        a = a @ a.T / n + np.eye(n)

        def log_det(a: Any) -> Any:
            return 2.0 * np.sum(np.log(np.diagonal(np.linalg.cholesky(a))))

        assert ad.grad(log_det)(a) == pytest.approx(np.linalg.inv(a), rel=1e-10, abs=1e-12)
        lower = np.linalg.cholesky(a)
        assert ops.inv_lower(lower) == pytest.approx(np.linalg.inv(lower), rel=1e-10, abs=1e-12)


def test_a_floor_division_by_zero_is_numpys() -> None:
    for a in (7.0, -7.0, 0.0, -0.0, np.nan):
        for b in (0.0, -0.0):
            with np.errstate(all="ignore"):
                wanted = np.floor_divide(a, b)
            assert repr(float((ad.Value(a) // b).data)) == repr(float(wanted))


@pytest.mark.parametrize("name", [r.name for r in CORE if r.recipe and "axis" in r.recipe.kinds])
def test_an_axis_that_is_not_there_is_refused_by_every_row(name: str) -> None:
    row = TABLE[name]
    assert row.recipe is not None
    given = row.recipe.draw(lambda n: 0)
    operands = [given.pop(k) for k in row.recipe.operands]
    arrays = [a for x in operands for a in (x if isinstance(x, list) else [x])]
    rank = np.ndim(arrays[0])
    for axis in (rank, rank + 1, -rank - 1, 10**9, -(10**9)):
        with pytest.raises((ValueError, IndexError)):
            row(*arrays, **given | {"axis": axis})
