"""Print the machine that replays a recorded graph of Values: `_machine.pyx`, from the table.

A program is a list of operations on numbered slots. The machine is a loop over the list with one
case for each pointwise row, forward (the row's value) and backward (its partials, run on symbols and
printed as C-level formulas); nothing about an operation is written here. Each case is printed for a
single lane (`v[i]`) and for many lanes, where a slot is either shared by all lanes or has a row of
its own. A cotangent of zero sends nothing on; the gradient of a shared slot is summed over the
lanes in four interleaved parts, always in the same order.

Programs written with `+` and `*` spend their time in weighted sums. A *chain* is a run of products, each
added at once to the sum of those before it; `flat` finds them, and the machine goes through one in a
loop that keeps the sum (and backward its gradient) at hand.
"""

from collections.abc import Sequence

from autodiff.printers.codegen import IEEE, header, partial_source, pointwise_rows, value_source
from autodiff.printers.nary import HELPERS, LANES_NARY, SINGLE_NARY, sent, summed
from autodiff.table.primitive import Pointwise

PARAMETERS = """
def {name}(int n, int first, short[::1] codes, int[::1] runs, int[::1] a, int[::1] b, int[::1] more,
           double[::1] values, double[::1] grads, char[::1] wanted, int lanes, int[::1] rows,
           double[:, ::1] many, double[:, ::1] sums, int height):
    if n > first:

        _{name}(n, first, &codes[0], &runs[0], &a[0], &b[0], &more[0], &values[0], &grads[0], &wanted[0],
                lanes, &rows[0], &many[0, 0], &sums[0, 0], height)


{ieee}
cdef void _{name}(int n, int first, short *codes, int *runs, int *a, int *b, int *more, double *v, double *g,
                  char *wanted, int lanes, int *rows, double *many, double *sums,
                  int height) noexcept:
    cdef int i, j, k, l, c, code, following, sends
    cdef double y, h, t, s0, s1, s2, s3
    cdef double *Y
    cdef double *G
    cdef double *A
    cdef double *B
    cdef double *C
    cdef double *T
"""


def operands(arity: int) -> list[str]:
    """Return the slots of a row's operands; beyond two they stand in `more`, from a[i] on."""
    if arity <= 2:
        return ["a[i]", "b[i]"][:arity]
    return [f"more[a[i] + {k}]" for k in range(arity)]


def cases(bodies: Sequence[tuple[int, str, list[str]]], indent: str) -> list[str]:
    """Return one switch: for each code a comment and the lines under it."""
    lines = []
    for k, (code, name, body) in enumerate(bodies):
        lines.append(f"{indent}{'el' if k else ''}if code == {code}:  # {name}")
        lines += [f"{indent}    {line}" for line in body]
    return lines


def single_forward(row: Pointwise) -> list[str]:
    return [f"v[i] = {value_source(row, *(f'v[{x}]' for x in operands(row.arity)))}"]


def single_backward(row: Pointwise) -> list[str]:
    xs = operands(row.arity)
    names = [f"v[{x}]" for x in xs]
    lines = [
        f"g[{x}] += h * {partial_source(row, k, 'y', *names)}"
        for k, x in enumerate(xs)
        if row.partials[k] is not None
    ]
    return ["y = v[i]", *lines] if lines else ["pass"]


def patterns(arity: int) -> list[tuple[bool, ...]]:
    """Return which operands have lanes: one of them at least; of three all, copied if need be."""
    if arity == 1:
        return [(True,)]
    if arity == 2:
        return [(True, True), (True, False), (False, True)]
    return [(True, True, True)]


def located(arity: int) -> list[str]:
    """Return the lines that find the operands' lanes: A, B, C, or NULL for a shared operand."""
    if arity <= 2:
        return [
            f"{name} = many + <size_t>rows[{x}] * lanes if rows[{x}] >= 0 else NULL"
            for name, x in zip("AB", operands(arity), strict=False)
        ]
    lines = []
    for k, (name, x) in enumerate(zip("ABC", operands(arity), strict=False)):
        lines += [
            f"if rows[{x}] >= 0:",
            f"    {name} = many + <size_t>rows[{x}] * lanes",
            "else:",
            f"    {name} = sums + <size_t>(height + {k}) * lanes  # room behind the sums",
            "    for l in range(lanes):",
            f"        {name}[l] = v[{x}]",
        ]
    return lines


def branches(arity: int, body: dict[tuple[bool, ...], list[str]]) -> list[str]:
    """Return the choice between the patterns of lanes."""
    found = patterns(arity)
    if len(found) == 1:
        return body[found[0]]
    lines = []
    for k, pattern in enumerate(found):
        tests = [f"{name} != NULL" for name, there in zip("AB", pattern, strict=True) if there]
        lines.append(f"{'elif' if k else 'if'} {' and '.join(tests)}:")
        lines += [f"    {line}" for line in body[pattern]]
    return lines


def laned(pattern: tuple[bool, ...], slots: list[str]) -> list[str]:
    """Return how the operands are read in lane l."""
    return [
        f"{name}[l]" if there else f"v[{x}]"
        for name, there, x in zip("ABC", pattern, slots, strict=False)
    ]


def lanes_forward(row: Pointwise) -> list[str]:
    slots = operands(row.arity)
    body = {
        p: ["for l in range(lanes):", f"    Y[l] = {value_source(row, *laned(p, slots))}"]
        for p in patterns(row.arity)
    }
    return located(row.arity) + branches(row.arity, body)


def lanes_backward(row: Pointwise) -> list[str]:
    slots = operands(row.arity)
    body = {}
    for p in patterns(row.arity):
        lines = []
        for k, x in enumerate(slots):
            if row.partials[k] is None:
                continue
            d = partial_source(row, k, "Y[l]", *laned(p, slots))
            lines += [
                f"if wanted[{x}] and rows[{x}] >= 0:",
                f"    T = sums + <size_t>rows[{x}] * lanes",
            ]
            lines += ["    for l in range(lanes):", f"        {sent('T[l]', d)}"]
            lines += [f"elif wanted[{x}]:", *(f"    {line}" for line in summed(x, d))]
        body[p] = lines or ["pass"]
    return located(row.arity) + branches(row.arity, body)


MARK = -2  # what stands for the code at the ends of a chain
ADD, MUL = (row for row in pointwise_rows(2) if row.name in ("add", "mul"))

CHAIN = {
    "forward": [
        "y = v[a[i + 1]]", "following = i + 2 * runs[i]", "for k in range(i, following, 2):",
        f"    t = {value_source(MUL, 'v[a[k]]', 'v[b[k]]')}", "    v[k] = t",
        f"    y = {value_source(ADD, 'y', 't')}", "    v[k + 1] = y",
    ],
    "backward": [
        "h = g[i]", "following = i - 2 * runs[i]", "for k in range(i - 1, following, -2):",
        "    t = g[k]", "    s0 = g[a[k + 1]]",
        "    if h != 0.0:",
        f"        s0 += h * {partial_source(ADD, 0, 'v[k + 1]', 'v[a[k + 1]]', 'v[k]')}",
        f"        t += h * {partial_source(ADD, 1, 'v[k + 1]', 'v[a[k + 1]]', 'v[k]')}",
        "    g[a[k + 1]] = s0",
        "    if t != 0.0:",
        f"        g[a[k]] += t * {partial_source(MUL, 0, 'v[k]', 'v[a[k]]', 'v[b[k]]')}",
        f"        g[b[k]] += t * {partial_source(MUL, 1, 'v[k]', 'v[a[k]]', 'v[b[k]]')}",
        "    h = s0",
    ],
}  # fmt: skip


def machine_source() -> str:
    """Return the text of `_machine.pyx`."""
    lines = ["# cython: boundscheck=False, wraparound=False", header(), f"CHAIN = {MARK}", HELPERS]
    table = [row for arity in (1, 2, 3) for row in pointwise_rows(arity)]
    for name, single, lanes in (
        ("forward", single_forward, lanes_forward),
        ("backward", single_backward, lanes_backward),
    ):
        lines.append(PARAMETERS.format(name=name, ieee=IEEE))
        if name == "forward":
            lines += ["    following = first", "    while following < n:"]
        else:
            lines += ["    following = n - 1", "    while following >= first:"]
        lines += [
            "        i = following",
            f"        following {'+' if name == 'forward' else '-'}= 1",
            "        code = codes[i]",
            f"        if code == {MARK}:",
            *(f"            {line}" for line in CHAIN[name]),
            "            continue",
            "        if lanes == 0 or rows[i] < 0:",
        ]
        if name == "backward":
            lines += [
                "            h = g[i]",
                "            if h == 0.0:",
                "                continue",
            ]
        bodies = [(row.code, row.name, single(row)) for row in table] + SINGLE_NARY[name]
        lines += cases(bodies, " " * 12)
        lines += ["            continue", "        Y = many + <size_t>rows[i] * lanes"]
        if name == "backward":
            lines.append("        G = sums + <size_t>rows[i] * lanes")
        bodies = [(row.code, row.name, lanes(row)) for row in table] + LANES_NARY[name]
        lines += cases(bodies, " " * 8)
    return "\n".join(lines) + "\n"
