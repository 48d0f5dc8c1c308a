"""The notebooks: the stored pairs are their sources, hold their outputs, and run.

Whatever lies in `notebooks/source` is tested; there is no list to forget. The sources are read here
without Jupyter, so that the tests need no more than the suite does.
"""

import ast
import base64
import copy
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notebooks.cells import ALSO, COMMENT, FOLDED, LITERAL, folded, parts, spoken, unbroken

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NAMES = sorted(path.stem for path in (FOLDER / "source").glob("*.py"))
HANGS = 600  # seconds after which a notebook does not end, however busy the machine is
LONGEST_FUNCTION = 20  # lines
HOME = "home"
TRACES = re.compile(
    r"Traceback \(most|site-packages|ipykernel|<[\w. ]+ at 0x"
    r"|(?<![\w/.])/(?:home|root|tmp|work|usr|Users|var)/"
)

each_notebook = pytest.mark.parametrize("name", NAMES)
each_stored = pytest.mark.parametrize("language", ["en", "ja"])

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
Cell = tuple[str, str, str]  # code or markdown, the language ("" for both), the text


def cells(name: str) -> list[Cell]:
    """Return the cells of a source in the percent format."""
    found = []
    for part in re.split(r"^# %%", (FOLDER / "source" / f"{name}.py").read_text(), flags=re.M)[1:]:
        head, _, body = part.partition("\n")
        language = re.search(r'lang="(\w+)"', head)
        if "[markdown]" in head:
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
            found.append(("markdown", language[1] if language else "", unbroken(text.strip("\n"))))
        else:
            found.append(("code", "", body.strip("\n")))
    return found


def stored(name: str, language: str) -> Any:
    """Return the stored notebook."""
    ending = "ipynb" if language == "en" else f"{language}.ipynb"
    path = FOLDER / f"{name}.{ending}"
    assert path.exists(), f"{path.name} is missing: ./run notebooks {name} --store"
    return json.loads(path.read_text())


def text(source: str | list[str]) -> str:
    """Return what a notebook file may hold as one string or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def outputs(notebook: Any) -> Iterator[Any]:
    """Yield the outputs of all code cells."""
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def faults(name: str, language: str, notebook: Any) -> list[str]:
    """Say in what the stored notebook is not its source, run once from top to bottom."""
    wanted = []
    for kind, lang, body in cells(name):
        if lang in ("", language):
            both = folded(spoken(body, language)) if kind == "code" else (body, "")
            wanted += [(kind, part) for part in both if part]
    found = [(c["cell_type"], text(c["source"])) for c in notebook["cells"]]
    said = []
    if found != wanted:
        at = next(
            (i for i, (f, w) in enumerate(zip(found, wanted, strict=False)) if f != w), "last"
        )
        said.append(
            f"cell {at} is not the source's: {len(found)} cells, {len(wanted)} in the source"
        )
    counts = [c["execution_count"] for c in notebook["cells"] if c["cell_type"] == "code"]
    if counts != list(range(1, len(counts) + 1)):
        said.append(f"its code cells were not run once in order: {counts}")
    for output in outputs(notebook):
        kind = output["output_type"]
        if kind == "error" or output.get("name") == "stderr":
            said.append(f"it holds an error or a warning: {json.dumps(output)[:200]}")
        shown = [text(output.get("text", ""))]
        shown += [text(v) for k, v in output.get("data", {}).items() if k.startswith("text/")]
        said += [f"it shows {m[0]!r}" for m in map(TRACES.search, shown) if m]
        said += [f"it names the checkout, {ROOT}" for s in shown if f"{ROOT}/" in s]
    return said


def test_there_are_notebooks_and_no_orphans() -> None:
    assert NAMES
    files = {path.name for path in FOLDER.glob("*.ipynb")}
    assert files == {f"{n}{e}" for n in NAMES for e in (".ipynb", ".ja.ipynb")}


@each_notebook
@each_stored
def test_what_is_stored_is_the_source_and_ran(name: str, language: str) -> None:
    assert faults(name, language, stored(name, language)) == []


@each_notebook
@each_stored
def test_the_outputs_hold_a_picture_and_figures(name: str, language: str) -> None:
    data = [o.get("data", {}) for o in outputs(stored(name, language))]
    pages = [text(d.get("text/html", "")) for d in data]
    plots = any({"image/svg+xml", "image/png"} & set(d) for d in data)
    assert plots or any('src="data:image/svg+xml' in page for page in pages), "no picture inline"
    assert any(text(o.get("text", "")).strip() for o in outputs(stored(name, language)))


@each_notebook
@each_stored
def test_every_picture_survives_where_no_script_may_run(name: str, language: str) -> None:
    """A viewer that trusts nothing strips SVG from a cell: each has an image beside it."""
    for output in outputs(stored(name, language)):
        shown = {
            k: text(v)
            for k, v in output.get("data", {}).items()
            if k.startswith(("text/h", "image/svg"))
        }
        bare = re.sub(r"<script>.*?</script>", "", shown.get("text/html", ""), flags=re.S)
        assert "<svg" not in bare
        if "image/svg+xml" in shown:
            image = re.search(r'<img[^>]* src="data:image/svg\+xml;base64,([^"]+)"', bare)
            assert image is not None
            assert base64.b64decode(image[1]).startswith(b"<svg")


@each_notebook
def test_each_english_cell_has_a_japanese_twin(name: str) -> None:
    words = [(language, body) for kind, language, body in cells(name) if kind == "markdown"]
    assert [language for language, _ in words] == ["en", "ja"] * (len(words) // 2)
    kana = re.compile(r"[\u3040-\u30ff]")
    for (_, english), (_, japanese) in zip(words[::2], words[1::2], strict=True):
        assert not kana.search(english)
        assert kana.search(japanese), f"not Japanese: {japanese[:60]}"
        heads = [re.findall(r"^#+ ", body, flags=re.M) for body in (english, japanese)]
        assert heads[0] == heads[1], f"other headings than in English: {japanese[:60]}"


@each_notebook
def test_a_notebook_asserts_and_defines_no_library(name: str) -> None:
    tree = ast.parse((FOLDER / "source" / f"{name}.py").read_text())
    nodes = list(ast.walk(tree))
    asserts = [node for node in nodes if isinstance(node, ast.Assert)]
    assert any(not isinstance(node.test, ast.Constant) for node in asserts), "nothing is asserted"
    classes = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    assert classes == (["Value"] if name == "empty_file" else []), "a class"
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, (
                f"{node.name} has {lines} lines: it belongs in a module"
            )


@pytest.mark.slow
@each_notebook
def test_the_code_runs(name: str) -> None:
    """The code of both languages is the same; the stored pair is run by ./run notebooks."""
    code = "\n\n".join(body for kind, _, body in cells(name) if kind == "code")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:FigureCanvasAgg", "-c", code],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?")


def numbers(notebook: Any) -> list[Counter[str]]:
    """Return how often each number was printed or given as text by each code cell."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            shown = [text(o.get("text", "")) for o in cell["outputs"]]
            shown += [text(o.get("data", {}).get("text/plain", "")) for o in cell["outputs"]]
            found.append(Counter(NUMBER.findall("\n".join(shown))))
    return found


@each_notebook
def test_two_runs_of_a_notebook_agree_in_every_printed_number(name: str) -> None:
    """The English and the Japanese notebook are two runs of the same code; no clock is printed.

    The words around them may hold a small whole number more ("2 次コスト" is "quadratic cost").
    """
    first, second = numbers(stored(name, "en")), numbers(stored(name, "ja"))
    assert sum(c.total() for c in first) > 40
    for one, other in zip(first, second, strict=True):
        assert one - other == Counter()
        assert {n for n in other - one if len(n) > 3} == set()


def test_another_number_would_be_seen(good: Any) -> None:
    right = numbers(good)
    output = next(o for c in good["cells"] for o in c.get("outputs", ()) if o.get("text"))
    output["text"] = text(output["text"]).replace("1", "2", 1)
    assert numbers(good) != right


# The calls whose strings a reader sees, and words that are the same in both languages.
SHOWN = {
    "print", "plot", "bar", "barh", "set", "set_xlabel", "set_ylabel", "set_title", "title", "suptitle",
    "annotate", "text", "semilogy", "loglog", "axhline", "scatter",
}  # fmt: skip
NAMES_ONLY = re.compile(
    r"sigma|delta|Delta|epsilon|Value|Tensor|BP\d|tanh|relu|softplus|eta\b|lower right|bottom|auto|PuOr"
    r"|gray_r|parameter|outside right center|black|for name in|join|partial|osv|ada\b"
)


def english_words(code: str) -> list[str]:
    """Return the strings a reader sees that still have words of English."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = (
                node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            )
            if name in SHOWN:
                lines |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    found = [
        m[1]
        for m in COMMENT.finditer(code)
        if re.search(r"[A-Za-z]{3,}", NAMES_ONLY.sub("", m[1])) and not JAPANESE.search(m[1])
    ]
    for m in LITERAL.finditer(code):
        plain = NAMES_ONLY.sub("", re.sub(r"\{\d+\}", "", parts(m[1])[0]))
        if code[: m.start()].count("\n") + 1 in lines and re.search(r"[A-Za-z]{3,}", plain):
            found.append(m[1])
    return found


@each_notebook
def test_prints_and_plots_of_the_japanese_notebook_are_japanese(name: str) -> None:
    code = [spoken(body, "ja") for kind, _, body in cells(name) if kind == "code"]
    assert [word for body in code for word in english_words(body)] == []
    whole = "\n".join(code)
    for line, also in ALSO.items():
        assert (also in whole) == (f"\n{line}\n" in f"\n{whole}\n"), line


def test_an_english_word_would_be_found() -> None:
    assert english_words('print(f"the sum {x:.2f}")') == ["the sum {x:.2f}"]
    assert english_words('print(f"delta {x:.2f}")') == []
    assert english_words("x = 1  # the target") == ["the target"]
    assert parts("a {x!r:4} b {f('{}')}")[1] == ["{x!r:4}", "{f('{}')}"]


COURSE = [
    "empty_file", "computation_graph", "scalar_and_tensor", "four_equations", "derivations", "paths",
    "how_fast", "two_layers_by_hand", "vanishing_gradients", "learning_slowdown", "small_changes",
    "digits", "exercises",
]  # fmt: skip


@pytest.mark.parametrize(("number", "name"), list(enumerate(COURSE)))
def test_a_notebook_of_the_course_asks_marks_and_leads_on(number: int, name: str) -> None:
    """It has its number, a prediction before a result, a cell of one's own that is marked, a link."""
    found = cells(name)
    for language, predict, turn, ending in (
        ("en", "redict", "our turn", "ipynb"), ("ja", "予想", "あなたの番", "ja.ipynb"),
    ):  # fmt: skip
        told = [body for kind, lang, body in found if kind == "markdown" and lang == language]
        assert told[0].startswith(f"# {number}. ")
        assert any(re.search(rf"\*\*.*{predict}.*", body) for body in told), (
            "asks for no prediction"
        )
        assert any(turn in body for body in told), "has no turn of one's own"
        leads = f"({COURSE[number + 1]}.{ending})" if number + 1 < len(COURSE) else "docs/course"
        assert leads in told[-1]
    marked = [
        body for kind, _, body in found
        if kind == "code" and "your turn" in body and re.search(r"compare\(|marked\(|right", body)
    ]  # fmt: skip
    assert marked, "no cell that is marked"


def test_the_course_lists_them_in_this_order() -> None:
    for page, ending in (("course.md", "ipynb"), ("course.ja.md", "ja.ipynb")):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert re.findall(rf"notebooks/(\w+)\.{re.escape(ending)}\)", text) == COURSE


@each_stored
def test_assertions_are_folded(language: str) -> None:
    number = 0
    for name in NAMES:
        for cell in stored(name, language)["cells"]:
            body = text(cell["source"]).strip()
            asserts = (
                all(isinstance(n, ast.Assert) for n in ast.parse(body).body)
                if cell["cell_type"] == "code" and body
                else False
            )
            folded_away = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
            assert asserts == folded_away, body[:80]
            assert not folded_away or cell["metadata"] == FOLDED
            number += folded_away
    assert number > 20


@pytest.fixture
def good() -> Any:
    """A stored notebook that a test may spoil."""
    return copy.deepcopy(stored("computation_graph", "en"))


def test_an_altered_cell_is_found(good: Any) -> None:
    assert faults("computation_graph", "en", good) == []
    for kind in ("code", "markdown"):
        spoilt = copy.deepcopy(good)
        cell = next(c for c in spoilt["cells"] if c["cell_type"] == kind)
        cell["source"] = text(cell["source"]).replace("a", "e", 1)
        assert "is not the source's" in faults("computation_graph", "en", spoilt)[0]
    del good["cells"][-1]
    assert "cell last" in faults("computation_graph", "en", good)[0]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"output_type": "error", "ename": "E", "evalue": "", "traceback": []}, "an error"),
        ({"output_type": "stream", "name": "stderr", "text": "careful"}, "a warning"),
        ({"output_type": "stream", "name": "stdout", "text": f"at {ROOT}/x"}, "names the checkout"),
        ({"output_type": "stream", "name": "stdout", "text": f"/{HOME}/me/x"}, f"/{HOME}/"),
        ({"output_type": "stream", "name": "stdout", "text": ["a\n", "<C at 0x7f>"]}, "at 0x"),
    ],
)
def test_what_an_output_must_not_hold_is_found(good: Any, output: Any, said: str) -> None:
    next(c for c in good["cells"] if c["cell_type"] == "code")["outputs"].append(output)
    assert any(said in fault for fault in faults("computation_graph", "en", good))


def test_a_notebook_that_was_not_run_is_found(good: Any) -> None:
    next(c for c in good["cells"] if c["cell_type"] == "code")["execution_count"] = None
    assert any("not run once in order" in f for f in faults("computation_graph", "en", good))
