"""Print the machine that replays a recorded graph of Values: `_machine.pyx`, from the table.

A program is a list of instructions on numbered slots (see `interpreter`). The machine is a loop
over the list with one case for each pointwise row, forward (the row's value) and backward (its
partials, run on symbols and printed as C-level formulas); nothing about an operation is written here.
Each case is a loop over the instruction's slots, which the compiler makes wide where they lie side by
side and the formula has no calls; with lanes, where a slot is either shared by all lanes or has a row
of its own, it is a loop over the lanes. A cotangent of zero sends nothing on; the gradient of a shared
slot is summed over the lanes in eight interleaved parts, always in the same order.
"""

from collections.abc import Sequence
from pathlib import Path

from autodiff.printers.codegen import (
    IEEE,
    evaluate_source,
    header,
    partial_source,
    pointwise_rows,
    value_source,
)
from autodiff.printers.interpreter import CHAIN, LISTED, PRODUCT, RUN, WIDTH
from autodiff.printers.nary import (
    DOT,
    LANES_SUM,
    LANES_TOTAL,
    SINGLE_NARY,
    TOTAL,
    add_lanes,
    to_lanes,
    to_shared,
)
from autodiff.printers.native.lanes import Loops
from autodiff.printers.native.singles import operands, single_backward, single_forward
from autodiff.printers.native.ufuncs import ufuncs_source
from autodiff.printers.products import HELPERS
from autodiff.printers.runner import RUNNER
from autodiff.printers.tiles import tile_source
from autodiff.table.primitive import Pointwise

PARAMETERS = """
{ieee}
cdef void _{name}(int m, int *work, int *more, double *v, double *g, char *wanted, int lanes, int width,
                  int *rows, double *many, double *sums, int height) noexcept:
    cdef int i, j, k, l, c, e, p, q, w, x, turn, what, code, count, o, pa, sa, pb, sb
    cdef double y, h, t
    cdef double[8] s
    cdef int *I
    cdef double *Y
    cdef double *G
    cdef double *A
    cdef double *B
    cdef double *C
    cdef double *T
"""
START = """
        I = work + turn * WIDTH
        what = I[0]
        code = I[1]
        count = I[2]
        o = I[3]
        pa = I[4]
        sa = I[5]
        pb = I[6]
        sb = I[7]
        if lanes == 0 or rows[o] < 0:
            if what == PRODUCT:
                {product}
                continue
            if what == CHAIN:
                {chain}
                continue
"""


def cases(bodies: Sequence[tuple[int, str, list[str]]], indent: str) -> list[str]:
    """Return one switch: for each code a comment and the lines under it."""
    lines = []
    for k, (code, name, body) in enumerate(bodies):
        lines.append(f"{indent}{'el' if k else ''}if code == {code}:  # {name}")
        lines += [f"{indent}    {line}" for line in body]
    return lines


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
            f"{name} = many + <size_t>rows[{x}] * width if rows[{x}] >= 0 else NULL"
            for name, x in zip("AB", operands(arity), strict=False)
        ]
    lines = []
    for k, (name, x) in enumerate(zip("ABC", operands(arity), strict=False)):
        lines += [
            f"if rows[{x}] >= 0:",
            f"    {name} = many + <size_t>rows[{x}] * width",
            "else:",
            f"    {name} = sums + <size_t>(height + {k}) * width  # room behind the sums",
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


def lanes_forward(row: Pointwise, loops: Loops) -> list[str]:
    slots = operands(row.arity)
    body = {}
    for p in patterns(row.arity):
        call = loops.forward(row, p, slots)
        plain = ["for l in range(lanes):", f"    Y[l] = {value_source(row, *laned(p, slots))}"]
        body[p] = plain if call is None else [call]
    return located(row.arity) + branches(row.arity, body)


def lanes_backward(row: Pointwise, loops: Loops) -> list[str]:
    slots = operands(row.arity)
    body = {}
    for p in patterns(row.arity):
        lines = []
        for k, x in enumerate(slots):
            if row.still[k]:
                continue
            if row.arity > 2:  # shared operands are copied, so they have lanes here
                lines += add_lanes(x, partial_source(row, k, "Y[l]", *laned(p, slots)))
                continue
            call = loops.sent(row, k, p, slots)
            d = partial_source(row, k, "Y[l]", *laned(p, slots))
            lines += to_lanes(x, d, call) if p[k] else to_shared(x, d, call)
        body[p] = lines or ["pass"]
    return located(row.arity) + branches(row.arity, body)


def machine_source() -> str:
    """Return the text of `_machine.pyx`."""
    kinds = [f"    {k} = {v}" for k, v in (("RUN", RUN), ("PRODUCT", PRODUCT), ("CHAIN", CHAIN),
                                           ("LISTED", LISTED), ("WIDTH", WIDTH))]  # fmt: skip
    lines = [
        "# cython: boundscheck=False, wraparound=False", header(), "from libc.string cimport memset",
        "from libc.math cimport copysign", "cdef enum:", *kinds, HELPERS,
    ]  # fmt: skip
    table = [row for arity in (1, 2, 3) for row in pointwise_rows(arity)]
    loops, place = Loops(), len(lines)
    for name, single, lanes in (
        ("forward", single_forward, lanes_forward),
        ("backward", single_backward, lanes_backward),
    ):
        lines.append(PARAMETERS.format(name=name, ieee=IEEE))
        back = name == "backward"
        lines.append(f"    for turn in range({'m - 1, -1, -1' if back else 'm'}):")
        product = "multiply_back(v, g, I)" if back else "multiply(v, I)"
        chain = "chain_back(v, g, I, more + pa, wanted)" if back else "chain(v, I, more + pa)"
        lines.append(START.strip("\n").format(product=product, chain=chain))
        bodies = [(row.code, row.name, single(row, loops.needed)) for row in table]
        bodies += SINGLE_NARY[name]
        lines += cases(bodies, " " * 12)
        call = (
            "layer_back(v, g, many, sums, I, rows, wanted, width)"
            if back
            else "layer(v, many, I, rows, width)"
        )
        lines += [
            "            continue",
            "        if what == PRODUCT and is_layer(I, rows):",
            f"            {call}",
            "            continue",
            f"        for j in range({'count - 1, -1, -1' if back else 'count'}):",
            "            i = o + j",
            "            p = pa + j * sa",
            "            q = pb + j * sb",
            "            Y = many + <size_t>rows[i] * width",
        ]
        if back:
            lines.append("            G = sums + <size_t>rows[i] * width")
        lines.append(f"            if what == PRODUCT or what == CHAIN or code == {DOT}:")
        lines += [" " * 16 + line for line in LANES_SUM[name]]
        lines += [" " * 16 + "continue"]
        bodies = [(row.code, row.name, lanes(row, loops)) for row in table]
        lines += cases([*bodies, (TOTAL, "total", LANES_TOTAL[name])], " " * 12)
    lines.insert(place, loops.source())
    lines += [RUNNER, tile_source()]
    return "\n".join(lines) + "\n"


PRINTED = {
    "printers/_evaluate.pxd": evaluate_source, "table/_ufuncs.pxd": ufuncs_source,
    "programs/_machine.pyx": machine_source,
}  # fmt: skip


def write(directory: Path) -> None:
    """Write all that is printed for the compiled engine into the wings below `directory`."""
    for name, source in PRINTED.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source(), encoding="ascii")
