"""Sheets as questions of PrairieLearn: `info.json`, `question.html` and `server.py` for each subject.

PrairieLearn calls `generate(data)` for each variant of a question and `grade(data)` for each submission;
`server.py` hands both on to this module. The variant's seed decides the numbers, as a student's name does
on other sheets. Answers are typed: numbers, nested lists or formulas; what is asked as code is left out,
since a server should not run it.
"""

import ast
import json
import uuid
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from autodiff.graphs import files
from autodiff.table.language import language, say, speaking
from autodiff.teach.code import CodeQuestion
from autodiff.teach.question import Question
from autodiff.teach.sheets import Sheet, sheet

SERVER = """from autodiff.teach import prairielearn


def generate(data):
    prairielearn.generate("{subject}", data, "{language}")


def grade(data):
    prairielearn.grade("{subject}", data, "{language}")
"""
SPACE = uuid.UUID("6d0f4c2e-3d0b-4f5e-9a57-2a4c1f7c0f52")  # of the identifiers of these questions


def export(folder: str | Path, subjects: Sequence[str]) -> list[Path]:
    """Write `questions/SUBJECT` for each subject that has more to ask than code."""
    written = []
    for subject in subjects:
        page = sheet(subject)
        if not asked(page):
            continue
        place = Path(folder) / "questions" / f"autodiff-{subject}"
        place.mkdir(parents=True, exist_ok=True)
        info = {
            "uuid": str(uuid.uuid5(SPACE, f"{subject}/{language()}")), "title": page.title,
            "topic": "back-propagation", "type": "v3",
        }  # fmt: skip
        texts = {
            "info.json": json.dumps(info, ensure_ascii=False, indent=1) + "\n",
            "question.html": "\n".join(_html(page)) + "\n",
            "server.py": SERVER.format(subject=subject, language=language()),
        }
        written += [files.write(place / name, text) for name, text in texts.items()]
    return written


def asked(page: Sheet) -> list[Question]:
    """Return the questions of a sheet whose answers can be typed in."""
    return [q for q in page.questions if not isinstance(q, CodeQuestion)]


def generate(subject: str, data: dict[str, Any], spoken: str = "en") -> None:
    """Fill in what a variant shows: facts, questions, and the right answers for the answer panel."""
    with speaking(spoken):
        page = sheet(subject, str(data["variant_seed"]))
        data["params"]["facts"] = "\n".join(page.facts)
        data["params"]["questions"] = [{"name": q.name, "asked": q.asked} for q in asked(page)]
        for question in asked(page):
            data["correct_answers"][question.name] = question.shown.partition(" = ")[2]


def grade(subject: str, data: dict[str, Any], spoken: str = "en") -> None:
    """Mark a submission: scores of 0 or 1, and the slip of each wrong answer as feedback.

    What follows by right steps from an earlier wrong answer has its point.

    >>> data = {"variant_seed": "7", "submitted_answers": {"formula_b": "(y - a)*a*(1 - a)"},
    ...         "partial_scores": {}, "feedback": {}, "score": 0.0}
    >>> grade("neuron", data)
    >>> data["partial_scores"]["formula_b"]["score"], data["feedback"]["formula_b"]
    (0.0, 'sign: it is the right value times -1')
    """
    with speaking(spoken):
        page = sheet(subject, str(data["variant_seed"]))
        given = {q.name: data["submitted_answers"].get(q.name) for q in asked(page)}
        marks = page.mark({name: _read(answer) for name, answer in given.items()})
    for name, mark in marks.items():
        data["partial_scores"][name] = {"score": float(mark.counts), "feedback": mark.said}
        data["feedback"][name] = mark.said
    data["feedback"]["marks"] = [{"name": name, "said": mark.said} for name, mark in marks.items()]
    data["score"] = sum(mark.counts for mark in marks.values()) / len(marks)


def _read(answer: Any) -> Any:
    """Return what was typed: a number, a list of numbers, or a formula as it stands."""
    if not isinstance(answer, str):
        return answer
    try:
        return ast.literal_eval(answer.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return answer.strip() or None


def _html(page: Sheet) -> Iterator[str]:
    """Yield the lines of a page; what changes with the variant is looped over by PrairieLearn."""
    yield "<pl-question-panel>"
    yield f"<p>{escape(page.intro)}</p>"
    yield f"<p>{escape(say('teach.given'))}</p>"
    yield "<pre>{{params.facts}}</pre>"
    yield "</pl-question-panel>"
    yield "{{#params.questions}}"
    yield "<p>{{asked}}</p>"
    yield (
        '<pl-string-input answers-name="{{name}}" label="{{name}} = " allow-blank="true">'
        "</pl-string-input>"
    )
    yield "{{/params.questions}}"
    yield "<pl-submission-panel><ul>"
    yield "{{#feedback.marks}}<li>{{name}}: {{said}}</li>{{/feedback.marks}}"
    yield "</ul></pl-submission-panel>"
