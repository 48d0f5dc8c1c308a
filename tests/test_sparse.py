"""Sparse Jacobians: equal to the dense ones, in few passes, with patterns that lack nothing."""

import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives import colouring
from autodiff.table.primitive import Pointwise
from tests.test_table import CASES, MULTILINEAR, POINTWISE, moderate

pytest.importorskip("scipy.sparse")
DRAW = np.random.default_rng(5)
X = DRAW.normal(size=30)


def rosenbrock(x: Any) -> Any:
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def held(f: Any, *args: Any, argnums: Any = 0) -> None:
    """Hold a sparse Jacobian against the dense one."""
    found = ad.jacobian(f, argnums, sparse=True)(*args)
    dense = ad.jacobian(f, argnums)(*args)
    np.testing.assert_allclose(
        found.toarray(), np.reshape(dense, found.shape), rtol=1e-13, atol=1e-15
    )


@pytest.mark.parametrize("row", MULTILINEAR, ids=lambda r: r.name)
def test_the_pattern_of_a_multilinear_row(row: Any) -> None:
    for shapes, params in CASES.get(row.name, []):
        if row.name in ("total", "dot") or 0 in (k for s in shapes for k in s):
            continue
        xs = [DRAW.normal(size=s) for s in shapes]
        for i in range(min(len(xs), 3)):
            held(lambda *args, params=params: row(*args, **params), *map(np.atleast_1d, xs)
                 if () in shapes else xs, argnums=i)  # fmt: skip


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_the_pattern_of_a_pointwise_row(row: Pointwise) -> None:
    columns = [np.array(c) for c in zip(*moderate(row, 6), strict=True)]
    for i in range(row.arity):
        held(row, *columns, argnums=i)
        held(row, *(c if k == i else c.reshape(6, 1) for k, c in enumerate(columns)), argnums=i)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x[1:] * x[:-1],
        lambda x: ad.concatenate([x, x[::2] ** 2]),
        lambda x: ad.softmax(x.reshape(6, 5), 1),
        lambda x: np.ones((3, 6)) @ ad.sin(x.reshape(6, 5)),
        lambda x: x[[3, 3, 1, 9]],
        lambda x: ad.step(x) * x,
        lambda x: np.cumsum(x),
        lambda x: np.einsum("ij,kj->ik", x.reshape(6, 5), np.ones((3, 5))),
        lambda x: np.sort(x),
        lambda x: x.reshape(6, 5)[:, :, None] * x.reshape(6, 5)[:, None, :],
        lambda x: ad.norm(x.reshape(6, 5), axis=1),
    ],
)
def test_sparse_is_dense(f: Any) -> None:
    held(f, X)
    held(f, X[::-1].copy())


def test_a_banded_hessian_takes_three_passes_whatever_its_size() -> None:
    for n in (10, 1000):
        x = np.linspace(-1.0, 1.0, n)
        pattern = ad.sparsity(ad.grad(rosenbrock))(x)
        assert (pattern.passes, pattern.matrix.nnz) == (3, 3 * n - 2)
    found = ad.hessian(rosenbrock, sparse=True)(X)
    np.testing.assert_allclose(found.toarray(), ad.hessian(rosenbrock)(X), rtol=1e-13, atol=1e-12)


def test_colours_share_no_row() -> None:
    import scipy.sparse

    for density in (0.02, 0.2):
        matrix = scipy.sparse.random(40, 60, density, random_state=3, format="csr")
        matrix = scipy.sparse.csr_array(matrix.astype(bool))
        colours = colouring.coloured(matrix)
        for i in range(40):
            mine = colours[matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]]]
            assert len(set(mine)) == len(mine)
        assert colours.max() + 1 < 40


def test_rows_are_coloured_where_that_takes_fewer_passes() -> None:
    pattern = ad.sparsity(lambda x: x.sum())(X)
    assert pattern.backward
    assert pattern.passes == 1


def test_the_jacobian_of_a_bundle_adjustment() -> None:
    """Cameras and points, seen in many pictures: each residual depends on one of each and a weight."""
    cameras, points, seen = 4, 30, 120
    cam, point = DRAW.integers(cameras, size=seen), DRAW.integers(points, size=seen)

    def residuals(c: Any, p: Any, w: Any) -> Any:
        away = p[point] - c[cam][:, 3:6]
        turn = ad.norm(c[cam][:, :3], axis=1, keepdims=True)
        turned = away * ad.cos(turn) + c[cam][:, :3] * ad.sin(turn)
        flat = turned[:, :2] / turned[:, 2:3]
        r2 = (flat * flat).sum(1, keepdims=True)
        bent = flat * (1.0 + c[cam][:, 9:10] * r2 + c[cam][:, 10:11] * r2 * r2)
        return {"r": w[:, None] * (bent * c[cam][:, 6:7] + c[cam][:, 7:9]), "w": 1.0 - w * w}

    args = DRAW.normal(size=(cameras, 11)), DRAW.normal(size=(points, 3)), DRAW.normal(size=seen)
    found = ad.jacobian(residuals, (0, 1, 2), sparse=True)(*args)
    pattern = ad.sparsity(residuals, (0, 1, 2))(*args)
    assert pattern.shape == (3 * seen, 11 * cameras + 3 * points + seen)
    assert pattern.matrix.nnz == 14 * 2 * seen + seen
    assert 14 <= pattern.passes <= 30
    for k in range(3):
        dense = ad.jacfwd(residuals, k)(*args)
        for key in ("r", "w"):
            sparse = found[key][k]
            assert sparse.shape == (dense[key].size // args[k].size, args[k].size)
            np.testing.assert_allclose(sparse.toarray().ravel(), dense[key].ravel(), rtol=1e-12)


def test_a_pattern_is_kept_for_graphs_alike_and_only_for_them() -> None:
    f = ad.jacobian(lambda x: x[1:] * x[:-1] if x[0] > 0 else x * x, sparse=True)
    for x in (np.abs(X), -np.abs(X), np.abs(X), np.abs(X[:7])):
        expected = ad.jacobian(lambda x: x[1:] * x[:-1] if x[0] > 0 else x * x)(x)
        np.testing.assert_array_equal(f(x).toarray(), expected)
    for index in ([0, 1], [2, 3]):  # the same rows, other places
        f.f = lambda x, index=index: x[np.array(index)]
        assert sorted(f(X).indices.tolist()) == index


def test_a_program_of_sparse_jacobians() -> None:
    def f(x: Any) -> Any:
        return x[1:] * x[:-1], {"a": ad.sin(x[::2]), "c": np.ones(3), "n": 0.0 * ad.step(x)}

    for g in (ad.hessian(rosenbrock, sparse=True), ad.jacobian(f, sparse=True)):
        program = ad.trace(g, ad.Tensor(X))
        for x in (X, X[::-1].copy(), np.zeros(30)):
            found, expected = program(x), g(x)
            a, b = (flat(y) for y in (found, expected))
            for ours, eager in zip(a, b, strict=True):
                assert type(ours) is type(eager)
                assert ours.shape == eager.shape
                np.testing.assert_array_equal(ours.toarray(), eager.toarray())
        assert program.recorded == 1
        flat(found)[0].indices[:] = 0  # what is handed out belongs to the caller
        np.testing.assert_array_equal(flat(program(x))[0].toarray(), flat(expected)[0].toarray())


def flat(x: Any) -> list[Any]:
    if isinstance(x, tuple | dict):
        return [y for part in (x.values() if isinstance(x, dict) else x) for y in flat(part)]
    return [x]


def test_the_picture_of_a_pattern() -> None:
    small = ElementTree.fromstring(ad.sparsity(lambda x: x * x)(X[:5]).svg())
    squares = [e for e in small.iter() if e.tag.endswith("rect")]
    assert len(squares) == 1 + 5
    large = ad.sparsity(ad.grad(rosenbrock))(np.ones(10_000))
    assert len(large.svg()) < 100_000
    assert repr(large).startswith("Pattern(10000 x 10000, 29998 of")


def test_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="leave sparse=True away"):
        ad.grad(lambda x: ad.jacobian(lambda x: x * x, sparse=True)(x).sum())(X)
    with pytest.raises(AttributeError, match="leave sparse=True away"):
        ad.trace(lambda x: ad.jacobian(lambda x: x * x, sparse=True)(x).sum(), ad.Tensor(X))
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ImportError, match=r"\[scipy\]"):
        ad.jacobian(lambda x: x * x, sparse=True)(X)


def test_functions_of_numbers() -> None:
    def f(a: Any, b: Any, c: Any) -> Any:
        return [
            ad.TABLE["total"](a, b),
            ad.dot([a, b], [b, c]),
            a * ad.sin(c),
            ad.sum([a, a, c]),
            4.0,
        ]

    point = (0.3, -1.2, 0.7)
    found = ad.jacobian(f, (0, 1, 2), sparse=True)(*point)
    for sparse, dense in zip(found, ad.jacobian(f, (0, 1, 2))(*point), strict=True):
        assert [x.toarray().item() for x in sparse] == pytest.approx(
            list(map(float, dense)), rel=1e-14
        )


def test_second_derivatives_of_sums_of_numbers_forward() -> None:
    def f(x: Any) -> Any:
        return ad.dot([x, x * x], [x * x, 2.0 * x]) + ad.TABLE["total"](x * x, x)  # 3 x^3 + x^2 + x

    slope = lambda x: ad.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert ad.jvp(slope, (1.5,), (1.0,)) == pytest.approx((9 * 1.5**2 + 2 * 1.5 + 1, 18 * 1.5 + 2))


def test_graphs_of_more_kinds_than_are_kept() -> None:
    passes = []
    f = ad.jacobian(lambda x: x[1:] * x[:-1], sparse=True)
    for n in (*range(3, 14), 3):
        x = np.arange(1.0, n)
        passes.append(f(x).toarray())
        dense = np.zeros((n - 2, n - 1))
        dense[range(n - 2), range(n - 2)], dense[range(n - 2), range(1, n - 1)] = x[1:], x[:-1]
        np.testing.assert_array_equal(passes[-1], dense)


def test_a_pattern_shows_its_picture() -> None:
    pattern = ad.sparsity(lambda x: x[1:] - x[:-1])(np.ones(4))
    assert pattern._repr_svg_() == pattern.svg()
    assert pattern.svg().count("<rect") == 1 + pattern.matrix.nnz
