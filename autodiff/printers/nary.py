"""The machine's cases for sums and products of any number of scalars: loops over their operands.

A product lies evenly in memory, and its sums are of one length; a chain, `dot` and `total` list their
operands in `more`. With lanes each operand is either shared by all lanes or has a row of its own; see
`machine`. What the compiler can turn into wide instructions is C, made twice on x86: for AVX2 and without.
"""

from autodiff.table.primitive import TABLE

TOTAL, DOT = TABLE["total"].code, TABLE["dot"].code


def sent(target: str, d: str) -> str:
    """Return the line that adds G[l] * d; where G[l] is 0 nothing is sent."""
    if d in ("1.0", "-1.0"):
        return f"{target} += G[l] * {d}"
    return f"{target} += G[l] * {d} if G[l] != 0.0 else 0.0"


def to_shared(slot: str, d: str, call: str | None = None) -> list[str]:
    """Return the lines that add the sum over the lanes to a shared slot's gradient."""
    if call is not None:
        return [f"if wanted[{slot}]:", f"    g[{slot}] += {call}"]
    return [
        f"if wanted[{slot}]:", "    for e in range(8):", "        s[e] = 0.0",
        "    for l in range(lanes):", f"        {sent('s[l & 7]', d)}", f"    g[{slot}] += TOTAL(s)",
    ]  # fmt: skip


def to_lanes(slot: str, d: str, call: str | None = None) -> list[str]:
    """Return the lines that add to the gradient of a slot with lanes."""
    add = ["for l in range(lanes):", f"    {sent('T[l]', d)}"] if call is None else [call]
    return [
        f"if wanted[{slot}]:",
        f"    T = sums + <size_t>rows[{slot}] * width",
        *(f"    {x}" for x in add),
    ]


SINGLE_NARY = {
    "forward": [
        (TOTAL, "total", ["y = 0.0", "for k in range(pb):", "    y += v[more[pa + k]]", "v[o] = y"]),
        (
            DOT, "dot",
            [
                "y = 0.0", "c = pb // 2", "for k in range(pa, pa + c):",
                "    y += v[more[k]] * v[more[k + c]]", "v[o] = y",
            ],
        ),
    ],
    "backward": [
        (TOTAL, "total", ["h = g[o]", "if h != 0.0:", "    for k in range(pb):",
                          "        g[more[pa + k]] += h"]),
        (
            DOT, "dot",
            [
                "h = g[o]", "c = pb // 2", "if h != 0.0:",
                "    for k in range(pa, pa + c):", "        g[more[k]] += h * v[more[k + c]]",
                "    for k in range(pa, pa + c):", "        g[more[k + c]] += h * v[more[k]]",
            ],
        ),
    ],
}  # fmt: skip


def add_lanes(k: str, d: str) -> list[str]:
    """Return the lines that send G[l] * d to the slot k, with lanes or shared."""
    return [
        f"if rows[{k}] >= 0:", *_in(to_lanes(k, d)), "else:", *_in(to_shared(k, d)),
    ]  # fmt: skip


def _factor(k: str, name: str) -> list[str]:
    return [f"{name} = many + <size_t>rows[{k}] * width if rows[{k}] >= 0 else NULL"]


def _in(lines: list[str]) -> list[str]:
    return [f"    {x}" for x in lines]


def _weighs(j: int) -> str:
    """Return whether product k + j is one of a shared weight and an input with lanes."""
    return f"rows[factor(I, more, j, k + {j}, c, 0)] < 0 and rows[factor(I, more, j, k + {j}, c, 1)] >= 0"


def _weighed(j: int) -> str:
    return (
        f"v[factor(I, more, j, k + {j}, c, 0)], "
        f"many + <size_t>rows[factor(I, more, j, k + {j}, c, 1)] * width"
    )


_SEND = [
    "w = factor(I, more, j, k, c, 0)", "x = factor(I, more, j, k, c, 1)",
    "if rows[w] < 0 and rows[x] >= 0:",
    "    B = many + <size_t>rows[x] * width",
    "    if wanted[w]:",
    "        g[w] += product(G, B, width)",
    "    if wanted[x]:",
    "        send_weighed(sums + <size_t>rows[x] * width, v[w], G, lanes)",
    "    continue",
    *_factor("w", "A"), *_factor("x", "B"),
    "if B != NULL:", *_in(add_lanes("w", "B[l]")),
    "else:", *_in(add_lanes("w", "v[x]")),
    "if A != NULL:", *_in(add_lanes("x", "A[l]")),
    "else:", *_in(add_lanes("x", "v[w]")),
]  # fmt: skip

# Products with lanes: of a chain, of a product's row, of a dot.
LANES_SUM = {
    "forward": [
        "c = pb // 2 if what == LISTED else I[8]", "q = start(I, more, j, c)",
        "if q < 0:", "    for l in range(lanes):", "        Y[l] = 0.0",
        "elif rows[q] < 0:", "    for l in range(lanes):", "        Y[l] = v[q]",
        "else:", "    A = many + <size_t>rows[q] * width", "    for l in range(lanes):",
        "        Y[l] = A[l]",
        "k = 0",
        f"while k + 3 < c and {' and '.join(map(_weighs, range(4)))}:",
        f"    weigh(Y, {', '.join(map(_weighed, range(4)))}, lanes)", "    k += 4",
        "for k in range(k, c):",
        "    w = factor(I, more, j, k, c, 0)", "    x = factor(I, more, j, k, c, 1)",
        *_in(_factor("w", "A")), *_in(_factor("x", "B")),
        "    if A != NULL and B != NULL:", "        for l in range(lanes):",
        "            Y[l] += A[l] * B[l]",
        "    elif A != NULL:", "        add_weighed(Y, v[x], A, lanes)",
        "    elif B != NULL:", "        add_weighed(Y, v[w], B, lanes)",
        "    else:", "        t = v[w] * v[x]", "        for l in range(lanes):", "            Y[l] += t",
    ],
    "backward": [
        "c = pb // 2 if what == LISTED else I[8]",
        "if what == LISTED:", "    for k in range(c):", *_in(_in(_SEND)),
        "else:", "    for k in range(c - 1, -1, -1):", *_in(_in(_SEND)),
        "q = start(I, more, j, c)", "if q >= 0:", *_in(add_lanes("q", "1.0")),
    ],
}  # fmt: skip

LANES_TOTAL = {
    "forward": [
        "for l in range(lanes):", "    Y[l] = 0.0",
        "for k in range(pa, pa + pb):",
        *_in(_factor("more[k]", "A")),
        "    for l in range(lanes):",
        "        Y[l] += A[l] if A != NULL else v[more[k]]",
    ],
    "backward": ["for k in range(pa, pa + pb):", *_in(add_lanes("more[k]", "1.0"))],
}  # fmt: skip
