"""Attention: each query gathers values, weighted by how well their keys fit it."""

import math
from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.dropout import Dropout
from nets.layers.linear import Linear, linear
from nets.layers.module import Module, generator, given, uniform, whole


def attention(query: Any, key: Any, value: Any, mask: Any = None) -> Any:
    """Compute softmax(q k^T / sqrt(d)) v over the keys.

    Shapes: query (..., t, d), key (..., s, d), value (..., s, m), result (..., t, m). `mask` (t, s) or
    with leading axes is True, or 1, where a query may look. A ValueError names the shapes that do not fit.

    >>> attention(np.zeros((1, 2)), np.ones((2, 2)), np.array([[1.0], [3.0]]))
    array([[2.]])
    """
    query, key, value = (
        given(x, f"attention: {what}")
        for what, x in (("query", query), ("key", key), ("value", value))
    )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"attention: query, key and value have shapes {query.shape}, {key.shape} and {value.shape}: "
            f"queries and keys need one width, keys and values one number"
        )
    axes = (*range(key.ndim - 2), key.ndim - 1, key.ndim - 2)
    scores = query @ key.transpose(axes) * (1.0 / math.sqrt(query.shape[-1]))
    if mask is not None:
        looks = np.asarray(mask, bool)
        try:
            fits = np.broadcast_shapes(looks.shape, scores.shape) == scores.shape
        except ValueError:
            fits = False
        if not fits or not looks.any(axis=-1).all():
            raise ValueError(
                f"attention: the mask of shape {looks.shape} must fit the scores of shape "
                f"{scores.shape} and let every query look at some key"
            )
        scores = np.where(looks, scores, -np.inf)
    return ad.softmax(scores, axis=-1) @ value


def causal_mask(n: int) -> Any:
    """Return which of n places each may look at: itself and those before it.

    >>> causal_mask(2)
    array([[ True, False],
           [ True,  True]])
    """
    return np.tri(whole(n, "causal_mask: n"), dtype=bool)


class MultiheadAttention(Module):
    """`attention` in several heads, each of width/heads numbers: examples first, (n, t, width).

    `weight` (3 width, width) makes queries, keys and values, one below the other, `out` puts the heads
    together; with `causal` a place looks at itself and at those before it.

    >>> heads = MultiheadAttention(8, 2, rng=0)
    >>> heads(np.ones((5, 3, 8))).shape, sum(p.size for p in heads.parameters())
    ((5, 3, 8), 288)
    """

    def __init__(
        self, width: int, heads: int, bias: bool = True, causal: bool = False, dropout: float = 0.0,
        rng: Any = None, dtype: Any = np.float64,
    ) -> None:  # fmt: skip
        self.width, self.heads = (
            whole(width, "MultiheadAttention: width"),
            whole(heads, "MultiheadAttention: heads"),
        )
        if width % heads:
            raise ValueError(
                f"MultiheadAttention: a width of {width} cannot be shared among {heads} heads"
            )
        drawn = generator(rng)
        self.causal = bool(causal)
        self.weight = uniform(drawn, (3 * width, width), width, dtype, "weight")
        self.bias = ad.Tensor(np.zeros(3 * width, dtype), name="bias") if bias else None
        self.out = Linear(width, width, bias, drawn, dtype)
        self.drop = Dropout(dropout, drawn)

    def forward(self, query: Any, key: Any = None, value: Any = None, mask: Any = None) -> Any:
        """Return (..., t, width); keys and values are those of the query unless they are given."""
        query = given(query, "MultiheadAttention: x")
        key = query if key is None else key
        value = key if value is None else value
        width = self.width
        query_key_value = []
        for i, x in enumerate((query, key, value)):
            x = given(x, "MultiheadAttention: x")
            if x.ndim < 2 or x.shape[-1] != width:
                raise ValueError(
                    f"MultiheadAttention({width}, {self.heads}): takes (..., t, {width}), not shape "
                    f"{x.shape}"
                )
            rows = slice(i * width, (i + 1) * width)
            bias = None if self.bias is None else self.bias[rows]
            query_key_value.append(self._split(linear(x, self.weight[rows], bias)))
        if self.causal:
            if query.shape[-2] != key.shape[-2]:
                raise ValueError(
                    f"MultiheadAttention: causal attention needs as many queries as keys, not "
                    f"{query.shape[-2]} and {key.shape[-2]}"
                )
            before = causal_mask(query.shape[-2])
            mask = before if mask is None else before & np.asarray(mask, bool)
        q, k, v = query_key_value
        y = attention(q, k, v, mask)
        axes = (*range(y.ndim - 3), y.ndim - 2, y.ndim - 3, y.ndim - 1)
        return self.drop(self.out(y.transpose(axes).reshape(query.shape)))

    def _split(self, x: Any) -> Any:
        """Return (..., t, width) as (..., heads, t, width/heads)."""
        y = x.reshape(*x.shape[:-1], self.heads, self.width // self.heads)
        return y.transpose(*range(y.ndim - 3), y.ndim - 2, y.ndim - 3, y.ndim - 1)
