"""Every number that the live page shows, in the picture, beside it and in its tables, against Python's.

Each leaf of five graphs is taken hold of and moved through positions; after each move the page is
read whole: the list of numbers, why a gradient is what it is, the small change, the lines of the
derivation, the tables and the step that is told.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autodiff as ad
from autodiff.explanations.steps import graph_steps
from tests.browser import Watched, chromium
from tests.test_live_browser import GRAPHS, compare, rerun

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# All texts at once, so that they belong together.
READ = """() => {
  const text = (e) => e.textContent.trim(), all = (css) => [...document.querySelectorAll(css)];
  const id = (name) => document.querySelector(`[data-id="${name}"]`);
  return {
    at: all(".node.leaf").map((g) => [text(g.querySelector(".name")), Number(g.dataset.value)]),
    rows: all(".leaf[class~=leaf] .called").map((e) => { const r = e.parentElement;
      const [slider, typed] = r.querySelectorAll("input");
      const slope = r.querySelector(".slope");
      return [e.title, typed.value, slider.getAttribute("aria-valuetext"), slope.hidden ? "" : text(slope)];
    }),
    chosen: Number(document.querySelector("[data-id=why] select").value),
    slope: text(id("slope")),
    sum: all("[data-id=why] .sum .product").map(text),
    whole: all("[data-id=why] .sum .whole b").map(text),
    paths: all("[data-id=why] .paths .product").map(text),
    nudge: [id("by").value, text(id("predicted")), text(id("actual"))],
    lines: all("[data-id=lines] li > b").map(text),
    nodes: all("[data-id=nodes] tbody tr").map((r) => [...r.children].map(text)),
    edges: all("[data-id=edge-table] tbody tr").map((r) => [...r.children].map(text)),
    labels: all("svg .node").map((g) => g.getAttribute("aria-label")),
  }; }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def number(text: str) -> float:
    return float(text.strip("()").replace("∞", "inf"))


def same(text: str, x: float, digits: int) -> None:
    """Hold a printed number to Python's, of which it shows so many digits; a dash where nothing came."""
    if text == "–":
        assert x == 0
        return
    assert number(text) == pytest.approx(
        float(f"{x:.{digits}g}"), rel=1.1 * 10 ** (1 - digits), abs=1e-12
    )


@pytest.mark.parametrize("kind", GRAPHS)
def test_every_number_of_the_page(browser: Any, kind: str, tmp_path: Path) -> None:
    y = GRAPHS[kind]()
    graph = ad.Graph(y)
    watched = Watched(browser)
    page = watched.open(ad.play(graph).save(tmp_path / "x.html"))
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    seen = 0
    for leaf in [n for n in graph if n.kind in ("parameter", "input")]:
        grip = page.get_by_role("slider", name=re.compile(f"^{leaf.name},"))
        grip.scroll_into_view_if_needed()
        box = grip.bounding_box()
        x, middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, middle)
        page.mouse.down()
        for k in range(1, 11):
            page.mouse.move(x + 9 * k * (-1) ** k, middle)
            compare(page, graph)
            seen += beside(page.evaluate(READ), graph)
        page.mouse.up()
    assert seen > 500
    assert watched.complaints == []
    assert watched.foreign() == []
    watched.close()


def beside(shown: dict[str, Any], graph: ad.Graph) -> int:
    """Compare everything that stands beside the picture; return how many numbers that were."""
    fresh = rerun(graph, dict(shown["at"]))
    end = fresh[graph.outputs[0]]
    again = ad.Graph(end)
    place = {again.ids[v]: i for i, v in fresh.items() if v in again.ids}
    count = 0
    by_name = {n.name: fresh[n.id] for n in graph if n.kind in ("parameter", "input")}
    for name, typed, told, slope in shown["rows"]:
        if name not in by_name:  # a number of the formula
            continue
        same(typed, by_name[name].data, 6)
        same(told, by_name[name].data, 6)
        if slope:
            same(slope.removeprefix("∂ "), by_name[name].grad, 4)
        count += 3
    chosen = fresh[shown["chosen"]]
    same(shown["slope"], chosen.grad, 6)
    steps = [s for s in graph_steps(again) if s.operand is not None]
    own = [s for s in steps if place[s.target] == shown["chosen"]]
    for product, step in zip(shown["sum"], own, strict=False):
        upstream, local, part = re.split(" × | = ", product)
        for text, x in ((upstream, step.upstream), (local, step.local), (part, step.contribution)):
            same(text, x, 4)
            count += 1
    for text in shown["whole"]:
        same(text, chosen.grad, 4)
    if shown["paths"]:
        best = list(end.explain(chosen, top=len(shown["paths"])))
        for product, path in zip(shown["paths"], best, strict=True):
            factors, _, whole = product.rpartition(" = ")
            same(whole, path.product, 4)
            count += 1
            if "…" not in factors:
                found = sorted(number(f) for f in factors.split(" × "))
                assert found == pytest.approx(sorted(path.factors), rel=2e-3, abs=1e-9)
    by, predicted, actual = shown["nudge"]
    if predicted != "–":
        same(predicted, chosen.grad * float(by), 6)
    moved = dict(shown["at"]) | {graph[shown["chosen"]].name: chosen.data + float(by)}
    assert number(actual) == pytest.approx(
        rerun(graph, moved)[graph.outputs[0]].data - end.data, rel=1e-5, abs=1e-13
    )
    inner = [fresh[n.id].data for n in graph if n.operands]
    for text, x in zip(shown["lines"], [*inner, *(s.contribution for s in steps)], strict=True):
        same(text, x, 6)
        count += 1
    drawn = [fresh[n.id] for n in graph]
    for row, node, live in zip(shown["nodes"], graph, drawn, strict=True):
        same(row[3], live.data, 6)
        same(row[4], live.grad if node.kind not in ("constant", "input") else 0.0, 6)
        count += 2
    for row, step in zip(shown["edges"], steps, strict=True):
        same(row[1], step.upstream, 6)
        same(row[2].rpartition(" = ")[2], step.local, 6)
        same(row[3], step.contribution, 6)
        count += 3
    return count


def test_a_finger_drags_a_leaf(browser: Any, tmp_path: Path) -> None:
    """Touch events, as a phone sends them: the number follows and the page does not scroll."""
    y = GRAPHS["neuron"]()
    watched = Watched(browser, size="phone", has_touch=True, is_mobile=True)
    page = watched.open(ad.play(ad.Graph(y)).save(tmp_path / "x.html"))
    grip = page.locator("svg .node.leaf").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    scrolled = page.evaluate("scrollY")

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": middle})
    for k in range(1, 8):
        touch("touchMove", {"x": x + 8 * k, "y": middle + 6 * k})
    compare(page, ad.Graph(y))
    touch("touchEnd")
    assert page.evaluate("document.querySelector('.node.leaf').dataset.value") not in ("2", "")
    assert page.evaluate("scrollY") == scrolled
    touch("touchStart", {"x": x, "y": middle})  # a tap chooses, and moves nothing
    touch("touchEnd")
    page.wait_for_timeout(100)
    assert page.locator(".boxes.lighting").count() == 1
    assert watched.complaints == []
    watched.close()


def test_what_is_read_aloud(browser: Any, tmp_path: Path) -> None:
    """Each control has a name and a role, each leaf its number, and what changes is said once it rests."""
    watched = Watched(browser, reduced_motion="reduce")
    page = watched.open(ad.play(GRAPHS["neuron"]()).save(tmp_path / "x.html"))
    leaf = page.get_by_role("slider", name="w, parameter, 2, dC/dw = -0.125", exact=True)
    leaf.wait_for()
    leaf.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name=re.compile("^w, parameter, 2[.]01")).wait_for()
    assert leaf.count() == 0
    page.get_by_role("status").get_by_text("w is 2.01; C is").wait_for()
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, input, select, [role]")]
      .filter((e) => e.checkVisibility() && !e.closest("[hidden]"))
      .filter((e) => !(e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim() || e.title
        || e.getAttribute("aria-labelledby")))
      .filter((e) => !["status", "alert"].includes(e.getAttribute("role")))
      .map((e) => e.outerHTML.slice(0, 120))""")
    assert nameless == []
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) => {
      const s = getComputedStyle(e);
      return parseFloat(s.transitionDuration) > 0 || s.animationName !== "none"; }).length""")
    assert moving == 0
    page.get_by_label("Step through").check()
    page.keyboard.press("ArrowRight")  # from the box that was ticked
    page.get_by_role("status").get_by_text("Step 1 of").wait_for()
    watched.close()
