"""The page for those who come from other libraries: its list of numpy's functions is true and fresh.

No function that is called constant has a derivative: each is called with numbers of many kinds, and each
number is moved a little.
"""

import itertools
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import autodiff.numpy as anp
from tests.parity import flat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from docs import coming_from as page  # noqa: E402

FUNCTIONS = {f"{ns}.{name}": (ns, name, f) for ns, name, f in page.functions()}
STATUS = {name: page.status(*found)[0] for name, found in FUNCTIONS.items()}
CONSTANTS = [name for name, kind in STATUS.items() if kind == page.CONSTANT]
# What may be passed: numbers, arrays, matrices, stacks of numbers, counts, whole numbers, truth values.
POOL = (
    0.7, np.array([0.3, 1.7, -0.4]), np.array([[1.3, 0.2], [0.4, 2.1]]), np.array([0.31, 0.32, 0.61]), 3,
    np.array([0, 1, 1]), (2, 3), "d",
)  # fmt: skip
LENGTHS = {"bartlett", "blackman", "hamming", "hanning", "diag_indices", "mask_indices"}
WRITES = {
    "numpy.save",
    "numpy.savetxt",
    "numpy.savez",
    "numpy.savez_compressed",
}  # to files: no results


def calls(function: Any, most: int = 3) -> Iterator[tuple[list[Any], Any]]:
    """Yield the calls with up to three arguments of the pool that numpy answers."""
    for n in range(1, most + 1):
        for args in itertools.product(POOL, repeat=n):
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    args = tuple(x.copy() if isinstance(x, np.ndarray) else x for x in args)
                    yield (
                        list(args),
                        function(*(np.copy(x) if isinstance(x, np.ndarray) else x for x in args)),
                    )
            except Exception:
                continue


def moved(function: Any, args: list[Any], i: int, h: float) -> list[Any] | None:
    """Return the results with one argument moved; None where numpy does not take it."""
    given = [a + h if k == i else a for k, a in enumerate(args)]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            y = function(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in given))
        return [np.asarray(p) for p in flat([y])]
    except Exception:
        return None


def slopes(function: Any, args: list[Any]) -> Iterator[float]:
    """Yield the slopes of the results by each argument that is a number of floats, where both agree."""
    for i, x in enumerate(args):
        if not isinstance(x, float) and not (isinstance(x, np.ndarray) and x.dtype.kind == "f"):
            continue
        found = []
        for h in (1e-4, 5e-5):
            sides = [moved(function, args, i, sign * h) for sign in (1, -1)]
            if None in sides or [p.shape for p in sides[0]] != [p.shape for p in sides[1]]:
                break
            numbers = [(a, b) for a, b in zip(*sides, strict=True) if a.dtype.kind == "f"]
            found.append(sum(float(np.sum(np.abs(a - b))) for a, b in numbers) / (2 * h))
        if len(found) == 2 and abs(found[0] - found[1]) <= 1e-3 * abs(found[0]):
            yield found[0]


def has_derivative(function: Any) -> bool:
    """Return whether some call of a function changes smoothly with its numbers."""
    return any(
        slope > 1e-6
        for args, _ in itertools.islice(calls(function), 60)
        for slope in slopes(function, args)
    )


@pytest.mark.parametrize("name", [n for n in CONSTANTS if n not in WRITES])
def test_no_function_with_a_derivative_is_called_constant(name: str) -> None:
    function = FUNCTIONS[name][2]
    if "empty" in name:
        pytest.skip("its numbers are whatever stood in memory")
    if name.removeprefix("numpy.") in LENGTHS:
        pytest.skip("its numbers are how many there are")
    assert next(calls(function), None) is not None, "no call of the pool is answered"
    assert not has_derivative(function)


@pytest.mark.parametrize(
    "function", [np.sin, np.full_like, np.frexp, np.linspace, np.histogram_bin_edges]
)
def test_the_differences_find_a_derivative_where_one_is(function: Any) -> None:
    assert has_derivative(function)


def test_nearly_all_that_have_a_derivative_record() -> None:
    recorded, whole = page.counted()
    assert recorded >= 0.95 * whole
    assert whole > 250


def test_what_is_about_no_numbers_is_neither_a_ufunc_nor_asks_nodes() -> None:
    for name in page.ABOUT_NO_NUMBERS:
        f = getattr(np, name, None)
        assert f is None or not (isinstance(f, np.ufunc) or hasattr(f, "_implementation"))


@pytest.mark.parametrize("name", [n for n, kind in STATUS.items() if kind == page.REFUSED])
def test_what_is_refused_says_why(name: str) -> None:
    ns, short, _ = FUNCTIONS[name]
    if ns == "numpy.random" or short == "frompyfunc":
        return
    function = getattr(getattr(anp, ns[6:]) if ns != "numpy" else anp, short)
    node = ad.Tensor([[1.5, 0.5], [0.25, 2.0]])
    told = []
    for args in ((node,), (node, 1), (3, node), (node, node), (node, [0], 1.0), (node, 0, 1.0, 0)):
        try:
            function(*args)
        except (TypeError, ValueError, AttributeError, IndexError, Warning) as error:
            told.append(str(error))
    assert any(
        page.status(ns, short, FUNCTIONS[name][2])[1] in t or "no operation" in t for t in told
    )


def test_what_is_written_here_exists() -> None:
    import nets.optim

    names = {"ad": ad, "np": np, "nets": nets}
    for rows in page.SPELLINGS.values():
        for _, ours, _ in rows:
            if ours.startswith("import "):
                __import__(ours.split()[1])
                continue
            first, *rest = ours.split(".")
            thing: Any = names[first]
            for part in rest:
                thing = getattr(thing, part)
            assert callable(thing), ours


def test_the_page_is_what_the_command_prints() -> None:
    if np.__version__.split(".")[:2] != ["2", "4"]:
        pytest.skip("the page lists the functions of numpy 2.4")
    code = "from docs.coming_from import page; print(page(), end='')"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout == page.PAGE.read_text(encoding="utf-8")


def test_a_draw_refuses_nodes_and_a_choice_among_them_records() -> None:
    x = ad.Tensor([1.0, 2.0, 4.0])
    with pytest.raises(TypeError, match="write the rest as a formula"):
        anp.random.normal(x)
    with pytest.raises(TypeError, match=r"np\.random\.choice"):
        anp.random.choice(3, p=x)
    anp.random.seed(3)
    wanted = anp.random.permutation(3), anp.random.choice(3, 2)
    anp.random.seed(3)
    assert ad.gradient(anp.random.permutation(x)[0], x).nonzero()[0].tolist() == [wanted[0][0]]
    assert anp.random.choice(x, 2).data.tolist() == x.data[wanted[1]].tolist()


def test_numbers_are_made_of_nodes() -> None:
    x = ad.Tensor(0.5)
    assert ad.gradient(anp.arange(x, 3.0).sum(), x) == 3.0
    assert ad.gradient(anp.arange(0.0, 2.0, step=x).sum(), x) == 6.0
    assert anp.arange(x, dtype=np.float32).dtype == np.float32
    assert anp.arange(4).tolist() == [0, 1, 2, 3]
    assert ad.gradient(anp.fromiter((x * k for k in range(4)), float, 3).sum(), x) == 3.0
    assert anp.fromiter(range(3), int).tolist() == [0, 1, 2]
    assert anp.require(x, float) is not None
    assert anp.require([1, 2]).tolist() == [1, 2]
    assert ad.gradient(anp.fft.fftfreq(4, x).sum(), x) == pytest.approx(2.0)
    assert anp.fft.rfftfreq(4).tolist() == np.fft.rfftfreq(4).tolist()
    assert anp.kaiser(3, 2.0).tolist() == np.kaiser(3, 2.0).tolist()


def test_the_namespaces_that_are_told_of_exist() -> None:
    told = {n for names, *_ in page.ELSEWHERE for n in names} | set(page.NAMESPACES)
    there = {f"numpy.{n}" for n in dir(np) if type(getattr(np, n)).__name__ == "module"}
    assert {n for n in there if not n.startswith("numpy._")} <= told
    for name in told:
        __import__(name if name != "numpy.emath" else "numpy")


@pytest.mark.parametrize(
    ("base", "name"),
    [("polynomial", "poly"), ("chebyshev", "cheb"), ("legendre", "leg"), ("hermite", "herm"),
     ("hermite_e", "herme"), ("laguerre", "lag")],
)  # fmt: skip
def test_values_of_polynomials_record_and_coefficients_warn(base: str, name: str) -> None:
    module = getattr(np.polynomial, base)
    value, derived = getattr(module, f"{name}val"), getattr(module, f"{name}der")
    c, x = [1.0, -2.0, 0.5, 0.3], np.array([0.3, -1.2])
    found = ad.grad(lambda x: np.sum(value(x, c)))(x)
    np.testing.assert_allclose(found, value(x, derived(c)), rtol=1e-12)
    with pytest.warns(ad.GraphLeftWarning):
        value(x, ad.Tensor(c))
    with pytest.warns(ad.GraphLeftWarning):
        np.polynomial.Polynomial(c)(ad.Tensor(x))


def test_masked_arrays_are_not_for_nodes() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    with pytest.raises(TypeError, match="masked arrays are not for nodes"):
        masked * ad.Value(2.0)
    with (
        pytest.warns(ad.GraphLeftWarning),
        pytest.raises(TypeError, match="masked arrays are not for nodes"),
    ):
        np.ma.mean(ad.Tensor([1.0, 2.0]))


def test_emath_is_real_or_says_why_not() -> None:
    for f, inside, outside in (
        (np.emath.sqrt, 0.25, -0.25), (np.emath.log, 2.0, -2.0), (np.emath.arccos, 0.5, 1.5),
        (np.emath.arctanh, 0.5, -1.5), (lambda x: np.emath.power(x, 3), 2.0, -2.0),
        (lambda x: np.emath.logn(2.0, x), 3.0, -3.0),
    ):  # fmt: skip
        for wrap in (ad.Value, lambda x: ad.Tensor([0.5, x])):
            ad.check_grads(lambda x, f=f: f(x), (inside,), order=2)
            assert isinstance(f(wrap(inside)), ad.Tensor | ad.Value)
            with pytest.raises(
                TypeError, match=r"x holds -?\d.*is complex, and a graph is of real"
            ):
                f(wrap(outside))


def test_windows_slide_over_nodes() -> None:
    windows = np.lib.stride_tricks.sliding_window_view
    image, kernel = np.random.default_rng(2).normal(size=(2, 5, 6)), np.arange(6.0).reshape(2, 3)

    def seen(x: Any) -> Any:
        return np.einsum("aijkl,kl->aij", windows(x, (2, 3), (1, 2)), kernel)

    assert seen(ad.Tensor(image)).shape == (2, 4, 4)
    ad.check_grads(seen, (image,), order=2)
    ad.check_grads(lambda x: windows(x, (2, 3), (0, 0)), (np.arange(6.0),), order=2)
    np.testing.assert_allclose(ad.vmap(seen)(image[None]), seen(image)[None], rtol=1e-13)
    with pytest.raises(TypeError, match="writeable="):
        windows(ad.Tensor(image), (2, 2, 2), writeable=True)
    with pytest.raises(ValueError, match="window shape cannot be larger"):
        windows(ad.Tensor(image), (9, 2, 2))
