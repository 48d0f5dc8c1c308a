"""The page in which a digit is drawn: its numbers against the network's, with pen and finger."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import nets
from nets.cli import main
from nets.pages.digits import digit_page, save
from tests.browser import Watched, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize(
    ("sizes", "output"),
    [([64, 12, 10], "sigmoid"), ([64, 8, 6, 10], "softmax"), ([784, 30, 10], None)],
)
def test_it_answers_as_the_network_does(
    browser: Any, tmp_path: Path, sizes: list[int], output: str | None
) -> None:
    hidden = "tanh" if len(sizes) == 4 else "sigmoid"
    net = nets.Network(sizes, activation=hidden, output=output, seed=3)
    x = np.round(np.random.default_rng(1).uniform(size=(sizes[0], 1)), 4)
    path = save(net, tmp_path / "net.html", x)
    assert path.stat().st_size < 600_000
    watched = Watched(browser)
    page = watched.open(path)
    page.get_by_role("button", name="Show an example").click()
    shown = [float(t) for t in page.locator("#outputs li > span:last-child").all_inner_texts()]
    out = net.feedforward(x)[:, 0]
    np.testing.assert_allclose(shown, out, rtol=6e-4)
    best = int(np.argmax(out))
    assert page.locator("#answer").inner_text() == str(best)
    leaf = ad.Tensor(x)
    record = net.record(leaf, np.zeros((10, 1)), outputs=True)
    slope = ad.gradient(record.a[-1][best, 0], leaf)[:, 0]
    side, at = int(np.sqrt(sizes[0])), int(np.argmax(np.abs(slope)))
    strongest = page.locator("#strongest").inner_text()
    found = re.search(r"row (\d+), column (\d+), slope (\S+)", strongest)
    assert found
    assert (int(found[1]), int(found[2])) == (at // side + 1, at % side + 1)
    assert float(found[3]) == pytest.approx(slope[at], rel=6e-3)
    assert watched.foreign() == []
    assert watched.complaints == []
    watched.close()


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "size"), [("light", "phone"), ("dark", "desktop")])
def test_drawing_with_a_pen(browser: Any, tmp_path: Path, scheme: str, size: str) -> None:
    watched = Watched(browser, scheme, size)
    net, example = nets.Network([64, 12, 10], seed=3), np.full((64, 1), 0.5)
    page = watched.open(save(net, tmp_path / "net.html", example))
    assert page.locator("#answer").inner_text() == "–"
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 240, steps=8)
    page.mouse.up()
    assert page.locator("#answer").inner_text() in set("0123456789")
    assert 0.99 < inked(page, "seen") <= 1  # a thin stroke, too, has the ink of the sets
    assert watched.violations() == []
    assert watched.overflow() <= 0
    page.get_by_role("button", name="Show an example").click()
    assert inked(page, "pad") == 0
    assert page.locator("#answer").inner_text() in set("0123456789")
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#answer").inner_text() == "–"
    watched.close()


def inked(page: Any, canvas: str) -> float:
    """Return how white the whitest pixel of a canvas is, from 0 to 1."""
    whitest = """(id) => { const c = document.getElementById(id);
      return Math.max(...c.getContext("2d").getImageData(0, 0, c.width, c.height).data
        .filter((_, i) => i % 4 === 0)) / 255; }"""
    return float(page.evaluate(whitest, canvas))


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"64 .8 x 8. or 784"):
        digit_page(nets.Network([2, 3, 1], seed=0))
    with pytest.raises(ValueError, match="must end in"):
        save(nets.Network([64, 10], seed=0), tmp_path / "net.txt")


def test_from_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is missing (the extra nets)")
    run, page = tmp_path / "run.npz", tmp_path / "net.html"
    options = ["--epochs", "1", "--sizes", "64,8,10", "--checkpoint", str(run)]
    assert main(["train", *options, "--out", str(tmp_path / "out")]) == 0
    assert main(["export", str(page), "--checkpoint", str(run)]) == 0
    assert "[64, 8, 10]" in " ".join(capsys.readouterr().out.split())
    found = re.search('id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found
    data = json.loads(found[1])
    assert data["sizes"] == [64, 8, 10]
    assert len(data["examples"]) == 20
