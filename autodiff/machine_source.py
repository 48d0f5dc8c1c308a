"""Print the machine that replays a recorded graph of Values: `_machine.pyx`, from the table.

A program is a list of operations on numbered slots. The machine is a loop over the list with one
case for each pointwise row, forward (the row's value) and backward (its partials, run on symbols and
printed as C-level formulas); nothing about an operation is written here. Each case is printed for a
single lane (`v[i]`) and for many lanes, where a slot is either shared by all lanes or has a row of
its own. A cotangent of zero sends nothing on; the gradient of a shared slot is summed over the
lanes in four interleaved parts, always in the same order.
"""

from collections.abc import Sequence

from autodiff.codegen import IEEE, header, partial_source, pointwise_rows, value_source
from autodiff.primitive import TABLE, Pointwise

PARAMETERS = """
def {name}(int n, int first, short[::1] codes, int[::1] a, int[::1] b, int[::1] more,
           double[::1] values, double[::1] grads, char[::1] wanted, int lanes, int[::1] rows,
           double[:, ::1] many, double[:, ::1] sums, int height):
    if n > first:

        _{name}(n, first, &codes[0], &a[0], &b[0], &more[0], &values[0], &grads[0], &wanted[0],
                lanes, &rows[0], &many[0, 0], &sums[0, 0], height)


{ieee}
cdef void _{name}(int n, int first, short *codes, int *a, int *b, int *more, double *v, double *g,
                  char *wanted, int lanes, int *rows, double *many, double *sums,
                  int height) noexcept:
    cdef int i, j, k, l, c, code
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


def sent(target: str, d: str) -> str:
    """Return the line that adds G[l] * d; where G[l] is 0 nothing is sent."""
    if d in ("1.0", "-1.0"):
        return f"{target} += G[l] * {d}"
    return f"{target} += G[l] * {d} if G[l] != 0.0 else 0.0"


def summed(slot: str, d: str) -> list[str]:
    """Return the lines that add the sum over the lanes to a shared slot's gradient."""
    lines = ["s0 = s1 = s2 = s3 = 0.0", "for j in range(lanes // 4):"]
    for k in range(4):
        at = "4 * j" if k == 0 else f"4 * j + {k}"
        lines += [f"    {sent(f's{k}', d)}".replace("[l]", f"[{at}]")]
    lines += ["for l in range(lanes - lanes % 4, lanes):", f"    {sent('s0', d)}"]
    return [*lines, f"g[{slot}] += (s0 + s1) + (s2 + s3)"]


TOTAL, DOT = TABLE["total"].code, TABLE["dot"].code

SINGLE_NARY = {
    "forward": [
        (TOTAL, "total", ["y = 0.0", "for k in range(b[i]):", "    y += v[more[a[i] + k]]", "v[i] = y"]),
        (
            DOT, "dot",
            [
                "y = 0.0", "c = b[i] // 2", "for k in range(a[i], a[i] + c):",
                "    y += v[more[k]] * v[more[k + c]]", "v[i] = y",
            ],
        ),
    ],
    "backward": [
        (TOTAL, "total", ["for k in range(b[i]):", "    g[more[a[i] + k]] += h"]),
        (
            DOT, "dot",
            [
                "c = b[i] // 2",
                "for k in range(a[i], a[i] + c):", "    g[more[k]] += h * v[more[k + c]]",
                "for k in range(a[i], a[i] + c):", "    g[more[k + c]] += h * v[more[k]]",
            ],
        ),
    ],
}  # fmt: skip


def _add_lanes(k: str, d: str) -> list[str]:
    return [
        f"if wanted[{k}] and rows[{k}] >= 0:",
        f"    T = sums + <size_t>rows[{k}] * lanes",
        "    for l in range(lanes):",
        f"        {sent('T[l]', d)}",
        f"elif wanted[{k}]:",
        *(f"    {line}" for line in summed(k, d)),
    ]


def _factor(k: str, name: str) -> list[str]:
    return [f"{name} = many + <size_t>rows[{k}] * lanes if rows[{k}] >= 0 else NULL"]


def _pairs(body: dict[str, list[str]]) -> list[str]:
    lines = ["if A != NULL and B != NULL:", *(f"    {x}" for x in body["ab"])]
    lines += ["elif A != NULL:", *(f"    {x}" for x in body["a"])]
    lines += ["elif B != NULL:", *(f"    {x}" for x in body["b"])]
    return [*lines, "else:", *(f"    {x}" for x in body[""])]


def _in(lines: list[str]) -> list[str]:
    return [f"    {x}" for x in lines]


def _product(x: str, z: str) -> list[str]:
    return ["for l in range(lanes):", f"    Y[l] += {x} * {z}"]


LANES_NARY = {
    "forward": [
        (
            TOTAL, "total",
            [
                "for l in range(lanes):", "    Y[l] = 0.0",
                "for k in range(a[i], a[i] + b[i]):",
                *_in(_factor("more[k]", "A")),
                "    for l in range(lanes):",
                "        Y[l] += A[l] if A != NULL else v[more[k]]",
            ],
        ),
        (
            DOT, "dot",
            [
                "for l in range(lanes):", "    Y[l] = 0.0",
                "c = b[i] // 2", "for k in range(a[i], a[i] + c):",
                *_in(_factor("more[k]", "A")), *_in(_factor("more[k + c]", "B")),
                *_in(_pairs({
                    "ab": _product("A[l]", "B[l]"),
                    "a": ["t = v[more[k + c]]", *_product("A[l]", "t")],
                    "b": ["t = v[more[k]]", *_product("t", "B[l]")],
                    "": ["t = v[more[k]] * v[more[k + c]]", "for l in range(lanes):", "    Y[l] += t"],
                })),
            ],
        ),
    ],
    "backward": [
        (
            TOTAL, "total",
            ["for k in range(a[i], a[i] + b[i]):", *_in(_add_lanes("more[k]", "1.0"))],
        ),
        (
            DOT, "dot",
            [
                "c = b[i] // 2", "for k in range(a[i], a[i] + c):",
                *_in(_factor("more[k]", "A")), *_in(_factor("more[k + c]", "B")),
                "    if B != NULL:", *_in(_in(_add_lanes("more[k]", "B[l]"))),
                "    else:", *_in(_in(_add_lanes("more[k]", "v[more[k + c]]"))),
                "    if A != NULL:", *_in(_in(_add_lanes("more[k + c]", "A[l]"))),
                "    else:", *_in(_in(_add_lanes("more[k + c]", "v[more[k]]"))),
            ],
        ),
    ],
}  # fmt: skip


def machine_source() -> str:
    """Return the text of `_machine.pyx`."""
    lines = ["# cython: boundscheck=False, wraparound=False", header()]
    table = [row for arity in (1, 2, 3) for row in pointwise_rows(arity)]
    for name, single, lanes in (
        ("forward", single_forward, lanes_forward),
        ("backward", single_backward, lanes_backward),
    ):
        lines.append(PARAMETERS.format(name=name, ieee=IEEE))
        order = "range(first, n)" if name == "forward" else "range(n - 1, first - 1, -1)"
        lines += [f"    for i in {order}:", "        code = codes[i]"]
        lines.append("        if lanes == 0 or rows[i] < 0:")
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
