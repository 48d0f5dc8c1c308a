"""scipy.special on nodes: gamma, beta and error functions, Bessel functions, entropies, softmax.

Each row's value is SciPy's ufunc; its derivative is a formula of other rows, so that derivatives of any
order follow. Orders of Bessel and polygamma functions are fixed numbers: asking for a derivative with
respect to one is an error, never a zero.
"""

import math
from typing import Any

import numpy as np

from autodiff.derivatives.calls import is_node
from autodiff.nodes import costs
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.scipy.bessel import *  # noqa: F403
from autodiff.scipy.incomplete import gammainc_slope
from autodiff.scipy.parameters import left_to_scipy, stands_for
from autodiff.scipy.rows import fixed, plain, row
from autodiff.table import ops
from autodiff.table.curves import arrays
from autodiff.table.curves.arrays import trigamma as _above_0
from autodiff.table.primitive import POSITIVE, REAL, UFUNCS, UNIT, Domain

SHARE = Domain(0.0, 1.0)
ROOT_PI = math.sqrt(math.pi)
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)

erf = row("erf", lambda y, x: (2.0 / ROOT_PI) * ops.exp(-(x * x)))
erfc = row("erfc", lambda y, x: (-2.0 / ROOT_PI) * ops.exp(-(x * x)))


def _erfcx_slope(y: Any, x: Any) -> Any:
    """2 x y - 2 / sqrt(pi), whose terms cancel where x is large: there its asymptotic series."""
    far = ops.maximum(x, 12.0)
    z = 1.0 / (far * far)
    series: Any = 1.0
    for k in range(13, 0, -1):
        series = 1.0 - (k + 0.5) * z * series
    return ops.where(ops.step(x - 12.0), (-1.0 / ROOT_PI) * z * series, 2.0 * x * y - 2.0 / ROOT_PI)


erfcx: Any = row("erfcx", _erfcx_slope,
            reference=lambda mp, x: mp.exp(x * x) * mp.erfc(x))  # fmt: skip
erfinv = row("erfinv", lambda y, x: (0.5 * ROOT_PI) * ops.exp(y * y), domain=(UNIT,))
erfcinv = row("erfcinv", lambda y, x: (-0.5 * ROOT_PI) * ops.exp(y * y), domain=(Domain(0.0, 2.0),),
              reference=lambda mp, x: mp.erfinv(1 - x))  # fmt: skip


def _hazard(x: Any) -> Any:
    return (2.0 / ROOT_TWO_PI) / plain.erfcx(-math.sqrt(0.5) * x)


def _hazard_slope(y: Any, x: Any) -> Any:
    """-y (x + y), whose terms cancel far below 0: there the asymptotic series of their sum."""
    far = 1.0 / ops.minimum(x, -17.0)
    z = far * far
    series: Any = 1.0
    for k in range(13, 1, -1):
        series = 1.0 - (2.0 * k - 1.0) * z * series
    rest = -far * series / (1.0 - z * series)
    return -y * ops.where(ops.step(-17.0 - x), rest, x + y)


normal_hazard = row("normal_hazard", _hazard_slope, array=_hazard,
                    reference=lambda mp, x: mp.npdf(x) / mp.ncdf(x))  # fmt: skip
log_ndtr = row("log_ndtr", lambda y, x: normal_hazard(x),
               reference=lambda mp, x: mp.log(mp.ncdf(x)))  # fmt: skip
ndtri = row("ndtri", lambda y, x: ROOT_TWO_PI * ops.exp(0.5 * (y * y)), domain=(SHARE,),
            reference=lambda mp, x: mp.sqrt(2) * mp.erfinv(2 * x - 1))  # fmt: skip
logit = row("logit", lambda y, x: 1.0 / (x * (1.0 - x)), domain=(SHARE,),
            reference=lambda mp, x: mp.log(x / (1 - x)))  # fmt: skip
log_expit = row("log_expit", lambda y, x: ops.sigmoid(-x),
                reference=lambda mp, x: -mp.log(1 + mp.exp(-x)))  # fmt: skip
ndtr, expit, xlogy = ops.normal_cdf, ops.sigmoid, ops.xlogy
xlog1py = row("xlog1py", lambda y, a, x: ops.log1p(x), lambda y, a, x: a / (1.0 + x),
              domain=(REAL, Domain(-1.0)), reference=lambda mp, a, x: a * mp.log(1 + x))  # fmt: skip
entr = row("entr", lambda y, x: -ops.log(x) - 1.0, domain=(POSITIVE,),
           reference=lambda mp, x: -x * mp.log(x))  # fmt: skip
rel_entr = row("rel_entr", lambda y, a, b: ops.log(a / b) + 1.0, lambda y, a, b: -a / b,
               domain=(POSITIVE, POSITIVE), reference=lambda mp, a, b: a * mp.log(a / b))  # fmt: skip
kl_div = row("kl_div", lambda y, a, b: ops.log(a / b), lambda y, a, b: 1.0 - a / b,
             domain=(POSITIVE, POSITIVE), reference=lambda mp, a, b: a * mp.log(a / b) - a + b)  # fmt: skip

polygamma_row = row("polygamma", fixed("the order of polygamma"), lambda y, n, x: polygamma(n + 1.0, x),
                    domain=(POSITIVE, POSITIVE),
                    array=lambda n, x: np.asarray(plain.polygamma(n, x), np.result_type(x)),
                    reference=lambda mp, n, x: mp.psi(int(n), x))  # fmt: skip


def polygamma(n: Any, x: Any) -> Any:
    """Return the n-th derivative of digamma at x."""
    return polygamma_row(n, x)


def _trigamma(x: Any) -> Any:
    """Return polygamma(1, x), by a loop of our own where x > 0: SciPy takes a zeta function for it."""
    x = np.asarray(x)
    y = _above_0(x)
    other = np.isnan(y)
    return np.where(other, plain.polygamma(1, x), y).astype(x.dtype) if other.any() else y


trigamma = row("trigamma", lambda y, x: polygamma(2.0, x), domain=(POSITIVE,), array=_trigamma,
               reference=lambda mp, x: mp.psi(1, x))  # fmt: skip
digamma = row("psi", lambda y, x: trigamma(x), domain=(POSITIVE,), reference="digamma")
psi = digamma
gammaln = row("gammaln", lambda y, x: digamma(x), domain=(POSITIVE,), reference="loggamma")
loggamma = gammaln
gamma = row("gamma", lambda y, x: y * digamma(x), domain=(POSITIVE,))


def _rgamma_slope(y: Any, x: Any) -> Any:
    """-y psi(x), whose second factor is infinite at 0: there the slope of x / Gamma(x + 1)."""
    near = ops.step(0.25 - x * x)
    small, far = ops.where(near, x, 0.0), ops.where(near, 1.0, x)
    return ops.where(
        near, rgamma(small + 1.0) * (1.0 - small * digamma(small + 1.0)), -y * digamma(far)
    )


rgamma: Any = row("rgamma", _rgamma_slope, domain=(POSITIVE,))
gap = row("digamma_gap", lambda y, a, b: trigamma(a) - trigamma(a + b),
          lambda y, a, b: -trigamma(a + b), domain=(POSITIVE, POSITIVE), array=arrays.digamma_gap,
          reference=lambda mp, a, b: mp.digamma(a) - mp.digamma(a + b))  # fmt: skip
beta = row("beta", lambda y, a, b: y * gap(a, b), lambda y, a, b: y * gap(b, a),
           domain=(POSITIVE, POSITIVE))  # fmt: skip
betaln = row("betaln", lambda y, a, b: gap(a, b), lambda y, a, b: gap(b, a), domain=(POSITIVE, POSITIVE),
             reference=lambda mp, a, b: mp.log(mp.beta(a, b)))  # fmt: skip
zeta_row: Any = row("zeta", fixed("the exponent of zeta"), lambda y, x, q: -x * zeta_row(x + 1.0, q),
           domain=(Domain(1.0), POSITIVE))  # fmt: skip


riemann = row("riemann_zeta", fixed("the exponent of zeta"), array=lambda x: plain.zeta(x),
              reference="zeta")  # fmt: skip


def zeta(x: Any, q: Any = None) -> Any:
    """Return the sum of (k + q)^-x over k = 0, 1, ...; q is 1 where it is left away, then Riemann's zeta."""
    if q is None:
        return riemann(x) if is_node(x) else plain.zeta(x)
    return zeta_row(x, q)


def _gamma_density(a: Any, x: Any) -> Any:
    return ops.exp(ops.xlogy(a - 1.0, x) - x - gammaln(a))


gammainc_shape = row("gammainc_shape", fixed("the second derivative of gammainc in its shape"),
                     lambda y, a, x: _gamma_density(a, x) * (ops.log(x) - digamma(a)),
                     domain=(POSITIVE, POSITIVE), array=gammainc_slope)  # fmt: skip
gammainc = row("gammainc", lambda y, a, x: gammainc_shape(a, x), lambda y, a, x: _gamma_density(a, x),
               domain=(POSITIVE, POSITIVE),
               reference=lambda mp, a, x: mp.gammainc(a, 0, x, regularized=True))  # fmt: skip
gammaincc = row("gammaincc", lambda y, a, x: -gammainc_shape(a, x), lambda y, a, x: -_gamma_density(a, x),
                domain=(POSITIVE, POSITIVE),
                reference=lambda mp, a, x: mp.gammainc(a, x, mp.inf, regularized=True))  # fmt: skip
betainc = row(
    "betainc",
    fixed("betainc in a"),
    fixed("betainc in b"),
    lambda y, a, b, x: ops.exp(ops.xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b)),
    domain=(POSITIVE, POSITIVE, SHARE),
    reference=lambda mp, a, b, x: mp.betainc(a, b, 0, x, regularized=True),
)  # fmt: skip
expi = row("expi", lambda y, x: ops.exp(x) / x, domain=(POSITIVE,), reference="ei")
exp1 = row("exp1", lambda y, x: -ops.exp(-x) / x, domain=(POSITIVE,), reference="e1")

_riemann = getattr(plain._ufuncs, "_riemann_zeta", None)  # what SciPy's zeta calls
for _ufunc, _row in (
    (plain.ndtr, ndtr), (plain.expit, expit), (plain.xlogy, xlogy), (_riemann, riemann),
):  # fmt: skip
    if _ufunc is not None:
        UFUNCS[_ufunc] = _row


def exp10(x: Any) -> Any:
    """Return 10^x."""
    return ops.power(10.0, x)


def multigammaln(a: Any, d: int) -> Any:
    """Return the logarithm of the multivariate gamma function of dimension d."""
    total: Any = d * (d - 1) * 0.25 * math.log(math.pi)
    for i in range(d):
        total = total + gammaln(a - 0.5 * i)
    return total


@stands_for(plain.logsumexp, real=("b",))
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """Return log(sum(b e^a)) over `axis`; with return_sign the logarithm of its size, and its sign."""
    if b is None:
        y = costs.logsumexp(a, axis, keepdims)
        return (y, np.ones(y.shape)) if return_sign else y
    a, b = tensor(a), tensor(b)
    top = ops.max(ops.where(ops.truth(b), a, -math.inf), axis=axis, keepdims=True).detach()
    top = ops.where(1.0 - ops.truth(top - top), top, 0.0)
    total = ops.sum(b * ops.exp(a - top), axis=axis, keepdims=True)
    y = ops.log(ops.abs(total) if return_sign else total) + top
    shape = np.sum(np.broadcast_to(0.0, y.shape), axis=axis, keepdims=keepdims).shape
    y = y.reshape(shape)
    return (y, ops.sign(total).detach().reshape(shape)) if return_sign else y


@stands_for(plain.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """Return e^x over its sum along `axis` (over all elements by default)."""
    return ops.exp(log_softmax(x, axis))


@stands_for(plain.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """Return the logarithm of softmax."""
    x = tensor(x)
    return x - costs.logsumexp(x, axis, keepdims=True)


def softplus(x: Any) -> Any:
    """Return log(1 + e^x)."""
    return ops.softplus(x)


def _row_of(ufunc: Any) -> Any:
    """Return the row of one of SciPy's ufuncs; None where it has none."""
    return UFUNCS.get(ufunc)


def __getattr__(name: str) -> Any:
    """Return SciPy's function of a name that has no row; given a node it says so."""
    if name.startswith("__"):
        raise AttributeError(name)
    return left_to_scipy(getattr(plain, name), f"scipy.special.{name}")
