"""scipy.linalg on nodes: triangular and Cholesky solves, expm, and numpy's functions under these names."""

from typing import Any

from autodiff.dispatch import linalg as ours
from autodiff.dispatch.linalg import norms
from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.functions import holds_nodes
from autodiff.table import ops
from autodiff.table.linear.matrices import times
from autodiff.table.primitive import TABLE, smooth
from autodiff.table.quiet import SILENT, now, put
from autodiff.table.structure import swap

plain = require("scipy.linalg", "scipy", "autodiff.scipy.linalg")


def _solve(a: Any, b: Any, lower: bool, unit: bool) -> Any:
    warned = now()
    try:
        put(SILENT)
        return plain.solve_triangular(a, b, lower=lower, unit_diagonal=unit, check_finite=False)
    finally:
        put(warned)


def _back(g: Any, a: Any, lower: bool, unit: bool) -> Any:
    return TABLE["solve_triangular"](swap(a), g, lower=not lower, unit=unit)


def _part(x: Any, lower: bool, unit: bool) -> Any:
    """Return the triangle that a triangular solve reads."""
    edge = (-1 if lower else 1) if unit else 0
    return TABLE["triangle"](x, k=edge, upper=not lower)


smooth(
    "solve_triangular", _solve,
    lambda g, y, a, b, lower, unit: _part(-times(_back(g, a, lower, unit), swap(y)), lower, unit),
    lambda g, y, a, b, lower, unit: _back(g, a, lower, unit),
    tangents=(
        lambda t, y, a, b, lower, unit: -TABLE["solve_triangular"](
            a, times(_part(t, lower, unit), y), lower=lower, unit=unit),
        lambda t, y, a, b, lower, unit: TABLE["solve_triangular"](a, t, lower=lower, unit=unit),
    ),
    tex="{0}^{{-1}} {1}", doc="the matrix y with a y = b, a a triangle",
)  # fmt: skip


def _expm(a: Any) -> Any:
    return plain.expm(a)


def _frechet(t: Any, a: Any) -> Any:
    """Return the derivative of expm along t: the upper right block of expm of a twice as large matrix."""
    n = a.shape[-1]
    none = 0.0 * a
    whole = TABLE["concatenate"](
        TABLE["concatenate"](a, t, axis=-1), TABLE["concatenate"](none, a, axis=-1), axis=-2
    )
    return TABLE["take"](TABLE["expm"](whole), index=(..., slice(0, n), slice(n, None)))


smooth(
    "expm", _expm, lambda g, y, a: _frechet(g, swap(a)), tangents=(lambda t, y, a: _frechet(t, a),),
    tex="e^{{{0}}}", doc="the exponential of a matrix",
)  # fmt: skip


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **checks: Any
) -> Any:
    """Return x with a x = b for a triangle a; trans=1 or 'T' takes its transpose."""
    if not holds_nodes((a, b)):
        return plain.solve_triangular(a, b, trans, lower, unit_diagonal, **checks)
    a, b = tensor(a), tensor(b)
    if trans in (1, "T", 2, "C"):
        a, lower = swap(a), not lower
    column = b if b.ndim > 1 else b.reshape(-1, 1)
    y = TABLE["solve_triangular"](a, column, lower=bool(lower), unit=bool(unit_diagonal))
    return y if b.ndim > 1 else y[:, 0]


def cholesky(a: Any, lower: bool = False, **checks: Any) -> Any:
    """Return the triangle R with R^T R = a, or with `lower` L with L L^T = a."""
    if not holds_nodes(a):
        return plain.cholesky(a, lower, **checks)
    y = ops.cholesky(tensor(a) if lower else swap(tensor(a)))
    return y if lower else swap(y)


def cho_factor(a: Any, lower: bool = False, **checks: Any) -> Any:
    """Return a Cholesky factor and which triangle it is, for cho_solve."""
    return cholesky(a, lower, **checks), lower


def cho_solve(c_and_lower: Any, b: Any, **checks: Any) -> Any:
    """Return x with a x = b from the Cholesky factor of a."""
    c, lower = c_and_lower
    if not holds_nodes((c, b)):
        return plain.cho_solve(c_and_lower, b, **checks)
    first = solve_triangular(c, b, trans=0 if lower else 1, lower=lower)
    return solve_triangular(c, first, trans=1 if lower else 0, lower=lower)


def expm(a: Any) -> Any:
    """Return the exponential of a matrix."""
    return TABLE["expm"](tensor(a)) if holds_nodes(a) else plain.expm(a)


def solve(a: Any, b: Any, **options: Any) -> Any:
    """Return x with a x = b; what SciPy may be told of a has no meaning on a graph."""
    return ours.solve(a, b) if holds_nodes((a, b)) else plain.solve(a, b, **options)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, **options: Any) -> Any:
    """Return U, the singular values and V^T."""
    given = holds_nodes(a)
    return (ours.svd if given else plain.svd)(
        a, full_matrices, compute_uv, **({} if given else options)
    )


def eigh(a: Any, b: Any = None, **options: Any) -> Any:
    """Return the eigenvalues and eigenvectors of a symmetric matrix."""
    if not holds_nodes((a, b)):
        return plain.eigh(a, b, **options)
    if b is not None or options.keys() - {"lower"}:
        raise TypeError("scipy.linalg.eigh: on a graph it takes the matrix and lower= alone")
    return ours.eigh(a, "L" if options.get("lower", True) else "U")


def block_diag(*arrays: Any) -> Any:
    """Return matrices along the diagonal of one, zeros elsewhere."""
    if not holds_nodes(arrays):
        return plain.block_diag(*arrays)
    xs = [tensor(x) for x in arrays]
    width = sum(x.shape[1] for x in xs)
    rows, done = [], 0
    for x in xs:
        index = (slice(None), slice(done, done + x.shape[1]))
        rows.append(ops.scatter(x, index=index, shape=(x.shape[0], width)))
        done += x.shape[1]
    return ops.concatenate(*rows, axis=0)


SAME = {
    "inv": ours.inv, "det": ours.det, "norm": norms.norm, "pinv": ours.pinv, "lstsq": ours.lstsq,
    "eigvalsh": lambda a: ours.eigvalsh(a), "svdvals": lambda a: ours.svd(a, compute_uv=False),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return SciPy's function, which on nodes is numpy's of the same name."""
    if name.startswith("__"):
        raise AttributeError(name)
    function = getattr(plain, name)
    if name not in SAME:
        return function
    return lambda *xs, **o: (SAME[name] if holds_nodes(xs) else function)(*xs, **o)
