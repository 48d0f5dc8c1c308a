"""`vmap` of what is no float: indices, masks, trees of axes; it answers as a loop over the samples."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
X = np.arange(12.0).reshape(4, 3) ** 1.5
INDICES: dict[str, Any] = {
    "a place": np.array([0, 2, 0, 1]), "a negative one": np.array([-1, 0, 1, -2]),
    "places": np.array([[0, 1], [2, 2], [1, 0], [0, 1]]), "a mask": X > 9.0,
}  # fmt: skip


@pytest.mark.parametrize("name", INDICES)
def test_whole_numbers_are_indices(name: str) -> None:
    index = INDICES[name]

    def f(i: Any, x: Any) -> Any:
        return ad.sum(x[i] ** 2)

    expected = [ad.value_and_grad(f, argnums=1)(i, x) for i, x in zip(index, X, strict=True)]
    values, slopes = map(np.array, zip(*expected, strict=True))
    np.testing.assert_array_equal(ad.vmap(f)(index, X), values)
    np.testing.assert_array_equal(ad.vmap(ad.grad(f, argnums=1))(index, X), slopes)
    np.testing.assert_array_equal(ad.grad(lambda x: ad.sum(ad.vmap(f)(index, x)))(X), slopes)
    np.testing.assert_array_equal(ad.vmap(f, in_axes=(-1, 0))(np.moveaxis(index, 0, -1), X), values)


def test_whole_numbers_that_are_numbers_are_floats() -> None:
    found = ad.vmap(lambda i: i / 2)(np.arange(4))
    assert found.tolist() == [0.0, 0.5, 1.0, 1.5]
    calls = []
    ad.vmap(lambda i: calls.append(i) or i * 2.0)(np.arange(100))
    assert len(calls) == 1


def test_axes_are_a_tree_as_the_argument_is() -> None:
    def f(d: Any, x: Any) -> Any:
        return d["a"] * x + ad.sum(d["b"][0]) - d["b"][1]

    d = {"b": (np.ones((3, 2)), np.arange(4.0)), "a": np.arange(4.0)}
    axes: Any = ({"a": 0, "b": (None, 0)}, None)
    found = ad.vmap(f, in_axes=axes)(d, 2.0)
    assert found.tolist() == [2.0 * a + 6.0 - a for a in range(4)]
    for wrong in (({"a": 0},), ((0, 0),), ("a",)):
        with pytest.raises(
            ValueError, match=r"vmap: in_axes has .* a tree of these as the argument is one"
        ):
            ad.vmap(lambda d: d["a"], in_axes=wrong)(d)
    with pytest.raises(TypeError, match="k is given by name"):
        ad.vmap(lambda x, k=1.0: x * k)(np.ones(2), k=2.0)


OUTPUTS: dict[str, Any] = {
    "argmax": np.argmax, "above": lambda x: x > 2.0, "nan": np.isnan, "order": np.argsort,
    "a number": lambda x: 3,
    "a truth": lambda x: True, "a float": lambda x: 0.5, "any": np.any,
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_is_no_node_keeps_its_type(name: str) -> None:
    f, X = OUTPUTS[name], np.array([[1.0, 3.0, 2.0], [5.0, 4.0, 1.0], [2.0, 1.0, 7.0]])
    wanted = np.array([f(x) for x in X])
    for found in (ad.vmap(f)(X), ad.vmap(lambda x: (x, f(x)))(X)[1]):
        assert found.dtype == wanted.dtype
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize("axes", [(1, 0), (0, None), [1, 0]], ids=str)
def test_out_axes_may_be_a_tree(axes: Any) -> None:
    X = np.arange(6.0).reshape(2, 3)
    shared = axes[1] is None
    first, other = ad.vmap(
        lambda a: type(axes)([a * 2.0, 1.0 if shared else a.sum()]), out_axes=axes
    )(X)
    assert np.array_equal(first, 2.0 * X.T if axes[0] else 2.0 * X)
    assert np.array_equal(other, 1.0 if shared else X.sum(1))
    with pytest.raises(ValueError, match="vmap: out_axes has"):
        ad.vmap(lambda a: (a, a), out_axes={"a": 0})(X)
