"""Folding: what constants decide and what stands twice is not computed, and no bit changes."""

import math

import numpy as np
import pytest

import autodiff as ad
from autodiff.graphs import fold
from autodiff.table import tree
from tests.rows import POINTWISE

CORNERS = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1e-320,
    -1e-300,
    1e-160,
    1e38,
    -1e38,
    1.0,
    -1.0,
    0.5,
    2.0,
]
NUMBERS = [0.0, -0.0, 1.0, 2.0, -1.0, 0.5, 3.0, np.nan, np.inf]


def bits(found):
    return [
        (x.shape, x.dtype, np.where(x == x, x, np.nan).tobytes())
        for x in map(np.asarray, tree.flatten(found)[0])
    ]


def answers(f, arrays, monkeypatch):
    """Return what a program answers with and without folding, and what eager code does."""
    found = []
    for on in (True, False):
        monkeypatch.setattr(fold, "FOLDING", on)
        program = ad.trace(f, *map(ad.Tensor, arrays))
        program(*arrays)
        found.append(bits(program(*arrays)))
    eager = f(*map(ad.Tensor, arrays))
    return *found, bits(tree.map_tree(lambda x: x.data if isinstance(x, ad.Tensor) else x, eager))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", POINTWISE, ids=lambda row: row.name)
def test_constants_among_the_operands_change_no_bit(row, dtype, monkeypatch):
    x = np.array(CORNERS, dtype)
    for place in range(row.arity):
        for number in NUMBERS:
            for constant in (np.asarray(number, dtype), np.full(x.shape, number, dtype)):

                def f(x, place=place, constant=constant):
                    xs = [x] * row.arity
                    if row.arity > 1:
                        xs[place] = ad.constant(constant)
                    y = row(*xs)
                    if not y.needs_grad:
                        return y
                    first = ad.gradient(y.sum(), x, create_graph=True)
                    second = ad.gradient(first.sum(), x, create_graph=True)
                    return y, first, second

                on, off, eager = answers(f, [x], monkeypatch)
                assert on == off == eager
            if row.arity == 1:
                return


def test_the_slope_of_a_square_is_no_choice_between_formulas(monkeypatch):
    def f(x, v):
        return ad.hvp(lambda x: ((x**2 - 1.0) ** 2 + x**1.0).sum(), x, v)

    arrays = [np.array(CORNERS), np.cos(np.arange(len(CORNERS)))]
    on, off, eager = answers(f, arrays, monkeypatch)
    assert on == off == eager
    monkeypatch.setattr(fold, "FOLDING", True)
    source = ad.trace(f, *map(ad.Tensor, arrays)).source
    assert "power" not in source
    assert "where" not in source
    assert source.count("mul(") <= 4


def test_what_stands_twice_is_computed_once(monkeypatch):
    def f(x, y):
        return {
            "a": ad.sin(x) * y,
            "b": ad.sin(x) + (x + y).sum(),
            "c": (x + y).sum(),
            "d": ad.neg(-x),
        }

    arrays = [np.linspace(-1.0, 1.0, 7), np.full(7, 0.3)]
    on, off, eager = answers(f, arrays, monkeypatch)
    assert on == off == eager
    monkeypatch.setattr(fold, "FOLDING", True)
    program = ad.trace(f, *map(ad.Tensor, arrays))
    assert program.source.count("sin(") == 1
    assert program.source.count("sum(") == 1
    assert "neg(" not in program.source
    found = program(*arrays)
    assert not np.may_share_memory(found["d"], arrays[0])


def test_results_that_are_constants_or_arguments_are_arrays_of_their_own(monkeypatch):
    def f(x):
        one = ad.gradient((x**1.0).sum(), x, create_graph=True)
        return x * 1.0, one, one * 2.0, ad.where(np.zeros(3), x, -x)

    arrays = [np.array([1.0, -0.0, np.nan])]
    on, off, eager = answers(f, arrays, monkeypatch)
    assert on == off == eager
    monkeypatch.setattr(fold, "FOLDING", True)
    program = ad.trace(f, ad.Tensor(arrays[0]))
    first = program(*arrays)
    for x in first:
        x[...] = 7.0
    assert arrays[0][0] == 1.0
    assert program(*arrays)[1].tolist() == [1.0, 1.0, 1.0]


def test_a_row_of_the_user_is_applied_as_often_as_it_was_written(monkeypatch):
    calls = []

    @ad.primitive(partials=[lambda y, x: ad.cos(x)])
    def noisy(x):
        calls.append(1)
        return math.sin(x)

    program = ad.trace(lambda x: noisy(x) + noisy(x), ad.Tensor([1.0, 2.0]))
    calls.clear()
    program(np.array([1.0, 2.0]))
    assert len(calls) == 4


def test_comparisons_in_a_program_see_what_stands_for_a_node(monkeypatch):
    def f(x):
        y = x * 1.0
        return y.sum() * 2.0 if (y.sum() > 0.0) else y.sum() - 1.0

    program = ad.trace(f, ad.Tensor([1.0, 2.0]))
    assert program(np.array([1.0, 2.0])) == 6.0
    assert program(np.array([-1.0, -2.0])) == -4.0
