"""The rows of the library's own table, in its order, for tests that go through all of them.

Rows can be entered at any time, by `ad.primitive` and by `autodiff.scipy`; which tests of a process have
done so already is chance, so whatever is parametrised by the table is parametrised by these.
"""

from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, Multilinear, Pointwise

CORE = tuple(ROWS[:BUILTIN])
POINTWISE = [row for row in CORE if isinstance(row, Pointwise)]
MULTILINEAR = [row for row in CORE if isinstance(row, Multilinear)]
