"""What a built graph's page says of the choices that its Python made: read from the caller's code."""

from typing import Any

import pytest

import autodiff as ad


def told(page: Any) -> list[tuple[str, bool | None]]:
    return [(c["text"], c["guard"] and c["guard"][3]) for c in page.data["choices"]]


def bent(u: Any, low: float = 0.5) -> Any:
    if u.data >= low and u < 10:
        return u * 2
    return deeper(u)


def deeper(t: Any) -> Any:
    return t if 0 < t < 3 else -t


def test_a_condition_of_the_caller_is_named() -> None:
    x, y = ad.Value(2.0, name="x"), ad.Value(-1.0, name="y")
    other = ad.Value(7.0)
    c = x * y if x > 1 else x
    if other > 3:  # of another graph
        c = c + 1
    if y.data == -1:
        c = c * 3
    assert told(ad.play(c)) == [("x > 1", True), ("y.data == -1", True)]
    if x > 100:  # comes after the page
        raise AssertionError


def test_what_is_asked_of_the_result_made_none_of_it() -> None:
    x = ad.Value(2.0, name="x")
    c = x * x
    if c > 3:
        assert told(ad.play(c)) == []


def test_conditions_of_functions_that_were_called_are_named() -> None:
    x = ad.Value(2.0, name="x")
    c = bent(x) + 1
    assert told(ad.play(c)) == [("u.data >= low", True), ("u < 10", True), ("0 < t < 3", None)]


@pytest.mark.filterwarnings("ignore::autodiff.GraphLeftWarning")
def test_numbers_that_were_read_are_named() -> None:
    x = ad.Value(2.0, name="x")
    c = x * float(x) + max(x, 0.0)
    assert told(ad.play(c)) == [("float(x)", None), ("max(x, 0.0)", None)]


def test_of_an_array_it_is_named_too() -> None:
    a = ad.Tensor([1.0, 2.0], name="a")
    s = (a * 2).sum()
    if a.data.sum() > 0:
        s = s + 1
    assert told(s.play()) == [("a.data.sum() > 0", None)]


@pytest.mark.parametrize("cell", ["c = x * x if x < 3 else x", "%time c = x * x"])
def test_cells_of_a_notebook_count_their_own_lines(cell: str) -> None:
    space: dict[str, Any] = {"ad": ad, "In": ["", "x = ad.Value(2.0)", f"\n{cell}", "ad.play(c)"]}
    exec("x = ad.Value(2.0)\nc = x * x\npage = ad.play(c)", space)
    found = space["page"].data["choices"]
    wanted = [] if cell[0] == "%" else [("x < 3", 2, 2, ["<", [0, 0], [-1, 3.0], True])]
    assert [(c["text"], c["cell"], c["line"], c["guard"]) for c in found] == wanted


def test_without_code_nothing_is_named() -> None:
    space: dict[str, Any] = {"ad": ad}
    exec("x = ad.Value(2.0)\nc = x * x if x > 1 else x\npage = ad.play(c)", space)
    assert space["page"].data["choices"] == []
