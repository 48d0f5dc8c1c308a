"""The checker catches a rule that is one part in a million off, whatever the size of the output."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import Pointwise
from autodiff.table.symbol import Symbol
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine

SMOOTH = [
    r for r in POINTWISE
    if r.arity == 1
    and r.partials[0] and r.partials[0](Symbol("y"), Symbol("x")) != 0.0  # else nothing to damage
]  # fmt: skip


@contextmanager
def off_by(row: Pointwise, factor: float) -> Iterator[None]:
    """Multiply the first partial of a row, for a while."""
    rules = row.partials
    rule = rules[0]
    assert rule is not None
    object.__setattr__(row, "partials", (lambda y, *xs: rule(y, *xs) * factor, *rules[1:]))
    try:
        yield
    finally:
        object.__setattr__(row, "partials", rules)


def place(row: Pointwise) -> np.ndarray:
    low, high = max(row.domain[0].low, -2.0), min(row.domain[0].high, 2.0)
    return low + (high - low) * np.array([0.31, 0.83])


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize("row", SMOOTH, ids=lambda r: r.name)
def test_an_error_of_one_part_in_a_million(row: Pointwise, scale: float) -> None:
    def f(x: Any) -> Any:
        return row(x) * scale

    at = (place(row),)
    ad.check_grads(f, at, order=1)
    for factor in (1 + 1e-6, 1 - 1e-6, 0.0, -1.0):
        with off_by(row, factor), pytest.raises(AssertionError, match="the rule gives"):
            ad.check_grads(f, at, order=1)


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_each_mode_is_checked(mode: str) -> None:
    with off_by(ad.sin, 1 + 1e-6), pytest.raises(AssertionError, match=mode):
        ad.check_grads(ad.sin, (np.array([0.5]),), order=1, modes=(mode,))


def test_second_order_is_checked() -> None:
    with off_by(ad.cos, 1 + 1e-6), pytest.raises(AssertionError, match="order 1"):
        ad.check_grads(ad.sin, (np.array([0.5]),), order=2)  # cos' is the slope of sin's slope


def test_a_users_rule_is_checked_when_it_is_defined() -> None:
    for scale in (1.0, 1e-6):
        for factor in (1 + 1e-6, 0.0):
            with pytest.raises(ValueError, match="partial for operand 1"):
                ad.primitive(
                    partials=[lambda y, x, k=scale * factor: k * ad.exp(x)], name="test_off"
                )(lambda x, k=scale: k * float(np.exp(x)))


def test_a_kink_is_reported_not_passed() -> None:
    with pytest.raises(AssertionError, match="kink"):
        ad.check_grads(ad.relu, (0.0,))


def test_trees_and_mixed_arguments() -> None:
    def f(p: dict[str, Any], x: Any) -> Any:
        return {"y": ad.tanh(p["w"] @ x + p["b"]), "n": ad.norm(x)}

    rng = np.random.default_rng(0)
    ad.check_grads(f, ({"w": rng.normal(size=(2, 3)), "b": 0.5}, rng.normal(size=3)), order=2)


def test_unknown_mode() -> None:
    with pytest.raises(ValueError, match="'fwd' and 'rev'"):
        ad.check_grads(ad.sin, (1.0,), modes=("up",))
