"""Log densities of scipy.stats' usual distributions on nodes: `norm.logpdf(x, loc, scale)` and its kin.

Each distribution has `logpdf` (or `logpmf`) and `pdf`, where it is simple `cdf` and `logcdf`, with
SciPy's parameters under SciPy's names; gradients flow to the point and to every parameter that is real.
Everything else is SciPy's own.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.scipy import special
from autodiff.table import ops

plain = require("scipy.stats", "scipy", "autodiff.scipy.stats")
LOG_2PI = math.log(2.0 * math.pi)
Density = Callable[..., Any]


class Distribution:
    """One of SciPy's distributions, whose log density is known to the table."""

    def __init__(
        self, name: str, density: Density, discrete: bool = False, **more: Density
    ) -> None:
        self.name, self.density, self.more = name, density, more
        self.log, self.once = ("logpmf", "pmf") if discrete else ("logpdf", "pdf")
        self.discrete = discrete

    def standard(
        self, function: Density, x: Any, shapes: tuple[Any, ...], loc: Any, scale: Any
    ) -> Any:
        return function((x - loc) / scale if not self.discrete else x - loc, *shapes)

    def logarithm(self, x: Any, *shapes: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the logarithm of the density at x."""
        count = self.density.__code__.co_argcount - 1
        rest = shapes[count:]
        loc = rest[0] if rest else loc
        scale = rest[1] if len(rest) > 1 else scale
        y = self.standard(self.density, ops.add(tensor(x), 0.0), shapes[:count], loc, scale)
        if type(scale) is float and scale == 1.0:
            return y
        return y - ops.log(scale)

    def __getattr__(self, name: str) -> Any:
        if name == self.log:
            return self.logarithm
        if name == self.once:
            return lambda *args, **options: ops.exp(self.logarithm(*args, **options))
        if name in self.more:
            return lambda x, loc=0.0, scale=1.0: self.more[name]((x - loc) / scale)
        return getattr(getattr(plain, self.name), name)


def _gamma(x: Any, a: Any) -> Any:
    return ops.xlogy(a - 1.0, x) - x - special.gammaln(ops.add(a, 0.0))


def _beta(x: Any, a: Any, b: Any) -> Any:
    return ops.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b)


def _t(x: Any, df: Any) -> Any:
    df = ops.add(df, 0.0)
    size = special.gammaln(0.5 * (df + 1.0)) - special.gammaln(0.5 * df)
    return size - 0.5 * (ops.log(df) + math.log(math.pi)) - 0.5 * (df + 1.0) * ops.log1p(x * x / df)


def _chi2(x: Any, df: Any) -> Any:
    half = ops.mul(df, 0.5)
    return ops.xlogy(half - 1.0, x) - 0.5 * x - special.gammaln(half) - half * math.log(2.0)


def _poisson(k: Any, mu: Any) -> Any:
    return ops.xlogy(k, mu) - special.gammaln(k + 1.0) - mu


def _bernoulli(k: Any, p: Any) -> Any:
    return ops.xlogy(k, p) + special.xlog1py(1.0 - k, -ops.add(p, 0.0))


def _binom(k: Any, n: Any, p: Any) -> Any:
    n = ops.add(n, 0.0)
    choose = special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    return choose + ops.xlogy(k, p) + special.xlog1py(n - k, -ops.add(p, 0.0))


norm = Distribution(
    "norm", lambda x: -0.5 * (x * x) - 0.5 * LOG_2PI, cdf=ops.normal_cdf, logcdf=special.log_ndtr,
    sf=lambda x: ops.normal_cdf(-x), logsf=lambda x: special.log_ndtr(-x),
)  # fmt: skip
expon = Distribution("expon", lambda x: -x, cdf=lambda x: -ops.expm1(-x))
laplace = Distribution("laplace", lambda x: -ops.abs(x) - math.log(2.0))
logistic = Distribution(
    "logistic", lambda x: -x - 2.0 * ops.softplus(-x), cdf=ops.sigmoid, logcdf=special.log_expit
)
cauchy = Distribution("cauchy", lambda x: -ops.log1p(x * x) - math.log(math.pi))
gumbel_r = Distribution("gumbel_r", lambda x: -x - ops.exp(-x), cdf=lambda x: ops.exp(-ops.exp(-x)))
gamma = Distribution("gamma", _gamma)
beta = Distribution("beta", _beta)
t = Distribution("t", _t)
chi2 = Distribution("chi2", _chi2)
poisson = Distribution("poisson", _poisson, discrete=True)
bernoulli = Distribution("bernoulli", _bernoulli, discrete=True)
binom = Distribution("binom", _binom, discrete=True)


class MultivariateNormal:
    """scipy.stats.multivariate_normal: logpdf and pdf by a Cholesky factor."""

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """Return the logarithm of the density at the points in the last axis of x.

        How many coordinates there are is said by the mean, without one by the covariance: a matrix,
        the diagonal of one, or a number, which is the variance of every coordinate. As in SciPy,
        numbers in one axis are a point, or as many points as numbers where there is one coordinate.
        """
        x, cov = tensor(x), tensor(cov)
        mean = tensor(0.0 if mean is None else mean).reshape(-1)
        n = max(mean.size, *cov.shape, 1)
        if cov.ndim < 2:
            cov = ops.mul(np.eye(n), cov)
        if x.ndim < 2:
            x = x.reshape(-1, 1) if n == 1 else x.reshape(1, -1)
        if x.shape[-1] != n:
            raise ValueError(
                f"multivariate_normal: the points have {x.shape[-1]} coordinates, the distribution {n}"
            )
        away = x - mean
        lower = ops.cholesky(cov)
        turned = ops.solve(lower, away.reshape(-1, n).transpose())
        size = ops.log(lower[np.arange(n), np.arange(n)]).sum()
        y = -0.5 * ops.square(turned).sum(0) - size - 0.5 * n * LOG_2PI
        return y.reshape([k for k in away.shape[:-1] if k != 1])

    def pdf(self, *args: Any, **options: Any) -> Any:
        """Return the density."""
        return ops.exp(self.logpdf(*args, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(plain.multivariate_normal, name)


multivariate_normal = MultivariateNormal()


class Dirichlet:
    """scipy.stats.dirichlet: logpdf and pdf of shares in the first axis."""

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """Return the logarithm of the density at x, for the parameters alpha."""
        x, alpha = tensor(x), tensor(alpha)
        size = special.gammaln(alpha.sum()) - special.gammaln(alpha).sum()
        power = alpha.reshape(-1, *(1,) * (x.ndim - 1)) - 1.0
        return size + ops.xlogy(power, x).sum(0)

    def pdf(self, x: Any, alpha: Any) -> Any:
        """Return the density."""
        return ops.exp(self.logpdf(x, alpha))

    def __getattr__(self, name: str) -> Any:
        return getattr(plain.dirichlet, name)


dirichlet = Dirichlet()


def __getattr__(name: str) -> Any:
    """Return what SciPy has by a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(plain, name)
