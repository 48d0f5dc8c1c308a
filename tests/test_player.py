"""The player's page without a browser: its story against backward, its layout, its size, its escapes."""

import html
import json
import math
import random
import re
import time
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.player import MOST_NODES, page, save
from autodiff.player.bundle import digest
from autodiff.player.story import HEIGHT, lay_out, planned, tell

HOSTILE = [
    "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\0b\ud800",
    "@SCRIPT@ @DATA@", "{}|<>&\\", "\u2028\u2029", "x" * 5000, "‮abc", "<!--<script>",
]  # fmt: skip


def story_of(text: str) -> dict[str, Any]:
    """Read the story back out of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found
    story: dict[str, Any] = json.loads(found[1])
    return story


def random_graph(seed: int, operations: int = 30) -> ad.Value:
    draw = random.Random(seed)
    choices = [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: ad.tanh(a),
        lambda a, b: a - 2 * b,
    ]
    nodes = [ad.Value(draw.uniform(-1, 1), name=f"x{i}") for i in range(4)]
    for _ in range(operations):
        nodes.append(draw.choice(choices)(draw.choice(nodes[-8:]), draw.choice(nodes)))
    y: ad.Value = ad.sum(nodes)
    return y


@pytest.mark.parametrize("seed", range(20))
def test_every_number_is_backwards(seed: int) -> None:
    y = random_graph(seed)
    graph = ad.Graph(y)
    story = story_of(page(graph))
    y.backward()
    sums: dict[int, str] = {}
    recorded = [s["n"] for s in story["steps"] if s["p"] == "record"]
    assert recorded == [n.id for n in graph if n.operands]
    for step in story["steps"]:
        if step["p"] == "record":
            assert step["value"] == f"{graph[step['n']].value:.6g}"
        elif step["p"] == "back":
            edge = graph.edges[step["e"]]
            assert (edge.source, edge.target) == (step["t"], step["n"])
            assert step["local"] == f"{graph.local(edge):.6g}"
            assert step["up"] == sums[step["n"]]
            assert step["before"] == sums.get(step["t"], "0")
            sums[step["t"]] = step["after"]
        elif step["p"] == "seed":
            sums[step["t"]] = step["after"]
    live = {n.id: n.live for n in ad.Graph(y)}
    leaves = [n for n in graph if n.kind == "parameter"]
    assert leaves
    for n in leaves:
        assert sums[n.id] == f"{live[n.id].grad:.6g}"


def test_arrays_have_a_story() -> None:
    w = ad.Tensor([[1.0, 2.0], [3.0, 4.0]], name="w")
    x = ad.Tensor([[0.5], [-1.0]], name="x")
    cost = ad.square(ad.sigmoid(w @ x)).sum()
    story = story_of(page(ad.Graph(cost)))
    cost.backward()
    last = [s["after"] for s in story["steps"] if s["p"] == "back" and s["t"] == 0][-1]
    numbers = [float(t) for t in re.findall(r"-?[\d.]+(?:e-?\d+)?", last)]
    np.testing.assert_allclose(numbers, w.grad.ravel(), atol=5e-5)
    assert any(s.get("local") == "" for s in story["steps"] if s["p"] == "back")  # matmul


def test_numbers_stand_in_their_operation_and_biases_in_their_layer() -> None:
    w, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="b")
    with ad.scope("layer 2"):
        a = ad.tanh(w * 3.0 + b)
    story = tell(ad.Graph(a + 1.0))
    boxes = {n["name"]: n for n in story["nodes"]}
    assert all("x" not in boxes[name] and boxes[name]["aside"] for name in ("3", "1"))
    assert [f[0] for f in story["frames"]] == ["layer 2"]
    assert boxes["w"]["scope"] == boxes["b"]["scope"] == "layer 2"
    drawn = [e for e in story["edges"] if "d" in e]
    assert len(drawn) == len(story["edges"]) - 2
    for e, step in ((story["edges"][s["e"]], s) for s in story["steps"] if "e" in s):
        assert (e["s"], e["t"]) == (step["t"], step["n"])


def test_an_array_output_needs_a_gradient() -> None:
    y = ad.Tensor([1.0, 2.0]) * 3.0
    with pytest.raises(ValueError, match="gradient"):
        page(ad.Graph(y))
    y.backward(np.array([1.0, -1.0]))
    story = tell(ad.Graph(y))
    assert next(s["after"] for s in story["steps"] if s["p"] == "seed") == "[ 1., -1.]"


def test_names_that_are_the_same_keep_their_numbers() -> None:
    a, b = ad.Value(2.0, name="x"), ad.Value(5.0, name="x")
    (step,) = [s for s in tell(ad.Graph(a - b))["steps"] if s["p"] == "record"]
    assert step["numbers"] == "= 2 - 5"


def test_what_is_not_finite_is_said() -> None:
    x = ad.Value(0.0, name="x")
    with np.errstate(all="ignore"):
        y = ad.log(x) * 0.0
    story = story_of(page(ad.Graph(y)))
    assert {n["value"] for n in story["nodes"]} >= {"-inf", "nan"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    x = ad.Value(2.0, name=name)
    text = page(ad.Graph(x * x), title=name)
    text.encode("utf-8")
    assert text.count("<script") == page(ad.Graph(ad.Value(2.0) * 2)).count("<script")
    assert text.count("</script") == 2
    assert "onerror=alert(1)>" not in text.replace("onerror=alert(1)&gt;", "")
    (title,) = re.findall(r"<title>(.*?)</title>", text)
    shown = story_of(text)["nodes"][0]["name"]
    assert html.unescape(title) == shown
    if name.isprintable() and len(name) < 100:
        assert shown == name


def test_the_policy_names_what_stands_in_the_page() -> None:
    text = page(ad.Graph(ad.Value(2.0) * 2))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    (code,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    assert f"script-src '{digest(code)}'" in policy
    assert f"style-src '{digest(style)}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "innerHTML" not in code
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)


def test_300_nodes_stay_under_a_megabyte() -> None:
    y = random_graph(1, operations=240)
    graph = ad.Graph(y)
    assert len(graph) >= 300
    began = time.process_time()
    assert len(page(graph).encode()) < 1_000_000
    assert time.process_time() - began < 10


def test_too_many_nodes_are_refused_in_a_sentence() -> None:
    x = ad.Value(1.0)
    for _ in range(MOST_NODES):
        x = x + 1.0
    with pytest.raises(ValueError, match="too many to step through"):
        page(ad.Graph(x))


def test_saved_from_a_picture_and_the_same_each_time(tmp_path: Any) -> None:
    x = ad.Value(3.0, name="x")
    first = save(ad.Graph(x * x), tmp_path / "a.html").read_text(encoding="utf-8")
    from autodiff.drawing import draw

    assert draw(x * x).player(tmp_path / "b.html").read_text(encoding="utf-8") == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


@pytest.mark.parametrize("seed", range(30))
def test_boxes_do_not_overlap_and_arrows_lead_from_box_to_box(seed: int) -> None:
    graph = ad.Graph(random_graph(seed))
    widths = [84.0 + n.id % 5 * 20 for n in graph]
    plan, _, _ = planned(graph, list(range(len(graph))), widths, [""] * len(graph))
    layout = lay_out(plan)
    boxes = [
        (x - w / 2, y - HEIGHT / 2, x + w / 2, y + HEIGHT / 2)
        for x, y, w in zip(layout.xs, layout.ys, widths, strict=True)
    ]
    for i, a in enumerate(boxes):
        assert a[0] >= -1e-9
        assert a[1] >= -1e-9
        assert a[2] <= layout.width + 1e-9
        assert a[3] <= layout.height + 1e-9
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for edge, path, x, y in zip(
        graph.edges, layout.paths, layout.word_xs, layout.word_ys, strict=True
    ):
        for box, px, py in ((edge.source, *path[:2]), (edge.target, *path[-2:])):
            left, top, right, bottom = boxes[box]
            assert left - 1e-6 <= px <= right + 1e-6
            assert top - 1e-6 <= py <= bottom + 1e-6
        assert all(not (b[0] < x < b[2] and b[1] < y < b[3]) for b in boxes)


def test_a_long_chain_stays_small() -> None:
    x = y = ad.Value(1.0, name="x")
    for _ in range(1000):
        y = y * x
    began = time.perf_counter()
    assert len(page(ad.Graph(y)).encode()) < 3_000_000
    assert time.perf_counter() - began < 10


def test_one_node_is_laid_out() -> None:
    layout = lay_out(planned(ad.Graph(ad.Value(1.0)), [0], [84.0], [""])[0])
    assert (layout.width, layout.height) == (84.0, HEIGHT)
    assert all(math.isfinite(c) for c in (*layout.xs, *layout.ys))
