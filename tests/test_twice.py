"""Backward again and again, shared nodes, and inputs that must be refused."""

import operator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import Pointwise
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("make", [ad.Value, ad.Tensor])
def test_twice_is_twice(make: type) -> None:
    x = make(3.0)
    y = (x * x) * 1
    y.backward()
    assert float(x.grad) == 6.0
    y.backward()
    assert float(x.grad) == 12.0  # micrograd gives 18, MyGrad 6
    x.zero_grad()
    y.backward()
    assert float(x.grad) == 6.0


@pytest.mark.parametrize("make", [ad.Value, ad.Tensor])
def test_two_heads_that_share_a_node(make: type) -> None:
    x = make(2.0)
    shared = x * x
    first, second = shared * 3, shared * shared
    first.backward()
    assert float(shared.grad) == 3.0
    second.backward()
    assert float(shared.grad) == 8.0  # afresh: what flowed in the last backward
    assert float(x.grad) == 3 * 4.0 + 8 * 4.0


def test_a_value_in_two_tensor_graphs() -> None:
    v = ad.Value(2.0)
    w = v * 3
    for factor in (1.0, 10.0):
        (ad.Tensor([1.0, 2.0]) * w * factor).sum().backward()
    assert v.grad == 9.0 + 90.0
    assert w.grad == 30.0


def test_backward_of_an_inner_node_after_the_whole() -> None:
    x = ad.Value(2.0)
    y = x * x
    z = y * y
    z.backward()
    y.backward()
    assert x.grad == 32.0 + 4.0


def test_zero_by_assignment_as_in_micrograd() -> None:
    x = ad.Value(2.0)
    for _ in range(3):
        x.grad = 0
        (x * x).backward()
        assert x.grad == 4.0


@pytest.mark.parametrize(
    "array", [np.array([1, 2]), np.array([True]), np.arange(3, dtype=np.uint8)]
)
def test_integer_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(TypeError, match=r"has no gradient; write x\.astype\(float\)"):
        ad.Tensor(array)


def test_python_ints_become_floats() -> None:
    assert ad.Value(2).data == 2.0
    assert type(ad.Value(2).data) is float
    assert ad.Tensor([1, 2]).dtype == np.float64


def test_backward_from_a_non_scalar_needs_a_seed() -> None:
    x = ad.Tensor([1.0, 2.0])
    y = x * x
    with pytest.raises(ValueError, match=r"shape \(2,\).*\.sum\(\)"):
        y.backward()
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        y.backward(np.ones(3))
    assert not x.has_grad
    y.backward(np.array([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]


@pytest.mark.parametrize("data", ["ab", "1", b"1", None, 1j, [1.0], {}, object(), np.ones(2)])
def test_what_is_not_a_number_is_a_type_error(data: object) -> None:
    with pytest.raises(TypeError, match="Value"):
        ad.Value(data)


@pytest.mark.parametrize("data", ["ab", None, 1j, [[1.0], [1.0, 2.0]], ["a"], np.array(["a"])])
def test_what_is_not_an_array_of_numbers_is_a_type_error(data: object) -> None:
    with pytest.raises(TypeError, match="Tensor"):
        ad.Tensor(data)


JUNK = [
    ("x", "convert text"),
    (b"1", "convert text"),
    (None, "returned nothing"),
    (1j, "real part"),
    (np.array([1j]), "real part"),
    (["a"], "around numbers|is not a real number"),
    ([[1.0], [1.0, 2.0]], "around numbers|regular array"),
    ({}, "give a number"),
    (object(), "give a number"),
    (np.array(["a"]), "give a number"),
    (10**400, "beyond the range of a float"),
]


@pytest.mark.parametrize(("junk", "remedy"), JUNK, ids=[repr(j)[:20] for j, _ in JUNK])
@pytest.mark.parametrize("row", POINTWISE)
def test_rows_refuse_what_is_no_number(row: Pointwise, junk: Any, remedy: str) -> None:
    sentence = f"^{row.name}: needs .*({remedy})"
    for i in range(row.arity):
        for good in (0.5, np.array([0.5]), ad.Tensor([0.5])):
            xs: list[Any] = [good] * row.arity
            xs[i] = junk
            if junk is JUNK[-1][0] and row.arity > 1 and type(good) is not float:
                continue  # numpy turns the number into a float itself, with an OverflowError
            with pytest.raises(TypeError, match=sentence):
                row(*xs)


@pytest.mark.parametrize(("junk", "remedy"), JUNK[:-1], ids=[repr(j)[:20] for j, _ in JUNK[:-1]])
@pytest.mark.parametrize("function", [ad.sum, ad.max, ad.softmax, ad.norm, ad.logsumexp])
def test_functions_refuse_what_is_no_number(function: Any, junk: Any, remedy: str) -> None:
    if function is ad.sum and isinstance(junk, str | bytes | dict):
        remedy = ""  # taken as the list of what it holds
    if function is ad.sum and junk in (b"1", {}):
        pytest.skip("a list of whole numbers, and an empty one")
    with pytest.raises(TypeError, match=f"needs .*({remedy})"):
        function(junk)


def test_a_node_is_not_data() -> None:
    for make in (ad.Value, ad.Tensor):
        with pytest.raises(TypeError, match="detach"):
            make(ad.Value(1.0))


@pytest.mark.parametrize(
    ("data", "said"),
    [([1.0, None], "None in it"), ([[1j]], "1j in it"), ([ad.Value(1.0)], r"stack\(")],
)
def test_what_is_wrong_in_a_list_is_named(data: Any, said: str) -> None:
    with pytest.raises(TypeError, match=f"Tensor: needs (real )?numbers.*{said}"):
        ad.Tensor(data)


def test_another_kind_of_number_is_converted_by_hand() -> None:
    with pytest.raises(TypeError, match=r"float\(\.\.\.\)"):
        ad.Value(Fraction(1, 3))  # type: ignore[arg-type]


OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.floordiv, operator.mod,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip


@pytest.mark.parametrize("apply", OPERATORS)
def test_no_operator_leaves_the_graph_beside_a_fraction(apply: Any) -> None:
    x, half = ad.Value(2.0, name="x"), Fraction(1, 2)
    for pair in ((x, half), (half, x)):
        if apply is operator.pow and pair[0] is half:  # fractions computes its own power
            assert apply(*pair).parents
            continue
        with pytest.raises(TypeError, match="float"):
            apply(*pair)
