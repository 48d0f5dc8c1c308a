"""Each evaluation's functions: an input in JSON becomes the call that is timed, and its result JSON again.

`FUNCTIONS[module][function]` takes the input and returns the call; what it returns is made of lists and
numbers. Programs are recorded when an input is read, not when the call is timed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.against import OURS
from benchmarks.gradbench import formulas, scalars

Call = Callable[[], Any]


def _scalar(f: Callable[[Any], Any], x: Any) -> tuple[Call, Call]:
    """Return the calls of f and of its gradient at an array."""
    program = ad.trace(f, ad.Tensor(x))
    return lambda: float(f(x)), lambda: program.value_and_grad(x)[1].tolist()


def _lse(data: dict[str, Any]) -> tuple[Call, Call]:
    return _scalar(lambda x: formulas.lse(OURS, x), np.asarray(data["x"], float))


def _llsq(data: dict[str, Any]) -> tuple[Call, Call]:
    x = np.asarray(data["x"], float)
    powers, s = formulas.powers_and_signs(len(x), data["n"])
    return _scalar(lambda x: formulas.llsq(OURS, x, powers, s), x)


def _ode(data: dict[str, Any]) -> tuple[Call, Call]:
    x, steps = np.asarray(data["x"], float), data["s"]
    _, slope = _scalar(lambda x: formulas.ode(OURS, x, steps)[-1], x)
    return lambda: formulas.ode(OURS, x, steps).tolist(), slope


def _det(data: dict[str, Any]) -> tuple[Call, Call]:
    n = data["ell"]
    a = np.asarray(data["A"], float)

    def f(a: Any) -> Any:
        return scalars.determinant([list(a[i * n : i * n + n]) for i in range(n)])

    program = ad.trace(f, a)
    return lambda: float(f(a.tolist())), lambda: program.value_and_grad(a)[1].tolist()


def _gmm(data: dict[str, Any]) -> tuple[Call, Call]:
    d, k = data["d"], data["k"]
    shapes = (k,), (k, d), (k, d), (k, d * (d - 1) // 2)
    names = "alpha", "mu", "q", "l"
    given = [np.asarray(data[n], float).reshape(s) for n, s in zip(names, shapes, strict=True)]
    x = np.asarray(data["x"], float)

    def f(*parameters: Any) -> Any:
        return formulas.gmm(OURS, *parameters, x, data["gamma"], data["m"])

    program = ad.trace(f, *map(ad.Tensor, given), argnums=(0, 1, 2, 3))

    def slope() -> Any:
        found = program.value_and_grad(*given)[1]
        return {n: g.tolist() for n, g in zip(names, found, strict=True)}

    return lambda: float(f(*given)), slope


def _lstm(data: dict[str, Any]) -> tuple[Call, Call]:
    main, extra, state, sequence = (
        np.asarray(data[n], float) for n in ("main_params", "extra_params", "state", "sequence")
    )

    def f(main: Any, extra: Any) -> Any:
        return formulas.lstm(OURS, main, extra, state, sequence)

    program = ad.trace(f, ad.Tensor(main), ad.Tensor(extra), argnums=(0, 1))

    def slope() -> Any:
        return np.concatenate([g.ravel() for g in program.value_and_grad(main, extra)[1]]).tolist()

    return lambda: float(f(main, extra)), slope


def _kmeans(data: dict[str, Any]) -> tuple[Call, Call]:
    points, centroids = np.asarray(data["points"], float), np.asarray(data["centroids"], float)

    def f(c: Any) -> Any:
        return formulas.kmeans(OURS, c, points)

    def step() -> Any:  # the Hessian is diagonal, so its product with ones is the diagonal
        return (ad.grad(f)(centroids) / ad.hvp(f, centroids, np.ones_like(centroids))).tolist()

    return lambda: float(f(centroids)), step


def bundle(data: dict[str, Any]) -> tuple[Callable[[Any], Any], Any, Any, Any]:
    """Return the errors as a function of all numbers, these, and the observations' cameras and points."""
    n, m, p = data["n"], data["m"], data["p"]
    cameras, points = np.arange(p) % n, np.arange(p) % m
    numbers = np.concatenate(
        [np.tile(data["cam"], n), np.tile(data["x"], m), np.full(p, data["w"])]
    )
    features = np.tile(np.asarray(data["feat"], float), (p, 1))

    def errors(v: Any) -> Any:
        camera, point = v[: 11 * n].reshape(n, 11), v[11 * n : 11 * n + 3 * m].reshape(m, 3)
        weight = v[11 * n + 3 * m :]
        seen = formulas.reprojection(OURS, camera[cameras], point[points], weight, features)
        return OURS.concatenate([seen.reshape(-1), 1.0 - weight * weight])

    return errors, numbers, cameras, points


def _ba(data: dict[str, Any]) -> tuple[Call, Call]:
    errors, numbers, _, _ = bundle(data)
    p = data["p"]
    jacobian = ad.jacobian(errors, sparse=True)

    def objective() -> Any:
        found = errors(numbers)
        return {
            "reproj_error": {"elements": found[:2].tolist(), "repeated": p},
            "w_err": {"element": float(found[-1]), "repeated": p},
        }

    def slope() -> Any:  # of a repeated observation the first, and the last row
        found = compressed(jacobian(numbers), data)
        return {name: [*rows[:30].tolist(), rows[-1].item()] for name, rows in found.items()}

    return objective, slope


def compressed(found: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return the rows' starts, the columns and the values; an observation's row has 15, zeros among them."""
    n, m, p = data["n"], data["m"], data["p"]
    seen = np.arange(2 * p) // 2
    columns = np.hstack([
        (11 * (seen % n))[:, None] + np.arange(11),
        11 * n + (3 * (seen % m))[:, None] + np.arange(3),
        11 * n + 3 * m + seen[:, None],
    ])  # fmt: skip
    found = found.tocsr().tocoo()
    row, column = found.row, found.col
    value = np.zeros(31 * p)
    block = row < 2 * p
    camera, point = column < 11 * n, (column >= 11 * n) & (column < 11 * n + 3 * m)
    place = np.where(camera, column % 11, np.where(point, 11 + (column - 11 * n) % 3, 14))
    value[np.where(block, 15 * row + place, 28 * p + row)] = found.data
    return {
        "rows": np.concatenate([15 * np.arange(2 * p + 1), 30 * p + 1 + np.arange(p)]),
        "cols": np.concatenate([columns.ravel(), 11 * n + 3 * m + np.arange(p)]),
        "vals": value,
    }


def hand_model(data: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """Return theta, us (None where there are none), and the model as arrays."""
    given = data["data"]
    model: dict[str, Any] = {
        name: np.asarray(given["model"][name], float)
        for name in ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    }
    bones = len(given["model"]["parents"])
    bend, spread = np.full(bones, -1), np.full(bones, -1)  # the last number of all is 0
    angle, bone = 6, 2
    for _ in range(5):
        for joint in range(3):
            bend[bone] = angle
            angle += 1
            if joint == 0:
                spread[bone] = angle
                angle += 1
            bone += 1
        bone += 1
    mirror = -1.0 if given["model"]["is_mirrored"] else 1.0
    model |= {
        "parents": given["model"]["parents"], "bend": bend, "spread": spread,
        "mirror": np.array([mirror, 1.0, 1.0]), "points": np.asarray(given["points"], float),
        "correspondences": np.asarray(given["correspondences"]),
        "triangles": np.asarray(given["model"]["triangles"]),
    }  # fmt: skip
    us = np.asarray(data["us"], float).reshape(-1, 2) if len(data["us"]) else None
    return np.asarray(data["theta"], float), us, model


def _ht(data: dict[str, Any]) -> tuple[Call, Call]:
    theta, us, model = hand_model(data)

    def f(theta: Any, us: Any = us) -> Any:
        return formulas.hand(OURS, theta, us, model)

    def slope() -> Any:
        found = [ad.jacfwd(f)(theta)]
        if us is not None:  # a point moves with its own two numbers alone: two directions for all
            for unit in np.eye(2):
                direction = np.tile(unit, (len(us), 1))
                found.insert(-1, ad.jvp(lambda us: f(theta, us), (us,), (direction,))[1][:, None])
        return np.hstack(found).tolist()

    return lambda: f(theta).tolist(), slope


def _hello(square: bool) -> Callable[[float], Call]:
    def make(x: float) -> Call:
        f = ad.trace(lambda x: x * x, float(x))
        return (
            (lambda: float(f(float(x)))) if square else lambda: float(f.value_and_grad(float(x))[1])
        )

    return make


def _modes(run: Callable[[str, str, Any], Any], key: str) -> dict[str, Callable[[Any], Call]]:
    def of(outer: str, inner: str) -> Callable[[Any], Call]:
        return lambda data: lambda: run(outer, inner, data[key])

    return {outer + inner: of(outer, inner) for outer in "fr" for inner in "fr"}


def _both(
    make: Callable[[Any], tuple[Call, Call]], *names: str
) -> dict[str, Callable[[Any], Call]]:
    return {name: lambda data, i=i: make(data)[i] for i, name in enumerate(names)}


FUNCTIONS: dict[str, dict[str, Callable[[Any], Call]]] = {
    "hello": {"square": _hello(True), "double": _hello(False)},
    "gmm": _both(_gmm, "objective", "jacobian"),
    "ba": _both(_ba, "objective", "jacobian"),
    "ht": _both(_ht, "objective", "jacobian"),
    "lstm": _both(_lstm, "objective", "jacobian"),
    "ode": _both(_ode, "primal", "gradient"),
    "llsq": _both(_llsq, "primal", "gradient"),
    "lse": _both(_lse, "primal", "gradient"),
    "kmeans": _both(_kmeans, "cost", "dir"),
    "det": _both(_det, "primal", "gradient"),
    "particle": _modes(scalars.particle, "w"),
    "saddle": _modes(scalars.saddle, "start"),
}
