"""Exercises in back-propagation: a small graph with blanks, its answer key, a checker of answers.

The graph is drawn from a seed, with numbers that can be worked out in the head: whole numbers under
addition, subtraction, multiplication, squares and relu. Asked for are the value of every node that
is computed and the derivative of the output with respect to every node; the key is a derivation.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autodiff.derivatives.reverse import gradient
from autodiff.explanations.derivation import derive
from autodiff.graphs.expression import parse
from autodiff.graphs.graph import Graph
from autodiff.nodes.value import Value
from autodiff.sources.plaintext import text
from autodiff.sources.terms import value_term
from autodiff.table import ops
from autodiff.table.language import say
from autodiff.table.symbol import number
from autodiff.teach.question import Mark, Question, given, written

if TYPE_CHECKING:
    from autodiff.drawing.picture import Picture

BINARY = (ops.add, ops.sub, ops.mul, ops.mul)
UNARY = (ops.square, ops.relu, ops.neg)
LARGEST = 200.0  # a value or gradient beyond it is no longer for the head
LETTERS = "abcdefghjkmnpqrst"


@dataclass(frozen=True, eq=False, repr=False)
class Exercise:
    """One exercise: `output` and the nodes by name, what is asked, and the answers."""

    output: Value
    names: Mapping[str, Value]
    answers: Mapping[str, float]

    @property
    def questions(self) -> tuple[str, ...]:
        """What is asked for: `u1` is the value of u1, `dy/du1` the derivative with respect to it."""
        return tuple(self.answers)

    @property
    def text(self) -> str:
        """The exercise in words, with a blank for each question."""
        graph = Graph(self.output, names=self.names)
        given = ", ".join(f"{n.label} = {number(n.value)}" for n in graph if not n.operands)
        lines = [say("exercise.given", given=given)]
        lines += [f"  {n.label} = {text(value_term(graph, n))} = ____" for n in graph if n.operands]
        lines.append(say("exercise.back"))
        lines += [f"  {question} = ____" for question in self.questions if "/" in question]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        """Say what is asked and not what the answers are; print the exercise for its text."""
        return f"<Exercise: {', '.join(self.questions)}>"

    @property
    def key(self) -> str:
        """The answer key: the derivation of every derivative, and the answers."""
        derivation = derive(self.output, names=self.names)
        answers = ", ".join(f"{k} = {number(v)}" for k, v in self.answers.items())
        return f"{derivation.text}\n{say('exercise.answers', answers=answers)}"

    def picture(self, solved: bool = False) -> "Picture":
        """Return the picture of the graph, with blanks or (`solved`) with the answers."""
        from autodiff.drawing import Picture, draw

        if solved:
            self.output.backward()
        drawn = draw(self.output, names=self.names)
        for x in self.names.values():
            x.zero_grad()
        if solved:
            return drawn
        boxes = []
        for box in drawn.scene.boxes:
            given = box.kind == "parameter"
            lines = tuple((k, v if given and k == "value" else "?") for k, v in box.lines)
            words = [box.tooltip.partition("\n")[0], *(f"{k} {v}" for k, v in lines)]
            boxes.append(replace(box, lines=lines, tooltip="\n".join(words)))
        arrows = []
        for arrow in drawn.scene.arrows:
            head = arrow.meaning.tooltip.partition("\n")[0]
            blank = replace(arrow.meaning, local=("?",), back="", tooltip=f"{head}\n?")
            arrows.append(replace(arrow, meaning=blank))
        scene = replace(drawn.scene, boxes=tuple(boxes), arrows=tuple(arrows))
        return Picture(drawn.graph, lambda _: scene, drawn.theme)

    def check(self, answers: Mapping[str, float]) -> dict[str, str]:
        """Return a word on each answer given: "right", or what is wrong about it.

        A KeyError names an answer to a question that was not asked. Unanswered questions are left
        out of the result.
        """
        found = {}
        for question, answer in answers.items():
            if question not in self.answers:
                asked = ", ".join(self.questions)
                raise KeyError(f"{question!r} was not asked; the questions are {asked}")
            found[question] = self._word(question, float(answer))
        return found

    def worked_out(self, question: str, own: Mapping[str, float]) -> float:
        """Return the answer to a question that follows from answers of one's own (`dy_du1` for dy/du1)."""
        graph = Graph(self.output, names=self.names)
        values = {n.label: own.get(n.label, n.value) for n in graph}
        if "/" not in question:
            return _step(graph, graph[self.names[question]], values)[0]
        node = graph[self.names[question.removeprefix("dy/d")]]
        total = 0.0
        for user in {e.target for e in graph.users[node.id]}:
            label = graph[user].label
            right = self.answers.get(f"dy/d{label}", 1.0)  # of y itself it is 1
            after = own.get(f"dy_d{label}", right)
            total += after * _step(graph, graph[user], values)[1].get(node.label, 0.0)
        return total

    def _word(self, question: str, answer: float) -> str:
        right = self.answers[question]
        if math.isclose(answer, right, rel_tol=1e-9, abs_tol=1e-12):
            return say("exercise.right")
        if not question.startswith("dy/"):
            return say("exercise.value", question=question)
        if right and answer == -right:
            return say("exercise.sign")
        graph = Graph(self.output, names=self.names)
        node = graph[self.names[question.removeprefix("dy/d")]]
        edges = graph.users[node.id]
        grads = {e.target: self.answers[f"dy/d{graph[e.target].label}"] if graph[e.target].label
                 != "y" else 1.0 for e in edges}  # fmt: skip
        parts = [graph.send(e, grads[e.target]) for e in edges]
        if len(parts) > 1 and any(math.isclose(answer, p) for p in parts):
            return say("exercise.uses", node=node.label, n=len(parts))
        if any(math.isclose(answer, graph.local(e)) for e in edges):
            return say("exercise.local")
        return say("exercise.rule")


@dataclass(frozen=True, eq=False)
class GraphQuestion:
    """One blank of a graph exercise: the value of a node, or the derivative with respect to it."""

    exercise: Exercise
    blank_of: str

    @property
    def name(self) -> str:
        """The Python name of the answer: `u1`, or `dy_du1` for dy/du1."""
        return self.blank_of.replace("/", "_")

    @property
    def asked(self) -> str:
        """The question in words."""
        return say("teach.ask.blank", blank=self.blank_of)

    @property
    def blank(self) -> str:
        """What stands in a notebook where the answer goes."""
        return f"{self.name} = ..."

    @property
    def solution(self) -> str:
        """Python for the answer."""
        return f'{self.name} = sheet.graph.answers["{self.blank_of}"]'

    @property
    def shown(self) -> str:
        """The answer as a solved sheet shows it."""
        return f"{self.blank_of} = {written(self.exercise.answers[self.blank_of])}"

    def mark(self, answer: Any) -> Mark:
        """Mark one number."""
        if not given(answer):
            return Mark(False, say("exercise.not_answered"))
        try:
            number = float(answer)
        except Exception:  # whatever an object may raise that is asked for its number
            return Mark(False, say("teach.no_number"))
        if not math.isfinite(number):
            return Mark(False, say("teach.not_finite"))
        said = self.exercise.check({self.blank_of: number})[self.blank_of]
        return Mark(said == say("exercise.right"), said)

    def expected(self, setup: str, before: Sequence[Question], answers: Mapping[str, Any]) -> Any:
        """Work the number out from the student's own answers before it."""
        own = {q.name: float(answers[q.name]) for q in before if given(answers.get(q.name))}
        return self.exercise.worked_out(self.blank_of, own)


def make_exercise(depth: int = 3, reuse: int = 1, seed: int = 0) -> Exercise:
    """Return an exercise with `depth` operations, in which `reuse` operands are used again.

    The same seed gives the same exercise. A ValueError says what is out of range.

    >>> exercise = make_exercise(depth=2, reuse=0, seed=1)
    >>> exercise.check(exercise.answers) == dict.fromkeys(exercise.questions, "right")
    True
    """
    if not 1 <= depth <= 12:
        raise ValueError(f"make_exercise: depth={depth} must be from 1 to 12")
    if not 0 <= reuse <= depth:
        raise ValueError(f"make_exercise: reuse={reuse} must be from 0 to depth, which is {depth}")
    rng = random.Random(f"{depth} {reuse} {seed}")
    while True:
        exercise = _attempt(rng, depth, reuse)
        numbers = [*exercise.answers.values()]
        if all(abs(x) <= LARGEST for x in numbers) and all(
            exercise.answers[q] for q in exercise.questions if "/" in q
        ):
            return exercise


def _step(graph: Graph, node: Any, values: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Return one operation on these values: its result, and its derivative by each operand's label."""
    expression = parse(text(value_term(graph, node)))
    result, leaves = expression.record({n: values[n] for n in expression.names})
    found = gradient(result, [leaves[n] for n in expression.names])
    return result.data, dict(zip(expression.names, found, strict=True))


def _attempt(rng: random.Random, depth: int, reuse: int) -> Exercise:
    """Return one random exercise, whose numbers may be too large or whose gradients 0."""
    names: dict[str, Value] = {}
    letters = iter(LETTERS)

    def leaf() -> Value:
        name = next(letters)
        names[name] = Value(float(rng.choice([-3, -2, -1, 2, 3, 4])), name=name)
        return names[name]

    again = set(rng.sample(range(depth), reuse))
    top = leaf()
    for k in range(depth):
        if k in again:
            top = _ordered(rng, top, rng.choice(list(names.values())))
        elif rng.random() < 0.25:
            top = rng.choice(UNARY)(top)
        else:
            top = _ordered(rng, top, leaf())
        top.name = f"u{k + 1}" if k < depth - 1 else "y"
        names[top.name] = top
    computed = {n: x.data for n, x in names.items() if x.parents}
    inner = [n for n in names if n != "y"]
    found = gradient(top, [names[n] for n in inner])
    backward = {
        f"dy/d{n}": g
        for n, g in sorted(zip(inner, found, strict=True), key=lambda p: -names[p[0]].seq)
    }
    return Exercise(top, names, {**computed, **backward})


def _ordered(rng: random.Random, a: Value, b: Value) -> Value:
    """Return an operation on both, in either order."""
    result: Value = rng.choice(BINARY)(*((a, b) if rng.random() < 0.7 else (b, a)))
    return result
