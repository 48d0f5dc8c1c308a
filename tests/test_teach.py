"""The teacher's kit: sheets, marks that name the slip, hand-outs, and the command."""

import contextlib
import json
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.cli import main
from autodiff.table.language import speaking
from autodiff.teach import handout, nbgrader, otter
from autodiff.teach.formulas import FormulaQuestion
from autodiff.teach.sheets import SUBJECTS, Sheet, sheet
from tests.students import FORWARD, TEN

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
STUDENTS = ("Ada", "s1234567", "花子", "")


def solved(page: Sheet) -> dict[str, Any]:
    """Return the answers of the solutions, run as in a notebook."""
    scope: dict[str, Any] = {"sheet": page}
    exec("\n".join([page.setup, *(q.solution for q in page.questions)]), scope)
    return {q.name: scope[q.name] for q in page.questions}


def in_python(page: Sheet, code: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"sheet": page}
    exec(f"{page.setup}\n{code}", scope)
    return scope


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("student", STUDENTS)
def test_the_solutions_are_right_and_nothing_is_not_answered(subject: str, student: str) -> None:
    page = sheet(subject, student)
    marks = page.mark(solved(page))
    assert {name: m.said for name, m in marks.items() if not m.right} == {}
    assert len(marks) == len(page.questions) >= 8
    for blank in (None, ...):
        said = {m.said for m in page.mark(dict.fromkeys(marks, blank)).values()}
        assert said == {"not answered"}


def test_each_student_has_numbers_of_ones_own() -> None:
    for subject in SUBJECTS:
        texts = {handout.text(sheet(subject, f"student {i}")).split("\n", 2)[2] for i in range(20)}
        assert len(texts) == 20
        again = sheet(subject, " Ada ")
        assert again.facts == sheet(subject, "Ada").facts, "blanks around a name are no other name"


@pytest.mark.parametrize("student", STUDENTS)
def test_the_numbers_are_those_of_finite_differences(student: str) -> None:
    """The witness is the cost itself, moved by a little, on the numbers that the sheet gives."""
    for subject in ("network", "matrices"):
        page = sheet(subject, student)
        v = {k: np.array(x, dtype=float) for k, x in page.given.items()}

        def cost(v: dict[str, Any]) -> Any:
            def layer(a: Any, w: Any, b: Any) -> Any:
                return 1 / (1 + np.exp(-(w @ a + b)))

            a = layer(layer(v["a_1"], v["w_2"], v["b_2"]), v["w_3"], v["b_3"])
            return ((a - v["y"]) ** 2).sum() / (2 * a.shape[1])

        for name in ("w_3", "b_3", "w_2", "b_2"):
            question = f"nabla_{name}"
            if question not in {q.name for q in page.questions}:
                continue
            slope = np.zeros_like(v[name])
            for at in np.ndindex(slope.shape):
                up, down = ({**v, name: v[name].copy()} for _ in range(2))
                up[name][at] += 1e-6
                down[name][at] -= 1e-6
                slope[at] = (cost(up) - cost(down)) / 2e-6
            assert page.question(question).mark(slope).right
            assert not page.question(question).mark(slope + 0.02 * np.abs(slope).max()).right


@pytest.mark.parametrize("slip", TEN, ids=lambda s: f"{s.question}: {s.said}")
@pytest.mark.parametrize("student", STUDENTS)
def test_the_slips_of_students_are_named(slip: Any, student: str) -> None:
    page = sheet("matrices", student)
    mark = page.question(slip.question).mark(in_python(page, slip.code)[slip.question])
    assert not mark.right
    assert re.search(slip.said, mark.said), mark.said


# The rest of what students write, by subject: the question, the answer and what a teacher would say.
OTHERS = {
    "neuron": [
        ("z", "w1 * x1 + w2 * x2", "missing bias"),
        ("z", "sigma(w1 * x1 + w2 * x2 + b)", "activation for weighted input"),
        ("a", "w1 * x1 + w2 * x2 + b", "sigma is missing"),
        ("delta", "sigma(w1 * x1 + w2 * x2 + b) - y", "missing activation derivative"),
        ("formula_b", "'(a - y)**2 / 2'", "this is C"),
        ("formula_w1", "'a*(1 - a)*(y - a)*x1'", "sign"),
        ("formula_w1", "'(a - y)*a*(1 - a)*w1'", "weight for input"),
        ("formula_w1", "'(a - y)*(a - a^2)*x1 + 0*w1'", "right"),
        ("formula_w1", "'(y - a)*x1'", "missing activation derivative.*sign"),
        ("formula_entropy", "'(a - y)*a*(1 - a)*x1'", "cancels"),
        ("formula_entropy", "'1'", "no likely slip"),
        ("formula_entropy", "'(a - y)*q'", "it has q"),
        ("formula_entropy", "'(a - y'", "cannot be read"),
        ("formula_entropy", "3", "as text"),
    ],
    "network": [
        ("a_2", "w_2 @ a_1 + b_2", "sigma is missing"),
        ("a_3", "sigma(w_3 @ sigma(w_2 @ a_1 + b_2))", r"missing bias: b\^3"),
        ("delta_3", f"({FORWARD} - y).ravel()", "missing activation derivative"),
        ("delta_3", "[[1.0, 2.0]]", "wrong shape"),
        ("delta_3", "'much'", "no number"),
        ("delta_3", "float('inf')", "not a finite number"),
        ("nabla_w_3", f"({FORWARD} - y) @ sigma(w_2 @ a_1 + b_2).T", r"in delta\^3 already"),
        ("formula_delta", "'(w11*d1 + w12*d2)*a1*(1 - a1)'", "transpose"),
        ("formula_delta", "'w11*d1*a1*(1 - a1)'", "missing sum over the next layer"),
    ],
    "matrices": [
        ("sigma_prime", "lambda z: z * (1 - z)", "weighted input for activation"),
        ("sigma_prime", "lambda z: sigma(z)", "activation derivative"),
        ("bp2", "lambda w, delta, z: w.T @ (delta * sigma(z) * (1 - sigma(z)))", "order|raised"),
        ("bp2", "lambda w, delta: w", "it raised TypeError"),
        ("bp3", "lambda delta: delta.mean(axis=1)", "keepdims"),
        ("bp3", "lambda delta: delta.mean(axis=0)", "wrong axis"),
        ("bp3", "lambda delta: None", "returns nothing"),
        ("bp3", "lambda delta: 'x'", "no number"),
        ("bp3", "3", "is to be a function"),
        ("bp4", "lambda a, delta: delta * a", "missing sum over the batch"),
        ("bp4", "lambda a, delta: delta @ a.T / 4", "factor|times"),
        ("bp4", "lambda a, delta: (np.negative(delta, out=delta) @ a.T) / 4", "changes the arrays"),
    ],
    "graph": [("y", "'x'", "no number"), ("y", "-10**6", "computed from the values above")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "name", "code", "said"), [(s, *row) for s, rows in OTHERS.items() for row in rows]
)
def test_other_answers(subject: str, name: str, code: str, said: str) -> None:
    page = sheet(subject, "Ada")
    mark = page.question(name).mark(in_python(page, f"answer = {code}")["answer"])
    assert mark.right == (said == "right")
    assert re.search(said, mark.said), mark.said


def test_rounded_answers_are_right_and_flat_columns_too() -> None:
    page = sheet("network", "Ada")
    for name, answer in solved(page).items():
        if isinstance(answer, str):
            continue
        rounded = np.vectorize(lambda x: float(f"{x:.3g}"))(answer)
        assert page.question(name).mark(rounded.tolist()).right
        if rounded.shape[1] == 1:
            assert page.question(name).mark(rounded.ravel()).right


def worked_on(page: Sheet, name: str, wrong: Any) -> dict[str, Any]:
    """Return the answers of a student who has one of them wrong and does all after it rightly."""
    scope: dict[str, Any] = {"sheet": page}
    exec(page.setup, scope)
    for question in page.questions:
        exec(question.solution, scope)
        if question.name == name:
            scope[name] = wrong(scope[name])
    return {q.name: scope[q.name] for q in page.questions}


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(
    ("subject", "name", "follow"),
    [
        ("neuron", "z", ["a", "delta", "dC_db", "dC_dw1"]),
        ("neuron", "delta", ["dC_db", "dC_dw1"]),
        ("network", "delta_3", ["delta_2", "nabla_b_2", "nabla_w_3", "nabla_w_2"]),
        ("network", "delta_2", ["nabla_b_2", "nabla_w_2"]),
        ("matrices", "delta_3", ["nabla_b_3", "nabla_w_3"]),
    ],
)
def test_a_slip_is_counted_once(subject: str, name: str, follow: list[str], student: str) -> None:
    page = sheet(subject, student)
    for wrong in (lambda v: -np.asarray(v), lambda v: 0.7 * np.asarray(v) + 0.05):
        answers = worked_on(page, name, wrong)
        marks = page.mark(answers)
        assert [n for n, m in marks.items() if not m.counts] == [name]
        assert not marks[name].right
        carried = {n: m.said for n, m in marks.items() if m.carried}
        assert set(carried) <= set(follow)
        assert carried
        assert all(
            f"follows from your {name}" in said or "follows from" in said
            for said in carried.values()
        )
        for n in carried:  # what does not follow from it is wrong still
            again = page.mark({**answers, n: 1.3 * np.asarray(answers[n]) + 0.1})
            assert not again[n].counts


def test_a_slip_is_counted_once_on_a_graph() -> None:
    """Where one path leads on, all derivatives behind a doubled one are doubled."""
    for student in STUDENTS:
        page = sheet("graph", student)
        assert page.graph is not None
        names = [q.name for q in page.questions]
        right = {n: page.graph.answers[n.replace("_", "/", 1)] if "_" in n else page.graph.answers[n]
                 for n in names}  # fmt: skip
        first = "u1"
        values = {k: v.data for k, v in page.graph.names.items() if not v.parents}
        answers = dict(right)
        answers[first] = right[first] + 1.0
        values[first] = answers[first]
        for line in page.graph.text.splitlines():
            name, _, term = (part.strip() for part in line.partition("="))
            if name in names and name != first and "/" not in name:
                code = term.rpartition("=")[0].replace("^", "**")
                values[name] = answers[name] = eval(
                    code, {"relu": lambda v: max(v, 0.0), "square": lambda v: v * v}, values
                )
        forward = {n: answers[n] for n in names if "_" not in n}
        marks = page.mark(forward)
        assert [n for n, m in marks.items() if not m.counts] == [first]


@pytest.mark.parametrize("seed", range(12))
def test_answers_worked_out_from_right_ones_are_right(seed: int) -> None:
    exercise = ad.make_exercise(5, 2, seed)
    own = {q.replace("/", "_"): v for q, v in exercise.answers.items()}
    for question, right in exercise.answers.items():
        assert exercise.worked_out(question, own) == pytest.approx(right, rel=1e-12)
    last = next(q for q in exercise.questions if "/" in q)  # nearest to y
    doubled = own | {last.replace("/", "_"): 2 * exercise.answers[last]}
    changed = [
        q for q, right in exercise.answers.items()
        if "/" in q and exercise.worked_out(q, doubled) != pytest.approx(right, rel=1e-12)
    ]  # fmt: skip
    assert last not in changed
    assert changed or exercise.names[last.removeprefix("dy/d")].parents == ()


def test_a_grader_lets_what_follows_pass(capsys: pytest.CaptureFixture[str]) -> None:
    page = sheet("network", "Ada")
    answers = worked_on(page, "delta_3", lambda v: -v)
    with pytest.raises(AssertionError, match="delta_3: sign"):
        page.assess("delta_3", answers["delta_3"], answers)
    page.assess("delta_2", answers["delta_2"], answers)
    assert "delta_2: this follows from your delta_3" in capsys.readouterr().out
    with pytest.raises(AssertionError):
        page.assess("delta_2", answers["delta_2"])  # by itself it is wrong
    for broken in ("x", [1.0, 2.0, 3.0], float("nan"), ...):
        with pytest.raises(AssertionError):
            page.assess("delta_2", answers["delta_2"], {**answers, "delta_3": broken, "y": 1})


def test_what_was_not_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="no subject 'poems', only graph, neuron"):
        sheet("poems")
    with pytest.raises(KeyError, match="'c' was not asked; the questions are z, a"):
        sheet("neuron").mark({"c": 1.0})


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_hand_outs(subject: str, language: str, tmp_path: Path) -> None:
    with speaking(language):
        page = sheet(subject, "花子")
        for form in ("html", "svg", "txt"):
            blank, full = (
                handout.save(page, tmp_path / f"{k}.{form}", k == "full").read_text(
                    encoding="utf-8"
                )
                for k in ("blank", "full")
            )
            for question in page.questions:
                shown = re.sub(r"^.*? = ", "", question.shown)
                plain = full.replace("&#x27;", "'").replace("&lt;", "<")
                assert shown[:20] in plain
                if len(shown) > 6:
                    assert shown not in blank, "the blank sheet shows an answer"
            words = re.sub(r"<style>.*?</style>|<[^>]*>|花子", "", blank, flags=re.S)
            assert bool(JAPANESE.search(words)) == (language == "ja")
        if subject == "graph":
            assert (tmp_path / "full.html").read_text(encoding="utf-8").count("<svg") == 1
    with pytest.raises(ValueError, match=r"written as \.html, \.svg, \.pdf, \.txt"):
        handout.save(page, tmp_path / "x.doc")


def test_a_hand_out_as_pdf(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="the extra images is not installed")
    for solved_too in (False, True):
        path = handout.save(sheet("graph", "Ada"), tmp_path / "a.pdf", solved_too)
        assert path.read_bytes()[:5] == b"%PDF-"


def test_the_command_hands_out_and_marks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["teach", "sheet", "neuron", "--student", "Ada"]) == 0
    assert capsys.readouterr().out == handout.text(sheet("neuron", "Ada"))
    assert main(["teach", "sheet", "graph", "--student", "Ada", "--solved", "-o", "a.html"]) == 0
    assert Path("a.html").read_text(encoding="utf-8") == handout.html(sheet("graph", "Ada"), True)
    Path("class.txt").write_text("Ada\n\n花子 山田\n../x\n", encoding="utf-8")
    assert main(["teach", "sheet", "graph", "--students", "class.txt", "--form", "txt"]) == 0
    assert {p.name for p in Path("sheets").iterdir()} == {"Ada.txt", "花子_山田.txt", "_x.txt"}
    Path("none.txt").write_text("\n", encoding="utf-8")
    assert main(["teach", "sheet", "graph", "--students", "none.txt"]) == 1
    assert "the file has no names" in capsys.readouterr().err

    page = sheet("matrices", "Ada")
    Path("right.py").write_text("\n".join(q.solution for q in page.questions), encoding="utf-8")
    assert main(["teach", "check", "matrices", "right.py", "--student", "Ada"]) == 0
    assert "8 of 8 right" in capsys.readouterr().out
    Path("wrong.py").write_text(TEN[3].code, encoding="utf-8")
    assert main(["teach", "check", "matrices", "wrong.py", "--student", "Ada", "--lang", "ja"]) == 1
    told = capsys.readouterr().out
    assert re.search("bp2: 転置.*w\\^3", told)
    assert "8 問中 0 問正解" in told
    for text, said in (("1 +", "cannot be run: SyntaxError"), ("u = 1", "answers nothing")):
        Path("odd.py").write_text(text, encoding="utf-8")
        assert main(["teach", "check", "matrices", "odd.py", "--student", "Ada"]) == 1
        assert said in capsys.readouterr().err
    assert main(["teach", "check", "matrices", "gone.py", "--student", "Ada"]) == 1
    assert "gone.py is no file of answers" in capsys.readouterr().err
    assert main(["teach", "nbgrader", "course", "graph"]) == 0
    assert main(["teach", "otter", "otter", "poems"]) == 1
    assert "no subject 'poems'" in capsys.readouterr().err


@pytest.mark.parametrize("grader", ["nbgrader", "otter"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_exported_notebooks_run(grader: str, language: str, tmp_path: Path) -> None:
    """The cells of a master notebook, run in order with the solutions in, raise nothing."""
    with speaking(language):
        export = nbgrader.export if grader == "nbgrader" else otter.export
        paths = [p for p in export(tmp_path, list(SUBJECTS)) if p.suffix == ".ipynb"]
    assert len(paths) == len(SUBJECTS)
    for path in paths:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        words = [c["source"] for c in cells if c["cell_type"] == "markdown"]
        assert all(bool(JAPANESE.search(w)) == (language == "ja") for w in words)
        code = [c["source"] for c in cells if c["cell_type"] == "code"]
        place = tmp_path / "run.py"
        place.write_text("\n\n".join(code), encoding="utf-8")
        with contextlib.redirect_stdout(None):
            scope = runpy.run_path(str(place))
        ad.language("en")
        tests = [k for k in scope if k.startswith("test_")]
        for name in tests:
            scope[name](scope)
        assert len(tests) == (0 if grader == "nbgrader" else len(sheet(path.stem).questions))


def test_the_list_of_slips_is_not_read_by_the_marking() -> None:
    """The list of slips stands in the tests, and nothing of the wing imports it."""
    for path in Path(handout.__file__).parent.glob("*.py"):
        assert "students import" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["teaching.md", "teaching.ja.md"])
def test_the_page_for_teachers_does_what_it_says(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parent.parent / "docs" / name).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("class.txt").write_text("Ada\n花子\n", encoding="utf-8")
    student = "花子" if name.endswith("ja.md") else "Ada"
    solutions = [q.solution for q in sheet("matrices", student).questions]
    Path("answers.py").write_text("\n".join(solutions), encoding="utf-8")
    ((code, expected),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.S)
    exec(compile(code, name, "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == expected
    commands = [c for part in re.findall(r"```sh\n(.*?)```", page, re.S) for c in part.splitlines()]
    assert len(commands) == 8
    for command in commands:
        assert main(command.split()[1:]) == 0, command
    assert len(list(Path("sheets").iterdir())) == 2
    assert Path("course/source/matrices/matrices.ipynb").exists()
    assert Path("assignments/network.ipynb").exists()


def served(subject: str, seed: int, folder: Path) -> tuple[dict[str, Any], Any]:
    """Return a variant's data as PrairieLearn hands it over, and the question's own server.py."""
    path = folder / "questions" / f"autodiff-{subject}" / "server.py"
    scope: dict[str, Any] = {}
    exec(path.read_text(encoding="utf-8"), scope)
    data: dict[str, Any] = {
        "variant_seed": str(seed), "params": {}, "correct_answers": {}, "submitted_answers": {},
        "raw_submitted_answers": {}, "format_errors": {}, "partial_scores": {}, "score": 0.0,
        "feedback": {}, "options": {},
    }  # fmt: skip
    scope["generate"](data)
    return data, scope["grade"]


def test_prairielearn_calls_generate_and_grade(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["teach", "prairielearn", str(tmp_path)]) == 0
    paths = capsys.readouterr().out.split()
    assert {Path(p).name for p in paths} == {"info.json", "question.html", "server.py"}
    identifiers = set()
    for subject in ("graph", "neuron", "network"):
        folder = tmp_path / "questions" / f"autodiff-{subject}"
        info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
        identifiers.add(info["uuid"])
        assert info["type"] == "v3"
        page = (folder / "question.html").read_text(encoding="utf-8")
        one, grade = served(subject, 1, tmp_path)
        other, _ = served(subject, 2, tmp_path)
        assert one["params"] != other["params"]
        assert json.loads(json.dumps(one)) == one
        assert 'answers-name="{{name}}"' in page
        assert [q["name"] for q in one["params"]["questions"]] == list(one["correct_answers"])
        one["submitted_answers"] = dict(one["correct_answers"])
        grade(one)
        assert one["score"] == 1.0, one["feedback"]
        assert set(one["partial_scores"]) == set(one["correct_answers"])
        other["submitted_answers"] = dict(one["correct_answers"])  # those of another variant
        grade(other)
        assert other["score"] < 1.0
        blank, grade = served(subject, 1, tmp_path)
        blank["submitted_answers"] = dict.fromkeys(one["correct_answers"], "")
        grade(blank)
        assert blank["score"] == 0.0
    assert len(identifiers) == 3


def test_prairielearn_names_the_slip_in_the_language_of_the_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["teach", "prairielearn", str(tmp_path), "neuron", "--lang", "ja"]) == 0
    capsys.readouterr()
    data, grade = served("neuron", 3, tmp_path)
    data["submitted_answers"] = data["correct_answers"] | {"formula_b": "(y - a)*a*(1 - a)"}
    grade(data)
    assert data["partial_scores"]["formula_b"]["score"] == 0.0
    assert data["feedback"]["formula_b"].startswith("符号")
    assert 0.5 < data["score"] < 1.0


class Raises:
    def __float__(self) -> float:
        raise RuntimeError("no")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    "junk", [float("nan"), float("inf"), 0.0, 10**400, Raises(), np.zeros((0,))]
)
def test_what_is_no_answer_has_no_point_and_nothing_follows_from_it(
    subject: str, junk: Any
) -> None:
    page = sheet(subject, "Ada")
    rights = {q.name: getattr(q, "right", None) for q in page.questions}
    marks = page.mark({q.name: junk for q in page.questions})
    counted = [name for name, m in marks.items() if m.counts]
    assert all(np.all(np.asarray(rights[n]) == 0) for n in counted), counted


def test_no_finite_number_is_said_so() -> None:
    for subject, name, answer in (
        ("matrices", "bp1", lambda a, y, z: a * np.nan),
        ("graph", "u1", float("nan")),
    ):
        page = sheet(subject, "Ada")
        assert page.mark({name: answer})[name].said == "this is not a finite number"


FORMULAS = [
    (subject, q) for subject in SUBJECTS for q in sheet(subject, "Ada").questions
    if isinstance(q, FormulaQuestion)
]  # fmt: skip
DISGUISES = (
    "({}) * exp(800) / exp(800)", "({}) * 1e-200 * 1e-200 * 1e200 * 1e200", "({}) * 1e-400 / 1e-400",
    "({}) * 1e400 * 1e-400", "({}) * (1e-200)**2 / (1e-200)**2", "({}) + 1e20 - 1e20", "({}) + 1e30 - 1e30",
    "({}) * sigmoid(-1000) / sigmoid(-1000)", "({0}) * {1}**9999 * {1}**-9999", "({}) * cos(exp(-800))",
    "({}) * tanh(1e5)", "exp(-1e4) * (({}) / exp(-1e4))", "({0}) * sqrt(square({1}**999)) / {1}**999",
)  # fmt: skip


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(("subject", "question"), FORMULAS, ids=lambda x: getattr(x, "name", x))
def test_a_formula_that_overflows_on_its_way_is_marked_as_what_it_says(
    subject: str, question: FormulaQuestion, disguise: str
) -> None:
    letter = question.letters[0]
    assert question.mark(disguise.format(question.right, letter)).right
    for wrong in (f"-({question.right})", *question.wrong.values()):
        plain = question.mark(wrong)
        assert not plain.right
        assert question.mark(disguise.format(wrong, letter)) == plain


@pytest.mark.parametrize(
    "part",
    ["0*log(-1)", "0/(a-a)", "0*log(a-a)", "0*sqrt(-a)", "0*exp(exp(exp(9)))",
     "sin(exp(-800))/sin(exp(-800))", "(a-a)**(-1)", "1/exp(-1e9)"],
)  # fmt: skip
def test_a_formula_without_a_value_gets_a_sentence(part: str) -> None:
    (question,) = (q for _, q in FORMULAS if q.name == "formula_b")
    mark = question.mark(f"(a-y)*a*(1-a) + {part}")
    assert not mark.right
    assert re.match(r"the formula has no value at a = 0\.\d+, y = 0\.\d+: a part of it", mark.said)


def test_nothing_but_0_is_said_to_be_0() -> None:
    page = sheet("neuron", "Ada")
    for answers in ({"z": 0.0}, {"formula_b": "a - a"}):
        (mark,) = page.mark(answers).values()
        assert not mark.counts
        assert mark.said in (
            "never computed: it is still 0", "wrong: it is 0; go through the steps again",
        )  # fmt: skip


@pytest.mark.parametrize("arguments", [["sheet", "neuron"], ["check", "neuron", "answers.py"]])
def test_a_sheet_for_nobody_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("", "  "):
        assert main(["teach", *arguments, "--student", name]) == 1
        assert "--student is empty" in capsys.readouterr().err


def test_letters_of_a_japanese_keyboard_are_read() -> None:
    page = sheet("neuron", "Ada")
    assert page.mark({"formula_b": "（ａ－ｙ）＊a*（１－a）"})["formula_b"].right


@pytest.mark.parametrize(
    "code", ["import sys; sys.exit(0)", "def bp1(*a):\n    raise SystemExit(0)"]
)
def test_who_leaves_has_not_passed(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(code)
    assert main(["teach", "check", "matrices", str(tmp_path / "a.py"), "--student", "Ada"]) != 0
    told = capsys.readouterr()
    assert "SystemExit" in told.out + told.err


def test_no_two_students_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["a/b", "a_b", "a:b", "Taro", "taro", "x" * 300, "名" * 300]
    (tmp_path / "class.txt").write_text("\n".join(names), encoding="utf-8")
    out = tmp_path / "sheets"
    command = [
        "teach",
        "sheet",
        "neuron",
        "--students",
        str(tmp_path / "class.txt"),
        "-o",
        str(out),
    ]
    assert main(command) == 0
    assert len({path.name.casefold() for path in out.iterdir()}) == len(names)
