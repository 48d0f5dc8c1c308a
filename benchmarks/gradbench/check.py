"""`python -m benchmarks.gradbench --check`: twelve evaluations against finite differences and others.

Every derivative is held against central differences of the objective that the evaluation itself answers;
where PyTorch and JAX can run the same formula, against theirs, which must agree to 1e-7, and the times
stand side by side: warm, on one thread, in turns. Particle and saddle are held against the results that
their authors' descent has.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.against import Jax, Torch, same
from benchmarks.gradbench import formulas
from benchmarks.gradbench.evaluations import FUNCTIONS, bundle, hand_model
from benchmarks.gradbench.inputs import draw
from benchmarks.timing import blocks

# What is differentiated, in the order of the answer.
INPUTS = {
    "lse": ("x",), "llsq": ("x",), "ode": ("x",), "det": ("A",), "gmm": ("alpha", "l", "mu", "q"),
    "lstm": ("main_params", "extra_params"), "ht": ("theta",),
}  # fmt: skip
KNOWN = {"particle": 0.2071918746486119, "saddle": [8.246324826140356e-06] * 4}
FORMULAS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "lse": (formulas.lse, ("x",), ()),
    "gmm": (formulas.gmm, ("alpha", "mu", "q", "l"), ("x", "gamma", "m")),
    "lstm": (formulas.lstm, ("main_params", "extra_params"), ("state", "sequence")),
    "llsq": (formulas.llsq, ("x",), ()),
    "ode": (lambda xp, x, s: formulas.ode(xp, x, s)[-1], ("x",), ("s",)),
}


def flat(x: Any) -> Any:
    """Return all numbers of an answer as one vector; of a mapping by the names' order."""
    if isinstance(x, dict):
        return flat([x[k] for k in sorted(x)])
    if isinstance(x, list | tuple) and any(isinstance(a, list | tuple | np.ndarray) for a in x):
        return np.concatenate([flat(a) for a in x])
    return np.ravel(np.asarray(x, float))


def differences(name: str, data: Any, h: float = 1e-6) -> tuple[Any, Any]:
    """Return a derivative along a random direction, as answered and by central differences."""
    objective, slope = list(FUNCTIONS[name].values())[:2]
    rng = np.random.default_rng(0)
    given = {k: np.asarray(data[k], float) for k in INPUTS[name]}
    way = {k: rng.normal(size=x.shape) for k, x in given.items()}
    ends = []
    for sign in (h, -h):
        moved = copy.copy(data) | {k: (x + sign * way[k]).tolist() for k, x in given.items()}
        ends.append(flat(objective(moved)()))
    there, back = (x[-1:] if name == "ode" else x for x in ends)
    found = np.asarray(flat(slope(data)()))
    if name == "ht":
        wide = found.reshape(len(there), -1)
        found = wide[:, -len(given["theta"]) :]
    along = found.reshape(len(there), -1) @ np.concatenate([v.ravel() for v in way.values()])
    return along, (there - back) / (2.0 * h)


def peers(name: str, data: Any) -> dict[str, Callable[[], Any]]:
    """Return the same derivative by PyTorch and JAX, as calls that answer numpy arrays."""
    if name == "ba":
        return _rowwise(data)
    if name == "ht":
        return _by_columns(data)
    if name not in FORMULAS:
        return {}
    formula, wanted, constants = FORMULAS[name]
    given = [np.asarray(data[k], float) for k in wanted]
    if name == "llsq":
        rest: Any = formulas.powers_and_signs(len(given[0]), data["n"])
    else:
        rest = [np.asarray(data[k]) if isinstance(data[k], list) else data[k] for k in constants]

    def of(xp: Any) -> Callable[..., Any]:
        fixed = [xp.array(np.asarray(c, float)) if isinstance(c, np.ndarray) else c for c in rest]
        return lambda *xs: formula(xp, *xs, *fixed)

    torch, jax = Torch(), Jax()
    theirs = jax.warm(jax.jax.grad(of(jax), argnums=tuple(range(len(given)))))
    by_torch = torch.value_and_grad(lambda xp, *xs: of(torch)(*xs), len(given))
    return {"PyTorch": lambda: by_torch(*given)[1], "JAX": lambda: list(theirs(*given))}


def _rowwise(data: Any) -> dict[str, Callable[[], Any]]:
    """An observation's 2 x 15 derivatives by JAX, for all at once."""
    _, numbers, cameras, points = bundle(data)
    n, m, p = data["n"], data["m"], data["p"]
    camera, point = numbers[: 11 * n].reshape(n, 11), numbers[11 * n : 11 * n + 3 * m].reshape(m, 3)
    own = np.hstack([camera[cameras], point[points], numbers[-p:, None]])
    jax = Jax()
    feature = jax.array([data["feat"]])

    def f(v: Any) -> Any:
        return formulas.reprojection(jax, v[None, :11], v[None, 11:14], v[14:], feature)[0]

    compiled = jax.warm(jax.jax.vmap(jax.jax.jacfwd(f)))
    return {"JAX": lambda: [compiled(own)[0], -2.0 * numbers[-1]]}


def _by_columns(data: Any) -> dict[str, Callable[[], Any]]:
    """The hand's derivatives by theta, by JAX in forward mode."""
    theta, us, model = hand_model(data)
    jax = Jax()
    arrays = {
        k: jax.array(v) if isinstance(v, np.ndarray) and v.dtype == float else v
        for k, v in model.items()
    }  # fmt: skip
    place = None if us is None else jax.array(us)
    compiled = jax.warm(jax.jax.jacfwd(lambda t: formulas.hand(jax, t, place, arrays)))
    return {"JAX": lambda: compiled(theta)}


def comparable(name: str, answer: Any) -> Any:
    """Our answer in the form of the others'."""
    if name == "gmm":
        return [answer[k] for k in ("alpha", "mu", "q", "l")]
    if name == "ba":
        return [np.reshape(answer["vals"][:30], (2, 15)), answer["vals"][-1]]
    return np.asarray(answer)[:, -26:] if name == "ht" else answer


def valid(name: str, data: Any) -> str:
    """Return against what the answers of an evaluation were found right; raise where they are not."""
    if name == "hello":
        assert [make(data)() for make in FUNCTIONS[name].values()] == [data**2, 2.0 * data]
        return "itself"
    if name in KNOWN:
        for make in FUNCTIONS[name].values():
            np.testing.assert_allclose(make(data)(), KNOWN[name], rtol=1e-9)
        return "the authors' result, in four modes"
    if name == "kmeans":  # the step to each centroid's points' mean is -J / H
        points, centroids = np.asarray(data["points"]), np.asarray(data["centroids"])
        nearest = ((points[:, None] - centroids) ** 2).sum(-1).argmin(1)
        means = np.array([points[nearest == j].mean(0) for j in range(len(centroids))])
        np.testing.assert_allclose(FUNCTIONS[name]["dir"](data)(), centroids - means, atol=1e-12)
        return "the means of the clusters"
    against = []
    if name in INPUTS:
        np.testing.assert_allclose(*differences(name, data), rtol=2e-5, atol=1e-5)
        against.append("differences")
    answer = list(FUNCTIONS[name].values())[1](data)()
    if name == "det":
        a = np.reshape(data["A"], (data["ell"],) * 2)
        np.testing.assert_allclose(
            answer, (np.linalg.det(a) * np.linalg.inv(a).T).ravel(), rtol=1e-9
        )
        against.append("det A inv(A)^T")
    for other, call in peers(name, data).items():
        same(flat(comparable(name, answer)), flat(call()))
        against.append(other)
    return ", ".join(against)


def check(names: list[str]) -> int:
    """Check the evaluations and print a line for each size; return 1 if one is not valid."""
    unknown = set(names) - set(FUNCTIONS)
    if unknown:
        print(
            f"no evaluation is called {', '.join(sorted(unknown))}: there are {', '.join(FUNCTIONS)}"
        )
        return 2
    wrong = 0
    for name in names or FUNCTIONS:
        for large in (False, True):
            data = draw(name, large)
            if large and data == draw(name, False):
                continue
            try:
                against = valid(name, data)
            except AssertionError as error:
                wrong += 1
                print(
                    f"{name:<9} {'large' if large else 'small':<5}  not valid: {error}", flush=True
                )
                continue
            calls = {"ours": list(FUNCTIONS[name].values())[1](data), **peers(name, data)}
            taken = [float("nan")] if name in KNOWN else blocks(*calls.values(), turns=5)
            shown = "  ".join(f"{n} {1e3 * t:.3g} ms" for n, t in zip(calls, taken, strict=True))
            print(
                f"{name:<9} {'large' if large else 'small':<5}  valid: {against}"
                + ("" if name in KNOWN else f";  {shown}"),
                flush=True,
            )
    return int(wrong > 0)
