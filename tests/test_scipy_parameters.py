"""Every parameter of what stands for a function of SciPy's: as in SciPy on the nodes' arrays, or refused."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytest.importorskip("scipy")
import scipy.linalg
import scipy.special

from autodiff.scipy import integrate, linalg, optimize, signal, special
from autodiff.scipy.parameters import StandsFor

A = np.random.default_rng(3).normal(size=(3, 3)) + 4.0 * np.eye(3)
# What stands for a function of SciPy's, operands that fit it, and values of its parameters.
SQUARE = {"a": A, "b": A[:, 0]}
FORCE = A @ A.T
PAIR = {"in1": A, "in2": A[:2, :2]}
STRUCTURES = ("gen", "sym", "her", "pos", "diagonal", "tridiagonal", "banded", "upper triangular",
              "lower triangular", "general", "no such thing")  # fmt: skip
OPERANDS: dict[str, dict[str, Any]] = {
    "solve": SQUARE, "solve_triangular": SQUARE, "lstsq": {"a": A[:, :2], "b": A[:, 0]},
    "cho_solve": {"c_and_lower": (np.linalg.cholesky(FORCE), True), "b": A[:, 0]}, "expm": {"A": A},
    "convolve": PAIR, "correlate": PAIR, "fftconvolve": PAIR,
    "detrend": {"data": np.sin(np.arange(24.0)).reshape(8, 3)},
    "inv": {"a": A}, "logsumexp": {"a": A}, "softmax": {"x": A}, "log_softmax": {"x": A},
}  # fmt: skip
SAYS: dict[str, tuple[Any, ...]] = {
    "assume_a": STRUCTURES, "trans": (0, 1, 2, "N", "T", "C", 7),
    "mode": ("full", "same", "valid", "no such thing"),
    "axis": (0, 1, -1, 2), "axes": (0, 1, (0, 1), -1, 5),
    "type": ("constant", "c", "linear", "l", "no such thing", 1, 2),
    "bp": (0, 1, 2, (1, 2)), "ord": (None, 1, 2, np.inf, -np.inf, "fro", "nuc", "no such thing"),
    "method": ("auto", "direct", "fft", "no such thing"),
    "lapack_driver": ("gelsd", "gelsy", "gelss", "gesdd", "gesvd", "no such thing"),
    "driver": ("ev", "evd", "evr", "evx", "no such thing"), "cond": (None, 1e-9), "rtol": (None, 1e-9),
    "atol": (None, 1e-9), "b": (None, FORCE),
    "subset_by_index": (None, (0, 1)), "subset_by_value": (None, (0.0, 9.0)),
}  # fmt: skip
STANDING = [
    (space, name) for space in (linalg, signal, special)
    for name, f in vars(space).items() if isinstance(f, StandsFor) and name != "block_diag"
]  # fmt: skip


def numbers(name: str, y: Any) -> list[Any]:
    """The arrays of a result; signs of vectors, and what a factor leaves beside its triangle, are free."""
    parts = [np.asarray(getattr(p, "data", p)) for p in (y if isinstance(y, tuple) else (y,))]
    if name == "cho_factor":
        return [(np.tril if parts[1] else np.triu)(parts[0])]
    return [np.abs(p) for p in parts] if name in ("svd", "eigh") else parts


def asked(f: Callable[[], Any]) -> tuple[Any, Any]:
    try:
        return f(), None
    except Exception as error:  # whatever SciPy raises
        return None, error


@pytest.mark.engine
@pytest.mark.parametrize(("space", "name"), STANDING, ids=lambda x: x if isinstance(x, str) else "")
@np.errstate(all="ignore")
@pytest.mark.filterwarnings("ignore")
def test_every_parameter_means_what_it_means_in_scipy(space: Any, name: str) -> None:
    ours, theirs = getattr(space, name), getattr(space.plain, name)
    operands = OPERANDS.get(name, {"a": FORCE})
    parameters = inspect.signature(theirs).parameters
    assert [*inspect.signature(ours).parameters] == [*parameters]
    options = [{}] + [
        {p: v} for p in parameters if p not in operands for v in SAYS.get(p, (True, False))
    ]
    options += [
        {"lower": True, "assume_a": v} for v in STRUCTURES if {"lower", "assume_a"} <= {*parameters}
    ]
    options += [
        {"transposed": True, "assume_a": v} for v in STRUCTURES if "transposed" in parameters
    ]
    if name == "detrend":
        options += [{"bp": (2, 5), "axis": 0, "type": v} for v in ("linear", "constant")]
    for given in options:
        nodes = {
            k: (ad.Tensor(v[0]), v[1]) if isinstance(v, tuple) else ad.Tensor(v) for k, v in operands.items()
        }  # fmt: skip
        wanted, refused = asked(lambda given=given: theirs(**deepcopy(operands), **given))
        y, error = asked(lambda given=given, nodes=nodes: ours(**nodes, **given))
        if refused is not None:
            assert error is not None, (given, refused)
        elif error is not None:
            assert isinstance(error, TypeError), (given, error)
            assert any(f"{p}=" in str(error) for p in given), (given, error)
        else:
            for got, want in zip(numbers(name, y), numbers(name, wanted), strict=True):
                assert got.shape == want.shape, (given, got, want)
                assert np.allclose(got, want, rtol=1e-9, atol=1e-10), (given, got, want)
        plain, _ = asked(lambda given=given: ours(**deepcopy(operands), **given))
        if wanted is not None:
            for got, want in zip(numbers(name, plain), numbers(name, wanted), strict=True):
                assert np.array_equal(got, want)
    with pytest.raises(TypeError, match="nonsense"):
        ours(
            **{k: ad.Tensor(v) if isinstance(v, np.ndarray) else v for k, v in operands.items()},
            nonsense=3,
        )


@pytest.mark.engine
@pytest.mark.parametrize(("space", "name"), STANDING, ids=lambda x: x if isinstance(x, str) else "")
@pytest.mark.parametrize("start", [0.0, 1.0, 2.0])
def test_no_parameter_makes_a_node_a_constant(space: Any, name: str, start: float) -> None:
    ours = getattr(space, name)
    operands = OPERANDS.get(name, {"a": FORCE})
    settings = {*inspect.signature(ours).parameters} - {*operands, *ours.real}
    for parameter in settings:
        for at in (start, np.array(start), np.array([start, start])):

            def called(x: Any, p: str = parameter) -> Any:
                y = ours(**deepcopy(operands), **{p: x})
                return np.sum(y[0] if isinstance(y, tuple) else y) + 0.0 * np.sum(x)

            with pytest.raises(TypeError, match=f"{parameter}="):
                ad.grad(called)(at)
    given = ad.grad(lambda b: special.logsumexp(A[0], b=b))(np.ones(3))
    assert np.allclose(given, special.softmax(A[0]))


def test_solutions_by_a_part_of_a_matrix_have_its_gradients() -> None:
    for structure in STRUCTURES[:-1]:
        for options in ({"lower": True}, {"transposed": True}, {}):

            def f(a: Any, s: str = structure, o: dict[str, bool] = options) -> Any:
                return linalg.solve(
                    ad.Tensor(a) if type(a) is np.ndarray else a, A[0], assume_a=s, **o
                )

            ad.check_grads(f, (FORCE,), order=1)


def test_blocks_of_fewer_axes() -> None:
    blocks = (np.ones((1, 2)), 3.0, np.array([4.0, 5.0]), A)
    y = linalg.block_diag(ad.Tensor(blocks[0]), *blocks[1:3], ad.Tensor(A))
    assert np.array_equal(y.data, scipy.linalg.block_diag(*blocks))
    assert ad.grad(lambda x: np.sum(linalg.block_diag(A, x) ** 2))(3.0) == 6.0


def test_what_is_left_away() -> None:
    assert special.zeta(2.0) == scipy.special.zeta(2.0)
    assert special.zeta(ad.Value(2.0)).data == pytest.approx(np.pi**2 / 6.0, rel=1e-15)
    assert special.zeta(-1.0) == scipy.special.zeta(-1.0)
    with pytest.raises(TypeError, match="jac= has no meaning here"):
        optimize.minimize(lambda x: x * x, 1.0, jac=lambda x: x)
    with pytest.raises(TypeError, match="'nonsense'"):
        integrate.odeint(lambda y, t: -y, ad.Tensor(np.ones(1)), [0.0, 1.0], nonsense=3)
