"""A character GPT whose every number is a node: 4,192 parameters, one document a step.

It is written as one writes for micrograd, with lists, loops, `sum`, `+` and `*`: each weight is a
Value, each product and each sum a node, so that pictures and explanations reach every one of them.
A document is a word, one letter a token; token 0 stands before it and behind it. Attention, RMS
norm and a layer of ReLU have no biases: Vaswani et al. 2017, eq. 1; Zhang and Sennrich 2019, eq. 4.
"""

import operator
import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.resources import files
from typing import Any

import autodiff as ad

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TOKENS, WIDTH, HEADS, BLOCK = 1 + len(LETTERS), 16, 4, 16
SIZES = {
    "token": (TOKENS, WIDTH), "place": (BLOCK, WIDTH), "query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH), "mix": (WIDTH, WIDTH), "up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH),
    "letter": (TOKENS, WIDTH),
}  # fmt: skip


def names() -> list[str]:
    """Return the first names that come with the library, in lower case.

    >>> len(names()) > 500, names()[:3]
    (True, ['aaron', 'abigail', 'ada'])
    """
    return (files("nets") / "names.txt").read_text(encoding="ascii").split()


def encode(word: str) -> list[int]:
    """Return a word as tokens, with token 0 before and behind.

    >>> encode("ada")
    [0, 1, 4, 1, 0]
    """
    if len(word) >= BLOCK or not all(c in LETTERS for c in word):
        raise ValueError(
            f"encode: {word!r:.60} must have at most {BLOCK - 1} letters, all of them from a to z"
        )
    return [0, *(1 + LETTERS.index(c) for c in word), 0]


def largest(z: Sequence[Any]) -> Any:
    """Return the largest number of Values, as a plain number."""
    return max(v.data for v in z)


class GPT:
    """The weights as lists of numbers of one kind, and what is computed with them.

    `number` makes a weight of a float; `exp`, `log`, `relu` and `largest` are the functions of that
    kind, by default those of Values, and `pick` takes an item of a list by a token.

    >>> gpt = GPT()
    >>> len(gpt.parameters()), len(gpt.logits(0, 0, [], []))
    (4192, 27)
    """

    def __init__(
        self,
        number: Callable[[float], Any] = ad.Value,
        exp: Callable[[Any], Any] = ad.Value.exp,
        log: Callable[[Any], Any] = ad.Value.log,
        relu: Callable[[Any], Any] = ad.Value.relu,
        largest: Callable[[Sequence[Any]], Any] = largest,
        pick: Callable[[Any, Any], Any] = operator.getitem,
        seed: int = 0,
    ) -> None:
        draw = random.Random(seed)
        self.exp, self.log, self.relu, self.largest, self.pick = exp, log, relu, largest, pick
        self.weights: dict[str, Any] = {
            name: [[number(draw.gauss(0.0, 0.08)) for _ in range(n)] for _ in range(m)]
            for name, (m, n) in SIZES.items()
        }

    def parameters(self) -> list[Any]:
        """Return all weights, row by row."""
        return [w for matrix in self.weights.values() for row in matrix for w in row]

    def product(self, name: str, x: Sequence[Any]) -> list[Any]:
        """Return the product of a matrix and a vector: z_j = sum_k w_jk x_k."""
        return [sum(w * v for w, v in zip(row, x, strict=True)) for row in self.weights[name]]

    def softmax(self, z: Sequence[Any]) -> list[Any]:
        """Return e^z_j / sum_k e^z_k (eq. 78); the largest is subtracted first."""
        top = self.largest(z)
        powers = [self.exp(v - top) for v in z]
        total = sum(powers)
        return [v / total for v in powers]

    def norm(self, x: Sequence[Any]) -> list[Any]:
        """Return x over the root of its mean square."""
        scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
        return [v * scale for v in x]

    def attention(self, x: Sequence[Any], keys: list[Any], values: list[Any]) -> list[Any]:
        """Return what the heads gather from this place and those before it.

        The key and the value of this place are added to the lists.
        """
        query = self.product("query", x)
        keys.append(self.product("key", x))
        values.append(self.product("value", x))
        size = len(query) // HEADS
        gathered: list[Any] = []
        for start in range(0, len(query), size):
            part = slice(start, start + size)
            scores = [
                sum(q * k for q, k in zip(query[part], key[part], strict=True)) / size**0.5
                for key in keys
            ]
            a = self.softmax(scores)
            gathered += [
                sum(a_t * value[j] for a_t, value in zip(a, values, strict=True))
                for j in range(start, start + size)
            ]
        return self.product("mix", gathered)

    def logits(
        self, token: Any, place: int, keys: list[Any], values: list[Any], part: Any = nullcontext
    ) -> list[Any]:
        """Return a number for each token that may come next; the largest is the likeliest.

        `keys` and `values` hold those of the places before. With `part=ad.scope` the parts of the
        computation bear their names in pictures.
        """
        with part("embedding"):
            rows = zip(self.weights["token"][token], self.weights["place"][place], strict=True)
            x = self.norm([a + b for a, b in rows])
        with part("attention"):
            change = self.attention(self.norm(x), keys, values)
            x = [a + b for a, b in zip(x, change, strict=True)]
        with part("layer"):
            hidden = [self.relu(z) for z in self.product("up", self.norm(x))]
            x = [a + b for a, b in zip(x, self.product("down", hidden), strict=True)]
        with part("letters"):
            return self.product("letter", x)

    def cost(self, tokens: Sequence[Any], part: Any = nullcontext) -> Any:
        """Return the mean of -ln p over the document's tokens, p what each was given by those before."""
        keys: list[Any] = []
        values: list[Any] = []
        costs = []
        for place in range(len(tokens) - 1):
            p = self.softmax(self.logits(tokens[place], place, keys, values, part))
            costs.append(-self.log(self.pick(p, tokens[place + 1])))
        return sum(costs) / len(costs)

    def sample(self, draw: random.Random, temperature: float = 0.5) -> str:
        """Return a word, letter by letter: each is drawn with the probability it is given."""
        keys: list[Any] = []
        values: list[Any] = []
        word, token = "", 0
        with ad.no_grad():
            while len(word) < BLOCK - 1:
                z = self.logits(token, len(word), keys, values)
                p = self.softmax([v / temperature for v in z])
                weights = [v.data for v in p]
                token = draw.choices(range(TOKENS), weights)[0]
                if token == 0:
                    break
                word += LETTERS[token - 1]
        return word
