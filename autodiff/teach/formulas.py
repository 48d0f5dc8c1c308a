"""Questions whose answer is a formula, marked by its value: any way to write it is right.

The formula is read as `autodiff draw` reads one, so nothing is run. It is evaluated at several random
points beside the right formula and beside those that likely slips lead to.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autodiff.graphs.expression import ExpressionError, parse
from autodiff.nodes.value import Value
from autodiff.table.language import say
from autodiff.teach.question import EXACT, Mark, Slip, marked

# Letters as a Japanese keyboard gives them: （ for (, ０ for 0.
WIDE = {0x3000: " "} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
POINTS = 6


@dataclass(frozen=True, eq=False)
class FormulaQuestion:
    """A question whose answer is a formula in `letters`, such as "(a - y)*a*(1 - a)*x1".

    `wrong` has the formulas that slips lead to, by the key of the slip's sentence.
    """

    name: str
    key: str
    right: str
    letters: tuple[str, ...]
    wrong: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The question in words."""
        return say(f"teach.ask.{self.key}", letters=", ".join(self.letters), **self.values)

    @property
    def blank(self) -> str:
        """What stands in a notebook where the answer goes."""
        return f'{self.name} = "..."'

    @property
    def solution(self) -> str:
        """Python for the answer."""
        return f'{self.name} = "{self.right}"'

    @property
    def shown(self) -> str:
        """The answer as a solved sheet shows it."""
        return f"{self.name} = {self.right}"

    def mark(self, answer: Any) -> Mark:
        """Mark a formula, given as text."""
        if answer is None or answer is ... or str(answer).strip() in ("", "..."):
            return Mark(False, say("exercise.not_answered"))
        if not isinstance(answer, str):
            return Mark(False, say("teach.no_formula", name=self.name))
        text = answer.translate(WIDE).strip().replace("^", "**")
        try:
            given = self._at_points(text)
        except ExpressionError as error:
            return Mark(False, say("teach.unreadable", error=error))
        return marked(given, self._at_points(self.right), self._slips(), EXACT)

    def _slips(self) -> Iterator[Slip]:
        right = self._at_points(self.right)
        yield say("slip.sign"), -right
        for key, formula in self.wrong.items():
            yield self._told(key), self._at_points(formula)
        yield say("slip.twice"), 2.0 * right
        yield say("slip.half"), 0.5 * right
        for key, formula in self.wrong.items():
            yield say("teach.slip.and_sign", slip=self._told(key)), -self._at_points(formula)

    def _told(self, key: str) -> str:
        """Return a slip's sentence: one that other questions have, too, or one of formulas alone."""
        return say(key, **self.values) if "." in key else say(f"teach.slip.{key}", **self.values)

    def _at_points(self, text: str) -> Any:
        """Return the formula's values at the points, the letters between 0.1 and 0.9."""
        expression = parse(text)
        strange = [n for n in expression.names if n not in self.letters]
        if strange:
            raise ExpressionError(
                say("teach.strange", name=strange[0], letters=", ".join(self.letters))
            )
        rng = random.Random(self.right)
        found = []
        for _ in range(POINTS):
            point = {n: rng.uniform(0.1, 0.9) for n in self.letters}
            if not expression.names:
                point[self.letters[0]] = 0.5
                found.append(_number(text))
                continue
            value, _ = expression.record({n: point[n] for n in expression.names})
            found.append(value.data if isinstance(value, Value) else float(value))
        return np.array(found)


def _number(text: str) -> float:
    """Return the value of a formula without letters."""
    return float(parse(f"t0*0 + ({text})").record({"t0": 0.0})[0].data)
