"""Random programs on Value and Tensor against PyTorch in float64, and the engines against each other.

A program is a list of instructions on a stack of nodes, drawn from a seed and run by both libraries:
values, gradients, Hessian-vector products and Jacobians must agree. Each failure ever found stays in
FOUND. A short run is part of the suite; a long one is

    python -m tests.test_fuzz 20000 [first seed]
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

SHORT = 150
FOUND = [87]  # seeds of programs that once failed (87: a Value to the power of a Tensor)
SHAPES = [(), (3,), (2, 3), (3, 2), (2, 1), (2, 2, 3)]


class Step(NamedTuple):
    """One instruction: an operation, the places of its operands on the stack, a parameter."""

    op: str
    at: tuple[int, ...]
    param: Any


def torch_where(t: Any, x: Any, a: Any, b: Any) -> Any:
    return t.where(x > 0, a, b)


# Each operation as (ours, PyTorch's), on nodes; x stays within the domain by construction.
UNARY: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "exp": (lambda x: ad.exp(ad.tanh(x)), lambda t, x: t.exp(t.tanh(x))),
    "log": (lambda x: ad.log(x * x + 0.5), lambda t, x: t.log(x * x + 0.5)),
    "log1p": (lambda x: ad.log1p(x * x), lambda t, x: t.log1p(x * x)),
    "expm1": (lambda x: ad.expm1(ad.sin(x)), lambda t, x: t.expm1(t.sin(x))),
    "sqrt": (lambda x: ad.sqrt(x * x + 0.1), lambda t, x: t.sqrt(x * x + 0.1)),
    "sin": (ad.sin, lambda t, x: t.sin(x)),
    "cos": (ad.cos, lambda t, x: t.cos(x)),
    "tan": (lambda x: ad.tan(ad.tanh(x)), lambda t, x: t.tan(t.tanh(x))),
    "asin": (lambda x: ad.asin(ad.tanh(x) * 0.9), lambda t, x: t.asin(t.tanh(x) * 0.9)),
    "acos": (lambda x: ad.acos(ad.tanh(x) * 0.9), lambda t, x: t.acos(t.tanh(x) * 0.9)),
    "atan": (ad.atan, lambda t, x: t.atan(x)),
    "sinh": (lambda x: ad.sinh(ad.tanh(x)), lambda t, x: t.sinh(t.tanh(x))),
    "cosh": (lambda x: ad.cosh(ad.tanh(x)), lambda t, x: t.cosh(t.tanh(x))),
    "tanh": (ad.tanh, lambda t, x: t.tanh(x)),
    "sigmoid": (ad.sigmoid, lambda t, x: t.sigmoid(x)),
    "softplus": (ad.softplus, lambda t, x: t.nn.functional.softplus(x, threshold=1e9)),
    "relu": (ad.relu, lambda t, x: t.relu(x)),
    "leaky": (lambda x: ad.leaky_relu(x, 0.1), lambda t, x: t.nn.functional.leaky_relu(x, 0.1)),
    "elu": (lambda x: ad.elu(x, 1.5), lambda t, x: t.nn.functional.elu(x, 1.5)),
    "gelu": (ad.gelu, lambda t, x: t.nn.functional.gelu(x)),
    "abs": (ad.abs, lambda t, x: t.abs(x)),
    "square": (ad.square, lambda t, x: t.square(x)),
    "neg": (lambda x: -x, lambda t, x: -x),
    "cube": (lambda x: x**3, lambda t, x: x**3),
    "inverse": (lambda x: (x * x + 0.5) ** -1.5, lambda t, x: (x * x + 0.5) ** -1.5),
    "clip": (lambda x: ad.clip(x, -1.0, 1.0), lambda t, x: t.clip(x, -1.0, 1.0)),
    "twice": (lambda x: 2.0 - x / 3.0, lambda t, x: 2.0 - x / 3.0),
}
BINARY: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (lambda a, b: a + b, lambda t, a, b: a + b),
    "sub": (lambda a, b: a - b, lambda t, a, b: a - b),
    "mul": (lambda a, b: a * b, lambda t, a, b: a * b),
    "div": (lambda a, b: a / (b * b + 0.5), lambda t, a, b: a / (b * b + 0.5)),
    "power": (lambda a, b: (a * a + 0.5) ** b, lambda t, a, b: (a * a + 0.5) ** b),
    "maximum": (ad.maximum, lambda t, a, b: t.maximum(a, b)),
    "minimum": (ad.minimum, lambda t, a, b: t.minimum(a, b)),
    "atan2": (lambda a, b: ad.atan2(a, b + 5.0), lambda t, a, b: t.atan2(a, b + 5.0)),
    "hypot": (lambda a, b: ad.hypot(a, b + 5.0), lambda t, a, b: t.hypot(a, b + 5.0)),
    "where": (lambda a, b: ad.where(a.data > 0, a, b), lambda t, a, b: torch_where(t, a, a, b)),
}
# Operations on arrays with a parameter that is drawn for the shape.
ARRAY: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sum": (lambda x, p: x.sum(axis=p[0], keepdims=p[1]),
            lambda t, x, p: x.sum(dim=p[0], keepdim=p[1])),
    "mean": (lambda x, p: x.mean(axis=p[0], keepdims=p[1]),
             lambda t, x, p: x.mean(dim=p[0], keepdim=p[1])),
    "max": (lambda x, p: x.max(axis=p[0], keepdims=p[1]),
            lambda t, x, p: t.amax(x, dim=p[0], keepdim=p[1])),
    "min": (lambda x, p: x.min(axis=p[0], keepdims=p[1]),
            lambda t, x, p: t.amin(x, dim=p[0], keepdim=p[1])),
    "var": (lambda x, p: ad.var(x, p[0], p[1]),
            lambda t, x, p: t.var(x, dim=p[0], keepdim=p[1], correction=0)),
    "logsumexp": (lambda x, p: ad.logsumexp(x, p[0], p[1]),
                  lambda t, x, p: t.logsumexp(x, dim=p[0], keepdim=p[1])),
    "softmax": (lambda x, p: ad.softmax(x, p[0]), lambda t, x, p: t.softmax(x, dim=p[0])),
    "log_softmax": (lambda x, p: ad.log_softmax(x, p[0]),
                    lambda t, x, p: t.log_softmax(x, dim=p[0])),
    "norm": (lambda x, p: ad.norm(x, p[0], p[1]),
             lambda t, x, p: t.linalg.vector_norm(x, dim=p[0], keepdim=p[1])),
    "flip": (lambda x, p: x[::-1], lambda t, x, p: t.flip(x, [0])),
    "take": (lambda x, p: x[[0, 0, -1]], lambda t, x, p: x[[0, 0, -1]]),
    "row": (lambda x, p: x[0], lambda t, x, p: x[0]),
    "ravel": (lambda x, p: x.reshape(-1), lambda t, x, p: x.reshape(-1)),
    "transpose": (lambda x, p: x.T, lambda t, x, p: x.permute(*reversed(range(x.ndim)))),
    "stack": (lambda x, p: ad.stack([x, x * 2.0], p[0]),
              lambda t, x, p: t.stack([x, x * 2.0], p[0])),
    "concatenate": (lambda x, p: ad.concatenate([x, ad.sin(x)], p[0]),
                    lambda t, x, p: t.cat([x, t.sin(x)], p[0])),
    "gram": (lambda x, p: x @ x.T if x.ndim == 2 else x * x,
             lambda t, x, p: x @ x.T if x.ndim == 2 else x * x),
    "product": (lambda x, p: ad.matmul(x, np.ones(x.shape[-1]) * 0.5),
                lambda t, x, p: x @ (t.ones(x.shape[-1], dtype=x.dtype) * 0.5)),
}  # fmt: skip


def fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(a, b)
    except ValueError:
        return False
    return True


def program(seed: int) -> tuple[list[np.ndarray], Callable[..., Any], Callable[..., Any]]:
    """Return leaves and one random program on them, for this library and for PyTorch."""
    rng = np.random.default_rng(seed)
    scalar = bool(rng.integers(3) == 0)
    shapes = [()] * 3 if scalar else [SHAPES[i] for i in rng.integers(len(SHAPES), size=3)]
    leaves = [np.asarray(rng.normal(size=s)) for s in shapes]
    steps: list[Step] = []
    stack = [ad.Value(float(x)) if scalar else ad.Tensor(x) for x in leaves]
    while len(steps) < int(rng.integers(4, 14)):
        kind = ("unary", "binary", "array")[int(rng.integers(2 if scalar else 3))]
        i, j = (len(stack) - 1 - int(k) % len(stack) for k in rng.integers(0, 5, size=2))
        x = stack[i]
        if kind == "unary":
            step = Step(str(rng.choice(list(UNARY))), (i,), None)
        elif kind == "binary" and fits(x.shape, stack[j].shape):
            step = Step(str(rng.choice(list(BINARY))), (i, j), None)
        elif kind == "array" and len(x.shape) > 0:
            param = (int(rng.integers(len(x.shape))), bool(rng.integers(2)))
            step = Step(str(rng.choice(list(ARRAY))), (i,), param)
        else:
            continue
        y = apply(step, stack)
        if np.size(y.data) <= 64 and np.all(np.abs(y.data) < 1e3):
            steps.append(step)
            stack.append(y)

    def ours(*xs: Any) -> Any:
        nodes = list(xs)
        for step in steps:
            nodes.append(apply(step, nodes))
        return total(nodes)

    def theirs(*xs: Any) -> Any:
        import torch

        nodes = list(xs)
        for op, at, param in steps:
            args = [nodes[k] for k in at]
            if param is not None:
                nodes.append(ARRAY[op][1](torch, *args, param))
            else:
                nodes.append({**UNARY, **BINARY}[op][1](torch, *args))
        return nodes[-1].sum() + nodes[-2].sum() * 0.5

    return leaves, ours, theirs


def apply(step: Step, nodes: list[Any]) -> Any:
    args = [nodes[k] for k in step.at]
    if step.param is not None:
        return ARRAY[step.op][0](*args, step.param)
    return {**UNARY, **BINARY}[step.op][0](*args)


def total(nodes: list[Any]) -> Any:
    return ad.sum(nodes[-1]) + ad.sum(nodes[-2]) * 0.5


def check(seed: int) -> None:
    """Hold one program's value, gradient and second derivatives against PyTorch's."""
    import torch

    leaves, ours, theirs = program(seed)
    ts = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in leaves]
    z = theirs(*ts)
    arguments = [float(x) if x.shape == () else x for x in leaves]
    argnums = tuple(range(len(leaves)))
    y, gs = ad.value_and_grad(ours, argnums)(*arguments)
    close(y, z.detach(), seed, "value")
    if not z.requires_grad:
        return
    hs = torch.autograd.grad(z, ts, create_graph=True, allow_unused=True)
    for g, h in zip(gs, hs, strict=True):
        close(g, 0 * np.asarray(g) if h is None else h.detach(), seed, "gradient")
    rng = np.random.default_rng(seed + 1)
    ds = [np.asarray(rng.normal(size=x.shape)) for x in leaves]
    push = [float(d) if d.shape == () else d for d in ds]
    along = sum((h * torch.tensor(d)).sum() for h, d in zip(hs, ds, strict=True) if h is not None)
    close(ad.jvp(ours, arguments, push)[1], along.detach(), seed, "jvp")  # type: ignore[union-attr]

    def slope(*xs: Any) -> Any:
        terms = [ad.sum(g * d) for g, d in zip(ad.grad(ours, argnums)(*xs), push, strict=True)]
        return terms[0] + terms[1] + terms[2]

    second = ad.grad(slope, argnums)(*arguments)
    curved = along.requires_grad  # type: ignore[union-attr]
    ks = torch.autograd.grad(along, ts, allow_unused=True) if curved else [None] * len(ts)
    for g, k in zip(second, ks, strict=True):
        close(g, 0 * np.asarray(g) if k is None else k.detach(), seed, "second")


def close(found: Any, expected: Any, seed: int, what: str) -> None:
    a = np.asarray(found)
    b = expected.numpy(force=True) if hasattr(expected, "numpy") else np.asarray(expected)
    b = np.where(np.isnan(b) & np.isfinite(a), a, b) if a.shape == b.shape else b  # see traps
    scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
    assert a.shape == b.shape, (seed, what, a.shape, b.shape)
    assert np.all(np.abs(a - b) <= 1e-9 * scale), (seed, what, found, expected)


def check_modes(seed: int) -> None:
    """Hold reverse mode, forward mode and the Jacobian of one program against each other."""
    leaves, ours, _ = program(seed)
    arguments = [float(x) if x.shape == () else x for x in leaves]
    argnums = tuple(range(len(leaves)))
    gs = ad.grad(ours, argnums)(*arguments)
    for jacobian in (ad.jacfwd, ad.jacrev):
        for g, J in zip(gs, jacobian(ours, argnums)(*arguments), strict=True):
            close(J, g, seed, jacobian.__name__)


def check_replay(seed: int) -> None:
    """Hold a replayed program of Values against recording it anew, bit for bit, on new numbers."""
    leaves, ours, _ = program(seed)
    if any(x.shape for x in leaves):
        return
    argnums = tuple(range(len(leaves)))
    arguments = [float(x) for x in leaves]
    replayed = ad.trace(ours, *arguments, argnums=argnums)
    rng = np.random.default_rng(seed + 2)
    for _ in range(4):
        y, gs = ad.value_and_grad(ours, argnums)(*arguments)
        z, hs = replayed.value_and_grad(*arguments)
        assert (y, tuple(gs)) == (float(z), tuple(map(float, hs))), (seed, y, z, gs, hs)
        arguments = [float(x) for x in rng.normal(size=len(leaves))]


@pytest.mark.parametrize("seed", sorted({*FOUND, *range(SHORT)}))
def test_against_torch(seed: int) -> None:
    pytest.importorskip(
        "torch", reason="PyTorch is not installed: there is nothing to compare with"
    )
    check(seed)


@pytest.mark.parametrize("seed", sorted({*FOUND, *range(0, SHORT, 3)}))
def test_modes_agree(seed: int) -> None:
    check_modes(seed)


def test_replay_agrees_with_recording_anew() -> None:
    for seed in range(4 * SHORT):
        check_replay(seed)


def test_a_rule_that_is_off_is_found() -> None:
    pytest.importorskip(
        "torch", reason="PyTorch is not installed: there is nothing to compare with"
    )
    rules = ad.tanh.partials
    object.__setattr__(ad.tanh, "partials", (lambda y, x: ad.TABLE["sech2"](x) * (1 + 1e-6),))
    failed = 0
    try:
        for seed in range(60):
            try:
                check(seed)
            except AssertionError:
                failed += 1
    finally:
        object.__setattr__(ad.tanh, "partials", rules)
    assert failed > 0


if __name__ == "__main__":
    count, first = (int(a) for a in (*sys.argv[1:], "0")[:2])
    wrong = []
    for seed in range(first, first + count):
        try:
            check(seed)
            check_modes(seed)
            check_replay(seed)
        except Exception as error:
            wrong.append(seed)
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
    print(f"{count} programs, {len(wrong)} failed: {wrong}")
    sys.exit(bool(wrong))
