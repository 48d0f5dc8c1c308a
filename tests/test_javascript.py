"""The table in JavaScript, in a real engine: each row against mpmath, graphs against Python.

What is made of + - * / and roots alone agrees to the bit; everything else is within 4 ULPs of mpmath,
as Python's own is. Nothing is compared with a copy: the JavaScript is printed when the test runs.
"""

import math
import random
import struct
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing.layered import Plan
from autodiff.drawing.naming import called
from autodiff.drawing.place import placed, prepared
from autodiff.explanations.notation import as_drawn
from autodiff.explanations.steps import graph_steps, rule_text
from autodiff.graphs.graph import Graph
from autodiff.player.model import compared, model, record, scalar_graph
from autodiff.printers import browser_libm
from autodiff.printers.expressions import OutsideSubsetError
from autodiff.printers.javascript import Script, rows_source
from autodiff.sources.plaintext import text
from autodiff.sources.terms import value_term
from autodiff.table.primitive import TABLE, Pointwise
from autodiff.table.symbol import number
from tests import oracle
from tests.javascript import Runtime
from tests.rows import POINTWISE

BOUND = 4.0

EXACT = {"add", "sub", "mul", "div", "neg", "identity", "square", "chain", "sqrt", "abs", "sign",
         "step", "truth", "beats", "maximum", "minimum", "where", "clip", "relu",
         "leaky_relu", "squared_error"}  # fmt: skip
ENDS = (0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 2.0, 0.5)


@pytest.fixture(scope="module")
def js() -> Runtime:
    return Runtime("core.js", "numbers.js", "text.js")


def computed(js: Runtime, row: Pointwise, points: list[tuple[float, ...]]) -> list[list[float]]:
    """Return the value and the partials (0 where there is none) of a row at each point."""
    found: list[list[float]] = js.call(
        "(name, points) => points.map((xs) => { xs = xs.map(number); const r = ROWS[name], "
        "y = r.f(...xs); return [y, ...r.d.map((d) => (d ? d(y, ...xs) : 0))]; })",
        row.name,
        [list(xs) for xs in points],
    )
    return found


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_rows_within_four_ulps(js: Runtime, row: Pointwise) -> None:
    points = list(oracle.points(row, 40))
    points = points[:: max(1, len(points) // 40)]
    assert len(points) >= 30
    for xs, (y, *partials) in zip(points, computed(js, row, points), strict=True):
        assert oracle.ulps(y, oracle.value(row, *xs), oracle.least(row, None, *xs)) <= BOUND, xs
        for i, rule in enumerate(row.partials):
            if rule is not None and row.name not in oracle.SLOPES:
                exact, size = oracle.derivative(row, i, *xs), oracle.least(row, i, *xs)
                assert oracle.ulps(partials[i], exact, size) <= BOUND, (xs, i)


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_rows_at_the_ends_of_the_numbers(js: Runtime, row: Pointwise) -> None:
    """Zeros, infinities and NaN come out as in Python, signs of zeros where the row is exact."""
    rng = random.Random(row.name)
    points = [
        tuple(rng.choice(ENDS) for _ in range(row.arity)) for _ in range(9 ** min(row.arity, 2))
    ]
    for xs, found in zip(points, computed(js, row, points), strict=True):
        node = row(*map(ad.Value, xs))
        for got, wanted in zip(found, [node.data, *node.local_derivatives], strict=True):
            if row.name in EXACT:
                assert bits(got) == bits(wanted), (xs, found)
            elif math.isnan(wanted) or math.isinf(wanted) or wanted == 0:
                assert got == wanted or (got != got and wanted != wanted), (xs, got, wanted)
            else:
                assert math.isclose(got, wanted, rel_tol=1e-14), (xs, got, wanted)


def bits(x: float) -> bytes:
    return b"nan" if x != x else struct.pack("d", x)


def test_exact_rows_agree_to_the_bit(js: Runtime) -> None:
    for row in POINTWISE:
        if row.name in EXACT:
            points = list(oracle.points(row, 100))[:400]
            for xs, found in zip(points, computed(js, row, points), strict=True):
                node = row(*map(ad.Value, xs))
                assert [bits(x) for x in found] == [
                    bits(x) for x in (node.data, *node.local_derivatives)
                ], (row.name, xs)


@pytest.mark.parametrize("name", ["erfc", "hypot", "pow", "copysign"])
def test_what_browsers_lack_is_right_in_python_too(name: str) -> None:
    rng = np.random.default_rng(1)
    f = getattr(browser_libm, name)
    for k in range(2000):
        x = (
            float(rng.uniform(-6, 27.5))
            if k % 2
            else float(rng.normal() * 10.0 ** rng.integers(-160, 150))
        )
        if name == "erfc":
            x = max(min(x, 26.5), -6.0)
            wanted = oracle.MP.erfc(oracle.MP.mpf(x)) if k < 300 else math.erfc(x)
            assert oracle.ulps(f(x), oracle.MP.mpf(wanted)) <= 4.0 + (k >= 300), x
        else:
            z = float(rng.normal() * 10.0 ** rng.integers(-5, 5))
            if name == "hypot":
                assert oracle.ulps(f(x, z), oracle.MP.mpf(math.hypot(x, z))) <= 1.0, (x, z)
            elif name == "copysign":
                assert bits(f(x, z)) == bits(math.copysign(x, z))
    if name == "pow":
        assert f(1.0, math.inf) == f(1.0, math.nan) == f(-1.0, -math.inf) == 1.0
    if name == "hypot":
        assert f(1e308, 1e308) == math.hypot(1e308, 1e308)
        assert f(3e-310, 4e-310) == pytest.approx(5e-310)
        assert f(math.nan, math.inf) == math.inf


def test_a_kernel_that_is_off_is_found(js: Runtime) -> None:
    """The comparison can fail: one constant of a printed kernel is changed."""
    source = rows_source(["normal_cdf"])
    assert source.count("0.46151582985003775") == 1
    off = source.replace("0.46151582985003775", "0.4615158298500").replace(
        "const ROWS", "const OFF"
    )
    js.v8.eval("const check = (() => {" + off + "return OFF; })(); 0")
    got = js.call("() => check.normal_cdf.f(-3.5)")
    assert oracle.ulps(got, oracle.value(TABLE["normal_cdf"], -3.5)) > BOUND


def test_python_outside_the_subset_is_refused() -> None:
    with pytest.raises(OutsideSubsetError, match="subset"):
        Script().need("autodiff.graphs.expression", "parse")


OPERATIONS = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1.5),
    lambda a, b: ad.tanh(a), lambda a, b: ad.sigmoid(a - b), lambda a, b: ad.exp(-a * a),
    lambda a, b: ad.sin(a) * ad.cos(b), lambda a, b: ad.softplus(a), lambda a, b: a**2,
    lambda a, b: ad.maximum(a, b), lambda a, b: ad.relu(a), lambda a, b: ad.hypot(a, b),
    lambda a, b: ad.gelu(a), lambda a, b: ad.sum([a, b, a]), lambda a, b: ad.dot([a, b], [b, 0.5]),
    lambda a, b: 3.0 - a, lambda a, b: (a * a + 0.5) ** b, lambda a, b: ad.sqrt(a * a + 1.0),
    lambda a, b: ad.where(a, b, a * b), lambda a, b: ad.clip(a, -0.5, 0.5), lambda a, b: -a,
    lambda a, b: ad.log(a * a + 2.0), lambda a, b: ad.atan2(a, b * b + 1.0),
]  # fmt: skip


def random_graph(seed: int) -> ad.Value:
    """Return a random graph over most of the rows; some nodes have names."""
    draw = random.Random(seed)
    nodes: list[Any] = [ad.Value(draw.uniform(-2, 2), name=f"x{i}") for i in range(4)]
    nodes.append(ad.constant(draw.uniform(-2, 2), name="c"))
    for k in range(draw.randint(3, 30)):
        y = draw.choice(OPERATIONS)(draw.choice(nodes[-6:]), draw.choice(nodes))
        if draw.random() < 0.4 and y.parents:
            y.name = f"u{k}"
        nodes.append(y)
    y = ad.tanh(ad.sum([n for n in nodes if draw.random() < 0.5] or nodes))
    y.name = "C"
    return y


STATE = """(data, changes) => {
  const live = new Live(data, ROWS), f = new Formulas(live, TABLE);
  live.put(changes);
  f.entitle();
  const inner = live.nodes.flatMap((n, i) => (n.op ? [i] : []));
  return { values: live.values, grads: live.grads, steps: live.steps, broken: live.broken,
    defined: inner.map((i) => f.defined(i)), rules: live.steps.map((s) => f.rule(s.node, s.place)),
    names: live.nodes.map((n) => n.name), shown: live.values.map((x) => digits(x)) };
}"""


@pytest.mark.parametrize("seed", range(200))
def test_random_graphs_agree(js: Runtime, seed: int) -> None:
    """Values, gradients, steps and formulas, at the recorded numbers and at others."""
    y = random_graph(seed)
    graph = Graph(y)
    found = js.call(STATE, model(graph), [])
    y.backward()
    for node in graph:
        assert found["values"][node.id] == pytest.approx(node.value, rel=1e-12, abs=1e-13)
        if node.kind not in ("constant", "input"):
            grad = node.live.grad if node.live.has_grad else None
            got = found["grads"][node.id]
            assert (got is None) == (grad is None)
            assert got is None or got == pytest.approx(grad, rel=1e-10, abs=1e-11)
    steps = list(graph_steps(graph))[1:]
    assert [(s.node, s.target, s.operand) for s in steps] == [
        (s["node"], s["source"], s["place"]) for s in found["steps"]
    ]
    assert [s.rule for s in steps] == found["rules"]
    names, show = called(graph), as_drawn(graph)
    assert found["names"] == names
    defined = [f"{names[n.id]} = {text(value_term(graph, n, show))}" for n in graph if n.operands]
    assert defined == found["defined"]
    draw = random.Random(seed)
    leaves = [n for n in graph if n.kind == "parameter"]
    changes = {n.id: draw.uniform(-2, 2) for n in leaves}
    found = js.call(STATE, model(graph), [list(c) for c in changes.items()])
    moved = ad.trace(y, inputs=[n.live for n in leaves])
    value, grads = moved.value_and_grad([changes[n.id] for n in leaves])
    assert found["values"][graph.outputs[0]] == pytest.approx(
        value, rel=1e-12, abs=1e-13, nan_ok=True
    )
    for n, g in zip(leaves, grads, strict=True):
        assert (found["grads"][n.id] or 0.0) == pytest.approx(g, rel=1e-9, abs=1e-11, nan_ok=True)


def test_the_rules_of_every_edge_are_pythons(js: Runtime) -> None:
    for row in POINTWISE:
        xs = [ad.Value(0.25 + 0.5 * i, name=f"x{i}") for i in range(row.arity)]
        graph = Graph(row(*xs))
        found = js.call(STATE, model(graph), [])["rules"]
        wanted = [s.rule for s in list(graph_steps(graph))[1:]]
        assert found == wanted, row.name
        words = called(graph), as_drawn(graph)
        assert all(
            rule_text(graph, e, *words) in found for e in graph.edges if row.partials[e.index]
        )


def test_numbers_are_written_as_in_python(js: Runtime) -> None:
    rng = random.Random(4)
    xs = [rng.choice((1, -1)) * rng.random() * 10.0 ** rng.randint(-12, 20) for _ in range(3000)]
    xs += [i + 0.5 for i in range(99990, 100200)] + [i / 1024 for i in range(3000)]
    xs += [struct.unpack("d", struct.pack("Q", rng.getrandbits(63)))[0] for _ in range(2000)]
    xs = [x for x in xs if math.isfinite(x)] + [0.0, -0.0, 1e22, 1e15, 1e16, 999999.5, 1e-5]
    found = js.call("(xs) => xs.map((x) => [digits(x, 4), digits(x, 6), literal(x)])", xs)
    for x, texts in zip(xs, found, strict=True):
        assert texts == [f"{x + 0.0:.4g}", f"{x + 0.0:.6g}", number(x)]


def branching(x: float, w: float) -> Any:
    y = w * x
    return y * y if y > 1.0 else -3.0 * y


def test_guards_go_with_the_graph(js: Runtime) -> None:
    node, guards = record(branching, (2.0, 1.5))
    data = model(scalar_graph(node, None, compared(guards)), guards)
    inside = js.call(STATE, data, [[0, 3.0]])
    assert inside["broken"] is None
    assert inside["values"][data["end"]] == 20.25
    assert inside["grads"][:2] == list(ad.grad(branching, (0, 1))(3.0, 1.5))
    past = js.call(STATE, data, [[0, 0.5]])
    assert past["broken"][0] == ">"
    assert past["grads"] == [None] * len(past["grads"])
    assert past["steps"] == []


def test_a_number_that_was_read_is_a_guard(js: Runtime) -> None:
    def scaled(x: Any) -> Any:
        return x * float(x)

    node, guards = record(scaled, (2.0,))
    data = model(scalar_graph(node, None, compared(guards)), guards)
    assert js.call(STATE, data, [])["broken"] is None
    assert js.call(STATE, data, [[0, 2.5]])["broken"][0] == "=="


def test_undo_link_nudge_and_descend(js: Runtime) -> None:
    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x&=y")
    data = model(Graph(ad.square(w * x - 3.0)))
    found = js.call(
        """(data) => {
          const live = new Live(data, ROWS), seen = [];
          const see = () => seen.push([live.values[0], live.values[1], live.values[live.end]]);
          see(); live.set(0, 4); see(); live.set(1, 0.25, "a"); live.set(1, 0.75, "a"); see();
          const link = live.link();
          live.undo(); see(); live.undo(); see(); live.redo(); see(); live.reset(); see();
          const other = new Live(data, ROWS);
          const read = other.follow("#" + link);
          const evil = other.follow("#w=alert(1)&__proto__=3&=4&w&%=1&w=0x10&w=Infinity");
          const nudged = live.nudge(0, 0.001);
          live.descend(0.1, [0, 1]);
          return { seen, link, read, evil, linked: other.values.slice(0, 2), nudged,
            after: live.values.slice(0, 2) };
        }""",
        data,
    )
    assert [s[:2] for s in found["seen"]] == [
        [2, 0.5], [4, 0.5], [4, 0.75], [4, 0.5], [2, 0.5], [4, 0.5], [2, 0.5]
    ]  # fmt: skip
    assert found["link"] == "w=4&x%26%3Dy=0.75"
    assert found["read"] == 2
    assert found["linked"] == [4, 0.75]
    assert found["evil"] == 0
    assert found["nudged"]["predicted"] == pytest.approx(-0.002)
    assert found["nudged"]["actual"] == pytest.approx((2.001 * 0.5 - 3) ** 2 - 4.0)
    assert found["after"] == pytest.approx([2.0 + 0.1 * 2.0, 0.5 + 0.1 * 8.0])


def test_arrays_come_through_the_lens(js: Runtime) -> None:
    rng = np.random.default_rng(2)
    w, b = (
        ad.Tensor(rng.normal(size=(3, 4)), name="w"),
        ad.Tensor(rng.normal(size=(3, 1)), name="b"),
    )
    x = rng.normal(size=(4, 2))
    cost = ad.square(ad.sigmoid(w @ x + b) - 0.5).sum()
    graph = scalar_graph(cost)
    data = model(graph)
    found = js.call(STATE, data, [])
    cost.backward()
    names = [n["name"] for n in data["nodes"]]
    for name, tensor in (("w", w), ("b", b)):
        for index in np.ndindex(tensor.shape):
            got = found["grads"][names.index(f"{name}[{','.join(map(str, index))}]")]
            assert got == pytest.approx(float(tensor.grad[index]), rel=1e-10)
    assert found["values"][data["end"]] == pytest.approx(float(cost.data), rel=1e-12)


def test_what_cannot_go_to_a_page_is_said() -> None:
    x = ad.Value(1.0)
    with pytest.raises(ValueError, match="at most 6,000"):
        model(Graph(ad.sum([x * float(i) for i in range(3100)])))
    with pytest.raises(TypeError, match="must return one number"):
        record(lambda x: [x, x], (1.0,))
    empty = ad.Tensor(np.zeros((0, 3)), name="E")
    with pytest.raises(ValueError, match=r"E has shape \(0, 3\), so it holds no number"):
        ad.play(ad.sum(empty * 2.0))


def test_the_answer_of_a_comparison_is_no_number_to_move() -> None:
    t = ad.Tensor([1.0, -2.0], name="t")
    live = ad.play(ad.sum(ad.where(t > 0, t, 3.0 * t)) + ad.sum(t**2.0))
    decided = [n for n in live.data["model"]["nodes"] if n.get("decided")]
    assert [n["value"] for n in decided] == [1.0, 0.0]  # and the exponents may be moved
    c = ad.Value(1.0, name="c")  # a leaf of one's own is asked anew whenever it is moved
    model_ = ad.play(ad.where(c, c * 2.0, 3.0)).data["model"]
    assert not any(n.get("decided") for n in model_["nodes"])


@pytest.mark.parametrize("seed", range(40))
def test_printed_source_computes_the_gradients(js: Runtime, seed: int) -> None:
    y = random_graph(seed)
    leaves = {n.live.name: n.live for n in Graph(y) if n.kind in ("parameter", "input")}
    js.v8.eval(f"var made = (() => {{ {ad.to_js_source(y)}\nreturn valueAndGrad; }})(); 0")
    graph = Graph(y)
    given = [n.value for n in graph if not n.operands and n.kind != "constant"]
    found = js.call("(xs) => made(...xs)", given)
    y.backward()
    assert found["value"] == pytest.approx(y.data, rel=1e-12)
    for name, grad in found["gradient"].items():
        assert grad == pytest.approx(leaves[name].grad, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    "names", [["w", "w"], ["w", "w", "w_2"], ["w_2", "w", "w"], ["w 2", "w_2", "w", "w", "class"]]
)
def test_printed_source_keeps_the_gradients_of_leaves_called_alike(
    js: Runtime, names: list[str]
) -> None:
    leaves = [ad.Value(k + 1.5, name=n) for k, n in enumerate(names)]
    y = ad.sum([(k + 2.0) * x for k, x in enumerate(leaves)])
    js.v8.eval(f"var made = (() => {{ {ad.to_js_source(y)}\nreturn valueAndGrad; }})(); 0")
    found = js.call("(xs) => Object.values(made(...xs).gradient)", [x.data for x in leaves])
    assert found == [k + 2.0 for k in range(len(names))]
    keys = js.call("(xs) => Object.keys(made(...xs).gradient)", [x.data for x in leaves])
    assert set(names) <= set(keys)


def test_printed_source_is_read_by_people_and_harmless() -> None:
    w, x = ad.Value(2.0, name='w"]}</script>'), ad.constant(0.5, name="class")
    text = ad.to_js_source(ad.sigmoid(w * x - 1.0))
    assert "</script>" not in text
    assert "const k_sigmoid = (x) =>" in text
    with pytest.raises(TypeError, match="expand"):
        ad.to_js_source(ad.Tensor([1.0]).sum())
    with pytest.raises(ValueError, match="no name of a function"):
        ad.to_js_source(w * x, function="class")


def test_where_nothing_flows_nothing_arrives(js: Runtime) -> None:
    x = ad.Value(0.0, name="x")
    y = ad.where(x, ad.sqrt(x), 3.0)
    js.v8.eval(f"var made = (() => {{ {ad.to_js_source(y)}\nreturn valueAndGrad; }})(); 0")
    assert js.call("() => made(0)") == {"value": 3.0, "gradient": {"x": 0.0}}


@pytest.mark.parametrize("block", range(10))
def test_layouts_are_pythons_to_the_bit(js: Runtime, block: int) -> None:
    for seed in range(20):
        rng = random.Random(20 * block + seed)
        s = rng.randint(0, 4)
        n = rng.randint(s + 1, 40)
        edges = [
            (rng.randrange(i), i) for i in range(1, n) for _ in range(rng.choice((1, 1, 2, 3)))
        ]
        plan = Plan(
            widths=[rng.uniform(40, 160) for _ in range(n)],
            heights=[rng.uniform(30, 90) for _ in range(n)],
            sources=[a for a, _ in edges],
            targets=[b for _, b in edges],
            word_widths=[rng.choice((0.0, 70.0)) for _ in edges],
            word_heights=[rng.choice((0.0, 15.0)) for _ in edges],
            scopes=[i if i < s else rng.randint(-1, s - 1) for i in range(n)],
            parents=[rng.randint(-1, k - 1) for k in range(s)],
        )
        for way in ("LR", "TB"):
            wanted = asdict(placed(plan, prepared(plan), way))
            found = js.call("(p, way) => d_placed(p, d_prepared(p), way)", asdict(plan), way)
            assert found == wanted, (block, seed, way)
