"""Covariances and correlations on nodes; gradients flow to the variables and to aweights=."""

from typing import Any

import numpy as np

from autodiff.dispatch.entries import check_axes, stands_for
from autodiff.dispatch.moves import as_type, blank
from autodiff.nodes.functions import array_of, holds_nodes
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import FLAG, MATRIX, Real, one_of


def some(*kinds: type) -> Any:
    """Return the kind of weights of as many observations as numpy finds in the rows, or None."""
    return lambda d: d.of(None, np.arange(d.first.shape[-1], dtype=d.of(*kinds)) + d.of(1, 0, -1))


@stands_for(
    np.cov, m=MATRIX, y=Real(lambda d: d.of(None, d.first + 1.0)), rowvar=FLAG, bias=FLAG,
    ddof=one_of(None, 0, 1, 2, 0.5), fweights=some(int, float), aweights=Real(some(float)),
)  # fmt: skip
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None, dtype: Any = None,
) -> Any:  # fmt: skip
    """Return the covariance matrix of variables in rows (columns without rowvar)."""
    check_axes("np.cov", 0, 2, m, 0.0 if y is None else y)
    if not (ddof is fweights is aweights is None):  # does numpy take them?
        given = (None if w is None else np.array(array_of(w)) for w in (y, fweights, aweights))
        np.cov(array_of(m), next(given), rowvar, bias, ddof, *given)
    parts = [
        x if x.ndim == 2 else x.reshape(1, -1) for x in map(tensor, [m] if y is None else [m, y])
    ]
    if not rowvar:  # since numpy 2.2 a single row of two axes is turned as well
        turned = np.ndim(blank(tensor(m))) > 1 and np.lib.NumpyVersion(np.__version__) >= "2.2.0"
        parts = [
            p.transpose() if p.shape[0] != 1 or (turned and not i) else p
            for i, p in enumerate(parts)
        ]
    if not parts[0].shape[0]:
        return constant(np.zeros((0, 0)))
    x = parts[0] if len(parts) == 1 else ops.concatenate(*parts, axis=0)
    x = as_type(x, float if dtype is None else dtype)
    kind, n = x.dtype, x.shape[1]
    if not fweights is aweights is None:
        x = as_type(x, float)  # numpy's weights are doubles, the differences from the mean are not
    weights: Any = (
        np.ones(n, x.dtype) if fweights is None else np.asarray(array_of(fweights), x.dtype)
    )
    varying = holds_nodes(aweights)
    shares = tensor(aweights) if varying else None if aweights is None else np.asarray(aweights)
    if shares is not None:
        weights = (
            weights * as_type(shares, x.dtype) if varying else weights * shares.astype(x.dtype)
        )
    free = (0 if bias else 1) if ddof is None else ddof
    total: Any = weights.sum() if varying else float(np.sum(weights))
    below: Any = total - free
    if shares is not None and free:
        both = weights * shares
        below = total - free * (both.sum() if varying else float(np.sum(both))) / total
    away = as_type(as_type(x - (x * weights).sum(1, keepdims=True) / total, kind), x.dtype)
    below = ops.maximum(below, 0.0) if varying else np.asarray(max(below, 0.0), x.dtype)
    y = ((away * weights) @ away.transpose()) * np.true_divide(1.0, below)
    return y.reshape(np.squeeze(blank(y)).shape)


@stands_for(np.corrcoef, x=MATRIX, y=Real(lambda d: d.of(None, np.sin(d.first))), rowvar=FLAG)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, dtype: Any = None) -> Any:
    """Return the correlation matrix: the covariances over the products of the deviations."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    n = c.shape[0]
    size = ops.sqrt(c[np.arange(n), np.arange(n)])
    return ops.clip(c / size.reshape(-1, 1) / size.reshape(1, -1), -1.0, 1.0)
