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


def shown(y: Any) -> Any:
    return (lambda: ad.play(y))()


def test_of_what_has_changed_no_answer_is_claimed() -> None:
    x, low = ad.Value(2.0, name="x"), 1.0
    c = x * x if x > low else x
    for k in range(3):
        c = c * 2 if x > k else c
    b = x * 1
    if b > 1:
        b = -b
    c = c + b
    assert told(shown(c)) == [("x > low", True), ("x > k", None), ("b > 1", None)]


class Neuron:
    def __init__(self) -> None:
        self.w, self.gains = ad.Value(-2.0, name="w"), [ad.Value(3.0)]

    def __call__(self, x: Any) -> Any:
        return self.leaky(x)

    def leaky(self, x: Any) -> Any:
        z = self.w * x
        return z if self.w > 0 else z * 0.1

    @property
    def loud(self) -> Any:
        raise AssertionError("nothing is run")


def test_what_an_object_holds_is_named() -> None:
    neuron, x = Neuron(), ad.Value(2.0, name="x")
    both = {"first": x}
    c = neuron.leaky(x) * neuron.gains[0]
    if neuron.gains[0] < 1 < both["first"]:
        c = c + 1
    page = ad.play(c) if c.data else neuron.loud
    assert told(page) == [("self.w > 0", False), ("neuron.gains[0] < 1", False)]


def test_what_is_asked_of_the_result_made_none_of_it() -> None:
    x = ad.Value(2.0, name="x")
    c = x * x
    if c > 3:
        assert told(ad.play(c)) == []


def test_conditions_of_functions_that_were_called_are_named() -> None:
    x = ad.Value(2.0, name="x")
    c = bent(x) + 1
    assert told(ad.play(c)) == [
        ("u.data >= low", True),
        ("u < 10", True),
        ("0 < t", True),
        ("t < 3", True),
    ]


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


def test_a_notebook_is_read_as_it_was_run() -> None:
    """A function of another cell, a cell that ran twice, and a name that two cells set."""
    interactive = pytest.importorskip("IPython.core.interactiveshell", reason="IPython is missing")
    shell = interactive.InteractiveShell.instance()
    cells = [
        "import autodiff as ad", "def f(t):\n    return t * 2 if t > 1 else -t",
        "x = ad.Value(3.0)", "x = ad.Value(3.0)", "k = 1", "k = 2",
        "c = f(x) if x > k else x", "page = c.play()",
    ]  # fmt: skip
    try:
        for cell in cells:
            shell.run_cell(cell, store_history=True).raise_error()
        found = shell.user_ns["page"].data["choices"]
    finally:
        interactive.InteractiveShell.clear_instance()
    assert [(c["text"], c["cell"], c["line"], bool(c["guard"])) for c in found] == [
        ("x > k", 7, 1, False), ("t > 1", 2, 2, True)
    ]  # fmt: skip


def test_without_code_nothing_is_named() -> None:
    space: dict[str, Any] = {"ad": ad}
    exec("x = ad.Value(2.0)\nc = x * x if x > 1 else x\npage = ad.play(c)", space)
    assert space["page"].data["choices"] == []


def again(x: Any, n: int = 9) -> Any:
    if n > 0:
        again(x, 8), again(x, 7), again(x, 6), again(x, 5), again(x, 4), again(x, 3), again(x, 2)
    return x if x > 1 else -x


def test_functions_that_call_each_other_are_looked_into_once() -> None:
    x = ad.Value(2.0, name="x")
    c = x * 2
    if False:
        c = again(x)
    assert told(ad.play(c)) == [("x > 1", True)]
