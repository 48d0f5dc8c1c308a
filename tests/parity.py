"""numpy as the oracle: calls drawn from the recipes, made on nodes and on the plain arrays.

`python -m tests.parity 200000` draws so many calls of every function that records, prints what
disagrees and how many calls were refused, by parameter; `python -m tests.parity 60000 docs/refused.txt`
keeps the list of what is refused, which the page of numpy's functions reads. A third argument is the first
seed.
"""

import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES, Entry
from autodiff.table.primitive import UFUNCS
from autodiff.table.recipes import AXED, Pick, Recipe
from tests.rows import CORE

REDUCE = Recipe(
    "(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True)", array=AXED
)


def of_row(ufunc: Any, row: Any) -> Entry:
    """Return a row as an entry: its recipe under the names that numpy gives the operands."""
    names = Entry(ufunc, row, Recipe()).required or list(row.recipe.kinds)
    return Entry(ufunc, row, Recipe(**dict(zip(names, row.recipe.kinds.values(), strict=True))))


# Not SciPy's ufuncs: given where=, those of SciPy 1.17.1 write beside their own arrays.
ROWS = {
    ufunc: of_row(ufunc, row)
    for ufunc, row in UFUNCS.items()
    if row in CORE and protocol.name_of(ufunc).startswith("np.")
}
# What is called, by a name: numpy's function, what is called on nodes, and how arguments are drawn.
CALLS: dict[str, tuple[Any, Any, Entry]] = {
    protocol.name_of(f): (f, f, entry) for f, entry in {**ENTRIES, **ROWS}.items()
}
CALLS |= {
    f"{protocol.name_of(u)}.reduce": (u.reduce, u.reduce, Entry(u.reduce, u.reduce, REDUCE))
    for u in protocol.REDUCTIONS
}
REFUSED = "has no meaning on a graph"


def as_nodes(x: Any, pick: Pick) -> Any:
    """Return an operand as a node, lists of them as lists of which some are nodes."""
    if isinstance(x, list):
        kept = pick(len(x))
        return [as_nodes(p, pick) if i == kept or pick(2) else p for i, p in enumerate(x)]
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return ad.Tensor(x)
    return ad.Value(x) if type(x) is float else x


def with_numbers(x: Any, pick: Pick) -> Any:
    """Return an operand, with some arrays without axes as Python's numbers."""
    if isinstance(x, list):
        return [with_numbers(p, pick) for p in x]
    if isinstance(x, np.ndarray) and not x.ndim and x.dtype == float and pick(2):
        return float(x)
    return x


def plain(x: Any) -> Any:
    """Return what came out with each node replaced by its array."""
    if isinstance(x, list | tuple):
        return [plain(p) for p in x]
    return np.asarray(x.data) if isinstance(x, ad.Tensor | ad.Value) else np.asarray(x)


def largest(x: Any) -> float:
    """Return the largest finite size among the numbers of a call."""
    if isinstance(x, list | tuple):
        return max(map(largest, x), default=0.0)
    if isinstance(x, dict):
        return largest(list(x.values()))
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return float(np.max(np.abs(x), where=np.isfinite(x), initial=0.0))
    return 0.0


def differ(got: Any, wanted: Any, scale: float, eps: float = 0.0) -> str:
    """Say in what the result on nodes differs from numpy's by more than rounding, "" where it does not."""
    if isinstance(wanted, list | tuple):
        if not isinstance(got, list) or len(got) != len(wanted):
            return f"{len(wanted)} results wanted, got {got!r:.200}"
        return next(
            filter(None, (differ(a, b, scale, eps) for a, b in zip(got, wanted, strict=True))), ""
        )
    wanted = np.asarray(wanted)
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return f"{got.dtype}{got.shape} instead of {wanted.dtype}{wanted.shape}"
    if wanted.dtype.kind != "f":
        return "" if np.array_equal(got, wanted) else f"{got} instead of {wanted}"
    eps = max(eps, float(np.finfo(wanted.dtype).eps))
    with np.errstate(all="ignore"):
        close = np.abs(got - wanted) <= 64 * eps * np.maximum(np.abs(wanted), scale)
        good = close | (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return "" if np.all(good) else f"{got!r:.300} instead of {wanted!r:.300}"


def coarsest(x: Any) -> float:
    """Return the rounding of the coarsest numbers of a call: numpy may compute with those first."""
    found = [p for p in flat([x]) if is_float(p)]
    return max((float(np.finfo(p.dtype).eps) for p in found), default=0.0)


def as_held(x: Any) -> Any:
    """Return arrays of floats as a node holds them, which is in memory of its own."""
    return replacing(np.array)(x)


class Outcome:
    """How one call turned out: it agrees, or it is refused, or `fault` says what is wrong."""

    def __init__(self, fault: str = "", refused: str = "") -> None:
        self.fault, self.refused = fault, refused


def outcome(
    function: Any, on_nodes: Any, entry: Entry, pick: Pick, special: bool = True, **given: Any
) -> Outcome:
    """Draw one call, make it on nodes and on the plain arrays, and compare; some options are `given`."""
    args, options = entry.draw(pick, special=special)
    options |= given
    here = entry.recipe.operands
    args = [with_numbers(x, pick) for x in args]
    options = {k: with_numbers(v, pick) if k in here else v for k, v in options.items()}
    places = [
        p.name
        for p in entry.signature.parameters.values()
        if p.name in entry.required or p.kind is p.POSITIONAL_ONLY
    ]
    many = any(p.kind is p.VAR_POSITIONAL for p in entry.signature.parameters.values())
    nodes = [as_nodes(x, pick) if many or places[i] in here else x for i, x in enumerate(args)]
    named = {k: as_nodes(v, pick) if k in here and pick(2) else v for k, v in options.items()}
    if not any(isinstance(x, ad.Tensor | ad.Value) for x in flat([nodes, named])):
        nodes = [as_all_nodes(x) for x in args]
        named = {k: as_all_nodes(v) if k in here else v for k, v in options.items()}
    text = f"{protocol.name_of(function)}(*{args!r:.300}, **{options!r:.400})"
    try:
        wanted = function(*as_held(args), **as_held(options))
    except Exception as error:
        wanted = error
    try:
        got = on_nodes(*nodes, **named)
    except Exception as error:
        if isinstance(wanted, Exception):
            return Outcome()
        if REFUSED in str(error):
            return Outcome(refused=str(error).partition(REFUSED)[0])
        return Outcome(
            f"{text}: raises {type(error).__name__}: {error}; numpy gives {wanted!r:.200}"
        )
    if isinstance(wanted, Exception):
        return Outcome(f"{text}: gives {got!r:.200}; numpy raises {wanted!r:.200}")
    scale = largest(args) + largest(options)
    scale = max(scale, 1.0) if scale < 1e6 else scale
    fault = differ(plain(got), wanted, scale, coarsest([args, options]))
    return Outcome(f"{text}: {fault}" if fault else "")


def off_the_kinks(x: Any) -> Any:
    """Return arguments whose numbers are no whole ones."""
    return replacing(lambda a: np.asarray(a + 0.00123, a.dtype))(x)


def as_all_nodes(x: Any) -> Any:
    return replacing(ad.Tensor)(x)


def is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def like(t: Any, x: Any) -> Any:
    """Return a direction in which a symmetric matrix stays one."""
    symmetric = x.ndim > 1 and x.shape[-1] == x.shape[-2] and np.array_equal(x, x.swapaxes(-1, -2))
    return t + t.swapaxes(-1, -2) if symmetric else t


def answered(function: Any, args: Any, options: Any) -> bool:
    """Return whether numpy answers a call with numbers, and nodes do not refuse it by name."""
    try:
        y = function(*args, **options)
        function(*map(as_all_nodes, args), **as_all_nodes(options))
    except Exception:
        return False
    return all(np.asarray(p).dtype != np.float32 and np.all(np.isfinite(p)) for p in flat([y]))


def replacing(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that puts something else for each array of floats in lists and dicts."""

    def swap(x: Any) -> Any:
        if isinstance(x, list | tuple):
            return type(x)(map(swap, x))
        if isinstance(x, dict):
            return {k: swap(v) for k, v in x.items()}
        return change(x) if is_float(x) else x

    return swap


def flat(x: Any) -> Iterator[Any]:
    if isinstance(x, list | tuple):
        for p in x:
            yield from flat(p)
    elif isinstance(x, dict):
        yield from flat(list(x.values()))
    else:
        yield x


def seeded(seed: int) -> Pick:
    return random.Random(seed).randrange


def listed(refused: Counter[str]) -> str:
    """Return what is refused, a function a line, with its parameters."""
    by_function: dict[str, set[str]] = {}
    for text in refused:
        name, _, parameter = text.partition(":")
        by_function.setdefault(name, set()).add(parameter.strip())
    return "".join(
        f"{name}: {', '.join(sorted(by_function[name]))}\n" for name in sorted(by_function)
    )


def main(calls: int, file: str = "", first: int = 0) -> int:
    """Draw so many calls, in turn of every function; return how many disagree.

    What is refused is written to a file, if one is named.
    """
    functions = list(CALLS.items())
    refused: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for seed in range(first, first + calls):
        if seed > first and not (seed - first) % 10_000:
            print(f"{seed - first} of {calls} calls", file=sys.stderr, flush=True)
        name, call = functions[seed % len(functions)]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = outcome(*call, seeded(seed))
        if found.fault:
            faults[name] += 1
            if faults[name] <= 3:
                print(f"seed {seed}: {found.fault}", flush=True)
        if found.refused:
            refused[found.refused] += 1
    print(f"{calls} calls of {len(functions)} functions: {sum(faults.values())} disagree, "
          f"{sum(refused.values())} are refused ({100 * sum(refused.values()) / calls:.1f} %)")  # fmt: skip
    print(dict(faults), *(f"{n:6} {text}" for text, n in refused.most_common()), sep="\n")
    if file:
        Path(file).write_text(listed(refused), encoding="utf-8")
    return sum(faults.values())


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:4])) else 0)
