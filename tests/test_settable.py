"""What may be put into a node by hand: its number or array, its gradient and its name, and nothing else.

All attributes that are no methods are tried with values of every kind, on leaves, computed nodes and
constants. Uncompiled, the fields of a Tensor that say where it comes from are Python's and can be written.
"""

import inspect
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

NODES: dict[str, Callable[[], Any]] = {
    "Tensor": lambda: ad.Tensor([1.0, 2.0]),
    "computed Tensor": lambda: ad.Tensor([1.0, 2.0]) * 2.0,
    "constant Tensor": lambda: ad.constant(np.ones(2)),
    "Value": lambda: ad.Value(2.0),
    "computed Value": lambda: ad.Value(2.0) * 2.0,
    "constant Value": lambda: ad.constant(2.0),
}
WRONG: dict[str, Any] = {
    "a text in place of numbers": "ab", "a complex number": 1j, "complex numbers": np.array([1j, 2.0]),
    "objects": np.array([None, 1.0]), "a list with a text": [1.0, "a"], "another shape": np.ones((7, 5)),
    "a node": ad.Tensor([1.0, 2.0]), "a Value": ad.Value(1.0), "a dict": {}, "a function": len,
    "dates": np.array(["2020", "2021"], "M8[Y]"), "a mask": np.ma.masked_array([1.0, 2.0], [True, False]),
    "a fraction": Fraction(1, 3), "texts": np.array(["a", "b"]), "bytes": b"x", "too large": 10**400,
    "a set": {1.0}, "a class": float, "an iterator": iter([1.0, 2.0]),
}  # fmt: skip
NAMES: list[Any] = [3, 3.0, b"x", ["x"], np.array(["x"]), ad.Value(1.0), len, 10**400, True]
WRITTEN = {"data", "grad", "name"}


def fields(node: Any) -> list[str]:
    """Return the public attributes of a node that are no methods."""
    kind = type(node)
    return [
        name for name in dir(kind)
        if not name.startswith("_") and not inspect.isroutine(inspect.getattr_static(kind, name))
        and not callable(getattr(node, name))
    ]  # fmt: skip


def shown(node: Any) -> Any:
    return repr(node), [repr(getattr(node, name)) for name in fields(node)]


@pytest.mark.parametrize("kind", NODES)
def test_what_is_no_number_is_no_data_and_no_gradient(kind: str) -> None:
    for name in ("data", "grad"):
        for wrong in WRONG.values():
            node = NODES[kind]()
            before = shown(node)[0]
            with pytest.raises((TypeError, ValueError)) as told:
                setattr(node, name, wrong)
            assert len(str(told.value)) > 25
            assert shown(node)[0] == before


@pytest.mark.parametrize("kind", NODES)
def test_a_name_is_a_string(kind: str) -> None:
    node = NODES[kind]()
    for wrong in NAMES:
        with pytest.raises(TypeError, match="name: needs a string, got") as told:
            node.name = wrong
        assert len(str(told.value)) < 160
        assert node.name is None
    node.name = "x"
    assert node.name == "x"
    node.name = None
    assert node.name is None


@pytest.mark.parametrize("kind", NODES)
def test_nothing_else_can_be_set(kind: str) -> None:
    made = NODES[kind]()
    names = set(fields(made)) - WRITTEN
    assert {"parents", "primitive", "needs_grad", "op", "params"} & names
    if not ad.compiled:
        names -= set(getattr(type(made).__mro__[1], "__slots__", ()))
    for name in (*sorted(names), "requires_grad", "gradient", "value"):
        for value in (None, True, 3.0, "x", (), np.ones(2)):
            node = NODES[kind]()
            before = shown(node)
            with pytest.raises((AttributeError, TypeError)):
                setattr(node, name, value)
            assert shown(node)[0] == before[0]
