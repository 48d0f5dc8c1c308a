"""Graphs in other libraries: each export is checked by the library that it is for."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.interop import to_json
from autodiff.interop.json_export import schema
from autodiff.table.primitive import TABLE, Pointwise
from tests.rows import POINTWISE
from tests.test_exports import agree, ordinary, special


def extra(module: str, name: str) -> Any:
    """Import what an extra installs, or skip and say so."""
    return pytest.importorskip(module, reason=f"the extra {name} is not installed")


def random_graph(seed: int) -> tuple[Any, list[Any]]:
    """Return a smooth graph of nine random operations on two or three numbers."""
    rng = np.random.default_rng(seed)
    leaves = [
        ad.Value(float(v), name=n) for v, n in zip(rng.uniform(0.4, 1.4, 3), "abc", strict=True)
    ]
    unary = [ad.sin, ad.cos, ad.tanh, ad.exp, ad.sigmoid, ad.softplus, ad.atan, ad.sinh, ad.square,
             ad.log1p, ad.relu, lambda x: x**3, lambda x: ad.sqrt(x * x + 1.0), ad.normal_cdf]  # fmt: skip
    binary = [
        ad.add,
        ad.sub,
        ad.mul,
        lambda x, y: x / (y * y + 1.0),
        lambda x, y: ad.hypot(x, y * y + 0.5),
    ]
    nodes = list(leaves)
    for _ in range(9):
        if rng.random() < 0.5:
            x = ad.tanh(nodes[rng.integers(len(nodes))])
            nodes.append(unary[rng.integers(len(unary))](x))
        else:
            x, y = (nodes[i] for i in rng.integers(len(nodes), size=2))
            nodes.append(binary[rng.integers(len(binary))](x, y))
    return ad.sum(nodes[-3:]), leaves


def network() -> tuple[Any, dict[str, Any]]:
    """Return the cost of a small network on a batch, with every kind of array operation in it."""
    rng = np.random.default_rng(3)
    w1, w2 = ad.Tensor(rng.normal(size=(4, 3)), "w1"), ad.Tensor(rng.normal(size=(2, 4)), "w2")
    b1, x = ad.Tensor(rng.normal(size=(4, 1)), "b1"), ad.constant(rng.normal(size=(3, 5)), "x")
    a1 = ad.tanh(w1 @ x + b1)
    z2 = w2 @ ad.concatenate([a1[:2], ad.relu(a1[2:])])
    a2 = ad.softmax(z2)
    cost = ad.cross_entropy(ad.sigmoid(z2), np.eye(2)[:, [0, 1, 1, 0, 1]]) + ad.norm(w1)
    y = cost + (a2.T.reshape(2, 5)[:, ::2] ** 2).mean() + a1[[0, 0, 1]].max(axis=1).sum() - w2.min()
    y.name = "C"
    return y, {"w1": w1, "w2": w2, "b1": b1, "x": x}


def points(row: Pointwise) -> list[np.ndarray[Any, Any]]:
    """Return a few points inside the domain of each operand, away from kinks."""
    rng = np.random.default_rng(row.code)
    return [rng.uniform(max(d.low, -2.0) + 0.1, min(d.high, 2.0) - 0.1, 7) for d in row.domain]


def test_sympy_derives_what_we_derive_on_200_random_graphs() -> None:
    sympy = extra("sympy", "sympy")
    for seed in range(200):
        y, leaves = random_graph(seed)
        formula = ad.to_sympy(y)
        y.backward()
        symbols = [sympy.Symbol(x.name, real=True) for x in leaves]
        at = [sympy.Float(x.data, 30) for x in leaves]
        value = sympy.lambdify(symbols, formula, "mpmath")(*at)
        assert y.data == pytest.approx(float(value), rel=1e-12), seed
        for x, s in zip(leaves, symbols, strict=True):
            slope = sympy.lambdify(symbols, sympy.diff(formula, s), "mpmath")(*at)
            assert x.grad == pytest.approx(float(slope), rel=1e-9, abs=1e-12), (seed, x.name)


def test_sympy_takes_arrays_element_by_element() -> None:
    sympy = extra("sympy", "sympy")
    w, x = ad.Tensor([[1.0, 2.0], [3.0, 4.0]], "w"), ad.constant([0.5, -1.0], "x")
    formula = ad.to_sympy((w @ x).sum())
    w01, x1 = sympy.symbols("w[0\\,\\ 1] x[1]", real=True)
    assert sympy.diff(formula, w01) == x1


def test_networkx_multiplies_along_paths_to_the_gradient() -> None:
    networkx = extra("networkx", "networkx")
    for seed in range(20):
        y, leaves = random_graph(seed)
        y.backward()
        graph = ad.Graph(y)
        picture = ad.to_networkx(graph)
        assert networkx.is_directed_acyclic_graph(picture)
        slopes = dict.fromkeys(picture, 0.0) | {graph.ids[y]: 1.0}
        for node in reversed(list(networkx.topological_sort(picture))):
            for operand, _, data in picture.in_edges(node, data=True):
                slopes[operand] += slopes[node] * data["local"]
        for x in leaves:
            if x in graph.ids:
                assert slopes[graph.ids[x]] == pytest.approx(x.grad, rel=1e-12)
                assert picture.nodes[graph.ids[x]]["label"] == x.name


def test_json_follows_its_schema() -> None:
    jsonschema = extra("jsonschema", "interop")
    y, leaves = network()
    y.backward()
    infinite = ad.log(ad.Value(0.0, name="zero")) * ad.Value(float("nan"))
    for end in (y, infinite, random_graph(1)[0]):
        graph = ad.Graph(end)
        content = json.loads(graph.to_json(indent=1), parse_constant=pytest.fail)
        jsonschema.Draft202012Validator.check_schema(schema())
        jsonschema.Draft202012Validator(schema()).validate(content)
        assert [n["label"] for n in content["nodes"]] == [n.label for n in graph]
        assert len(content["edges"]) == len(graph.edges)
    content = json.loads(to_json(ad.Graph(y)))
    kept = {n["name"]: n["grad"] for n in content["nodes"]}
    assert np.array_equal(kept["w1"], leaves["w1"].grad)


def run_onnx(model: Any, **inputs: Any) -> Any:
    runtime = extra("onnxruntime", "onnx")
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {name: np.asarray(x) for name, x in inputs.items()})[0]


def test_onnxruntime_computes_the_network() -> None:
    extra("onnx", "onnx")
    y, leaves = network()
    model = ad.to_onnx(y)
    assert [i.name for i in model.graph.input] == ["x"]
    assert {"w1", "w2", "b1"} <= {t.name for t in model.graph.initializer}
    assert model.graph.output[0].name == "C"
    assert run_onnx(model, x=leaves["x"].data) == pytest.approx(float(y.data), rel=1e-13)
    made = {name for node in model.graph.node for name in node.output}
    assert {n.label for n in ad.Graph(y) if n.operands} <= made
    assert len(made) == sum(len(node.output) for node in model.graph.node)


SINGLE = {"normal_cdf", "gelu", "gelu_prime"}  # its erf is single


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_onnx_knows_every_operation(row: Pointwise) -> None:
    extra("onnx", "onnx")
    leaves = [ad.Tensor(x, name=f"x{i}") for i, x in enumerate(points(row))]
    y = row(*leaves)
    inputs = {str(x.name): x.data for x in leaves}
    got = run_onnx(ad.to_onnx(y), **inputs)
    assert got == pytest.approx(np.asarray(y.data), rel=1e-5 if row.name in SINGLE else 1e-12)


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_onnx_at_special_and_at_small_points(row: Pointwise) -> None:
    extra("onnx", "onnx")
    small = [np.array([1e-12, -1e-12, 3e-6, -3e-6, 1e-3])] * row.arity
    for xs in (special(row), small):
        n = len(xs[0])
        nodes = [ad.Tensor(np.full(n, x), name=f"x{i}") for i, x in enumerate(ordinary(row))]
        got = run_onnx(ad.to_onnx(row(*nodes)), **{f"x{i}": x for i, x in enumerate(xs)})
        with np.errstate(all="ignore"):
            wanted = row(*map(ad.Tensor, xs)).data
        where = np.ones(n, bool)
        if row.name in ("mod", "fmod", "sinc_prime"):  # 1e200 is not known to a whole part
            where = np.abs(xs[0]) != 1e200
        if row.name == "power_slope":
            where = np.isfinite(xs[1])
        agree(row, got, wanted, where, 1e-5 if row.name in SINGLE else 1e-9)


def test_onnx_keeps_an_output_that_is_an_input() -> None:
    extra("onnx", "onnx")
    x = ad.Tensor([1.0, 2.0], name="x")
    assert run_onnx(ad.to_onnx(x.reshape(2)), x=x.data).tolist() == [1.0, 2.0]
    assert run_onnx(ad.to_onnx(ad.Tensor(3.0, name="s").sum()), s=3.0) == 3.0


def compare_with(program: Callable[..., Any], y: Any, derive: Callable[..., Any]) -> None:
    """Hold a program's value and gradients against those of the graph."""
    parameters = [n for n in ad.Graph(y) if n.kind == "parameter"]
    expected = ad.gradient(y, [n.live for n in parameters])
    value, slopes = derive(program, {n.label: np.array(n.value) for n in parameters})
    assert value == pytest.approx(np.asarray(y.data), rel=1e-12)
    for n, slope in zip(parameters, expected, strict=True):
        assert slopes[n.label] == pytest.approx(np.asarray(slope), rel=1e-9, abs=1e-11), n.label


def derive_torch(program: Callable[..., Any], arrays: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    torch = extra("torch", "torch")
    tensors = {n: torch.tensor(a, requires_grad=True) for n, a in arrays.items()}
    y = program(**tensors)
    if y.requires_grad:  # not so for the step, whose slope is 0 everywhere
        y.sum().backward()
    return y.detach().numpy(), {
        n: np.zeros(t.shape) if t.grad is None else t.grad.numpy() for n, t in tensors.items()
    }


def derive_jax(program: Callable[..., Any], arrays: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    jax = extra("jax", "jax")
    with jax.enable_x64(True):
        y = program(**arrays)
        slopes = jax.jit(jax.grad(lambda named: program(**named).sum()))(arrays)
        return np.asarray(y), {n: np.asarray(s) for n, s in slopes.items()}


SIDES = {"torch": ("to_torch", derive_torch), "jax": ("to_jax", derive_jax)}


@pytest.mark.parametrize("side", SIDES)
def test_programs_agree_on_the_network_and_on_random_graphs(side: str) -> None:
    extra(side, side)
    name, derive = SIDES[side]
    for y in (network()[0], *(random_graph(seed)[0] for seed in range(10))):
        compare_with(getattr(ad, name)(y), y, derive)


@pytest.mark.parametrize(("side", "row"), [*itertools.product(SIDES, POINTWISE)], ids=str)
def test_programs_know_every_operation(side: str, row: Pointwise) -> None:
    extra(side, side)
    name, derive = SIDES[side]
    leaves = [
        ad.constant(x) if rule is None else ad.Tensor(x, name=f"x{i}")
        for i, (x, rule) in enumerate(zip(points(row), row.partials, strict=True))
    ]
    y = row(*leaves).sum()
    compare_with(getattr(ad, name)(y), y, derive)


def test_programs_say_which_arguments_they_have() -> None:
    extra("torch", "torch")
    program = ad.to_torch(network()[0])
    assert program.arguments == ("w1", "w2", "b1", "x")
    with pytest.raises(TypeError, match="no argument 'v'"):
        program(v=1.0)


def test_every_row_has_a_formula() -> None:
    extra("sympy", "sympy")
    for row in POINTWISE:
        leaves = [ad.Value(float(x[0]), name=f"x{i}") for i, x in enumerate(points(row))]
        y = row(*leaves)
        formula = ad.to_sympy(y)
        at = {s: leaves[int(s.name[1:])].data for s in formula.free_symbols}
        assert float(formula.subs(at)) == pytest.approx(y.data, rel=1e-12), row.name


def test_an_operation_of_ones_own_is_refused_by_name() -> None:
    extra("sympy", "sympy")

    @ad.primitive(partials=[lambda y, x: 3.0 * x * x], name="interop_cube")
    def cube(x: float) -> float:
        return x * x * x

    with pytest.raises(ValueError, match="interop_cube: the export to SymPy does not write it yet"):
        ad.to_sympy(cube(ad.Value(2.0)))
    assert "interop_cube" in TABLE


@pytest.mark.parametrize(
    ("export", "module", "name"),
    [("to_sympy", "sympy", "sympy"), ("to_networkx", "networkx", "networkx"),
     ("to_onnx", "onnx", "onnx"), ("to_torch", "torch", "torch"), ("to_jax", "jax", "jax")],
)  # fmt: skip
def test_an_absent_package_is_named_with_its_extra(
    export: str, module: str, name: str, root: Path
) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        f"import autodiff as ad\n"
        f"try:\n    ad.{export}(ad.Value(1.0))\nexcept ImportError as e:\n    print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip().endswith(f"pip install 'autodiff-nets[{name}]'"), done.stderr
    assert done.stdout.count("\n") == 1
