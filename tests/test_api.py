"""The public interface as a user meets it: operators, numpy beside nodes, functions, transforms, errors."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, Value

pytestmark = pytest.mark.engine

OPERATORS: list[Any] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: a**b,
]
NUMBERS: list[Any] = [2, 2.0, True, np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0)]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: f"{type(x).__name__}")
def test_a_number_on_either_side(operator: Any, number: Any) -> None:
    other = float(number)
    for left, right in ((Value(3.0), number), (number, Value(3.0))):
        y = operator(left, right)
        assert type(y) is Value
        assert y.data == operator(*(3.0 if isinstance(x, Value) else other for x in (left, right)))
    for left, right in ((Tensor([3.0, 4.0]), number), (number, Tensor([3.0, 4.0]))):
        y = operator(left, right)
        assert type(y) is Tensor
        plain = [np.array([3.0, 4.0]) if isinstance(x, Tensor) else other for x in (left, right)]
        np.testing.assert_array_equal(y.data, operator(*plain))


@pytest.mark.parametrize("operator", OPERATORS)
def test_arrays_on_either_side_give_nodes(operator: Any) -> None:
    array = np.array([1.0, 2.0])
    for node in (Value(3.0), Tensor(3.0), Tensor([3.0, 5.0])):
        for left, right in ((array, node), (node, array)):
            y = operator(left, right)
            assert type(y) is Tensor
            g = ad.gradient(y.sum(), node)
            assert np.shape(g) == node.shape


def test_every_power_of_one_kind_of_node_to_another() -> None:
    for a in (Value(3.0), Tensor(3.0), Tensor([3.0])):
        for b in (Value(2.0), Tensor(2.0), Tensor([2.0])):
            y = a**b
            g = ad.gradient(y if y.shape == () else y.sum(), (a, b))
            assert float(np.sum(g[0])) == 6.0
            assert float(np.sum(g[1])) == pytest.approx(9 * np.log(3))


def test_numpy_functions_record() -> None:
    x = Value(0.5)
    assert type(np.sin(x)) is Value
    assert type(np.exp(Tensor([1.0]))) is Tensor
    assert type(np.maximum(np.ones(2), Tensor([0.0, 2.0]))) is Tensor


def test_a_value_in_a_tensor_expression_is_a_0d_node() -> None:
    v, t = Value(3.0), Tensor([1.0, 2.0])
    for y in (v * t, t * v):
        assert type(y) is Tensor
        v.zero_grad()
        t.zero_grad()
        y.sum().backward()
        assert v.grad == 3.0
        assert type(v.grad) is float
        assert t.grad.tolist() == [3.0, 3.0]
    g = ad.gradient((v * v * t).sum(), (v, t))
    assert type(g[0]) is float
    assert g[0] == 18.0
    (h,) = (ad.gradient(ad.gradient((v * v * t).sum(), v, create_graph=True), v),)
    assert h == 6.0


def test_precision_is_kept() -> None:
    x = Tensor(np.array([1.0, 2.0], np.float32))
    for y in (x * 2, 2.0 * x, x + Value(1.0), x**2, x / 3, np.float32(2) * x, x.sum(), x.mean()):
        assert y.dtype == np.float32
        assert ad.gradient(y.sum(), x).dtype == np.float32
    for y in (ad.softmax(x), ad.logsumexp(x), ad.norm(x), ad.var(x), ad.stack([x, x])):
        assert y.dtype == np.float32
    assert ad.quadratic_cost(x, [1.0, 0.0]).dtype == np.float32
    assert ad.softmax_cross_entropy(x, [1.0, 0.0]).dtype == np.float32
    assert (x + Tensor([1.0, 2.0])).dtype == np.float64
    assert Tensor([1, 2]).dtype == np.float64


def test_a_micrograd_script_runs_unchanged() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert g.data == pytest.approx(24.70408163265306)
    g.backward()
    assert a.grad == pytest.approx(138.83381924198252)
    assert b.grad == pytest.approx(645.5772594752186)
    assert f._op == "**2"
    assert (a * b)._op == "*"
    assert set((a * b)._prev) == {a, b}
    assert a.relu()._op == "ReLU"
    for p in (a, b):
        p.grad = 0
        p.data -= 0.1 * p.grad
    assert sum([a, b]).data == a.data + b.data
    assert a.data == -4.0


def test_equality_is_identity_and_order_is_of_values() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert a == a
    assert len({a, b}) == 2
    assert max([Value(1.0), Value(3.0), Value(2.0)]).data == 3.0
    assert a <= b
    assert not a < b
    assert bool(Value(0.0)) is False


def test_every_row_is_a_function_of_the_module() -> None:
    internal = {
        "powc", "sech2", "truth", "beats", "ties", "take", "scatter", "cast", "total", "broadcast",
        "power_slope", "gelu_prime", "squared_error", "chain", "share", "sinc_prime", "mod", "fmod",
        "floordiv", "rint", "logabsdet", "detsign", "inv", "inv_lower", "solve", "det", "cofactors",
        "cholesky", "cholesky_back", "eigh", "svd", "qr", "stop", "polar", "nuclear",
        "pinv", "einsum", "cumsum", "cumprod", "prod", "diff", "roll", "triangle", "ordered", "restored",
        "convolve", "correlate", "asinh", "acosh", "atanh", "cbrt", "ceil", "floor", "trunc",
        "copysign", "sinc", "fourier", "signal", "recurrence", "logaddexp2", "share2", "prefers", "hole",
        "fmax", "fmin", "inside", "ends", "windows", "overlapped", "horner", "moments", "deconvolve",
        "products", "products_back", "others", "atan_slope", "asinh_slope", "atan2_slope",
    }  # fmt: skip
    code = "import autodiff; print(*autodiff.TABLE)"  # afresh: other tests add rows of their own
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    table = done.stdout.split()
    assert internal < set(table)
    assert [n for n in table if not hasattr(ad, n) and n not in internal] == []


def test_rows_are_methods() -> None:
    for name in ("exp", "log", "tanh", "sigmoid", "relu", "sqrt", "sin", "cos"):
        assert getattr(Value(0.5), name)().data == getattr(ad, name)(0.5)
        assert getattr(Tensor([0.5]), name)().data[0] == pytest.approx(getattr(ad, name)(0.5))
    for name in ("softplus", "gelu", "square", "log1p", "abs"):
        assert type(getattr(Tensor([0.5]), name)()) is Tensor


def test_slopes_have_defaults() -> None:
    assert ad.leaky_relu(Value(-2.0)).data == -0.02
    assert ad.elu(Tensor([-1.0])).data[0] == np.expm1(-1.0)
    with pytest.raises(TypeError, match=r"leaky_relu: takes 2 operands, was given 3"):
        ad.leaky_relu(1.0, 2.0, 3.0)


def test_sum_and_dot_of_values_are_one_node() -> None:
    values = [Value(float(i)) for i in range(5)]
    total = ad.sum(values)
    assert total.op == "total"
    assert len(total.parents) == 5
    product = ad.dot(values, [2.0] * 5)
    assert product.op == "dot"
    product.backward()
    assert [v.grad for v in values] == [2.0] * 5
    with pytest.raises(ValueError, match="5 numbers on the left, 2 on the right"):
        ad.dot(values, [1.0, 2.0])


def test_lists_of_nodes_keep_their_graph() -> None:
    values = [Value(1.0), Value(3.0)]
    for f in (ad.mean, ad.max, ad.var, ad.softmax, ad.logsumexp, ad.norm, ad.log_softmax):
        y = f(values)
        y = y.sum() if y.shape else y
        g = ad.gradient(y, values)
        direct = Tensor([1.0, 3.0])
        z = f(direct)
        expected = ad.gradient(z.sum(), direct)
        np.testing.assert_allclose(g, expected, rtol=1e-14, atol=1e-15)


def test_functions_of_plain_numbers_are_plain() -> None:
    x = [1.0, 3.0]
    for f in (ad.sum, ad.mean, ad.max, ad.min, ad.var, ad.softmax, ad.logsumexp, ad.norm):
        assert not isinstance(f(x), Value | Tensor)
        assert not isinstance(f(np.array(x)), Value | Tensor)
    assert ad.mean(np.ones((2, 3)), axis=0, keepdims=True).shape == (1, 3)
    assert type(ad.exp(1.0)) is float
    assert ad.var(x) == np.var(x)
    assert ad.var(x, ddof=1) == np.var(x, ddof=1)
    np.testing.assert_allclose(ad.logsumexp(np.ones((2, 3)), axis=(0, 1)), np.log(6 * np.e))


def test_gradient() -> None:
    x, w = Value(3.0), {"a": Value(2.0), "b": [Tensor([1.0, 2.0])]}
    y = (x * w["a"] * w["b"][0]).sum()
    g = ad.gradient(y, {"x": x, **w})
    assert g["x"] == 6.0
    assert g["a"] == 9.0
    assert g["b"][0].tolist() == [6.0, 6.0]
    assert x.grad == 0.0
    assert not x.has_grad
    other = Value(1.0)
    assert ad.gradient(y, other) == 0.0
    assert ad.gradient(y, Tensor([1.0, 1.0])).tolist() == [0.0, 0.0]
    for unrelated in (other, Tensor([1.0])):
        with pytest.raises(ValueError, match="does not depend on"):
            ad.gradient(y, unrelated, strict=True)
    with pytest.raises(TypeError, match="y must be a Value or a Tensor"):
        ad.gradient(3.0, x)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="xs must hold nodes"):
        ad.gradient(y, [3.0])
    inner = x * 2
    assert ad.gradient(inner * inner, inner) == 12.0


def f_tree(p: dict[str, Any], x: Any) -> Any:
    return (p["w"] * x + p["b"][0]).sum() * p["s"]


TREE = {"w": np.array([1.0, 2.0]), "b": (np.array([0.5, 0.5]),), "s": 3.0}


def test_transforms_take_and_return_trees() -> None:
    x = np.array([1.0, 10.0])
    g = ad.grad(f_tree)(TREE, x)
    assert type(g["b"]) is tuple
    assert g["w"].tolist() == [3.0, 30.0]
    assert g["b"][0].tolist() == [3.0, 3.0]
    assert g["s"] == 22.0
    assert type(g["s"]) is float
    y, g2 = ad.value_and_grad(f_tree)(TREE, x)
    assert y == 66.0
    assert g2["s"] == 22.0
    both = ad.grad(f_tree, argnums=(0, 1))(TREE, x)
    assert both[1].tolist() == [3.0, 6.0]
    y, back = ad.vjp(f_tree, TREE, x)
    assert back(2.0)[0]["s"] == 44.0
    y, t = ad.jvp(f_tree, (TREE, x), (TREE, np.zeros(2)))
    assert t == pytest.approx(2 * 66.0)


def test_outputs_may_be_trees() -> None:
    def f(x: Any) -> dict[str, Any]:
        return {"a": x * x, "b": (x.sum(), 7.0)}

    x = np.array([1.0, 2.0])
    y, back = ad.vjp(f, x)
    assert y["b"] == (3.0, 7.0)
    (g,) = back({"a": np.array([1.0, 1.0]), "b": (10.0, 5.0)})
    assert g.tolist() == [12.0, 14.0]
    y, t = ad.jvp(f, (x,), (np.ones(2),))
    assert t["a"].tolist() == [2.0, 4.0]
    assert t["b"] == (2.0, 0.0)
    for jacobian in (ad.jacrev, ad.jacfwd, ad.jacobian):
        J = jacobian(f)(x)
        assert J["a"].tolist() == [[2.0, 0.0], [0.0, 4.0]]
        assert J["b"][0].tolist() == [1.0, 1.0]
        assert J["b"][1].tolist() == [0.0, 0.0]


def test_jacobians_and_hessians() -> None:
    A = np.arange(6.0).reshape(2, 3)

    def f(x: Any) -> Any:
        return ad.sin(A @ x)

    x = np.array([0.1, 0.2, 0.3])
    exact = np.cos(A @ x)[:, None] * A
    for jacobian in (ad.jacrev, ad.jacfwd):
        np.testing.assert_allclose(jacobian(f)(x), exact, rtol=1e-14)
    H = ad.hessian(lambda x: ad.sin(A @ x).sum())(x)
    exact = -(A.T * np.sin(A @ x)) @ A
    np.testing.assert_allclose(H, exact, rtol=1e-13)
    v = np.array([1.0, -1.0, 2.0])
    np.testing.assert_allclose(ad.hvp(lambda x: ad.sin(A @ x).sum(), x, v), exact @ v, rtol=1e-13)
    assert ad.hessian(lambda x: x**3)(2.0) == 12.0
    assert ad.jacobian(lambda x: x**2)(3.0) == 6.0
    assert ad.jacrev(lambda x: x * np.array([1.0, 2.0]))(3.0).tolist() == [1.0, 2.0]
    assert ad.jacfwd(lambda x: x * np.array([1.0, 2.0]))(3.0).tolist() == [1.0, 2.0]
    np.testing.assert_allclose(ad.jacfwd(ad.jacrev(lambda x: (x**3).sum()))(x), np.diag(6 * x))
    np.testing.assert_allclose(ad.jacrev(ad.jacfwd(lambda x: (x**3).sum()))(x), np.diag(6 * x))


def test_a_jacobian_larger_than_the_cap_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(MemoryError, match="GiB"):
        ad.jacobian(lambda x: x * x)(np.ones(100_000))


def test_elementwise_grad_and_high_orders() -> None:
    x = np.array([0.5, 1.0])
    f: Any = ad.tanh
    for _ in range(4):
        f = ad.elementwise_grad(f)
    t = np.tanh(x)
    s = 1 - t * t
    np.testing.assert_allclose(f(x), 16 * t * s * s - 8 * t**3 * s, rtol=1e-12)
    g: Any = lambda x: x**5  # noqa: E731
    for order, expected in enumerate((80.0, 160.0, 240.0, 240.0, 120.0, 0.0)):
        g = ad.grad(g)
        assert g(2.0) == expected, order


def test_functions_that_ignore_their_argument() -> None:
    assert ad.grad(lambda x: 3.0)(1.0) == 0.0
    assert ad.grad(lambda x: ad.Value(3.0))(np.ones(2)).tolist() == [0.0, 0.0]
    assert ad.jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    with pytest.raises(ValueError, match="must return one number"):
        ad.grad(lambda x: x * x)(np.ones(3))
    with pytest.raises(ValueError, match="argnums 2 is out of range"):
        ad.grad(lambda x: x, argnums=2)(1.0)


def test_no_grad_scope_and_detach() -> None:
    x = Value(3.0)
    t = Tensor([1.0, 2.0])
    with ad.no_grad():
        assert (x * x).parents == ()
        assert (x * x).is_constant
        assert (t * t).parents == ()
    assert (x * x).parents == (x, x)
    with ad.scope("layer1"), ad.scope("z"):
        assert (x * x).scope == (t * t).scope == "layer1/z"
    assert (x * x).scope == ""
    y = x * x.detach()
    y.backward()
    assert x.grad == 3.0
    assert ad.gradient((t * t.detach()).sum(), t).tolist() == [1.0, 2.0]
    for bad in ("", 3):
        with pytest.raises(TypeError, match="scope"), ad.scope(bad):  # type: ignore[arg-type]
            pass


def test_modes_end_when_a_block_raises() -> None:
    x = Value(1.0)
    with pytest.raises(KeyError), ad.no_grad():
        raise KeyError
    assert (x * x).parents


def test_a_users_own_operation() -> None:
    @ad.primitive(partials=[lambda y, x, k: k * ad.cos(k * x), lambda y, x, k: x * ad.cos(k * x)])
    def test_wave(x: float, k: float) -> float:
        return float(np.sin(k * x))

    assert ad.grad(test_wave)(0.5, 3.0) == pytest.approx(3 * np.cos(1.5))
    assert ad.grad(ad.grad(test_wave))(0.5, 3.0) == pytest.approx(-9 * np.sin(1.5))
    x = Tensor([0.1, 0.2])
    y = test_wave(x, 3.0)
    np.testing.assert_allclose(ad.gradient(y.sum(), x), 3 * np.cos(3 * np.array([0.1, 0.2])))
    ad.check_grads(test_wave, (0.3, 2.0))
    with pytest.raises(ValueError, match="already has an operation"):
        ad.primitive(partials=[lambda y, x: 1.0], name="test_wave")(lambda x: x)
    with pytest.raises(ValueError, match=r"partial for operand 1 gives"):
        ad.primitive(partials=[lambda y, x: 2.000002 * x], name="test_wrong")(lambda x: x * x)
    assert "test_wrong" not in ad.TABLE


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: Tensor(np.ones((3, 4)), name="w") @ Tensor(np.ones(5), name="x"), ValueError,
         r"matmul: \(3, 4\) @ \(5,\): inner sizes 4 and 5 differ \(w @ x\)"),
        (lambda: Tensor([1.0, 2.0], name="a") + Tensor([1.0, 2.0, 3.0]), ValueError, r"add: .*a \(2,\)"),
        (lambda: Tensor([1.0])[3], IndexError, "take"),
        (lambda: Tensor([1.0, 2.0]).reshape(3), ValueError, "reshape"),
        (lambda: Tensor([1.0]) + "a", TypeError, "str"),
        (lambda: Tensor([1.0]) + None, TypeError, "None"),
        (lambda: Value(1.0) + "a", TypeError, "str"),
        (lambda: Tensor([1.0]).nothing, AttributeError, "nothing"),
        (lambda: ad.exp(), TypeError, "exp: takes 1 operand"),
        (lambda: ad.add(1.0), TypeError, "add: takes 2 operands, was given 1"),
        (lambda: ad.concatenate([]), ValueError, "at least one"),
        (lambda: ad.stack([np.ones(2), Tensor(np.ones(3))]), ValueError, "one shape"),
        (lambda: Tensor(np.ones(0)).max(), ValueError, "max"),
        (lambda: np.array(Tensor([1.0])), ad.GraphLeftWarning, r"\.data"),
        (lambda: Tensor([1.0]).__setitem__(0, 2.0), TypeError, r"ad\.where"),
        (lambda: Value(1.0, name=3), TypeError, "name: needs a string"),  # type: ignore[arg-type]
        (lambda: ad.jvp(lambda x: x, (1.0,), (np.ones(2),)), ValueError, r"directions\[0\] has shape"),
        (lambda: ad.vjp(lambda x: x, 1.0)[1]((1.0, 2.0)), TypeError, "the cotangent must be a single leaf"),
    ],
)  # fmt: skip
def test_errors_teach(wrong: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        wrong()


def test_check_grads_finds_a_detached_part() -> None:
    ad.check_grads(lambda x: ad.sin(x) * x, (0.5,))
    with pytest.raises(AssertionError, match="the rule gives"):
        ad.check_grads(lambda x: ad.sin(x) * getattr(x, "data", x), (0.5,))


def test_all_is_sorted_complete_and_importable() -> None:
    assert len(ad.__all__) == len(set(ad.__all__))
    for name in ad.__all__:
        assert getattr(ad, name) is not None


def test_nodes_compare_with_plain_numbers_and_are_equal_to_themselves_alone() -> None:
    t, v = ad.Tensor([1.0, 2.0]), ad.Value(2.0)
    plain = np.array([1.0, 3.0])
    for left, right in ((t, plain), (plain, t)):
        assert (left == right).tolist() == [True, False]
        assert (left != right).tolist() == [False, True]
    assert (t == 1).tolist() == [True, False]
    assert np.mean(t == np.array([1.0, 2.0])) == 1.0
    assert (v == 2.0, v != 2.0, v == 1, 2.0 in [v]) == (True, False, False, True)
    for node in (t, v):
        twin: Any = type(node)(node.data)
        assert (node == node, node == twin, node != twin) == (True, False, True)
        assert (node == "x", node != None, {node: 1}[node]) == (False, True, 1)  # noqa: E711
    program = ad.trace(lambda x: x * 2.0 if x == 1.0 else x * 3.0, 1.0)
    assert [program(x) for x in (1.0, 2.0, 1.0)] == [2.0, 6.0, 2.0]
    chosen = ad.trace(lambda x: (x * (x == 1.0).astype(float)).sum(), t)
    assert [float(chosen(np.array(x))) for x in ([1.0, 2.0], [1.0, 1.0], [0.0, 1.0])] == [
        1.0,
        2.0,
        1.0,
    ]
