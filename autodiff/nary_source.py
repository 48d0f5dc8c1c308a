"""The machine's cases for `total` and `dot`, the two operations on any number of scalars.

Their operands stand in `more`, from a[i] on, b[i] of them (of a dot the weights first). With lanes each
operand is either shared by all lanes or has a row of its own; see `machine_source`.
"""

from autodiff.primitive import TABLE


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
