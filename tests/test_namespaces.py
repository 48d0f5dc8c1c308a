"""`autodiff.numpy` and `autodiff.scipy`: code with the import alone changed; mpmath is the oracle."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy
import pytest

import autodiff as ad
import autodiff.numpy as np
import autodiff.numpy.random as npr
from autodiff.numpy.linalg import inv
from autodiff.sources.reference import operations

pytest.importorskip("scipy")
from autodiff.scipy import linalg, signal, special, stats
from autodiff.scipy.rows import ROWS
from autodiff.table.primitive import UNKNOWN

MP = mpmath.mp.clone()
MP.dps = 40
A = numpy.random.default_rng(3).normal(size=(3, 3)) + 4.0 * numpy.eye(3)

CREATED: list[Callable[[Any], Any]] = [
    lambda x: np.array([x[0], 2.0 * x[1], 1.0]), lambda x: np.array([[x[0]], [x[1]]]),
    lambda x: np.asarray([x[0], 1.0]), lambda x: np.full(3, x[0]), lambda x: np.full_like(A, x[1]),
    lambda x: np.linspace(x[0], 2.0, 5), lambda x: np.linspace(0.0, x, 3, axis=1),
    lambda x: np.r_[x, 1.0, x[0]], lambda x: np.c_[x, x**2], lambda x: np.sum([x[0], x[1] ** 2]),
    lambda x: np.array(x[0], ndmin=2), lambda x: inv(np.array([[x[0], 1.0], [0.0, x[1]]])),
    lambda x: np.linspace(x[0], 2.0, 3, endpoint=False, retstep=True)[1],
]  # fmt: skip


@pytest.mark.parametrize("f", CREATED, ids=range(len(CREATED)))
def test_arrays_are_made_of_nodes(f: Any) -> None:
    x = numpy.array([0.7, 1.4])
    y = f(ad.Tensor(x))
    assert numpy.allclose(y.data, f(x))
    ad.check_grads(f, (x,), order=1)


def test_the_rest_is_numpys_own() -> None:
    assert np.pi == numpy.pi
    assert np.float64 is numpy.float64
    assert npr.RandomState(0).randn() == numpy.random.RandomState(0).randn()
    assert np.add.reduce == numpy.add.reduce
    assert {"sin", "linalg", "r_"} <= set(dir(np))
    assert np.array([1, 2]).dtype == int
    with pytest.raises(AttributeError, match="nothing_like_it"):
        np.nothing_like_it  # noqa: B018
    with pytest.raises(TypeError, match="names axes"):
        np.r_["-1", ad.Tensor([1.0])]


def draws(row: Any) -> list[list[float]]:
    rng = numpy.random.default_rng(len(row.name))
    points = [
        [float(rng.uniform(max(d.low, -4.0), min(d.high, 6.0))) for d in row.domain]
        for _ in range(6)
    ]
    if row.name == "polygamma":
        points = [[float(int(p[0])), p[1]] for p in points]
    return points


def exact(row: Any, *xs: Any) -> Any:
    reference = row.reference or row.name
    return getattr(MP, reference)(*xs) if isinstance(reference, str) else reference(MP, *xs)


KNOWN = [r for r in ROWS.values() if r.name != "gammainc_shape"]


@pytest.mark.parametrize("row", KNOWN, ids=lambda r: r.name)
def test_special_functions_and_their_derivatives_agree_with_mpmath(row: Any) -> None:
    for point in draws(row):
        y = row(*(ad.Tensor([x]) for x in point))
        assert float(y.data[0]) == pytest.approx(float(exact(row, *point)), rel=2e-12)
        for i in range(row.arity):
            xs = [ad.Tensor([x]) if k == i else numpy.array([x]) for k, x in enumerate(point)]
            try:
                found = float(ad.gradient(row(*xs).sum(), xs[i])[0])
            except TypeError as error:
                assert "has no derivative here" in str(error)  # noqa: PT017
                continue
            slope = MP.diff(
                lambda t, i=i, p=point: exact(
                    row, *(t if k == i else MP.mpf(x) for k, x in enumerate(p))
                ),
                point[i],
            )
            assert found == pytest.approx(float(slope), rel=2e-12), (i, point)


def test_a_fixed_order_takes_numbers_and_never_gives_a_wrong_zero() -> None:
    assert ad.grad(lambda x: special.jv(2.0, x))(1.5) == pytest.approx(
        float(mpmath.besselj(2, 1.5, 1))
    )
    with pytest.raises(TypeError, match="the order of a Bessel function has no derivative here"):
        ad.grad(lambda n: special.jv(n, 1.5))(2.0)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda r: r.name)
def test_programs_answer_as_eager_code_does(row: Any) -> None:
    known = tuple(i for i, rule in enumerate(row.partials) if rule not in UNKNOWN)
    first, second = draws(row)[:2]
    program = ad.trace(row, *first, argnums=known)
    nodes = [ad.Value(x) for x in second]
    y = row(*nodes)
    value, slopes = program.value_and_grad(*second)
    assert repr(value) == repr(y.data)
    assert repr(slopes) == repr(tuple(map(float, ad.gradient(y, [nodes[i] for i in known]))))
    if len(known) < row.arity:
        with pytest.raises(TypeError, match="has no derivative here"):
            ad.trace(row, *first, argnums=tuple(range(row.arity))).value_and_grad(*second)


def test_rows_that_come_later_are_listed_too() -> None:
    said = operations()
    assert "psi(x)" in said
    assert "jv(n, x)            d/dn = nan" in said


@pytest.mark.parametrize("sign", [False, True])
def test_logsumexp_with_weights(sign: bool) -> None:
    b = numpy.array([1.0, 2.0, 0.5])

    def f(x: Any) -> Any:
        y = special.logsumexp(x, b=b, return_sign=sign)
        return y[0] if sign else y

    x = numpy.array([700.0, 701.0, -5.0])
    assert ad.grad(f)(x) == pytest.approx(b * numpy.exp(x - f(x)), rel=1e-12)
    assert numpy.allclose(special.softmax(ad.Tensor(x)).data, special.softmax(x))


DENSITIES: list[tuple[Any, tuple[float, ...]]] = [
    (stats.norm.logpdf, (0.3, 0.5, 1.5)), (stats.norm.pdf, (0.3, 0.5, 1.5)),
    (stats.norm.cdf, (0.3, 0.5, 1.5)),
    (stats.norm.logcdf, (-3.0,)), (stats.expon.logpdf, (0.7, 0.0, 2.0)), (stats.laplace.logpdf, (0.7,)),
    (stats.logistic.logpdf, (0.7, 0.1, 2.0)), (stats.cauchy.logpdf, (0.7,)), (stats.gumbel_r.logpdf, (0.7,)),
    (stats.gamma.logpdf, (0.7, 2.5)), (stats.beta.logpdf, (0.3, 2.5, 1.5)), (stats.t.logpdf, (0.7, 4.0)),
    (stats.chi2.logpdf, (0.7, 4.0)),
]  # fmt: skip


@pytest.mark.parametrize(("density", "point"), DENSITIES, ids=range(len(DENSITIES)))
def test_densities_agree_with_scipy(density: Any, point: Any) -> None:
    import scipy.stats

    owner = density.__self__ if hasattr(density, "__self__") else None
    y = density(*map(ad.Tensor, point))
    if owner is not None:
        assert float(y.data) == pytest.approx(
            float(getattr(scipy.stats, owner.name).logpdf(*point)), rel=1e-12
        )
    ad.check_grads(density, point, order=1)


MATRICES: list[Callable[[Any], Any]] = [
    lambda a: linalg.solve_triangular(a, numpy.ones(3)),
    lambda a: linalg.solve_triangular(a, numpy.ones((3, 2)), trans=1, lower=True, unit_diagonal=True),
    lambda a: linalg.expm(0.2 * a), lambda a: linalg.cholesky(a @ a.T), lambda a: linalg.solve(a, a.T),
    lambda a: linalg.cho_solve(linalg.cho_factor(a @ a.T), numpy.ones(3)), lambda a: linalg.det(a),
    lambda a: linalg.block_diag(a, 2.0 * a), lambda a: linalg.svd(a, full_matrices=False)[1],
    lambda a: linalg.eigh(a + a.T)[0], lambda a: signal.convolve(a, A[:2, :2]),
    lambda a: signal.convolve(a, A[:2, :2], "same"), lambda a: signal.convolve(a, A[:2, :2], "valid"),
    lambda a: signal.correlate(a, A[:2, :2]), lambda a: signal.detrend(a),
    lambda a: signal.detrend(a, type="constant"),
]  # fmt: skip


@pytest.mark.parametrize("f", MATRICES, ids=range(len(MATRICES)))
def test_matrices_and_signals(f: Any) -> None:
    assert numpy.allclose(f(ad.Tensor(A)).data, f(A))
    ad.check_grads(f, (A,), order=1, rtol=1e-6)
