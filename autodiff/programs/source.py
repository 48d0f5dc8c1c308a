"""A recorded program of scalars as readable lines: what is computed forward, what is sent back.

The lines are the rules of the table, printed with the slots' names: an input is `x0`, a constant its
number, an operation `v` and its slot; `g` stands for the gradient of a slot. Above them stands which
lines are run together, as one loop or as one product of a matrix and a vector.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff.printers.codegen import partial_source, value_source
from autodiff.printers.interpreter import CHAIN, PRODUCT, operands
from autodiff.table.primitive import ROWS, TABLE, Pointwise

DOT = TABLE["dot"]
FEWEST = 4  # lines that are worth a word


def source(recording: Any) -> str:
    """Return the text of a recording."""
    names = [
        f"x{i}" if i < recording.size else repr(float(x)) if i < recording.first else f"v{i}"
        for i, x in enumerate(recording.rolled.unmoved(recording.values))
    ]
    forward: list[str] = []
    backward: list[str] = []
    flat = recording.codes, recording.a, recording.b, recording.more
    for i in range(recording.first, len(names)):
        row = ROWS[recording.codes[i]]
        slots = operands(i, *flat)
        xs = [names[k] for k in slots]
        half = len(xs) // 2
        if isinstance(row, Pointwise):
            value = value_source(row, *xs)
            factors = [
                None if still else partial_source(row, k, names[i], *xs)
                for k, still in enumerate(row.still)
            ]
        elif row is DOT:
            value = " + ".join(f"{w}*{x}" for w, x in zip(xs[:half], xs[half:], strict=True))
            factors = [*xs[half:], *xs[:half]]
        else:
            value, factors = " + ".join(xs), ["1.0"] * len(xs)
        forward.append(f"{names[i]} = {value}")
        backward += reversed(
            [
                f"g{k} += g{i} * {d}"
                for k, d in zip(slots, factors, strict=True)
                if d is not None and recording.wanted[k]
            ]
        )
    backward.reverse()  # the newest operation sends first
    at = recording.rolled.places().tolist()
    guards = [
        f"assert ({names[at[a]] if a >= 0 else x} {sign} {names[at[b]] if b >= 0 else z}) is {outcome}"
        for sign, a, x, b, z, outcome in recording.guards
    ]
    loops = list(found(recording))
    text = [f"# lines {lines} are {what}" for lines, what in loops_at(loops, len(loops) + 2)]
    return "\n".join([*text, "# forward", *forward, *guards, "# backward", *backward]) + "\n"


def found(recording: Any) -> Iterator[tuple[Any, str]]:
    """Yield the operations, counted from 0, that are run together, and as what."""
    rolled, first = recording.rolled, recording.first
    at = rolled.places()
    of_chain = np.flatnonzero(rolled.into >= 0)
    for kind, code, count, out, *fields in rolled.instructions.tolist():
        ends = at[out : out + count]
        inside = of_chain[np.isin(rolled.into[of_chain], ends)]
        places = np.sort(np.concatenate([ends, inside])) - first
        plain = kind == PRODUCT and fields[3] == fields[6] == 0  # one factor for all
        if kind == PRODUCT and count > 1 and not plain:
            yield places, f"one product of ({count}, {fields[4]})"
        elif kind in (PRODUCT, CHAIN):
            yield places, f"{count} sums of {fields[4]}" if count > 1 else f"one sum of {fields[4]}"
        elif count >= FEWEST:
            yield places, f"one loop of {count} times {ROWS[code].name}"


def loops_at(loops: list[tuple[Any, str]], start: int) -> Iterator[tuple[str, str]]:
    """Yield the lines' numbers as text; the first operation stands in line `start`."""
    for places, what in sorted(loops, key=lambda pair: int(pair[0][0])):
        low, high = int(places[0]) + start, int(places[-1]) + start
        whole = high - low + 1 == len(places)
        yield (f"{low} to {high}" if whole else f"{low}, ..., {high} ({len(places)} of them)"), what
