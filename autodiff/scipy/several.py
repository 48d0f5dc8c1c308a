"""Log densities of several coordinates: scipy.stats.multivariate_normal and dirichlet on nodes."""

import math
from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.functions import holds_nodes
from autodiff.scipy import special
from autodiff.scipy.parameters import left_to_scipy
from autodiff.table import ops

plain = require("scipy.stats", "scipy", "autodiff.scipy.stats")
LOG_2PI = math.log(2.0 * math.pi)


class MultivariateNormal:
    """scipy.stats.multivariate_normal: logpdf and pdf by a Cholesky factor."""

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """Return the logarithm of the density at the points in the last axis of x.

        How many coordinates there are is said by the mean, without one by the covariance: a matrix,
        the diagonal of one, or a number, which is the variance of every coordinate. As in SciPy,
        numbers in one axis are a point, or as many points as numbers where there is one coordinate.
        """
        if not holds_nodes((x, mean, cov)):
            return plain.multivariate_normal.logpdf(x, mean, cov, allow_singular)
        if allow_singular:
            raise TypeError(
                "multivariate_normal.logpdf: allow_singular=True has no meaning on a graph, whose density "
                "goes by a Cholesky factor; leave it away"
            )
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
        function = getattr(plain.multivariate_normal, name)
        return left_to_scipy(function, f"scipy.stats.multivariate_normal.{name}")


multivariate_normal = MultivariateNormal()


class Dirichlet:
    """scipy.stats.dirichlet: logpdf and pdf of shares in the first axis."""

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """Return the logarithm of the density at x, for the parameters alpha."""
        if not holds_nodes((x, alpha)):
            return plain.dirichlet.logpdf(x, alpha)
        x, alpha = tensor(x), tensor(alpha)
        if x.data.dtype.kind == "f" == alpha.data.dtype.kind:
            plain.dirichlet.logpdf(x.data, alpha.data)  # its own errors
        if x.shape[0] == alpha.size - 1:
            x = ops.concatenate(x, 1.0 - x.sum(0, keepdims=True), axis=0)
        size = special.gammaln(alpha.sum()) - special.gammaln(alpha).sum()
        power = alpha.reshape(-1, *(1,) * (x.ndim - 1)) - 1.0
        return size + ops.xlogy(power, x).sum(0)

    def pdf(self, x: Any, alpha: Any) -> Any:
        """Return the density."""
        return ops.exp(self.logpdf(x, alpha))

    def __getattr__(self, name: str) -> Any:
        function = getattr(plain.dirichlet, name)
        return left_to_scipy(function, f"scipy.stats.dirichlet.{name}")


dirichlet = Dirichlet()
