"""Names without asking, sentences on names that are none, and what a notebook shows."""

import base64
import re
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.graphs.callers import named


def test_the_callers_variables_name_what_has_no_name() -> None:
    w, x = ad.Value(2.0), ad.Value(3.0, name="given")
    z = w * x
    _hidden = z + 1.0
    boxes = ad.draw(_hidden).scene.boxes
    assert [box.title for box in boxes] == ["w", "given", "z", "out"]
    assert "dout/dw = dout/dz * given = 1 * 3 = 3" in ad.derive(_hidden, wrt=w).text
    other = [box.title for box in ad.draw(_hidden, names={"weight": w}).scene.boxes]
    assert other == ["weight", "given", "weight·given", "out"]
    assert named({"a": w}) == {"a": w}


WEIGHT = ad.Value(2.0)


def test_what_is_seen_is_found_the_innermost_name_first() -> None:
    outer = ad.Value(3.0)

    def inner() -> list[str]:
        own = WEIGHT * outer
        return [box.title for box in ad.draw(own).scene.boxes]

    assert inner() == ["WEIGHT", "outer", "own"]
    drawn = [ad.draw(each * WEIGHT).scene.boxes for each in (ad.Value(1.0),)]
    assert [box.title for box in drawn[0]] == ["WEIGHT", "each", "out"]
    renamed = WEIGHT
    assert named(None)["renamed"] is WEIGHT
    assert next(box.title for box in ad.draw(renamed * 2.0).scene.boxes) == "renamed"


def test_names_that_no_one_wrote_are_passed_over() -> None:
    space: dict[str, Any] = {
        "__name__": "elsewhere",
        "named": named,
        "w": ad.Value(2.0),
        "x": ad.Value(1.0),
    }
    space["@py_assert1"] = space["x"]
    exec("found = named(None)", space)
    assert sorted(space["found"]) == ["w", "x"]


def test_the_variables_of_a_cell_are_found_from_inside_the_notebook() -> None:
    w = ad.Value(2.0)
    y = w * 3.0

    class Shell:
        def __init__(self) -> None:
            self.user_ns = {"weight": w, "number": 3.0, "_1": y}

        def show(self, ask: Any) -> Any:
            return ask()

    def display(globals_: dict[str, Any]) -> Any:
        scope: dict[str, Any] = {"__name__": "IPython.core.formatters", "named": named, **globals_}
        exec("def ask(): return named(None)", scope)
        return scope["ask"]

    shell = Shell()
    assert shell.show(display({})) == {"weight": w}
    # Without a shell further out nothing is known.
    assert all(not isinstance(x, ad.Value) for x in display({})().values())


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([1, 2], "must map names to nodes, as in names={'w': w} or names=locals(); it is list"),
        ({3: 4}, "3 is int, not a name"),
        ({ad.Value(1.0): "w"}, "not a name; turn it round"),
    ],
)
def test_bad_names_get_a_sentence(names: Any, words: str) -> None:
    with pytest.raises(TypeError, match=re.escape(words)):
        ad.draw(ad.Value(1.0) * 2.0, names=names)


def test_nodes_graphs_and_networks_show_themselves() -> None:
    w = ad.Value(2.0)
    t = ad.Tensor(np.ones(2))
    assert w._repr_mimebundle_() == {"text/plain": "Value(2.0)"}
    assert t._repr_mimebundle_() == {"text/plain": repr(t)}
    y = w * 3.0
    graph = ad.Graph(y)
    assert repr(graph) == "<Graph of 3 nodes, computing v2>"
    for shown in (y, (t * t).sum(), graph):
        image = re.search(r'base64,([^"]*)"', shown._repr_mimebundle_()["text/html"])
        assert image is not None
        assert base64.b64decode(image[1]).startswith(b"<svg")
    assert y._repr_mimebundle_()["text/plain"] == repr(y)
    assert "w: parameter" in graph._repr_mimebundle_()["text/plain"]
