"""The formulas that work on arrays. Each gets a library first (`xp`), under numpy's names."""

import math
from typing import Any

import numpy as np


def lse(xp: Any, x: Any) -> Any:
    """Return log sum exp x, moved by the largest number."""
    a = xp.amax(x, 0)
    return a + xp.log(xp.exp(x - a).sum())


def llsq(xp: Any, x: Any, powers: Any, s: Any) -> Any:
    """Return half the squared distance between the signs s and a polynomial with the coefficients x."""
    r = s - powers @ x
    return 0.5 * (r * r).sum()


def powers_and_signs(m: int, n: int) -> tuple[Any, Any]:
    """Return t^j and sign t at the n points t from -1 to 1, for j < m."""
    t = -1.0 + np.arange(n) * (2.0 / (n - 1))
    return np.vander(t, m, increasing=True), np.sign(t)


def ode(xp: Any, x: Any, steps: int) -> Any:
    """Return y(2) of y_0' = x_0, y_i' = x_i y_{i-1}, y(0) = 0, by `steps` steps of Runge and Kutta."""
    h, y, one = 2.0 / steps, x * 0.0, x[:1] * 0.0 + 1.0

    def slope(y: Any) -> Any:
        return x * xp.concatenate([one, y[:-1]])

    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + 0.5 * h * k1)
        k3 = slope(y + 0.5 * h * k2)
        k4 = slope(y + h * k3)
        y = y + (h / 6.0) * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return y


def kmeans(xp: Any, centroids: Any, points: Any) -> Any:
    """Return the sum over all points of the squared distance to the nearest centroid."""
    away = points[:, None] - centroids[None]
    return xp.amin((away * away).sum(-1), 1).sum()


def gmm(xp: Any, alpha: Any, mu: Any, q: Any, lower: Any, x: Any, gamma: float, m: int) -> Any:
    """Return the log-likelihood of a Gaussian mixture with a Wishart prior.

    A component's inverse covariance factor has exp(q) on its diagonal and `lower`, column by column,
    below it.
    """
    (n, d), k = x.shape, alpha.shape[0]
    place = np.full((d, d), lower.shape[1])
    place[np.triu_indices(d, 1)[::-1]] = np.arange(lower.shape[1])
    filled = xp.concatenate([lower, q[:, :1] * 0.0], 1)
    scale = xp.exp(q)
    moved = x[None] - mu[:, None]  # (k, n, d)
    turned = scale[:, None] * moved + moved @ filled[:, place].swapaxes(-1, -2)
    inner = alpha[:, None] + q.sum(-1)[:, None] - 0.5 * (turned * turned).sum(-1)
    largest, top = xp.amax(inner, 0), xp.amax(alpha, 0)
    each = largest + xp.log(xp.exp(inner - largest).sum(0))
    mixing = top + xp.log(xp.exp(alpha - top).sum())
    prior = 0.5 * gamma**2 * ((scale * scale).sum() + (lower * lower).sum()) - m * q.sum()
    return each.sum() - n * mixing - prior + _constant(d, k, n, gamma, m)


def _constant(d: int, k: int, n: int, gamma: float, m: int) -> float:
    """What the log-likelihood has that no parameter moves."""
    freedom = d + m + 1
    log_gamma = 0.25 * d * (d - 1) * math.log(math.pi) + sum(
        math.lgamma(0.5 * (freedom - j)) for j in range(d)
    )
    wishart = freedom * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma
    return k * wishart - 0.5 * n * d * math.log(2.0 * math.pi)


def lstm(xp: Any, main: Any, extra: Any, state: Any, sequence: Any) -> Any:
    """Return the cost of an LSTM whose weight matrices are diagonal, on a sequence of letters' bits.

    `main` has for each layer a row of weights and a row of biases of four gates, `extra` the input's
    weights, the output's and its biases, `state` each layer's first hidden values and cells.
    """
    b = sequence.shape[1]
    layers = range(main.shape[0] // 2)
    hidden, cell = [state[2 * i] for i in layers], [state[2 * i + 1] for i in layers]
    total = 0.0
    for t in range(sequence.shape[0] - 1):
        x = sequence[t] * extra[0]
        for i in layers:
            w, c = main[2 * i], main[2 * i + 1]
            forget = xp.sigmoid(x * w[:b] + c[:b])
            enter = xp.sigmoid(hidden[i] * w[b : 2 * b] + c[b : 2 * b])
            leave = xp.sigmoid(x * w[2 * b : 3 * b] + c[2 * b : 3 * b])
            change = xp.tanh(hidden[i] * w[3 * b :] + c[3 * b :])
            cell[i] = cell[i] * forget + enter * change
            x = hidden[i] = leave * xp.tanh(cell[i])
        y = x * extra[1] + extra[2]
        total = total + (sequence[t + 1] * (y - xp.log(xp.exp(y).sum() + 2.0))).sum()
    return -total / (b * (sequence.shape[0] - 1))


def _cross(xp: Any, a: Any, b: Any) -> Any:
    """The cross products of the rows of a and b."""
    return xp.stack([
        a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
        a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
        a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
    ], 1)  # fmt: skip


def reprojection(xp: Any, camera: Any, point: Any, weight: Any, feature: Any) -> Any:
    """Return the weighted errors of observed features, a row an observation.

    A camera is its rotation (axis times angle), centre (3), focal length, principal point (2) and radial
    distortion (2).
    """
    rotation, moved = camera[:, :3], point - camera[:, 3:6]
    angle = xp.sqrt((rotation * rotation).sum(1))[:, None]
    axis, c, s = rotation / angle, xp.cos(angle), xp.sin(angle)
    along = axis * ((axis * moved).sum(1)[:, None] * (1.0 - c))
    seen = moved * c + _cross(xp, axis, moved) * s + along
    flat = seen[:, :2] / seen[:, 2:]
    square = (flat * flat).sum(1)[:, None]
    distorted = flat * (1.0 + camera[:, 9:10] * square + camera[:, 10:] * square * square)
    return weight[:, None] * (distorted * camera[:, 6:7] + camera[:, 7:9] - feature)


def hand(xp: Any, theta: Any, us: Any, model: dict[str, Any]) -> Any:
    """Return the distances of measured points from a hand's surface, three numbers a point.

    `theta` is the hand's rotation (axis times angle), its place, and four angles for each of five fingers;
    `us`, where it is not empty, where in its triangle a point lies.
    """
    bones = len(model["parents"])
    turn = xp.concatenate([theta, theta[:1] * 0.0])  # the last for what does not move
    x, z = turn[model["bend"]], turn[model["spread"]]
    zero, one = x * 0.0, x * 0.0 + 1.0
    cx, sx, cz, sz = xp.cos(x), xp.sin(x), xp.cos(z), xp.sin(z)
    own = xp.stack([
        cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero,
        zero, sx, cx, zero, zero, zero, zero, one,
    ], 1).reshape(bones, 4, 4)  # fmt: skip
    relative = model["base_relatives"] @ own
    absolute: list[Any] = []
    for i, parent in enumerate(model["parents"]):
        absolute.append(relative[i] if parent < 0 else absolute[parent] @ relative[i])
    moves = xp.stack(absolute) @ model["inverse_base_absolutes"]
    skin = xp.einsum("vb,bij,vj->vi", model["weights"], moves, model["base_positions"])[:, :3]
    skin = skin * model["mirror"] @ rotation_matrix(xp, theta[:3]).T + theta[3:6]
    if us is None:
        return (model["points"] - skin[model["correspondences"]]).reshape(-1)
    corner = [skin[model["triangles"][model["correspondences"], i]] for i in range(3)]
    u, v = us[:, :1], us[:, 1:]
    return (model["points"] - (u * corner[0] + v * corner[1] + (1.0 - u - v) * corner[2])).reshape(
        -1
    )


def rotation_matrix(xp: Any, rotation: Any) -> Any:
    """Return the matrix of a rotation about an axis, whose length is the angle."""
    angle = xp.sqrt((rotation * rotation).sum())
    x, y, z = (rotation[i] / angle for i in range(3))
    s, c = xp.sin(angle), xp.cos(angle)
    return xp.stack([
        x * x + (1.0 - x * x) * c, x * y * (1.0 - c) - z * s, x * z * (1.0 - c) + y * s,
        x * y * (1.0 - c) + z * s, y * y + (1.0 - y * y) * c, y * z * (1.0 - c) - x * s,
        x * z * (1.0 - c) - y * s, z * y * (1.0 - c) + x * s, z * z + (1.0 - z * z) * c,
    ]).reshape(3, 3)  # fmt: skip
