"""Inputs of each evaluation, drawn at two sizes, in the form in which GradBench sends them."""

from typing import Any

import numpy as np


def draw(name: str, large: bool) -> Any:
    """Return the input of an evaluation."""
    rng = np.random.default_rng(len(name) + large)
    return _DRAWN[name](rng, large)


def _lse(rng: Any, large: bool) -> Any:
    return {"x": rng.normal(size=100_000 if large else 1_000).tolist()}


def _llsq(rng: Any, large: bool) -> Any:
    return {"x": rng.normal(size=64 if large else 8).tolist(), "n": 4_096 if large else 256}


def _ode(rng: Any, large: bool) -> Any:
    return {"x": rng.random(100 if large else 10).tolist(), "s": 200 if large else 50}


def _det(rng: Any, large: bool) -> Any:
    n = 7 if large else 5
    return {"A": rng.normal(size=n * n).tolist(), "ell": n}


def _kmeans(rng: Any, large: bool) -> Any:
    k, n, d = (50, 10_000, 16) if large else (5, 500, 4)
    centroids = 4.0 * rng.normal(size=(k, d))
    points = centroids[np.arange(n) % k] + 0.1 * rng.normal(size=(n, d))
    return {"points": points.tolist(), "centroids": (centroids + 0.05).tolist()}


def _gmm(rng: Any, large: bool) -> Any:
    d, k, n = (16, 25, 1_000) if large else (4, 5, 200)
    return {
        "d": d, "k": k, "n": n, "gamma": 1.0, "m": 0,
        "alpha": rng.normal(size=k).tolist(), "mu": rng.random((k, d)).tolist(),
        "q": (0.3 * rng.normal(size=(k, d))).tolist(),
        "l": (0.3 * rng.normal(size=(k, d * (d - 1) // 2))).tolist(),
        "x": rng.normal(size=(n, d)).tolist(),
    }  # fmt: skip


def _lstm(rng: Any, large: bool) -> Any:
    layers, length, bits = (2, 48, 14) if large else (2, 12, 14)
    return {
        "main_params": rng.normal(size=(2 * layers, 4 * bits)).tolist(),
        "extra_params": rng.normal(size=(3, bits)).tolist(),
        "state": rng.normal(size=(2 * layers, bits)).tolist(),
        "sequence": rng.integers(0, 2, (length, bits)).astype(float).tolist(),
    }


def _ba(rng: Any, large: bool) -> Any:
    n, m, p = (20, 2_000, 8_000) if large else (3, 40, 120)
    camera = [0.1, -0.2, 0.3, 0.5, -0.5, -5.0, 500.0, 320.0, 240.0, -0.1, 0.02]
    point = (0.5 * rng.normal(size=3)).tolist()
    return {"n": n, "m": m, "p": p, "cam": camera, "x": point, "w": 0.9, "feat": [300.0, 250.0]}


def _ht(rng: Any, large: bool) -> Any:
    """A hand of 22 bones: the wrist, five fingers of four, the forearm."""
    vertices, points, bones = (500, 100, 22) if large else (60, 8, 22)
    parents = [-1, *(0 if i % 4 == 1 else i - 1 for i in range(1, 21)), 0]
    relatives = np.tile(np.eye(4), (bones, 1, 1))
    relatives[:, :3, 3] = 0.3 * rng.normal(size=(bones, 3))
    weights = rng.random((vertices, bones))
    theta = 0.3 * rng.normal(size=26)
    model = {
        "bone_count": bones, "bone_names": [f"bone {i}" for i in range(bones)], "parents": parents,
        "base_relatives": relatives.tolist(),
        "inverse_base_absolutes": np.tile(np.eye(4), (bones, 1, 1)).tolist(),
        "base_positions": np.hstack([rng.normal(size=(vertices, 3)), np.ones((vertices, 1))]).tolist(),
        "weights": (weights / weights.sum(1, keepdims=True)).tolist(),
        "triangles": rng.integers(0, vertices, (vertices, 3)).tolist(), "is_mirrored": False,
    }  # fmt: skip
    data = {
        "model": model, "correspondences": rng.integers(0, vertices, points).tolist(),
        "points": rng.normal(size=(points, 3)).tolist(),
    }  # fmt: skip
    return {
        "theta": theta.tolist(),
        "us": rng.random((points, 2)).tolist() if large else [],
        "data": data,
    }


_DRAWN = {
    "hello": lambda rng, large: 3.5, "lse": _lse, "llsq": _llsq, "ode": _ode, "det": _det,
    "kmeans": _kmeans, "gmm": _gmm, "lstm": _lstm, "ba": _ba, "ht": _ht,
    "particle": lambda rng, large: {"w": 0.0}, "saddle": lambda rng, large: {"start": [1.0, 1.0]},
}  # fmt: skip
