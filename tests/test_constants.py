"""A plain number in a formula costs no node, and is shown as the constant it is all the same."""

import gc
import itertools
import operator

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)
NUMBERS = (2.5, 3, np.float64(0.75), np.float32(1.5), np.int64(2), True)
MODES = {"plain": None, "scope": lambda: ad.scope("here"), "anomaly": ad.anomaly}


def recorded(apply, a, b, mode="plain"):
    if MODES[mode] is None:
        return apply(a, b)
    with MODES[mode]():
        return apply(a, b)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("apply", OPERATORS)
@pytest.mark.parametrize(("number", "left"), list(itertools.product(NUMBERS, (False, True))))
def test_a_number_is_what_a_constant_is(apply, number, left, mode):
    def both(plain):
        x = ad.Value(1.25)
        return x, recorded(apply, *((plain, x) if left else (x, plain)), mode)

    x, y = both(number)
    other, wanted = both(ad.constant(float(number)))
    if apply is operator.pow and left:  # a constant base counts as one that varies
        assert y.primitive is wanted.primitive
    assert (y.op, y.data, y.scope) == (wanted.op, wanted.data, wanted.scope)
    assert y.local_derivatives == wanted.local_derivatives
    assert [p.data for p in y.parents] == [p.data for p in wanted.parents]
    assert [p.is_constant for p in y.parents] == [left, not left]
    assert all(a is b for a, b in zip(y.parents, y.parents, strict=True)), "always the same one"
    y.backward()
    wanted.backward()
    assert x.grad == other.grad


def test_the_order_of_creation_is_that_of_a_constant():
    x = ad.Value(2.0)
    y = 3.0 - x * 2
    first, second = y.parents[0], y.parents[1].parents[1]
    assert x.seq < second.seq < y.parents[1].seq < first.seq < y.seq


def test_local_derivatives_are_those_of_the_recording():
    x = ad.Value(2.0)
    y = x * 5.0
    x.data = 100.0
    assert y.local_derivatives == (5.0, 2.0)


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(TypeError, match="real number"):
        ad.Value(1.0) * 10**400


def test_pictures_and_programs_show_the_numbers():
    x = ad.Value(3.0, name="x")
    y = 2.0 * x - 1
    assert len(ad.Graph(y)) == 5
    assert [n.value for n in ad.Graph(y).nodes if n.op == ""] == [3.0, 2.0, 1.0]
    program = ad.trace(lambda x: 2.0 * x - 1, 3.0)
    assert program.value_and_grad(4.0) == (7.0, 2.0)
    assert "2.0" in program.source


def test_nothing_is_left_over_when_a_graph_with_numbers_is_freed():
    x = ad.Value(1.0)
    y = x
    for _ in range(50_000):
        y = 0.5 * y + 1.0
    assert len(ad.Graph(y)) == 200_001
    gc.collect()  # what other tests have left
    del y
    assert gc.collect() == 0


def test_numbers_do_not_take_memory_of_their_own():
    if not ad.compiled:
        pytest.skip("the size of a compiled node")
    assert ad.Value.__basicsize__ <= 96
