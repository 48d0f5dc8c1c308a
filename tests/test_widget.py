"""The live player as a widget: the hand moves numbers in Python, and Python moves the page."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff._engine import install
from tests.browser import Watched, chromium

pytest.importorskip("anywidget", reason=f"anywidget is missing ({install('widget')})")


def sent(widget: Any, **numbers: float | str) -> None:
    """Say what the page says when a hand has moved numbers."""
    told = {**widget.numbers, **numbers}
    widget._sent = {"numbers": told, "grads": {"w": 2.5}, "output": 7, "broken": False}


def neuron() -> tuple[ad.Value, ad.Value]:
    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    return w, ad.square(w * x - 3.0)


def test_the_hand_moves_numbers_in_python() -> None:
    w, y = neuron()
    widget = ad.play(y).widget()
    assert widget.numbers == {"w": 2.0, "x": 0.5}
    seen: list[dict[str, float]] = []
    widget.observe(lambda change: seen.append(change["new"]), "numbers")
    sent(widget, w=4.0)
    assert w.data == widget["w"] == 4.0
    assert seen == [{"w": 4.0, "x": 0.5}]
    assert (widget.output, widget.grads) == (7.0, {"w": 2.5})
    sent(widget, w="inf")
    assert w.data == np.inf


def test_where_nothing_may_run_there_is_a_picture() -> None:
    _, y = neuron()
    page = ad.play(y)
    for shown in (page._repr_html_(), page.widget()._repr_mimebundle_()[0]["text/html"]):
        before, _, _ = shown.partition("<iframe")
        image = re.search(r'<img[^>]* src="data:image/svg\+xml;base64,([^"]+)"', before)
        assert image is not None
        assert b">w</text>" in base64.b64decode(image[1])


def test_python_moves_the_page() -> None:
    w, y = neuron()
    widget = ad.play(y).widget()
    widget["w"] = 3.0
    assert w.data == 3.0
    assert widget._numbers["w"] == 3.0
    with pytest.raises(ValueError, match="'q' is no number of this page; there are w, x"):
        widget.move({"w": 1.0, "q": 2.0})
    assert w.data == 3.0


def test_the_numbers_of_an_array_are_its_own() -> None:
    W = ad.Tensor([[1.0, 2.0], [3.0, 4.0]], name="W")
    widget = ad.play(ad.sum(W * W)).widget()
    sent(widget, **{"W[0,1]": 7.0})
    widget["W[1,0]"] = -1.0
    assert W.data.tolist() == [[1.0, 7.0], [-1.0, 4.0]]


def test_leaves_that_are_called_alike_are_told_apart() -> None:
    a, b = ad.Value(1.0, name="w"), ad.Value(2.0, name="w")
    widget = ad.play(a * b).widget()
    assert widget.numbers == {"w~0": 1.0, "w~1": 2.0}
    widget["w~1"] = 5.0
    assert (a.data, b.data) == (1.0, 5.0)


def test_past_a_choice_the_function_is_recorded_again() -> None:
    def f(x: Any) -> Any:
        return x * x if x > 0 else -x

    widget = ad.play(f, 3.0).widget()
    assert widget._data["model"]["guards"]
    widget._sent = {"numbers": {"x": -2.0}, "grads": {}, "output": None, "broken": True}
    ops = [node["op"] for node in widget._data["model"]["nodes"]]
    assert "neg" in ops
    assert widget.numbers == {"x": -2.0}


HOST = """<!doctype html><meta charset="utf-8"><body style="background:#fff"><div id="at"></div>
<script type="module">
import widget from "data:text/javascript;base64,@MODULE@";
const state = @STATE@, heard = {};
const model = {
  get: (k) => state[k], set: (k, v) => { state[k] = v; }, save_changes() {},
  on: (name, f) => { (heard[name] ??= []).push(f); },
  off: (name, f) => { heard[name] = heard[name].filter((g) => g !== f); },
};
window.state = state;
window.put = (k, v) => { state[k] = v; for (const f of heard[`change:${k}`] ?? []) f(); };
window.end = widget.render({ model, el: document.getElementById("at") });
</script>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.browser
def test_the_script_in_a_browser(browser: Any, tmp_path: Path) -> None:
    """A host stands in for the notebook's: the same calls of the same script."""
    _, y = neuron()
    widget = ad.play(y).widget()
    page = HOST.replace("@MODULE@", base64.b64encode(widget._esm.encode()).decode())
    style = f"<style>{widget._css}</style>"
    state = json.dumps({"_data": widget._data, "_numbers": {}}).replace("</", "<\\/")
    path = tmp_path / "host.html"
    path.write_text(page.replace("@STATE@", state) + style, encoding="utf-8")
    watched = Watched(browser, "dark")
    shown = watched.open(path)
    output = shown.locator("[data-id=output]")
    assert output.inner_text() == "4"
    assert (
        shown.evaluate("getComputedStyle(document.querySelector('.alive')).colorScheme") == "light"
    )
    shown.get_by_role("textbox", name="value of w").fill("4")
    shown.keyboard.press("Enter")
    assert shown.evaluate("state._sent") == {
        "numbers": {"w": 4, "x": 0.5, "v3": 3}, "grads": {"w": -1, "x": -8}, "output": 1,
        "broken": False,
    }  # fmt: skip
    shown.evaluate("put('_numbers', {w: 'inf', x: 0.5})")
    assert output.inner_text() == "∞"
    shown.evaluate("put('_numbers', {w: 8, x: 0.5})")
    assert output.inner_text() == "1"
    shown.evaluate("put('_data', state._data)")
    assert output.inner_text() == "1"
    assert shown.evaluate("state._sent.grads.w") == 1
    shown.evaluate("end()")
    assert watched.complaints == []
    assert watched.foreign() == []
    watched.close()


def test_the_script_puts_the_page_in_the_place_of_the_picture(browser: Any, tmp_path: Path) -> None:
    _, y = neuron()
    path = tmp_path / "cell.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{ad.play(y)._repr_html_()}")
    for runs in (False, True):
        watched = Watched(browser, java_script_enabled=runs)
        page = watched.open(path)
        assert page.locator("img").count() == (0 if runs else 1)
        assert page.locator("iframe").is_visible() == runs
        if runs:
            shown = page.frame_locator("iframe").locator('[data-id="output"]')
            shown.wait_for()
            assert float(shown.inner_text()) == y.data
        watched.close()
