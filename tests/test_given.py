"""What is no array of real numbers is refused wherever a network takes numbers, in a sentence.

The ways into a network are the parameters of its public methods that stand for arrays, read from their
signatures; what is given is of every kind that numpy would make floats of without a word.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from nets import Network, network2
from nets.data import DataError, Examples

X, Y = np.array([[0.1], [0.2], [0.3]]), np.array([[1.0], [0.0]])
WRONG: dict[str, Callable[[Any], Any]] = {
    "complex": lambda x: x + 0.5j,
    "complex without an imaginary part": lambda x: x + 0j,
    "objects": lambda x: x.astype(object),
    "nothing": lambda x: None,
    "nothing in it": lambda x: np.where(x > 0.15, None, x),  # type: ignore[call-overload]
    "texts": lambda x: x.astype(str),
    "bytes": lambda x: x.astype("S"),
    "a text": lambda x: "abc",
    "a mask": lambda x: np.ma.masked_array(x, x > 0.15),
    "dates": lambda x: x.astype(int).astype("M8[D]"),
    "a record": lambda x: np.zeros(x.shape, [("a", float)]),
    "Values": lambda x: np.vectorize(ad.Value, otypes=[object])(x),
    "Values in lists": lambda x: [[ad.Value(v) for v in row] for row in x.tolist()],
    "ragged lists": lambda x: [[0.1], [0.2, 0.3]],
    "a set": lambda x: {1.0, 2.0},
    "a function": lambda x: len,
    "another shape": lambda x: np.ones((7, 1)),
}
ARRAYS = {"a": X, "x": X, "y": Y, "output_activations": Y}
DATA = ("training_data", "mini_batch", "data", "test_data", "evaluation_data")
REST: dict[str, Any] = {
    "epochs": 1, "mini_batch_size": 1, "eta": 0.1,
    "training_data": [(X, Y)], "evaluation_data": [(X, Y)],
}  # fmt: skip


def ways() -> list[tuple[type, str, str, int | None]]:
    """Return class, method and parameter, and for data which of the pair, of all public ways in."""
    found: list[tuple[type, str, str, int | None]] = []
    for kind in (Network, network2.Network):
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("_"):
                continue
            for parameter in inspect.signature(method).parameters:
                if parameter in ARRAYS:
                    found.append((kind, name, parameter, None))
                if parameter in DATA:
                    found += [(kind, name, parameter, side) for side in (0, 1)]
    return found


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    ("kind", "method", "parameter", "side"), ways(), ids=lambda p: getattr(p, "__name__", str(p))
)
def test_what_is_no_number_is_refused(
    kind: type, method: str, parameter: str, side: int | None, wrong: str
) -> None:
    net = kind([3, 4, 2])
    before = [w.copy() for w in (*net.weights, *net.biases)]
    call = getattr(net, method)
    names = inspect.signature(call).parameters
    given = {k: v for k, v in (ARRAYS | REST).items() if k in names}
    if side is None:
        given[parameter] = WRONG[wrong](ARRAYS[parameter])
    else:
        pair = [X, Y]
        pair[side] = WRONG[wrong](pair[side])
        given[parameter] = [tuple(pair)]
    given |= dict.fromkeys((k for k in names if k == "quiet" or k.startswith("monitor")), True)
    with pytest.raises((ValueError, TypeError)) as told:
        call(**given)
    assert len(str(told.value)) > 25
    assert "\n" not in str(told.value)
    for old, new in zip(before, (*net.weights, *net.biases), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("wrong", sorted(set(WRONG) - {"objects"}))
def test_weights_and_examples_are_numbers(wrong: str) -> None:
    net = Network([3, 4, 2])
    for name in ("weights", "biases"):
        arrays = list(getattr(net, name))
        arrays[1] = WRONG[wrong](np.array(arrays[1]))
        with pytest.raises((ValueError, TypeError)):
            setattr(net, name, arrays)
        with pytest.raises((ValueError, TypeError)):
            getattr(net, name)[1] = arrays[1]
    with pytest.raises((ValueError, TypeError, DataError)):
        Examples(WRONG[wrong](X), np.array([0, 1, 0]), classes=2)
    with pytest.raises((ValueError, TypeError, DataError)):
        Examples(X, WRONG[wrong](np.array([0, 1, 0])), classes=2)


def test_numbers_of_every_kind_are_taken() -> None:
    net = Network([3, 4, 2])
    whole = np.array([[1], [0], [1]])
    expected = net.feedforward(whole.astype(float))
    for x in (whole, whole.tolist(), whole.astype(bool), whole.astype("f"), ad.Tensor(whole * 1.0)):
        np.testing.assert_allclose(net.feedforward(x), expected, rtol=1e-6)
