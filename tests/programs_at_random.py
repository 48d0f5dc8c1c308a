"""Random functions, and what eager evaluation makes of them: the oracle of programs (bar 19).

A function is a plan drawn from a seed: rows of the table, branches whose thresholds are Python's, single
precision or beyond every float, sorts, readings, blocks without gradients, nodes and arrays from outside,
results in dicts, nested tuples and named tuples whose shape depends on the course. The same plan runs on
Values and on Tensors. `python -m tests.programs_at_random 20000` tries as many functions, each on ten
inputs and inside the transforms, and prints what was compared; a second number is the first seed.
"""

import math
import sys
from collections import namedtuple
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.table import tree
from tests.rows import POINTWISE

Pair = namedtuple("Pair", "first second")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.3, float(np.float32(0.3)), 1e-300, 0.5, 2.0, -2.0]
THRESHOLDS = [
    0.0,
    0.3,
    np.float32(0.3),
    np.float64(0.3),
    np.float32(-0.1),
    1,
    -(10**400),
    10**400,
    2**53 + 1,
]  # the last three are no floats
UNARY = [r for r in POINTWISE if r.arity == 1]
BINARY = [r for r in POINTWISE if r.arity == 2 and None not in r.partials]


class Plan:
    """A function drawn from a seed; calling it runs its steps on whatever it is given."""

    def __init__(self, seed: int, arrays: bool) -> None:
        draw = np.random.default_rng(seed)
        self.arrays, self.__name__ = arrays, f"plan{seed}"
        self.steps = [
            (int(draw.integers(12)), *map(int, draw.integers(1000, size=4)))
            for _ in range(int(draw.integers(1, 9)))
        ]
        self.form = int(draw.integers(7))
        number = ad.Tensor if arrays else ad.Value
        self.leaf = number(float(draw.normal()))
        self.still = ad.constant(np.array(0.7) if arrays else 0.7)
        self.computed = number(1.25) * 0.5
        self.plain = draw.normal(size=3)

    def change(self, draw: Any) -> None:
        """Change what the function reads from outside, as its user may."""
        kind = draw.integers(4)
        if kind == 0:
            self.leaf.data = np.array(draw.normal()) if self.arrays else draw.normal()
        elif kind == 1:
            self.still.data = np.array(draw.normal()) if self.arrays else draw.normal()
        elif kind == 2:
            self.plain[int(draw.integers(3))] = draw.normal()

    def __call__(self, x: Any, y: Any) -> Any:
        pool = [x, y] if self.arrays else [x, *y.tolist()]
        many = list(pool)
        for kind, i, j, k, m in self.steps:
            a, b = pool[i % len(pool)], pool[j % len(pool)]
            pool.append(self.step(kind, a, b, k, m, pool))
        last, other = pool[-1], pool[len(pool) // 2]
        return self.result(self.whole(last) + 0.5 * self.whole(other), many, last)

    def whole(self, a: Any) -> Any:
        return a.sum() if getattr(a, "shape", ()) else a

    def number(self, a: Any) -> Any:
        """Return a single number of a node, to compare and to read."""
        return a.sum() if getattr(a, "shape", ()) else a

    def step(self, kind: int, a: Any, b: Any, k: int, m: int, pool: list[Any]) -> Any:
        if kind == 0:
            return UNARY[k % len(UNARY)](a)
        if kind == 1:
            return BINARY[k % len(BINARY)](a, b) if not self.arrays else a * b - b
        if kind == 2:
            return a * b + (0.5, -0.0, 3, np.float32(1.5))[k % 4]
        if kind == 3:
            limit = THRESHOLDS[k % (len(THRESHOLDS) - 3 * self.arrays)]
            c = self.number(a)
            taken = (c < limit, c <= limit, c > limit, c >= limit)[m % 4]
            return a * 2.0 if taken else b - a
        if kind == 4:
            return a * self.leaf + self.still * b
        if kind == 5:
            return a + self.computed if m % 2 else self.computed * b
        if kind == 6:
            return a * float(self.plain[k % 3])
        if kind == 7:
            c = self.number(a)
            return b * signed(read(c, m))
        if kind == 8:
            with ad.no_grad():
                still = a * b
            return still + a
        if kind == 9:
            if self.arrays:
                return np.sort(a, axis=-1) * 2.0 if a.ndim else a
            return sorted([a, b, *pool[:2]], key=Ordered)[k % 2] * 1.5
        if kind == 10:
            if self.arrays:
                return (a.reshape(-1)[::-1].reshape(a.shape) if m % 2 else a.T) * 1.0
            return ad.sum([a, b, a]) if m % 2 else ad.dot([a, b], [b, 2.0])
        c = self.number(a)
        same = bool(c == 0.0) if m % 2 else bool(c != read(self.number(b), m))
        return a - b if same else b * b

    def result(self, y: Any, many: list[Any], last: Any) -> Any:
        if self.form == 0:
            return {"y": y, "other": (last, [y])}
        if self.form == 1:
            return Pair(y, {"b": last}) if self.number(last) > 0 else (y, 1)
        if self.form == 2:
            return [y, None, "text", last] if self.number(many[0]) > 0.5 else y
        if self.form == 3 and self.number(last) > 3.0:
            return 0.0
        return y


def signed(x: float) -> float:
    """Return 1 with the sign of a number; that of NaN is the processor's affair."""
    return math.copysign(1.0, x) if x == x else 1.0


def read(x: Any, way: int) -> float:
    """Return the number of a node, or a number."""
    if not isinstance(x, ad.Value | ad.Tensor):
        return float(x)
    return x.item() if way % 4 < 2 else float(np.asarray(x.data))


class Ordered:
    """Sorts by `<` alone, as Python's sorts do."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def __lt__(self, other: "Ordered") -> bool:
        return bool(self.x < other.x)


def plain(x: Any) -> Any:
    """Return a leaf of a result as a number, an array or what it is."""
    if isinstance(x, ad.Value):
        return x.data
    return np.asarray(x.data) if isinstance(x, ad.Tensor) else x


def same(x: Any, z: Any) -> bool:
    """Return whether two results have the same structure and the same bits; any NaN is a NaN."""
    (a, s), (b, t) = tree.flatten(x), tree.flatten(z)
    return s == t and all(map(leaf_same, map(plain, a), map(plain, b)))


def leaf_same(p: Any, q: Any) -> bool:
    if isinstance(p, str) or isinstance(q, str):
        return bool(p == q)
    p, q = np.asarray(p), np.asarray(q)
    if p.shape != q.shape:
        return False
    zeros = np.array_equal(np.signbit(p) & (p == 0), np.signbit(q) & (q == 0))
    return bool(np.array_equal(p, q, equal_nan=True)) and zeros


def inputs(draw: Any, arrays: bool) -> tuple[Any, Any]:
    """Return arguments: numbers with many special ones, of shapes that change from call to call."""
    n = int(draw.integers(2, 4))

    def some(*shape: int) -> Any:
        x = draw.normal(size=shape)
        chosen = draw.random(shape) < 0.3
        return np.where(chosen, draw.choice(SPECIAL, size=shape), x)

    if arrays:
        kind = np.float32 if draw.random() < 0.25 else float
        return some(n, n).astype(kind), some(n, n).astype(kind)
    return float(some()), some(n)


def as_given(args: tuple[Any, Any], arrays: bool) -> tuple[Any, Any]:
    """Return the nodes that the program gives its function."""
    if arrays:
        return ad.Tensor(args[0]), ad.Tensor(args[1])
    y = np.empty(len(args[1]), dtype=object)
    y[:] = [ad.Value(v) for v in args[1].tolist()]
    return ad.Value(args[0]), y


def as_nodes(args: Any, arrays: bool) -> list[Any]:
    """Return what the function is given inside a transform: what is no node is a constant."""
    found = []
    for x in args:
        if isinstance(x, ad.Value | ad.Tensor):
            found.append(x)
        elif arrays or not np.ndim(x):
            found.append(ad.constant(x))
        else:
            found.append(np.array([ad.constant(v) for v in x.tolist()], dtype=object))
    return found


def eager_gradient(y: Any, x: Any) -> Any:
    """Return the gradient by x of a result that is one number."""
    root = y if isinstance(y, ad.Value | ad.Tensor) else ad.Value(float(y))
    return ad.gradient(root, x)


def single(y: Any) -> bool:
    return len(tree.flatten(y)[0]) == 1 and not isinstance(y, str | dict | tuple | list)


def compare(seed: int, arrays: bool = False, rounds: int = 10) -> dict[str, int]:
    """Compare a program with its function; return how many results were compared, or raise."""
    f = Plan(seed, arrays)
    draw = np.random.default_rng(seed + 10**6)
    first = inputs(draw, arrays)
    program = ad.trace(f, *((ad.Tensor(a) for a in first) if arrays else first))
    count = {"values": 0, "gradients": 0, "transforms": 0}
    for _ in range(rounds):
        f.change(draw)
        args = inputs(draw, arrays)
        nodes = as_given(args, arrays)
        wanted = f(*nodes)
        found = program(*args)
        check(f, args, "value", found, wanted)
        check(f, args, "value again", program(*args), wanted)
        count["values"] += 2
        if single(wanted):
            check(
                f,
                args,
                "gradient",
                program.value_and_grad(*args)[1],
                eager_gradient(wanted, nodes[0]),
            )
            count["gradients"] += 1
            for name, by in transforms(args).items():
                check(f, args, name, by(program), by(lambda *a: f(*as_nodes(a, arrays))))
                count["transforms"] += 1
    assert len(program.gate.entries) <= 32
    return count


def transforms(args: tuple[Any, Any]) -> dict[str, Any]:
    """Return what is asked of the function and of the program, by name."""
    x, y = args
    return {
        "grad": lambda g: ad.grad(g)(x, y),
        "jvp": lambda g: ad.jvp(lambda v: g(v, y), (x,), (np.ones_like(x) if np.ndim(x) else 1.0,)),
        "vjp": lambda g: ad.vjp(lambda v: g(v, y), x)[1](
            np.ones((), np.asarray(x).dtype) if np.ndim(x) else 1.0
        ),
        "hessian": lambda g: ad.hessian(lambda v: g(v, y))(x),
        "node": lambda g: ad.grad(lambda v: v * g(v, y) if not np.ndim(x) else (v * g(v, y)).sum())(
            x
        ),
    }


def check(f: Plan, args: Any, what: str, found: Any, wanted: Any) -> None:
    assert same(found, wanted), (
        f"{f.__name__} ({'arrays' if f.arrays else 'numbers'}) on {args!r}: "
        f"{what} is {found!r}, eager {wanted!r}"
    )


def main(count: int, first: int = 0) -> int:
    """Compare so many functions, of the seeds from the first; print and return how many disagree."""
    total = {"values": 0, "gradients": 0, "transforms": 0}
    wrong = 0
    for seed in range(first, first + count):
        if seed > first and not (seed - first) % 1000:
            print(f"{seed - first} of {count} functions", file=sys.stderr, flush=True)
        try:
            found = compare(seed, bool(seed % 2))
        except Exception as error:
            wrong += 1
            print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
            continue
        for key, n in found.items():
            total[key] += n
    engine = "the compiled" if ad.compiled else "the plain"
    print(f"{count} random functions on {engine} engine: {total}, {wrong} disagree")
    return wrong


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(1 if main(*map(int, sys.argv[1:3] or [1000])) else 0)
