"""A cotangent times a local derivative has the same bits in one loop and in passes, for every row."""

import itertools
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives.reverse import contribution, scaled
from autodiff.nodes.tensor import record
from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, Pointwise

pytestmark = pytest.mark.engine
CORNERS = np.array([
    -np.inf, -1e200, -2.5, -1.0, -0.3, -1e-170, -0.0, 0.0, 1e-310, 0.5, 1.0, 3.0, 1e9, np.inf, np.nan,
])  # fmt: skip
POINTWISE = [r for r in ROWS[:BUILTIN] if isinstance(r, Pointwise) and r.arity < 3]


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_one_loop_has_the_bits_of_the_passes(row: Any) -> None:
    grid = [x.ravel() for x in np.meshgrid(*(CORNERS,) * row.arity)]
    xs = [np.tile(x, 3) for x in grid]
    one = [xs[0], *(np.array([0.7]) for _ in xs[1:])]
    gs = np.repeat([1.0, -0.25, 0.0], grid[0].size)
    for arrays, g in itertools.product((xs, one), (gs, np.broadcast_to(2.0, gs.shape))):
        with np.errstate(all="ignore"):
            node: Any = record(row, tuple(map(ad.Tensor, arrays)))
            for i, rule in enumerate(row.partials):
                if rule is None or arrays[i].size == 1:
                    continue
                found = contribution(node, i, g)
                y = node.data
                expected = scaled(g, rule(y, *arrays))
                np.testing.assert_array_equal(found, np.broadcast_to(expected, g.shape))


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_zeros_have_one_sign_in_programs_and_in_graphs(row: Any) -> None:
    grid = [x.ravel() for x in np.meshgrid(*(CORNERS,) * row.arity)]
    for i, rule in enumerate(row.partials):
        if rule is None:
            continue
        for g in (1.0, -0.25, 0.0, -0.0):

            def f(*xs: Any, g: float = g) -> Any:
                return (row(*xs) * ad.constant(np.full(grid[0].shape, g))).sum()

            with np.errstate(all="ignore"):
                found = ad.trace(f, *map(ad.Tensor, grid), argnums=i).value_and_grad(*grid)[1]
                expected = ad.grad(f, argnums=i)(*grid)
            np.testing.assert_array_equal(found, expected)
            number = expected == expected
            np.testing.assert_array_equal(np.signbit(found[number]), np.signbit(expected[number]))
