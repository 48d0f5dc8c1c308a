"""Fourier transforms of nodes: numpy's values, derivatives against differences, a spectrum's arithmetic."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch.further.spectra import TRANSFORMS
from autodiff.dispatch.further.spectrum import Spectrum

RNG = np.random.default_rng(2)
X = RNG.normal(size=(4, 5))
NAMES = {f.__name__: f for f in TRANSFORMS}
SIGNAL = {"rfft", "fft", "ihfft", "rfftn", "fftn", "rfft2", "fft2"}
CALLS = [{}, {"norm": "ortho"}, {"norm": "forward"}]
SIZES = {
    False: [{"n": 3}, {"n": 8, "axis": 0}],
    True: [{"s": (3, 6), "axes": (0, 1)}, {"axes": (1, 0)}],
}


def parts(y: Any) -> Any:
    """Return a result as real numbers: both parts, of a spectrum and of a complex array."""
    if isinstance(y, Spectrum):
        return ad.concatenate([y.real.reshape(-1), y.imag.reshape(-1)])
    if np.iscomplexobj(y):
        return np.concatenate([y.real.reshape(-1), y.imag.reshape(-1)])
    return y.reshape(-1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", range(5))
def test_transforms_agree_with_numpy_and_with_differences(name: str, call: int) -> None:
    function, several = NAMES[name], name.endswith(("n", "2"))
    options = [*CALLS, *SIZES[several]][call]

    def f(x: Any, y: Any) -> Any:
        if name in SIGNAL:
            return function(x, **options)
        if not isinstance(x, ad.Tensor):
            return function(x + 1j * y, **options)
        return function(Spectrum(x, y), **options)

    y = 0.5 * X[::-1]
    got, wanted = f(ad.Tensor(X), ad.Tensor(y)), f(X, y)
    assert got.shape == wanted.shape
    assert np.allclose(np.asarray(got.data), wanted, rtol=1e-13, atol=1e-13)
    u = RNG.normal(size=parts(wanted).shape)

    def weighted(x: Any, y: Any) -> Any:
        nodes = [v if isinstance(v, ad.Tensor) else ad.constant(v) for v in (x, y)]
        return (parts(f(*nodes)) * u).sum()

    slopes = ad.grad(weighted, argnums=(0, 1))(X, y)
    for slope, direction in zip(slopes, ((1, 0), (0, 1)), strict=True):
        t = RNG.normal(size=X.shape)  # each transform is linear
        moved = parts(f(direction[0] * t, direction[1] * t))
        assert np.sum(slope * t) == pytest.approx(np.sum(u * moved), rel=1e-12, abs=1e-12)


def test_a_real_signal_given_back() -> None:
    for n in (6, 7):
        x = RNG.normal(size=n)
        back = np.fft.irfft(np.fft.rfft(ad.Tensor(x)), n)
        assert np.allclose(back.data, x)


def test_power_and_convolution_by_the_spectrum() -> None:
    x, k = X[0], X[1]

    def power(x: Any) -> Any:
        return np.sum(np.abs(np.fft.rfft(x)) ** 2 + np.angle(np.fft.rfft(x)))

    ad.check_grads(power, (x,), order=2)

    def convolved(x: Any, k: Any) -> Any:
        return np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(k), 5)

    assert np.allclose(convolved(ad.Tensor(x), ad.Tensor(k)).data, convolved(x, k))
    ad.check_grads(convolved, (x, k), order=2)
    assert np.allclose(ad.jacfwd(convolved)(x, k), ad.jacrev(convolved)(x, k))


def test_arithmetic_agrees_with_that_of_complex_arrays() -> None:
    a, b = np.fft.rfft(X), np.fft.rfft(X[::-1] + 1.0)
    s, t = np.fft.rfft(ad.Tensor(X)), np.fft.rfft(ad.Tensor(X[::-1] + 1.0))
    c, r = 0.5 + 2.0j, X[:, :3]
    pairs: list[tuple[Any, Any]] = [
        (s + t, a + b), (s - t, a - b), (s * t, a * b), (s / t, a / b), (-s, -a), (s + c, a + c),
        (c - s, c - a), (s * c, a * c), (c / t, c / b), (s * 2.0, a * 2.0), (s / 2.0, a / 2.0),
        (s * ad.Tensor(r), a * r), (r * s, r * a), (r - s, r - a), (np.conj(s), a.conj()),
        (np.square(s), a**2), (s[1], a[1]), (s.sum(0), a.sum(0)), (np.mean(s, 1), a.mean(1)),
        (s.reshape(-1), a.reshape(-1)), (np.abs(s), np.abs(a)), (np.real(s), a.real),
        (np.imag(s), a.imag), (np.angle(s, deg=True), np.angle(a, deg=True)), (np.sum(s), a.sum()),
    ]  # fmt: skip
    for got, wanted in pairs:
        assert np.allclose(np.asarray(got.data), wanted)
    assert len(s) == 4
    assert np.ndim(s) == 2
    assert np.shape(s) == a.shape
    assert np.iscomplexobj(s)
    assert "Spectrum" in repr(s)


def test_what_has_no_meaning_of_complex_numbers_says_so() -> None:
    s = np.fft.rfft(ad.Tensor(X))
    for call in (
        lambda: np.exp(s),
        lambda: np.sort(s),
        lambda: np.add.reduce(s),
        lambda: np.array(s),
    ):
        with pytest.raises(TypeError, match=r"take \.real, \.imag or abs\(\)"):
            call()
    with pytest.raises(ValueError, match="norm"):
        np.fft.rfft(ad.Tensor(X), norm="other")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="data points"):
        np.fft.rfft(ad.Tensor(X), 0)
