"""What the compiled engine does in one pass over the memory is, bit by bit, what numpy does in several.

The passes read arrays as they lie in memory: whole, transposed, every other element, backwards,
stretched, empty, of another precision, read-only. On the plain engine these are numpy against numpy.
"""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import autodiff as ad
from autodiff.derivatives.reverse import computed
from autodiff.nodes.tensor import Tensor
from autodiff.table import array_kernels as arrays
from autodiff.table import ops, structure
from autodiff.table.data import Fixed

pytestmark = pytest.mark.engine

ODD = [0.0, -0.0, 1.0, -1.5, 0.1, 3e-320, -5e-324, 1.3e-160, 1e200, -1e308, np.inf, -np.inf, np.nan]
NUMBERS = st.sampled_from(ODD)
PASSES = [(arrays.add, np.add), (arrays.sub, np.subtract), (arrays.mul, np.multiply)]
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "whole": lambda x: x,
    "transposed": lambda x: np.asfortranarray(x),
    "every other": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "backwards": lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    "float32": lambda x: x.astype(np.float32),
    "swapped": lambda x: x.astype(x.dtype.newbyteorder()),
}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Return two arrays that numpy stretches to the shape of the first, in any layout."""
    shape = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))
    other = [draw(st.sampled_from([n, 1])) for n in shape]
    pair = []
    for s in (shape, other):
        n = int(np.prod(s))
        flat = draw(st.lists(NUMBERS | st.floats(-9, 9), min_size=n, max_size=n))
        x = LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](np.array(flat).reshape(s))
        x.flags.writeable = draw(st.booleans())
        pair.append(x)
    return pair[0], pair[1]


def same(found: Any, expected: Any) -> None:
    """Compare values, the signs of zeros, shape and type."""
    assert np.shape(found) == np.shape(expected)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[numbers], np.signbit(expected)[numbers])


def chained(g: Any, d: Any) -> None:
    """Compare the chain rule's product: 0 wherever g is 0, even where d is infinite."""
    product = np.asarray(g * d)
    nothing = np.isnan(product) & np.broadcast_to(g == 0, product.shape)
    flowing = np.broadcast_to(g, product.shape).astype(product.dtype)
    same(arrays.chain(g, d), np.where(nothing, flowing, product))


@given(pairs())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_sums_differences_and_products(pair: tuple[Any, Any]) -> None:
    a, b = pair
    number = a.ravel()[:1].reshape(()) if a.size else np.array(2.0)
    for ours, numpys in PASSES:
        for x, y in ((a, b), (b, a), (a, a), (b, b), (a, number), (number, number)):
            expected = np.asarray(numpys(x, y))
            same(ours(x, y), expected)
            out = np.empty_like(expected)
            assert ours(x, y, out=out) is out
            same(out, expected)
        if a.dtype == np.result_type(a, b) and a.dtype.isnative:
            expected, over = numpys(a, b), a.copy()
            assert ours(over, b, out=over) is over
            same(over, expected)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_odd_number_meets_every_other(layout: str) -> None:
    a = np.repeat(np.array([ODD]), len(ODD), axis=0)  # each row holds all of them
    column, row = np.array([ODD]).T, np.array([ODD])
    for b in (column, np.repeat(column, len(ODD), axis=1), row):
        b = LAYOUTS[layout](b)
        same(arrays.add(a, b), a + b)
        same(arrays.sub(a, b), a - b)
        same(arrays.mul(a, b), a * b)
        same(arrays.squared_error(a, b), 0.5 * ((a - b) * (a - b)))
        chained(a, b)
    for number in ODD:
        chained(LAYOUTS[layout](a), np.array(number))


@given(pairs())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_squared_errors_and_the_chain_rule(pair: tuple[Any, Any]) -> None:
    a, y = pair
    away = np.asarray(a - y)
    same(arrays.squared_error(a, y), np.asarray(0.5 * (away * away)))
    chained(a, y)
    chained(a, y.ravel()[:1].reshape(()) if y.size else y)


@pytest.mark.parametrize("f", [arrays.add, arrays.mul, arrays.squared_error, arrays.chain])
def test_shapes_that_do_not_fit_are_refused(f: Callable[..., Any]) -> None:
    for wrong in ((2, 4), (4, 3), (3, 2), (2,)):
        with pytest.raises(ValueError, match="broadcast"):
            f(np.ones((2, 3)), np.ones(wrong))
    with pytest.raises(ValueError, match="broadcast"):
        arrays.add(np.ones((2, 3)), np.ones((2, 3)), out=np.ones((3, 2)))


def test_an_operand_wider_than_the_first_is_numpys_affair() -> None:
    column, matrix = np.arange(2.0).reshape(2, 1), np.arange(6.0).reshape(2, 3)
    same(arrays.sub(column, matrix), column - matrix)
    same(arrays.add(np.ones(3), matrix), 1.0 + matrix)
    same(arrays.squared_error(column, matrix), 0.5 * (column - matrix) ** 2)
    chained(np.arange(3.0), np.full((1, 1), 2.0))
    whole_numbers: Any = np.arange(3)
    assert arrays.add(whole_numbers, whole_numbers).dtype == whole_numbers.dtype


def test_a_gradient_is_an_array_of_its_own() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3))
    view, fixed = x.reshape(3, 2), ad.constant(np.ones((2, 3)))
    for y in ((x + fixed).sum(), (view * 1.0).sum(), x.sum()):
        g = ad.gradient(y, x)
        g += 1.0  # neither read-only nor a view
        assert g.base is None
        same(ad.gradient(y, x), np.ones((2, 3)))
    seed = np.ones((2, 3))
    g = ad.gradient(x, x, seed=seed)
    g += 1.0
    assert seed.sum() == 6.0


def test_a_number_among_arrays_becomes_an_array_without_axes() -> None:
    x = Tensor(np.ones((2, 3)))
    for n in (2.0, 2, np.float64(2.0), np.int64(2), True):
        y = x * n
        assert type(y.parents[1]._array) is np.ndarray
        assert y.parents[1].shape == ()
        assert y.dtype == np.float64
    narrow = x.astype(np.float32)
    assert [(narrow * n).dtype for n in (2.0, 2, True)] == [np.float32] * 3
    for y in (x.sum(), narrow.sum(), x.max(), ops.take(x, index=(0, 0))):
        assert type(y._array) is np.ndarray


def test_numpys_function_of_a_row_is_found_behind_a_quicker_one() -> None:
    assert (ops.add.ufunc, ops.sub.ufunc, ops.mul.ufunc) == (np.add, np.subtract, np.multiply)
    assert ops.sigmoid.ufunc is None
    x: Any = Tensor(np.ones(3))
    assert np.add(x, x).primitive is ops.add
    assert np.subtract(x, 1.0).primitive is ops.sub


def test_the_order_of_layers_and_of_branches() -> None:
    """Nodes are taken newest first, whether they are found in that order or not."""
    x = Tensor(np.ones(2))
    early, late = ad.sin(x), ad.cos(x)
    products = early * late, late * early, ad.exp(early) + late * early
    for y, nodes in zip(products, (3, 3, 5), strict=True):
        found = [n.seq for n in computed([y], False)]
        assert found == sorted(found, reverse=True)
        assert len(found) == nodes


@pytest.mark.parametrize("rows", [1, 2, 7, 30])
@pytest.mark.parametrize(
    "n", [0, 2, 3, 7, 8, 9, 10, 16, 17, 127, 128, 129, 130, 1000, 1024, 1025, 8193]
)
def test_the_rows_of_a_matrix(rows: int, n: int) -> None:
    """The gradient of a bias over a mini-batch of n: numpy's sum of each row, in numpy's order."""
    draw = np.random.default_rng(rows * 100_000 + n)
    x = draw.normal(size=(rows, n)) * 10.0 ** draw.integers(-9, 9, size=(rows, n))
    for layout in LAYOUTS.values():
        part = layout(x)
        same(structure.sum_to(part, (rows, 1)), np.add.reduce(part, 1, keepdims=True))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_rows_of_odd_numbers() -> None:
    x = np.array([[a, b, c] for a in ODD for b in ODD for c in ODD])
    same(structure.sum_to(x, (len(x), 1)), x.sum(axis=1, keepdims=True))
    same(structure.sum_to(x[:, :1].copy(), (len(x), 1)), x[:, :1])
    same(structure.sum_to(np.array(x[:, :2]), (len(x), 1)), x[:, :2].sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    "shape", [(), (1,), (2, 4), (3, 0), (10, 10), (2, 3, 171), (32, 32), (25, 41)]
)
def test_the_sum_of_all_numbers(shape: tuple[int, ...]) -> None:
    draw = np.random.default_rng(len(shape))
    x = np.asarray(draw.normal(size=shape) * 10.0 ** draw.integers(-9, 9, size=shape))
    for name, layout in LAYOUTS.items():
        if shape or name not in ("every other", "backwards"):
            part = layout(x)
            for y in (part, part.view(Fixed)):
                same(structure.sum(y, None, False), np.add.reduce(y, None))
            assert type(structure.sum(part, None, False)) is type(np.add.reduce(part, None))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_sum_of_odd_numbers() -> None:
    for a in ODD:
        same(structure.sum(np.array(a), None, False), np.add.reduce(np.array(a), None))
        for b in ODD:
            x = np.array([[a], [b], [a]])
            same(structure.sum(x, None, False), np.add.reduce(x, None))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_one_number_everywhere() -> None:
    for n in ODD:
        for shape in ((), (3,), (2, 0), (2, 3), (1, 2, 3, 4), (1, 1, 2, 1, 2)):
            for x in (np.array(n), np.full((1,) * len(shape), n), np.array(n, dtype=np.float32)):
                y = structure.broadcast(x, shape)
                same(y, np.array(np.broadcast_to(x, shape)))
                assert y.base is None
    same(structure.broadcast(np.arange(3.0), (2, 3)), np.array([[0.0, 1.0, 2.0]] * 2))
    with pytest.raises(ValueError, match="broadcast"):
        structure.broadcast(np.ones(2), (3,))


def test_structure_sums_like_numpy() -> None:
    x = np.arange(6.0).reshape(2, 3)
    same(structure.sum(x, 1, True), x.sum(axis=1, keepdims=True))
    same(structure.sum_to(x, (2, 1)), x.sum(axis=1, keepdims=True))
    same(structure.sum_to(x, (3,)), x.sum(axis=0))


def test_a_result_written_over_an_operand_that_is_read_in_another_order() -> None:
    orders: list[Callable[[Any], Any]] = [
        lambda x: x.T,
        lambda x: x[:, ::-1],
        lambda x: x[:, :1],
        lambda x: x[1:2],
        lambda x: x,
    ]
    for other in orders:
        for f, numpys in PASSES:
            x = np.arange(9.0).reshape(3, 3) ** 2
            expected = numpys(x, other(x))
            same(f(x, other(x), out=x), expected)
    row = np.arange(10.0)
    same(arrays.add(row[:-1], row[:-1], out=row[1:]), 2.0 * np.arange(9.0))

    def skew(w: Any) -> Any:
        s = w * 2.0
        return ad.sum(ops.exp(s - s.T))

    w = np.arange(9.0).reshape(3, 3) / 7
    program = ad.trace(skew, Tensor(w))
    for factor in (1.0, -0.3):
        same(program(factor * w), skew(Tensor(factor * w)).data)
