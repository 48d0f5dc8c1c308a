"""numpy is the oracle of every function that records, for every parameter of numpy's signature.

The calls are drawn by hypothesis from the recipes that the entries carry; nothing here names a
function. `python -m tests.parity 200000` is the long run.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff.dispatch.entries import ENTRIES, Entry
from tests import parity
from tests.rows import CORE

try:
    from docs.parameters import LIST, refusals
except ImportError:  # beside a wheel there are no documents
    REFUSED: dict[str, list[str]] = {}
else:
    REFUSED = refusals(LIST.read_text())

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # numpy's own, of NaN and empty arrays
]

CALLS = 2000
EACH = -(-CALLS // len(parity.CALLS))
BY_NAME = pytest.mark.parametrize("name", parity.CALLS)


@BY_NAME
def test_calls_agree_with_numpy(name: str) -> None:
    function, on_nodes, entry = parity.CALLS[name]
    refused = []

    @settings(max_examples=EACH, database=None)
    @given(st.data())
    def draw(data: Any) -> None:
        def pick(n: int) -> int:
            return data.draw(st.integers(0, n - 1)) if n > 1 else 0

        with np.errstate(all="ignore"):
            found = parity.outcome(function, on_nodes, entry, pick)
        assert not found.fault, found.fault
        refused.append(found.refused)

    draw()


X, NAN, INF = np.array([0.1, 0.4, 0.6]), np.nan, np.inf
UNEVEN = [0, 0.3, 0.5, 1.0]
ONCE: list[Any] = [
    lambda t: np.histogram(X, UNEVEN, weights=t([1.0, NAN, 2.0]))[0],
    lambda t: np.histogram(X, UNEVEN, weights=t([INF, 1.0, 2.0]))[0],
    lambda t: np.histogram(X, 3, weights=t([1.0, NAN, 2.0]))[0],
    lambda t: np.histogram(t(X), UNEVEN, weights=[1.0, NAN, 2.0], density=True)[0],
    lambda t: np.linalg.norm(
        t([[[1.0, INF], [2.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]]]), "nuc", (1, 2)
    ),
]


@pytest.mark.parametrize("call", ONCE)
def test_calls_that_once_differed(call: Any) -> None:
    with np.errstate(all="ignore"):
        wanted, found = np.asarray(call(np.array)), parity.plain(call(ad.Tensor))
    assert found.dtype == wanted.dtype
    assert np.allclose(found, wanted, 1e-14, 0.0, equal_nan=True)


@pytest.mark.parametrize(("call", "remedy"), [
    (lambda t: np.nan_to_num(t, copy=False), "np.nan_to_num: copy= .* leave copy= away"),
    (lambda t: np.einsum("i,i", t, t, dtype=np.float32, optimize=True), "np.einsum: dtype= .* astype"),
])  # fmt: skip
def test_what_only_numpy_does_is_refused_by_name(call: Any, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        call(ad.Tensor(X))


@pytest.mark.skipif(not hasattr(np, "unique_inverse"), reason="numpy 2 has it")
@pytest.mark.parametrize("seed", [20025514, 20163754])
def test_seeds_that_long_runs_found(seed: int) -> None:
    """NaN comes in the order of the sort that numpy takes where no places are asked for."""
    call = parity.CALLS["np.unique_inverse"]
    assert parity.outcome(*call, parity.seeded(seed)).fault == ""


def test_at_most_one_call_in_ten_is_refused() -> None:
    with np.errstate(all="ignore"):
        found = [
            parity.outcome(*parity.CALLS[name], parity.seeded(seed))
            for name in parity.CALLS
            for seed in range(6)
        ]
    assert [f.fault for f in found if f.fault] == []
    refused = {f.refused for f in found if f.refused}
    assert sum(bool(f.refused) for f in found) <= 0.1 * len(found)
    told = {f"{name}: {p}" for name, ps in REFUSED.items() for p in ps}
    assert (
        not REFUSED or {text.strip() for text in refused} <= told
    )  # the list that is kept, and no more
    assert {line.partition(":")[0] for line in told} <= set(parity.CALLS)


@pytest.mark.filterwarnings("ignore")  # numpy's own, of where= without out=
@pytest.mark.parametrize(("name", "parameters"), REFUSED.items())
def test_what_the_list_says_is_refused(name: str, parameters: list[str]) -> None:
    """A parameter that is honoured leaves the list."""
    wanted = {f"{name}: {p}" for p in parameters}
    with np.errstate(all="ignore"):
        for seed in range(3000):
            wanted.discard(parity.outcome(*parity.CALLS[name], parity.seeded(seed)).refused.strip())
            if not wanted:
                break
    assert not wanted


@pytest.mark.parametrize("row", CORE, ids=lambda r: r.name)
def test_every_row_has_a_recipe(row: Any) -> None:
    assert row.recipe is not None
    assert row.recipe.operands
    for special in (False, True):
        for seed in range(5):
            drawn = row.recipe.draw(parity.seeded(seed), special=special)
            assert list(drawn) == list(row.recipe.kinds)


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda e: e.function.__name__)
def test_every_entry_has_a_recipe_for_every_parameter_of_numpy(entry: Entry) -> None:
    known = [
        p.name
        for p in entry.signature.parameters.values()
        if p.kind is not p.VAR_KEYWORD and entry.recipe.kind(p.name) is None
    ]
    assert known == []
    assert set(entry.recipe.kinds) <= set(entry.signature.parameters) or any(
        p.kind is p.VAR_KEYWORD for p in entry.signature.parameters.values()
    )


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda e: e.function.__name__)
def test_forward_mode_agrees_with_reverse_mode(entry: Entry) -> None:
    """<u, J v> = <J^T u, v>, and the rate of change is what the values themselves show."""
    checked = 0
    for seed in range(60):
        if checked == 4:
            break
        args, options = map(parity.off_the_kinks, entry.draw(parity.seeded(seed)))
        options = {k: v for k, v in options.items() if k not in ("dtype", "casting")}
        if not parity.answered(entry.function, args, options):
            continue
        xs = [x for x in parity.flat([args, options]) if parity.is_float(x)]

        def f(*leaves: Any, args: Any = args, options: Any = options) -> Any:
            left = iter(leaves)
            swap = parity.replacing(lambda x: next(left))
            y = entry.function(*swap(args), **swap(options))
            return ad.sum(ad.concatenate([ad.reshape(p, (-1,)) for p in parity.flat([y])]))

        rng = np.random.default_rng(seed)
        ts = [parity.like(rng.normal(size=x.shape), x) for x in xs]
        pushed = ad.jvp(f, xs, ts)[1]
        back = ad.grad(f, argnums=tuple(range(len(xs))))(*xs)
        pulled = sum(float(np.sum(g * t)) for g, t in zip(back, ts, strict=True))
        scale = sum(float(np.sum(np.abs(g * t))) for g, t in zip(back, ts, strict=True))
        assert float(pushed) == pytest.approx(pulled, rel=1e-10, abs=1e-12 * (1 + scale))

        def along(h: float, xs: Any = xs, ts: Any = ts, f: Any = f) -> float:
            return float(f(*(ad.Tensor(x + h * t) for x, t in zip(xs, ts, strict=True))).data)

        h = 1e-4
        rough = (along(h) - along(-h)) / (2 * h)
        fine = (along(h / 2) - along(-h / 2)) / h
        if abs(rough - fine) <= 1e-4 * (1 + scale):  # else a kink lies between
            assert (4 * fine - rough) / 3 == pytest.approx(pulled, rel=1e-6, abs=1e-6 * (1 + scale))
            checked += 1
    assert checked >= 3


def mutants(entry: Entry) -> list[Callable[..., Any]]:
    """Return implementations that are wrong as implementations are: in value, shape, type, options."""
    right = entry.implementation

    def changed(change: Callable[[Any], Any]) -> Callable[..., Any]:
        def wrong(*args: Any, **options: Any) -> Any:
            y = right(*args, **options)
            return change(y) if isinstance(y, ad.Tensor) else [change(p) for p in y]

        return wrong

    return [
        changed(lambda y: y * (1.0 + 1e-6) + 1e-6),
        changed(lambda y: y.reshape(1, *y.shape)),
        changed(lambda y: y.astype(np.float32 if y.dtype == float else float)),
    ]


@pytest.mark.parametrize(
    "function",
    [np.sum, np.var, np.clip, np.roll, np.concatenate, np.median],
    ids=lambda f: f.__name__,
)
def test_damaged_implementations_are_found(function: Any) -> None:
    entry = ENTRIES[function]
    for wrong in mutants(entry):
        damaged = Entry(function, wrong, entry.recipe)
        damaged.__dict__["declared"] = entry.declared
        faults = [
            parity.outcome(function, damaged, damaged, parity.seeded(seed)).fault
            for seed in range(25)
        ]
        assert any(faults)


def test_a_parameter_that_is_passed_over_is_found() -> None:
    entry = ENTRIES[np.mean]
    for lost in ("axis", "keepdims", "where", "dtype"):

        def forgetful(*args: Any, lost: str = lost, **options: Any) -> Any:
            options.pop(lost, None)
            return entry(*args, **options)

        faults = [
            parity.outcome(np.mean, forgetful, entry, parity.seeded(seed)).fault
            for seed in range(150)
        ]
        assert any(faults), lost


def test_an_axis_taken_modulo_the_number_of_axes_is_found() -> None:
    entry = ENTRIES[np.sum]

    def lenient(a: Any, *args: Any, **options: Any) -> Any:
        axis = options.get("axis")
        if isinstance(axis, int) and np.ndim(parity.plain(a)):
            options["axis"] = axis % np.ndim(parity.plain(a))
        return entry(a, *args, **options)

    faults = [parity.outcome(np.sum, lenient, entry, parity.seeded(s)).fault for s in range(150)]
    assert any(faults)
