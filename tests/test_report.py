"""The report page: every figure in it computed again from the run, and nothing in it that could act."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nets.data import load_digits
from nets.network import Network
from nets.optim import SGD
from nets.pages.flow import gradient_flow
from nets.pages.page import digest, element, join
from nets.pages.report import MOST_DIGITS, write_report
from nets.runs.check import compare
from nets.runs.training import Training
from tests.browser import SCHEMES, WIDTHS, Watched

ABOUT = "<script>alert(1)</script> & digits"


@pytest.fixture(scope="module")
def training() -> Training:
    split = load_digits()
    run = Training(Network([64, 16, 10], seed=0), split.training, SGD(3.0), 4, 10, split.test)
    run.run()
    return run


@pytest.fixture(scope="module")
def path(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("report") / "report.html", training, ABOUT)


def section(path: Path, name: str) -> str:
    text = path.read_text(encoding="utf-8")
    found = re.search(rf'<section id="{name}">(.*?)</section>', text, re.S)
    assert found
    return found[1]


def cells(text: str) -> list[list[str]]:
    """Return the rows of a table as texts, without the head."""
    rows = re.findall(r"<tr>(.*?)</tr>", text.partition("<tbody>")[2], re.S)
    return [[re.sub("<.*?>", "", c) for c in re.findall(r"<t[hd].*?</t[hd]>", r)] for r in rows]


def wrong_ones(training: Training) -> tuple[Any, Any, Any]:
    inputs, labels = training.monitor.inputs, training.monitor.answers
    outputs = training.net.feedforward(inputs)
    return outputs, labels, np.flatnonzero(np.argmax(outputs, axis=0) != labels)


def test_confusion_matrix(path: Path, training: Training) -> None:
    outputs, labels, wrong = wrong_ones(training)
    rows = cells(section(path, "confusion-matrix"))
    counts = np.array([[0 if c == "·" else int(c) for c in row[1:11]] for row in rows])
    assert counts.sum() == len(labels)
    assert counts.sum() - np.trace(counts) == len(wrong)
    for i, k in zip(labels, np.argmax(outputs, axis=0), strict=True):
        counts[i, k] -= 1
    assert not counts.any()


def test_misclassified_digits_are_the_pictures(path: Path, training: Training) -> None:
    import matplotlib.image

    outputs, labels, wrong = wrong_ones(training)
    text = section(path, "misclassified-digits")
    shown = re.findall(r'base64,([^"]+)" alt="a (\d), taken for (\d)"', text)
    assert len(shown) == min(MOST_DIGITS, len(wrong))
    surest = wrong[np.argmax(outputs[np.argmax(outputs[:, wrong], axis=0), wrong])]
    data, label, taken = shown[0]
    assert (int(label), int(taken)) == (labels[surest], np.argmax(outputs[:, surest]))
    grey = 1.0 - matplotlib.image.imread(io.BytesIO(base64.b64decode(data)))[..., 0]
    image = training.monitor.inputs[:, surest].reshape(8, 8)
    np.testing.assert_allclose(grey, image, atol=0.01)
    assert f"{len(wrong)} of {len(labels)} are wrong" in text


def test_differences_and_flow(path: Path, training: Training) -> None:
    x, y = training.rows.inputs[:10].T, training.rows.targets[:10].T
    shown = cells(section(path, "bp1-to-bp4"))
    names = ("BP1", "BP2", "BP3", "BP4")
    for d in compare(training.net, x, y):
        assert shown[d.layer - 2][1 + names.index(d.equation)] == f"{d.relative:.1e}"
    assert "They agree" in section(path, "bp1-to-bp4")
    rows = cells(section(path, "gradient-flow"))
    for row, found in zip(rows, gradient_flow(training.net, x, y).layers, strict=True):
        assert row[1:3] == [f"{found.delta:.3g}", f"{found.gradient:.3g}"]


def test_each_section_says_of_which_epoch_it_is(tmp_path: Path) -> None:
    split = load_digits()
    for patience in (0, 3):
        net = Network([64, 8, 10], seed=0)
        run = Training(net, split.training[:200], SGD(3.0), 3, 10, split.test, patience=patience)
        run.run()
        *_, last = run.history
        run.history.append(last | {"epoch": 3, "correct": last["correct"] - 1})
        made = write_report(tmp_path / "report.html", run, "digits")
        for name in ("confusion-matrix", "misclassified-digits"):
            which = "the best" if patience else "the last"
            epoch = run.best_epoch["epoch"] if patience else 3
            assert f"With the weights of epoch {epoch}, {which}: " in section(made, name)
            told = f"The best was epoch {run.best_epoch['epoch']}, with"
            assert (told in section(made, name)) == (not patience)


def test_facts_and_words(path: Path, training: Training) -> None:
    text = path.read_text(encoding="utf-8")
    best = training.best_epoch
    assert f"<dd>{100 * best['correct'] / best['total']:.2f} %</dd>" in text
    assert "<dd>1,210</dd>" in text  # 64 * 16 + 16 + 16 * 10 + 10
    assert "w^2: parameter" in section(path, "backward-graph-of-one-example")
    assert training.net.w[0].has_grad is False  # the run is as it was


def test_nothing_in_it_acts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    assert f"default-src 'none'; style-src '{digest(style)}'" in text
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; digits" in text
    assert not re.search(r'(?:src|href|srcset)="(?!data:|#)', text)


def test_a_run_without_an_epoch_has_no_report(tmp_path: Path) -> None:
    split = load_digits()
    run = Training(Network([64, 10], seed=0), split.training, SGD(3.0), 1, 10, split.test)
    with pytest.raises(ValueError, match="not finished an epoch"):
        write_report(tmp_path / "report.html", run, "digits")
    assert list(tmp_path.iterdir()) == []


def test_inputs_that_are_no_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = [(rng.normal(size=(3, 1)), k % 2) for k in range(8)]
    run = Training(Network([3, 2], activation=lambda z: z * z), data, SGD(0.1), 1, 4, data)
    run.run()
    text = write_report(tmp_path / "report.html", run, "noise").read_text(encoding="utf-8")
    assert "no square pictures" in text or "None: all" in text
    assert "Not compared" in text


def test_escaping() -> None:
    assert (
        element("a", "<b>", join("&"), href='"x"') == '<a href="&quot;x&quot;">&lt;b&gt;&amp;</a>'
    )


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_accessible_and_fitting(browser: Any, path: Path, scheme: str, size: str) -> None:
    watched = Watched(browser, scheme, size)
    page = watched.open(path)
    page.locator("summary").click()
    assert watched.violations() == []
    assert watched.overflow() <= 0
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert watched.complaints == []
    assert watched.foreign() == []
    watched.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("size", WIDTHS)
def test_the_whole_graph_is_seen_and_can_be_made_large(browser: Any, path: Path, size: str) -> None:
    watched = Watched(browser, "light", size)
    page = watched.open(path)
    frame = page.locator(".picture")
    image = frame.locator("img")
    outer, inner = frame.bounding_box(), image.bounding_box()
    assert outer["x"] <= inner["x"] < inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    # The graph itself begins and ends at the sides of its image.
    drawn = page.evaluate(INK)
    assert drawn[0] < 0.05
    assert drawn[1] > 0.95
    page.get_by_label("Natural size").check()
    natural = image.evaluate("i => [i.width, i.naturalWidth]")
    assert natural[0] == natural[1]
    assert watched.overflow() <= 0
    watched.close()


INK = """() => { // the first and the last column of the image that are not empty, as shares of its width
  const image = document.querySelector(".picture img"), canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const at = (x, y) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 4).join();
  const ground = at(0, 0), used = [];
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y += 2) if (at(x, y) !== ground) { used.push(x); break; }
  return [used[0] / width, used.at(-1) / width];
}"""
