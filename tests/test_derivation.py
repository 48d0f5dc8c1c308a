"""Derivations: every line computes its number, the formulas are the table's, the TeX is sound."""

import re
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.explanations.derivation import derive
from autodiff.graphs.graph import Edge, Graph
from autodiff.sources.latex import tex, tex_name
from autodiff.sources.numpy import to_numpy_source
from autodiff.sources.plaintext import text
from autodiff.sources.terms import local_term
from autodiff.table.primitive import TABLE, Pointwise
from autodiff.table.symbol import Symbol, evaluate
from nets.network import Network
from tests.rows import POINTWISE


def balanced(latex: str) -> bool:
    """Return whether braces and \\left ... \\right pair up."""
    depth = 0
    for token in re.findall(r"\\[{}]|[{}]", latex):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            return False
    return depth == 0 and latex.count(r"\left") == latex.count(r"\right")


def test_the_lectures_logistic_regression() -> None:
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    z = w * x + b
    a = ad.sigmoid(z)
    L = -ad.log(a)
    derivation = derive(L, wrt=w, names={"z": z, "a": a, "L": L})
    assert derivation.text.splitlines() == [
        "z = w * x + b = 2 * 0.5 + (-1) = 0",
        "a = sigmoid(z) = sigmoid(0) = 0.5",
        "L = -log(a) = -log(0.5) = 0.693147",
        "dL/da = -(1 / a) = -(1 / 0.5) = -2",
        "dL/dz = dL/da * sigmoid_prime(z) = -2 * sigmoid_prime(0) = -0.5",
        "dL/dw = dL/dz * x = -0.5 * 0.5 = -0.25",
    ]
    assert derivation.result == -0.25
    assert r"\frac{\partial L}{\partial z} &= \frac{\partial L}{\partial a} \, \sigma'(z)" in (
        derivation.latex
    )
    assert derivation.markdown.startswith("$$\n\\begin{aligned}")
    assert derivation._repr_latex_() == derivation.markdown
    assert balanced(derivation.latex)


@pytest.mark.parametrize("m", [1, 4])
def test_a_network_gives_the_four_equations(m: int, rng: np.random.Generator) -> None:
    net = Network([3, 4, 2], seed=0)
    record = net.record(rng.standard_normal((3, m)), rng.random((2, m)))
    derivation = derive(record.cost)
    lines = {line.left.name: line for line in derivation.gradients}
    assert [line.equation for line in derivation.gradients if line.equation] == [
        "BP1", "BP2", "BP3", "BP3", "BP4", "BP4"]  # fmt: skip
    end = record.cost.name or "C"
    assert text(lines["delta^3"].formula) == f"d{end}/da^3 * sigmoid_prime(z^3)"
    assert text(lines["delta^2"].formula) == f"d{end}/da^2 * sigmoid_prime(z^2)"
    assert text(lines[f"d{end}/da^2"].formula) == "(w^3).T @ delta^3"
    assert text(lines[f"d{end}/dw^3"].formula) == "delta^3 @ (a^2).T"
    assert text(lines[f"d{end}/dw^2"].formula) == "delta^2 @ x.T"
    expected = "delta^3" if m == 1 else "sum(delta^3, axis=(1,))"
    assert text(lines[f"d{end}/db^3"].formula) == expected
    assert r"\delta^{2} &= \frac{\partial C}{\partial a^{2}} \odot \sigma'(z^{2})" in (
        derivation.latex
    )
    record.cost.backward()
    for i in (2, 3):
        assert np.allclose(lines[f"d{end}/dw^{i}"].result, net.w[i - 2].grad, rtol=1e-14, atol=0)
        assert np.allclose(lines[f"d{end}/db^{i}"].result, net.b[i - 2].grad, rtol=1e-14, atol=0)
        assert np.allclose(lines[f"delta^{i}"].result, record.z[i - 2].grad, rtol=1e-14, atol=0)
    assert balanced(derivation.latex)


def test_a_weight_used_two_thousand_times() -> None:
    w = ad.Value(0.5, name="w")
    y = ad.sum([ad.sin(w * (k * 1e-3)) for k in range(2_000)])
    y.backward()
    assert derive(y, wrt=w).result == pytest.approx(w.grad, rel=1e-12)
    scope: dict[str, Any] = {}
    exec(to_numpy_source(y), scope)
    value, gradients = scope["value_and_grad"](0.5)
    assert value == pytest.approx(y.data, rel=1e-13)
    assert gradients["w"] == pytest.approx(w.grad, rel=1e-13)


@pytest.mark.parametrize(
    ("n", "slope"), [(2.0, "2 * x"), (3.0, "3 * x**2"), (1.0, "1"), (-1.0, "-x**(-2)")]
)
def test_powers_read_as_people_write_them(n: float, slope: str) -> None:
    x = ad.Value(3.0, name="x")
    (line,) = derive(x**n * 1.0, wrt=x).gradients
    assert text(line.formula) == slope
    assert line.result == pytest.approx(n * 3.0 ** (n - 1))


def test_a_node_used_twice_is_a_sum() -> None:
    x = ad.Value(3.0, name="x")
    u = ad.sin(x)
    derivation = derive(u * x, wrt=x, names={"u": u})
    assert derivation.text.splitlines()[-1].startswith("dout/dx = u + dout/du * cos(x) = ")


def test_what_does_not_depend_is_refused() -> None:
    x = ad.Value(3.0, name="x")
    with pytest.raises(ValueError, match="does not depend on"):
        derive(x * x, wrt=ad.Value(1.0))


def test_long_unnamed_chains_do_not_explode() -> None:
    x = v = ad.Value(0.5, name="x")
    for _ in range(300):
        v = ad.sin(v) * v
    derivation = derive(v, wrt=x)
    v.backward()
    assert derivation.result == pytest.approx(x.grad, rel=1e-12)
    assert max(map(len, derivation.text.splitlines())) < 2000


def inside(row: Pointwise) -> list[float]:
    """Return a number for each operand that lies in its domain, as half of it does."""
    return [
        v if v / 2 in d else d.low + 1.0 + v if d.low > -np.inf else d.high - 1.0 - v
        for v, d in zip([0.61, 0.37, 0.83], row.domain, strict=False)
    ]


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_every_rows_formula_is_its_rule(row: Pointwise) -> None:
    """The local derivative that is shown computes the local derivative that is used."""
    xs = [ad.Value(v, name=n) for v, n in zip(inside(row), "abc", strict=False)]
    y = row(*xs)
    graph = Graph(y, names={"y": y})
    values = {"y": y.data, **{x.name: x.data for x in xs if x.name}}
    for i, rule in enumerate(row.partials):
        edge = Edge(graph.ids[xs[i]], graph.ids[y], i)
        term = local_term(graph, edge)
        if rule is None:
            assert term is None
            continue
        shown = evaluate(term, values) if isinstance(term, Symbol) else term
        assert shown == graph.local(edge)
        assert balanced(tex(term))
        compile(text(term), row.name, "eval")


def test_brackets_stand_where_precedence_needs_them() -> None:
    a, b, c = Symbol("a"), Symbol("b"), Symbol("c")
    assert text((a + b) * c) == "(a + b) * c"
    assert text(a - (b - c)) == "a - (b - c)"
    assert text(a / (b * c)) == "a / (b * c)"
    assert text((-a) * b) == "-a * b"
    assert text(a - (-b)) == "a - (-b)"
    assert tex((a + b) * c) == r"\left(a + b\right) \, c"
    assert tex(a - (b - c)) == r"a - \left(b - c\right)"
    assert tex(ad.sin(a)) == r"\sin (a)"
    assert tex(TABLE["squared_error"](a + b, b - c)) == (
        r"\tfrac{1}{2}(\left(a + b\right) - \left(b - c\right))^2"
    )
    assert tex(ad.log1p(-a)) == r"\log(1 + \left(-a\right))"
    assert tex(ad.sin(a + b)) == r"\sin \left(a + b\right)"
    assert tex(a + (-b)) == r"a + \left(-b\right)"
    assert tex(ad.exp(-a)) == "e^{-a}"
    assert tex(a * 1e-8) == r"a \, \left(1 \times 10^{-8}\right)"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("w", "w"), ("w12", "w_{12}"), ("w_j", "w_{j}"), ("delta", r"\delta"), ("sigma2", r"\sigma_{2}"),
     ("loss", r"\mathrm{loss}"), ("w_out", r"w_{\mathrm{out}}"), ("a b", r"\mathrm{a b}")],
)  # fmt: skip
def test_names_in_tex(name: str, expected: str) -> None:
    assert tex_name(name) == expected


@pytest.mark.parametrize("name", ["$x$", r"\input{x}", "a_{b", "}{", "50%", "#&~^", "x\ny"])
def test_hostile_names_cannot_be_tex(name: str) -> None:
    shown = tex_name(name)
    assert balanced(shown)
    assert "$" not in shown.replace(r"\$", "")
    assert r"\input" not in shown
    assert "%" not in shown.replace(r"\%", "")


def test_the_numpy_program_is_readable_and_stands_alone(rng: np.random.Generator) -> None:
    net = Network([3, 4, 2], seed=0)
    record = net.record(rng.standard_normal((3, 5)), rng.random((2, 5)))
    source = to_numpy_source(record.cost, function="backprop")
    for line in ("z2 = w2 @ x + b2", "a2 = sigmoid(z2)", "d_a2 = w3.T @ d_z3",
                 "d_w2 = d_z2 @ x.T"):  # fmt: skip
        assert f"    {line}\n" in source
    assert re.findall(r"^import (\w+)", source, re.M) == ["numpy"]
    scope: dict[str, Any] = {}
    exec(source, scope)
    other = [rng.standard_normal(np.shape(v)) for v in (net.w[0], net.w[1], net.b[0], net.b[1])]
    x, y = rng.standard_normal((3, 7)), rng.random((2, 7))
    net.weights, net.biases = other[:2], other[2:]
    new = net.record(x, y)
    # The program holds for other numbers; the batch size is a number of the recorded graph.
    _, gradients = scope["backprop"](*other, x, y)
    for leaf, g in zip([*net.w, *net.b], gradients.values(), strict=True):
        assert np.allclose(g * 5 / 7, ad.gradient(new.cost, leaf), rtol=1e-12, atol=1e-15)


def test_names_become_identifiers_of_their_own() -> None:
    x, same = ad.Value(2.0, name="for"), ad.Value(3.0, name="for")
    np_ = ad.Value(0.5, name="np")
    quoted = ad.Value(1.5, name="a'; import os #")
    y = x * same * np_ * quoted
    scope: dict[str, Any] = {}
    exec(to_numpy_source(y), scope)
    value, gradients = scope["value_and_grad"](2.0, 3.0, 0.5, 1.5)
    assert value == 4.5
    assert gradients == {"for_2": 2.25, "for_3": 1.5, "np": 9.0, "a'; import os #": 3.0}
    with pytest.raises(ValueError, match="no name of a function"):
        to_numpy_source(y, function="f(x): import os")


def test_parameters_of_one_name_keep_their_gradients() -> None:
    same = [ad.Value(k, name="w") for k in (1.0, 2.0, 3.0)]
    other = ad.Value(4.0, name="w_2")
    source = to_numpy_source(ad.sum([w * w for w in same]) + other)
    assert "Return v8 and its gradient with respect to w, w_2, w_3, w_2_2." in source
    scope: dict[str, Any] = {}
    exec(source, scope)
    _, gradients = scope["value_and_grad"](1.0, 2.0, 3.0, 4.0)
    assert gradients == {"w": 2.0, "w_2": 4.0, "w_3": 6.0, "w_2_2": 1.0}


def test_an_operation_of_the_users_own_is_printed() -> None:
    @ad.primitive(partials=[lambda y, x: 3.0 * x * x])
    def cubed_for_printing(x: float) -> float:
        return x * x * x

    x = ad.Value(2.0, name="x")
    scope: dict[str, Any] = {}
    exec(to_numpy_source(cubed_for_printing(x) * 2.0), scope)
    value, gradients = scope["value_and_grad"](2.0)
    assert (value, gradients["x"]) == (16.0, 24.0)


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_pointwise_row_is_printed(row: Pointwise, dtype: Any) -> None:
    xs = [ad.Tensor(np.array([v, v / 2], dtype=dtype), name=n)
          for v, n in zip(inside(row), "abc", strict=False)]  # fmt: skip
    y = row(*xs).sum()
    y.backward()
    scope: dict[str, Any] = {}
    exec(to_numpy_source(y), scope)
    value, gradients = scope["value_and_grad"](*(x.data for x in xs))
    assert value == y.data
    for x in xs:
        # A rule with a constant in it may be carried out in double precision before it is rounded.
        exact = dtype is np.float64
        assert np.allclose(gradients[x.name], x.grad, rtol=0 if exact else 3e-7, atol=0)
        assert gradients[x.name].dtype == x.grad.dtype


def test_a_name_of_the_old_numbering_is_told_the_new_one() -> None:
    a = ad.Value(2.0, "a")
    with pytest.raises(ValueError, match=r"no node 'w1'\. Layers are counted .*: w1 is now w\^2"):
        ad.derive(a * a, "w1")  # type: ignore[arg-type]
