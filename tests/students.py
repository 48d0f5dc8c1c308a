"""What students hand in: answers to the sheet on matrices with one slip each, and its name.

The list knows nothing of how answers are marked: the wrong code is what a student writes, and beside
it stands what a teacher would say of it.
"""

from typing import NamedTuple


class Submission(NamedTuple):
    """One slip: the question, the wrong answer as Python, and a pattern that the feedback must fit."""

    question: str
    code: str
    said: str


PRIME = "sigma(z) * (1 - sigma(z))"
FORWARD = "sigma(w_3 @ sigma(w_2 @ a_1 + b_2) + b_3)"

TEN = (
    Submission("bp1", f"def bp1(a, y, z):\n    return (y - a) * {PRIME}", r"sign"),
    Submission("bp1", "def bp1(a, y, z):\n    return a - y", r"missing activation derivative"),
    Submission("bp1", "def bp1(a, y, z):\n    return (a - y) * sigma(z)", r"activation derivative: a\^3"),
    Submission("bp2", f"def bp2(w, delta, z):\n    return (w @ delta) * {PRIME}", r"transpose"),
    Submission("bp2", "def bp2(w, delta, z):\n    return w.T @ delta", r"missing activation derivative"),
    Submission("bp3", "def bp3(delta):\n    return delta", r"missing sum over the batch"),
    Submission("bp3", "def bp3(delta):\n    return delta.sum(axis=1, keepdims=True)", r"1/N.*missing"),
    Submission("bp4", "def bp4(a, delta):\n    return a @ delta.T / a.shape[1]", r"transpose"),
    Submission("bp4", "def bp4(a, delta):\n    return delta[:, -1:] @ a[:, -1:].T", r"\+=.*last example"),
    Submission("delta_3", f"delta_3 = {FORWARD} - y", r"missing activation derivative"),
)  # fmt: skip
