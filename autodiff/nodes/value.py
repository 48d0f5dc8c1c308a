# cython: cdivision=True, boundscheck=False, wraparound=False
"""`Value`, the scalar node, and how an operation on one or two of them is recorded.

Recording an operation makes one node: the number `_data`, references to its operands `_a` and `_b`,
and the local derivatives `_da` and `_db` with respect to them, computed at once. Going backward is
then one multiply-add an edge: `operand._grad += node._grad * local`. Nodes only ever refer to older
nodes, so there are no cycles, freeing is plain reference counting, and sorting by creation (`_seq`)
is a topological order. What few nodes have (a name, a scope, more than two operands) lies in `_more`.

A plain number among the operands costs no node: it stands in the node itself, as `_plain`, and `_side`
says where it was written. Whoever asks for the operands is shown a constant in its place.

This file is ordinary Python and runs as it is. Where a C compiler is at hand it is compiled as it
stands, with the types of value.pxd; both give the same bits.
"""

import math
import numbers
from functools import wraps
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

if TYPE_CHECKING:
    from autodiff.nodes import uncompiled as cython
else:
    try:
        import cython
    except ImportError:
        from autodiff.nodes import uncompiled as cython

from autodiff.nodes import doors, leaving, modes, places
from autodiff.printers import evaluate
from autodiff.table.data import as_float, no_gradient
from autodiff.table.primitive import LEFT, RECORDERS, RIGHT, ROWS, UFUNCS, Primitive

if not cython.compiled:
    memory: Any = None  # compiled only: _memory.pxd

LEAF = -1
CONSTANT = -2
FREED = -3
BUILTIN = len(ROWS)
UNMADE = "Value: needs its number; write Value(number)"
NO_MODULUS = TypeError("pow: a modulus is for whole numbers; a node has a power and no remainder")
EMPTY: Any = (0.0, 0, None, None, 0)

_clock = 0
if cython.compiled:
    _heap = memory.heap()


class More:
    """What only some nodes have: a name, a scope, a source line, or more than two operands."""

    __slots__ = ("name", "parents", "partials", "plain", "scope", "where")

    def __init__(self) -> None:
        self.name: str | None = None
        self.scope = ""
        self.where = ""
        self.plain: Value | None = None
        self.parents: list[Value] | None = None
        self.partials: Any = None


@cython.final
@cython.no_gc
@cython.cclass
class Value:
    """A scalar node of a graph that records operations.

    `data` is the number (anything that `float` accepts of the real numbers), `name` a label.
    Operators and the functions of the library make new nodes; `y.backward()` adds dy/dx to `x.grad`
    of every leaf x that y depends on, as the documents' eq. 53 sums over paths.

    >>> x = Value(3.0, name="x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)
    """

    __slots__ = (
        "_a", "_b", "_code", "_da", "_data", "_db", "_grad", "_more", "_plain", "_seq", "_side", "_stamp",
    )  # fmt: skip
    __array_priority__ = 1000

    def __init__(self, data: SupportsFloat, name: str | None = None) -> None:
        global _clock
        _clock += 1
        self._seq: int = _clock
        self._data: float = as_float(data)
        self._code: int = LEAF
        self._grad: float = 0.0
        self._stamp: int = 0
        self._da: float = 0.0
        self._db: float = 0.0
        self._a: Any = None
        self._b: Any = None
        self._plain: float = 0.0
        self._side: int = 0
        self._more: Any = None
        if name is not None:
            self.name = name

    @property
    def data(self) -> float:
        """The number. Setting it is for leaves; graphs that were recorded before stay exact."""
        if modes.watched:
            _guard("==", self, self._data, True)
        return self._data

    @data.setter
    def data(self, data: SupportsFloat) -> None:
        global _clock
        if self._code >= 0:
            raise ValueError(
                f"data: {self!r} was computed by {self.op}; change the leaves it was computed from, "
                f"or take detach() of it as a new leaf"
            )
        if modes.watched:
            modes.check_unwatched(self, "data")
        self._data = as_real(data)
        _clock += 1
        self._seq = _clock  # newer than every node recorded with the old number

    @property
    def grad(self) -> float:
        """The gradient that backward accumulated; 0.0 before any backward."""
        if modes.watched:
            modes.check_unwatched(self, "the gradient")
        return self._grad if self._stamp != 0 and self._code != CONSTANT else 0.0

    @grad.setter
    def grad(self, grad: SupportsFloat | None) -> None:
        if grad is None:
            self._grad = 0.0
            self._stamp = 0
        else:
            self._grad = as_real(grad)
            self._stamp = 1

    @property
    def has_grad(self) -> bool:
        """Whether a gradient was computed or set since the last `zero_grad`."""
        return self._stamp != 0 and self._code != CONSTANT

    @property
    def name(self) -> str | None:
        """The label shown in pictures and messages."""
        return None if self._more is None else self._more.name

    @name.setter
    def name(self, name: str | None) -> None:
        label = label_of(name)
        if self._more is None:
            self._more = More()
        self._more.name = label

    @property
    def scope(self) -> str:
        """The scopes that were open when the node was recorded, joined by `/`."""
        return "" if self._more is None else self._more.scope

    @property
    def where(self) -> str:
        """The source line that recorded the node, kept under `anomaly()` only."""
        return "" if self._more is None else self._more.where

    @property
    def primitive(self) -> Primitive | None:
        """The row of the table that computed the node; None for a leaf."""
        return ROWS[self._code] if self._code >= 0 else None

    @property
    def op(self) -> str:
        """The name of the operation that computed the node; "" for a leaf."""
        return ROWS[self._code].name if self._code >= 0 else ""

    @property
    def _op(self) -> str:
        """The operation as micrograd writes it: "+", "*", "**2", "ReLU", "" for a leaf."""
        return micrograd_op(self)

    @property
    def is_constant(self) -> bool:
        """Whether the node is a plain number of an expression, which gets no gradient."""
        return self._code == CONSTANT

    @property
    def real(self) -> Any:
        """The node itself: numbers are real."""
        return self

    @property
    def imag(self) -> float:
        """0.0: numbers are real."""
        return 0.0

    @property
    def _mask(self) -> Any:
        """What numpy.ma asks of an operand, of which it would take the number and lose the graph."""
        raise leaving.masked()

    @property
    def params(self) -> dict[str, Any]:
        """The static parameters of the operation; a scalar operation has none."""
        return {}

    @property
    def seq(self) -> int:
        """The place in the order of creation (of change, for a leaf that was changed)."""
        return self._seq

    @property
    def shape(self) -> tuple[int, ...]:
        """(), the shape of a scalar."""
        return ()

    @property
    def parents(self) -> tuple["Value", ...]:
        """The operands in order; one that is used twice stands twice."""
        if self._b is not None:
            return (self._a, self._b)
        if self._a is not None:
            if self._side == 0:
                return (self._a,)
            number = plain_operand(self)
            return (self._a, number) if self._side == RIGHT else (number, self._a)
        if self._more is not None and self._more.parents is not None:
            return tuple(self._more.parents)
        return ()

    @property
    def local_derivatives(self) -> tuple[float, ...]:
        """d self / d operand for each operand, as computed when the node was recorded."""
        if modes.watched:
            for x in self.parents:
                modes.note("==", x, x._data, True)
        if self._more is not None and self._more.parents is not None:
            if self._more.partials is None:
                return (1.0,) * len(self._more.parents)
            return tuple(self._more.partials)
        if self._a is None:
            return ()
        if self._b is None and self._side == 0:
            return (self._da,)
        return (self._da, self._db) if self._side != LEFT else (self._db, self._da)

    @property
    def _prev(self) -> tuple["Value", ...]:
        """The operands, by micrograd's name."""
        return self.parents

    def backward(self, gradient: float = 1.0, free: bool = False) -> None:
        """Add d self / d x (times `gradient`) to the grad of every leaf x (BP1 to BP4 in one).

        The nodes in between get their gradient afresh, so a second call gives exactly twice the
        gradient of the leaves. With `free=True` the graph is forgotten afterwards.
        """
        if modes.active or modes.watched:
            modes.before_backward(self, gradient)
        if self.is_constant or not doors.scalar_backward([self], [as_float(gradient)], free):
            raise no_gradient(self)

    explain = doors.methods.explain
    play = doors.methods.play
    backward_steps = doors.methods.backward_steps

    def zero_grad(self) -> None:
        """Forget this node's gradient."""
        self._grad = 0.0
        self._stamp = 0

    def detach(self) -> "Value":
        """Return the number as a new constant, through which no gradient flows."""
        return constant(self.data)

    def item(self, *place: Any) -> float:
        """Return the number as a Python float; a `place` can only be the first."""
        return float(np.float64(self.data).item(*place)) if place else self.data

    def __float__(self) -> float:
        if self._code != CONSTANT:
            leaving.leave(self, "float")
        return self.data

    def __int__(self) -> int:
        if self._code != CONSTANT:
            leaving.leave(self, "int")
        return int(self.data)

    def __trunc__(self) -> int:
        return int(self)

    def __getitem__(self, index: Any) -> Any:
        """Return the number itself, as numpy's do for `x[()]` and `x[...]`; new axes make a Tensor."""
        if index is ... or (type(index) is tuple and not index):
            return self
        return doors.attribute_of_number(self, "__getitem__")(index)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __round__(self, digits: Any = None) -> Any:
        """Return the rounded number, a plain one."""
        return round(self.data, digits)

    def __bool__(self) -> bool:
        return bool(compare("!=", self, 0.0))

    def __hash__(self) -> int:
        return places.address(self)

    def __eq__(self, other: object) -> Any:
        """Compare with a plain number; nodes are equal to themselves alone, see `leaving.one_node`."""
        if type(other) is not Value and isinstance(
            other, float | int | np.number | numbers.Rational
        ):
            return not compare("!=", self, other)
        return leaving.one_node(self, other) if type(other) is Value else NotImplemented

    def __lt__(self, other: Any) -> Any:
        return compare("<", self, other)

    def __le__(self, other: Any) -> Any:
        return compare("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(">=", self, other)

    @cython.returns(object)
    def __add__(self, other: Any) -> Any:
        return (
            record2(evaluate.ADD, self, other)
            if type(other) is Value
            else mixed(evaluate.ADD, self, other)
        )

    @cython.returns(object)
    def __radd__(self, other: Any) -> Any:
        return mixed(evaluate.ADD, other, self)

    @cython.returns(object)
    def __sub__(self, other: Any) -> Any:
        return (
            record2(evaluate.SUB, self, other)
            if type(other) is Value
            else mixed(evaluate.SUB, self, other)
        )

    @cython.returns(object)
    def __rsub__(self, other: Any) -> Any:
        return mixed(evaluate.SUB, other, self)

    @cython.returns(object)
    def __mul__(self, other: Any) -> Any:
        return (
            record2(evaluate.MUL, self, other)
            if type(other) is Value
            else mixed(evaluate.MUL, self, other)
        )

    @cython.returns(object)
    def __rmul__(self, other: Any) -> Any:
        return mixed(evaluate.MUL, other, self)

    @cython.returns(object)
    def __truediv__(self, other: Any) -> Any:
        return (
            record2(evaluate.DIV, self, other)
            if type(other) is Value
            else mixed(evaluate.DIV, self, other)
        )

    @cython.returns(object)
    def __rtruediv__(self, other: Any) -> Any:
        return mixed(evaluate.DIV, other, self)

    @cython.returns(object)
    def __floordiv__(self, other: Any) -> Any:
        return mixed(evaluate.FLOORDIV, self, other)

    @cython.returns(object)
    def __rfloordiv__(self, other: Any) -> Any:
        return mixed(evaluate.FLOORDIV, other, self)

    @cython.returns(object)
    def __mod__(self, other: Any) -> Any:
        return mixed(evaluate.MOD, self, other)

    @cython.returns(object)
    def __rmod__(self, other: Any) -> Any:
        return mixed(evaluate.MOD, other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    @cython.returns(object)
    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            raise NO_MODULUS
        if type(other) is Value:
            return record2(evaluate.POWC if other.is_constant else evaluate.POWER, self, other)
        varying = type(other) in RECORDERS and not other.is_constant
        return mixed(evaluate.POWER if varying else evaluate.POWC, self, other)

    @cython.returns(object)
    def __rpow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            raise NO_MODULUS
        return mixed(evaluate.POWER, other, self)

    def __neg__(self) -> "Value":
        return record1(evaluate.NEG, self)

    def __pos__(self) -> "Value":
        return self

    def __abs__(self) -> "Value":
        return record1(evaluate.ABS, self)

    def exp(self) -> "Value":
        """Return e^x."""
        return record1(evaluate.EXP, self)

    def log(self) -> "Value":
        """Return the natural logarithm."""
        return record1(evaluate.LOG, self)

    def tanh(self) -> "Value":
        """Return tanh(x)."""
        return record1(evaluate.TANH, self)

    def sigmoid(self) -> "Value":
        """Return 1 / (1 + e^-x), eq. 3."""
        return record1(evaluate.SIGMOID, self)

    def relu(self) -> "Value":
        """Return max(x, 0)."""
        return record1(evaluate.RELU, self)

    def sqrt(self) -> "Value":
        """Return the square root."""
        return record1(evaluate.SQRT, self)

    def sin(self) -> "Value":
        """Return sin(x)."""
        return record1(evaluate.SIN, self)

    def cos(self) -> "Value":
        """Return cos(x)."""
        return record1(evaluate.COS, self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Record numpy's function: `np.sin(x)`, and operators with numpy on the left."""
        row = UFUNCS.get(ufunc)
        for x in inputs:
            if type(x) is not Value and isinstance(x, np.ndarray) and x.dtype == object:
                row = None  # element by element
        if row is None or method != "__call__" or options:
            return doors.ufunc_of_nodes(ufunc, method, inputs, options)
        return row(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Record numpy's other functions, such as `np.where(c, x, y)`."""
        return doors.function_of_nodes(function, args, options)

    def __reduce__(self) -> Any:
        return doors.reduced(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return doors.node_in_notebook(self)

    def __repr__(self) -> str:
        if modes.watched:
            modes.note("==", self, self._data, True)
        label = f", name={self.name!r}" if self.name is not None else ""
        grad = f", grad={self._grad!r}" if self.has_grad else ""
        return f"Value({self._data!r}{grad}{label})"


numbers.Real.register(Value)


def micrograd_op(node: Any) -> str:
    """Return the operation's name as micrograd spells it."""
    row = node.primitive
    if row is None:
        return ""
    if row.name == "powc":
        return f"**{node.parents[1].data:g}"
    return "ReLU" if row.name == "relu" else row.infix or row.name


def label_of(name: Any) -> str | None:
    """Return what a node is to be called, or say that it is no text."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"name: needs a string, got {type(name).__name__} {name!r:.60}")
    return name


def tick() -> int:
    """Return the next moment of the clock that orders nodes by creation."""
    global _clock
    _clock += 1
    return _clock


def as_real(data: Any) -> float:
    """Return a number that is assigned or operated with as a float, or raise a TypeError."""
    if isinstance(data, float):
        return float(data)  # numpy's float64 is a float, too
    if type(data) is int:
        try:
            return float(data)
        except OverflowError:
            pass
    return as_float(data)


def constant(data: float) -> Value:
    """Return a number as a node that gets no gradient."""
    global _clock
    _clock += 1
    if not cython.compiled:
        node: Value = object.__new__(Value)
        node._grad, node._stamp, node._b, node._more, node._side = EMPTY
        node._a = None
        node._seq = _clock
        node._code = CONSTANT
        node._data = data
        return node
    return memory.node(  # type: ignore[no-any-return]  # compiled only
        _heap, _clock, CONSTANT, data, 0.0, 0.0, None, None, 0, 0.0
    )


def plain_operand(node: Value) -> Value:
    """Return the plain number among a node's operands as a constant, always the same one."""
    if node._more is None:
        node._more = More()
    if node._more.plain is None:
        number = constant(node._plain)
        number._seq = node._seq - 1  # where its place was kept
        node._more.plain = number
    found: Value = node._more.plain
    return found


def forget(node: Value) -> None:
    """Give up what a computed node was computed from."""
    node._code = FREED
    node._a = node._b = None
    node._side = 0
    if node._more is not None:
        node._more.parents = node._more.partials = None


def dealloc(node: Any) -> None:  # compiled only
    """Free a node, and those that only it holds, in the order that _memory.pxd tells of."""
    memory.dealloc(_heap, node)


def blank(kind: Any, n: int) -> Any:  # compiled only
    """Return room for a node."""
    return memory.blank(_heap)


def made(kind: Any, args: Any, options: Any) -> Any:  # compiled only
    """Return room for a node that has been given its number."""
    return memory.made(_heap, kind, args, options, UNMADE)


def record1(code: int, a: Value) -> Value:
    """Record an operation on one Value."""
    global _clock
    if modes.active or code >= BUILTIN:
        return ROWS[code](a)  # type: ignore[no-any-return]
    if not cython.compiled:
        return _recorders[code](a)  # type: ignore[no-any-return]
    y, da = evaluate.unary(code, a._data)
    _clock += 1
    return memory.node(  # type: ignore[no-any-return]  # compiled only
        _heap, _clock, code, y, da, 0.0, a, None, 0, 0.0
    )


def record2(code: int, a: Value, b: Value) -> Value:
    """Record an operation on two Values."""
    global _clock
    if modes.active or code >= BUILTIN:
        return ROWS[code](a, b)  # type: ignore[no-any-return]
    if not cython.compiled:
        return _recorders[code](a, b)  # type: ignore[no-any-return]
    y, da, db = evaluate.binary(code, a._data, b._data)
    _clock += 1
    return memory.node(  # type: ignore[no-any-return]  # compiled only
        _heap, _clock, code, y, da, db, a, b, 0, 0.0
    )


def with_number(code: int, a: Value, number: float, side: int) -> Value:
    """Record an operation on a Value and a plain number on one `side` of it."""
    global _clock
    if side == RIGHT:
        y, da, db = evaluate.binary(code, a._data, number)
    else:
        y, db, da = evaluate.binary(code, number, a._data)
    _clock += 2  # the number's place in the order of creation is kept
    if not cython.compiled:
        node: Value = object.__new__(Value)
        node._grad, node._stamp, node._b, node._more, node._side = EMPTY
        node._seq = _clock
        node._code = code
        node._data, node._da, node._db = y, da, db
        node._a = a
        node._plain = number
        node._side = side
        return node
    return memory.node(  # type: ignore[no-any-return]  # compiled only
        _heap, _clock, code, y, da, db, a, None, side, number
    )


def mixed(code: int, a: Any, b: Any) -> Any:
    """Record an operator of which one operand may be a number, an array or another kind of node."""
    if not modes.active and code < BUILTIN:
        if isinstance(b, float) or type(b) is int:
            return with_number(code, a, as_real(b), RIGHT)
        if isinstance(a, float) or type(a) is int:
            return with_number(code, b, as_real(a), LEFT)
    for x in (a, b):
        plain = isinstance(
            x, Value | int | float | complex | np.generic | np.ndarray | numbers.Rational
        )
        if not plain and type(x) not in RECORDERS:
            return NotImplemented
        if isinstance(x, np.ndarray) and x.dtype == object:
            return NotImplemented
    return ROWS[code](a, b)


def compare(sign: str, a: Value, b: Any) -> Any:
    """Compare the numbers; a trace keeps the outcome as a guard."""
    x = a._data
    if type(b) is Value:
        z: Any = b._data
    elif isinstance(b, float | int | np.generic):
        z = b
    elif isinstance(b, numbers.Rational):
        z = as_real(b)  # refuses it, as the operators do
    else:
        return NotImplemented
    outcome: bool = (
        x < z if sign == "<"
        else x > z if sign == ">"
        else x <= z if sign == "<="
        else x >= z if sign == ">="
        else x != z
    )  # fmt: skip
    if modes.watched:
        _guard(sign, a, b, outcome)
    return outcome


def _guard(sign: str, a: Value, b: Any, outcome: bool) -> None:
    """Tell the trace in force, if any, what the program's course depends on."""
    modes.note(sign, a, b, outcome)


if cython.compiled:
    memory.rule(_heap, Value, dealloc, blank, made)
    memory.given(Value, doors.attributes_of_numbers(Value))
else:
    Value.__iter__ = None  # type: ignore[attr-defined]  # compiled, `[...]` makes no sequence of it
    for _name, _attribute in doors.attributes_of_numbers(Value).items():
        setattr(Value, _name, _attribute)

    @wraps(Value.__init__)
    def _made(kind: Any, *args: Any, **options: Any) -> Value:
        """Return room for a node that has been given its number."""
        if not args and not options:
            raise TypeError(UNMADE)
        node: Value = object.__new__(kind)
        node._grad, node._stamp, node._b, node._more, node._side = EMPTY
        node._a, node._seq, node._code, node._data = None, 0, LEAF, math.nan
        return node

    Value.__new__ = staticmethod(_made)  # type: ignore[assignment]
    # Calls are what costs most where Python runs this file: record each operation in a single one.
    _recorders = evaluate.Recorders(globals())
    for _name, _code in evaluate.METHODS.items():
        setattr(Value, _name, wraps(getattr(Value, _name))(_recorders[_code]))
