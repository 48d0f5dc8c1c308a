"""Programs of arrays beside JAX and PyTorch: numpy in, numpy out, warm, on one thread, in turns.

Each function measures one line of `./run bench arrays`. All libraries get the same formula (`problems`)
and must find the same numbers, otherwise the comparison is void.
"""

import os
import resource
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks import problems
from benchmarks.timing import blocks, in_a_fresh_process, together

ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class Ours:
    """Our functions under the names that the formulas use."""

    def __getattr__(self, name: str) -> Any:
        return getattr(ad, name, None) or getattr(np, name)

    @staticmethod
    def logsumexp(x: Any, axis: int) -> Any:
        return ad.logsumexp(x, axis=axis)

    @staticmethod
    def softmax(x: Any, axis: int) -> Any:
        return ad.softmax(x, axis=axis)


class Jax:
    """JAX's."""

    def __init__(self) -> None:
        os.environ["XLA_FLAGS"] = ONE_THREAD
        import jax
        import jax.scipy.special as special

        set_option: Any = jax.config.update
        set_option("jax_enable_x64", True)
        self.jax, self.normal_cdf = jax, special.ndtr
        self.logsumexp, self.softmax = special.logsumexp, jax.nn.softmax
        self.sigmoid, self.softplus = jax.nn.sigmoid, jax.nn.softplus

    def __getattr__(self, name: str) -> Any:
        return getattr(self.jax.numpy, name)

    def warm(self, f: Any) -> Callable[..., Any]:
        """Return a function under jit that gives numpy arrays."""
        compiled, tree = self.jax.jit(f), self.jax.tree
        return lambda *args: tree.map(np.asarray, compiled(*args))


class Torch:
    """PyTorch's, eager."""

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
        self.torch = torch
        self.normal_cdf, self.array = torch.special.ndtr, torch.from_numpy
        self.softplus = torch.nn.functional.softplus

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)

    def value_and_grad(self, formula: Any, wanted: int) -> Callable[..., Any]:
        """Return a function of numpy arrays that gives the value and the gradients as such."""

        def evaluate(*args: Any) -> Any:
            given = [self.torch.from_numpy(x) for x in args]
            leaves = [x.requires_grad_() for x in given[:wanted]]
            y = formula(self, *given)
            return y.detach().numpy(), [g.numpy() for g in self.torch.autograd.grad(y, leaves)]

        return evaluate


OURS = Ours()


def program(problem: problems.Problem) -> Callable[..., Any]:
    """Return our program of a problem's value and gradients."""
    formula, wanted = (
        problem.formula,
        tuple(range(problem.wanted)),
    )  # `problem` has arrays, which are watched
    traced = ad.trace(
        lambda *xs: formula(OURS, *xs), *map(ad.Tensor, problem.arguments), argnums=wanted
    )
    return traced.value_and_grad  # type: ignore[no-any-return]


def eager(problem: problems.Problem) -> Callable[..., Any]:
    """Return value and gradients without a program."""

    def evaluate(*args: Any) -> Any:
        leaves = [ad.Tensor(x) for x in args[: problem.wanted]]
        y = problem.formula(OURS, *leaves, *map(ad.constant, args[problem.wanted :]))
        return y.data, ad.gradient(y, leaves)

    return evaluate


def jitted(problem: problems.Problem) -> Callable[..., Any]:
    """Return JAX's value and gradients under jit."""
    jax, wanted = Jax(), tuple(range(problem.wanted))
    return jax.warm(jax.jax.value_and_grad(lambda *xs: problem.formula(jax, *xs), argnums=wanted))


def in_torch(problem: problems.Problem) -> Callable[..., Any]:
    """Return PyTorch's value and gradients."""
    return Torch().value_and_grad(problem.formula, problem.wanted)


def same(found: Any, expected: Any) -> None:
    """Make sure that two libraries found the same numbers."""
    for a, b in zip(flat(found), flat(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9 * max(1.0, float(np.abs(b).max())))


def flat(x: Any) -> list[Any]:
    return [a for part in x for a in flat(part)] if isinstance(x, list | tuple) else [np.asarray(x)]


def turns(ours: Any, others: dict[str, Any], args: Any, turns: int = 9) -> dict[str, float]:
    """Return our time over each of the others'."""
    for other in others.values():
        same(ours(*args), other(*args))
    jobs = [partial(f, *args) for f in (ours, *others.values())]
    mine, *theirs = blocks(*jobs, turns=turns)
    ratios = {f"/ {name}": mine / t for name, t in zip(others, theirs, strict=True)}
    return ratios | {"ms": mine * 1e3}


def gradient(name: str, *over: str, without: bool = False) -> dict[str, float]:
    """Return value and gradient of a problem over the others; without a program where that is asked."""
    problem = problems.make(name)
    makers = {"JAX": jitted, "PyTorch": in_torch}
    others = {o: makers[o](problem) for o in over}
    return turns((eager if without else program)(problem), others, problem.arguments)


def hvp(n: int = 10_000) -> dict[str, float]:
    """Return a Hessian-vector product of Rosenbrock's function over JAX's."""
    (x,), jax = problems.make("rosenbrock", n).arguments, Jax()
    v = np.cos(np.arange(n))

    def f(x: Any) -> Any:
        return problems.rosenbrock(OURS, x)

    ours = ad.trace(lambda x, v: ad.hvp(f, x, v), ad.Tensor(x), ad.Tensor(v))
    slope = jax.jax.grad(lambda x: problems.rosenbrock(jax, x))
    theirs = jax.warm(lambda x, v: jax.jax.jvp(slope, (x,), (v,))[1])
    return turns(ours, {"JAX": theirs}, (x, v))


def hessian(n: int = 100, sparse: bool = False) -> dict[str, float]:
    """Return the Hessian of Rosenbrock's function over JAX's and torch.func's."""
    (x,), jax, torch = problems.make("rosenbrock", n).arguments, Jax(), Torch()

    def f(x: Any) -> Any:
        return problems.rosenbrock(OURS, x)

    found = ad.trace(ad.hessian(f, sparse=sparse), ad.Tensor(x))
    ours = (lambda x: found(x).toarray()) if sparse else found
    theirs = jax.warm(jax.jax.hessian(lambda x: problems.rosenbrock(jax, x)))
    second = torch.torch.func.hessian(lambda x: problems.rosenbrock(torch, x))
    return turns(
        ours, {"JAX": theirs, "torch.func": lambda x: second(torch.array(x)).numpy()}, (x,)
    )


def hessian_growth() -> dict[str, float]:
    """Return the sparse Hessian's time an element at n = 1,000 and 4,000 over that at 1,000."""
    found = ad.hessian(lambda x: problems.rosenbrock(OURS, x), sparse=True)
    xs = [problems.make("rosenbrock", n).arguments[0] for n in (1_000, 4_000)]
    small, large = blocks(*[partial(found, x) for x in xs], turns=5)
    return {"ms at 1,000": small * 1e3, "an element at 4 n": large / 4 / small}


class Bare:
    """The least that numpy lets a class do of its own: it notes the operand and computes no gradient."""

    __slots__ = ("data", "parents")

    def __init__(self, data: Any, parents: Any = ()) -> None:
        self.data, self.parents = data, parents

    def __array_ufunc__(self, ufunc: Any, method: str, x: "Bare") -> "Bare":
        return Bare(ufunc(x.data), (x,))


def small() -> dict[str, float]:
    """Return what ten numbers cost: a product and a sine over numpy's, value and gradient in us."""
    x, y = np.linspace(0.1, 1.0, 10), np.linspace(2.0, 3.0, 10)
    a, b = ad.Tensor(x), ad.Tensor(y)
    product, by_numpy = blocks(lambda: a * b, lambda: x * y)
    bare: Any = Bare(x)
    sine, least, numpys = blocks(lambda: np.sin(a), lambda: np.sin(bare), lambda: np.sin(x))

    def both() -> Any:
        w = ad.Tensor(x)
        return ad.gradient((w * y).sum(), w)

    (value_and_gradient,) = blocks(both)
    return {
        "a product / numpy": product / by_numpy,
        "np.sin / numpy": sine / numpys,
        "np.sin of a class that only notes its operand / numpy": least / numpys,
        "value and gradient, us": value_and_gradient * 1e6,
    }


def peak(library: str, name: str) -> float:
    """Return the MB by which value and gradient raise this process's peak above that of the import."""
    problem = problems.make(name)
    evaluate = {"ours": eager, "program": program, "PyTorch": in_torch}[library](problem)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        evaluate(*problem.arguments)
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return found / (1024 if sys.platform != "darwin" else 1 << 20)


def memory(name: str) -> dict[str, float]:
    """Return our peak memory over PyTorch's, each in a process of its own."""
    found = {
        library: in_a_fresh_process(f"benchmarks.against.peak({library!r}, {name!r})")
        for library in ("ours", "program", "PyTorch")
    }
    theirs = found["PyTorch"]
    return {
        "/ PyTorch": found["ours"] / theirs,
        "a program / PyTorch": found["program"] / theirs,
        "MB": found["ours"],
    }


def growth(name: str) -> dict[str, float]:
    """Return the time an element at 4 n and 16 n over that at n."""
    sizes = [problems.make(name, size) for size in (1, 4, 16)]
    jobs = [partial(program(p), *p.arguments) for p in sizes]
    one, four, sixteen = blocks(*jobs, turns=3)
    return {"4 n": four / 4 / one, "16 n": sixteen / 16 / one}


def threads(name: str, size: int) -> dict[str, float]:
    """Return the milliseconds of value and gradient on one thread and on two, and the ratio."""
    problem = problems.make(name, size)
    call = partial(program(problem), *problem.arguments)

    def on(count: int) -> Callable[[], Any]:
        def run() -> Any:
            os.environ["OMP_NUM_THREADS"] = str(count)
            return call()

        return run

    one, two = together(7, on(1), on(2))
    return {"one, ms": one * 1e3, "two, ms": two * 1e3, "two / one": two / one}
