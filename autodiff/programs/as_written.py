"""What `jit` does with a function of which no program can be made: it calls it as it is written."""

from opcode import opname
from typing import Any

import numpy as np

from autodiff.derivatives.transforms import value_and_grad
from autodiff.table import tree


class AsWritten:
    """A function of which no program can be made, such as one that is given labels: it is called as it is."""

    def __init__(self, f: Any, argnums: Any) -> None:
        self.f, self.argnums = f, argnums

    def answer(self, args: tuple[Any, ...], keywords: dict[str, Any], grads: bool) -> Any:
        """Return what the function returns, or its value and gradient; the arguments are only read."""
        f = value_and_grad(self.f, self.argnums) if grads else self.f
        args, keywords = tree.map_tree(read_only, (args, keywords))
        return f(*args, **keywords)

    @property
    def source(self) -> str:
        """What stands in the place of a program."""
        return "# no program: the function runs as it is written"


def read_only(x: Any) -> Any:
    """Return an array as one that cannot be written to."""
    if isinstance(x, np.ndarray):
        x = x.view()
        x.flags.writeable = False
    return x


def is_their_own(error: BaseException) -> bool:
    """Return whether an exception was raised by a `raise` outside of numpy and of this library."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    module = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
    word = opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]]
    return word == "RAISE_VARARGS" and module not in ("autodiff", "numpy", "scipy")
