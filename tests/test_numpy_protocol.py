"""numpy's functions on nodes: plain numpy code differentiates unchanged, or says why it does not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import protocol as protocol
from autodiff.table.primitive import TABLE, UFUNCS
from tests.rows import POINTWISE

W = np.random.default_rng(7).normal(size=(3, 4))


# Twenty functions as anyone writes them for arrays: none of them knows of this library.
def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def soft_maximum(x: Any) -> Any:
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def logistic_loss(x: Any) -> Any:
    return np.mean(np.logaddexp(0.0, -x))


def gaussian(x: Any) -> Any:
    return np.exp(-0.5 * np.dot(x, x)) / np.sqrt(2.0 * np.pi)


def layer(x: Any) -> Any:
    return np.sum(np.tanh(W @ x))


def attention(x: Any) -> Any:
    rows = np.reshape(x, (2, 2))
    scores = np.einsum("ij,kj->ik", rows, rows)
    shares = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.sum(shares @ rows)


def huber(x: Any) -> Any:
    return np.sum(np.where(np.abs(x) < 1.0, 0.5 * x**2, np.abs(x) - 0.5))


def clipped(x: Any) -> Any:
    return np.sum(np.clip(x, -0.5, 0.8) ** 3)


def standardised(x: Any) -> Any:
    return np.sum(((x - x.mean()) / x.std()) ** 3)


def geometric_mean(x: Any) -> Any:
    return np.prod(np.abs(x)) ** (1.0 / np.size(x))


def running(x: Any) -> Any:
    return np.sum(np.cumsum(x) ** 2)


def roughness(x: Any) -> Any:
    return np.sum(np.diff(x, n=2) ** 2)


def circular(x: Any) -> Any:
    return np.sum(x * np.roll(x, 1)) + np.sum(np.flip(x)[:2])


def joined(x: Any) -> Any:
    both = np.concatenate([np.sin(x), np.cos(x)])
    return np.sum(np.stack([both, both**2]) * np.arange(8.0))


def distances(x: Any) -> Any:
    return np.sum(np.hypot(x[:, None] - x[None, :], 1.0))


def lengths(x: Any) -> Any:
    return np.linalg.norm(np.outer(x, x)) + np.linalg.norm(x)


def quantiles(x: Any) -> Any:
    return np.median(x) + 2.0 * np.sort(x)[0] + np.ptp(x)


def entropy(x: Any) -> Any:
    p = np.square(x) / np.sum(np.square(x))
    return -np.sum(p * np.log2(p))


def angles(x: Any) -> Any:
    return np.sum(np.arctan2(x, 2.0) + np.arctan(x) + np.rad2deg(np.arcsin(x / 4.0)))


def stacked(x: Any) -> Any:
    square = np.vstack([x, np.tile(x[:2], 2), np.repeat(x[2:], 2)])
    return np.trace(square) + np.sum(np.triu(square[:, :3]) ** 2) + np.average(square)


FUNCTIONS = (
    rosenbrock, soft_maximum, logistic_loss, gaussian, layer, attention, huber, clipped,
    standardised, geometric_mean, running, roughness, circular, joined, distances, lengths,
    quantiles, entropy, angles, stacked,
)  # fmt: skip


def differences(f: Callable[..., Any], x: Any) -> Any:
    """Return the gradient by Richardson's extrapolation of central differences."""
    steps = np.eye(len(x))

    def slope(h: float) -> Any:
        return np.array([(f(x + h * e) - f(x - h * e)) / (2.0 * h) for e in steps])

    return (4.0 * slope(5e-4) - slope(1e-3)) / 3.0


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_plain_numpy_functions_differentiate_unchanged(f: Callable[..., Any]) -> None:
    x = np.array([0.7, -1.2, 0.4, 1.9])
    value, gradient = ad.value_and_grad(f)(x)
    assert value == pytest.approx(f(x), rel=1e-14)
    assert gradient == pytest.approx(differences(f, x), rel=1e-8, abs=1e-9)


UNARY = [u for u, row in UFUNCS.items() if row in POINTWISE and row.arity == 1]
BINARY = [u for u, row in UFUNCS.items() if row in POINTWISE and row.arity == 2]


@pytest.mark.parametrize("u", UNARY, ids=lambda u: u.__name__)
def test_every_ufunc_of_the_table_records_its_row(u: Any) -> None:
    low = max(getattr(UFUNCS[u], "domain", ((0.0,),))[0][0], 0.0)
    for node in (ad.Value(low + 0.6), ad.Tensor([low + 0.6, low + 0.3])):
        y = u(node)
        assert y.op == UFUNCS[u].name
        assert y.data == pytest.approx(u(np.asarray(node.data)), rel=1e-15)


@pytest.mark.parametrize("u", BINARY, ids=lambda u: u.__name__)
def test_numpy_on_the_left_records_too(u: Any) -> None:
    left, right = np.array([0.5, 2.0]), ad.Tensor([0.25, 0.75])
    y = u(left, right)
    assert y.op == UFUNCS[u].name
    assert y.parents[1] is right
    assert y.data == pytest.approx(u(left, np.asarray(right.data)), rel=1e-15)


def test_rows_name_further_numpy_functions() -> None:
    assert UFUNCS[np.fabs] is TABLE["abs"]
    assert np.fabs(ad.Tensor([-2.0])).op == "abs"


@pytest.mark.parametrize("u", [np.less, np.less_equal, np.greater, np.greater_equal])
def test_comparisons_give_plain_truth_values(u: Any) -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    assert np.array_equal(u(ad.Tensor(x), y), u(x, y))
    assert np.array_equal(u(x, ad.Tensor(y)), u(x, y))
    assert bool(u(ad.Value(1.0), 2.0)) is bool(u(1.0, 2.0))


def test_tests_and_shapes_are_plain() -> None:
    x = ad.Tensor([[1.0, np.nan], [np.inf, -2.0]])
    assert np.isnan(x).tolist() == [[False, True], [False, False]]
    assert np.isfinite(x).tolist() == [[True, False], [False, True]]
    assert np.shape(x) == (2, 2)
    assert type(np.zeros_like(x)) is np.ndarray
    assert np.argmax(ad.Tensor([1.0, 5.0, 2.0])) == 1


MOVES: list[Callable[[Any], Any]] = [
    lambda x: np.swapaxes(x, 0, 2), lambda x: np.moveaxis(x, 0, -1), lambda x: np.transpose(x),
    lambda x: np.ravel(x), lambda x: np.expand_dims(x, 1), lambda x: np.squeeze(x[:1]),
    lambda x: np.rot90(x), lambda x: np.pad(x, 1), lambda x: np.tril(x), lambda x: np.diag(x[0, 0]),
    lambda x: np.split(x, 2)[1], lambda x: np.delete(x, 1, axis=2), lambda x: np.tile(x, (2, 1, 1)),
    lambda x: np.take(x, [0, 2], axis=1), lambda x: np.broadcast_to(x, (3, 2, 3, 4)),
    lambda x: np.hstack([x, x]), lambda x: np.dstack([x, x]), lambda x: np.append(x, x),
    lambda x: np.column_stack([x[0, 0], x[0, 1]]), lambda x: np.tensordot(x, x, ((0, 1), (0, 1))),
    lambda x: np.inner(x[0], x[1]), lambda x: np.vdot(x, x), lambda x: np.dot(x[0], x[1].T),
    lambda x: np.einsum("aij,bij->ab", x, x), lambda x: x.var(axis=(0, 2)), lambda x: x.ptp(1)
    if isinstance(x, ad.Tensor) else np.ptp(x, 1), lambda x: np.median(x, axis=1),
    lambda x: np.prod(x, axis=(0, 2)), lambda x: np.cumsum(x, axis=1), lambda x: np.sort(x, axis=0),
    lambda x: np.add.reduce(x, axis=1), lambda x: np.mean(x, 1, keepdims=True),
]  # fmt: skip


@pytest.mark.parametrize("f", MOVES, ids=range(len(MOVES)))
def test_functions_of_arrays_agree_with_numpy_and_with_the_adjoint_identity(
    f: Callable[[Any], Any], rng: np.random.Generator
) -> None:
    x, t = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
    y, back = ad.vjp(f, x)
    assert np.allclose(y, f(x), rtol=1e-14)
    assert y.shape == f(x).shape
    u = rng.normal(size=y.shape)
    pushed = ad.jvp(f, (x,), (t,))[1]
    assert np.vdot(u, pushed) == pytest.approx(np.vdot(back(u)[0], t), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.nextafter(x, 1.0), "x itself has the same derivative"),
        (lambda x: np.linalg.eigvals(x), "complex numbers"),
        (lambda x: np.sum(x, dtype=np.int64), "dtype="),
        (lambda x: np.exp(x, where=[True, False]), "where="),
        (lambda x: np.add.reduceat(x, [0]), "np.add.reduceat"),
        (lambda x: np.linalg.svd(np.outer(x, np.ones(3))), "full_matrices="),
    ],
)
def test_what_has_no_row_is_refused_with_the_nearest_that_has(call: Any, words: str) -> None:
    with pytest.raises(TypeError, match=r"graph|operation") as error:
        call(ad.Tensor([1.0, 2.0]))
    assert words in str(error.value)


def test_writing_into_a_plain_array_is_refused() -> None:
    total = np.zeros(2)
    with pytest.raises(TypeError, match="lose its graph"):
        total += ad.Tensor([1.0, 2.0])


def test_the_nearest_name_is_near() -> None:
    def nanmeans(x: Any) -> Any:
        return x

    def a_name_of_its_own(x: Any) -> Any:
        return x

    assert "np.nanmean." in str(protocol.refusal(nanmeans))
    assert "nearest" not in str(protocol.refusal(a_name_of_its_own))


def test_second_derivatives_pass_through_numpy() -> None:
    x = np.array([0.3, 0.9, -0.4])
    product = ad.hvp(rosenbrock, x, np.ones(3))
    expected = differences(lambda z: ad.grad(rosenbrock)(z) @ np.ones(3), x)
    assert product == pytest.approx(expected, rel=1e-8)
