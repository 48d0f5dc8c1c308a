"""`compare` on the documents' equations with one slip seeded at a time, and on graphs.

The closed form is real code: each slip is written into a copy of its source, at one layer only, and
must be named there, with the numbers (finite differences) siding against it.
"""

import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.explanations.comparison import Comparison, compare
from nets import closed_form
from nets.cli import main
from nets.closed_form import nielsen
from nets.network import Network

SOURCE = Path(nielsen.__file__).read_text(encoding="utf-8")
BP1 = "delta = [chosen.error(z[-1], y, layers[-1])]"
BP2 = "delta.insert(0, bp2(weights[i + 1], delta[0], z[i], layers[i]))"
BP3 = "nabla_b=[bp3(d) for d in delta]"
BP4 = "nabla_w=[bp4(a_in, d) for a_in, d in zip(a[:-1], delta, strict=True)]"


def at(layer: int, line: str, slip: str) -> tuple[str, str]:
    """Return a replacement of one line by which layer `layer` alone gets the slip."""
    if line == BP2:
        right = "bp2(weights[i + 1], delta[0], z[i], layers[i])"
        return line, line.replace(right, f"({slip}) if i == {layer - 2} else {right}")
    head, _, rest = line.partition("=[")
    right, _, tail = rest.partition(" for ")
    where = f"[({slip}) if i == {layer - 2} else {right} for i, "
    return line, f"{head}={where}{_counted(tail)}"


def _counted(tail: str) -> str:
    names, _, values = tail.removesuffix("]").partition(" in ")
    names = f"({names})" if "," in names else names
    return f"{names} in enumerate({values})]"


PRIME = "layers[i].prime(z[i])"
BACK = "weights[i + 1].T @ delta[0]"

# name of the slip, the quantity it is made in, what replaces what
SLIPS = {
    "sign": ("delta^5", (BP1, BP1.replace("[chosen", "[-chosen"))),
    "factor 2": ("delta^5", (BP1, BP1.replace("[chosen", "[2 * chosen"))),
    "missing activation derivative at the output": (
        "delta^5", (BP1, "delta = [chosen.nabla_a(a[-1], y)]")),
    "transpose": ("delta^3", at(3, BP2, f"(weights[i + 1] @ delta[0]) * {PRIME}")),
    "missing activation derivative": ("delta^4", at(4, BP2, BACK)),
    "derivative at the wrong place": (
        "delta^2", at(2, BP2, f"({BACK}) * layers[i].prime(layers[i].value(z[i]))")),
    "activation derivative twice": ("delta^3", at(3, BP2, f"({BACK}) * {PRIME} * {PRIME}")),
    "wrong layer: sigma'": ("delta^3", at(3, BP2, f"({BACK}) * layers[i].prime(z[i - 1])")),
    "wrong layer: w^": ("delta^2", at(2, BP2, f"(weights[i + 2].T @ delta[0]) * {PRIME}")),
    "missing sum over the batch": ("nabla_b^3", at(3, BP3, "d / d.shape[1]")),
    "= instead of += in the bias": (
        "nabla_b^4", at(4, BP3, "[d[:, k:k + 1] / d.shape[1] for k in range(d.shape[1])][-1]")),
    "factor 1/N": ("nabla_w^4", at(4, BP4, "d @ a_in.T")),
    "transpose of the gradient": ("nabla_w^2", at(2, BP4, "a_in @ d.T / d.shape[1]")),
    "= instead of +=": (
        "nabla_w^3", at(3, BP4, "[np.outer(d[:, k], a_in[:, k]) for k in range(d.shape[1])][-1]")),
    "wrong layer: a^": ("nabla_w^4", at(4, BP4, "d @ a[i - 1].T / d.shape[1]")),
}  # fmt: skip


@pytest.fixture(scope="module")
def problem() -> Any:
    """A network whose hidden layers have one size, so that a slip need not show in the shapes."""
    rng = np.random.default_rng(3)
    net = Network([4, 4, 4, 4, 3], seed=1)
    x, y = rng.standard_normal((4, 7)), rng.random((3, 7))
    record = net.record(x, y)
    weights, biases = [np.asarray(w) for w in net.weights], [np.asarray(b) for b in net.biases]
    delta = ad.gradient(record.cost, record.z)
    autograd = types.SimpleNamespace(
        z=[z.data for z in record.z],
        a=[x, *(a.data for a in record.a)],
        delta=[7 * d for d in delta],
        nabla_b=ad.gradient(record.cost, net.b),
        nabla_w=ad.gradient(record.cost, net.w),
    )
    found = closed_form.finite_differences(weights, biases, x, y, central=True)
    demons = [closed_form.demon(weights, biases, x[:, [k]], y[:, [k]]) for k in range(7)]
    numeric = types.SimpleNamespace(
        nabla_b=found.nabla_b,
        nabla_w=found.nabla_w,
        delta=[np.hstack(columns) for columns in zip(*demons, strict=True)],
    )
    return weights, biases, x, y, autograd, numeric


def hand_written(replaced: tuple[str, str] | None, problem: Any) -> Any:
    """Run the closed form with one line replaced."""
    source = SOURCE
    if replaced is not None:
        assert source.count(replaced[0]) == 1
        source = source.replace(*replaced)
    scope: dict[str, Any] = {"__name__": nielsen.__name__}
    exec(compile(source, "patched", "exec"), scope)
    weights, biases, x, y, _, _ = problem
    return scope["backprop_batch"](weights, biases, x, y)


def run(replaced: tuple[str, str] | None, problem: Any) -> Comparison:
    weights, _, _, _, autograd, numeric = problem
    return compare(
        autograd=autograd, by_hand=hand_written(replaced, problem), numeric=numeric,
        weights=weights, activation="sigmoid",
    )  # fmt: skip


def test_the_closed_form_agrees(problem: Any) -> None:
    result = run(None, problem)
    assert result.agrees, result.text
    assert result.first is None
    assert result.slip is None
    assert len(result.rows) == 4 * 5


@pytest.mark.parametrize("name", SLIPS)
def test_each_slip_is_named_where_it_was_made(name: str, problem: Any) -> None:
    quantity, replaced = SLIPS[name]
    result = run(replaced, problem)
    assert result.first is not None
    assert result.first.name == quantity, result.text
    assert result.first.layer == int(quantity[-1])
    assert result.slip is not None, result.text
    kind = name.split(" in the ")[0].split(" at the output")[0].split(" of the ")[0]
    assert result.slip.startswith(kind), result.text
    assert "the numbers side with autograd" in result.verdict
    assert f"layer {quantity[-1]}" in result.verdict


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_nets_check_names_the_slip(
    cost: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = nielsen.bp4
    monkeypatch.setattr(nielsen, "bp4", lambda a_in, delta: right(a_in, -delta))
    assert main(["check", "--cost", cost]) == 1
    assert "Likely slip: sign" in capsys.readouterr().out


FORWARD = {
    "missing bias: b^3": ("z^3", lambda w, b, z, a: w[1] @ a[1]),
    "missing bias: b^2": ("z^3", lambda w, b, z, a: w[1] @ closed_form.sigmoid(w[0] @ a[0]) + b[1]),
    "sign: b^2": ("z^2", lambda w, b, z, a: w[0] @ a[0] - b[0]),
    "missing weights": ("z^2", lambda w, b, z, a: b[0] + 0 * z[0]),
    "transpose: w^4": ("z^4", lambda w, b, z, a: w[2].T @ a[2] + b[2]),
    "weighted input for activation: z^2": ("z^3", lambda w, b, z, a: w[1] @ z[0] + b[1]),
    "wrong layer: a^1": ("z^3", lambda w, b, z, a: w[1] @ a[0] + b[1]),
    "wrong layer: w^4": ("z^3", lambda w, b, z, a: w[2] @ a[1] + b[1]),
    "activation for weighted input": ("z^2", lambda w, b, z, a: a[1]),
    "weighted input for activation: this is z^2": ("a^2", lambda w, b, z, a: z[0]),
    "sign: it is sigma(-z)": ("a^3", lambda w, b, z, a: 1 - a[2]),
    "derivative for the function": ("a^2", lambda w, b, z, a: a[1] * (1 - a[1])),
    "activation twice": ("a^2", lambda w, b, z, a: closed_form.sigmoid(a[1])),
    "another activation: it is tanh": ("a^4", lambda w, b, z, a: np.tanh(z[2])),
}  # fmt: skip


@pytest.mark.parametrize("slip", FORWARD)
def test_slips_of_the_forward_pass(slip: str, problem: Any) -> None:
    weights, biases, x, y, autograd, _ = problem
    name, wrong = FORWARD[slip]
    run = closed_form.backprop_batch(weights, biases, x, y)
    mine = {name: wrong(weights, biases, run.z, run.a)}
    found = compare(autograd=autograd, by_hand=mine, weights=weights, activation="sigmoid")
    assert found.slip is not None, found.text
    assert found.slip.startswith(slip), found.text


def test_a_neuron_with_another_function_is_named() -> None:
    net = Network([3, 4, 2], "tanh", seed=0, output="sigmoid")
    rng = np.random.default_rng(0)
    x, y = rng.random((3, 5)), rng.random((2, 5))

    def prime(z: Any) -> Any:  # sigma' in the second neuron only
        return np.vstack(
            [closed_form.tanh_prime(z[:1]), closed_form.sigmoid_prime(z[1:2]), closed_form.tanh_prime(z[2:])]
        )  # fmt: skip

    own = closed_form.Activation("mine", np.tanh, prime)
    run = closed_form.backprop_batch(
        list(net.weights), list(net.biases), x, y, "quadratic", own, "sigmoid"
    )
    assert compare(autograd=net.graph(x, y), by_hand=run).slip is None  # no usual function
    own = closed_form.Activation("mine", np.tanh, closed_form.sigmoid_prime)
    run = closed_form.backprop_batch(
        list(net.weights), list(net.biases), x, y, "quadratic", own, "sigmoid"
    )
    slip = compare(autograd=net.graph(x, y), by_hand=run).slip
    assert slip == "activation derivative: that of sigmoid stands where sigma'(z^2) belongs"


def test_an_unknown_slip_is_not_given_a_name(problem: Any) -> None:
    result = run((BP1, BP1.replace("[chosen", "[1.5 * np.abs(z[-1]) * chosen")), problem)
    assert result.first is not None
    assert result.first.name == "delta^5"
    assert result.slip is None
    assert "none of the usual slips" in result.verdict


def test_numbers_can_side_with_the_derivation_by_hand() -> None:
    result = compare(autograd={"w": 2.0}, by_hand={"w": 4.0}, numeric={"w": 4.0000001})
    assert "side with the derivation by hand" in result.verdict
    result = compare(autograd={"w": 2.0}, by_hand={"w": 4.0}, numeric={"w": 5.0})
    assert "neither" in result.verdict
    assert result.slip == "factor 2: it is twice the right value"


def lecture() -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Logistic regression on five examples as a graph, and its gradients by hand (S24)."""
    rng = np.random.default_rng(0)
    x, t = ad.constant(rng.standard_normal((3, 5)), name="x"), rng.random((1, 5))
    w, b = ad.Tensor(rng.standard_normal((1, 3)), name="w"), ad.Tensor([[0.1]], name="b")
    z = w @ x + b
    a = ad.sigmoid(z)
    loss = ad.square(a - t).sum() * 0.1
    da = 0.2 * (a.data - t)
    dz = da * a.data * (1 - a.data)
    right = {"a": da, "z": dz, "w": dz @ x.data.T, "b": dz.sum(axis=1, keepdims=True)}
    return loss, {"z": z, "a": a, "w": w, "b": b}, right


@pytest.mark.parametrize(
    ("name", "wrong", "slip"),
    [
        ("z", lambda g: g["a"], "missing derivative of sigmoid"),
        ("w", lambda g: -g["w"], "sign"),
        ("w", lambda g: 5 * g["w"], "factor 1/N"),
        ("b", lambda g: g["z"], "missing sum over the batch"),
        ("b", lambda g: g["z"][:, -1:], "= instead of +=: only the last"),
        ("w", lambda g: g["w"].T, "transpose"),
    ],
)
def test_slips_in_any_graph(name: str, wrong: Any, slip: str) -> None:
    loss, names, right = lecture()
    assert compare(autograd=loss, by_hand=right, names=names, rtol=1e-12).agrees
    result = compare(autograd=loss, by_hand=right | {name: wrong(right)}, names=names)
    assert result.first is not None
    assert result.first.name == name
    assert result.slip is not None
    assert result.slip.startswith(slip), result.text


def test_a_use_that_was_overwritten() -> None:
    w, x = ad.Value(2.0, name="w"), ad.Value(3.0, name="x")
    a = w * x
    loss = a + w
    result = compare(autograd=loss, by_hand={"a": 1.0, "w": 3.0}, names={"a": a})
    assert result.slip == "= instead of +=: only the part that comes through a is left"


NO_PRIME = "missing activation derivative: the factor sigma'(z^{})"


def neuron() -> tuple[Any, dict[str, float]]:
    """One sigmoid neuron with the quadratic cost; its graph and its factors."""
    w, x, b = ad.Value(0.7, name="w"), ad.constant(1.5, name="x"), ad.Value(0.4, name="b")
    z = w * x + b
    a = ad.sigmoid(z)
    z.name, a.name = "z", "a"
    C = 0.5 * ad.square(a - 1.0)
    return C, {"x": 1.5, "a": a.data, "back": a.data - 1.0, "slope": a.data * (1 - a.data)}


@pytest.mark.parametrize(
    ("wrong", "slip"),
    [
        (
            lambda f: f["x"] * f["back"],
            "missing derivative of sigmoid: the factor of the edge to a",
        ),
        (lambda f: f["x"] * f["slope"] ** 2 * f["back"], "derivative of sigmoid twice"),
        (lambda f: f["x"] * f["a"] * f["back"], "the value for its derivative: a was used for"),
        (lambda f: f["slope"] * f["back"], "missing derivative of mul"),
        (lambda f: -f["x"] * f["slope"] * f["back"], "sign"),
        (lambda f: 0.3 * f["x"] * f["slope"] * f["back"], "a factor"),
    ],
)
def test_slips_on_the_way_from_a_number(wrong: Any, slip: str) -> None:
    C, factors = neuron()
    result = compare(autograd=C, by_hand={"w": wrong(factors)})
    assert result.slip is not None
    assert result.slip.startswith(slip), result.text
    assert compare(
        autograd=C, by_hand={"w": factors["x"] * factors["slope"] * factors["back"]}
    ).agrees


def test_another_quantity_than_the_one_asked_for() -> None:
    C, factors = neuron()
    result = compare(autograd=C, by_hand={"b": factors["x"] * factors["slope"] * factors["back"]})
    assert result.slip == "another quantity: it is that of w"


@pytest.mark.parametrize(
    ("node", "wrong", "slip"),
    [
        ("z^3", lambda r, w: r.a[2] * (r.a[2] - r.y), "activation derivative: a^3 was used"),
        ("z^2", lambda r, w: r.prime[0] * (w[1].T @ (r.a[2] - r.y)), NO_PRIME.format(3)),
        ("z^2", lambda r, w: w[1].T @ r.delta[1], NO_PRIME.format(2)),
        ("b^3", lambda r, w: r.delta[1] / 5, "missing sum over the batch"),
        ("b^3", lambda r, w: r.delta[1][:, -1:], "= instead of +=: only the last"),
        ("w^3", lambda r, w: r.delta[1][:, -1:] @ r.a[1][:, -1:].T, "= instead of +=: only the last"),
        ("w^2", lambda r, w: r.delta[0].sum(axis=1, keepdims=True) / 5 * w[0], "weights for activations"),
    ],
)  # fmt: skip
def test_slips_of_the_four_equations_where_single_quantities_are_given(
    node: str, wrong: Any, slip: str
) -> None:
    net = Network([4, 4, 2], seed=0)
    rng = np.random.default_rng(1)
    x, y = rng.random((4, 5)), rng.random((2, 5))
    weights = [np.asarray(w) for w in net.weights]
    run = closed_form.backprop_batch(weights, list(net.biases), x, y)
    prime = [closed_form.sigmoid_prime(z) for z in run.z]
    told = types.SimpleNamespace(a=run.a, delta=run.delta, y=y, prime=prime)
    scale = 5 if node.startswith("z") else 1  # the graph's z have the gradient of the average
    result = compare(autograd=net.graph(x, y), by_hand={node: wrong(told, weights) / scale})
    assert result.slip is not None, result.text
    assert result.slip.startswith(slip), result.text


def test_unknown_names_and_sources_are_told() -> None:
    w = ad.Value(2.0, name="w")
    with pytest.raises(ValueError, match="no node called 'v'"):
        compare(autograd=w * w, by_hand={"v": 1.0})
    with pytest.raises(TypeError, match="by_hand must be a mapping"):
        compare(autograd={"w": 1.0}, by_hand=3.0)
    with pytest.raises(ValueError, match="no quantity of the same name"):
        compare(autograd={"w": 1.0}, by_hand={"b": 1.0})


def test_shown_as_text_and_as_html() -> None:
    result = compare(autograd={"<w>": 1.0}, by_hand={"<w>": 2.0})
    assert "<- parts" in str(result)
    assert "&lt;w&gt;" in result._repr_html_()


def test_a_networks_loss_against_any_documents_run() -> None:
    from nets import Network, closed_form

    x, y = np.array([[0.5, 1.0], [-1.0, 2.0]]), np.array([[1.0, 0.0]])
    net = Network([2, 3, 1], seed=0)
    arrays = list(net.weights), list(net.biases)
    book = closed_form.backprop_batch(*arrays, x, y)
    assert len(ad.compare(autograd=net.graph(x, y), by_hand=book).rows) == 10
    assert ad.compare(autograd=net.graph(x, y), by_hand=book).agrees
    book.delta[0][:] *= -1
    wrong = ad.compare(autograd=net.graph(x, y), by_hand=book)
    assert wrong.first is not None
    assert (wrong.first.name, wrong.slip) == ("delta^2", "sign: it is the right value times -1")
    linear = Network([2, 3, 1], seed=0, output="identity")
    notes = closed_form.mini_batch(*arrays, x, y)
    assert ad.compare(autograd=linear.graph(x, y), by_hand=notes).agrees
    logistic = Network([2, 3, 1], "tanh", "cross_entropy", seed=0, output="sigmoid")
    six = closed_form.six_equations_batch(*(v[i] for i in (0, 1) for v in arrays), x, y)
    found = ad.compare(autograd=logistic.graph(x, y), by_hand=six)
    assert found.agrees
    assert [row.name for row in found.rows][:3] == ["z^2", "a^2", "z^3"]
    spelt = {"dW2": six.dw2, "dW[1]": six.dw1, "db2": six.db2}
    assert len(ad.compare(autograd=logistic.graph(x, y), by_hand=spelt).rows) == 3
    with pytest.raises(ValueError, match=r"Layers are counted from the input.*w1 is now w\^2"):
        ad.compare(autograd=logistic.graph(x, y), by_hand={"w1": six.dw1})
    with pytest.raises(ValueError, match="no layers w @ a"):
        ad.compare(autograd=ad.Tensor([1.0]).sum(), by_hand=six)


def test_a_graph_in_the_letters_of_each_document() -> None:
    from nets import Network

    C = Network([2, 3, 1], seed=0).graph(np.ones((2, 1)), np.ones((1, 1)))
    book = ad.derive(C).gradients
    for letters, weight, error in (
        ("book", "dC/dw^3", "delta^3"),
        ("notes", "dE/dW^(3)", "Delta^(3)"),
        ("lecture", "dW[2]", "dZ[2]"),
    ):
        lines = ad.derive(C, names=ad.notation(C, letters)).gradients
        names = [line.left.name for line in lines]
        assert weight in names
        assert error in names
        assert [line.equation for line in lines] == [line.equation for line in book]
        for mine, theirs in zip(lines, book, strict=True):
            np.testing.assert_array_equal(mine.result, theirs.result)
    with pytest.raises(ValueError, match="choose one of book, notes, lecture"):
        ad.notation(C, "greek")


def test_what_cannot_be_compared_is_said() -> None:
    w, d = ad.Value(2.0, "w"), ad.Value(3.0, "d")
    C = w * d
    for bad in (1j, None, "2", [1, [2]]):
        with pytest.raises(TypeError, match=r"by_hand\['w'\] is no real number"):
            ad.compare(autograd=C, by_hand={"w": bad})
    twice = C + ad.Value(1.0, "w") * 2.0
    with pytest.raises(ValueError, match="2 nodes are called 'w'"):
        ad.compare(autograd=twice, by_hand={"w": 1.0})
    v2 = ad.Value(3.0, "v2")  # as the picture calls a number that has no name
    assert ad.compare(autograd=w * w + v2 * v2, by_hand={"v2": 6.0}).agrees
    near = ad.compare(autograd=C, by_hand={"w": 3.0 + 1e-8})
    assert near.slip == "rounding: it agrees to six digits at least, so a digit more is wanted"
