"""Print a row's case of the machine without lanes: a loop over the instruction's slots, forward and back.

The operands of an instruction lie evenly, `pa + j * sa` and `pb + j * sb`. Where they lie side by side and
the formula is arithmetic the compiler makes the loop wide. What is sent again and again to one slot is added
up in a register, and an operand that gets no gradient is sent nothing: those of one instruction are alike.
"""

from autodiff.printers.codegen import partial_source, value_source
from autodiff.printers.native.pulls import c_formula
from autodiff.table.primitive import Pointwise
from autodiff.table.symbol import Symbol, Term

BACK = "for j in range(count - 1, -1, -1):"
PLACES = ("pa + j * sa", "pb + j * sb")
BESIDE = ("pa + j", "pb + j")


def operands(arity: int) -> list[str]:
    """Return the slots of a row's operands; beyond two they stand in `more`."""
    return ["p", "q"][:arity] if arity <= 2 else [f"more[pa + {k}]" for k in range(arity)]


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def value(row: Pointwise, xs: list[str], needed: dict[str, Pointwise]) -> tuple[str, bool]:
    """Return a row's value as source, and whether it is arithmetic."""
    found = c_formula(Symbol(op=row, args=tuple(map(Symbol, xs))), needed)
    return (value_source(row, *xs), False) if found is None else (found, True)


def partial(
    row: Pointwise, k: int, y: str, xs: list[str], needed: dict[str, Pointwise]
) -> tuple[str, bool]:
    """Return the derivative in operand k as source, and whether it is arithmetic."""
    rule = row.partials[k]
    assert rule is not None
    term: Term = rule(Symbol(y), *map(Symbol, xs))
    found = c_formula(term, needed)
    return (partial_source(row, k, y, *xs), False) if found is None else (found, True)


def read(places: tuple[str, ...], arity: int) -> list[str]:
    return [f"v[{x}]" for x in places[:arity]]


def single_forward(row: Pointwise, needed: dict[str, Pointwise]) -> list[str]:
    if row.arity > 2:
        return [f"v[o] = {value(row, [f'v[{x}]' for x in operands(row.arity)], needed)[0]}"]
    loop, wide = (
        ["for j in range(count):", f"    v[o + j] = {value(row, read(xs, row.arity), needed)[0]}"]
        for xs in (PLACES, BESIDE)
    )
    if not value(row, read(BESIDE, row.arity), needed)[1]:
        return loop
    together = "sa == 1 and sb == 1" if row.arity == 2 else "sa == 1"
    return [f"if {together}:", *indented(wide), "else:", *indented(loop)]


def single_backward(row: Pointwise, needed: dict[str, Pointwise]) -> list[str]:
    found = [k for k in range(row.arity) if not row.still[k]]
    if not found:
        return ["pass"]
    if row.arity > 2:
        xs = operands(row.arity)
        names = [f"v[{x}]" for x in xs]
        sent = [f"g[{xs[k]}] += h * {partial(row, k, 'y', names, needed)[0]}" for k in found]
        return ["h = g[o]", "if h != 0.0:", "    y = v[o]", *indented(sent)]
    if row.arity == 1:
        return choice(row, found, needed)
    cases = [(f"wanted[p{'ab'[k]}]", choice(row, [k], needed)) for k in found]
    if len(found) == 2:
        cases.insert(0, ("wanted[pa] and wanted[pb]", choice(row, found, needed)))
    lines = []
    for i, (test, body) in enumerate(cases):
        lines += [f"{'elif' if i else 'if'} {test}:", *indented(body)]
    return lines


def choice(row: Pointwise, sent: list[int], needed: dict[str, Pointwise]) -> list[str]:
    """Return the ways back to the operands `sent`: wide, one of them held in a register, or step by step."""
    arity = row.arity
    ways = []
    parts = {k: partial(row, k, "v[o + j]", read(BESIDE, arity), needed) for k in sent}
    if all(arithmetic for _, arithmetic in parts.values()):
        wide = [
            line for k, (d, _) in parts.items()
            for line in ("for j in range(count):",
                         f"    g[{BESIDE[k]}] += g[o + j] * {d} if g[o + j] != 0.0 else 0.0")
        ]  # fmt: skip
        tests = [f"s{'ab'[k]} == 1" for k in range(arity)]
        if len(sent) == 2:
            tests.append("(pa == pb or pa + count <= pb or pb + count <= pa)")
        ways.append((f"count > 3 and {' and '.join(tests)}", wide))
        ways += [held(row, k, sent, needed) for k in sent if arity == 2]
    loop = [BACK, *indented(step(row, sent, needed, -1))]
    if not ways:
        return loop
    lines = []
    for i, (test, body) in enumerate(ways):
        lines += [f"{'elif' if i else 'if'} {test}:", *indented(body)]
    return [*lines, "else:", *indented(loop)]


def held(
    row: Pointwise, k: int, sent: list[int], needed: dict[str, Pointwise]
) -> tuple[str, list[str]]:
    """Return when one slot gets all that is sent to operand k, and the loop that adds it up in t."""
    here, there = "ab"[k], "ba"[k]
    test = f"count > 1 and s{here} == 0"
    if len(sent) == 2:  # the other's slots are others
        last = f"p{there} + (count - 1) * s{there}"
        low, high = (
            f"p{here} < p{there} and p{here} < {last}",
            f"p{here} > p{there} and p{here} > {last}",
        )
        test += f" and (({low}) or ({high}))"
    loop = [f"t = g[p{here}]", BACK, *indented(step(row, sent, needed, k)), f"g[p{here}] = t"]
    return test, loop


def step(row: Pointwise, sent: list[int], needed: dict[str, Pointwise], register: int) -> list[str]:
    """Return the lines that send the gradient of one slot; what goes to operand `register` is kept in t."""
    lines = ["h = g[o + j]", "if h == 0.0:", "    continue"]
    lines += [f"{n} = {x}" for n, x in zip("pq", PLACES[: row.arity], strict=False)]
    lines.append("y = v[o + j]")
    for k in sent:
        d, _ = partial(row, k, "y", [f"v[{x}]" for x in operands(row.arity)], needed)
        lines.append(f"{'t' if k == register else f'g[{operands(row.arity)[k]}]'} += h * {d}")
    return lines
