"""`autodiff.scipy` beside SciPy: densities of every distribution, and what few arguments meet."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import autodiff as ad

pytest.importorskip("scipy")
import scipy.stats

from autodiff.scipy import linalg, signal, special, stats
from autodiff.scipy.incomplete import gammainc_slope
from autodiff.scipy.rows import ROWS

MP = mpmath.mp.clone()
MP.dps = 60
A = np.random.default_rng(3).normal(size=(3, 3)) + 4.0 * np.eye(3)
# The shapes of each distribution, and points inside of it.
SHAPES: dict[str, tuple[float, ...]] = {
    "norm": (), "expon": (), "laplace": (), "logistic": (), "cauchy": (), "gumbel_r": (), "gamma": (2.5,),
    "beta": (2.5, 1.5), "t": (4.0,), "chi2": (3.0,), "poisson": (2.5,),
    "bernoulli": (0.3,), "binom": (3, 0.3),
}  # fmt: skip
KNOWN = {n: d for n, d in vars(stats).items() if isinstance(d, stats.Distribution)}
NAMES = ("logpdf", "pdf", "logpmf", "pmf", "cdf", "logcdf", "sf", "logsf")


@pytest.mark.parametrize("name", KNOWN)
def test_densities_are_scipys(name: str) -> None:
    ours, theirs, shapes = KNOWN[name], getattr(scipy.stats, name), SHAPES[name]
    points = np.array([0.0, 1.0] if ours.discrete else [0.2, 0.7])
    answered = [n for n in NAMES if n in (ours.log, ours.once) or n in ours.more]
    assert len(answered) >= 2
    for which in answered:
        f = getattr(ours, which)
        real = tuple(float(s) for s in shapes) if which in (ours.log, ours.once) else ()
        y = f(ad.Tensor(points), *real)
        assert np.allclose(y.data, getattr(theirs, which)(points, *real), rtol=1e-12)
        if ours.discrete:
            n, p = real[:-1], real[-1]
            ad.check_grads(lambda p, f=f, n=n: f(points, *n, p), (p,), order=1)
            moved = f(points + 1.0, *n, ad.Value(p), loc=1)
            assert np.allclose(moved.data, y.data, rtol=1e-12)
            continue
        placed = f(ad.Tensor(points), *real, 0.1, 1.5)
        assert np.allclose(placed.data, getattr(theirs, which)(points, *real, 0.1, 1.5), rtol=1e-12)
        ad.check_grads(lambda x, *s, f=f: f(x, *s, 0.1, 1.5), (points, *real), order=1)
    assert ours.mean(*shapes) == pytest.approx(theirs.mean(*shapes), nan_ok=True)


MATRIX = np.array([[2.0, 0.3], [0.3, 1.0]])
POINTS = np.array([[0.1, 0.2], [0.5, -1.0], [2.0, 0.0]])
NORMALS: list[tuple[Any, ...]] = [
    (0.3,), (POINTS[0],), (POINTS[0], 0.5), (POINTS[0], 0.5, 2.0), (POINTS[0], [0.0, 1.0]),
    (POINTS[0], [0.0, 1.0], 2.0), (POINTS[0], [0.0, 1.0], [1.0, 2.0]), (POINTS, [0.0, 1.0], [1.0, 2.0]),
    (POINTS[0], None, MATRIX), (POINTS, None, MATRIX), (POINTS, [0.0, 1.0], MATRIX),
    (np.stack([POINTS, 2.0 * POINTS]), [0.0, 1.0], MATRIX), (POINTS[:1], [0.0, 1.0]),
]  # fmt: skip


@pytest.mark.parametrize("args", NORMALS, ids=range(len(NORMALS)))
def test_normal_densities_of_several_coordinates(args: tuple[Any, ...]) -> None:
    ours, theirs = stats.multivariate_normal, scipy.stats.multivariate_normal
    point, *rest = args
    for name in ("logpdf", "pdf"):
        y, wanted = getattr(ours, name)(ad.Tensor(point), *rest), getattr(theirs, name)(*args)
        assert y.shape == np.shape(wanted)
        assert np.allclose(y.data, wanted, rtol=1e-12)
    given = [np.asarray(x, float) for x in args if x is not None]

    def density(x: Any, mean: Any = None, cov: Any = 1.0) -> Any:  # of a symmetric matrix
        return ours.logpdf(x, mean, cov @ cov.T if np.ndim(cov) == 2 else cov)

    if len(given) == len(args):
        ad.check_grads(density, given, order=1)


def test_normal_densities_of_other_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="the points have 3 coordinates, the distribution 2"):
        stats.multivariate_normal.logpdf(ad.Tensor(np.ones(3)), [0.0, 1.0])
    assert stats.multivariate_normal.entropy(cov=2.0) == scipy.stats.multivariate_normal.entropy(
        cov=2.0
    )


def test_densities_of_shares() -> None:
    alpha = np.array([1.5, 2.0, 0.7])
    shares = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]).T
    for x in (shares[:, 0], shares):
        for name in ("logpdf", "pdf"):
            y = getattr(stats.dirichlet, name)(ad.Tensor(x), alpha)
            assert np.allclose(y.data, getattr(scipy.stats.dirichlet, name)(x, alpha), rtol=1e-12)
        ad.check_grads(stats.dirichlet.logpdf, (x[:-1], alpha), order=1)
    assert np.allclose(stats.dirichlet.mean(alpha), alpha / alpha.sum())


def test_functions_made_of_rows() -> None:
    for x in (0.3, 1.7):
        assert ad.grad(special.exp10)(x) == pytest.approx(np.log(10.0) * 10.0**x, rel=1e-13)
        assert ad.grad(special.softplus)(x) == pytest.approx(1.0 / (1.0 + np.exp(-x)), rel=1e-13)
    assert special.exp10(ad.Value(2.0)).data == 100.0
    a = ad.Value(3.2)
    y = special.multigammaln(a, 2)
    assert y.data == pytest.approx(scipy.special.multigammaln(3.2, 2), rel=1e-14)
    slope = scipy.special.psi(3.2) + scipy.special.psi(2.7)
    assert ad.gradient(y, a) == pytest.approx(slope, rel=1e-13)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_logarithms_of_sums(axis: Any) -> None:
    x = np.array([[700.0, 701.0, -5.0], [1.0, 2.0, 3.0]])
    for f in (special.log_softmax, special.softmax, special.logsumexp):
        assert np.allclose(f(ad.Tensor(x), axis=axis).data, f(x, axis=axis), rtol=1e-13)
    y, sign = special.logsumexp(ad.Tensor(x), axis=axis, return_sign=True)
    assert np.array_equal(sign, np.ones(y.shape))
    assert np.array_equal(y.data, special.logsumexp(ad.Tensor(x), axis=axis).data)


def series(a: Any, x: Any) -> Any:
    """P(a, x), term by term."""
    term = total = MP.exp(a * MP.log(x) - x - MP.loggamma(a + 1))
    n = 1
    while term > total * MP.mpf(10) ** -55:
        term = term * x / (a + n)
        total, n = total + term, n + 1
    return total


@pytest.mark.parametrize("a", [0.3, 5.0, 3e3, 5e4])
def test_incomplete_gamma_by_its_shape(a: float) -> None:
    """A term's logarithm has an error of about a eps, and so have the sums."""
    for x in (0.99 * a, a, a + 2.0 * a**0.5, 1.01 * a):
        h = MP.mpf(a) * MP.mpf(10) ** -20
        wanted = (series(a + h, MP.mpf(x)) - series(a - h, MP.mpf(x))) / (2 * h)
        assert gammainc_slope(a, x) == pytest.approx(float(wanted), rel=1e-14 + 2e-14 * a)


def test_incomplete_gamma_out_of_reach_is_no_number() -> None:
    found = gammainc_slope(np.array([1.0, 1e12, 1e12, np.nan]), np.array([1.0, 1e12, 1.1e12, 1.0]))
    assert found[0] == gammainc_slope(1.0, 1.0)
    assert np.isnan(found[[1, 3]]).all()
    assert found[2] == 0.0  # the tail is below the least number


CONVOLVED: list[Callable[[Any], Any]] = [
    lambda a: signal.convolve(A[:2, :2], a, "valid"), lambda a: signal.convolve(A[:2, :2], a, "same"),
    lambda a: signal.convolve(a, a, "valid"),
]  # fmt: skip


@pytest.mark.parametrize("f", CONVOLVED, ids=range(len(CONVOLVED)))
def test_the_smaller_array_first(f: Any) -> None:
    assert np.allclose(f(ad.Tensor(A)).data, f(A))
    ad.check_grads(f, (A,), order=1, rtol=1e-6)


def test_what_linalg_leaves_to_scipy() -> None:
    assert np.allclose(linalg.lu(A)[2], scipy.linalg.lu(A)[2])
    with pytest.raises(TypeError, match="eigh: b= has no meaning on a graph"):
        linalg.eigh(ad.Tensor(A + A.T), np.eye(3))


# Where the terms of a textbook's formula cancel, or a tail underflows.
HARD = [
    ("erfcx", (11.9,)), ("erfcx", (1e5,)), ("erfcx", (-3.0,)), ("log_ndtr", (-1e6,)), ("log_ndtr", (-40.0,)),
    ("log_ndtr", (30.0,)), ("betaln", (1e10, 0.5)), ("betaln", (1e15, 3.0)), ("betaln", (1e-10, 1e-10)),
    ("betaln", (3.3, 1e10)), ("beta", (1e-3, 2.0)), ("gammainc", (1e-3, 1e-5)), ("gammainc", (200.0, 190.0)),
    ("gammainc", (20.0, 80.0)), ("gammaincc", (20.0, 80.0)), ("erfinv", (1 - 1e-12,)),
    ("erfinv", (-1 + 1e-15,)), ("iv", (2.5, 600.0)), ("iv", (50.0, 0.1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "at"), HARD)
def test_slopes_at_hard_arguments(name: str, at: tuple[float, ...]) -> None:
    row = ROWS[name]
    exact = row.reference or name
    with MP.workdps(100):
        for k in range(name == "iv", len(at)):

            def along(t: Any, k: int = k) -> Any:
                xs = [t if i == k else MP.mpf(x) for i, x in enumerate(at)]
                return getattr(MP, exact)(*xs) if isinstance(exact, str) else exact(MP, *xs)

            wanted = MP.diff(along, MP.mpf(at[k]), h=MP.mpf(10) ** -30 * abs(at[k]))
            for xs in (at, tuple(np.array([x]) for x in at)):
                found = ad.grad(lambda *z: np.sum(row(*z)), argnums=k)(*xs)
                assert float(np.squeeze(found)) == pytest.approx(float(wanted), rel=1e-10)


# Points inside of a support, at its ends, outside of it, between whole numbers, and no numbers.
POINTS_OF_ALL_KINDS = [
    -np.inf,
    -2.0,
    -1.0,
    -0.5,
    0.0,
    0.3,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
    5.0,
    np.inf,
    np.nan,
]
PLACES = [
    (0.0, 1.0),
    (0.5, 2.0),
    (1.0, 0.25),
    (0.0, 0.0),
    (0.0, -1.0),
    (np.nan, 1.0),
    (0.0, np.nan),
]
OTHER_SHAPES: dict[str, list[tuple[float, ...]]] = {
    "gamma": [(1.0,), (0.5,), (0.0,), (-1.0,), (np.nan,)], "chi2": [(2.0,), (0.0,), (-2.0,), (np.nan,)],
    "beta": [(1.0, 1.0), (0.5, 2.0), (0.0, 1.0), (1.5, -1.0), (np.nan, 1.0)], "t": [(1.0,), (0.0,), (-1.0,)],
    "poisson": [(0.0,), (-1.0,), (np.nan,)], "bernoulli": [(0.0,), (1.0,), (1.1,), (-0.1,), (np.nan,)],
    "binom": [(3.0, 0.0), (3.0, 1.0), (2.5, 0.5), (-1.0, 0.5), (3.0, 1.5), (0.0, 0.5), (3.0, np.nan)],
}  # fmt: skip
ANSWERED = [
    (name, which) for name, d in KNOWN.items() for which in NAMES
    if which in (d.log, d.once) or which in d.more
]  # fmt: skip


def calls(name: str, which: str) -> list[tuple[float, ...]]:
    shapes = [tuple(map(float, SHAPES[name])), *OTHER_SHAPES.get(name, [])]
    places = [(0.0,), (1.0,), (0.5,), (np.nan,)] if KNOWN[name].discrete else PLACES
    return [(*s, *places[0]) for s in shapes] + [(*shapes[0], *p) for p in places[1:]]


@pytest.mark.engine
@pytest.mark.parametrize(("name", "which"), ANSWERED)
@np.errstate(all="ignore")
def test_every_function_is_scipys_at_every_kind_of_point(name: str, which: str) -> None:
    ours, theirs = getattr(KNOWN[name], which), getattr(getattr(scipy.stats, name), which)
    points = np.array(POINTS_OF_ALL_KINDS)
    for rest in calls(name, which):
        wanted = theirs(points, *rest)
        assert np.array_equal(ours(points, *rest), wanted, equal_nan=True)
        same = {"rtol": 1e-12, "atol": 1e-300, "equal_nan": True}
        x = ad.Tensor(points)
        y = ours(x, *rest)
        assert np.allclose(y.data, wanted, **same), (rest, y.data, wanted)
        slopes = ad.gradient(y.sum(), x)
        constants = {"cdf": (0.0, 1.0), "sf": (0.0, 1.0)}.get(which, (-np.inf, 0.0))
        low, high = getattr(scipy.stats, name).support(*rest)
        outside = (points < low) | (points > high)
        if KNOWN[name].discrete:
            outside |= np.isfinite(points) & (points - rest[-1] != np.floor(points - rest[-1]))
        outside &= ~np.isnan(wanted)
        assert np.isin(wanted[outside], constants).all()
        assert not slopes[outside].any(), (rest, slopes)
        nodes = [ad.Tensor(np.full(points.shape, r)) for r in rest]
        y = ours(points, *nodes)
        assert np.allclose(y.data, wanted, **same), (rest, y.data, wanted)
        for slope in ad.gradient(y.sum(), nodes):
            assert not slope[outside].any(), (rest, slope)
        for point, want in zip(points, wanted, strict=True):
            for given in (
                (ad.Value(point), *rest), (point, *map(ad.Value, rest)),
                (float(point), *map(ad.Tensor, rest)),
            ):  # fmt: skip
                assert np.allclose(ours(*given).data, want, **same), (point, rest)
        compiled = ad.jit(ours)(points[::-1].copy(), *rest), ad.jit(ours)(points, *rest)
        assert np.allclose(compiled[1], wanted, **same)


@pytest.mark.parametrize(("name", "which"), ANSWERED)
def test_parameters_go_by_scipys_names_and_no_others(name: str, which: str) -> None:
    ours, dist = getattr(KNOWN[name], which), getattr(scipy.stats, name)
    shapes = dict(zip((dist.shapes or "").replace(",", " ").split(), SHAPES[name], strict=True))
    y = ours(ad.Tensor(1.0), **shapes, loc=1.0)
    assert np.allclose(y.data, getattr(dist, which)(1.0, **shapes, loc=1.0), rtol=1e-12)
    for args, options in (((), {"nonsense": 3}), ((1.0,) * 6, {})):
        with pytest.raises(TypeError, match=f"{name}.{which}: "):
            ours(ad.Tensor(1.0), *args, **options)
    with pytest.raises(TypeError, match=f"{name}.ppf: the table has no operation"):
        KNOWN[name].ppf(ad.Tensor(0.5), **shapes)


def test_precision_and_kind_of_node_stay() -> None:
    for name, which in ANSWERED:
        f, shapes = getattr(KNOWN[name], which), SHAPES[name] if which in NAMES[:4] else ()
        assert f(ad.Tensor(np.ones(2, np.float32)), *shapes, 1).dtype == np.float32
        assert type(f(ad.Value(1.0), *shapes)) is ad.Value
        assert (
            ad.jit(lambda x, f=f, shapes=shapes: f(x, *shapes))(1.0)
            == f(ad.Value(1.0), *shapes).data
        )


def test_parameters_given_once() -> None:
    frozen, theirs = stats.gamma(2.5, scale=1.5), scipy.stats.gamma(2.5, scale=1.5)
    assert frozen.logpdf(ad.Value(0.7)).data == pytest.approx(theirs.logpdf(0.7), rel=1e-13)
    assert frozen.logpdf(0.7) == theirs.logpdf(0.7)
    assert (frozen.mean(), frozen.ppf(0.3)) == (theirs.mean(), theirs.ppf(0.3))
    ad.check_grads(lambda a, s: stats.gamma(a, scale=s).pdf(0.7), (2.5, 1.5), order=1)
    for call in (lambda: frozen.cdf(ad.Value(0.7)), lambda: stats.gamma(ad.Value(2.5)).cdf(0.7)):
        with pytest.raises(TypeError, match=r"gamma\.cdf: the table has no operation"):
            call()


def test_what_scipy_keeps_refuses_nodes() -> None:
    for f in (linalg.lu, signal.medfilt, special.comb, stats.zscore):
        with pytest.raises(TypeError, match=r"^scipy\.[a-z.]*: the table has no operation for it"):
            f(ad.Tensor(A))


def test_what_densities_of_several_coordinates_refuse() -> None:
    with pytest.raises(TypeError, match="allow_singular=True has no meaning on a graph"):
        stats.multivariate_normal.logpdf(ad.Tensor(POINTS), None, MATRIX, allow_singular=True)
    for x in ([0.2, 0.3, 0.6], [-0.1, 0.6, 0.5]):
        with pytest.raises(ValueError, match=r"sum|greater"):
            stats.dirichlet.logpdf(ad.Tensor(np.array(x)), [1.5, 2.0, 0.7])
    x, alpha = np.array([0.2, 0.3]), np.array([1.5, 2.0, 0.7])
    assert np.allclose(stats.dirichlet.logpdf(ad.Tensor(x), alpha).data,
                       scipy.stats.dirichlet.logpdf(x, alpha), rtol=1e-12)  # fmt: skip
    ad.check_grads(stats.dirichlet.logpdf, (x, alpha), order=1)
    with pytest.raises(TypeError, match=r"dirichlet\.entropy: the table"):
        stats.dirichlet.entropy(ad.Tensor(alpha))


@pytest.mark.parametrize("df", [0.5, 3.0, 150.0, 199.0, 201.0, 1e5, 1e8, 1e12, 1e15, 1e20, np.inf])
def test_t_of_many_degrees_of_freedom_is_the_normal_distribution(df: float) -> None:
    for x in (-2.0, 0.5, 3.0):
        wanted = scipy.stats.t.logpdf(x, df)
        assert float(stats.t.logpdf(ad.Value(x), df).data) == pytest.approx(wanted, rel=1e-11)
        if df > 1e8:
            assert ad.grad(lambda v: stats.t.logpdf(v, df))(x) == pytest.approx(-x, rel=1e-6)
            assert abs(ad.grad(lambda d, x=x: stats.t.logpdf(x, d))(df)) < 1e-15
