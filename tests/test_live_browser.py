"""The live player in a real browser: its leaves dragged, and every number shown against Python's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.player.typed import formula_page
from tests.browser import Watched, chromium
from tests.test_javascript import branching, random_graph

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    page = Watched(browser)
    yield page
    page.close()
    assert page.foreign() == []
    assert page.complaints == []


def neuron() -> ad.Value:
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    a = ad.sigmoid(w * x + b)
    y: ad.Value = ad.square(a - 1.0)
    y.name = "C"
    return y


def valley() -> ad.Value:
    v1, v2 = ad.Value(2.0, name="v1"), ad.Value(1.0, name="v2")
    y: ad.Value = v1 * v1 + 4.0 * v2**2
    y.name = "C"
    return y


GRAPHS = {
    "neuron": neuron,
    "valley": valley,
    "random": lambda: random_graph(3),
    "another": lambda: random_graph(11),
    "third": lambda: random_graph(17),
}

SHOWN = """() => [...document.querySelectorAll("svg .node")].map((g) => ({
  name: g.querySelector(".name").textContent, value: g.querySelector(".value").textContent,
  grad: g.querySelector(".grad").textContent }))"""
ALL = f"""() => ({{
  output: document.querySelector("[data-id=output]").textContent, nodes: ({SHOWN})(),
  at: [...document.querySelectorAll(".node.leaf")].map((g) =>
    [g.querySelector(".name").textContent, Number(g.dataset.value)]),
  marks: [...document.querySelectorAll("svg .mark")].map((e) => e.textContent) }})"""


def rerun(graph: ad.Graph, numbers: dict[str, float]) -> dict[int, ad.Value]:
    """Record a graph once more at other numbers and run backward; its nodes by their places."""
    fresh: dict[int, ad.Value] = {}
    for node in graph:
        if not node.operands:
            known = numbers.get(node.name, node.value)
            fresh[node.id] = (
                ad.Value(known, name=node.name) if node.kind == "parameter" else ad.constant(known)
            )
        else:
            fresh[node.id] = node.primitive(*(fresh[i] for i in node.operands))
    fresh[graph.outputs[0]].backward()
    return fresh


def compare(page: Any, graph: ad.Graph) -> None:
    """Ask Python for everything at the numbers that the page shows, and compare it all."""
    shown = page.evaluate(ALL)
    fresh = rerun(graph, dict(shown["at"]))
    end = fresh[graph.outputs[0]]
    assert shown["output"] == f"{end.data + 0.0:.6g}"
    drawn = [n for n in graph if n.kind != "constant"]
    for node, told in zip(drawn, shown["nodes"], strict=True):
        value = fresh[node.id]
        close(told["value"], value.data)
        if node.kind != "input" and told["grad"]:
            close(told["grad"].removeprefix("∂ "), value.grad)
    again = ad.Graph(end)
    edges = [e for n in drawn for e in graph.edges if e.target == n.id and graph[e.source] in drawn]
    for edge, mark in zip(edges, shown["marks"], strict=True):
        ends = fresh[edge.source], fresh[edge.target]
        if mark:
            local = next(
                again.local(e) for e in again.edges
                if (e.source, e.target, e.index) == (again.ids[ends[0]], again.ids[ends[1]], edge.index)
            )  # fmt: skip
            close(mark.removeprefix("× ").strip("()"), float(local))


def close(text: str, x: float) -> None:
    wanted = float(f"{x:.4g}")
    assert float(text.replace("∞", "inf")) == pytest.approx(
        wanted, rel=2e-3, abs=1e-12, nan_ok=True
    )


def test_why_a_gradient_is_negative_and_how_it_becomes_positive(
    tmp_path: Path, watched: Watched
) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    why = page.locator("[data-id=why]")
    assert "Increasing w a little decreases C." in why.inner_text()
    assert "one of its factors is negative" in why.inner_text()
    page.get_by_role("textbox", name="value of x").fill("-0.5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Why this gradient: dC/dw").click()
    assert "Increasing w a little increases C." in why.inner_text()
    until(page, lambda: page.evaluate("location.hash") == "#x=-0.5")
    page.get_by_role("button", name="Undo").click()
    assert "decreases" in why.inner_text()
    page.get_by_role("slider", name=re.compile("^w,")).focus()
    page.keyboard.press("Shift+ArrowRight")
    until(page, lambda: page.evaluate("location.hash") == "#w=2.1")


def until(page: Any, holds: Any) -> None:
    """Wait until something holds; the page's policy forbids to evaluate texts in it."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it never came to hold")


def test_descent_lowers_the_cost_and_a_nudge_is_predicted(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(valley()).save(tmp_path / "x.html"))
    assert page.locator("[data-id=predicted]").inner_text() == "0.04"
    assert page.locator("[data-id=actual]").inner_text() == "0.0401"
    page.get_by_role("button", name="One step").click()
    assert float(page.locator("[data-id=output]").inner_text()) == pytest.approx(
        1.6**2 + 4 * 0.2**2
    )
    page.get_by_role("button", name="Run").click()
    until(page, lambda: float(page.locator("[data-id=output]").inner_text()) < 1e-3)
    page.get_by_role("button", name="Stop").click()


def test_steps_ask_first(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    page.get_by_label("Step through").check()
    page.get_by_label("Ask me first").check()
    page.get_by_role("button", name="One step forward").click()
    told = page.locator("[data-id=told]")
    assert page.locator("[data-id=why]").is_hidden()  # it would give the answers away
    page.get_by_label("your answer").fill("7")
    page.get_by_role("button", name="Check").click()
    assert "Not yet" in told.inner_text()
    page.get_by_label("your answer").fill("1")
    page.keyboard.press("Enter")
    assert page.get_by_label("your answer").count() == 0
    page.get_by_role("button", name="Last step").click()
    assert "Backward is complete" in told.inner_text()


def test_the_boxes_of_a_step_come_into_sight(tmp_path: Path, watched: Watched) -> None:
    h = ad.Value(0.3, name="x")
    for k in range(30):
        with ad.scope(f"layer {k}"):
            h = ad.tanh(h * ad.Value(0.5 + k / 50, name=f"w{k}") + 0.1)
    page = watched.open(ad.play(h).save(tmp_path / "x.html"))
    page.emulate_media(reduced_motion="reduce")
    page.get_by_label("Step through").check()
    page.locator("h1").click()
    tops = set()
    for _ in range(5):
        for _ in range(9):
            page.keyboard.press("ArrowRight")
        tops.add(page.evaluate("document.querySelector('.view').scrollTop"))
        assert page.evaluate("""() => {
          const v = document.querySelector(".view").getBoundingClientRect();
          return [...document.querySelectorAll(".node.now .shape")].some((e) => {
            const r = e.getBoundingClientRect();
            return r.top >= v.top - 1 && r.bottom <= v.bottom + 1; }); }""")
    assert len(tops) > 1  # the picture is longer than its window


def test_the_page_says_which_number_turns_the_sign(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    page.locator("svg .node.leaf").first.click()
    assert page.locator("[data-id=slope]").inner_text().startswith("-")
    assert "drag x below 0" in page.locator("#alive, body").first.inner_text()
    page.get_by_role("textbox", name="value of x").fill("-0.5")
    page.keyboard.press("Enter")
    page.locator("svg .node.leaf").first.click()
    assert not page.locator("[data-id=slope]").inner_text().startswith("-")
    assert "itself: drag" not in page.locator("body").inner_text()  # it is done


def test_layers_are_said_in_the_language_and_hold_their_biases(
    tmp_path: Path, watched: Watched
) -> None:
    with ad.scope("layer 2"):
        a = ad.tanh(ad.Value(2.0, name="w") * 0.5 + ad.Value(0.1, name="b"))
    with ad.speaking("ja"):
        page = watched.open(ad.play(ad.square(a)).save(tmp_path / "x.html"))
    frame = page.locator("svg .scope")
    assert frame.all_text_contents() == ["第 2 層"]
    inside = """() => { const f = document.querySelector("svg .frame").getBoundingClientRect();
      return [...document.querySelectorAll("svg .node .shape")].map((e) => e.getBoundingClientRect())
        .map((r) => r.left >= f.left && r.right <= f.right && r.top >= f.top && r.bottom <= f.bottom); }"""
    assert page.evaluate(inside).count(False) == 1  # the result alone
    page.get_by_label("一歩ずつ").check()
    page.get_by_role("button", name="English").click()
    assert frame.all_text_contents() == ["layer 2"]
    assert page.title() == "out, alive"


@pytest.mark.parametrize("seed", range(3))
def test_words_fit_their_boxes_and_hide_their_lines(
    seed: int, tmp_path: Path, watched: Watched
) -> None:
    """At any numbers: a gradient of ten letters, too, stays inside its box, and no two words meet."""
    y = random_graph(seed) * 1.2345e-07
    page = watched.open(ad.play(ad.Graph(y)).save(tmp_path / "x.html"))
    assert (
        page.evaluate("""() => [...document.querySelectorAll("svg .node")].flatMap((g) => {
      const box = g.querySelector(".shape").getBBox();
      return [...g.querySelectorAll("text")].map((t) => t.getBBox())
        .filter((t) => t.width && (t.x < box.x || t.x + t.width > box.x + box.width)); }).length""")
        == 0
    )
    marks = page.evaluate("""() => [...document.querySelectorAll("svg .mark")].filter((e) => e.textContent)
      .map((e) => [...e.children].map((c) => c.getBoundingClientRect())
        .map((r) => [r.left, r.top, r.right, r.bottom]))""")
    assert marks
    for ground, words in marks:
        assert ground[0] <= words[0]
        assert ground[2] >= words[2]
    for i, (_, a) in enumerate(marks):
        for _, b in marks[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 2 or b[3] <= a[1] + 2


def test_the_question_stays_while_the_hand_moves_another(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    why = page.locator("[data-id=why]")
    assert why.locator("h2").inner_text().startswith("dC/dw = -")
    field = page.get_by_role("textbox", name="value of x")
    field.fill("－０．５")  # as a Japanese keyboard writes it
    field.press("Enter")
    until(page, lambda: page.evaluate("location.hash") == "#x=-0.5")
    assert re.match(r"dC/dw = \d", why.locator("h2").inner_text())
    assert "Increasing w a little increases C." in why.inner_text()
    field.fill("half")
    field.press("Enter")
    assert "“half” is no number, so x stays" in page.locator("[data-id=refused]").inner_text()
    field.fill("0.25")
    field.press("Enter")
    assert page.locator("[data-id=refused]").is_hidden()
    assert "was recorded once" in page.locator("[data-id=frozen]").inner_text()  # without a click


def test_long_names_leave_the_page_its_width(tmp_path: Path, watched: Watched) -> None:
    x = ad.Value(2.0, name="x" * 3000)
    page = watched.open(ad.play(x * x).save(tmp_path / "x.html"))
    assert watched.overflow() <= 0
    assert (
        page.evaluate("document.querySelector('.leaf input').getBoundingClientRect().right") < 1360
    )


def test_a_swipe_on_a_leaf_scrolls_the_page(browser: Any, tmp_path: Path) -> None:
    """A finger that goes down reads on; one that goes sideways moves the number."""
    watched = Watched(browser, "light", "phone", has_touch=True, is_mobile=True)
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    box = page.locator("svg .node.leaf .shape").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    shown = "location.hash + document.querySelector('[data-id=output]').textContent"
    before = page.evaluate(shown)
    touch = "Input.dispatchTouchEvent"
    finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 12):
        finger.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 15 * k}]})
        page.wait_for_timeout(20)
    finger.send(touch, {"type": "touchEnd", "touchPoints": []})
    moved = "scrollY + document.querySelector('.view').scrollTop"
    until(page, lambda: page.evaluate(moved) > 100)
    assert page.evaluate(shown) == before
    watched.close()


def test_past_a_choice_the_page_stops(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(branching, 2.0, 1.5).save(tmp_path / "x.html"))
    page.get_by_role("textbox", name="value of x").fill("0.1")
    page.keyboard.press("Enter")
    assert "would have chosen otherwise" in page.get_by_role("alert").inner_text()
    assert page.locator("[data-id=output]").inner_text() == "–"
    assert all(not n["grad"] for n in page.evaluate(SHOWN))
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    told = page.locator("[data-id=lines], [data-id=nodes] tbody")
    page.locator("[data-id=nodes] tbody tr").first.wait_for()
    assert "9" not in "".join(told.all_inner_texts())  # no value of what was not computed is told
    assert "= –" in told.first.inner_text()
    page.get_by_role("button", name="Undo").click()
    assert page.locator("[data-id=output]").inner_text() == "9"


def test_hostile_names_and_addresses_are_inert(tmp_path: Path, watched: Watched) -> None:
    x = ad.Value(2.0, name="</script><img src=x onerror=alert(1)>")
    path = ad.play(x * x, title="<b>&</b>").save(tmp_path / "x.html")
    page = watched.open(path, "#x=alert(1)&</script>=3&__proto__=1")
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == "<b>&</b>"
    page.goto("about:blank")
    (tmp_path / "f.html").write_text(formula_page(), encoding="utf-8")
    page = watched.open(tmp_path / "f.html", "#f=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&w=1")
    assert page.locator("img").count() == 0


def test_a_formula_is_typed(tmp_path: Path, watched: Watched) -> None:
    (tmp_path / "f.html").write_text(formula_page(), encoding="utf-8")
    page = watched.open(tmp_path / "f.html", "#f=y%20%3D%20x*sin(x)&x=2")
    y = ad.Value(2.0)
    assert (
        page.locator("[data-id=slope]").inner_text()
        == f"{ad.grad(lambda x: x * ad.sin(x))(2.0):.6g}"
    )
    field = page.locator("#formula")
    field.fill("sigmid(w)")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "did you mean" in page.locator("#trouble").inner_text()
    field.fill("C = (w*x - 3)**2")
    page.wait_for_selector("#trouble[hidden]", state="attached")
    until(page, lambda: page.locator("[data-id=output]").inner_text() == "1")
    assert y.data == 2.0


def test_an_error_is_told_in_the_language_and_the_old_graph_is_grey(
    tmp_path: Path, watched: Watched
) -> None:
    with ad.speaking("ja"):
        (tmp_path / "f.html").write_text(formula_page(), encoding="utf-8")
    page = watched.open(tmp_path / "f.html")
    field, trouble = page.locator("#formula"), page.locator("#trouble")
    assert page.locator("#near").is_hidden()
    field.fill("foo(x")
    page.wait_for_selector("#trouble:not([hidden])")
    assert trouble.inner_text() == "'foo(x' は 4 文字目で読めません: '(' が閉じられていません"
    assert "最後に読めた式" in page.locator("#near").inner_text()
    assert page.locator("#place.former").count() == 1
    page.get_by_role("button", name="English").click()
    assert trouble.inner_text() == "'foo(x' cannot be read at character 4: '(' was never closed"
    field.fill("x*x")
    page.wait_for_selector("#trouble[hidden]", state="attached")
    assert page.locator("#place.former").count() == 0
    assert page.locator("#near").is_hidden()


def test_what_a_comparison_said_is_not_moved(tmp_path: Path, watched: Watched) -> None:
    def chosen(x: ad.Value, y: ad.Value) -> ad.Value:
        return ad.where(x > 0, x * x, y)

    page = watched.open(ad.play(chosen, 1.5, -0.5).save(tmp_path / "x.html"))
    assert page.locator(".leaf .called").all_inner_texts() == ["x", "y"]
    page.evaluate("location.hash = '#1=0&x=2'")
    until(page, lambda: page.locator("[data-id=output]").inner_text() == "4")


def test_errors_of_a_formula_are_said_in_the_language(tmp_path: Path, watched: Watched) -> None:
    (tmp_path / "f.html").write_text(formula_page(), encoding="utf-8")
    page = watched.open(tmp_path / "f.html")
    page.get_by_role("button", name="日本語").click()
    trouble = page.locator("#trouble:not([hidden])")
    for wrong in (
        "sigmid(w)",
        "2w",
        "foo(x",
        "x = 1; x = 2",
        "w x",
        "lambda*x",
        "sin(x, y)",
        "",
        "x^2",
    ):
        page.locator("#formula").fill("w*x")
        page.wait_for_selector("#trouble[hidden]", state="attached")
        page.locator("#formula").fill(wrong)
        trouble.wait_for()
        assert re.search("[\u3040-\u30ff]", trouble.inner_text()), (wrong, trouble.inner_text())
    page.get_by_role("button", name="English").click()
    assert "character" in trouble.inner_text() or "write" in trouble.inner_text()


def test_a_sign_that_has_turned_is_said(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    why = page.locator("[data-id=why]")
    assert "turned its sign" not in why.inner_text()
    page.get_by_role("textbox", name="value of x").fill("-0.5")
    page.keyboard.press("Enter")
    assert re.search(
        r"dC/dw has turned its sign: it was -\S+ at the start and is 0\.\d+ now", why.inner_text()
    )
    until(page, lambda: "has turned its sign" in page.locator("[data-id=said]").inner_text())


def test_a_large_graph_is_folded_and_a_fold_opens(tmp_path: Path, watched: Watched) -> None:
    rng = np.random.default_rng(0)
    w = ad.Tensor(rng.normal(size=(16, 16)), name="W")
    live = ad.play(ad.sum(ad.tanh(w @ ad.Tensor(rng.normal(size=(16, 2)), name="X"))))
    path = live.save(tmp_path / "x.html")
    assert path.stat().st_size < 300_000
    page = watched.open(path)
    names = "() => [...document.querySelectorAll('svg .node .name')].map((e) => e.textContent)"
    assert page.evaluate(names)[:2] == ["W ×256", "X ×32"]
    assert len(page.evaluate(names)) == 5
    fold = page.locator(".node.fold").first
    assert "Values (left) from" in str(fold.get_attribute("aria-label"))
    cells = "[...document.querySelectorAll('.node.fold .cell')]"
    shades = f"() => {cells}.map((e) => e.getAttribute('fill-opacity')).join()"
    inputs = page.locator(".node.fold").nth(1)  # X, whose gradients hang on W
    before, told = page.evaluate(shades), inputs.get_attribute("aria-label")
    slider = page.locator(".leaf input[type=range]").first
    slider.evaluate("(e) => { e.value = e.max; e.dispatchEvent(new Event('input')); }")
    assert page.evaluate(shades) != before
    moved = live.graph
    until(page, lambda: inputs.get_attribute("aria-label") != told)
    grads = re.findall(
        r"Gradients \(right\) from (\S+) to (\S+)\.", str(inputs.get_attribute("aria-label"))
    )
    fresh = rerun(moved, {**{n.name: n.value for n in moved if not n.operands and n.name},
                          "W[0,0]": float(slider.input_value())})  # fmt: skip
    ours = [fresh[n.id].grad for n in moved if (n.name or "").startswith("X[")]
    for text, x in zip(grads[0], (min(ours), max(ours)), strict=True):
        close(text, x)
    fold.focus()
    page.keyboard.press("Enter")
    assert "W[0,0] … W[0,15]" in page.evaluate(names)
    page.locator(".node.fold").first.click()
    assert "W[0,3]" in page.evaluate(names)
    page.get_by_role("button", name="Fold all again").click()
    assert len(page.evaluate(names)) == 5
    page.get_by_label("Step through").check()
    assert len(page.evaluate(names)) == 5
    page.get_by_label("Step through").uncheck()
    page.get_by_label("Shows").select_option("near")
    assert len(page.evaluate(names)) <= 48
    page.locator("[data-id=why] select").select_option(label="W[9,3]")
    assert "W[9,3]" in page.evaluate(names)
    page.get_by_label("Shows").select_option("all")
    assert len(page.evaluate(names)) > 300


def test_a_network_folds_by_layer(tmp_path: Path, watched: Watched) -> None:
    from nets import Network

    cost = Network([3, 8, 8, 4], seed=0).graph(np.array([[0.5], [-1.0], [0.25]]), np.ones((4, 1)))
    page = watched.open(ad.play(cost).save(tmp_path / "x.html"))
    folds = page.locator(".node.fold .name")
    assert folds.all_text_contents() == ["layer 2", "layer 3", "layer 4"]
    page.locator(".node.fold").first.click()
    assert "w ×24" in folds.all_text_contents()
    assert watched.violations() == []


def test_the_heading_keeps_what_is_not_computed_yet(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    output = page.locator("[data-id=output]")
    known = output.inner_text()
    page.get_by_label("Step through").check()
    assert output.inner_text() == "…"
    page.get_by_role("button", name="Last step").click()
    assert output.inner_text() == known


def test_a_link_is_one_step_of_undo(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    page.evaluate("location.hash = '#w=-2&x=3'")
    typed = page.get_by_role("textbox", name="value of w")
    until(page, lambda: typed.input_value() == "-2")
    page.evaluate("location.hash = '#w=7'")
    until(page, lambda: typed.input_value() == "7")
    page.get_by_role("button", name="Undo").click()
    assert typed.input_value() == "-2"


def test_sliders_are_long_enough_on_a_phone(browser: Any, tmp_path: Path) -> None:
    phone = Watched(browser, size="phone")
    try:
        page = phone.open(ad.play(neuron()).save(tmp_path / "x.html"))
        assert page.locator(".leaf input[type=range]").first.bounding_box()["width"] >= 120
    finally:
        phone.close()


def test_one_node_is_one_node(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(ad.Value(3.0, name="x")).save(tmp_path / "x.html"))
    assert page.locator("[data-id=count]").inner_text() == "1 node"


def test_descent_leaves_the_data_and_what_is_held(tmp_path: Path, watched: Watched) -> None:
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    cost = ad.square(ad.sigmoid(w * x + b) - ad.Value(1.0, name="y"))
    page = watched.open(ad.play(cost).save(tmp_path / "x.html"))
    numbers = """() => Object.fromEntries([...document.querySelectorAll(".node.leaf")].map((g) =>
      [g.querySelector(".name").textContent, Number(g.dataset.value)]))"""
    moves = page.get_by_role("group", name="What a step moves")
    assert [moves.get_by_label(n).is_checked() for n in "wxby"] == [True, False, True, False]
    page.get_by_role("button", name="One step").click()
    found = page.evaluate(numbers)
    assert (found["x"], found["y"]) == (0.5, 1.0)
    assert found["w"] != 2.0
    moves.get_by_label("w").uncheck()
    moves.get_by_label("x").check()
    page.get_by_role("button", name="One step").click()
    later = page.evaluate(numbers)
    assert later["w"] == found["w"]
    assert later["x"] != 0.5
    for name in "xb":
        moves.get_by_label(name).uncheck()
    assert page.get_by_role("button", name="One step").is_disabled()


def test_the_answer_of_a_comparison_is_no_number_to_move(tmp_path: Path, watched: Watched) -> None:
    def f(x: Any, y: Any) -> Any:
        return ad.where(x > 0, x * y, 3.0 * y)

    live = ad.play(f, 1.5, -0.5)
    page = watched.open(live.save(tmp_path / "x.html"), "#in=0&v2=0&1~0=0")
    fields = page.locator(".leaf input[type=text]")
    assert [e.get_attribute("aria-label") for e in fields.all()] == [
        "value of x", "value of y", "value of 3 in 3·y",
    ]  # fmt: skip
    assert page.locator("[data-id=output]").inner_text() == "-0.75"
    page.get_by_role("textbox", name="value of x").fill("-1")
    page.keyboard.press("Enter")
    assert "would have chosen otherwise" in page.get_by_role("alert").first.inner_text()
    decided = [n["name"] for n in live.data["model"]["nodes"] if n.get("decided")]
    assert len(decided) == 1


@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        ("light", "desktop"),
        ("dark", "phone"),
        pytest.param("dark", "desktop", marks=pytest.mark.slow),
        pytest.param("light", "phone", marks=pytest.mark.slow),
    ],
)
def test_accessible_and_fitting(browser: Any, tmp_path: Path, scheme: str, size: str) -> None:
    watched = Watched(browser, scheme, size)
    pages = [ad.play(neuron()).save(tmp_path / "x.html"), tmp_path / "f.html"]
    pages[1].write_text(formula_page(), encoding="utf-8")
    for path in pages:
        page = watched.open(path)
        page.get_by_label("Step through").check()
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert watched.violations() == []
        assert watched.overflow() <= 0
    watched.close()


def test_it_is_accessible_from_the_first_moment(tmp_path: Path, watched: Watched) -> None:
    """What the page says later, when the hand rests, does not have to come first."""
    watched.page.add_init_script(
        "const late = setTimeout;"
        "window.setTimeout = (f, ms, ...a) => ms >= 100 && ms < 5000 ? 0 : late(f, ms, ...a);"
    )
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    assert watched.violations() == []
    slider = page.get_by_role("slider", name="w, parameter, 2, dC/dw = ")
    assert slider.get_attribute("aria-valuetext") == "2"
    page.get_by_label("Step through").check()
    assert watched.violations() == []


def test_a_drag_on_200_nodes_is_quick(tmp_path: Path, watched: Watched) -> None:
    nodes: list[Any] = [ad.Value(0.1 * i, name=f"x{i}") for i in range(8)]
    while len(nodes) < 190:
        nodes.append(ad.tanh(nodes[-1] * nodes[-5]) if len(nodes) % 3 else nodes[-1] + nodes[-7])
    path = ad.play(ad.sum(nodes[-10:])).save(tmp_path / "x.html")
    assert path.stat().st_size < 300_000
    page = watched.open(path)
    times = page.evaluate(
        """() => { const s = document.querySelector('.leaf input[type=range]'), times = [];
        let written = 0;
        const write = history.replaceState;
        history.replaceState = function (...given) { written++; return write.apply(history, given); };
        for (let k = 0; k < 20; k++) { s.value = k / 50; const t = performance.now();
          s.dispatchEvent(new Event('input'));
          document.querySelector("svg.boxes").getBBox(); // what is drawn is laid out, too
          times.push(performance.now() - t); }
        return [written, times.sort((a, b) => a - b)]; }"""
    )
    assert times[0] == 0  # an address is dear: it is written when the hand rests
    assert times[1][5] < 50, times  # the machine that tests may be busy: the quicker ones count


def test_the_steps_of_a_large_graph_fold_by_layer(tmp_path: Path, watched: Watched) -> None:
    from nets import Network

    cost = Network([3, 8, 8, 1], seed=0).graph(np.array([[0.5], [-1.0], [0.25]]), np.ones((1, 1)))
    live = ad.play(cost)
    scopes = {n.scope.split("/")[0] for n in live.graph if n.operands and n.scope}
    assert len(scopes) == 3
    page = watched.open(live.save(tmp_path / "x.html"))
    page.get_by_label("Step through").check()
    slider, folding = page.locator("[data-id=slider]"), page.get_by_label("One layer a step")
    folded = int(slider.get_attribute("max"))
    assert folding.is_checked()
    assert folded <= 60
    seen, grads = set(), {}
    for _ in range(folded):
        page.get_by_role("button", name="One step forward").click()
        told = page.locator("[data-id=told]")
        seen.add(told.locator("h2").inner_text())
        for line in told.locator(".line").all():
            term, *rest = line.inner_text().split("\n")
            if told.locator(".phase").inner_text().startswith("Backward") and rest:
                grads[term] = rest[0]
    assert scopes <= {title.split("/")[0] for title in seen}
    live.graph.live[live.graph.outputs[0]].backward()
    held = [(grads[f"dC/d{n.name}"], n.live.grad) for n in live.graph if f"dC/d{n.name}" in grads]
    assert len(held) > 10
    for shown, g in held:
        assert float(shown) == pytest.approx(g, rel=1e-5, abs=1e-12)
    page.get_by_role("button", name="First step").click()
    page.get_by_role("button", name="One step forward").click()
    folding.uncheck()
    assert int(slider.get_attribute("max")) > 120
    folding.check()
    assert int(slider.get_attribute("max")) == folded
    assert slider.input_value() == "1"


def test_a_built_graph_names_the_choice_that_is_frozen(tmp_path: Path, watched: Watched) -> None:
    x = ad.Value(2.0, name="x")
    C = x * x if x > 1 else x
    page = watched.open(C.play().save(tmp_path / "x.html"))
    frozen, broken = page.locator("[data-id=frozen]"), page.locator("[data-id=broken]")
    assert re.search(r"x > 1 \(line \d+: true\)", frozen.inner_text())
    assert broken.is_hidden()
    field = page.get_by_role("textbox", name="value of x")
    field.fill("-3")
    field.press("Enter")
    assert re.search(r"x > 1 \(line \d+\) was true .* and is false now", broken.inner_text())
    assert page.locator("[data-id=output]").inner_text() == "9"
    page.get_by_role("button", name="日本語").click()
    assert "x > 1" in frozen.inner_text()
    assert "記録したとき" in broken.inner_text()
    page.locator("[data-id=undo]").click()
    assert broken.is_hidden()


def step_shown(page: Any) -> str | None:
    link = page.locator("[data-id=link]")
    return str(link.inner_text()).partition(" of ")[0] if link.is_visible() else None


def test_an_address_leads_to_a_step(tmp_path: Path, watched: Watched) -> None:
    path = ad.play(neuron()).save(tmp_path / "x.html")
    page = watched.open(path, "#x=-0.5&step=7")
    assert step_shown(page) == "step 7"
    assert page.locator(".node.leaf").nth(1).get_attribute("data-value") == "-0.5"
    page.get_by_role("button", name="One step forward").click()
    until(page, lambda: page.evaluate("location.hash") == "#x=-0.5&step=8")
    assert page.locator("[data-id=link]").get_attribute("href") == "#x=-0.5&step=8"
    page.evaluate("location.hash = '#w=3&step=2'")
    until(page, lambda: step_shown(page) == "step 2")
    page.get_by_label("Step through").uncheck()
    until(page, lambda: page.evaluate("location.hash") == "#w=3")
    page.evaluate("location.hash = '#step=999999'")
    until(page, lambda: step_shown(page) is not None)
    assert "All gradients" in page.locator("[data-id=told]").inner_text()
    for wrong in (
        "step=-1",
        "step=x",
        "step=1e3",
        "step=",
        "<img src=x>=1&step=<b>",
        "step=" + "9" * 400,
    ):
        page.goto("about:blank")
        page = watched.open(path, "#" + wrong)
        assert step_shown(page) is None
    assert page.locator("img").count() == 0
    step = ad.Value(2.0, name="step")
    path = ad.play(step * step).save(tmp_path / "step.html")
    page.goto("about:blank")
    page = watched.open(path, "#step=3&step~=0")
    assert step_shown(page) == "step 0"
    assert page.locator("[data-id=result]").inner_text() == "out = …"
    page.get_by_label("Step through").uncheck()
    until(page, lambda: page.evaluate("location.hash") == "#step=3")
    assert page.locator("[data-id=output]").inner_text() == "9"
    more = step * ad.Value(1.0, name="step~")
    page.goto("about:blank")
    page = watched.open(ad.play(more).save(tmp_path / "more.html"), "#step=3&step~=5&step~~=0")
    assert step_shown(page) == "step 0"
    page.get_by_label("Step through").uncheck()
    until(page, lambda: page.evaluate("location.hash") == "#step=3&step~=5")


def test_an_address_leads_to_a_step_of_a_typed_formula(tmp_path: Path, watched: Watched) -> None:
    (tmp_path / "f.html").write_text(formula_page(), encoding="utf-8")
    page = watched.open(tmp_path / "f.html", "#f=y%20%3D%20x*sin(x)&x=2&step=3")
    assert step_shown(page) == "step 3"
    page.get_by_role("button", name="One step forward").click()
    until(page, lambda: page.evaluate("location.hash").endswith("&x=2&step=4"))
    page.evaluate("location.hash = '#f=x*x&x=3'")
    until(page, lambda: page.locator("[data-id=output]").inner_text() == "9")
    assert step_shown(page) is None
    page.goto("about:blank")
    page = watched.open(tmp_path / "f.html", "#f=step*step&step=3&step~=%3Cimg%3E")
    assert step_shown(page) is None
    assert page.locator("[data-id=output]").inner_text() == "9"


def test_the_way_back_to_the_question(tmp_path: Path, watched: Watched) -> None:
    page = watched.open(ad.play(neuron()).save(tmp_path / "x.html"))
    why, question = page.locator("[data-id=why]"), page.locator("[data-id=question]")
    assert question.inner_text() == "dC/dw = -0.125 · Increasing w a little decreases C."
    assert "dC/dw is negative because one of its factors is negative" in why.inner_text()
    page.locator("svg .node.leaf").nth(1).click()  # to take hold of x
    assert question.inner_text().startswith("dC/dx")
    page.get_by_role("textbox", name="value of x").fill("-0.5")
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name=re.compile("^Back to dC.dw = 0"))
    back.click()
    assert "dC/dw has turned its sign" in why.inner_text()
    assert "itself: drag" not in why.inner_text()  # it is done
    assert page.get_by_role("button", name=re.compile("^Back to dC.dx")).count() == 1
