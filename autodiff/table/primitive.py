"""What an operation is: its value, its local derivatives, how it is shown and where it is defined.

Two shapes of rule cover everything. A `Pointwise` operation works on numbers one by one; for each
operand it has a *partial*, the local derivative dy/dx as a formula of the output `y` and the
operands. A `Multilinear` operation (sum, reshape, matmul) is linear in each operand; for each it has
a *transpose*, which carries a cotangent `g` of the output back to that operand.

The formulas are ordinary Python on `+ - * /` and on other operations of the table, so they run on
whatever they are given: numbers give numbers, nodes record (and so can be differentiated again),
symbols print. Calling an operation looks at its arguments and hands them to the kind of node that
ranks highest among them; `RECORDERS` holds one entry a kind, so nothing here knows the kinds.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, overload

import numpy as np

from autodiff.table.data import POSITIVE as POSITIVE
from autodiff.table.data import REAL as REAL
from autodiff.table.data import UNIT as UNIT
from autodiff.table.data import Array, in_order, number, together
from autodiff.table.data import Domain as Domain
from autodiff.table.recipes import Operand, Recipe, fitting_shape

Rule = Callable[..., Any]


class Recorded(Protocol):
    """What every kind of node has."""

    @property
    def parents(self) -> tuple[Any, ...]: ...


Node = TypeVar("Node", bound=Recorded)


class Recorder(NamedTuple):
    """How one kind of node records an operation; the highest rank among the operands decides."""

    rank: int
    record: Callable[["Primitive", tuple[Any, ...], dict[str, Any]], Any]


class Kept:
    """An array x, as a rule is given it, with the part that was kept when its row was computed."""

    __slots__ = ("part", "x")

    def __init__(self, x: Any, part: Any) -> None:
        self.x, self.part = x, part


def _of_kept(row: "Primitive", args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Apply a row to an array with a kept part: the part serves where the row knows it."""
    if row.of_kept is not None:
        return row.of_kept[0](args[0].part)
    return row(*(a.x if type(a) is Kept else a for a in args), **params)


RECORDERS: dict[type, Recorder] = {Kept: Recorder(0, _of_kept)}
UFUNCS: dict[Any, "Primitive"] = {}
TABLE: dict[str, "Primitive"] = {}
ROWS: list["Primitive"] = []
LEVEL: set[Rule] = set()
UNKNOWN: dict[Rule, Callable[[], Any]] = {}  # rules that stand for no derivative, and what says so

LEFT, RIGHT = 1, 2  # the side on which a plain number was written beside a node
AND = " A row of the table; `autodiff ops` prints its local derivatives."  # for `help`

array_recorder: Callable[..., Any]  # set by the array engine


def row_called(name: str) -> "Primitive":
    """Return the row of the table that has this name."""
    return TABLE[name]


def level(rule: Rule) -> Rule:
    """Mark a slope that is 0 wherever it is: along it not even an infinite cotangent flows."""
    LEVEL.add(rule)
    return rule


def check_known(row: "Primitive | None", place: int) -> None:
    """Raise the TypeError of an operand in which a row has no derivative."""
    if isinstance(row, Pointwise) and row.partials[place] in UNKNOWN:
        UNKNOWN[row.partials[place]]()  # type: ignore[index]


@dataclass(frozen=True, eq=False)
class Primitive:
    """One row of the table; `code` is its place in the table.

    `array` computes it on arrays; where that is a numpy ufunc, or has one as its attribute `ufunc`
    to do the same more quickly, numpy's calls of it on nodes record this row, and so do calls of the
    further numpy functions named in `numpy`. Where an array and its derivative share their dear part,
    the row's `keep` makes (y, part) of x, which a rule finds as `Kept`; another's `of_kept` has y of
    it (and that row's name). `again` sends a cotangent through what is run again; `recipe` says what fits.
    """

    name: str
    array: Rule
    tex: str = ""
    infix: str = ""
    precedence: int = 9
    doc: str = ""
    numpy: tuple[Rule, ...] = ()
    keep: Rule | None = None
    of_kept: tuple[Rule, str] | None = None
    again: Rule | None = None
    recipe: Recipe | None = None
    origin: str = ""  # where a user's row is defined: there again, it replaces the one before
    code: int = field(default=-1, init=False)
    loop: Any = field(default=None, init=False)  # a ufunc of few operands that computes it

    def __post_init__(self) -> None:
        if self.name in TABLE and not self.origin == TABLE[self.name].origin != "":
            raise ValueError(f"{self.name}: the table already has an operation of this name")
        object.__setattr__(self, "code", len(ROWS))
        ROWS.append(self)
        TABLE[self.name] = self
        called = f"{self.name}({', '.join(getattr(self, 'operands', ('...',)))})"
        object.__setattr__(self, "__doc__", f"{called}{self.doc and ': '}{self.doc}.{AND}")
        for function in (self.ufunc, *self.numpy):
            if isinstance(function, np.ufunc):
                UFUNCS[function] = self

    @property
    def ufunc(self) -> Any:
        """numpy's ufunc that computes the row on arrays; None where there is none."""
        function = getattr(self.array, "ufunc", self.array)
        return function if isinstance(function, np.ufunc) else None

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return row_called, (self.name,)

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Apply the operation to numbers, arrays, nodes or symbols, whichever it is given."""
        best = None
        for arg in args:
            found = RECORDERS.get(type(arg))
            if found is not None and (best is None or found.rank > best.rank):
                best = found
        if best is not None:
            return best.record(self, args, params)
        return self.number(*args, **params)

    def number(self, *args: Any, **params: Any) -> Any:
        """Return the value for plain numbers or arrays."""
        return self.array(*together(args, self.name), **params)


@dataclass(frozen=True, eq=False, repr=False)
class Pointwise(Primitive):
    """y = f(x1, x2, ...) on numbers, with one partial(y, x1, x2, ...) an operand.

    `scalar` computes a float, `array` an array; a partial is None where there is no derivative.
    `reference` is the same function for mpmath: a name of mpmath's or a function of (mpmath, x1, ...);
    by default the operation's own name. `defaults` are the last operands where a call leaves them out.
    """

    scalar: Callable[..., float] = field(kw_only=True)
    partials: tuple[Rule | None, ...] = field(kw_only=True)
    domain: tuple[Domain, ...] = field(kw_only=True)
    reference: str | Rule = ""
    defaults: tuple[float, ...] = ()
    still: tuple[bool, ...] = field(default=(), init=False)  # operands that nothing flows to

    def __post_init__(self) -> None:
        Primitive.__post_init__(self)
        kinds = [
            Operand(0, 3, max(d.low, -3.0), min(d.high, 3.0), fitting_shape if i else None)
            for i, d in enumerate(self.domain)
        ]
        recipe = Recipe(**dict(zip(self.operands, kinds, strict=True)))
        object.__setattr__(self, "recipe", recipe)
        object.__setattr__(self, "still", tuple(p is None or p in LEVEL for p in self.partials))

    @property
    def arity(self) -> int:
        return len(self.partials)

    @property
    def operands(self) -> list[str]:
        """The names of the operands, as the rules call them."""
        rule = next((p for p in self.partials if p is not None), None)
        if rule is None:
            return [f"x{i + 1}" for i in range(self.arity)]
        # The signature costs sixty times as much; it is asked where it was put on a rule.
        code = None if hasattr(rule, "__signature__") else getattr(rule, "__code__", None)
        names = code.co_varnames[: code.co_argcount] if code else inspect.signature(rule).parameters
        return list(names)[1:]

    if TYPE_CHECKING:

        @overload
        def __call__(self, x: float, /, *others: float) -> float: ...
        @overload
        def __call__(self, x: Node, /, *others: Node | float) -> Node: ...
        @overload
        def __call__(self, x: Array, /, *others: Array | float) -> Array: ...
        @overload
        def __call__(self, *args: Any, **params: Any) -> Any: ...

    def __call__(self, *args: Any, **params: Any) -> Any:
        if params:
            args, params = in_order(self.name, self.operands, args, params), {}
        missing = len(self.partials) - len(args)
        if not missing:
            a, b = args[0], args[-1]
            if type(a) is type(b) and len(args) < 3:
                found = RECORDERS.get(type(a))
                if found is not None:
                    return found.record(self, args, params)
                if type(a) is np.ndarray and a.dtype.kind == "f" == b.dtype.kind:
                    return self.array(*args)
        else:
            if not 0 < missing <= len(self.defaults):
                raise TypeError(
                    f"{self.name}: takes {len(self.partials)} operands, was given {len(args)}"
                )
            args += self.defaults[-missing:]
        return Primitive.__call__(self, *args, **params)

    def number(self, *args: Any, **params: Any) -> Any:
        for a in args:
            if isinstance(a, np.ndarray | np.generic):
                return Primitive.number(self, *args)
        return self.scalar(*(a if type(a) is float else number(a, self.name) for a in args))


@dataclass(frozen=True, eq=False, repr=False)
class Multilinear(Primitive):
    """An operation linear in each operand, with one transpose(g, x1, x2, ..., **params) an operand.

    Its tangent is the operation applied to each operand's tangent in turn. `max` and its kin are
    linear only where the choice stays the same: they give their `tangents` themselves. An operation
    on any number of operands has a single `nary` transpose, which takes the operand's index first.
    Where nothing flows to an operand, its rules are None.
    """

    transposes: tuple[Rule | None, ...] = ()
    nary: Rule | None = None
    scalar: Rule | None = None
    tangents: tuple[Rule | None, ...] = ()

    def transpose(self, index: int) -> Rule | None:
        """Return the transpose with respect to operand `index`."""
        return self.transposes[index] if self.nary is None else partial(self.nary, index)

    def pull(self, index: int, g: Any, y: Any, xs: Any, params: dict[str, Any]) -> Any:
        """Carry the cotangent `g` of the output y back to operand `index`; None where nothing flows."""
        rule = self.transpose(index)
        return rule and (rule(g, *xs, **params) if params else rule(g, *xs))

    def push(self, index: int, t: Any, y: Any, xs: Any, params: dict[str, Any]) -> Any:
        """Carry a tangent of operand `index` on to the output by a rule of the row's own."""
        rule = self.tangents[index]
        return rule and rule(t, *xs, **params)


@dataclass(frozen=True, eq=False, repr=False)
class Smooth(Multilinear):
    """A function of whole arrays that is linear to first order only, such as the inverse of a matrix.

    Its rules are given the output too: transposes(g, y, x1, ...) and tangents(t, y, x1, ...).
    """

    def pull(self, index: int, g: Any, y: Any, xs: Any, params: dict[str, Any]) -> Any:
        return Multilinear.pull(self, index, g, y, (y, *xs), params)

    def push(self, index: int, t: Any, y: Any, xs: Any, params: dict[str, Any]) -> Any:
        return Multilinear.push(self, index, t, y, (y, *xs), params)


def pointwise(
    name: str, scalar: Callable[..., float], array: Rule, partials: tuple[Rule | None, ...],
    domain: tuple[Domain, ...] | None = None, **shown: Any,
) -> Pointwise:  # fmt: skip
    """Add a pointwise row to the table and return it."""
    domain = domain or (REAL,) * len(partials)
    return Pointwise(name, array, scalar=scalar, partials=partials, domain=domain, **shown)


def multilinear(
    name: str, array: Rule, *transposes: Rule | None, kind: type[Multilinear] = Multilinear, **shown: Any
) -> Multilinear:  # fmt: skip
    """Add a multilinear row to the table and return it."""
    return kind(name, array, transposes=transposes, **shown)


smooth = partial(multilinear, kind=Smooth)
