"""Perceptrons: the oldest artificial neuron, and logic gates and decisions made of it.

A perceptron weighs its inputs and answers 1 if the sum passes a threshold, else 0. Any logic
circuit can be built from NAND gates, so it can be built from perceptrons; `xor` does so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Perceptron:
    """Answer 1 if w.x + b > 0, else 0, where b = -threshold (eq. 1, 2).

    >>> cinema = Perceptron.with_threshold((6, 2, 2), 5)
    >>> cinema(1, 0, 0), cinema(0, 1, 1)
    (1, 0)
    """

    w: tuple[float, ...]
    b: float

    @classmethod
    def with_threshold(cls, w: tuple[float, ...], threshold: float) -> Perceptron:
        """Make the perceptron whose weighted sum must be greater than `threshold` (eq. 1)."""
        return cls(w, -threshold)

    def __call__(self, *x: float) -> int:
        """Answer 0 or 1; a ValueError if the number of inputs is not that of the weights."""
        if len(x) != len(self.w):
            raise ValueError(
                f"this perceptron has {len(self.w)} weights and was given {len(x)} inputs"
            )
        return int(sum(w_j * x_j for w_j, x_j in zip(self.w, x, strict=True)) + self.b > 0)


AND = Perceptron((2, 2), -3)
OR = Perceptron((2, 2), -1)
NAND = Perceptron((-2, -2), 3)


def xor(x1: int, x2: int) -> int:
    """Compute x1 XOR x2, the sum bit of the documents' adder, with four NAND perceptrons.

    >>> [xor(0, 0), xor(0, 1), xor(1, 0), xor(1, 1)]
    [0, 1, 1, 0]
    """
    both = NAND(x1, x2)
    return NAND(NAND(x1, both), NAND(x2, both))


def face(eyes: tuple[int, int], nose: int, mouth: int, hair: int) -> int:
    """Answer "is it a face?" by sub-questions, perceptrons that ask perceptrons (chapter 1).

    Each part is asked for by itself (two eyes by a perceptron of their own), and the last perceptron
    weighs the answers: eyes, nose and mouth make a face, hair alone is not worth one of them.

    >>> face(eyes=(1, 1), nose=1, mouth=1, hair=0), face(eyes=(1, 0), nose=1, mouth=1, hair=0)
    (1, 0)
    """
    both_eyes = AND(*eyes)
    return Perceptron.with_threshold((2, 2, 2, 1), 5)(both_eyes, nose, mouth, hair)
