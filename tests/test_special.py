"""First and second derivatives at special points against mpmath (bar 18), and that faults are found."""

import math
from typing import Any

import pytest

import autodiff as ad
from autodiff.table import ops
from tests import special


@pytest.mark.engine
@pytest.mark.parametrize("row", special.CHECKED, ids=lambda r: r.name)
def test_derivatives_at_special_points(row: Any) -> None:
    assert list(special.faults(row)) == []


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        (ops.xlogy, (lambda y, a, x: ops.log(x), lambda y, a, x: ops.where(a, a / x, 0.0))),
        (ops.normal_pdf, (lambda y, x: -x * y,)),
        (ops.tanh, (lambda y, x: 1.0 - y * y,)),
        (ops.div, (lambda y, a, b: 1.0 / b, lambda y, a, b: -a / (b * b))),
    ],
    ids=["an edge cut at 0", "infinity times 0", "digits lost", "an overflow on the way"],
)
def test_formulas_that_break_are_found(row: Any, rules: Any) -> None:
    found = {}
    for xs in special.points(row):
        for i in range(row.arity):
            exact = special.wanted(row, (i,), xs)
            got = first(row, rules[i], xs)
            if exact is not None and not special.close(got, exact):
                found[xs, i] = got, exact
    second = second_faults(row, rules)
    assert found or second


def first(row: Any, rule: Any, xs: tuple[float, ...]) -> float:
    try:
        return float(rule(row.scalar(*xs), *xs))
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan


def second_faults(row: Any, rules: Any) -> list[Any]:
    """Return where the derivative of a rule is not the second derivative, by the row's own nodes."""
    found = []
    for xs in special.points(row):
        nodes = [ad.Value(x) for x in xs]
        y = row(*nodes)
        for i in range(row.arity):
            d = rules[i](y, *nodes)
            for j, x in enumerate(nodes):
                exact = special.wanted(row, (i, j), xs)
                got = ad.gradient(d, x) if isinstance(d, ad.Value) else 0.0
                if exact is not None and not special.close(got, exact, abs(exact)):
                    found.append((xs, i, j, got, exact))
    return found
