"""Log densities of scipy.stats' usual distributions on nodes: `norm.logpdf(x, loc, scale)` and its kin.

Each distribution has `logpdf` (or `logpmf`) and `pdf`, where it is simple `cdf` and `logcdf`, with
SciPy's parameters under SciPy's names; gradients flow to the point and to every parameter that is real.
Where there is no density (outside of the support, between whole numbers) they are SciPy's -inf, 0 and 1,
whose gradient is 0; a parameter that SciPy does not allow gives NaN. Everything else is SciPy's own.
"""

import inspect
import math
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np

from autodiff.derivatives.calls import is_node
from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.functions import holds_nodes
from autodiff.nodes.tensor import Tensor
from autodiff.scipy import special
from autodiff.scipy.parameters import left_to_scipy
from autodiff.scipy.several import LOG_2PI, dirichlet, multivariate_normal
from autodiff.table import ops

plain = require("scipy.stats", "scipy", "autodiff.scipy.stats")
__all__ = [
    "bernoulli", "beta", "binom", "cauchy", "chi2", "dirichlet", "expon", "gamma", "gumbel_r", "laplace",
    "logistic", "multivariate_normal", "norm", "poisson", "t",
]  # fmt: skip
Density = Callable[..., Any]
# What the functions of a distribution are below its support, and above.
OUTSIDE = {
    "logpdf": (-math.inf, -math.inf), "logpmf": (-math.inf, -math.inf), "cdf": (0.0, 1.0),
    "logcdf": (-math.inf, 0.0), "sf": (1.0, 0.0), "logsf": (0.0, -math.inf),
}  # fmt: skip


def _operand(x: Any) -> Any:
    """Return a node, or a plain number or array of floats, which leaves the precision of others."""
    if is_node(x):
        return x
    if holds_nodes(x):
        return tensor(x)
    x = np.asarray(x)
    return x.astype(x.dtype if x.dtype.kind == "f" else float) if x.ndim else float(x)


def _positive(*shapes: Any) -> list[Any]:
    return [ops.step(s) for s in shapes]


def _share(p: Any) -> list[Any]:
    """A probability, 0 and 1 among them."""
    return [_not_above(0.0, p), _not_above(p, 1.0)]


def _not_above(a: Any, b: Any) -> Any:
    return ops.sub(1.0, ops.step(ops.sub(a, b)))


def _whole(k: Any) -> Any:
    return ops.sub(2.0, ops.mul(2.0, ops.beats(k, ops.floor(k))))


def _all(flags: list[Any]) -> Any:
    """Return 1 where all flags are, 0 elsewhere, NaN where one is; None where numbers say 1 throughout."""
    found = None
    for flag in flags:
        if holds_nodes(flag) or not np.all(np.equal(flag, 1.0)):
            found = flag if found is None else ops.mul(found, flag)
    return found


class Distribution:
    """One of SciPy's distributions, whose log density is known to the table.

    Its support goes from `low` to `high` (a number, or the function of the shapes that gives it); `within`
    is a point inside. `allowed` gives, for the shapes, flags that are 1 where SciPy takes them.
    """

    def __init__(
        self, name: str, density: Density, allowed: Density = _positive, low: float = -math.inf,
        high: Any = math.inf, within: float = 0.5, discrete: bool = False, **more: Density,
    ) -> None:  # fmt: skip
        self.name, self.density, self.more = name, density, more
        self.log, self.once = ("logpmf", "pmf") if discrete else ("logpdf", "pdf")
        self.discrete, self.allowed = discrete, allowed
        self.low, self.high, self.within = low, high, within

    @cached_property
    def signature(self) -> inspect.Signature:
        """What a function of the distribution takes: the point, SciPy's shapes, loc and scale."""
        place = inspect.Parameter.POSITIONAL_OR_KEYWORD
        shapes = (getattr(plain, self.name).shapes or "").replace(",", " ").split()
        names = [inspect.Parameter(n, place) for n in ("k" if self.discrete else "x", *shapes)]
        names.append(inspect.Parameter("loc", place, default=0.0))
        if not self.discrete:
            names.append(inspect.Parameter("scale", place, default=1.0))
        return inspect.Signature(names)

    def answer(self, which: str, *args: Any, **options: Any) -> Any:
        """Return a function of the distribution, which SciPy computes where no node is given."""
        if not holds_nodes((*args, *options.values())):
            return getattr(getattr(plain, self.name), which)(*args, **options)
        try:
            given = self.signature.bind(*args, **options)
        except TypeError as error:
            raise TypeError(f"{self.name}.{which}: {error}") from None
        given.apply_defaults()
        x, *rest = given.arguments.values()
        scale = 1.0 if self.discrete else rest.pop()
        loc = rest.pop()
        if which == self.once:
            return ops.exp(self.placed(self.log, x, rest, loc, scale))
        return self.placed(which, x, rest, loc, scale)

    def placed(self, which: str, x: Any, shapes: list[Any], loc: Any, scale: Any) -> Any:
        """Return the function at x by the one at the standard place; nothing flows from outside."""
        given = [x, *shapes, loc, scale]
        x, *shapes, loc, scale = map(_operand, given)
        if any(np.ndim(z) or isinstance(z, Tensor) for z in given):
            x = tensor(x)
        x = ops.sub(x, loc)
        if not self.discrete:
            x = ops.div(x, scale)
        allowed = _all([*self.allowed(*shapes), ops.step(scale)])
        high = self.high(*shapes) if callable(self.high) else self.high
        parts = [_not_above(self.low, x)] if self.low > -math.inf else []
        if callable(self.high) or high < math.inf:
            parts.append(_not_above(x, high))
        if self.discrete:
            parts.append(_whole(x))
        inside = _all(parts)
        if inside is not None and allowed is not None:
            inside = inside + 0.0 * allowed  # NaN, where a parameter is
        safe = x if inside is None else ops.where(inside, x, self.within)
        y = (self.density if which == self.log else self.more[which])(safe, *shapes)
        if which == self.log and (holds_nodes(scale) or np.any(np.not_equal(scale, 1.0))):
            y = y - ops.log(scale)
        if inside is not None:
            below, above = OUTSIDE[which]
            out = below if below == above else ops.where(parts[0], above, below)
            y = ops.where(inside, y, out)
        return y if allowed is None else ops.where(allowed, y, math.nan)

    def __call__(self, *args: Any, **options: Any) -> "Frozen":
        """Return the distribution with these parameters, as SciPy freezes it."""
        return Frozen(self, args, options)

    def __getattr__(self, name: str) -> Any:
        if name in (self.log, self.once) or name in self.more:
            found = partial(self.answer, name)
            found.__doc__ = getattr(getattr(plain, self.name), name).__doc__
            return found
        function = getattr(getattr(plain, self.name), name)
        return left_to_scipy(function, f"scipy.stats.{self.name}.{name}")


class Frozen:
    """A distribution whose parameters are given once."""

    def __init__(self, of: Distribution, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.of, self.args, self.kwds = of, args, options

    def __getattr__(self, name: str) -> Any:
        if name in (self.of.log, self.of.once) or name in self.of.more:
            return lambda x: getattr(self.of, name)(x, *self.args, **self.kwds)
        if holds_nodes((*self.args, *self.kwds.values())):
            return lambda *args, **options: getattr(self.of, name)(
                *args, *self.args, **options, **self.kwds
            )
        found = getattr(getattr(plain, self.of.name)(*self.args, **self.kwds), name)
        return left_to_scipy(found, f"scipy.stats.{self.of.name}.{name}")


def _gamma(x: Any, a: Any) -> Any:
    return ops.xlogy(a - 1.0, x) - x - special.gammaln(ops.add(a, 0.0))


def _beta(x: Any, a: Any, b: Any) -> Any:
    return ops.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b)


def _t(x: Any, df: Any) -> Any:
    df = ops.minimum(ops.add(df, 0.0), 1e300)  # infinity is the normal distribution
    few = ops.step(200.0 - df)
    some, z = ops.where(few, df, 1.0), 2.0 / ops.where(few, 200.0, df)
    size = (
        special.gammaln(0.5 * (some + 1.0))
        - special.gammaln(0.5 * some)
        - 0.5 * ops.log(0.5 * some)
    )
    far = z * (
        -1.0 / 8.0 + z * z * (1.0 / 192.0 - z * z * (1.0 / 640.0 - z * z * (17.0 / 14336.0)))
    )
    size = ops.where(few, size, far) - 0.5 * math.log(
        2.0 * math.pi
    )  # of many, where the two cancel
    return size - 0.5 * (df + 1.0) * ops.log1p(x * x / df)


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


def _binom_allowed(n: Any, p: Any) -> list[Any]:
    return [_not_above(0.0, n), _whole(n), *_share(p)]


norm = Distribution(
    "norm", lambda x: -0.5 * (x * x) - 0.5 * LOG_2PI, cdf=ops.normal_cdf, logcdf=special.log_ndtr,
    sf=lambda x: ops.normal_cdf(-x), logsf=lambda x: special.log_ndtr(-x),
)  # fmt: skip
expon = Distribution("expon", lambda x: -x, low=0.0, cdf=lambda x: -ops.expm1(-x))
laplace = Distribution("laplace", lambda x: -ops.abs(x) - math.log(2.0))
logistic = Distribution(
    "logistic",
    lambda x: special.log_expit(x) + special.log_expit(-x),
    cdf=ops.sigmoid,
    logcdf=special.log_expit,
)
cauchy = Distribution("cauchy", lambda x: -ops.log1p(x * x) - math.log(math.pi))
gumbel_r = Distribution("gumbel_r", lambda x: -x - ops.exp(-x), cdf=lambda x: ops.exp(-ops.exp(-x)))
gamma = Distribution("gamma", _gamma, low=0.0)
beta = Distribution("beta", _beta, low=0.0, high=1.0)
t = Distribution("t", _t)
chi2 = Distribution("chi2", _chi2, low=0.0)
poisson = Distribution("poisson", _poisson, lambda mu: [_not_above(0.0, mu)], low=0.0, within=0.0,
                       discrete=True)  # fmt: skip
bernoulli = Distribution("bernoulli", _bernoulli, _share, 0.0, 1.0, within=0.0, discrete=True)
binom = Distribution(
    "binom", _binom, _binom_allowed, 0.0, lambda n, p: n, within=0.0, discrete=True
)


def __getattr__(name: str) -> Any:
    """Return what SciPy has by a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return left_to_scipy(getattr(plain, name), f"scipy.stats.{name}")
