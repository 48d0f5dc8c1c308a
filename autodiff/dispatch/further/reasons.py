"""Why numpy's functions that are refused are refused: a sentence for each kind of them, said once.

The error that refuses a function says it, and so does the page for those who come from elsewhere.
"""

from typing import Any

IN_PLACE = "it writes into an array, and the array of a node never changes; choose with np.where or np.insert"
WHOLE = "it works on whole numbers, which have no derivative; take .data.astype(int)"
DATES = "it works on dates"
COMPLEX = "its results are complex numbers, and a graph is of real ones"
BESSEL = "the Bessel functions are SciPy's: autodiff.scipy.special.i0 records"
NEIGHBOUR = "it moves by one rounding, which no derivative sees; x itself has the same derivative"
MATRIX = "it makes a numpy.matrix, which numpy itself advises against; take an array with two axes"
TEXT = "it reads text or memory that holds no nodes"

REASONS: dict[str, str] = {
    **dict.fromkeys(("copyto", "put", "put_along_axis", "putmask", "place", "fill_diagonal"), IN_PLACE),
    **dict.fromkeys(
        ("bitwise_and", "bitwise_count", "bitwise_invert", "bitwise_left_shift", "bitwise_not",
         "bitwise_or", "bitwise_right_shift", "bitwise_xor", "invert", "left_shift", "right_shift",
         "gcd", "lcm", "packbits", "unpackbits", "ravel_multi_index", "unravel_index"), WHOLE),
    **dict.fromkeys(
        ("busday_count", "busday_offset", "datetime_as_string", "is_busday", "isnat"), DATES),
    **dict.fromkeys(("roots", "sort_complex", "linalg.eig", "linalg.eigvals"), COMPLEX),
    **dict.fromkeys(("i0", "kaiser"), BESSEL),
    **dict.fromkeys(("asmatrix", "bmat"), MATRIX),
    "nextafter": NEIGHBOUR,
}  # fmt: skip
# Those of them that have a derivative for real numbers, all the same.
WITH_DERIVATIVE = {"linalg.eig", "linalg.eigvals", "roots", "i0", "kaiser", "nextafter"}


def reason(function: Any) -> str:
    """Return why a function of numpy is refused, or nothing where it is none of the known kinds."""
    module = str(getattr(function, "__module__", None) or "").removeprefix("numpy").strip(".")
    name = getattr(function, "__name__", "")
    return REASONS.get(f"{module}.{name}" if module else name, "")
