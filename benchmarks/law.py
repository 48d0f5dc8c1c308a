"""The law: value and gradient of every function cost at most six times numpy's own forward call.

No function is named here: the functions and what they are called with are read from the table, from the
dispatch and, where SciPy is installed, from its namespace. Each is measured at rising sizes, and no further
than to the first that takes long, so that the whole ends whatever a function costs. The comparison is
with numpy's call on plain arrays, or with a copy of its inputs where that takes longer; calls that are less
than 50 microseconds apart are passed over, as they are too short to tell. A determinant may cost eight
times, and memory eight times of what numpy's call needs with its inputs. `python -m benchmarks.law` prints
all ratios; parts of names as arguments choose, `--page` writes the table of docs/performance.md.
"""

import contextlib
import itertools
import os
import sys
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from autodiff.derivatives.reverse import pulled
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES, Entry
from autodiff.table.primitive import UFUNCS
from autodiff.table.recipes import Pick, Recipe
from benchmarks.page import PAGE, machine
from benchmarks.timing import ONE_CORE

with contextlib.suppress(ImportError):
    import autodiff.scipy.special  # its rows name SciPy's ufuncs

ELEMENTS = (3000, 30_000, 300_000)  # of all arguments of a call, and of its result
LONG = 0.1  # seconds of a call: one that takes longer is not made at the next size
TIMES, MEMORY, APART = 6.0, 8.0, 50e-6
MORE = {"det": 8.0, "slogdet": 8.0}
_seeds = itertools.count()
SIZES = (
    10, 17, 30, 55, 100, 170, 300, 550, 1000, 3000,
    10_000, 15_000, 30_000, 100_000, 150_000, 300_000,
)  # fmt: skip


class Cost(NamedTuple):
    """What a function cost at one size: over numpy, in time and in memory."""

    elements: int
    forward: float  # seconds of numpy's call
    ratio: float
    memory: float
    apart: float  # seconds more than numpy's call


def plainest(n: int) -> int:
    """Choose the plainest of n, but other numbers for each array: of 1,000 seeds the next one."""
    return next(_seeds) % n if n == 1000 else 0


def fullest(n: int) -> int:
    """Choose as `plainest` does, and name the parameters that numpy lets one leave out."""
    return 3 if n == 4 else plainest(n)


def functions() -> Iterator[tuple[str, Any, Any]]:
    """Yield every function that records: its name, numpy's function, how it is called."""
    for function, entry in ENTRIES.items():
        yield protocol.name_of(function), function, entry
    for ufunc, row in UFUNCS.items():
        if ufunc not in ENTRIES and row.recipe is not None:
            names = Entry(ufunc, row, Recipe()).required or list(row.recipe.kinds)
            kinds = dict(zip(names, row.recipe.kinds.values(), strict=False))
            yield protocol.name_of(ufunc), ufunc, Entry(ufunc, row, Recipe(**kinds))


def floats(x: Any) -> list[Any]:
    """Return the arrays of floats in lists of arguments."""
    if isinstance(x, list | tuple):
        return [a for part in x for a in floats(part)]
    if isinstance(x, dict):
        return floats(list(x.values()))
    return [x] if isinstance(x, np.ndarray) and x.dtype.kind == "f" else []


def nodes(x: Any, made: list[Any]) -> Any:
    """Return arguments with a leaf for each array of floats; the leaves go to `made`."""
    if isinstance(x, list | tuple):
        return type(x)(nodes(part, made) for part in x)
    if isinstance(x, dict):
        return {k: nodes(v, made) for k, v in x.items()}
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        made.append(ad.Tensor(x))
        return made[-1]
    return x


def outputs(y: Any) -> list[Any]:
    if isinstance(y, list | tuple):
        return [p for part in y for p in outputs(part)]
    return [y] if isinstance(y, ad.Tensor | ad.Value) and y.needs_grad else []


def least(*jobs: Any, spend: float = 0.05) -> list[float]:
    """Return the fewest seconds that a call of each job takes; they take turns, as the machine varies.

    Each is called until it has taken `spend` seconds in all, at least nine times.
    """
    for job in jobs:
        job()
    best, spent, calls = [np.inf] * len(jobs), [0.0] * len(jobs), 0
    while calls < 9 or (min(spent) < spend and calls < 200):
        for k, job in enumerate(jobs):
            start = time.thread_time()
            job()
            taken = time.thread_time() - start
            best[k], spent[k] = min(best[k], taken), spent[k] + taken
        calls += 1
        if sum(spent) > 2.0:
            break
    return best


def peak(job: Any) -> int:
    """Return the bytes that a call needs at once, beside what was there before."""
    tracemalloc.start()
    job()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def drawn(function: Any, entry: Any, elements: int, pick: Pick) -> tuple[Any, Any] | None:
    """Return arguments of at most so many elements; None where the recipe knows small ones only."""
    found = None
    for size in SIZES:
        args, options = drawing = entry.draw(pick, size)
        count = sum(a.size for a in floats([args, options]))
        if count > elements:
            break
        try:
            results = floats([function(*args, **options)])
        except (ValueError, IndexError, TypeError):  # what numpy does not take
            continue
        if sum(y.size for y in results) > elements:
            break
        found = (drawing, count)
    return None if found is None or found[1] < elements / 30 else found[0]


def cost(function: Any, args: list[Any], options: dict[str, Any]) -> Cost | None:
    """Return what value and gradient cost; None where no gradient flows."""
    leaves: list[Any] = []
    on_nodes, named = nodes(args, leaves), nodes(options, leaves)
    found = outputs(function(*on_nodes, **named))
    if not found:
        return None
    seeds = [np.ones(y.shape, y.dtype) if isinstance(y, ad.Tensor) else 1.0 for y in found]

    def ours() -> None:
        pulled(outputs(function(*on_nodes, **named)), seeds, leaves)

    def plain() -> None:
        function(*args, **options)

    arrays = floats([args, options])
    call, copies, taken = least(plain, lambda: [a.copy() for a in arrays], ours)
    forward = max(call, copies)
    memory = peak(ours) / (peak(plain) + sum(a.nbytes for a in arrays))
    return Cost(sum(a.size for a in arrays), forward, taken / forward, memory, taken - forward)


def measured(function: Any, entry: Any, elements: int) -> Cost | None:
    """Return the cost at the plainest arguments that have a meaning, on plain arrays and on a graph."""
    for pick in (plainest, fullest):
        args = drawn(function, entry, elements, pick)
        if args is None:
            continue
        try:
            return cost(function, *args)
        except TypeError:  # numpy's default has no meaning on a graph
            if pick is fullest:
                raise
    return None


def costs(chosen: tuple[str, ...] = ()) -> Iterator[tuple[str, list[Cost]]]:
    """Yield the name of every function and what it costs at the sizes."""
    for name, function, entry in functions():
        if chosen and not any(part in name for part in chosen):
            continue
        found: list[Cost] = []
        for elements in ELEMENTS:
            if found and found[-1].forward + found[-1].apart > LONG:
                break
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                one = measured(function, entry, elements)
            if one is not None:
                found.append(one)
        if found:
            yield name, found


def allowed(name: str) -> float:
    return MORE.get(name.rpartition(".")[2], TIMES)


def over(*chosen: str) -> dict[str, float]:
    """Return how many functions were measured and the ratio of each that is over the law."""
    count, found = 0, {}
    for name, at in costs(chosen):
        count += 1
        last = at[-1]
        if last.apart > APART and last.ratio > allowed(name):
            found[name] = round(last.ratio, 1)
        if last.memory > MEMORY:
            found[f"{name}, memory"] = round(last.memory, 1)
        if len(at) > 1 and min(c.apart for c in at) > APART:
            growth = last.ratio / at[0].ratio
            if growth > 2.0 and last.ratio > allowed(name):
                found[f"{name}, growth"] = round(growth, 1)
    dearest = dict(sorted(found.items(), key=lambda item: -item[1]))
    return {"functions measured": count, "over the law": len(found), **dearest}


def page(measured: list[tuple[str, list[Cost]]]) -> str:
    """Return every function's ratio at the largest size as a table, by bands, and who needs memory."""
    bands: dict[str, list[str]] = {}
    for name, at in sorted(measured, key=lambda item: -item[1][-1].ratio):
        last = at[-1]
        top = next((t for t in (1, 2, 4) if last.ratio <= t), allowed(name))
        short = last.ratio > top and last.apart <= APART
        band = (
            f"to {top:.0f}"
            if last.ratio <= top
            else "over, 50 us apart or less"
            if short
            else "over"
        )
        bands.setdefault(band, []).append(f"`{name}` {last.ratio:.3g}")
    greedy = [f"`{n}` {at[-1].memory:.3g}" for n, at in measured if at[-1].memory > MEMORY]
    lines = [f"| {band} ({len(names)}) | {', '.join(names)} |" for band, names in bands.items()]
    lines += [f"| memory over {MEMORY:.0f} ({len(greedy)}) | {', '.join(greedy) or 'none'} |"]
    return "\n".join([f"| times numpy's ({len(measured)}) | functions |", "|---|---|", *lines])


def write(measured: list[tuple[str, list[Cost]]]) -> None:
    """Put the table into docs/performance.md."""
    text = PAGE.read_text(encoding="utf-8")
    opening, rest = text.split("<!-- law -->\n")
    closing = rest.partition("<!-- end of law -->")[2]
    made = f"{page(measured)}\n\n{machine()} `python -m benchmarks.law --page` writes it.\n"
    PAGE.write_text(f"{opening}<!-- law -->\n{made}<!-- end of law -->{closing}", encoding="utf-8")


if __name__ == "__main__":
    if (
        not ONE_CORE.keys() <= os.environ.keys()
    ):  # threads of BLAS wait for each other on a busy machine
        call = [sys.executable, "-m", "benchmarks.law", *sys.argv[1:]]
        os.execve(sys.executable, call, {**os.environ, **ONE_CORE})
    chosen, every = tuple(a for a in sys.argv[1:] if a != "--page"), []
    for name, at in costs(chosen):
        every.append((name, at))
        parts = (f"{c.elements:>8}: {1e6 * c.forward:9.0f} us x {c.ratio:6.1f}, memory {c.memory:5.1f}"
                 for c in at)  # fmt: skip
        print(f"{at[-1].ratio:7.1f} {name:<34}", *parts, flush=True)
    if "--page" in sys.argv:
        write(every)
