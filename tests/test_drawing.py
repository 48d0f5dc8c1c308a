"""Pictures: the same bytes every time, the right numbers, well-formed, and never a hang."""

import base64
import html
import os
import re
import stat
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing import DrawingError, Picture, available, draw, engine, style, words
from autodiff.drawing.composition import LEAST
from autodiff.drawing.legend import _balanced
from tests.drawn import (
    PICTURES,
    dot_counts,
    forms,
    neuron,
    parsed,
    random_graph,
    square,
    strange,
    titles,
)

GOLDENS = Path(__file__).parent / "goldens"

needs_engine = pytest.mark.skipif(
    not available(), reason="neither dot nor pygraphviz is installed here"
)

PRINT = (
    "import sys; from tests.drawn import PICTURES, forms\n"
    "sys.stdout.reconfigure(encoding='utf-8')\n"
    "for name, make in PICTURES.items(): print(f'// {name}'); print(make().source)\n"
    "for make in PICTURES.values(): print(forms(make()))"
)


@pytest.mark.parametrize("seed", ["0", "1", "42", "1000", "4294967295"])
def test_every_form_is_the_same_under_every_hash_seed(seed: str, root: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
    out = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=root, env=environment, check=True, capture_output=True
    ).stdout.decode()
    golden = "".join(
        f"// {name}\n{(GOLDENS / f'{name}.dot').read_text(encoding='utf-8')}\n" for name in PICTURES
    )
    golden += "".join(f"{forms(make())}\n" for make in PICTURES.values())
    assert out.replace("\r\n", "\n") == golden


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("theme", style.THEMES)
def test_every_svg_is_well_formed(name: str, theme: str) -> None:
    picture = PICTURES[name]()
    picture.theme = theme
    root = parsed(picture.svg())
    assert root.get("role") == "img"
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert all(i is not None and i.startswith(picture.root) for i in ids)
    for label in (root.get("aria-labelledby") or "").split():
        assert label in ids
    assert len(titles(root, "node")) == len(picture.scene.boxes)
    assert len(titles(root, "edge")) == len(picture.scene.arrows)
    sheet = "".join(root.itertext())
    assert ("prefers-color-scheme" in sheet) == (theme == "auto")


def test_parallel_edges_are_both_drawn() -> None:
    picture = square()
    assert dot_counts(picture.source) == (2, 2)
    edges = titles(parsed(picture.svg()), "edge")
    assert [e.split(", ")[1].split("\n")[0] for e in edges[:2]] == ["operand 1", "operand 2"]


def test_order_of_operands_is_marked_where_it_matters() -> None:
    a, b = ad.Value(5.0), ad.Value(2.0)
    for y in (a - b, a / b, a**b, ad.atan2(a, b)):
        assert [arrow.mark for arrow in draw(y).scene.arrows] == ["1", "2"]
        assert re.search(r"n0 -> n2:p0:w .*\n  n1 -> n2:p1:w", draw(y, rankdir="LR").source)
    for y in (a + b, a * b, ad.sum([a, b])):
        assert {arrow.mark for arrow in draw(y).scene.arrows} == {""}


@pytest.mark.parametrize("seed", range(200))
def test_what_arrives_at_a_node_sums_to_its_gradient(seed: int) -> None:
    picture = draw(random_graph(seed))
    graph, scene = picture.graph, picture.scene
    numbers = {node.id for node in graph if node.kind == "constant"}  # they stand in other boxes
    assert {box.node for box in scene.boxes} == {node.id for node in graph} - numbers
    drawn = [edge for edge in graph.edges if edge.source not in numbers]
    assert [arrow.edge for arrow in scene.arrows] == drawn
    assert dot_counts(picture.source) == (len(scene.boxes), len(drawn))
    arrived = dict.fromkeys((n.id for n in graph), 0.0)
    shown = re.compile(r"(\S+) × \(?([^\s)]+)\)? = (\S+)")
    for arrow in scene.arrows:
        assert arrow.edge is not None
        if arrow.meaning.gradient is None:
            assert graph[arrow.edge.source].kind in ("constant", "input")
            continue
        arrived[arrow.edge.source] += arrow.meaning.gradient
        upstream, local, came = map(float, shown.search(arrow.meaning.tooltip).groups())
        assert upstream * local == pytest.approx(came, rel=2e-3, abs=1e-12)
        assert came == pytest.approx(arrow.meaning.gradient, rel=1e-3)
    for node in graph:
        if node.kind in ("operation", "parameter"):
            assert arrived[node.id] == pytest.approx(node.grad, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_svg_of_random_graphs_has_every_node_and_edge(seed: int) -> None:
    picture = draw(random_graph(seed))
    root = parsed(picture.svg())
    assert len(titles(root, "node")) == len(picture.scene.boxes)
    assert len([t for t in titles(root, "edge") if "→" in t]) == len(picture.scene.arrows)
    frames = list(picture.layout.boxes.values())
    for x, y, w, h in frames:
        assert -1 <= x <= x + w <= picture.layout.width + 1
        assert -1 <= y <= y + h <= picture.layout.height + 1
    for i, (x, y, w, h) in enumerate(frames):  # no two boxes cover each other
        for p, q, v, u in frames[:i]:
            assert x + w <= p + 1 or p + v <= x + 1 or y + h <= q + 1 or q + u <= y + 1


def test_a_negative_factor_stands_in_brackets() -> None:
    x = ad.Value(2.0, name="x")
    y = 0.5 * (3.0 - x) ** 2
    y.backward()
    beside = [arrow.meaning.lines[-1] for arrow in draw(y).scene.arrows]
    assert "1 × (-1) = -1" in beside
    assert not any("× -" in line for line in beside)


@pytest.mark.parametrize("arrays", [True, False])
def test_no_gradient_flows_to_what_comes_of_constants_alone(arrays: bool) -> None:
    """Nor is one shown there, between numbers as little as between arrays."""
    given = ad.constant([[1.0]] if arrays else 1.0, name="y")
    p = ad.Tensor([[0.5]], name="p") if arrays else ad.Value(0.5, name="p")
    cost = (1.0 - given) * ad.log(p)
    cost = cost.sum() if arrays else cost * 1.0
    cost.backward()
    boxes = {box.title: box for box in draw(cost).scene.boxes}
    assert [label for label, _ in boxes["1 − y"].lines] == ["value"]
    assert boxes["1 − y"].computed
    assert boxes["1 − y"].gradient is None
    assert "grad" not in boxes["1 − y"].tooltip
    assert "grad" in boxes["log(p)"].tooltip
    graph = ad.Graph(cost)
    states = {}
    for arrow in draw(cost).scene.arrows:
        assert arrow.edge is not None
        states[graph[arrow.edge.source].op or graph[arrow.edge.source].name] = arrow.meaning.state
        assert (graph.contribution(arrow.edge) is None) == (arrow.meaning.state == "none")
    assert states == {"y": "none", "sub": "none", "p": "flow", "log": "flow", "mul": "flow"}


def test_not_computed_zero_infinite_and_nan_are_told_apart() -> None:
    boxes = {box.title: box for box in strange().scene.boxes}
    gradient = {name: dict(box.lines).get("grad") for name, box in boxes.items()}
    assert gradient["x"] == "∞"
    assert gradient["y"] == "0"
    assert gradient["z"] == "NaN"
    assert words.NOT_COMPUTED in gradient.values()
    signs = {style.sign_of(box.gradient) for box in boxes.values()}
    assert signs >= {"positive", "zero", "nan", "unset"}


def test_large_arrays_show_shape_range_mean_and_norm() -> None:
    x = ad.Tensor(np.arange(600.0).reshape(20, 30), name="x")
    y = x.sum()
    y.backward()
    lines = dict(draw(y).scene.boxes[0].lines)
    assert lines["shape"] == "20×30 float64"
    assert (lines["min … max"], lines["mean"], lines["‖grad‖"]) == ("0 … 599", "299.5", "24.49")


def test_small_arrays_show_all_their_numbers_and_middling_ones_a_map() -> None:
    a = ad.Tensor(np.array([[0.5], [-1 / 3]]), name="a")
    M = ad.Tensor(np.linspace(-2.0, 1.0, 15).reshape(5, 3), name="M")
    y = (a * a).sum() + (M * M).sum()
    y.backward()
    boxes = {box.title: box for box in draw(y).scene.boxes}
    assert boxes["a"].lines == (("value", "[0.5, -0.333]ᵀ"), ("grad", "[1, -0.667]ᵀ"))
    value, gradient = boxes["M"].heats
    assert (value.columns, len(value.shares)) == (3, 15)
    assert (value.shares[0], value.shares[-1]) == (-1.0, 0.5)
    assert gradient.shares == value.shares
    assert boxes["a"].heats == ()


def test_norms_on_edges_between_arrays() -> None:
    W = ad.Tensor(np.array([[1.0, 2.0], [3.0, 6.0]]), name="W")
    x = ad.constant(np.ones((2, 3)), name="x")
    y = (W @ x).sum()
    y.backward()
    scene = draw(y).scene
    jacobian = np.kron(np.eye(2), np.ones((3, 2)))
    assert f"matmul, ‖∂‖ = {np.linalg.norm(jacobian):.4g}" in scene.arrows[0].meaning.local[1]
    assert scene.arrows[0].meaning.back == "‖contribution‖ = 6"


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda x: x.sum(), (2, 3)),
        (lambda x: x.sum(0), (2, 3)),
        (lambda x: x.mean(), (2, 3)),
        (lambda x: x.mean(1), (2, 3)),
        (lambda x: x.reshape(6), (2, 3)),
        (lambda x: x.T, (2, 3)),
        (lambda x: x[[0, 0, 1]], (2, 3)),
        (lambda x: ad.broadcast_to(x, (4, 3)), (3,)),
        (lambda x: ad.concatenate([x, x * 1.0]), (3,)),
        (lambda x: x @ ad.constant(np.arange(6.0).reshape(3, 2)), (4, 3)),
        (lambda x: ad.constant(np.arange(6.0).reshape(2, 3)) @ x, (3, 4)),
        (lambda x: x @ ad.constant(np.arange(3.0)), (3,)),
        (ad.tanh, (2, 3)),
        (lambda x: x * ad.constant(np.arange(3.0) + 1), (3,)),
    ],
)
def test_norms_of_jacobians(function: object, shape: tuple[int, ...]) -> None:
    x = ad.Tensor(np.linspace(-1, 1, int(np.prod(shape))).reshape(shape), name="x")
    y = function(x)
    graph = ad.Graph(y)
    edge = next(e for e in graph.edges if e.source == graph.ids[x] and e.target == graph.ids[y])
    size = int(np.prod(np.shape(y.data)))
    rows = [graph.send(edge, row.reshape(np.shape(y.data))) for row in np.eye(size)]
    said = re.search(
        r"‖∂‖ = (\S+)", "\n".join(draw(y).scene.arrows[graph.edges.index(edge)].meaning.lines)
    )
    assert said is not None
    assert float(said[1]) == pytest.approx(float(np.linalg.norm(rows)), rel=1e-3)


def test_text_on_every_tint_can_be_read() -> None:
    for palette in (style.LIGHT, style.DARK, style.PRINT):
        for sign in ("positive", "negative", "nan", "amount"):
            full = style.mix(palette["card"], palette[sign], style.TINT)
            assert style.contrast(palette["ink"], full) >= 7, (palette["page"], sign)
            assert style.contrast(palette["soft"], full) >= 4.5, (palette["page"], sign)
        for ground in ("page", "card", "scope"):
            assert style.contrast(palette["ink"], palette[ground]) >= 7
            assert style.contrast(palette["soft"], palette[ground]) >= 4.5
        for kind in ("input", "parameter", "constant", "operation", "output", "group", "line"):
            assert style.contrast(palette[kind], palette["page"]) >= 3


def test_a_long_entry_of_the_legend_is_broken_and_widens_nothing() -> None:
    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    y = ad.exp(w * x)
    y.backward()
    picture = draw(y, rankdir="TB")
    legend = picture.svg().partition('class="legend"')[2]
    assert "local derivative; gradient after<" in legend
    assert ">× local = what comes back<" in legend
    assert picture.composition.width <= LEAST + 32.5
    for text in ("unbreakable" * 9, " ".join(["unbreakable" * 9] * 2)):
        assert _balanced(text, 100.0) == text.split()


def test_text_names_every_node_in_order() -> None:
    lines = neuron().to_text().splitlines()
    assert lines[1] == "w: parameter; value 2; grad -0.03444"
    assert "z = sub(w·x, b/3); value 1.333; grad -0.06888; scope neuron" in lines
    assert "  w → w·x, operand 1: ∂(w·x)/∂w = 0.5; -0.06888 × 0.5 = -0.03444" in lines


def test_scopes_are_clusters() -> None:
    picture = neuron()
    assert picture.source.count("subgraph cluster_") == 1
    inside = picture.source.split("subgraph cluster_")[1].split("  }")[0]
    # The parameters that only the neuron uses stand inside it, the input does not.
    assert re.findall(r"^  (n\d+) \[", inside, re.M) == ["n0", "n1", "n3", "n5", "n6", "n7"]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".tikz", ".html", ".dot", ".txt"])
def test_save_by_suffix_leaves_nothing_else(suffix: str, tmp_path: Path) -> None:
    if suffix in (".png", ".pdf"):
        pytest.importorskip(
            {".png": "resvg_py", ".pdf": "vl_convert"}[suffix], reason="extra images"
        )
    path = neuron().save(tmp_path / f"graph{suffix}")
    start = {
        ".svg": b"<svg",
        ".png": b"\x89PNG",
        ".pdf": b"%PDF",
        ".tikz": b"% Computation graph",
        ".html": b"<!doctype html>",
        ".dot": b"digraph",
        ".txt": b"Comp",
    }
    assert path.read_bytes().startswith(start[suffix])
    assert [p.name for p in tmp_path.iterdir()] == [f"graph{suffix}"]


@pytest.mark.parametrize("mm", [80, 173.5])
def test_a_width_on_paper_is_that_width_in_every_form(mm: float, tmp_path: Path) -> None:
    picture = neuron()
    svg = picture.save(tmp_path / "a.svg", mm=mm).read_text("utf-8")
    assert re.search(r'width="([\d.]+)mm"', svg)[1] == f"{mm:g}"  # type: ignore[index]
    tikz = picture.save(tmp_path / "a.tikz", mm=mm).read_text("utf-8")
    assert tikz.endswith("%\n")  # no space after it
    unit = re.search(r"x=([\d.]+)pt", tikz)
    page = re.search(r"use as bounding box[^]]*\] \(0.0,0.0\) rectangle \(([\d.]+),", tikz)
    assert unit is not None
    assert page is not None
    assert float(unit[1]) * float(page[1]) == pytest.approx(mm * 72.27 / 25.4, rel=1e-3)
    pytest.importorskip("resvg_py", reason="extra images")
    png = picture.save(tmp_path / "a.png", mm=mm).read_bytes()
    wide = int.from_bytes(png[16:20])
    at = png.index(b"pHYs") + 4
    metre, unit_of = int.from_bytes(png[at : at + 4]), png[at + 8]
    assert unit_of == 1
    assert wide / metre * 1000 == pytest.approx(mm, abs=0.1)
    assert int.from_bytes(png[at + 9 : at + 13]) == zlib.crc32(png[at - 4 : at + 9])
    pytest.importorskip("vl_convert", reason="extra images")
    pdf = picture.save(tmp_path / "a.pdf", mm=mm).read_bytes()
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+)", pdf)
    assert box is not None
    assert float(box[1]) == pytest.approx(mm / 25.4 * 72, abs=0.1)


def test_save_refuses_other_names_and_keeps_old_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in one of \.svg"):
        neuron().save(tmp_path / "graph.jpeg")
    with pytest.raises(OSError, match="cannot be written"):
        neuron().save(tmp_path / "absent" / "graph.dot")
    assert list(tmp_path.iterdir()) == []


def test_arguments_are_checked() -> None:
    y = ad.Value(1.0) * 2
    with pytest.raises(TypeError, match="at least one output"):
        draw()
    with pytest.raises(ValueError, match="theme='neon' is not one of auto"):
        draw(y, theme="neon")
    with pytest.raises(ValueError, match="style="):
        draw(y, style="round")
    with pytest.raises(ValueError, match="rankdir="):
        draw(y, rankdir="up")
    with pytest.raises(ValueError, match="names no node"):
        draw(y, focus="nowhere")
    with pytest.raises(ValueError, match="must be a node"):
        draw(y, focus=ad.Value(1.0))
    with pytest.raises(TypeError, match="needs a Value or a Tensor"):
        draw(3.0)
    with pytest.raises(ValueError, match="collapse='layer9' names no scope"):
        draw(y, collapse="layer9")
    for argument in ({"max_nodes": 0}, {"depth": -1}, {"hops": 1.5}, {"top_k": 0}):
        with pytest.raises(ValueError, match=f"{next(iter(argument))}=.* is not a whole number"):
            draw(y, **argument)


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_without_graphviz_every_picture_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = neuron().svg()
    no_engine(monkeypatch)
    assert neuron().svg() == there
    assert neuron().save(tmp_path / "graph.svg").read_text(encoding="utf-8") == there
    assert "data:image/svg+xml" in neuron()._repr_mimebundle_()["text/html"]


def test_where_dot_is_asked_for_and_absent_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_engine(monkeypatch)
    picture = draw(ad.Value(1.0, name="x") * 2, engine="dot")
    with pytest.raises(DrawingError, match=r"install Graphviz.*leave engine= out"):
        picture.save(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []
    shown = picture._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert "leave engine= out" in shown["text/plain"]
    assert "x: parameter" in shown["text/plain"]
    assert picture._repr_svg_() is None


@needs_engine
@pytest.mark.parametrize("name", PICTURES)
def test_dot_places_the_same_picture(name: str) -> None:
    own = PICTURES[name]()
    asked = Picture(own.graph, own._make, own.theme, "dot")
    assert texts(asked) == texts(own)
    assert asked.layout.boxes.keys() == own.layout.boxes.keys()
    assert asked.layout != own.layout


def texts(picture: Picture) -> list[str]:
    """Return every word of a picture, in order."""
    return sorted(mark.text for mark in picture.composition.marks if mark.shape == "text")


def test_pygraphviz_takes_the_place_of_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed here")
    monkeypatch.setenv("PATH", "")
    picture = draw(ad.Value(1.0, name="x") - 2, engine="dot")
    assert engine.command("svg")[0] == sys.executable
    root = parsed(picture.svg())
    assert len(titles(root, "node")) == len(picture.scene.boxes)


def fake_dot(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(os.name != "posix", reason="the fake engine is a shell script")
def test_a_layout_that_hangs_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "pids"
    sleep = f"'{sys.executable}' -c 'import time; time.sleep(300)'"
    fake_dot(tmp_path, monkeypatch, f"echo $$ >> {mark}; {sleep} & echo $! >> {mark}; wait")
    start = time.monotonic()
    with pytest.raises(DrawingError, match=r"stopped after 0\.5 s; draw less"):
        engine.run("digraph {}", "svg", 1, timeout=0.5)
    assert time.monotonic() - start < 5
    time.sleep(0.1)
    for pid in mark.read_text().split():
        assert not running(int(pid))


def running(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return "State:\tZ" not in status.read_text() if status.exists() else True


@pytest.mark.skipif(os.name != "posix", reason="the fake engine is a shell script")
def test_an_engine_that_fails_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_dot(tmp_path, monkeypatch, "echo out of paper >&2; exit 3")
    picture = draw(ad.Value(1.0) * 2, engine="dot")
    with pytest.raises(DrawingError, match="failed: out of paper"):
        picture.svg()
    shown = picture._repr_mimebundle_()
    assert "out of paper" in shown["text/plain"]


def test_a_notebook_never_gets_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> bytes:
        raise OSError("no more processes")

    monkeypatch.setattr(engine, "run", broken)
    shown = draw(ad.Value(1.0) * 2, engine="dot")._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert shown["text/plain"].startswith("no more processes")


def test_two_pictures_on_a_page_do_not_collide() -> None:
    first, again, second = neuron(), neuron(), square()
    assert first.svg() == again.svg()
    assert first.root != second.root
    rules = re.search(r"<style>(.*?)</style>", first.svg(), re.S)
    assert rules is not None
    selectors = re.findall(r"(?:^|[},{])\s*([^{}@]+)\{", rules[1])
    assert selectors
    parts = [part for s in selectors for part in s.split(",")]
    assert all(re.search(rf"(^| )#{first.root}( |$)", html.unescape(part)) for part in parts)


def test_a_notebook_shows_an_image_that_a_script_puts_into_the_page() -> None:
    picture = neuron()
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    image = re.search(r'src="data:image/svg\+xml;base64,([^"]*)"', bundle["text/html"])
    assert image is not None
    card = base64.b64decode(image[1]).decode()
    assert card == picture.svg("card")
    # Outside of a page the image is light, whatever the reader's system is: it has its own ground.
    media = re.search(r"@media screen and \(prefers-color-scheme:dark\)\{(.*?)\{", card)
    assert media is not None
    assert media[1] == f"#{picture.root}.inline"
    assert f'img[data-autodiff="{picture.root}"]' in bundle["text/html"]


def test_a_table_row_of_the_users_own_is_drawn() -> None:
    x = ad.Value(0.3, name="x")
    y = ad.hypot(x, 2.0) - ad.log1p(x)
    y.backward()
    boxes = draw(y).scene.boxes
    assert [box.title for box in boxes] == ["x", "hypot(x, 2)", "log1p(x)", "y"]
    assert [box.sign for box in boxes] == ["", "", "", "−"]
    named = draw(y, names={"h": y.parents[0], "y": y}).scene.boxes
    assert [box.sign for box in named] == ["", "hypot", "", "−"]
    assert ("with", "2") in named[1].lines
