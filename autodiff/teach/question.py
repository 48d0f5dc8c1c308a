"""Questions and marks: what is asked, what is right, and the slip that a wrong answer comes from.

A question knows its right answer and, when it is needed, the answers that likely slips lead to. An
answer is marked right within its tolerance; a wrong one is held against those of the slips, and the
nearest that fits is named. A slip is counted once: what follows from it by right steps is marked so
(`carried_on`). Numbers may be rounded to three digits, since they are worked out by hand.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from autodiff.explanations.comparison import distance
from autodiff.table.language import say

Slip = tuple[str, Any]
ROUNDED = 6e-3  # how far, relative to the largest element, a number written by hand may be
EXACT = 1e-9  # how far a computed one may be


@dataclass(frozen=True)
class Mark:
    """Whether an answer is right, and the word on it: "right", or the slip.

    `carried` says that a wrong answer is what follows from the student's own answers before it.
    """

    right: bool
    said: str
    carried: bool = False

    @property
    def counts(self) -> bool:
        """Whether the answer has its point: a slip is counted once, where it was made."""
        return self.right or self.carried


class Question(Protocol):
    """What a sheet asks: a Python name for the answer, the question in words, and how it is marked."""

    @property
    def name(self) -> str: ...
    @property
    def asked(self) -> str: ...
    @property
    def blank(self) -> str: ...
    @property
    def solution(self) -> str: ...
    @property
    def shown(self) -> str: ...
    def mark(self, answer: Any) -> Mark: ...


@runtime_checkable
class Follows(Question, Protocol):
    """A question whose answer is worked out from those before it."""

    def expected(
        self, setup: str, before: Sequence[Question], answers: Mapping[str, Any]
    ) -> Any: ...


def carried_on(setup: str, questions: Sequence[Question], answers: Mapping[str, Any],
               marks: Mapping[str, Mark]) -> Iterator[tuple[str, Mark]]:  # fmt: skip
    """Yield the wrong answers that are right from the student's own wrong answers on, marked so."""
    for i, question in enumerate(questions):
        name = question.name
        if name not in marks or marks[name].right or not isinstance(question, Follows):
            continue
        wrong = [q.name for q in questions[:i] if q.name in marks and not marks[q.name].right]
        if not wrong:
            continue
        try:
            value = question.expected(setup, questions[:i], answers)
            own = _shaped(answers[name], value)
            told = np.all(np.isfinite(own)) and np.any(own)  # NaN and 0 follow from nearly anything
            fits = told and distance(np.asarray(value), own) <= ROUNDED
        except Exception:  # whatever comes of working on with answers of any kind
            continue
        if fits:
            used = [n for n in wrong if re.search(rf"\b{n}\b", question.solution)] or wrong
            yield name, Mark(False, say("teach.follows", names=", ".join(used)), True)


def nearest(answer: Any, right: Any, slips: Iterable[Slip], bound: float) -> str | None:
    """Return the slip whose value the answer is, the first of those that are as near; None if none.

    >>> nearest(-2.0, 2.0, [("sign", -2.0), ("twice", 4.0)], 1e-9)
    'sign'
    """
    best: tuple[float, str] | None = None
    for said, value in slips:
        off = distance(value, answer)
        fits = off <= bound and distance(value, right) > bound
        if fits and (best is None or off < best[0] - EXACT):
            best = off, said
    return best[1] if best else None


def marked(answer: Any, right: Any, slips: Iterable[Slip], bound: float) -> Mark:
    """Mark an array against the right one; `slips` are looked at only where it is wrong."""
    if not np.all(np.isfinite(answer)):
        return Mark(False, say("teach.not_finite"))
    if distance(answer, right) <= bound or (
        np.shape(answer) == np.shape(right) and bool(np.allclose(answer, right, rtol=0, atol=1e-12))
    ):
        return Mark(True, say("exercise.right"))
    if slip := nearest(answer, right, slips, bound):
        return Mark(False, slip)
    if np.shape(answer) != np.shape(right):
        return Mark(False, say("teach.shape", got=np.shape(answer), wanted=np.shape(right)))
    if not np.any(answer):
        return Mark(False, say("teach.zero"))
    if np.any(right):
        ratio = float(np.vdot(right, answer) / np.vdot(right, right))
        if distance(ratio * np.asarray(right), answer) <= bound:
            return Mark(False, say("slip.factor", ratio=f"{ratio:.4g}"))
    return Mark(False, say("teach.wrong"))


@dataclass(frozen=True, eq=False)
class NumberQuestion:
    """A question whose answer is a number or an array, `right`, worked out by hand.

    `key` ends the key of the sentence that asks, `values` are put in; `solution` is Python for the answer.
    """

    name: str
    key: str
    right: Any
    slips: Callable[[], Iterator[Slip]]
    solution: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The question in words."""
        return say(f"teach.ask.{self.key}", **self.values)

    @property
    def blank(self) -> str:
        """What stands in a notebook where the answer goes."""
        return f"{self.name} = ..."

    @property
    def shown(self) -> str:
        """The answer as a solved sheet shows it."""
        return f"{self.name} = {written(self.right)}"

    def mark(self, answer: Any) -> Mark:
        """Mark a number or an array; a flat list stands for a column."""
        if not given(answer):
            return Mark(False, say("exercise.not_answered"))
        right = np.asarray(self.right, dtype=float)
        try:
            found = _shaped(answer, right)
        except Exception:  # whatever an object may raise that is asked for its numbers
            return Mark(False, say("teach.no_number"))
        return marked(found, right, self.slips(), ROUNDED)

    def expected(self, setup: str, before: Sequence[Question], answers: Mapping[str, Any]) -> Any:
        """Work the answer out from what is given and from the student's own answers before it."""
        scope: dict[str, Any] = {}
        exec(setup, scope)
        for question in before:
            exec(question.solution, scope)
            if given(answers.get(question.name)):
                scope[question.name] = _shaped(answers[question.name], scope[question.name])
        exec(self.solution, scope)
        return scope[self.name]


def _shaped(answer: Any, right: Any) -> Any:
    """Return numbers as an array; a flat list stands for a column, one number for any shape of one."""
    found, right = np.asarray(answer, dtype=float), np.asarray(right)
    column = right.ndim == 2 and right.shape[1] == 1
    if found.size == right.size and ((found.ndim == 1 and column) or found.size == 1):
        return found.reshape(right.shape)
    return found


def given(answer: Any) -> bool:
    """Return whether a question was answered at all."""
    return answer is not None and answer is not ...


def written(x: Any) -> str:
    """Return a number or an array as it is typed, rounded to five digits.

    >>> written(np.array([[0.5, 1 / 3]]))
    '[[0.5, 0.33333]]'
    """
    if np.ndim(x) == 0:
        return f"{float(x):.5g}"
    return f"[{', '.join(written(v) for v in x)}]"
