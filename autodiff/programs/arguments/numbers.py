"""`Numbers`: an array among the arguments while a function is recorded on single numbers.

It holds Values, so that a loop over its elements is a scalar graph. Of what numpy does with arrays it does
only what is the same on objects: arithmetic, elementwise rows of the table, moving and joining elements,
and sums. All else (the type and the bytes, comparing and sorting, statistics, linear algebra) is refused,
and the function is recorded on Tensors then, which answer as arrays of floats do.
"""

import sys
from collections.abc import Sequence
from opcode import opname
from typing import Any

import numpy as np

from autodiff.nodes import leaving
from autodiff.nodes.value import Value, constant
from autodiff.table.data import check_kind
from autodiff.table.primitive import UFUNCS

# What numpy computes on objects by Python's operators, which record by themselves.
BY_OPERATOR = {
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.matmul, np.floor_divide,
    np.remainder, np.power, np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
}  # fmt: skip
FUNCTIONS = {
    "append", "array_split", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "broadcast_to",
    "column_stack", "concatenate", "copy", "cumprod", "cumsum", "diagonal", "dot", "dstack", "empty_like",
    "expand_dims", "flip", "fliplr", "flipud", "full_like", "hsplit", "hstack", "inner", "matmul", "mean",
    "moveaxis", "ndim", "ones_like", "outer", "prod", "ravel", "repeat", "reshape", "roll", "rollaxis",
    "rot90", "shape", "size", "split", "squeeze", "stack", "sum", "swapaxes", "take", "tensordot", "tile",
    "trace", "transpose", "vsplit", "vstack", "where", "zeros_like",
}  # fmt: skip
PRODUCTS = {"cumprod", "cumsum", "dot", "inner", "outer", "tensordot"}
# Methods go by the ufuncs that they call.
ATTRIBUTES = {
    "T", "all", "any", "astype", "base", "copy", "cumprod", "cumsum", "diagonal", "dot", "fill", "flags",
    "flat", "flatten", "max", "mT", "mean", "min", "ndim", "prod", "ravel", "repeat", "reshape",
    "setflags", "shape", "size", "squeeze", "std", "sum", "swapaxes", "take", "tolist", "trace",
    "transpose", "var",
}  # fmt: skip


LARGE = 2000  # elements of one operation; a graph of as many numbers takes long


class Numbers(np.ndarray[Any, Any]):
    """An array of Values among the arguments, on which numpy answers as on an array of numbers."""

    def __array_finalize__(self, parent: Any) -> None:
        if not self.size:
            raise needs_a_tensor("answer for an array without elements")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        of_numbers(ufunc.__name__, inputs)
        check_size(ufunc.__name__, inputs)
        called, plain = method == "__call__", [_objects(x) for x in inputs]
        options = {k: _objects(x) for k, x in options.items() if x is not None or k == "axis"}
        if "out" in options:
            options["out"] = tuple(map(_objects, options["out"]))
        row = UFUNCS.get(ufunc) if called and not options.keys() - {"casting", "subok"} else None
        if row is not None and ufunc not in BY_OPERATOR:
            ufunc = np.frompyfunc(row, len(inputs), 1)
        elif not _on_objects(ufunc, plain, options):
            raise needs_a_tensor(ufunc.__name__)
        try:
            with np.errstate(invalid="ignore"):  # what Python's NaN leaves in the processor's flags
                found = getattr(ufunc, method)(*plain, **options)
        except TypeError as error:
            theirs = type(error) is not TypeError or "not supported" in str(error)
            raise (needs_a_tensor(ufunc.__name__) if theirs else error) from None
        return _numbers(found)

    @property
    def _mask(self) -> Any:
        """What numpy.ma asks of an operand."""
        raise leaving.masked()

    _data = _mask

    def __setitem__(self, place: Any, x: Any) -> None:
        if not self.flags.writeable:
            raise TypeError(
                "an argument[...] = ...: a program does not change its arguments; write y = x.copy() and "
                "change y, or take ad.where, ad.concatenate or ad.stack"
            )
        super().__setitem__(place, x)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        of_numbers(name, (*args, *options.values()))
        if name in PRODUCTS:
            check_size(name, args)
        elsewhere = function is not getattr(np, name, None) or name not in FUNCTIONS
        if elsewhere or options.get("dtype") not in (None, object) or "order" in options:
            raise needs_a_tensor(name)
        try:
            return _numbers(super().__array_function__(function, types, args, options))
        except AttributeError:  # a number that is recorded has not what numpy asks of its own
            raise needs_a_tensor(name) from None

    def dot(self, b: Any) -> Any:  # type: ignore[override]
        """Return np.dot, which asks this class."""
        return np.dot(self, b)

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """Return a copy, as the numbers are floats of double precision."""
        if np.dtype(dtype) not in (np.float64, np.dtype(object)):
            raise needs_a_tensor("astype")
        return self.copy()


def check_size(name: str, args: Sequence[Any]) -> None:
    """Refuse an operation on so many numbers that each of them had better not be a node."""
    sizes = [x.size for x in args if isinstance(x, np.ndarray)]
    if sum(sizes) > LARGE:
        raise needs_a_tensor(name)


def of_numbers(name: str, args: Sequence[Any]) -> None:
    """Raise a TypeError for arrays that are more than their numbers, such as masked ones."""
    for x in args:
        if type(x) in (list, tuple):
            of_numbers(name, x)
        elif isinstance(x, np.ndarray) and not isinstance(x, Numbers):
            check_kind(x, name, "an array")


def _in_place(name: str) -> Any:
    """Return `x += y` and its like: of an argument, which stays as it is, x becomes x + y."""

    def apply(x: Numbers, y: Any) -> Any:
        return getattr(np.ndarray, f"__{'i' if x.flags.writeable else ''}{name}__")(x, y)

    return apply


def _in_order(name: str) -> Any:
    """Return a method of numpy's that reads elements in an order, which is not that of the memory here."""
    method = getattr(np.ndarray, name)

    def apply(self: Numbers, *args: Any, **options: Any) -> Any:
        if self.ndim > 1 and {"A", "K"} & {x for x in (*args, *options.values()) if type(x) is str}:
            raise needs_a_tensor(name)
        return method(self, *args, **options)

    return apply


def _refused(name: str) -> Any:
    """Return an attribute that numpy and this library ask of objects, and others of floats."""
    theirs: Any = getattr(np.ndarray, name)

    def asked(self: Numbers) -> Any:
        frame = sys._getframe(1)
        asking = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        word = opname[frame.f_code.co_code[frame.f_lasti]]  # a call where it is asked in C
        if word.startswith("LOAD") and asking not in ("numpy", "autodiff"):
            raise needs_a_tensor(name)
        return theirs.__get__(self)

    return property(asked)


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Numbers, f"__i{_name}__", _in_place(_name))
for _name in ("flatten", "ravel", "reshape"):
    setattr(Numbers, _name, _in_order(_name))
for _name in ("__array_interface__", "__array_struct__", *dir(np.ndarray)):
    if not _name.startswith("_") and _name not in ATTRIBUTES:
        setattr(Numbers, _name, _refused(_name))


class NeedsTensorError(TypeError):
    """numpy cannot answer on single numbers as it does on an array of numbers."""


# How a function fails that does with single numbers what needs an array.
REFUSED = (TypeError, ValueError, IndexError, AttributeError)


def needs_a_tensor(name: str) -> NeedsTensorError:
    """Return the error that names what numpy cannot answer."""
    return NeedsTensorError(
        f"numpy's {name} on single numbers that are recorded would not answer as on an array: give the "
        f"array as ad.Tensor(x), whose program does"
    )


def _on_objects(ufunc: Any, inputs: list[Any], options: Any) -> bool:
    """Return whether numpy computes on objects what it computes on floats."""
    if any(x.dtype != object for x in options.get("out", ())) or "dtype" in options:
        return bool(options.get("dtype") is object)
    if ufunc in (np.equal, np.not_equal):  # nodes are equal where they are the same node
        return [isinstance(x, np.ndarray) and x.dtype.kind == "O" for x in inputs].count(True) < 2
    written = f"{'O' * ufunc.nin}->{'O' * ufunc.nout}"  # by somebody in Python
    return ufunc in BY_OPERATOR or set(ufunc.types) == {written}


def as_object(x: Any) -> Any:
    """Return a Value as an array of no axes, so that numpy goes through the elements beside it."""
    if not isinstance(x, Value):
        return x
    alone = np.empty((), dtype=object)
    alone[()] = x
    return alone


def _objects(x: Any) -> Any:
    """An array of Values as numpy's own, a Value as one of no axes, so that numpy goes through elements."""
    if isinstance(x, Numbers):
        return x.view(np.ndarray)
    return as_object(x)


def _numbers(found: Any) -> Any:
    """Return an array of objects as numbers, and those in a tuple or list; anything else as it is."""
    if isinstance(found, tuple | list):
        return type(found)(map(_numbers, found))
    mine = isinstance(found, np.ndarray) and found.dtype == object
    return found.view(Numbers) if mine else found


def as_values(x: Any, differentiated: bool, inputs: list[Value]) -> Any:
    """Return a number as a node, an array as an array of nodes; both are noted as inputs."""
    array = np.asarray(x, dtype=float)
    make = Value if differentiated else constant
    nodes = [make(number) for number in array.ravel().tolist()]
    inputs += nodes
    if not array.ndim:
        return nodes[0]
    out = np.empty(array.size, dtype=object)
    out[:] = nodes
    numbers = out.reshape(array.shape).view(Numbers)
    numbers.flags.writeable = False  # the argument is the caller's
    return numbers
