"""The machine's cases for `total` and `dot`, the two operations on any number of scalars.

Their operands stand in `more`, from a[i] on, b[i] of them (of a dot the weights first). With lanes each
operand is either shared by all lanes or has a row of its own; see `machine_source`.
"""

from autodiff.table.primitive import TABLE

# A neuron's weights are shared by the lanes and its inputs are not. Four products a pass over the sum,
# and pointers that the compiler may take as apart, are twice as fast; the order of adding is the same.
HELPERS = """
cdef extern from *:
    ctypedef double *Out "double *__restrict"
    ctypedef const double *In "const double *__restrict"

cdef inline void weigh(Out Y, double t, In B, double t1, In B1, double t2, In B2, double t3, In B3,
                       int lanes) noexcept:
    cdef int l
    for l in range(lanes):
        Y[l] = (((Y[l] + t * B[l]) + t1 * B1[l]) + t2 * B2[l]) + t3 * B3[l]

cdef inline double product(In G, In B, int whole, int rest) noexcept:
    cdef double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
    cdef int l
    for l in range(0, whole, 4):
        s0 += G[l] * B[l]
        s1 += G[l + 1] * B[l + 1]
        s2 += G[l + 2] * B[l + 2]
        s3 += G[l + 3] * B[l + 3]
    if rest > 0:
        s0 += G[whole] * B[whole]
    if rest > 1:
        s0 += G[whole + 1] * B[whole + 1]
    if rest > 2:
        s0 += G[whole + 2] * B[whole + 2]
    return (s0 + s1) + (s2 + s3)

"""


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


def _weighs(j: int) -> str:
    """Return whether product k + j is one of a shared weight and an input with lanes."""
    return f"rows[more[k + {j}]] < 0 and rows[more[k + {j} + c]] >= 0"


def _weighed(j: int) -> str:
    return f"v[more[k + {j}]], many + <size_t>rows[more[k + {j} + c]] * lanes"


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
                "c = b[i] // 2", "k = a[i]",
                f"while k + 3 < a[i] + c and {' and '.join(map(_weighs, range(4)))}:",
                f"    weigh(Y, {', '.join(map(_weighed, range(4)))}, lanes)", "    k += 4",
                "for k in range(k, a[i] + c):",
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
                "sends = 1", "for l in range(lanes):", "    sends &= G[l] != 0.0",
                "c = b[i] // 2", "for k in range(a[i], a[i] + c):",
                f"    if sends and {_weighs(0)} and not wanted[more[k + c]]:",
                "        if wanted[more[k]]:",
                "            B = many + <size_t>rows[more[k + c]] * lanes",
                "            g[more[k]] += product(G, B, lanes - lanes % 4, lanes % 4)",
                "        continue",
                *_in(_factor("more[k]", "A")), *_in(_factor("more[k + c]", "B")),
                "    if B != NULL:", *_in(_in(_add_lanes("more[k]", "B[l]"))),
                "    else:", *_in(_in(_add_lanes("more[k]", "v[more[k + c]]"))),
                "    if A != NULL:", *_in(_in(_add_lanes("more[k + c]", "A[l]"))),
                "    else:", *_in(_in(_add_lanes("more[k + c]", "v[more[k]]"))),
            ],
        ),
    ],
}  # fmt: skip
