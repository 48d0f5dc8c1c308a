"""Corners of the engine that no other test turns: each line here is one branch and its answer."""

import copy
import math
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff.graphs.callers import snapshot
from autodiff.table import libm

pytestmark = pytest.mark.engine


def test_nan_wins_over_order() -> None:
    for f in (ad.maximum, ad.minimum):
        for a, b in ((math.nan, 1.0), (1.0, math.nan)):
            assert math.isnan(f(a, b))
            assert math.isnan(f(ad.Value(a), ad.Value(b)).data)
            assert math.isnan(float(f(ad.Tensor(a), ad.Tensor(b)).data))


def test_the_c_library_is_total() -> None:
    assert libm.hypot(1.7e308, 1.7e308) == math.inf
    assert libm.divide(-1.0, 0.0) == -math.inf
    assert math.isnan(libm.divide(0.0, 0.0))
    assert libm.pow(-2.0, 5001.0) == -math.inf
    assert libm.pow(-0.0, -3.0) == -math.inf


def test_rows_print_and_pickle_as_themselves() -> None:
    assert repr(ad.exp) == "<operation exp>"
    assert pickle.loads(pickle.dumps(ad.exp)) is ad.exp
    assert copy.deepcopy(ad.exp) is ad.exp


def test_a_users_operation_says_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="need as many places and domains"):
        ad.primitive(partials=[lambda y, x: 1.0], at=[1.0, 2.0], name="test_few")(lambda x: x)

    @ad.primitive(partials=[lambda y, x, k: k, None], name="test_scaled")
    def scaled(x: float, k: float) -> float:
        return x * k

    assert ad.grad(scaled, argnums=(0, 1))(2.0, 3.0) == (3.0, 0.0)


@pytest.mark.parametrize(
    ("partials", "word"),
    [
        (len, "is the function len"), ([], "is empty"), (3, "is of type int"),
        ([lambda y, x: 1.0, 2.0], "holds 2.0"),
    ],
)  # fmt: skip
def test_partials_that_are_no_list_are_refused_at_once(partials: Any, word: str) -> None:
    with pytest.raises(TypeError, match=rf"^primitive: partials {word}.*as in @primitive"):
        ad.primitive(partials)


def test_functions_on_arrays() -> None:
    x = ad.Tensor(np.arange(6.0).reshape(2, 3))
    assert ad.dot([1.0, 2.0], np.array([3.0, 4.0])) == 11.0
    assert ad.dot([x[0, :2], x[1, :2]], np.ones(2)).data.tolist() == [1.0, 7.0]
    assert ad.reshape(x, (3, 2)).shape == ad.transpose(x).shape == (3, 2)
    assert ad.transpose(x, (1, 0)).shape == (3, 2)
    assert ad.broadcast_to(ad.Value(2.0), (2, 2)).data.tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert ad.sum([x, x]).data == 30.0
    assert ad.sum(ad.Value(3.0)).data == 3.0
    for f in (ad.mean, ad.max, ad.min, ad.logsumexp, ad.norm):
        v = ad.Value(3.0)
        assert ad.gradient(f(v), v) == 1.0
    with pytest.raises(ValueError, match="ddof=1"):
        ad.var([1.0], ddof=1)
    with pytest.raises(ValueError, match="axis 3 is out of range"):
        ad.stack([x, x], axis=3)
    with pytest.raises(ValueError, match="at least one"):
        ad.stack([])


def test_targets_may_be_nodes_and_soft() -> None:
    z = ad.Tensor([[0.3], [-0.2], [0.1]])
    soft = np.array([[0.2], [0.5], [0.3]])
    p = np.exp(z.data) / np.exp(z.data).sum()
    g = ad.gradient(ad.softmax_cross_entropy(z, soft), z)
    np.testing.assert_allclose(g, p - soft, rtol=1e-13)
    y = ad.Tensor(soft)
    g = ad.gradient(ad.softmax_cross_entropy(z, y), (z, y))
    np.testing.assert_allclose(g[1], -np.log(p), rtol=1e-13)
    g = ad.gradient(ad.cross_entropy_with_logits(z, y), (z, y))
    np.testing.assert_allclose(g[0], 1 / (1 + np.exp(-z.data)) - soft, rtol=1e-13)
    np.testing.assert_allclose(g[1], -z.data, rtol=1e-13)


def test_handed_out_arrays_behave_like_arrays() -> None:
    x = ad.Tensor([1.0, 2.0])
    assert repr(x.data) == "array([1., 2.])"
    assert (x.data + 1).flags.writeable
    assert type(x.data.sum()) is np.float64
    assert pickle.loads(pickle.dumps(x.data)).flags.writeable
    square = ad.Tensor([[2.0, 0.0], [1.0, 4.0]])
    inverse = np.linalg.inv(square.data)  # numpy makes the result of such as the operand was
    assert type(inverse) is np.ndarray
    assert inverse.flags.writeable
    assert inverse.tolist() == [[0.5, 0.0], [-0.125, 0.25]]
    assert type(np.linalg.det(square.data)) is np.float64
    with pytest.raises(TypeError, match="is a node; an index takes whole numbers"):
        x[ad.Value(0.0)]


def test_numbers_in_the_order_of_another_machine() -> None:
    for kind in (">f8", "<f8", ">f4", "<f4"):
        x = ad.Tensor(np.array([1.5, -2.0], kind))
        assert x.dtype == np.dtype(kind).newbyteorder("=")
        assert x.dtype.isnative
        assert x.data.tolist() == [1.5, -2.0]


class Pair(NamedTuple):
    """A user's own tuple."""

    w: Any
    b: Any


def test_named_tuples_are_trees() -> None:
    g = ad.grad(lambda p: p.w * p.w + p.b)(Pair(3.0, 1.0))
    assert g == Pair(6.0, 1.0)
    assert type(g) is Pair


def test_counts_that_do_not_fit() -> None:
    with pytest.raises(TypeError, match="directions must be a tuple of 1 parts"):
        ad.jvp(lambda x: x, (1.0,), (1.0, 2.0))


def test_a_jacobian_of_numbers_inside_a_transform() -> None:
    def f(x: Any) -> Any:
        return ad.jacfwd(lambda u: u * u * u)(x).sum()

    assert ad.grad(f)(np.array([1.0, 2.0])).tolist() == [6.0, 12.0]


def test_a_seed_may_be_a_node() -> None:
    x, s = ad.Tensor([1.0, 2.0]), ad.Tensor([3.0, 4.0])
    g = ad.gradient(x * x, x, seed=s, create_graph=True)
    assert ad.gradient(g.sum(), s).tolist() == [2.0, 4.0]
    v = ad.Value(2.0)
    assert ad.gradient(v * v, v, seed=ad.Value(3.0), create_graph=True).data == 12.0


@pytest.mark.parametrize(
    ("f", "cotangent", "words"),
    [
        (lambda x: (x, x), 3.0, "must be a tuple of 2 parts, it is float 3.0"),
        (lambda x: {"a": x}, 3.0, r"must be a dict with the keys \['a'\], it is float 3.0"),
        (lambda x: (x, x), (1.0,), "must be a tuple of 2 parts, it is a tuple of 1 parts"),
        (lambda x: x, (1.0, 2.0), "must be a single leaf, it is a tuple of 2 parts"),
    ],
)
def test_trees_that_do_not_fit_are_told(f: Any, cotangent: Any, words: str) -> None:
    with pytest.raises(TypeError, match=f"vjp: the cotangent {words}"):
        ad.vjp(f, 1.0)[1](cotangent)


def test_programs_return_dicts_with_any_keys() -> None:
    def f(x: Any) -> Any:
        return {(1, 2): x * 2.0, "b": [x]}

    for example, call in ((np.ones(2), np.array([1.0, 3.0])), (1.0, 3.0)):
        got = ad.trace(f, example)(call)
        assert list(got) == [(1, 2), "b"]
        assert np.array_equal(got[1, 2], f(call)[1, 2])
        assert np.array_equal(got["b"][0], call)


def test_powers_have_no_modulus() -> None:
    for x in (ad.Value(2.0), ad.Tensor([2.0])):
        with pytest.raises(TypeError, match="a modulus is for whole numbers"):
            pow(x, 3, 5)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="a modulus is for whole numbers"):
        ad.Value(2.0).__rpow__(3, 5)


@pytest.mark.parametrize("name", [n for n in dir(ad.Tensor) if not n.startswith("_")])
def test_an_array_node_made_without_init_says_so(name: str) -> None:
    node = ad.Tensor.__new__(ad.Tensor)

    def ask() -> Any:
        found = getattr(node, name)
        return found(*[1.0] * (name in ("assign", "assign_sub"))) if callable(found) else found

    said = outcome_of(ask)
    if isinstance(said, AttributeError):
        assert "was made without __init__; write Tensor(array)" in str(said)
    else:
        assert not isinstance(said, float | np.ndarray | ad.Tensor)
    for of in (repr, float, np.asarray, lambda t: t + 1.0, lambda t: t.shape, lambda t: t.std()):
        with pytest.raises(AttributeError, match="was made without __init__"):
            of(node)


def outcome_of(ask: Any) -> Any:
    """Return what is answered, or the error."""
    try:
        return ask()
    except Exception as error:
        return error


def test_a_number_node_is_not_made_without_a_number() -> None:
    with pytest.raises(TypeError, match=r"write Value\(number\)"):
        ad.Value.__new__(ad.Value)
    half: Any = ad.Value.__new__(ad.Value, 3.0)  # type: ignore[call-arg]
    assert math.isnan((half + 1.0).data)
    assert ad.Value(3.0).data == ad.Value(data=3.0).data == 3.0
    with pytest.raises(AttributeError, match=r"has no attribute 'colour'$"):
        getattr(ad.Value(1.0), "colour")  # noqa: B009


def test_arrays_as_numbers() -> None:
    assert int(ad.constant([3.7])) == 3
    with pytest.raises(ValueError, match=r"an array of shape \(2,\) is no single number"):
        ad.Tensor([1.0, 2.0]).item()


def test_whatever_is_a_graph_can_be_played_with() -> None:
    x = ad.Value(2.0, name="x")
    y = x * x
    for graph in (y, (ad.Tensor([1.0, 2.0], name="t") * 2.0).sum(), ad.Graph(y)):
        assert "<script" in graph.play().html()


def test_a_result_is_called_out_unless_it_has_a_name() -> None:
    x = ad.Value(2.0, name="x")
    graphs = [snapshot(y, names={}) for y in (x * x, x)]
    assert [g.names[g.outputs[0]] for g in graphs] == ["out", "x"]


@pytest.mark.parametrize(
    "other", [1j, np.complex128(1j), np.array([1j])], ids=["python", "numpy", "array"]
)
@pytest.mark.parametrize("node", [ad.Value(2.0), ad.Tensor([2.0])], ids=["Value", "Tensor"])
def test_complex_numbers_are_refused_in_one_sentence(node: Any, other: Any) -> None:
    for operator in (lambda a, b: a * b, lambda a, b: b + a, lambda a, b: a / b, lambda a, b: b**a):
        with pytest.raises(TypeError, match="take its real part or its absolute value"):
            operator(node, other)


@pytest.mark.parametrize("kind", [np.float16, np.longdouble])
def test_other_precisions_say_what_to_write(kind: Any) -> None:
    x = np.ones(2, kind)
    for call in (lambda: ad.Tensor(x), lambda: ad.Tensor([1.0, 2.0]) * x, lambda: ad.vmap(np.sin)(x),
                 lambda: ad.grad(np.sum)(x)):  # fmt: skip
        with pytest.raises(TypeError, match=r"write (float\(x\), or )?x\.astype\(float\)"):
            call()
    with pytest.raises(TypeError, match=r"dtype=\w+ has no meaning.*take \.data\.astype"):
        ad.Tensor([1.0]).astype(kind)
