"""The player in a real browser: stepped by keyboard, its numbers against backward, and shut tight."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autodiff as ad
from autodiff.graphs.expression import parse
from autodiff.player import save
from autodiff.table.language import speaking
from tests.browser import SCHEMES, WIDTHS, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORMULA = "z = w*x + b; a = sigmoid(z); C = (a - y)**2 / 2 + 0.1*w*w"
AT = {"w": 2.0, "x": 0.5, "b": -1.0, "y": 1.0}


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    y, names = parse(FORMULA).record(AT)
    return save(ad.Graph(y, names=names), tmp_path_factory.mktemp("player") / "player.html")


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    page = Watched(browser)
    yield page
    page.close()
    assert page.foreign() == []
    assert page.complaints == []


def steps(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("JSON.parse(data.textContent).steps")
    return found


def wait_for_step(page: Any, step: int) -> None:
    """Wait until the address names a step; the browser's driver hears of it a little later."""
    page.wait_for_function(f"location.hash === '#step={step}'", timeout=10_000)


def test_keyboard_to_the_end_shows_what_backward_computed(player: Path, watched: Watched) -> None:
    page = watched.open(player)
    y, names = parse(FORMULA).record(AT)
    y.backward()
    grads: dict[str, str] = {}
    last = len(steps(page)) - 1
    for k in range(1, last + 1):
        page.keyboard.press("ArrowRight")
        assert page.locator("[data-id=link]").inner_text() == f"step {k} of {last}"
        wait_for_step(page, k)
        assert f"Step {k} of {last}" in page.locator("[data-id=step-said]").inner_text()
        if page.locator(".sum .after").count():
            name = page.locator("[data-id=step-title]").inner_text().split(" → ")[1]
            grads[name] = page.locator(".sum .after").inner_text()
    assert page.locator("[data-id=step-title]").inner_text() == "All gradients"
    assert page.locator("[data-id=next]").is_disabled()
    assert {n: grads[n] for n in AT} == {n: f"{names[n].grad:.6g}" for n in AT}
    for name in AT:
        shown = page.locator(
            "[data-id=step-lines] div", has=page.get_by_text(f"dC/d{name}", exact=True)
        )
        assert shown.locator("dd").inner_text() == f"{names[name].grad:.6g}"
    page.keyboard.press("Home")
    wait_for_step(page, 0)
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    wait_for_step(page, last - 1)


def test_a_step_shows_the_product_and_the_growing_sum(player: Path, watched: Watched) -> None:
    page = watched.open(player)
    graph = ad.Graph(*[parse(FORMULA).record(AT)[0]])
    to_w = [k for k, s in enumerate(steps(page)) if s["p"] == "back" and s["t"] == 0]
    assert len(to_w) == 3  # w*x, 0.1*w and the product with w
    for n, k in enumerate(to_w, 1):
        step = steps(page)[k]
        watched.open(player, f"#step={k}")
        lines = page.locator("[data-id=step-lines]").inner_text()
        local = graph.local(graph.edges[step["e"]])
        assert f"{local:.6g}" in lines
        assert float(step["part"]) == pytest.approx(float(step["up"]) * local, rel=1e-5)
        assert page.locator(".sum li:not(.whole)").count() == n
        assert page.locator(".sum .after").inner_text() == step["after"]


def test_a_link_leads_to_its_step(player: Path, watched: Watched) -> None:
    page = watched.open(player, "#step=7")
    assert page.locator("[data-id=link]").inner_text().startswith("step 7 of")
    page.evaluate("location.hash = '#step=3'")
    page.locator("[data-id=link]", has_text="step 3 of").wait_for()
    for wrong in ("#step=99999", "#step=-1", "#step=x", "#<img src=x>"):
        watched.open(player, wrong)
        assert page.locator("[data-id=link]").inner_text().startswith("step")


def test_tables_slider_and_buttons(player: Path, watched: Watched) -> None:
    page = watched.open(player, "#step=2")
    page.locator("[data-id=tables] summary").click()
    y, names = parse(FORMULA).record(AT)
    y.backward()
    row = page.locator(
        "[data-id=nodes] tbody tr", has=page.get_by_role("rowheader", name="w", exact=True)
    )
    assert row.locator("td").all_inner_texts()[-1] == f"{names['w'].grad:.6g}"
    assert page.locator("[data-id=steps] tbody tr").count() == len(steps(page))
    assert page.locator("[data-id=steps] tr.current th").inner_text() == "2"
    page.locator("[data-id=steps] a", has_text=re.compile("^9$")).click()
    page.locator("[data-id=link]", has_text="step 9 of").wait_for()
    page.locator("[data-id=next]").click()
    wait_for_step(page, 10)
    page.locator("[data-id=slider]").fill("4")
    wait_for_step(page, 4)
    page.locator("[data-id=slider]").focus()
    page.keyboard.press("ArrowRight")
    wait_for_step(page, 5)


def test_hover_lights_the_paths_and_counts_them(player: Path, watched: Watched) -> None:
    page = watched.open(player)
    page.locator("[data-id=graph] g.node").first.hover()
    assert page.locator("[data-id=ways]").inner_text() == "3 paths lead from w to C"
    assert page.locator("[data-id=graph].lighting").count() == 1
    page.mouse.move(2, 2)
    assert page.locator("[data-id=graph].lighting").count() == 0
    page.locator("[data-id=paths]").select_option(label="b")
    assert page.locator("[data-id=ways]").inner_text() == "1 path leads from b to C"


def test_play_runs_and_pauses(player: Path, watched: Watched) -> None:
    page = watched.open(player)
    page.locator("body").press(" ")
    assert page.locator("[data-id=play]").get_attribute("aria-pressed") == "true"
    page.locator("[data-id=link]", has_text="step 1 of").wait_for()
    page.keyboard.press(" ")
    assert page.locator("[data-id=play]").inner_text() == "Play"


def test_hostile_names_run_nothing(browser: Any, tmp_path: Path) -> None:
    names = [
        "</script><script>alert(1)</script>", "<img src=http://127.0.0.1:9/x onerror=alert(2)>",
        "javascript:alert(3)", "\u2028\ud800\0", "<svg onload=alert(4)>",
    ]  # fmt: skip
    total = ad.sum([ad.Value(float(i + 1), name=n) * 2.0 for i, n in enumerate(names)])
    watched = Watched(browser)
    page = watched.open(save(ad.Graph(total), tmp_path / "hostile.html", title=names[0]))
    page.locator("[data-id=tables] summary").click()
    page.keyboard.press("End")
    assert page.locator("[data-id=step-title]").inner_text() == "All gradients"
    assert page.locator("h1").inner_text() == names[0]
    page.evaluate("""() => { const s = document.createElement("script");
        s.textContent = "window.ran = true"; document.body.append(s); }""")
    assert page.evaluate("window.ran") is None  # the policy holds even for what is smuggled in
    assert watched.foreign() == []
    assert [c for c in watched.complaints if "Content Security Policy" not in c] == []
    assert len(watched.complaints) == 1
    watched.close()


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_accessible_and_fitting(browser: Any, player: Path, scheme: str, size: str) -> None:
    watched = Watched(browser, scheme, size, reduced_motion="reduce")
    page = watched.open(player)
    page.locator("[data-id=tables] summary").click()
    page.get_by_text("What the picture shows").click()
    for k in (0, 4, 18, 25):
        watched.open(player, f"#step={k}")
        assert watched.violations() == []
        assert watched.overflow() <= 0
    watched.close()


def test_large_player_opens_and_steps(browser: Any, tmp_path: Path) -> None:
    x = [ad.Value(i / 10, name=f"x{i}") for i in range(10)]
    h = [ad.tanh(ad.sum([a * 0.1 for a in x]) * (j + 1)) for j in range(12)]
    y = ad.sum([a * a for a in h])
    graph = ad.Graph(y)
    assert len(graph) > 300
    path = save(graph, tmp_path / "large.html")
    watched = Watched(browser)
    page = watched.open(path)
    for k in (5, 150, 400):  # the step is brought into sight
        watched.open(path, f"#step={k}")
        assert page.evaluate("""() => {
            const view = document.querySelector("[data-id=view]").getBoundingClientRect();
            return [...document.querySelectorAll(".node.now")].some((n) => {
                const box = n.getBoundingClientRect();
                return box.left < view.right && box.right > view.left
                    && box.top < view.bottom && box.bottom > view.top;
            });
        }""")
    page.keyboard.press("End")
    assert page.locator("[data-id=step-title]").inner_text() == "All gradients"
    assert watched.complaints == []
    watched.close()


def test_it_speaks_the_language_that_is_spoken(browser: Any, tmp_path: Path) -> None:
    with speaking("ja"):
        path = save(ad.Graph(ad.square(ad.Value(2.0, name="w"))), tmp_path / "ja.html")
    watched = Watched(browser)
    page = watched.open(path)
    assert page.locator("html").get_attribute("lang") == "ja"
    for _ in range(4):
        assert "ステップ" in page.locator("[data-id=step-said]").inner_text()
        page.keyboard.press("ArrowRight")
    page.locator("[data-id=tables] summary").click()
    words = page.locator("main").inner_text()
    assert not re.search(r"[A-Za-z]{3,} [a-z]{2,}", words), words
    assert page.title() == page.locator("h1").inner_text() == "out の逆伝播を 1 歩ずつ"
    page.get_by_role("button", name="English").click()
    assert page.title() == page.locator("h1").inner_text() == "Backward of out, step by step"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[data-id=step-said]").inner_text().startswith("Step 4 of 4.")
    assert not re.search("[\u3040-\u30ff]", page.locator("main").inner_text())
    assert watched.complaints == []
    watched.close()
