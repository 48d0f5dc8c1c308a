"""The playground's network against `nets`, and its page in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import nets
from autodiff.player.playground import playground_page
from tests.browser import Watched, chromium
from tests.javascript import Runtime


@pytest.fixture(scope="module")
def js() -> Runtime:
    return Runtime("numbers.js", "boxes.js", "draw.js", "net.js")


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("sizes", [[2, 1], [2, 4, 1], [2, 3, 5, 2]])
def test_gradients_are_those_of_nets(
    js: Runtime, activation: str, cost: str, sizes: list[int]
) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(sizes[0], 7)), rng.integers(0, 2, size=(sizes[-1], 7)).astype(float)
    found = js.call(
        """(sizes, options, xs, ys) => { const net = new Net(sizes, options);
        return { ...net.gradient(xs.map((x, i) => [x, ys[i]])), w: net.w, b: net.b }; }""",
        sizes, {"activation": activation, "cost": cost, "start": "normal", "seed": 5},
        x.T.tolist(), y.T.tolist(),
    )  # fmt: skip
    net = nets.Network(sizes, activation=activation, output="sigmoid", cost=cost, seed=0)
    net.weights = [np.array(w) for w in found["w"]]
    net.biases = [np.array(b).reshape(-1, 1) for b in found["b"]]
    loss = net.graph(x, y)
    assert float(loss.data) == pytest.approx(found["cost"], rel=1e-10)
    gradients = ad.gradient(loss, [*net.w, *net.b])
    wanted = [*map(np.array, found["gw"]), *(np.array(b).reshape(-1, 1) for b in found["gb"])]
    for got, other in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(got, other, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "size"), [("light", "desktop"), ("dark", "phone")])
def test_it_learns_in_a_browser(browser: Any, tmp_path: Path, scheme: str, size: str) -> None:
    path = tmp_path / "playground.html"
    path.write_text(playground_page(), encoding="utf-8")
    assert path.stat().st_size < 300_000
    watched = Watched(browser, scheme, size)
    page = watched.open(path)
    before = page.locator("#state").inner_text()
    for _ in range(5):
        page.get_by_role("button", name="One epoch").click()
    cost = [
        float(t.split("cost ")[1].split(",")[0])
        for t in (before, page.locator("#state").inner_text())
    ]
    assert cost[1] < cost[0]
    assert watched.violations() == []
    assert watched.overflow() <= 0
    code = page.locator("#python").text_content()
    scope: dict[str, Any] = {}
    exec(code.replace("net.SGD(data, 10", "net.SGD(data, 1"), scope)
    assert scope["net"].sizes[0] == 2
    page.locator("#layers").fill("3")
    page.locator("#layers").press("Enter")
    page.get_by_role("button", name="日本語").click()
    assert "コスト" in page.locator("#state").inner_text()
    assert watched.foreign() == []
    assert watched.complaints == []
    watched.close()


@pytest.mark.browser
def test_what_cannot_be_trained_is_said_in_a_sentence(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "playground.html"
    path.write_text(playground_page(), encoding="utf-8")
    watched = Watched(browser)
    page = watched.open(path)
    state, layers = page.locator("#state"), page.locator("#layers")
    page.get_by_role("button", name="One epoch").click()
    for text in ("0", "a", "1000, 1000", "1.5", "2, 2, 2, 2, 2, 2"):
        layers.fill(text)
        layers.press("Enter")
        assert state.inner_text().startswith(f"“{text}” are no hidden layers, so the network stays")
        assert layers.get_attribute("aria-invalid") == "true"
        assert layers.input_value() == text
    layers.fill("９、３")
    layers.press("Enter")
    assert layers.input_value() == "9, 3"
    assert state.inner_text().startswith("Epoch 0")
    code = page.locator("#python").text_content()
    scope: dict[str, Any] = {}
    exec(code.partition("net.SGD")[0], scope)
    assert scope["net"].sizes == [2, 9, 3, 1]
    page.locator("#activation").select_option("relu")
    page.locator("#eta").fill("1e200")
    for _ in range(4):
        page.get_by_role("button", name="One epoch").click()
    assert page.locator("#python").text_content().startswith("# After epoch")
    assert watched.complaints == []
    watched.close()
