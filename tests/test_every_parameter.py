"""A node in any parameter of any function gets its gradient, or is refused: never a constant in silence.

For every function of the dispatch, and every parameter that numpy's signature or the recipe names, calls are
drawn; each number or array of numbers that is given there is replaced by a node, alone or with all operands
nodes as well. Then its gradient agrees with the differences of numpy's own function, or the call raises.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import Entry
from tests import parity

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore"),  # numpy's own, of what is degenerate
]
DRAWS, TRIES = 4, 16
# numpy does not ask these for a node and compares with them: at ord=1 it is never heard of. With
# `autodiff.numpy` in its place it is, and where the array is a node.
UNASKED = {("np.linalg.norm", "ord"), ("np.linalg.vector_norm", "ord")}
SYMMETRIC = ("np.linalg.cholesky", "np.linalg.eigh", "np.linalg.eigvalsh")


def numbers(x: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Yield where numbers and arrays of numbers stand in an argument, and what they are."""
    if isinstance(x, int | float) and not isinstance(x, bool):
        yield path, float(x)
    elif isinstance(x, np.ndarray) and x.dtype.kind in "fi" and x.size:
        yield path, x.astype(float)
    elif type(x) in (list, tuple):
        if x and all(isinstance(p, int | float) and not isinstance(p, bool) for p in x):
            yield path, np.array(x, float)
        for i, part in enumerate(x):
            yield from numbers(part, (*path, i))


def put(x: Any, path: tuple[int, ...], new: Any) -> Any:
    """Return an argument with something else in one place."""
    if not path:
        return new
    parts = list(x)
    parts[path[0]] = put(parts[path[0]], path[1:], new)
    return type(x)(parts)


def weighed(y: Any) -> Any:
    """Return a sum of all real numbers that came out, each with a weight of its own."""
    total: Any = 0.0
    for i, p in enumerate(parity.flat([y])):
        if isinstance(p, ad.Value):
            total = total + p * np.cos(1.0 + i)
        elif getattr(p, "dtype", type(p)) in (float, np.float64, np.float32):
            weights = np.cos(1.0 + i + 0.7 * np.arange(np.size(p))).reshape(np.shape(p))
            total = total + np.sum(p * weights)
    return total


def calls(entry: Entry, parameter: str) -> Iterator[tuple[list[Any], Any, Any]]:
    """Yield drawn calls in which the parameter is given: the arguments, and the parameter's place or name."""
    for seed in range(TRIES):
        args, options = entry.draw(random.Random(seed).randrange, also=[parameter])
        if parameter in options:
            yield args, options, parameter
            continue
        place = 0
        for p in entry.signature.parameters.values():
            many = p.kind is p.VAR_POSITIONAL
            if p.name == parameter:
                if many:
                    yield from ((args, options, k) for k in range(place, len(args)))
                elif place < len(args):
                    yield args, options, place
                break
            if p.default is p.empty or p.kind is p.POSITIONAL_ONLY:
                place += 1


def calling(function: Any, args: Any, options: Any, key: Any, path: Any) -> Callable[..., Any]:
    """Return the call as a function of what stands in one place, and of what becomes of the others."""

    def call(t: Any, others: Callable[[Any], Any]) -> Any:
        new, named = [others(x) for x in args], {k: others(v) for k, v in options.items()}
        given: Any = new if isinstance(key, int) else named
        given[key] = put((args if isinstance(key, int) else options)[key], path, t)
        return function(*new, **named)

    return call


def slope(f: Callable[[float], Any]) -> float | None:
    """Return the derivative at 0 by central differences; None where there is none, or numpy raises."""
    h = 1e-5
    try:
        there = [float(f(s)) for s in (-2.0 * h, -h, 0.0, h, 2.0 * h)]
    except Exception:
        return None
    far, low, here, high, behind = there
    found = (high - low) / (2.0 * h)
    others = (high - here) / h, (here - low) / h, (behind - far) / (4.0 * h)
    smooth = np.allclose(found, others, rtol=1e-3, atol=3e-5)
    return found if smooth and np.all(np.isfinite(there)) else None


def fault(call: Callable[..., Any], start: Any, direction: Any, unasked: bool) -> str:
    """Say what is wrong with the gradient of a call with a node in one place, "" where nothing is."""
    wanted = slope(lambda s: weighed(call(start + s * direction, same)))
    if wanted is None:
        return ""
    for others in (same, parity.replacing(ad.constant))[unasked:]:
        for at in (start,) if isinstance(start, np.ndarray) else (start, np.asarray(start)):
            try:
                gradient = ad.grad(lambda t, o=others: weighed(call(t, o)) + 0.0 * np.sum(t))(at)
            except TypeError as error:
                if len(str(error)) < 20:
                    return f"no sentence: {error}"
                continue
            except (ValueError, AttributeError) as error:
                if others is same:  # numpy's own, of a call that has not come to us
                    continue
                return f"{type(error).__name__}: {error}"
            got = float(np.sum(gradient * direction))
            if not np.isclose(got, wanted, rtol=1e-4, atol=1e-4):
                return f"the gradient is {got}, the slope {wanted}"
    return ""


def same(x: Any) -> Any:
    return x


ALL = [
    pytest.param(name, parameter, id=f"{name}-{parameter}")
    for name, (_, _, entry) in parity.CALLS.items()
    for parameter in {**entry.signature.parameters, **entry.recipe.kinds}
    if entry.recipe.kind(parameter) is not None
]


@pytest.mark.parametrize(("name", "parameter"), ALL)
def test_a_node_in_a_parameter_gets_its_gradient_or_is_refused(name: str, parameter: str) -> None:
    function, _, entry = parity.CALLS[name]
    left = DRAWS
    for args, options, key in calls(entry, parameter):
        if any(x is np.float32 for x in options.values()):  # too coarse for differences
            continue
        value = args[key] if isinstance(key, int) else options[key]
        found = list(numbers(value))
        for path, start in found:
            direction = np.cos(0.3 + np.arange(np.size(start))).reshape(np.shape(start))
            if name in SYMMETRIC:
                direction = direction + direction.swapaxes(-1, -2)
            wrong = fault(
                calling(function, args, options, key, path),
                start,
                direction,
                (name, parameter) in UNASKED,
            )
            assert not wrong, f"{name}(*{args!r:.300}, **{options!r:.300}), {parameter}: {wrong}"
        left -= bool(found)
        if not left:
            break


B, W = np.array([0.3, 1.9, -1.1, 0.8, 2.7]), np.array([0.5, 1.0, 2.0, 1.5, 0.7])
HOLES = np.array([0.3, 1.9, np.nan, 0.8, 2.7])
WITH_A_SLOPE: list[tuple[Callable[[Any], Any], Any]] = [
    *((lambda q, f=f: f(B, q), 0.3) for f in (np.quantile, np.nanquantile)),
    *((lambda q, f=f: f(B, q), 30.0) for f in (np.percentile, np.nanpercentile)),
    *((lambda q, m=m: np.quantile(B, q, method=m), 0.33) for m in ("hazen", "weibull", "normal_unbiased")),
    (lambda q: np.nanquantile(HOLES, q), 0.4), (lambda q: np.nanpercentile(HOLES, q), 45.0),
    (lambda q: np.quantile(np.outer(B, B), q, axis=1), np.array([0.3, 0.9])),
    (lambda h: np.gradient(B, h), 0.7), (lambda x: np.gradient(B, x), np.cumsum(W)),
    (lambda x: np.gradient(B, x, edge_order=2), np.cumsum(W)),
    (lambda h: np.gradient(np.outer(B, W), h, 0.5)[0], 0.7),
    (lambda x: np.gradient(np.outer(B, W), x, axis=1), np.cumsum(W)),
    (lambda w: np.cov(np.stack([B, B**2]), aweights=w), W),
    (lambda w: np.cov(B, aweights=w, ddof=0), W), (lambda w: np.average(B, weights=w), W),
    (lambda w: np.cov(B, B**2, fweights=[1, 2, 1, 3, 1], aweights=w), W),
    (lambda w: np.histogram(B, 3, weights=w)[0], W), (lambda w: np.bincount([0, 1, 0, 2, 1], w), W),
    (lambda x: B.clip(x[0], x[1]), np.array([0.5, 1.5])), (lambda x: B.clip(-1.0, x), 1.5),
    (lambda x: B.clip(x), 0.5), (lambda x: B.clip(max=x), 1.5),
    (lambda c: np.pad(B + 0.0 * c, 1, constant_values=c), 2.0),
    (lambda p: np.unwrap(3.0 * B + 0.0 * p, period=p), 4.0),
    (lambda x: np.interp(B, x, W), np.arange(5.0) - 1.37),
]  # fmt: skip


@pytest.mark.parametrize(("f", "start"), WITH_A_SLOPE, ids=range(len(WITH_A_SLOPE)))
def test_gradients_of_parameters(f: Callable[[Any], Any], start: Any) -> None:
    for at in (start, np.asarray(start)):
        direction = np.cos(0.3 + np.arange(np.size(at))).reshape(np.shape(at))
        wanted = slope(lambda s, d=direction: weighed(f(start + s * d)))
        gradient = ad.grad(lambda x: weighed(f(x)))(at)
        assert wanted is not None
        assert abs(wanted) > 1e-3
        assert float(np.sum(gradient * direction)) == pytest.approx(wanted, rel=1e-6)


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda x: np.linalg.norm(B * x, x), "np.linalg.norm: ord= is given x"),
    (lambda x: np.linalg.norm(B * x, ord=3.0 * x), "ord= is given a"),
    (lambda x: np.linalg.pinv(x * np.diag([1.0, 0.2]), rcond=0.3), "leaves out the singular value 0.2"),
    (lambda x: np.linalg.pinv(np.eye(2), rcond=x) if isinstance(x, float) else
     np.linalg.pinv(x * np.eye(2), rcond=x), "np.linalg.pinv: rcond= is given"),
    (lambda x: np.take(x * B, [x]), "np.take: indices= is given"),
    (lambda x: np.histogram(x * B, range=(0.0, x)), "np.histogram: range= is given"),
    (lambda x: np.ldexp(B, x), "np.ldexp: x2= is given"),
    (lambda x: np.round(x * B, x), "np.round: decimals= is given"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "words"), REFUSED)
def test_settings_refuse_nodes_that_need_a_gradient(f: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(TypeError, match=words.replace("given x", "given a")):
        ad.grad(lambda x: weighed(f(x)))(1.0)


def test_settings_take_constants_and_what_needs_no_gradient() -> None:
    norm = np.linalg.norm(B, 3)
    assert float(np.linalg.norm(ad.Tensor(B), ad.constant(3.0).data).data) == pytest.approx(norm)
    with ad.no_grad():
        assert np.quantile(ad.Tensor(B), ad.Value(0.3)).data == pytest.approx(np.quantile(B, 0.3))
    cut = np.linalg.pinv(ad.constant(np.diag([1.0, 0.2])), rcond=0.3)
    assert np.array_equal(cut.data, np.diag([1.0, 0.0]))
    single = np.array([[1.0, 2.0], [2.0, 4.0]])
    ad.check_grads(lambda t: np.linalg.pinv(t * single, rcond=1e-3), (1.3,), order=1)
    found = ad.trace(lambda q: np.quantile(B, q), ad.Tensor(0.3))
    assert float(found(np.array(0.8))) == pytest.approx(np.quantile(B, 0.8))


def test_with_the_namespace_numpy_need_not_ask() -> None:
    import autodiff.numpy as anp

    for order in (1.0, 2.0, 3.0):
        with pytest.raises(TypeError, match="ord= is given"):
            ad.grad(lambda x: anp.linalg.norm(B, x))(order)


@pytest.mark.parametrize("function", protocol.TRANSFORMS, ids=lambda f: f.__name__)
def test_transforms_take_no_nodes_but_the_signal(function: Any) -> None:
    signal = np.fft.rfft2(np.outer(B, B)) if function.__name__.startswith("i") else np.outer(B, B)
    for parameter in ("n", "s", "axis", "axes", "norm"):
        for value in (1.0, np.array([4.0, 4.0])):
            with pytest.raises((TypeError, ValueError)):
                ad.grad(
                    lambda x, p=parameter: abs(function(ad.constant(signal.real), **{p: x}))[0, 0]
                )(value)
