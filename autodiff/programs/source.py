"""A recorded program of scalars as readable lines: what is computed forward, what is sent back.

The lines are the rules of the table, printed with the slots' names: an input is `x0`, a constant its
number, an operation `v` and its slot; `g` stands for the gradient of a slot.
"""

from typing import Any

from autodiff.printers.codegen import partial_source, value_source
from autodiff.programs.machine import operands
from autodiff.table.primitive import ROWS, TABLE, Pointwise

DOT = TABLE["dot"]


def source(recording: Any) -> str:
    """Return the text of a recording."""
    names = [
        f"x{i}" if i < recording.size else repr(float(x)) if i < recording.first else f"v{i}"
        for i, x in enumerate(recording.values)
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
                None if rule is None else partial_source(row, k, names[i], *xs)
                for k, rule in enumerate(row.partials)
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
    guards = [
        f"assert ({names[a[0]] if a[0] >= 0 else a[1]} {sign} "
        f"{names[b[0]] if b[0] >= 0 else b[1]}) is {outcome}"
        for sign, a, b, outcome in recording.guards
    ]
    return "\n".join(["# forward", *forward, *guards, "# backward", *backward]) + "\n"
