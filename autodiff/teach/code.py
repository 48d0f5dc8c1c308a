"""Questions whose answer is code: BP1 to BP4 and sigma' as functions of arrays.

A function is called on random networks: first one whose layers are equally wide, where a forgotten
transpose still gives a number and can be told, then one whose layers are not. What comes back is held
against autograd's value and, where it is wrong, against what the likely slips give.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.table.language import say
from autodiff.teach.question import EXACT, Mark, Slip, marked
from autodiff.teach.runs import Array, Run, own, run

TRIALS = (((3, 3, 3), 4), ((2, 4, 3), 5), ((3, 2, 4), 1))  # sizes, and the number of examples

Trial = tuple[tuple[Array, ...], Array, Callable[[], Iterator[Slip]]]


@dataclass(frozen=True, eq=False)
class CodeQuestion:
    """A question whose answer is a function `name(arguments)`; `body` is a right one."""

    name: str
    arguments: str
    body: str
    seed: int

    @property
    def asked(self) -> str:
        """The question in words."""
        return say(f"teach.code.{self.name}")

    @property
    def blank(self) -> str:
        """What stands in a notebook where the answer goes."""
        return f"def {self.name}({self.arguments}):\n    ..."

    @property
    def solution(self) -> str:
        """Python for the answer."""
        return f"def {self.name}({self.arguments}):\n    return {self.body}"

    @property
    def shown(self) -> str:
        """The answer as a solved sheet shows it."""
        return f"{self.name}({self.arguments}) = {self.body}"

    def mark(self, answer: Any) -> Mark:
        """Call a student's function on each trial and mark what it returns; the first fault is told."""
        if answer is None or answer is ...:
            return Mark(False, say("exercise.not_answered"))
        if not callable(answer):
            return Mark(False, say("teach.no_function", name=self.name))
        for number, (sizes, m) in enumerate(TRIALS):
            worked = random_run(sizes, m, 1000 * self.seed + number)
            arguments, right, slips = TAKES[self.name](worked)
            copies = [np.array(v) for v in arguments]
            try:
                found = answer(*copies)
            except (Exception, SystemExit) as e:  # whatever a student's code may raise
                shapes = ", ".join(str(v.shape) for v in arguments)
                told = f"{type(e).__name__}: {e}".splitlines()[0]
                return Mark(False, say("teach.raised", shapes=shapes, error=told))
            if found is None or found is ...:
                return Mark(False, say("teach.nothing"))
            try:
                given = np.asarray(found, dtype=float)
            except Exception:  # whatever an object may raise that is asked for its numbers
                return Mark(False, say("teach.no_number"))
            if any(not np.array_equal(a, b) for a, b in zip(copies, arguments, strict=True)):
                return Mark(False, say("teach.changed"))
            mark = marked(given, right, slips(), EXACT)
            if not mark.right:
                return mark
        return mark


def random_run(sizes: tuple[int, ...], m: int, seed: int) -> Run:
    """Return a random network with m random examples, worked through."""
    rng = np.random.default_rng(seed)
    w = [rng.standard_normal((n, k)) for k, n in itertools.pairwise(sizes)]
    b = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    return run(w, b, rng.uniform(0.1, 0.9, (sizes[0], m)), rng.random((sizes[-1], m)))


def _sigma_prime(r: Run) -> Trial:
    z, a = r.z[0], r.a[1]

    def slips() -> Iterator[Slip]:
        yield say("teach.slip.sigma_for_prime", layer=2), a
        yield say("teach.slip.rest_for_prime", layer=2), 1 - a
        yield say("teach.slip.z_in_prime"), z * (1 - z)
        yield say("teach.slip.plus_in_prime"), a * (1 + a)
        yield say("slip.sign"), -a * (1 - a)
        at_a = 1 / (1 + np.exp(-a))
        yield say("slip.prime_at_a", layer=2), at_a * (1 - at_a)

    return (z,), a * (1 - a), slips


def _bp1(r: Run) -> Trial:
    return (r.a[-1], r.y, r.z[-1]), r.delta[-1], lambda: own(r, "delta", 1)


def _bp2(r: Run) -> Trial:
    return (r.weights[1], r.delta[1], r.z[0]), r.delta[0], lambda: own(r, "delta", 0)


def _bp3(r: Run) -> Trial:
    total, m = r.delta[1].sum(axis=1), r.examples

    def slips() -> Iterator[Slip]:
        yield say("slip.whole_sum"), total.sum() / m
        yield say("slip.whole_sum"), np.full_like(r.nabla_b[1], r.delta[1].mean())
        yield say("teach.slip.flat"), total / m
        yield say("teach.slip.flat_not_divided"), total
        for keep in (False, True):
            yield say("slip.axis"), r.delta[1].mean(axis=0, keepdims=keep)
            yield say("slip.axis"), r.delta[1].sum(axis=0, keepdims=keep) / m
        yield from own(r, "nabla_b", 1)

    return (r.delta[1],), r.nabla_b[1], slips


def _bp4(r: Run) -> Trial:
    return (r.a[1], r.delta[1]), r.nabla_w[1], lambda: own(r, "nabla_w", 1)


TAKES: dict[str, Callable[[Run], Trial]] = {
    "sigma_prime": _sigma_prime,
    "bp1": _bp1,
    "bp2": _bp2,
    "bp3": _bp3,
    "bp4": _bp4,
}
