"""Many at once: lanes through every row, Jacobians in one pass, and `vmap`.

The oracle is the loop: lane by lane, direction by direction, sample by sample. The rows and their
operands are read from the table and from the cases of test_table, so a new row is tested unasked.
"""

import itertools
import operator
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives import batching, jacobians
from autodiff.nodes.lanes import Lanes, rules
from autodiff.table.primitive import Multilinear, Pointwise
from tests.test_table import CASES, MULTILINEAR, POINTWISE, cases, drawn, moderate

pytestmark = pytest.mark.engine
LANES = 3


def check_row(row: Any, shapes: list[tuple[int, ...]], params: dict[str, Any]) -> None:
    """Hold a row's lanes against one lane after the other, for every choice of operands with lanes."""
    draw = np.random.default_rng(3)
    for flags in itertools.product((True, False), repeat=min(len(shapes), 4)):
        flags = (*flags, *(False,) * (len(shapes) - len(flags)))
        if not any(flags):
            continue
        xs = [
            draw.normal(size=(LANES, *s)) if flag else draw.normal(size=s)
            for s, flag in zip(shapes, flags, strict=True)
        ]
        expected = rules.one_by_one(row, LANES, xs, flags, params)
        found = rules.apply(row, LANES, xs, flags, params)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)
        nodes = rules.apply(row, LANES, [ad.Tensor(x) for x in xs], flags, params)
        np.testing.assert_array_equal(nodes.data, found)


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_lanes_of_a_multilinear_row(row: Multilinear) -> None:
    for shapes, params in CASES.get(row.name, []):
        check_row(row, shapes, params)


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_rules_of_a_multilinear_row_with_lanes(row: Multilinear) -> None:
    """A Jacobian in one pass is what one cotangent, and one direction, after another gives."""
    draw = np.random.default_rng(11)
    for given, params in cases(row)[:4]:
        xs = [np.asarray(drawn(x, draw), float) for x in given]

        def f(
            *nodes: Any, params: Any = params
        ) -> Any:  # with a slope that moves, so that both count
            made = [ad.sin(x) + x * x for x in nodes]
            if row.scalar is None:
                made = [
                    x * ad.constant(np.ones(())) for x in made
                ]  # a Tensor also where there is no axis
            return row(*made, **params) * 2.0

        everything = tuple(range(len(xs)))
        y, back = ad.vjp(f, *xs)
        shape = np.shape(y)
        units = np.eye(int(np.prod(shape, dtype=int))).reshape(-1, *shape)
        rows = [back(unit) for unit in units]
        backward = ad.jacrev(f, everything)(*xs)
        forward = ad.jacfwd(f, everything)(*xs)
        again = ad.jacfwd(ad.jacrev(f))(*xs)  # the rules as they record themselves
        for i, x in enumerate(xs):
            wanted = np.reshape([r[i] for r in rows], (*shape, *x.shape))
            np.testing.assert_allclose(backward[i], wanted, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(forward[i], wanted, rtol=1e-12, atol=1e-12)
        if xs[0].size and units.size:
            t = np.zeros(xs[0].shape)
            t.flat[0] = 1.0
            moved = ad.jvp(lambda x, xs=xs, f=f: ad.jacrev(f)(x, *xs[1:]), (xs[0],), (t,))[1]
            second = np.reshape(again, (*shape, *xs[0].shape, -1))[..., 0]
            np.testing.assert_allclose(second, moved, rtol=1e-11, atol=1e-11)


def test_a_wrong_rule_of_lanes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.RULES, "matmul", rules.in_front)
    matmul = next(r for r in MULTILINEAR if r.name == "matmul")
    for shapes, params in CASES["matmul"][1:4]:
        with pytest.raises((AssertionError, ValueError)):
            check_row(matmul, shapes, params)


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_lanes_of_a_pointwise_row(row: Pointwise) -> None:
    columns = [np.array(c) for c in zip(*moderate(row, 6), strict=True)]
    for flags in itertools.product((True, False), repeat=row.arity):
        if any(flags):  # operands with lanes have fewer axes here than those without
            xs = [c if flag else c.reshape(2, 3) for c, flag in zip(columns, flags, strict=True)]
            expected = rules.one_by_one(row, 6, xs, flags, {})
            np.testing.assert_allclose(rules.apply(row, 6, xs, flags, {}), expected, rtol=1e-14)


def deep(x: Any) -> Any:
    """Go through many kinds of rows."""
    rows = ad.tanh(x)[:, None] * np.arange(1.0, 4.0)
    rows = ad.concatenate([rows, rows[::-1] @ np.ones((3, 3))]) if x.ndim else rows
    return ad.softmax(rows, 0).max(1) + ad.logsumexp(rows, 0).sum() + rows.mean(axis=-1)


def rosenbrock(x: Any) -> Any:
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def test_rows_of_a_jacobian_are_what_one_cotangent_gives() -> None:
    x = np.array([0.3, -0.7, 1.1, 0.2])
    y, back = ad.vjp(deep, x)
    expected = np.array([back(unit)[0] for unit in np.eye(len(y))])
    np.testing.assert_allclose(ad.jacrev(deep)(x), expected, rtol=1e-13, atol=1e-15)
    columns = np.array([ad.jvp(deep, (x,), (unit,))[1] for unit in np.eye(4)]).T
    np.testing.assert_allclose(ad.jacfwd(deep)(x), columns, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 18])
def test_blocks_of_directions_change_no_bit(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(-1.0, 1.0, 9)
    whole = ad.hessian(rosenbrock)(x), ad.jacfwd(ad.tanh)(x)
    monkeypatch.setattr(jacobians, "BLOCK", block)
    parts = ad.hessian(rosenbrock)(x), ad.jacfwd(ad.tanh)(x)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_hessian_goes_through_the_graph_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = []
    whole = jacobians.pull_lanes

    def counted(*args: Any) -> Any:
        passes.append(1)
        return whole(*args)

    monkeypatch.setattr(jacobians, "pull_lanes", counted)
    found = ad.hessian(rosenbrock)(np.linspace(-1.0, 1.0, 60))
    assert len(passes) == 1
    n = 60
    x = np.linspace(-1.0, 1.0, n)
    exact = np.diag(-400.0 * x[:-1], 1) + np.diag(-400.0 * x[:-1], -1)
    exact[range(n), range(n)] = np.r_[
        1200.0 * x[0] ** 2 - 400.0 * x[1] + 2.0,
        202.0 + 1200.0 * x[1:-1] ** 2 - 400.0 * x[2:],
        200.0,
    ]
    np.testing.assert_allclose(found, exact, rtol=1e-13)


def test_shapes_and_trees_of_jacobians() -> None:
    a, b = np.ones((2, 3)), np.arange(3.0)
    for jacobian in (ad.jacrev, ad.jacfwd):
        found = jacobian(lambda p, b: {"y": p["a"] @ b, "z": b[0]}, argnums=(0, 1))({"a": a}, b)
        assert found["y"][0]["a"].shape == (2, 2, 3)
        assert found["z"][1].tolist() == [1.0, 0.0, 0.0]
        assert not found["z"][0]["a"].any()
        assert jacobian(lambda x: [x * x, 2.0])(3.0) == [6.0, 0.0]
        assert jacobian(lambda x: x[:0])(b).shape == (0, 3)
        assert jacobian(lambda x: x * 1.0)(np.float32([1, 2])).dtype == np.float32


def test_third_derivatives_and_programs_of_hessians() -> None:
    third = ad.jacrev(ad.hessian(lambda x: (x**4).sum()))(np.array([1.0, 2.0]))
    assert third[0, 0, 0] == 24.0
    assert third[1, 1, 1] == 48.0
    assert third.sum() == 72.0
    x = np.linspace(-1.0, 1.0, 5)
    program = ad.trace(lambda x: ad.hessian(rosenbrock)(x), ad.Tensor(x))
    np.testing.assert_array_equal(program(x + 1.0), ad.hessian(rosenbrock)(x + 1.0))
    along = ad.jvp(lambda x: ad.hessian(rosenbrock)(x), (x,), (np.ones(5),))[1]
    again = ad.jacfwd(ad.hessian(rosenbrock))(x).sum(-1)
    np.testing.assert_allclose(along, again, rtol=1e-13, atol=1e-12)


def branching(x: Any) -> Any:
    if x[0] > 0.0:
        return (x * x).sum()
    return ad.sin(x).sum() if x.sum() < 0.0 else x[1] * 2.0


DRAWN = np.random.default_rng(0).normal(size=(7, 3))


@pytest.mark.parametrize(
    "f",
    [
        branching,
        ad.grad(branching),
        ad.hessian(lambda x: (x**3).prod()),
        lambda x: np.sort(x),
        lambda x: ad.softmax(ad.tanh(x @ np.ones((3, 4)))),
        lambda x: ad.logsumexp(x),
        lambda x: x[np.array([0, 2])][:, None] * x,
        lambda x: ad.norm(x) if float(x[0]) > 0 else ad.norm(x) * 2.0,
        lambda x: ad.vmap(lambda b: ad.sin(x * b).sum())(DRAWN[:2]),
        lambda x: (x, {"a": x.sum(), "b": 3.0})[1]["a"],
    ],
)
def test_vmap_is_a_loop_over_the_samples(f: Any) -> None:
    np.testing.assert_allclose(
        ad.vmap(f)(DRAWN), np.array([f(x) for x in DRAWN]), rtol=1e-13, atol=1e-15
    )


def test_vmap_takes_axes_trees_and_nodes() -> None:
    w = np.arange(12.0).reshape(3, 4)
    f = lambda w, x: ad.tanh(x @ w)  # noqa: E731
    expected = np.array([f(w, x) for x in DRAWN])
    columns = ad.vmap(f, in_axes=(None, 1), out_axes=-1)(w, DRAWN.T.copy())
    np.testing.assert_allclose(columns, expected.T, rtol=1e-14)
    found = ad.vmap(lambda p: {"s": p["x"] * p["y"], "c": 1.0})({"x": DRAWN, "y": DRAWN[:, 0]})
    np.testing.assert_array_equal(found["s"], DRAWN * DRAWN[:, :1])
    assert found["c"].tolist() == [1.0] * 7
    node = ad.Tensor(w)
    ad.vmap(lambda x: (x @ node).sum())(DRAWN).sum().backward()
    np.testing.assert_allclose(node.grad, np.outer(DRAWN.sum(0), np.ones(4)), rtol=1e-13)
    through = ad.grad(lambda x: ad.vmap(branching)(x).sum())(DRAWN)
    np.testing.assert_allclose(through, [ad.grad(branching)(x) for x in DRAWN], rtol=1e-13)


def test_a_program_of_vmap_takes_the_course_of_each_sample() -> None:
    program = ad.trace(lambda x: ad.vmap(branching)(x), ad.Tensor(DRAWN))
    for x in (DRAWN, -DRAWN, DRAWN + 2.0):
        np.testing.assert_allclose(program(x), [branching(row) for row in x], rtol=1e-13)


def test_what_vmap_says() -> None:
    with pytest.raises(ValueError, match="2, 3"):
        ad.vmap(lambda a, b: a)(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="no samples"):
        ad.vmap(lambda a: a)(np.ones((0, 2)))
    with pytest.raises(ValueError, match="2 entries for 1"):
        ad.vmap(lambda a: a, in_axes=(0, 0))(np.ones(2))
    with pytest.raises(ValueError, match="one number"):
        ad.vmap(lambda a: a)(2.0)
    with pytest.raises(ValueError, match="axis 3"):
        ad.vmap(lambda a: a, in_axes=3)(np.ones(2))
    with pytest.raises(ValueError, match="different shapes"):
        ad.vmap(lambda a: a if a.sum() > 0 else a[:1])(DRAWN)


def test_vmap_of_what_is_the_same_for_all() -> None:
    x, w = np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return x * 2.0, ad.Value(3.0), ad.Tensor(w), ad.constant(w), 5.0

    for given in (x, ad.Tensor(x)):
        found = [np.asarray(getattr(y, "data", y)) for y in ad.vmap(f)(given)]
        wanted = [x * 2.0, np.full(3, 3.0), np.tile(w, (3, 1)), np.tile(w, (3, 1)), np.full(3, 5.0)]
        for got, right in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(got, right)


def test_vmap_compares_what_all_samples_share() -> None:
    def f(w: Any, x: Any) -> Any:
        return x * w if w.sum() > 0.0 else -x

    for w in (np.array([1.0, 2.0]), np.array([-1.0, -2.0])):
        found = ad.vmap(f, in_axes=(None, 0))(ad.Tensor(w), DRAWN[:, :2])
        np.testing.assert_array_equal(found.data, [f(w, x) for x in DRAWN[:, :2]])


def test_vmap_of_targets_of_which_some_are_one_hot() -> None:
    z, y = DRAWN[:3, :2], np.array([[1.0, 0.0], [0.3, 0.7], [0.0, 1.0]])
    found = ad.vmap(ad.softmax_cross_entropy)(z, y)
    np.testing.assert_allclose(
        found,
        [float(ad.softmax_cross_entropy(ad.Tensor(a), b).data) for a, b in zip(z, y, strict=True)],
    )


def test_vmap_does_not_go_round_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "_holds", lambda guard, moved, n: np.zeros(n, dtype=bool))
    with pytest.raises(RuntimeError, match="takes another course each time it is called"):
        ad.vmap(branching)(DRAWN)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div"])
@pytest.mark.parametrize("x", [ad.Tensor([1.0, 2.0]), np.array([1.0, 2.0]), 2.0])
def test_lanes_on_the_right_of_an_operator(name: str, x: Any) -> None:
    of = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}[
        name
    ]
    lanes = np.array([[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    expected = of(np.asarray(getattr(x, "data", x)), lanes)
    for inside in (lanes, ad.Tensor(lanes)):
        y = of(x, Lanes(inside))
        assert type(y) is Lanes
        np.testing.assert_array_equal(getattr(y.x, "data", y.x), expected)
