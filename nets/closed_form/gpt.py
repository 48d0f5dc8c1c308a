"""The character GPT by hand: all places of a document at once, as matrices, forward and backward.

`weights` is a dictionary of matrices (token, place, query, key, value, mix, up, down, letter); a
document of n + 1 tokens has n places, and row t of X belongs to place t. A place sees itself and
those before it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HEADS = 4
SMALL = 1e-5


def norm(x: Array) -> tuple[Array, Array]:
    """Return every row of x over the root of its mean square, and one over that root."""
    scale = (np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1] + SMALL) ** -0.5
    return np.multiply(x, scale), scale


def norm_back(g: Array, y: Array, scale: Array) -> Array:
    """Return the gradient with respect to x, given that with respect to y = norm(x)."""
    along: Array = np.einsum("ij,ij->i", g, y)[:, None] / y.shape[1]
    return scale * (g - y * along)


def softmax(z: Array) -> Array:
    """Return the softmax over the last axis."""
    e: Array = np.exp(z - z.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def split(x: Array) -> Array:
    """Return (n, width) as (heads, n, width / heads)."""
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def join(x: Array) -> Array:
    """Return (heads, n, width / heads) as (n, width)."""
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)


def cost_and_gradient(weights: dict[str, Array], tokens: Any) -> tuple[float, dict[str, Array]]:
    """Return the mean of -ln p over the document, and its gradient with respect to each matrix.

    >>> w = {k: np.zeros((16, 16)) for k in ("place", "query", "key", "value", "mix")}
    >>> w |= {"token": np.ones((27, 16)), "up": np.zeros((64, 16)), "down": np.zeros((16, 64))}
    >>> cost, gradient = cost_and_gradient(w | {"letter": np.zeros((27, 16))}, [0, 1, 0])
    >>> bool(np.isclose(cost, np.log(27)))
    True
    """
    w = weights
    t = np.asarray(tokens)
    n, target = len(t) - 1, t[1:]
    place = np.arange(n)
    later = np.triu(np.full((n, n), -np.inf), 1)

    x0, s0 = norm(w["token"][t[:-1]] + w["place"][:n])
    x1, s1 = norm(x0)
    q, k, v = (split(x1 @ w[name].T) for name in ("query", "key", "value"))
    root = q.shape[2] ** 0.5
    a = softmax(q @ k.transpose(0, 2, 1) / root + later)
    gathered = join(a @ v)
    x2 = x0 + gathered @ w["mix"].T
    x3, s3 = norm(x2)
    z = x3 @ w["up"].T
    hidden = np.maximum(z, 0.0)
    x4 = x2 + hidden @ w["down"].T
    p = softmax(x4 @ w["letter"].T)
    cost = -np.log(p[place, target]).mean()

    d = {"place": np.zeros_like(w["place"]), "token": np.zeros_like(w["token"])}
    p[place, target] -= 1.0
    p /= n
    d["letter"] = p.T @ x4
    g4 = p @ w["letter"]
    d["down"] = g4.T @ hidden
    gz = (g4 @ w["down"]) * (z > 0)
    d["up"] = gz.T @ x3
    g2 = g4 + norm_back(gz @ w["up"], x3, s3)
    d["mix"] = g2.T @ gathered
    gg = split(g2 @ w["mix"])
    ga = gg @ v.transpose(0, 2, 1)
    gs = a * (ga - np.einsum("hij,hij->hi", ga, a)[:, :, None]) / root
    gq, gk, gv = join(gs @ k), join(gs.transpose(0, 2, 1) @ q), join(a.transpose(0, 2, 1) @ gg)
    d["query"], d["key"], d["value"] = gq.T @ x1, gk.T @ x1, gv.T @ x1
    g1 = gq @ w["query"] + gk @ w["key"] + gv @ w["value"]
    g0 = norm_back(g2 + norm_back(g1, x1, s1), x0, s0)
    d["place"][:n] = g0
    np.add.at(d["token"], t[:-1], g0)
    return float(cost), d
