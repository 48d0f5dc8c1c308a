r"""Formulas as LaTeX, from the `tex` of each row: `\sigma'(z) \, x`.

A row's template tells by itself where an operand needs brackets: between the template's own braces,
brackets or bars it needs none; behind a function's name it gets them; elsewhere precedence decides.
Products of arrays element by element are written with the Hadamard sign of the documents' eq. 28.
"""

import math
import re
from collections.abc import Callable
from string import Formatter
from typing import Any

import numpy as np

from autodiff.sources.plaintext import ATOM
from autodiff.sources.terms import is_array
from autodiff.table.primitive import TABLE, Primitive
from autodiff.table.symbol import Symbol, Term

SMALL = 9  # the most numbers of an array that are written out
GREEK = frozenset(
    re.split(
        r"\s+",
        """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma
        tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega""",
    )
)
ESCAPES = {
    "\\": r"\backslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\wedge{}", "~": r"\sim{}", "<": r"{<}", ">": r"{>}",
}  # fmt: skip


def tex_name(name: str) -> str:
    r"""Return a variable's name as LaTeX: `w1` is w_{1}, `sigma` its letter, `w_out` has an index.

    The documents' names of a layer are read too: `w^3_24`, and `w^3[1,0]` for one element.

    >>> tex_name("w1"), tex_name("delta_out"), tex_name("50%")
    ('w_{1}', '\\delta_{\\mathrm{out}}', '\\mathrm{50\\%}')
    >>> tex_name("w^3_24"), tex_name("delta^L"), tex_name("b^2[1,0]")
    ('w^{3}_{24}', '\\delta^{L}', 'b^{2}_{[1,0]}')
    >>> tex_name("Delta^(3)"), tex_name("dW[1]")
    ('\\Delta^{(3)}', 'dW^{[1]}')
    """
    layered = re.fullmatch(r"([A-Za-z]+)\^(\w+?|\(\d+\))(?:_([\d,]+)|(\[[\d,]+\]))?", name)
    if layered is not None:
        letters, layer, index, place = layered.groups()
        below = f"_{{{index or place}}}" if index or place else ""
        return f"{tex_name(letters)}^{{{layer}}}{below}"
    if found := re.fullmatch(r"(d?)([A-Za-z]+)(\[\d+\])", name):
        return f"{found[1]}{tex_name(found[2])}^{{{found[3]}}}"
    match = re.fullmatch(r"([A-Za-z]+)_?(\d+|(?<=_)[A-Za-z0-9]+)?", name)
    if match is None:
        return rf"\mathrm{{{escape(name)}}}"
    letters, index = match.groups()
    base = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
    if letters in GREEK:
        base = "\\" + letters
    if index is None:
        return base
    if not index.isdigit() and len(index) > 1:
        index = rf"\mathrm{{{index}}}"
    return f"{base}_{{{index}}}"


def escape(text: str) -> str:
    """Return text in which no character has a meaning to LaTeX."""
    return "".join(ESCAPES.get(c, c if c.isprintable() else "?") for c in text)


def tex_number(x: float) -> str:
    r"""Return a number with six digits: 1.5, -2 \times 10^{-8}, \infty."""
    if math.isnan(x):
        return r"\mathrm{NaN}"
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    mantissa, _, exponent = f"{x:.6g}".partition("e")
    return mantissa if not exponent else rf"{mantissa} \times 10^{{{int(exponent)}}}"


def tex(
    term: Term,
    name: Callable[[Symbol], str] = lambda s: tex_name(s.name),
    literal: Callable[[float], str] = tex_number,
) -> str:
    r"""Print a formula as LaTeX; `name` prints its leaves.

    >>> from autodiff.table.ops import sigmoid
    >>> print(tex((Symbol("a") - Symbol("y")) * sigmoid(Symbol("z"))))
    \left(a - y\right) \, \sigma(z)
    """
    return _print(term, name, literal)[0]


def _print(
    term: Term, name: Callable[[Symbol], str], literal: Callable[[float], str]
) -> tuple[str, int]:
    if not isinstance(term, Symbol):
        shown = literal(term)
        return shown, 3 if shown.startswith("-") else 2 if r"\times" in shown else ATOM
    if term.op is None:
        shown = name(term)
        raised = re.search(r"^[^{]*\^", shown)  # w^{3}: a further exponent needs brackets
        return shown, 3 if shown.startswith(
            "-"
        ) else 2 if r"\times" in shown else 4 if raised else ATOM
    if term.op is TABLE["power_slope"]:  # as a product, whose factors may be numbers
        x, n = term.args
        base = Symbol(op=TABLE["powc"], args=(x, TABLE["sub"](n, 1.0)))
        return _print(TABLE["mul"](n, base), name, literal)
    op, parts = term.op, [_print(a, name, literal) for a in term.args]
    if op is TABLE["total"]:
        return _added([_at_least(p, 2) for p in parts]), 1
    if op is TABLE["dot"]:
        half = len(parts) // 2
        pairs = zip(parts[:half], parts[half:], strict=True)
        return _added([rf"{_at_least(a, 2)} \cdot {_at_least(b, 3)}" for a, b in pairs]), 1
    if op is TABLE["mul"]:
        arrays = all(is_array(a) for a in term.args)
        left, right = _at_least(parts[0], 2), _at_least(parts[1], 3)
        numeric = right[0].isdigit() or parts[1][0][0] == "-"
        sign = r"\odot" if arrays else r"\cdot" if numeric else r"\,"
        return f"{left} {sign} {right}", 2
    if op is TABLE["sum"]:
        return _summed(term, parts[0])
    if op.name in ("broadcast", "reshape", "cast", "identity"):
        return parts[0]
    return _fill(op, parts), min(op.precedence, ATOM)


def _added(parts: list[str]) -> str:
    """Join the terms of a sum, with a minus where a term begins with one."""
    signed = [f" - {p[1:]}" if p.startswith("-") else f" + {p}" for p in parts[1:]]
    return parts[0] + "".join(signed)


def _summed(term: Symbol, part: tuple[str, int]) -> tuple[str, int]:
    """Write a sum with what it runs over, as far as a matrix has words for it."""
    axis = getattr(term, "params", {}).get("axis")
    ndim = len(getattr(term.args[0], "shape", ()) or getattr(term, "shape", ()))
    axes = axis if isinstance(axis, tuple) else (axis,)
    over = ""
    if ndim == 2 and len(axes) == 1 and axes[0] is not None:
        over = rf"_{{\text{{{'rows' if axes[0] % 2 == 0 else 'columns'}}}}}"
    return rf"\sum{over} {_at_least(part, 2)}", 1


def _fill(op: Primitive, parts: list[tuple[str, int]]) -> str:
    """Fill a row's template, with brackets where a slot needs them."""
    pieces = list(Formatter().parse(op.tex or rf"\operatorname{{{{{op.name}}}}}({{0}})"))
    result = ""
    for k, (before, slot, _, _) in enumerate(pieces):
        result += before
        if slot is None:
            continue
        after = pieces[k + 1][0] if k + 1 < len(pieces) else ""
        i = int(slot) if slot else k
        needed = _needed(op, i, result, after)
        signed = parts[i][0].startswith("-") and result.endswith(("+ ", "- "))
        result += _at_least(parts[i], ATOM + 1 if signed else needed)
    return result


def _needed(op: Primitive, i: int, before: str, after: str) -> int:
    """Return the precedence that an operand must have to stand in its slot without brackets."""
    if after[:1] in ("^", "["):
        return ATOM if after[0] == "[" else 5
    if re.search(r"(\\(?!text)[a-zA-Z]+|\\operatorname\{\w+\}|\^2) $", before):
        return ATOM + 1  # behind a function's name
    if before[-1:] in ("{", "(", "|", "[") and after[:1] in ("}", ")", "|", "]", ","):
        return 0
    if op.infix and op.infix != "**":
        return op.precedence + (1 if i or op is TABLE["neg"] else 0)
    return 0 if before.endswith(", ") else 2


def _at_least(part: tuple[str, int], precedence: int) -> str:
    if part[1] >= precedence:
        return part[0]
    return f"({part[0]})" if part[0].isalnum() else rf"\left({part[0]}\right)"


def tex_value(x: Any) -> str:
    """Return a number as LaTeX, a small array as a matrix, a large one as its shape and norm."""
    array = np.asarray(x)
    if array.ndim == 0:
        return tex_number(float(array))
    if array.size > SMALL or array.ndim > 2:
        size = r" \times ".join(map(str, array.shape))
        return rf"[{size},\ \lVert\cdot\rVert = {tex_number(float(np.linalg.norm(array)))}]"
    rows = [" & ".join(tex_number(float(f"{v:.4g}")) for v in row) for row in np.atleast_2d(array)]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"
