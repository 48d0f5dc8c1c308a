"""Large graphs: put together honestly, chosen by the caller, and drawn in time."""

import math
import os
import random
import re

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing import Picture, draw, fold
from tests.drawn import dot_counts, parsed, perceptrons, random_graph, titles


def counted(picture: Picture) -> int:
    """Return how many nodes the boxes say they stand for."""
    said = 0
    for box in picture.scene.boxes:
        words = dict(box.lines)
        said += int(words["nodes"].replace(",", "")) if box.kind == "group" else 1
    return said


def total(picture: Picture) -> float:
    """Return the sum of |grad| that the boxes show."""
    return sum(abs(b.gradient) for b in picture.scene.boxes if b.gradient is not None)


def chain(n: int) -> ad.Value:
    x = ad.Value(1.0, name="x")
    y = x
    weights = [ad.Value(1.0 + i * 1e-9) for i in range(1000)]
    for i in range(n // 2):
        y = y * weights[i % 1000] + x
    y.backward()
    return y


def scoped() -> tuple[ad.Value, list[ad.Value]]:
    """Two layers of two neurons, in scopes."""
    rng = np.random.default_rng(0)
    parameters = []
    a: list[ad.Value] = [ad.constant(float(v), name=f"x{i}") for i, v in enumerate((0.5, -1.0))]
    for layer in (1, 2):
        out = []
        for j in (1, 2):
            w = [ad.Value(float(rng.normal()), name=f"w{layer}{j}{k}") for k in (1, 2)]
            parameters += w
            with ad.scope(f"layer{layer}"), ad.scope(f"neuron{j}"):
                out.append(ad.tanh(ad.dot(w, a)))
        a = out
    y = a[0] + a[1]
    y.backward()
    return y, parameters


def test_detail_goes_down_with_size() -> None:
    small = draw(random_graph(0, 100))
    middle = draw(random_graph(0, 700, whole=True), max_nodes=1500)
    assert all(len(box.lines) > 1 for box in small.scene.boxes if box.kind == "operation")
    assert all(len(box.lines) == 1 for box in middle.scene.boxes if box.kind == "operation")
    assert not any(arrow.wordy for arrow in middle.scene.arrows)
    assert any("=" in arrow.meaning.tooltip for arrow in middle.scene.arrows)
    whole = draw(random_graph(0, 700, whole=True), force=True).scene.boxes
    assert all(len(box.lines) > 1 for box in whole if box.kind == "operation")


@pytest.mark.parametrize("n", [2_000, 20_000])
def test_an_overview_leaves_out_nothing_silently(n: int) -> None:
    y = chain(n)
    picture = draw(y)
    assert len(picture.scene.boxes) <= 110
    assert counted(picture) == len(picture.graph)
    exact = sum(abs(node.grad) for node in picture.graph if node.grad is not None)
    assert total(picture) == pytest.approx(exact, rel=1e-9)
    note = " ".join(picture.scene.notes)
    assert f"{len(picture.graph):,} nodes drawn as {len(picture.scene.boxes):,} boxes" in note
    assert note in picture.to_text().replace("\n", " ")


def test_equal_siblings_become_one_box() -> None:
    picture = draw(perceptrons(20))
    titles_ = [box.title for box in picture.scene.boxes]
    assert "tanh ×320" in titles_  # 16 neurons of 20 examples, twice
    assert titles_.count("tanh ×320") == 2
    assert "dot ×320" in titles_
    assert counted(picture) == len(picture.graph)
    assert len(picture.scene.boxes) < 40
    arrows = {(a.source, a.target): a.meaning.lines for a in picture.scene.arrows}
    key = {box.title: box.key for box in picture.scene.boxes}
    assert arrows[key["dot ×20"], key["add ×20"]] == ("×20",)


def test_unequal_nodes_are_not_folded() -> None:
    """The classes of a graph without any symmetry are its nodes."""
    x = ad.Value(0.3, name="x")
    y = ad.sin(x) * ad.cos(x) - ad.exp(ad.sin(x))
    graph = ad.Graph(y)
    edges = graph.edges
    q = fold.Quotient(
        len(graph),
        np.array([e.source for e in edges]),
        np.array([e.target for e in edges]),
        np.array([e.index for e in edges]),
        np.array([n.primitive.code if n.primitive else 999 for n in graph]),
    )
    level = fold.levels(q)
    assert level is not None
    assert len(set(fold.classes(q, level, strictly=True).tolist())) == len(graph)
    assert level.tolist() == [0, 1, 1, 2, 1, 2, 3]
    loosely = len(set(fold.classes(q, level, strictly=False).tolist()))
    assert loosely == len(graph) - 1  # the two sines are computed alike, and used otherwise


def test_a_circle_of_boxes_is_not_folded() -> None:
    q = fold.Quotient(2, np.array([0, 1]), np.array([1, 0]), np.zeros(2, int), np.zeros(2, int))
    assert fold.levels(q) is None


def test_scopes_collapse_with_their_parameters() -> None:
    y, _ = scoped()
    layers = draw(y, collapse=True)
    assert [b.title for b in layers.scene.boxes] == ["x0", "x1", "layer1", "layer2", "y"]
    assert layers.scene.boxes[2].kind == "group"
    words = dict(layers.scene.boxes[2].lines)
    assert words["nodes"] == "8"
    assert "w111" in words
    assert "grad" in words["w111"]
    assert counted(layers) == len(layers.graph)
    neurons = draw(y, depth=1)
    assert [b.title for b in neurons.scene.boxes if b.kind == "group"] == [
        "neuron1", "neuron2", "neuron1", "neuron2",
    ]  # fmt: skip
    assert "subgraph cluster_" in neurons.source
    one = draw(y, collapse="layer1/neuron2")
    assert [b.title for b in one.scene.boxes if b.kind == "group"] == ["neuron2"]
    assert counted(one) == len(one.graph)
    both = draw(y, collapse=["layer1", "layer2/neuron1"])
    assert [b.title for b in both.scene.boxes if b.kind == "group"] == ["layer1", "neuron1"]


def test_bundles_count_every_edge() -> None:
    y, _ = scoped()
    picture = draw(y, collapse=True)
    drawn = sum(
        int(re.match(r"[\d,]+", a.meaning.tooltip)[0].replace(",", "")) if a.edge is None else 1
        for a in picture.scene.arrows
    )
    graph = picture.graph
    layer = {n.id: n.scope.split("/")[0] for n in graph}
    for n in graph:
        if not n.operands and n.kind == "parameter":
            layer[n.id] = layer[graph.users[n.id][0].target]
    assert drawn == sum(
        layer[e.source] != layer[e.target] or not layer[e.source] for e in graph.edges
    )


def test_focus_and_hops() -> None:
    y, parameters = scoped()
    picture = draw(y, focus=parameters[0], hops=1)
    assert [b.title for b in picture.scene.boxes] == ["w111", "v1"]
    dot = picture.scene.boxes[1]
    assert ("not shown", "3 operands") in dot.lines
    assert "Around w111, at most 1 edge away: 2 of 19 nodes shown." in picture.scene.notes
    assert draw(y, focus="w111", hops=1).source == picture.source
    assert len(draw(y, focus="w111", hops=50).scene.boxes) == len(picture.graph)


def test_top_paths_are_the_largest_products() -> None:
    y, _ = scoped()
    graph = ad.Graph(y)
    products: list[tuple[float, tuple[int, ...]]] = []
    stack = [(1.0, (graph.outputs[0],))]
    while stack:
        product, path = stack.pop()
        node = graph[path[-1]]
        if node.kind == "parameter":
            products.append((product, path))
        stack += [
            (product * abs(graph.local(edge)), (*path, edge.source))
            for edge in graph.edges
            if edge.target == node.id
        ]
    products.sort(reverse=True)
    assert len(products) > 5
    for k in (1, 3, len(products)):
        expected = {i for _, path in products[:k] for i in path}
        shown = {box.node for box in draw(y, top_k=k).scene.boxes}
        assert shown == expected


def test_strongest_paths_from_a_node() -> None:
    x, w = ad.Value(2.0, "x"), ad.Value(3.0, "w")
    inner = x * w
    y = inner * inner + 100.0 * w
    y.backward()
    ids = ad.Graph(y).ids
    expected = {ids[node] for node in (inner, y.parents[0], y)}
    assert {box.node for box in draw(y, focus=inner, top_k=1).scene.boxes} == expected
    assert ids[w] in {box.node for box in draw(y, top_k=1).scene.boxes}


def test_top_paths_of_arrays() -> None:
    w, v = (ad.Tensor(np.full(3, c), name=n) for c, n in ((5.0, "w"), (0.1, "v")))
    y = (w * 0.01 + v * 10.0).sum()
    y.backward()
    boxes = draw(y, top_k=1).scene.boxes
    assert [b.sign or b.title for b in boxes] == ["v", "v·10", "w·0.01 + v·10", "sum"]


def test_an_opened_layer_of_a_network_of_arrays() -> None:
    W = [ad.Tensor(np.ones((3, 2)) / 5, name="w1"), ad.Tensor(np.ones((1, 3)) / 5, name="w2")]
    a = ad.constant(np.array([[0.5], [1.0]]), name="x")
    for i, w in enumerate(W, 1):
        with ad.scope(f"layer{i}"):
            a = ad.sigmoid(w @ a)
    y = a.sum()
    y.backward()
    picture = draw(y, collapse=True)
    box = next(b for b in picture.scene.boxes if b.title == "layer1")
    norm = float(np.linalg.norm(W[0].grad))
    assert ("w1", f"3×2 · ‖grad‖ {norm:.4g}") in box.lines
    assert len(titles(parsed(picture.svg()), "node")) == len(picture.scene.boxes)


def test_a_thousand_nodes_in_full_within_two_seconds() -> None:
    choose = random.Random(0)
    layer = [ad.Value(choose.uniform(-1, 1)) for _ in range(50)]
    for _ in range(10):
        layer = [choose.choice(layer) + v * choose.choice(layer) for v in layer]
    y = ad.sum(layer)
    y.backward()
    start = worked()
    picture = draw(y, max_nodes=1500)
    svg = picture.svg()
    seconds = worked() - start
    assert dot_counts(picture.source)[0] == len(picture.graph) >= 1000
    assert len(titles(parsed(svg), "node")) == len(picture.graph)
    assert seconds < 2 * slack()


@pytest.mark.slow
def test_a_million_nodes_give_an_overview_within_five_seconds_and_200_kb() -> None:
    y = chain(1_000_000)
    start = worked()
    picture = draw(y)
    svg = picture.svg()
    seconds = worked() - start
    assert len(picture.graph) > 1_000_000
    assert counted(picture) == len(picture.graph)
    assert len(svg.encode()) < 200_000
    parsed(svg)
    assert seconds < 5 * slack()


def worked() -> float:
    """Return the seconds of work of this process and its children, however busy the machine is."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def slack() -> float:
    """Return how much longer a machine whose cores are shared, or plain Python, may take."""
    return 1.5 if ad.compiled else 4.0


def test_gradients_that_are_not_numbers_show_in_the_overview() -> None:
    x = ad.Value(1.0, name="x")
    y = x
    for _ in range(2000):
        y = y * 1.0 + x
    (y * math.nan).backward()
    picture = draw(y * math.nan)
    assert picture.scene.notes
    assert len(picture.scene.boxes) < 110
