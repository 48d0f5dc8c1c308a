"""Sheets: exercises on one subject with the numbers of one student, and the marking of answers.

Four subjects: `graph` (values and gradients of a small graph), `neuron` (one sigmoid neuron),
`network` (the errors and gradients of a small network, one example) and `matrices` (a mini-batch as
columns; sigma' and BP1 to BP4 as code). A student's name decides the numbers; the same name gives
the same sheet everywhere.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.table.language import say
from autodiff.teach.code import CodeQuestion
from autodiff.teach.exercises import Exercise, GraphQuestion, make_exercise
from autodiff.teach.formulas import FormulaQuestion
from autodiff.teach.question import Follows, Mark, NumberQuestion, Question, carried_on, written
from autodiff.teach.runs import Run, candidates, run

SIGMA = "sigma = lambda z: 1 / (1 + np.exp(-z))"


@dataclass(frozen=True, eq=False)
class Sheet:
    """The exercises of one student: what is given, by Python name, and the questions."""

    subject: str
    student: str
    given: Mapping[str, Any]
    questions: tuple[Question, ...]
    graph: Exercise | None = None

    @property
    def title(self) -> str:
        """The heading."""
        return say(f"teach.title.{self.subject}")

    @property
    def intro(self) -> str:
        """What the exercise is about, in words."""
        return say(f"teach.intro.{self.subject}")

    @property
    def setup(self) -> str:
        """Python that puts what is given under its names."""
        arrays = [
            f"{k} = {written(v) if np.ndim(v) == 0 else f'np.array({written(v)})'}"
            for k, v in self.given.items()
        ]
        return "\n".join(["import numpy as np", "", *arrays, SIGMA])

    @property
    def facts(self) -> list[str]:
        """What is given, a line each, as one reads it."""
        if self.graph is not None:
            return [line for line in self.graph.text.splitlines() if "dy/" not in line]
        return [f"{k} = {written(v)}" for k, v in self.given.items()]

    def question(self, name: str) -> Question:
        """Return the question of that name; a KeyError says what was asked."""
        for question in self.questions:
            if question.name == name:
                return question
        asked = ", ".join(q.name for q in self.questions)
        raise KeyError(f"{name!r} was not asked; the questions are {asked}")

    def mark(self, answers: Mapping[str, Any]) -> dict[str, Mark]:
        """Mark answers by the names of the questions; a KeyError names one that was not asked.

        >>> page = sheet("neuron", "Ada")
        >>> page.mark({"formula_b": "(y - a)*a*(1 - a)"})["formula_b"].said
        'sign: it is the right value times -1'
        """
        found = {name: self.question(name).mark(answer) for name, answer in answers.items()}
        return found | dict(carried_on(self.setup, self.questions, answers, found))

    def assess(self, name: str, answer: Any, others: Mapping[str, Any] | None = None) -> None:
        """Raise an AssertionError that says what is wrong with an answer; for a grader's tests.

        `others` has the student's other answers, by name, such as `globals()`: what follows from
        them by right steps passes, and is told.
        """
        asked = [q.name for q in self.questions if isinstance(q, Follows)]
        known = {n: others[n] for n in asked if others is not None and others.get(n) is not None}
        mark = self.mark({**known, name: answer})[name]
        if mark.carried:
            print(f"{name}: {mark.said}")
        elif not mark.right:
            raise AssertionError(f"{name}: {mark.said}") from None


def seed_of(student: str) -> int:
    """Return the seed that a student's name stands for, the same on every machine."""
    return int.from_bytes(hashlib.sha256(student.strip().encode()).digest()[:4], "big")


def sheet(subject: str, student: str = "") -> Sheet:
    """Return the sheet of a student; a ValueError lists the subjects.

    >>> [q.name for q in sheet("matrices", "Ada").questions][-2:]
    ['bp3', 'bp4']
    """
    if subject not in SUBJECTS:
        raise ValueError(f"sheet: there is no subject {subject!r:.40}, only {', '.join(SUBJECTS)}")
    return SUBJECTS[subject](student, seed_of(student))


def _graph(student: str, seed: int) -> Sheet:
    exercise = make_exercise(4, 1, seed)
    blanks = tuple(GraphQuestion(exercise, q) for q in exercise.questions)
    return Sheet("graph", student, {}, blanks, exercise)


def _numbers(rng: np.random.Generator, *shape: int) -> Any:
    """Return numbers that are short to write, none of them 0: -1, -0.8, ... 1."""
    found: Any = rng.choice([-1.0, -0.8, -0.6, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8, 1.0], size=shape)
    return found


def _asked(r: Run, name: str, solution: str, pick: tuple[int, int] | None = None) -> NumberQuestion:
    """Return the question for a quantity such as `delta_3`, or for one element of it."""
    kind, layer = name.split("@")[0].rsplit("_", 1)
    i = int(layer) - 2
    right = getattr(r, kind)[i + 1 if kind == "a" else i]

    def slips() -> Any:
        for said, wrong in candidates(r, kind, i):
            if pick is None:
                yield said, wrong
            elif np.shape(wrong) == np.shape(right):
                yield said, np.asarray(wrong)[pick]

    own_name = name.partition("@")[2] or name
    values = {"layer": layer, "before": int(layer) - 1, "after": int(layer) + 1}
    return NumberQuestion(
        own_name,
        own_name if pick else kind,
        right if pick is None else right[pick],
        slips,
        f"{own_name} = {solution}",
        values,
    )


def _neuron(student: str, seed: int) -> Sheet:
    rng = np.random.default_rng([seed, 1])
    while True:
        w, x, b = _numbers(rng, 2), rng.choice([0.2, 0.3, 0.5, 0.7, 2.0, 3.0], 2, False), 0.0
        b = float(_numbers(rng))
        y = float(rng.integers(2))
        r = run([w[None, :]], [np.array([[b]])], x[:, None], np.array([[y]]))
        if 0.2 < abs(r.z[0][0, 0]) < 2.0 and abs(w[0] - x[0]) > 0.1:
            break
    at = (0, 0)
    prime = "sigma(z) * (1 - sigma(z))"
    questions: list[Question] = [
        _asked(r, "z_2@z", "w1 * x1 + w2 * x2 + b", at),
        _asked(r, "a_2@a", "sigma(z)", at),
        _asked(r, "delta_2@delta", f"(sigma(z) - y) * {prime}", at),
        _asked(r, "nabla_b_2@dC_db", "delta", at),
        _asked(r, "nabla_w_2@dC_dw1", "delta * x1", at),
        FormulaQuestion(
            "formula_b", "formula_b", "(a - y)*a*(1 - a)", ("a", "y"),
            {
                "no_prime": "a - y", "sigma_for_prime": "(a - y)*a",
                "rest_for_prime": "(a - y)*(1 - a)", "plus_in_prime": "(a - y)*a*(1 + a)",
                "slip.cost_itself": "(a - y)**2/2", "prime_alone": "a*(1 - a)",
                "slip.output_alone": "a*a*(1 - a)", "slip.squared": "(a - y)**2*a*(1 - a)",
            }, {"layer": 2},
        ),
        FormulaQuestion(
            "formula_w1", "formula_w1", "(a - y)*a*(1 - a)*x1", ("a", "y", "x1", "w1"),
            {
                "no_prime": "(a - y)*x1", "no_input": "(a - y)*a*(1 - a)",
                "weight_for_input": "(a - y)*a*(1 - a)*w1", "sigma_for_prime": "(a - y)*a*x1",
                "rest_for_prime": "(a - y)*(1 - a)*x1", "prime_alone": "a*(1 - a)*x1",
            }, {"layer": 2},
        ),
        FormulaQuestion(
            "formula_entropy", "formula_entropy", "(a - y)*x1", ("a", "y", "x1", "w1"),
            {
                "prime_left": "(a - y)*a*(1 - a)*x1", "no_input": "a - y",
                "weight_for_input": "(a - y)*w1", "prime_uncancelled": "(a - y)/(a*(1 - a))*x1",
            }, {"layer": 2},
        ),
    ]  # fmt: skip
    given = {"w1": w[0], "w2": w[1], "b": b, "x1": x[0], "x2": x[1], "y": y}
    return Sheet("neuron", student, given, tuple(questions))


def _layers(seed: int, stream: int, m: int) -> tuple[Run, dict[str, Any]]:
    rng = np.random.default_rng([seed, stream])
    w = [_numbers(rng, 2, 2) for _ in range(2)]
    b = [_numbers(rng, 2, 1) for _ in range(2)]
    x = rng.choice([0.2, 0.4, 0.6, 0.8, 1.0], (2, m))
    y = rng.permuted(np.repeat([[0.0], [1.0]], m, axis=1), axis=0)
    r = run(w, b, x, y)
    given = {"a_1": x, "w_2": w[0], "b_2": b[0], "w_3": w[1], "b_3": b[1], "y": y}
    return r, given


def _tell_apart(w: Any) -> bool:
    """Return whether a matrix and its transposed are far apart."""
    return bool(abs(w[0, 1] - w[1, 0]) > 0.3)


def _distinct(seed: int, stream: int, m: int) -> tuple[Run, dict[str, Any]]:
    """Return the first network of a stream whose transposes can be told apart."""
    while True:
        r, given = _layers(seed, stream, m)
        if all(_tell_apart(v) for v in r.weights):
            return r, given
        stream += 100


def _network(student: str, seed: int) -> Sheet:
    r, given = _distinct(seed, 2, 1)
    questions: list[Question] = [
        _asked(r, "a_2", "sigma(w_2 @ a_1 + b_2)"),
        _asked(r, "a_3", "sigma(w_3 @ a_2 + b_3)"),
        _asked(r, "delta_3", "(a_3 - y) * a_3 * (1 - a_3)"),
        _asked(r, "delta_2", "(w_3.T @ delta_3) * a_2 * (1 - a_2)"),
        _asked(r, "nabla_b_2", "delta_2"),
        _asked(r, "nabla_w_3", "delta_3 @ a_2.T"),
        _asked(r, "nabla_w_2", "delta_2 @ a_1.T"),
        FormulaQuestion(
            "formula_delta", "formula_delta", "(w11*d1 + w21*d2)*a1*(1 - a1)",
            ("w11", "w12", "w21", "d1", "d2", "a1"),
            {
                "no_prime": "w11*d1 + w21*d2", "transpose": "(w11*d1 + w12*d2)*a1*(1 - a1)",
                "one_term": "w11*d1*a1*(1 - a1)", "sigma_for_prime": "(w11*d1 + w21*d2)*a1",
                "no_weights_in": "(d1 + d2)*a1*(1 - a1)",
            }, {"layer": 2},
        ),
    ]  # fmt: skip
    return Sheet("network", student, given, tuple(questions))


def _matrices(student: str, seed: int) -> Sheet:
    r, given = _distinct(seed, 3, 3)
    code = [
        ("sigma_prime", "z", "sigma(z) * (1 - sigma(z))"),
        ("bp1", "a, y, z", "(a - y) * sigma(z) * (1 - sigma(z))"),
        ("bp2", "w, delta, z", "(w.T @ delta) * sigma(z) * (1 - sigma(z))"),
        ("bp3", "delta", "delta.sum(axis=1, keepdims=True) / delta.shape[1]"),
        ("bp4", "a, delta", "delta @ a.T / delta.shape[1]"),
    ]
    forward = "sigma(w_3 @ sigma(w_2 @ a_1 + b_2) + b_3)"
    questions: list[Question] = [
        _asked(r, "delta_3", f"({forward} - y) * {forward} * (1 - {forward})"),
        _asked(r, "nabla_b_3", "delta_3.sum(axis=1, keepdims=True) / 3"),
        _asked(r, "nabla_w_3", "delta_3 @ sigma(w_2 @ a_1 + b_2).T / 3"),
        *(CodeQuestion(name, takes, body, seed) for name, takes, body in code),
    ]
    return Sheet("matrices", student, given, tuple(questions))


SUBJECTS: dict[str, Callable[[str, int], Sheet]] = {
    "graph": _graph,
    "neuron": _neuron,
    "network": _network,
    "matrices": _matrices,
}
