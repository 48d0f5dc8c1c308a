"""Print loops over lanes in C for the rows that are arithmetic, so that they are made for wide vectors.

An operand has a row of lanes or is one number for all of them. There is a loop for the row's value, and
for each operand one for what is sent to it: added to its lanes, or summed over them where it is shared.
Rows that need an exponential or a sine are loops of the machine's own, which call the C library.
"""

from collections.abc import Sequence

from autodiff.printers.native.kernels import c_kernels
from autodiff.printers.native.pulls import c_formula
from autodiff.table.primitive import Pointwise
from autodiff.table.symbol import Symbol, Term

HEAD = """
cdef extern from *:
    \"\"\"
@kernels
    #define LANE __attribute__((target_clones("avx2", "default"))) static
    #if !(defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__))
    #undef LANE
    #define LANE static
    #endif
@loops
    \"\"\"
@declared
"""


class Loops:
    """The loops that were asked for so far, each formula once."""

    def __init__(self) -> None:
        self.named: dict[tuple[str, str], str] = {}
        self.declared: list[str] = []
        self.needed: dict[str, Pointwise] = {}

    def forward(self, row: Pointwise, pattern: Sequence[bool], slots: Sequence[str]) -> str | None:
        """Return the call that computes a row's lanes, None if the row is not arithmetic."""
        call = Symbol(op=row, args=tuple(map(Symbol, laned(pattern))))
        return self.call("Y[l] = {};", "Y", call, pattern, slots)

    def sent(
        self, row: Pointwise, k: int, pattern: Sequence[bool], slots: Sequence[str]
    ) -> str | None:
        """Return the call that sends to operand k, in lanes or summed; None if that is not arithmetic."""
        rule = row.partials[k]
        assert rule is not None
        term = rule(Symbol("Y[l]"), *map(Symbol, laned(pattern)))
        body = "T[l] += {};" if pattern[k] else "s[l & 7] += {};"
        return self.call(body, "T" if pattern[k] else "", term, pattern, slots)

    def call(
        self, body: str, out: str, term: Term, pattern: Sequence[bool], slots: Sequence[str]
    ) -> str | None:
        formula = c_formula(term, self.needed)
        if formula is None:
            return None
        back = out != "Y"
        if formula in ("1.0", "-1.0") and back:
            formula = f"G[l] * {formula}"
        elif back:
            formula = f"SENT(G[l], G[l] * {formula})"
        names = [*(["G", "Y"] if back else []), *("ABC"[: len(pattern)])]
        values = dict(zip("ABC", slots, strict=False))
        given = [n for n in names if f"{n}[l]" in formula]
        ones = [
            n
            for n, many in zip("ABC", pattern, strict=False)
            if not many and f"{n.lower()}_" in formula
        ]
        typed = [*([f"Out {out}"] if out else []), *(f"In {n}" for n in given)]
        typed += [f"double {n.lower()}_" for n in ones]
        arguments = [*([out] if out else []), *given, *(f"v[{values[n]}]" for n in ones), "lanes"]
        signature = ", ".join([*typed, "int n"])
        name = self.name(signature, body.format(formula), out)
        return f"{name}({', '.join(arguments)})"

    def name(self, signature: str, body: str, out: str) -> str:
        """Return the name of the loop of a body."""
        found = self.named.get((signature, body))
        if found is None:
            found = self.named[signature, body] = f"lane_{len(self.named)}"
            shown = signature.replace("Out ", "double *").replace("In ", "double *")
            self.declared.append(
                f"    {'void' if out else 'double'} {found}({shown}) noexcept nogil"
            )
        return found

    def source(self) -> str:
        """Return all loops, behind the kernels that they and the machine's own loops call."""
        kernels = c_kernels(row.scalar for row in self.needed.values())
        for row in self.needed.values():
            xs = ", ".join(f"double {x}" for x in "abc"[: row.arity])
            self.declared.append(f"    double u_{row.scalar.__name__}({xs}) noexcept nogil")
        lines = []
        for (signature, body), name in self.named.items():
            loop = "for (int l = 0; l < n; l++)"
            if body.startswith("s["):
                eight = body.replace("[l & 7]", "[e]").replace("[l]", "[l + e]")
                whole = f"for (; l + 8 <= n; l += 8) for (int e = 0; e < 8; e++) {eight}"
                rest = f"for (; l < n; l++) {body}"
                text = f"double s[8] = {{0.0}}; int l = 0; {whole} {rest} return TOTAL(s);"
                lines.append(f"    LANE double {name}({signature}) {{ {text} }}")
            else:
                lines.append(f"    LANE void {name}({signature}) {{ {loop} {body} }}")
        text = HEAD.replace("@kernels", "\n".join(kernels.values())).replace(
            "@loops", "\n".join(lines)
        )
        return text.replace("@declared", "\n".join(self.declared))


def laned(pattern: Sequence[bool]) -> list[str]:
    """Return how the operands are called in a loop: A[l] with lanes, a_ without."""
    return [f"{n}[l]" if many else f"{n.lower()}_" for n, many in zip("ABC", pattern, strict=False)]
