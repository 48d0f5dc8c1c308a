"""The catalogue of sentences: every one has its twin, the twin is Japanese, and none is unknown."""

import contextlib
import importlib
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.cli import main
from autodiff.sources.reference import operations
from autodiff.table.language import LANGUAGES, language, retold, say, sentences, speaking
from nets import Network
from nets.cli import COMMANDS
from nets.cli import main as nets_main
from tests.raised import raised

ROOT = Path(__file__).resolve().parent.parent
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SOURCES = [
    p for w in ("autodiff", "nets", "notebooks", "docs") for p in (ROOT / w).rglob("*.py")
] + list((ROOT / "autodiff").rglob("*.js"))


def slots(sentence: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(sentence) if name is not None})


@pytest.mark.parametrize("key", sentences())
def test_every_sentence_has_its_twin(key: str) -> None:
    both = sentences()[key]
    assert tuple(sorted(both)) == LANGUAGES
    assert JAPANESE.search(both["ja"]), f"{key} is not Japanese"
    assert not JAPANESE.search(both["en"]), f"{key} is not English"
    assert slots(both["en"]) == slots(both["ja"])
    assert not re.search(r"[。、]$", both["en"])


def test_a_catalogue_with_a_gap_would_be_seen() -> None:
    assert not JAPANESE.search("the sign")
    assert slots("{a} and {b}") != slots("{a}")


def test_every_key_is_known_and_used() -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
    said = set(re.findall(r"\bsay\(\s*[\"']([\w.]+)[\"']", text))
    assert said <= set(sentences()), said - set(sentences())
    families = set(re.findall(r"\bsay\(f\"([\w.]+)\{", text))
    families |= {f"{m}." for m in re.findall(r"\b(?:phrases|texts)\(\s*\"([\w.]+)\"", text)}
    unused = [
        k
        for k in sentences()
        if k not in said and not any(k.startswith(f) for f in families) and f'"{k}"' not in text
    ]
    assert not unused


def test_japanese_reads_as_written_without_half_width_marks() -> None:
    for key, both in sentences().items():
        plain = re.sub(r"\{[^}]*\}", "", both["ja"])
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff](?:[,;!?]|:(?! ))", plain), key
        assert not re.search(r":[\u3040-\u30ff\u4e00-\u9fff]", plain), key


# Words that the documents do not use, and theirs; the glossary of docs/notation.ja.md has the others.
AVOIDED = {
    "方程式": "式", "経路": "パス", "節点": "ノード", "誤り": "間違い", "パラメーター": "パラメータ",
    "偏導関数": "偏微分", "逆伝搬": "逆伝播", "順伝搬": "順伝播", "重みつき": "重み付き",
}  # fmt: skip
TEXTS = [
    ROOT / "README.ja.md", ROOT / "autodiff" / "table" / "text.json",
    *(ROOT / "docs").rglob("*.ja.md"), *(ROOT / "notebooks" / "source").glob("*.py"),
    ROOT / "docs" / "companion" / "concordance.json",
]  # fmt: skip


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.name)
def test_the_words_are_those_of_the_documents(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert JAPANESE.search(text)
    assert [word for word in AVOIDED if word in text] == []


def test_the_glossary_has_the_words_that_are_used() -> None:
    glossary = (
        (ROOT / "docs" / "notation.ja.md").read_text(encoding="utf-8").partition("## 用語")[2]
    )
    words = [w for row in re.findall(r"(?m)^\| [^|]+ \| ([^|]+) \|$", glossary)[1:]
             for w in re.split(r"[；、]| \(.*?\)", row) if w]  # fmt: skip
    assert len(words) > 30
    used = "".join(
        path.read_text(encoding="utf-8") for path in TEXTS if path.name != "notation.ja.md"
    )
    assert [w for w in words if w.strip() not in used] == []


def test_the_language_of_a_block_is_that_of_its_thread() -> None:
    seen = []
    with speaking("ja"):
        other = threading.Thread(target=lambda: seen.append(language()))
        other.start()
        other.join()
        assert language() == "ja"
        assert say("exercise.right") == "正解"
    assert (language(), seen) == ("en", ["en"])
    with pytest.raises(ValueError, match="there is no 'fr', choose one of en, ja"):
        ad.language("fr")


def test_the_environment_and_the_program_choose() -> None:
    code = "import autodiff as ad; print(ad.language()); ad.language('en'); print(ad.language())"
    for asked, first in (("ja", "ja"), ("ja_JP.UTF-8", "ja"), ("fr", "en"), ("", "en")):
        found = subprocess.run(
            [sys.executable, "-c", code], env={"AUTODIFF_LANG": asked, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert found.stdout.split() == [first, "en"]


def test_slips_and_lessons_in_japanese() -> None:
    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    with speaking("ja"):
        found = ad.compare(autograd=w * x * w, by_hand={"w": 1.0, "x": 4.0})
        assert "最初に食い違うのは w です" in found.text
        assert found.slip == "+= と書くところが = です：w·x を通って来る分しか残っていません"
        (w * w * 1.5).backward()
        lesson = r"w\.grad には前の backward の 6 が残っています"
        with ad.teaching(w), pytest.warns(ad.Lesson, match=lesson):
            (w * w).backward()
        exercise = ad.make_exercise(depth=2, reuse=0, seed=1)
        answers = exercise.check(exercise.answers)
        assert set(answers.values()) == {"正解"}
    assert not np.isnan(w.grad)


def test_the_frame_of_a_layer_is_japanese_in_every_picture() -> None:
    C = Network([2, 3, 1], seed=0).graph(np.ones((2, 1)), np.ones((1, 1)))
    with speaking("ja"):
        picture = ad.draw(C)
        assert "第 2 層" in picture.svg()
        assert "第 2 層" in picture.source
        assert "layer 2<" not in picture.svg()
    assert "layer 2<" in ad.draw(C).svg()


@pytest.mark.parametrize(
    "command",
    [["exercise"], ["exercise", "--key"], ["exercise", "--check", "y=1"], ["--help"]],
)
def test_commands_speak_japanese(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for arguments in ([*command, "--lang", "ja"], ["--lang=ja", *command]):
        with contextlib.suppress(SystemExit):
            main(arguments)
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert JAPANESE.search(outputs[0])
    assert main(["exercise", "--lang", "fr"]) == 1
    assert "--lang: there is no 'fr'" in capsys.readouterr().err


# The wings whose errors a command can end with; what only Python code meets stays English.
TOLD = [
    ROOT / "autodiff" / "cli.py",
    *(ROOT / "autodiff" / "graphs" / f"{name}.py" for name in ("expression", "files", "graph")),
    *(p for w in ("drawing", "explanations", "player", "teach")
      for p in (ROOT / "autodiff" / w).glob("*.py")),
    *(p for p in (ROOT / "nets").rglob("*.py") if p.parent.name != "layers"),
]  # fmt: skip


@pytest.mark.parametrize("path", TOLD, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_error_of_a_command_has_its_twin(path: Path) -> None:
    with speaking("ja"):
        missing = [
            f"{path.name}:{line}: {text}"
            for line, text in raised(path)
            if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 and not JAPANESE.search(retold(text))
        ]
    assert missing == []


def test_an_error_without_its_twin_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("raise ValueError(f'{x} is quite another thing' + (' or not' if x else ''))")
    found = [text for _, text in raised(module)]
    assert found == ["7 is quite another thing or not", "7 is quite another thing"]
    with speaking("ja"):
        assert [retold(text) for text in found] == found


def test_the_fields_of_an_error_stand_in_their_order() -> None:
    for key, both in sentences().items():
        if key.startswith("error."):
            fields = [name for _, name, _, _ in Formatter().parse(both["en"]) if name is not None]
            assert fields == [str(k) for k in range(len(fields))], key


WRONG = [
    ["explain", "x+"], ["explain", "foo(x)", "--at", "x=1"], ["explain", "x*y"],
    ["explain", "x", "--at", "x=1", "--top", "0"], ["explain", "x", "--at", "x=one"],
    ["draw", "x", "--at", "x=1", "-o", "graph.xyz"], ["play", "x", "--at", "x=1", "-o", "a.txt"],
    ["exercise", "--depth", "99"], ["exercise", "--check", "q=1"], ["nothing"], [],
    ["explain", "x", "--top", "many"], ["teach", "--bogus"],
]  # fmt: skip
NETS_WRONG = [
    ["nothing"], [], ["train", "--sizes", "a"], ["train", "--sizes", "64"], ["train", "--epochs", "0"],
    ["train", "--resume"], ["train", "--eta", "-1"], ["train", "--data", "mnist", "--data-dir", "no"],
    ["sweep", "--eta", "0"], ["experiment"], ["experiment", "bogus"],
    ["experiment", "slowdown", "--seeds", "3"], ["check", "--code", "no.py"], ["check", "--sizes", "3"],
    ["export"], ["search", "--examples", "0"], ["train", "--activation", "relu", "--cost", "cross_entropy"],
]  # fmt: skip


@pytest.fixture
def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[list[str]], int], list[str]], tuple[int, str, str]]:
    """Run a command in Japanese, in a folder of its own: its exit code and what it printed."""

    def asked(run: Callable[[list[str]], int], arguments: list[str]) -> tuple[int, str, str]:
        if run is nets_main:
            for module in ("sklearn", "matplotlib"):
                pytest.importorskip(module, reason="the extra nets is not installed")
        monkeypatch.chdir(tmp_path)
        try:
            code = run([*arguments, "--lang", "ja"])
        except SystemExit as leaving:
            code = int(str(leaving.code))
        return code, *capsys.readouterr()

    return asked


@pytest.mark.parametrize(
    ("run", "arguments"), [*((main, a) for a in WRONG), *((nets_main, a) for a in NETS_WRONG)]
)
def test_a_command_complains_in_japanese(ask: Any, run: Any, arguments: list[str]) -> None:
    code, _, told = ask(run, arguments)
    assert code
    assert JAPANESE.search(told), told
    assert language() == "en"


def helped(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with contextlib.suppress(SystemExit):
        nets_main([*arguments, "--help", "--lang", "ja"])
    return capsys.readouterr().out


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_nets_is_japanese(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every option's own line; what argparse says itself is left as it is."""
    told = helped(command.split(), capsys)
    _, _, options = told.partition("オプション:")
    for part in re.split(r"\n  (?=-)", options)[1:]:
        if not part.startswith("-h"):
            assert JAPANESE.search(part), part


def test_nets_check_and_train_speak_japanese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="the extra nets is not installed")
    pytest.importorskip("matplotlib", reason="the extra nets is not installed")
    assert nets_main(["check", "--lang", "ja"]) == 0
    assert "自動微分と手で導いた式は一致します" in capsys.readouterr().out
    arguments = ["train", "--epochs", "1", "--sizes", "64,5,10", "--out", str(tmp_path)]
    assert nets_main([*arguments, "--lang=ja"]) == 0
    told = capsys.readouterr().out
    assert re.match(r"Epoch 0: \d+ / 300\n最良: エポック 0、", told)
    assert "1 ページにまとめた" in told
    assert language() == "en"


def test_the_legend_of_a_picture_is_japanese() -> None:
    w = ad.Value(2.0, name="w")
    y = ad.square(w) * 3.0
    y.backward()
    with speaking("ja"):
        told = ad.draw(y, names={"y": y}).svg()
    legend = told[told.index('class="legend"') :] if 'class="legend"' in told else told
    for word in ("パラメータ", "出力", "0 より大きい勾配", "局所的な導関数"):
        assert word in legend
    english = ad.draw(y, names={"y": y}).svg()
    assert "gradient above 0" in english
    assert not JAPANESE.search(english)


def shown(svg: str) -> list[str]:
    """Return every text of a picture that a person sees or hears."""
    found = re.findall(r"(?s)<(?:text|title|desc)[^>]*>(.*?)</(?:text|title|desc)>", svg)
    return [line for text in found for line in re.sub(r"<[^>]+>", "", text).splitlines()]


def english_only(text: str) -> list[str]:
    """Return the words of a text that is no Japanese, without names, operations and numbers."""
    known = {
        "mul",
        "add",
        "relu",
        "log",
        "matmul",
        "sub",
        "square",
        "mean",
        "sum",
        "float64",
        "NaN",
    }
    if JAPANESE.search(text):
        return []
    return [w for w in re.findall(r"(?<![\w^·])[A-Za-z]{3,}(?![\w(·])", text) if w not in known]


def test_a_picture_says_nothing_in_english() -> None:
    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    y = ad.log(ad.relu(w * x + 1.0))
    L = w
    for _ in range(200):
        L = L * x + 1.0
    w_2 = ad.Tensor(np.linspace(-1, 1, 40).reshape(5, 8), name="w")
    C = ad.mean(ad.square(w_2 @ np.ones((8, 3))))
    with ad.scope("part"):
        inner = ad.exp(w * x)
    with speaking("ja"):
        closed = shown(ad.draw(inner + 1.0, collapse=True).svg())
    assert any("閉じた" in text for text in closed)
    assert [t for t in closed if not set(english_only(t)) <= {"part", "inner", "exp", "out"}] == []
    english = "\n".join(shown(ad.draw(y).svg()))
    assert "value" in english
    assert "gradient not computed" in english
    with speaking("ja"):
        for output in (y, L, C):
            for told in (shown(ad.draw(output).svg()), ad.draw(output).to_tree().splitlines()):
                assert [words for text in told if (words := english_only(text))] == []
            output.backward()
            assert [t for t in shown(ad.draw(output).svg()) if english_only(t)] == []
        assert "他の" in str(ad.explain(L, x, top=1))
        with np.errstate(all="ignore"):
            assert "対策: 対数には正の数が必要です" in str(ad.blame_nan(ad.log(ad.Value(0.0)) * x))


def test_the_report_and_the_plots_are_japanese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="the extra nets is not installed")
    pytest.importorskip("matplotlib", reason="the extra nets is not installed")
    from nets.pages import charts

    drawn = []
    written = charts.written

    def seen(figure: Any, **how: Any) -> bytes:
        drawn.extend(axes.get_xlabel() for axes in figure.axes)
        drawn.extend(axes.get_title(loc="left") for axes in figure.axes)
        return written(figure, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "written", seen)
        arguments = ["train", "--epochs", "1", "--sizes", "64,5,10", "--out", str(tmp_path)]
        assert nets_main([*arguments, "--lang=ja"]) == 0
    assert {"エポック", "正解率 (%)", "訓練コスト C"} == set(drawn)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in page
    page = re.sub(r'(?s)<style.*?</style>|<pre.*?</pre>|src(?:set)?="[^"]*"', "", page)
    words = [
        *re.sub(r"<[^>]+>", "\n", page).splitlines(),
        *re.findall(r'(?:alt|label)="(.*?)"', page),
    ]
    data = {"sigmoid", "BP1", "BP2", "BP3", "BP4"}
    assert [w for w in words if english_only(w) and w.strip() not in data] == []


def test_the_table_of_operations_has_its_twins() -> None:
    """The catalogue says of a row what the row itself says, so neither can change alone."""
    pytest.importorskip("scipy", reason="the extra scipy is not installed")
    for name in ("linalg", "signal", "special", "stats"):  # whose rows come when they are asked for
        importlib.import_module(f"autodiff.scipy.{name}")
    english = {f"op.{row.name}": row.doc for row in ad.TABLE.values() if getattr(row, "doc", "")}
    assert english == {k: v["en"] for k, v in sentences().items() if k.startswith("op.")}
    with speaking("ja"):
        told = operations()
    assert "軸に沿った累積和" in told
    assert "d/dn = なし" in told


SAYING = [
    (main, ["ops"]), (main, ["explain", "(w*x-1)**2", "--at", "w=2,x=0.5"]),
    (main, ["explain", "log(x)", "--at", "x=0"]), (main, ["draw", "w*x", "--at", "w=2,x=1", "-o", "-"]),
    (main, ["draw", "w*x", "--at", "w=2,x=1"]), (main, ["play", "w*x", "--at", "w=2,x=1"]),
    (main, ["exercise"]), (main, ["exercise", "--key"]), (main, ["exercise", "--check", "y=1"]),
    (main, ["teach", "sheet", "neuron", "--student", "a"]),
    (nets_main, ["experiment", "--list"]), (nets_main, ["experiment", "slowdown"]),
    (nets_main, ["check"]), (nets_main, ["sweep", "--eta", "3", "--hidden", "5", "--epochs", "1"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("run", "arguments"), SAYING, ids=lambda x: " ".join(x) if isinstance(x, list) else ""
)
def test_a_command_says_nothing_in_english(ask: Any, run: Any, arguments: list[str]) -> None:
    """Every line with two words of English in a row has a Japanese letter, too."""
    code, out, err = ask(run, arguments)
    assert code == int("x=0" in arguments)  # where a number of the explanation is infinite
    english = [
        line
        for line in (out + err).splitlines()
        if not JAPANESE.search(line) and re.search(r"(?<![\w.])[a-z]{3,} [a-z]{3,}(?![\w(])", line)
    ]
    assert english == []
