"""The functions of numpy that have rows of their own: what einsum, linalg and statistics do at the edges.

That they agree with numpy and that their derivatives are right is drawn at random in test_parity; here
stand the spellings, the refusals and the degenerate cases that a draw seldom meets.
"""

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
RNG = np.random.default_rng(5)
A, B, C = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)), RNG.normal(size=(2, 5))
S = RNG.normal(size=(3, 3)) + 4.0 * np.eye(3)
V = RNG.normal(size=4)


def agrees(f: Callable[..., Any], *arrays: Any) -> Any:
    """Hold values against numpy's and derivatives against differences."""
    y, expected = f(*map(ad.Tensor, arrays)), f(*arrays)
    assert np.allclose(y.data, expected, rtol=1e-12, atol=1e-13)
    assert y.shape == np.shape(expected)
    ad.check_grads(f, arrays, order=1, rtol=1e-6)
    return y


EINSUMS: list[tuple[Any, ...]] = [
    ("ij,jk->ik", A, B), ("ij,jk", A, B), ("ij,jk,kl->il", A, B, C), ("ii", S), ("ii->i", S),
    ("...i,...i->...", A, A), ("ij->", A), ("ij->ji", A), ("ij->ij", A), ("i,i,i->", V, V, V),
    (A, [0, 1], B, [1, 2]), (A, [0, 1], B, [1, 2], [0, 2]), ("ij,jk->ik", A[:, :1], B),
    ("i,j->ij", V, V), ("ij,ij->i", A, A), ("bij,bjk->bik", np.stack([A, A]), np.stack([B, B])),
    ("ij,j->", A, V), ("ji,ki->kj", A, A), (",i->i", np.array(2.0), V),
]  # fmt: skip


@pytest.mark.parametrize("given", EINSUMS, ids=lambda g: str(g[0])[:12])
def test_einsum_in_every_spelling(given: tuple[Any, ...]) -> None:
    floats = [x for x in given if isinstance(x, np.ndarray)]

    def f(*xs: Any) -> Any:
        left = iter(xs)
        return np.einsum(*(next(left) if isinstance(x, np.ndarray) else x for x in given))

    agrees(f, *floats)


def test_einsum_takes_a_path_and_says_what_is_wrong() -> None:
    path = np.einsum_path("ij,jk,kl->il", A, B, C)[0]
    assert np.allclose(np.einsum("ij,jk,kl->il", ad.Tensor(A), B, C, optimize=path).data, A @ B @ C)
    assert np.allclose(
        np.einsum("ij,jk,kl->il", ad.Tensor(A), B, C, optimize="optimal").data, A @ B @ C
    )
    with pytest.raises(ValueError, match=r"[Oo]utput"):
        np.einsum("ij,jk->iz", ad.Tensor(A), B)


LINALG: list[tuple[Callable[..., Any], Any]] = [
    (lambda a: np.linalg.inv(a), S), (lambda a: np.linalg.solve(a, np.ones(3)), S),
    (lambda a: np.linalg.solve(S, a), np.ones((3, 2))), (lambda a: np.linalg.det(a), S),
    (lambda a: np.linalg.slogdet(a)[1], S), (lambda a: np.linalg.pinv(a), A),
    (lambda a: np.linalg.pinv(a, 1e-12), A), (lambda a: np.linalg.svd(a, compute_uv=False), A),
    (lambda a: np.linalg.svd(a, full_matrices=False)[0] ** 2, A.T),
    (lambda a: np.linalg.qr(a)[1] ** 2, A), (lambda a: np.linalg.qr(a, "r") ** 2, A.T),
    (lambda a: np.linalg.qr(a, "complete")[0] ** 2, A), (lambda a: np.linalg.matrix_power(a, 5), S),
    (lambda a: np.linalg.matrix_power(a, -2), S),
    (lambda a: np.linalg.multi_dot([a, B, C]), A), (lambda a: np.linalg.multi_dot([a, A.T, A[:, 0]]), V),
    (lambda a: np.linalg.tensorinv(a), RNG.normal(size=(2, 3, 6))),
    (lambda a: np.linalg.tensorsolve(a, np.ones((2, 3))), RNG.normal(size=(2, 3, 6))),
    (lambda a: np.linalg.tensorsolve(a, np.ones((2, 3)), axes=(0,)), RNG.normal(size=(6, 2, 3))),
    (lambda a: np.linalg.lstsq(a, np.arange(4.0), rcond=None)[0], A.T),
    (lambda a: np.linalg.lstsq(a, np.ones((3, 2)), rcond=None)[0], A),
    (lambda a: np.linalg.lstsq(a, np.arange(3.0), rcond=None)[0], S),
    (lambda a: np.linalg.lstsq(a, np.arange(4.0), rcond=None)[1], A.T),
    (lambda a: np.linalg.cond(a), S), (lambda a: np.linalg.cond(a, -2), S),
    (lambda a: np.linalg.cond(a, 1), S),
    (lambda a: np.linalg.cholesky(a @ a.T + np.eye(3)), A),
    (lambda a: np.linalg.eigvalsh(a + a.T), S), (lambda a: np.linalg.eigh(a + a.T, "U")[1] ** 2, S),
]  # fmt: skip


@pytest.mark.parametrize("case", LINALG, ids=range(len(LINALG)))
def test_linear_algebra(case: Any) -> None:
    agrees(*case)


@pytest.mark.parametrize("ord", [None, 1, 2, 3, np.inf, -np.inf])
def test_norms_of_vectors(ord: Any) -> None:
    agrees(lambda v: np.linalg.norm(v, ord), V)
    agrees(lambda a: np.linalg.norm(a, ord, axis=1), A)
    agrees(lambda a: np.linalg.norm(a, ord, axis=0, keepdims=True), A)


@pytest.mark.parametrize("ord", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"])
def test_norms_of_matrices(ord: Any) -> None:
    agrees(lambda a: np.linalg.norm(a, ord), A)
    agrees(lambda a: np.linalg.norm(a, ord, axis=(0, 1), keepdims=True), A)


def test_norms_that_count_or_are_refused() -> None:
    assert np.linalg.norm(ad.Tensor(V), 0).data == 4.0
    assert np.linalg.norm(ad.Tensor(np.zeros((2, 0))), 1, axis=1).shape == (2,)
    x = ad.Tensor(RNG.normal(size=(2, 2, 2)))
    for wrong in (
        lambda: np.linalg.norm(x, 1), lambda: np.linalg.norm(x, 1, axis=(0, 1, 2)),
        lambda: np.linalg.norm(ad.Tensor(V), "fro", axis=0), lambda: np.linalg.norm(x, 7, axis=(0, 1)),
        lambda: np.linalg.norm(x, 1, axis=(0, 0)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"[Nn]orm|axes|axis"):
            wrong()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.linalg.inv(x[0]), "at least two-dimensional"),
        (lambda x: np.linalg.inv(x[:, :2]), "must be square"),
    ],
)
def test_what_is_no_matrix_raises_as_in_numpy(call: Any, words: str) -> None:
    with pytest.raises(np.linalg.LinAlgError, match=words):
        call(ad.Tensor(S))
    with pytest.raises(np.linalg.LinAlgError, match=words):
        call(S)


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.linalg.svd(ad.Tensor(A)),
        lambda: np.linalg.svd(ad.Tensor(S), hermitian=True),
        lambda: np.linalg.qr(ad.Tensor(A.T), "complete"),
        lambda: np.linalg.lstsq(ad.Tensor(np.ones((3, 2))), np.ones(3), rcond=None),
        lambda: np.quantile(ad.Tensor(V), 0.5, method="inverted_cdf"),
        lambda: np.interp(ad.Tensor(V), [0.0, 1.0], [0.0, 1.0], period=2.0),
    ],
)
def test_what_has_no_derivative_is_refused_in_a_sentence(call: Any) -> None:
    with pytest.raises(TypeError, match="has no meaning on a graph"):
        call()


def test_corners_of_linalg() -> None:
    assert np.array_equal(np.linalg.matrix_power(ad.Tensor(S), 0).data, np.eye(3))
    over_both = np.linalg.vector_norm(ad.Tensor(A), axis=(0, 1), ord=1)
    assert np.allclose(over_both.data, np.abs(A).sum())
    with pytest.raises(ValueError, match="two axes"):
        np.matrix_transpose(ad.Tensor(V))


def test_a_singular_matrix_has_cofactors() -> None:
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert np.allclose(ad.grad(np.linalg.det)(a), [[4.0, -2.0], [-2.0, 1.0]])


def by_products(a: Any) -> Any:
    """The determinant as the sum over all permutations, which divides by nothing."""
    n = a.shape[-1]
    return sum(
        math.prod([a[i, j] for i, j in enumerate(p)]) * float(np.linalg.det(np.eye(n)[list(p)]))
        for p in itertools.permutations(range(n))
    )


ORDERS: dict[str, Callable[[Any], Any]] = {
    "grad": ad.grad,
    "hessian": ad.hessian,
    "forward over reverse": lambda f: ad.jacfwd(ad.grad(f)),
    "reverse over forward": lambda f: ad.jacrev(ad.jacfwd(f)),
    "forward twice": lambda f: ad.jacfwd(ad.jacfwd(f)),
    "third": lambda f: ad.jacobian(ad.hessian(f)),
    "program": lambda f: ad.jit(ad.hessian(f)),
    "lanes": lambda f: lambda a: ad.vmap(ad.hessian(f))(np.stack([a, a + 1.0])),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_determinant_has_all_derivatives_at_any_rank(n: int, order: str) -> None:
    draw = np.random.default_rng(n)
    matrices = [draw.normal(size=(n, k)) @ draw.normal(size=(k, n)) for k in range(n + 1)]
    matrices += [
        np.arange(1.0, n * n + 1.0).reshape(n, n),
        np.diag(10.0 ** -np.arange(0.0, 12.0 * n, 12.0)),
    ]
    for a in matrices:
        found, wanted = ORDERS[order](np.linalg.det)(a), ORDERS[order](by_products)(a)
        size = 1.0 + np.max(np.abs(a))
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12 * size**n)


def test_second_derivatives_of_determinants_have_a_largest_size() -> None:
    def along(n: int) -> Any:
        return ad.hvp(np.linalg.det, np.ones((n, n)), np.eye(n))

    assert not np.any(np.abs(along(12)) > 1e-9)
    with pytest.raises(
        np.linalg.LinAlgError, match="det: the second derivative at a singular matrix"
    ):
        along(40)


def test_equal_eigenvalues_have_a_gradient_and_their_vectors_none() -> None:
    eye = np.eye(3)
    assert np.allclose(ad.grad(lambda a: np.sum(np.linalg.eigvalsh(a)))(eye), eye)
    with np.errstate(all="ignore"):
        g = ad.grad(lambda a: np.sum(np.linalg.eigh(a)[1] * np.arange(9.0).reshape(3, 3)))(eye)
    assert not np.all(np.isfinite(g))


STATISTICS: list[Callable[[Any], Any]] = [
    lambda a: np.sort(a, axis=None), lambda a: np.partition(a, 2, axis=None),
    lambda a: np.partition(a, 1), lambda a: np.quantile(a, [0.2, 0.9], axis=1),
    lambda a: np.quantile(a, 0.4), lambda a: np.percentile(a, 30.0, axis=0), lambda a: np.median(a),
    lambda a: np.median(a, axis=1), lambda a: np.cumsum(a), lambda a: np.cumsum(a, axis=1),
    lambda a: np.cumprod(a, axis=1),
    lambda a: np.cumprod(a), lambda a: np.prod(a), lambda a: np.prod(a, initial=2.0),
    lambda a: np.cov(a), lambda a: np.cov(a, rowvar=False), lambda a: np.cov(a, a[:1], bias=True),
    lambda a: np.cov(a, fweights=[1, 2, 1, 1], aweights=[1.0, 0.5, 1.0, 2.0]), lambda a: np.cov(a[0]),
    lambda a: np.cov(a, aweights=[1.0, 0.5, 1.0, 2.0], ddof=0),
    lambda a: np.corrcoef(a) * np.arange(9.0).reshape(3, 3), lambda a: np.nanmean(a, axis=0),
    lambda a: np.nanvar(a, ddof=1), lambda a: np.nanvar(a, axis=1, keepdims=True),
    lambda a: np.nanstd(a), lambda a: np.nansum(a), lambda a: np.nanmax(a, axis=1),
    lambda a: np.nanmin(a), lambda a: np.nanprod(a), lambda a: np.nancumsum(a),
]  # fmt: skip


@pytest.mark.parametrize("f", STATISTICS, ids=range(len(STATISTICS)))
def test_statistics(f: Any) -> None:
    agrees(f, A)


def test_products_with_zeros_lose_no_gradient() -> None:
    x = np.array([2.0, 0.0, 3.0, 0.5])
    assert ad.grad(lambda v: np.prod(v))(x).tolist() == [0.0, 3.0, 0.0, 0.0]
    agrees(lambda v: np.cumprod(v), x)


def test_a_program_of_a_product_holds_where_zeros_come() -> None:
    program = ad.trace(lambda x: np.prod(x), ad.Tensor([2.0, 3.0]))
    assert program.value_and_grad(np.array([2.0, 3.0]))[1].tolist() == [3.0, 2.0]
    assert program.value_and_grad(np.array([0.0, 3.0]))[1].tolist() == [3.0, 0.0]


def test_statistics_at_the_edges() -> None:
    x = ad.Tensor([1.0, math.nan, 3.0])
    assert np.isnan(np.median(x).data)
    assert np.isnan(np.quantile(x, 0.2).data)
    assert np.nanmean(x).data == 2.0
    assert np.median(ad.Tensor(2.0)).data == 2.0
    assert np.isnan(np.median(ad.Tensor(np.zeros(0))).data)
    assert np.cov(ad.Tensor(np.zeros((0, 2)))).shape == (0, 0)
    assert np.corrcoef(ad.Tensor([1.0, 2.0])).data == 1.0
    with pytest.raises(ValueError, match="Quantiles"):
        np.quantile(x, 1.5)
    with pytest.raises(IndexError, match="no quantile"):
        np.quantile(ad.Tensor(np.zeros(0)), 0.5)
    with pytest.raises(ValueError, match="ddof"):
        np.nanvar(x, ddof=1, correction=0)
    assert np.nanvar(x, correction=1).data == 2.0


SIGNALS: list[Callable[[Any], Any]] = [
    lambda v: np.convolve(v, [1.0, 2.0, 0.5]), lambda v: np.convolve([1.0, 2.0], v, "same"),
    lambda v: np.convolve(v, [1.0, 2.0], "valid"), lambda v: np.correlate(v, [1.0, -1.0]),
    lambda v: np.correlate([1.0, -1.0], v, "same"), lambda v: np.correlate(v, v, "full"),
    lambda v: np.kron(v, [1.0, 2.0]), lambda v: np.cross(v[:3], v[1:]),
    lambda v: np.trapezoid(v), lambda v: np.trapezoid(v, x=v**2),
    lambda v: np.trapezoid(np.stack([v, v]), x=np.stack([v, 2.0 * v])),
    lambda v: np.interp(v, [-2.0, 0.0, 2.5], [1.0, 3.0, 0.0], left=0.5),
    lambda v: np.interp([0.1, 0.9], [0.0, 0.5, 1.0, 2.0], v), lambda v: np.interp(v, [0.0], [1.0]),
    lambda v: np.gradient(v), lambda v: np.gradient(v, 0.5, edge_order=2),
    lambda v: np.gradient(v, [0.0, 1.0, 3.0, 4.0]), lambda v: np.gradient(np.outer(v, v))[1],
    lambda v: np.diff(v, 0), lambda v: np.diff(v, prepend=0.0, append=[1.0]), lambda v: np.diff(v, 2),
    lambda v: np.ediff1d(v), lambda v: np.ediff1d(v, to_end=[1.0]), lambda v: np.unwrap(v * 4.0),
    lambda v: np.polyval(v, 0.5), lambda v: np.select([v > 0.0, v < -0.5], [v, 2.0 * v], 3.0),
    lambda v: np.piecewise(v, [v < 0.0], [lambda x: x * x, 2.0]),
    lambda v: np.piecewise(v, v < 0.0, [lambda x: x * x, lambda x: -x]),
    lambda v: np.compress([True, False, True], v), lambda v: np.compress([False, True], np.outer(v, v), 1),
    lambda v: np.extract(v > 0.0, v), lambda v: np.insert(v, 1, v[0]),
    lambda v: np.block([[v, v], [2.0 * v, v]]), lambda v: np.broadcast_arrays(v, np.zeros((2, 4)))[0],
    lambda v: np.meshgrid(v, [1.0, 2.0])[0], lambda v: np.meshgrid(v, v, sparse=True, indexing="ij")[1],
    lambda v: np.diagflat(v, 1), lambda v: np.diagflat(v, -1), lambda v: np.vander(v, 3),
    lambda v: np.vander(v, increasing=True), lambda v: np.dsplit(v.reshape(1, 2, 2), 2)[1],
    lambda v: np.matrix_transpose(np.outer(v, v[:2])), lambda v: np.unstack(v)[1],
    lambda v: np.unstack(np.outer(v, v), axis=(1,))[2], lambda v: np.astype(v, np.float64),
    lambda v: np.vecdot(np.outer(v, v), v), lambda v: np.linalg.vecdot(np.outer(v, v), v[:, None], axis=0),
    lambda v: np.matvec(np.outer(v, v), v), lambda v: np.vecmat(v, np.outer(v, v)),
    lambda v: np.linalg.vector_norm(np.outer(v, v), keepdims=True), lambda v: np.linalg.vector_norm(v),
    lambda v: np.linalg.vector_norm(np.outer(v, v[:2]), axis=(0, 1)),
    lambda v: np.linalg.vector_norm(np.outer(v, v), axis=1, ord=1),
    lambda v: np.linalg.matrix_norm(np.outer(v, v[:2]), ord=1), lambda v: np.linalg.trace(np.outer(v, v)),
    lambda v: np.linalg.diagonal(np.outer(v, v)), lambda v: np.linalg.cross(v[:3], v[1:]),
    lambda v: np.linalg.svdvals(np.outer(v, v) + np.diag([1.0, 2.0, 3.0, 4.0])),
]  # fmt: skip


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="numpy 2.2's names are used"
)
@pytest.mark.parametrize("f", SIGNALS, ids=range(len(SIGNALS)))
def test_signals_and_choices(f: Any) -> None:
    agrees(f, np.array([0.7, -1.2, 0.4, 1.9]))


def test_signals_and_choices_at_the_edges() -> None:
    v = ad.Tensor(V)
    assert np.interp(ad.Tensor(0.3), [1.0], [2.0]).data == 2.0
    with warnings.catch_warnings():  # numpy's, of vectors in the plane
        warnings.simplefilter("ignore")
        assert np.cross(ad.Tensor([1.0, 2.0]), [3.0, 5.0]).data == -1.0
    two = np.cross(np.array([[1.0, 2.0, 0.0]]), np.array([[0.0, 1.0, 0.0]]), axis=1)
    assert np.allclose(np.cross(ad.Tensor([[1.0, 2.0, 0.0]]), [[0.0, 1.0, 0.0]], axis=1).data, two)
    for wrong, words in (
        (lambda: np.select([V > 0], [v, v]), "same length"),
        (lambda: np.piecewise(v, [V > 0], [1.0, 2.0, 3.0]), "functions are expected"),
        (lambda: np.meshgrid(v, indexing="zz"), "indexing"),
        (lambda: np.linalg.tensorinv(v, 0), "Invalid ind"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            wrong()


def test_programs_of_functions_that_look_for_nan() -> None:
    program = ad.trace(lambda x: np.nansum(x * x), ad.Tensor([1.0, 2.0]))
    for x in ([3.0, math.nan], [math.nan, 2.0], [1.0, 2.0]):
        value, gradient = program.value_and_grad(np.array(x))
        assert value == np.nansum(np.square(x))
        assert np.array_equal(gradient, np.nan_to_num(2.0 * np.array(x)))


def test_interpolation_between_infinities() -> None:
    at, known = [0.5, 1.5], [0.0, 1.0, 2.0]
    program = ad.trace(lambda f: np.interp(at, known, f), ad.Tensor([1.0, 2.0, 4.0]))
    for values in (
        [1.0, 2.0, 4.0], [-math.inf, 2.0, 4.0], [math.inf, math.inf, 1.0], [1.0, math.inf, 3.0],
        [math.inf, -math.inf, 0.0], [-math.inf, -math.inf, -math.inf], [math.nan, 1.0, 1.0],
    ):  # fmt: skip
        wanted = np.interp(at, known, values)
        for got in (program(np.array(values)), np.interp(at, known, ad.Tensor(values)).data):
            assert np.array_equal(got, wanted, equal_nan=True), values


@pytest.mark.parametrize("ends", [{}, {"left": -1.0}, {"right": 2.0}, {"left": -1.0, "right": 2.0}])
def test_a_broken_line_is_the_same_eager_and_replayed(ends: dict[str, float]) -> None:
    xp, fp = np.array([-1.0, 0.5, 2.0]), np.array([0.3, -1.0, 4.0])
    x = np.array([-3.0, -1.0, 0.1, 0.5, 1.7, 2.0, 5.0])

    def f(x: Any, fp: Any) -> Any:
        return (np.interp(x, xp, fp, **ends) * np.arange(1.0, 8.0)).sum()

    eager, replayed = ad.value_and_grad(f, (0, 1)), ad.jit(ad.value_and_grad(f, (0, 1)))
    for _ in range(2):
        y, (dx, dfp) = eager(x, fp)
        again = replayed(x, fp)
        np.testing.assert_array_equal(y, again[0])
        np.testing.assert_array_equal(dx, again[1][0])
        np.testing.assert_array_equal(dfp, again[1][1])
    np.testing.assert_allclose(y, (np.interp(x, xp, fp, **ends) * np.arange(1.0, 8.0)).sum())
    assert dx[0] == dx[6] == 0.0
    assert dx[5] == 6.0 * (5.0 / 1.5)  # at the last point the slope from inside


def test_a_broken_line_with_infinite_points() -> None:
    xp, fp = np.array([-1.0, 0.5, 2.0]), np.array([0.3, np.inf, np.inf])
    for x in (0.0, 0.5, 1.0, 2.0, np.nan, -np.inf, np.inf):
        np.testing.assert_array_equal(np.interp(ad.Tensor(x), xp, fp).data, np.interp(x, xp, fp))
    single = np.interp(ad.Tensor([np.nan, 1.0]), [0.0], ad.Tensor([3.0]))
    np.testing.assert_array_equal(single.data, np.interp([np.nan, 1.0], [0.0], [3.0]))


def test_a_partition_beside_nan_has_numpys_order() -> None:
    draw = np.random.default_rng(4)
    for _ in range(300):
        n = int(draw.integers(1, 30))
        x = np.where(draw.random(n) < 0.4, np.nan, draw.normal(size=n))
        k = int(draw.integers(-n, n))
        y = np.partition(ad.Tensor(x), k)
        np.testing.assert_array_equal(y.data, np.partition(x, k))
        weights = np.arange(1.0, n + 1.0)
        slopes = ad.grad(lambda v, k=k, w=weights: (np.partition(v, k) * w).sum())(x)
        np.testing.assert_array_equal(np.sort(slopes), weights)
        whole = ~np.isnan(x)
        places = {float(v): w for v, w in zip(y.data, weights, strict=True) if v == v}
        assert slopes[whole].tolist() == [places[v] for v in x[whole].tolist()]


def test_weights_of_a_covariance_are_doubles_and_stay_as_they_are() -> None:
    x = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)
    counts, shares = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, 1.0, 1.5, 2.0])
    for fweights in (None, counts):
        for aweights in (None, shares):
            given = {"fweights": fweights, "aweights": aweights, "bias": True, "dtype": np.float32}
            held = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in given.items()}
            found = np.cov(ad.Tensor(x), **given)
            np.testing.assert_array_equal(counts, [1.0, 2.0, 3.0, 4.0])
            wanted = np.cov(x, **held)
            assert found.dtype == wanted.dtype
            np.testing.assert_allclose(found.data, wanted, rtol=1e-5)


def test_points_empties_and_infinities_are_numpys() -> None:
    for fp in ([0.23, np.nan, -0.78], [np.nan, 1.0, np.inf], [-np.inf, 0.5, np.nan]):
        for x in (-2.0, 0.5, 3.0, -1.0, 2.0):
            wanted = np.interp(x, [-2.0, 0.5, 3.0], fp)
            with np.errstate(all="ignore"):
                found = np.interp(ad.Tensor(x), [-2.0, 0.5, 3.0], np.array(fp))
            np.testing.assert_array_equal(found.data, wanted)
    empty = np.zeros((0, 3, 0))
    assert np.compress([True], ad.Tensor(empty), axis=-1).shape == (0, 3, 1)
    twice = np.array([np.inf, 1.0, np.inf])
    both = np.intersect1d(ad.Tensor(twice), np.array([2.0]), assume_unique=True)
    np.testing.assert_array_equal(both.data, [np.inf])
