"""The layout of our own: nothing covers anything, letters can be read, the same to the bit everywhere."""

import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing import Picture, draw
from autodiff.drawing.layered import Plan
from autodiff.drawing.layout import plan
from autodiff.drawing.lettering import width
from autodiff.drawing.order import crossings
from autodiff.drawing.place import placed, prepared
from docs.gallery.__main__ import GALLERY
from tests.drawn import PICTURES, perceptrons, random_graph

LEAST = 10.0  # pixels of the smallest letters
Frame = tuple[float, float, float, float]


def overlap(a: Frame, b: Frame) -> bool:
    """Return whether two frames cover each other by more than a pixel."""
    return (
        a[0] + 1 < b[0] + b[2]
        and b[0] + 1 < a[0] + a[2]
        and a[1] + 1 < b[1] + b[3]
        and b[1] + 1 < a[1] + a[3]
    )


def words(picture: Picture) -> list[Frame]:
    """Return the frames of the words beside arrows."""
    return [
        (m.at[0], m.at[1], m.at[2], m.at[3])
        for m in picture.composition.marks
        if m.shape == "rect" and m.css == "ground"
    ]


def check(picture: Picture) -> None:
    """Hold a picture: letters, words and boxes, boxes and frames, all on the page."""
    drawn = picture.composition
    texts = [m for m in drawn.marks if m.shape == "text"]
    assert min(m.size for m in texts) >= LEAST
    said = words(picture)
    frames = list(picture.layout.boxes.values())
    left = (drawn.width - picture.layout.width) / 2
    boxes = [(x + left, y + 14.0, w, h) for x, y, w, h in frames]
    for i, a in enumerate(said):
        assert not any(overlap(a, b) for b in said[:i])
        assert not any(overlap(a, b) for b in boxes)
    for i, a in enumerate(boxes):
        assert not any(overlap(a, b) for b in boxes[:i])
    labels: list[Frame] = []
    for m in sorted(texts, key=lambda m: m.at[1]):
        wide = width(m.text, m.size, m.bold)
        start = m.at[0] - {"start": 0.0, "middle": wide / 2, "end": wide}[m.anchor]
        label = (
            start,
            m.at[1] - 0.75 * m.size,
            wide,
            m.size,
        )  # from its highest to its lowest letter
        near = (other for other in labels if other[1] + other[3] > label[1])
        assert not any(overlap(label, other) for other in near), m.text
        labels.append(label)
        assert -1 <= start <= start + wide <= drawn.width + 1, m.text
        assert 0 <= m.at[1] <= drawn.height
    for arrow, course in picture.layout.arrows.items():
        assert math.dist(course.points[-1], course.tip) >= 7.5, arrow  # its head can be seen
    tips: dict[str, list[tuple[float, float]]] = {}
    for a in picture.scene.arrows:
        if a.mark:
            tips.setdefault(a.target, []).append(picture.layout.arrows[a.key].tip)
    for own in tips.values():  # no two numbers of operands meet
        assert all(math.dist(a, b) >= 14 for i, a in enumerate(own) for b in own[:i])
    numbered = {box.key for box in picture.scene.boxes if box.ports}
    assert all(a.target in numbered for a in picture.scene.arrows if a.mark)  # else over its name
    # A frame holds the boxes of its scope and no other.
    for scope, frame in picture.layout.scopes.items():
        for box in picture.scene.boxes:
            inside = box.scope == scope or box.scope.startswith(f"{scope}/")
            assert overlap(frame, picture.layout.boxes[box.key]) == inside, (scope, box.title)


@pytest.mark.parametrize("rankdir", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("name", PICTURES)
def test_nothing_covers_anything(name: str, rankdir: str) -> None:
    picture = PICTURES[name]()
    check(draw(*(picture.graph.live[i] for i in picture.graph.outputs), rankdir=rankdir))


def test_nothing_covers_anything_on_200_random_graphs() -> None:
    for seed in range(200):
        check(draw(random_graph(seed, 7 + seed % 8), rankdir=("TB", "LR")[seed % 2]))


def test_nothing_covers_anything_in_the_style_of_micrograd() -> None:
    for seed in range(20):
        y = random_graph(seed, 7 + seed % 8)
        check(draw(y, style="micrograd", rankdir=("TB", "LR")[seed % 2]))


def test_nothing_covers_anything_on_200_random_graphs_with_scopes() -> None:
    for seed in range(200):
        y = random_graph(seed, 7 + seed % 8, scopes=True)
        check(draw(y, rankdir=("TB", "LR", "BT", "RL")[seed % 4]))


@pytest.mark.parametrize("make", GALLERY, ids=lambda make: make.__name__)
def test_nothing_covers_anything_in_the_gallery(make: Callable[[], Picture]) -> None:
    if make.__name__ == "digits":
        pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    check(make())


def layers(count: int, neurons: int) -> ad.Value:
    """A network of neurons, each a scope in the scope of its layer."""
    a = [ad.constant(0.5, name="x1"), ad.constant(-1.0, name="x2")]
    for k in range(2, count + 2):
        with ad.scope(f"layer {k}"):
            fresh = []
            for j in range(1, neurons + 1):
                w = [ad.Value(0.1 * (i + j), name=f"w{k}{j}{i}") for i in range(len(a))]
                with ad.scope(f"neuron {j}"):
                    fresh.append(ad.tanh(ad.dot(w, a) + ad.Value(0.0, name=f"b{k}{j}")))
        a = fresh
    y = ad.sum(a)
    y.backward()
    return y


def test_neurons_stand_in_order_with_their_biases_in_their_frames() -> None:
    picture = draw(layers(2, 3), rankdir="TB")
    check(picture)
    frames = picture.layout.scopes
    for k in (2, 3):
        row = [frames[f"layer {k}/neuron {j}"] for j in (1, 2, 3)]
        assert all(a[0] + a[2] <= b[0] for a, b in pairwise(row))
    assert (
        frames["layer 2"][1] + frames["layer 2"][3] <= frames["layer 3"][1]
    )  # one after the other
    scopes = {box.title: box.scope for box in picture.scene.boxes}
    assert scopes["b21"] == "layer 2/neuron 1"
    assert scopes["w322"] == "layer 3/neuron 2"
    assert scopes["x1"] == ""  # an input stays outside


def test_a_scope_that_is_left_and_entered_again_is_one_frame() -> None:
    x = ad.Value(1.0, name="x")
    with ad.scope("cell"):
        h = ad.sin(x)
    g = ad.exp(h)
    with ad.scope("cell"):
        y = g * h
    check(draw(y, rankdir="TB"))


def test_what_fits_goes_to_the_right_and_what_is_long_goes_down() -> None:
    x = ad.Value(1.0, name="x")
    y = ad.sin(x)
    assert draw(y).scene.rankdir == "LR"
    for _ in range(12):
        y = ad.sin(y)
    picture = draw(y)
    assert picture.scene.rankdir == "TB"
    assert picture.layout.width < 300


def test_long_edges_are_straight() -> None:
    x = ad.Value(1.0, name="x")
    y = x
    for _ in range(6):
        y = ad.sin(y)
    out = y * x
    picture = draw(out, rankdir="TB", edges="none")
    points = picture.layout.arrows[f"e0-{len(picture.graph) - 1}-1"].points
    across = [round(p[0], 3) for p in points]
    assert len(set(across)) <= 4  # out of the box, along one line, into the box


def network() -> Picture:
    """A network of arrays: two layers, each a frame, in whose column leaves stand aside."""
    x, a = ad.constant(np.ones((4, 1)), name="x"), None
    y = ad.constant(np.zeros((10, 1)), name="y")
    for k, (n, m) in enumerate([(30, 4), (10, 30)], 2):
        with ad.scope(f"layer {k}"):
            w, b = (
                ad.Tensor(np.ones((n, m)), name=f"w{k}"),
                ad.Tensor(np.ones((n, 1)), name=f"b{k}"),
            )
            a = ad.sigmoid(w @ (x if a is None else a) + b)
    cost = ((a - y) ** 2).sum()
    cost.backward()
    return draw(cost, rankdir="TB")


def followed(picture: Picture) -> list[str]:
    """Return the arrows by which one box follows another: it alone is used there, only there."""
    arrows = picture.scene.arrows
    made = {a.target for a in arrows}  # boxes that are computed
    return [
        a.key
        for a in arrows
        if a.source in made
        and sum(b.source == a.source for b in arrows) == 1
        and sum(b.target == a.target and b.source in made for b in arrows) == 1
    ]


@pytest.mark.parametrize("name", ["network", "layers", *PICTURES, *(m.__name__ for m in GALLERY)])
def test_what_is_computed_one_from_the_other_stands_on_one_line(name: str) -> None:
    makers = {m.__name__: m for m in GALLERY} | PICTURES
    makers |= {"network": network, "layers": lambda: draw(layers(3, 3))}
    if name == "digits":
        pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    picture = makers[name]()
    check(picture)
    across = int(picture.scene.rankdir in ("LR", "RL"))
    keys = followed(picture)
    assert keys or name in ("square", "strange"), "nothing is followed"
    for key in keys:
        where = [point[across] for point in picture.layout.arrows[key].points]
        assert max(where) - min(where) < 0.1, key


def framed_plan(seed: int) -> Plan:
    """A plan of few boxes in frames that feed each other back and forth, some within others."""
    r = random.Random(seed)
    n, frames = r.randrange(6, 22), r.randrange(1, 4)
    parents = [r.randrange(-1, s) if s and r.random() < 0.3 else -1 for s in range(frames)]
    scopes = [*range(frames), *(r.randrange(-1, frames) for _ in range(frames, n))]
    targets = [i for i in range(1, n) for _ in range(r.choice([1, 1, 1, 2]))]
    sources = [r.randrange(max(0, i - 4), i) for i in targets]
    words = [r.choice([0.0, 60.0]) for _ in targets]
    heights = [14.0 if w else 0.0 for w in words]
    widths = [r.choice([40.0, 90.0, 140.0]) for _ in range(n)]
    return Plan(widths, [30.0] * n, sources, targets, words, heights, scopes, parents)


def test_frames_that_feed_each_other_hold_their_boxes_alone() -> None:
    for seed in range(150):  # in a quarter of them columns or frames would stand in a circle
        plan = framed_plan(seed)
        found = placed(plan, prepared(plan), "TB")
        boxes = [
            (x - w / 2, y - 15, w, 30.0)
            for x, y, w in zip(found.xs, found.ys, plan.widths, strict=True)
        ]
        for i, box in enumerate(boxes):
            assert not any(overlap(box, other) for other in boxes[:i]), (seed, i)
            around = []
            s = plan.scopes[i]
            while s >= 0:
                around.append(s)
                s = plan.parents[s]
            for s, (left, top, wide, high) in enumerate(found.frames):
                x, y, w, h = box
                inside = left <= x and x + w <= left + wide and top <= y and y + h <= top + high
                assert inside if s in around else not overlap(box, (left, top, wide, high)), (
                    seed,
                    i,
                )


def plan_of(seed: int, n: int = 60) -> Plan:
    """A plan of boxes that use two others each, those close by rather than those far away."""
    state = seed
    sources: list[int] = []
    targets: list[int] = []
    for i in range(3, n):
        for _ in range(2):
            state = (state * 1103515245 + 12345) % 2**31
            sources.append(max(0, i - 1 - state // 65536 % 12 % i))
            targets.append(i)
    words = [90.0] * len(sources)
    return Plan([90.0] * n, [60.0] * n, sources, targets, words, [32.0] * len(words), [-1] * n, [])


PRINT = """
from tests.test_layout import plan_of
from autodiff.drawing.place import placed, prepared
plan = plan_of(7)
found = placed(plan, prepared(plan), "TB")
print([x.hex() for x in (*found.xs, *found.ys, *found.word_xs, *sum(found.paths, []))])
"""


def test_positions_are_the_same_to_the_bit_under_every_hash_seed(root: Path) -> None:
    said = set()
    for seed in ("0", "1", "42", "1000", "4294967295"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", PRINT], cwd=root, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1


def test_a_circle_of_boxes_is_laid_out() -> None:
    plan = Plan([40.0] * 3, [30.0] * 3, [0, 1, 2], [1, 2, 0], [0.0] * 3, [0.0] * 3, [-1] * 3, [])
    found = placed(plan, prepared(plan), "TB")
    assert len(set(found.ys)) == 3
    assert all(len(path) >= 8 for path in found.paths)


def seconds(work: object) -> float:
    """Return the seconds of work of this process that a call takes, the best of three."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        work()  # type: ignore[operator]
        spent.append(time.process_time() - start)
    return min(spent)


def test_sixty_boxes_are_placed_in_time() -> None:
    plan = plan_of(3)
    assert seconds(lambda: placed(plan, prepared(plan), "TB")) < 0.03 * 3  # a busy machine


def test_a_thousand_boxes_are_placed_in_time() -> None:
    picture = draw(random_graph(3, 580, whole=True), force=True, rankdir="TB")
    assert len(picture.scene.boxes) >= 1000
    start = time.process_time()
    assert picture.layout.width > 0
    assert time.process_time() - start < 2 * 3


def test_five_thousand_nodes_folded_in_time() -> None:
    y = perceptrons(50)
    start = time.process_time()
    picture = draw(y)
    picture.svg()
    assert len(picture.graph) > 5000
    assert time.process_time() - start < 20  # it takes 0.3


def test_a_long_edge_bends_as_rarely_as_it_can() -> None:
    """What passes many layers goes straight through them, also where no one line leads all the way."""
    w, x, y, b = (ad.Value(v, name=n) for v, n in ((0.8, "w"), (1.5, "x"), (1.0, "y"), (0.1, "b")))
    z = w * x + w * w * x + b * x * x + b
    a = ad.sigmoid(z)
    cost = -(y * ad.log(a) + (1.0 - y) * ad.log(1.0 - a))
    cost.backward()
    picture = draw(cost, rankdir="TB")
    bends = []
    for course in picture.layout.arrows.values():
        xs = [p[0] for p in course.points]
        along = abs(course.points[-1][1] - course.points[0][1])
        turns = sum(abs(p - q) > 0.5 for p, q in pairwise(xs[3:-3:3])) if along > 400 else 0
        bends.append(turns)
    assert max(bends) <= 3


def test_what_comes_of_a_leaf_stands_by_its_use() -> None:
    """Logistic regression: y and 1 - y stand where they are used, and no line crosses another."""
    w, x, b, y = (ad.Value(v, name=n) for v, n in ((2.0, "w"), (0.5, "x"), (-1.0, "b"), (1.0, "y")))
    p = ad.sigmoid(w * x + b)
    p.name = "p"
    cost = -(y * ad.log(p) + (1.0 - y) * ad.log(1.0 - p))
    cost.backward()
    picture = draw(cost, rankdir="TB")
    assert picture.scene.rankdir == "TB"
    titled = {box.title: picture.layout.boxes[box.key] for box in picture.scene.boxes}
    assert titled["y"][1] == titled["log(p)"][1] > titled["p"][1]
    assert titled["1 − y"][1] == titled["log(1 − p)"][1]
    given = plan(picture.scene, "TB")
    made = prepared(given)
    assert crossings(made, made.rows, [0] * len(made.layer)) == 0
