"""Two engines, one behaviour (bar 20): drawn calls, wrong types included, end alike, and faults are found.

`python -m tests.twins 40000` is the long run.
"""

from typing import Any

import pytest

import autodiff as ad
from tests import twins

BOTH = pytest.mark.skipif(not ad.compiled, reason="there is no second engine to compare with")
CALLS = 1000


@pytest.fixture(scope="module")
def plain() -> list[str]:
    return twins.lines(0, CALLS, True)


@BOTH
def test_the_same_calls_end_alike_on_both_engines(plain: list[str]) -> None:
    assert twins.differing(twins.lines(0, CALLS, False), plain) == []


@BOTH
def test_calls_of_all_kinds_are_drawn(plain: list[str]) -> None:
    errors = sum("Error: " in line for line in plain)
    assert CALLS / 3 < errors < CALLS * 0.9
    assert sum(" gradients [" in line for line in plain) > CALLS / 10
    assert len({line.split(": ")[0] for line in plain}) > CALLS / 4


@BOTH
@pytest.mark.parametrize("damage", [d for d in twins.DAMAGES if d])
def test_an_engine_that_does_otherwise_is_found(damage: str, plain: list[str]) -> None:
    assert twins.differing(twins.lines(0, CALLS, False, damage), plain)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ad.Value(1.0).backward("x"), "needs a real number"),  # type: ignore[arg-type]
        (lambda: ad.Tensor([1.0]).sum((), keepdims="x"), "sum: cannot be applied .* 'str' object"),  # type: ignore[arg-type]
        (lambda: ad.Tensor([1.0]).__delitem__(0), r"del a Tensor\[...\]: the array of a node never changes"),
        (lambda: ad.Tensor([1.0]).assign_sub("x"), "assign_sub: needs"),  # type: ignore[arg-type]
        (lambda: ad.transpose([[1.0]], 1.5), "'float' object cannot be interpreted"),
        (lambda: ad.checkpoint(lambda x: "x")(ad.Value(1.0)), "mul: needs real numbers"),
    ],
)  # fmt: skip
def test_typed_functions_check_what_the_plain_ones_check(call: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        call()


@pytest.mark.engine
def test_a_number_goes_through_a_function_under_checkpoint() -> None:
    x = ad.Value(3.0)
    ad.checkpoint(lambda x: x * x)(x).backward()
    assert x.grad == 6.0
