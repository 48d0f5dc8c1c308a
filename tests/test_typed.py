"""Formulas in JavaScript: 1,000 random texts read as Python reads them, errors included."""

import random
import re
from typing import Any

import pytest

from autodiff.graphs.expression import CONSTANTS, ExpressionError, parse
from autodiff.graphs.graph import Graph
from autodiff.player import bundle
from autodiff.player.model import model
from autodiff.player.typed import EXAMPLES, formula_page, grammar
from autodiff.table.language import retold, speaking
from tests.javascript import Runtime

RECORD = """(text, grammar) => {
  try {
    const parsed = parseFormula(text, grammar), values = Object.create(null);
    parsed.names.forEach((n, i) => { if (!Object.hasOwn(grammar.constants, n)) values[n] = 0.5 + i / 8; });
    const live = new Live(recordFormula(parsed, values, grammar), ROWS);
    return { names: parsed.names, nodes: live.nodes.map((n, i) => ({ ...n, value: live.values[i] })),
      grads: live.grads };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return { error: error.message };
  }
}"""


@pytest.fixture(scope="module")
def js() -> Runtime:
    return Runtime("core.js", "numbers.js", "text.js", *bundle.FORMULA)


def python(text: str) -> dict[str, Any]:
    try:
        parsed = parse(text)
        names = parsed.names
        values = {n: 0.5 + i / 8 for i, n in enumerate(names) if n not in CONSTANTS}
        y, _ = parsed.record(values)
    except ExpressionError as error:
        return {"error": str(error)}
    y.backward()
    graph = Graph(y)
    return {
        "names": list(names),
        "nodes": model(graph)["nodes"],
        "grads": [n.live.grad if n.live.has_grad else None for n in graph],
    }


MISTYPED = (
    "foo(x", "x^2", "2w + 1", "sin w", "w·x", "sigmid(w)", "1 + 2", "w = 1; w = 2", "w*(x", "", "lambda",
    "f(x) = x", "sin(x, x, x)", "w(x + 1)", "x)", "qqq(1 + x)", "[1", "x if x else b", "(" * 99 + "x",
)  # fmt: skip


@pytest.mark.parametrize("text", MISTYPED)
def test_errors_are_said_in_japanese_as_the_command_says_them(text: str, js: Runtime) -> None:
    errors = bundle.sayable(*bundle.FORMULA)
    found = python(text)["error"]
    with speaking("ja"):
        wanted = retold(found)
    assert wanted != found
    assert js.call("(text, errors) => retold(text, errors, 'ja')", found, errors) == wanted


class Texts:
    """Random formulas: most are right, some are mistyped in the ways of people."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.known = ["w", "x", "b", "y_1", "λ"]

    def expression(self, depth: int) -> str:
        d = self.draw
        if depth == 0 or d.random() < 0.2:
            numbers = ["2", "0.5", "1e-3", ".25", "3.", "10", "1_000", "7"]
            return d.choice(self.known if d.random() < 0.7 else numbers)
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        kind = d.random()
        if kind < 0.45:
            sign = d.choice(["+", "-", "*", "/", "**"])
            b = d.choice(["2", "3", "-1", "0.5"]) if sign == "**" and d.random() < 0.7 else b
            return d.choice(["{} {} {}", "{}{}{}", "({}{}{})", "({} {} {})"]).format(a, sign, b)
        if kind < 0.55:
            return f"{d.choice('-+')}{a}"
        if kind < 0.65:
            return f"({a})"
        name = d.choice(
            ["sigmoid", "tanh", "exp", "sin", "log", "ln", "relu", "max", "hypot", "pow", "where",
             "leaky_relu", "softplus", "clip", "σ", "sqrt"]
        )  # fmt: skip
        row = grammar()["table"][grammar()["functions"][name]]
        arity = row["arity"] - (len(row["defaults"]) if d.random() < 0.5 else 0)
        return f"{name}({', '.join([a, b, '1'][:arity])})"

    def text(self) -> str:
        d = self.draw
        parts = []
        for i in range(d.randint(1, 3)):
            parts.append(
                f"{f'z{i} = ' if d.random() < 0.6 else ''}{self.expression(d.randint(1, 3))}"
            )
            if parts[-1].startswith("z"):
                self.known.append(f"z{i}")
        text = d.choice(["; ", "\n", ";"]).join(parts)
        if d.random() < 0.35:
            at = d.randrange(len(text))
            wrong = d.choice(["2w", "^", "·", "sigmid(x)", ")", "(", " x y ", "@", "==", ",", "lambda",
                              "tanh(x, 2)", "z0 = ", "²", "$", "2(x)", "&"])  # fmt: skip
            text = text[:at] + wrong + text[at:]
        return text


# What CPython alone says of a syntax error; the sentence begins alike, and the remedy is checked.
OWN_WORDS = re.compile(r" cannot be read( at character \d+)?: ")


@pytest.mark.parametrize("block", range(10))
def test_a_thousand_formulas(js: Runtime, block: int) -> None:
    read = refused = 0
    for k in range(100):
        text = Texts(1000 * block + k).text()
        wanted, found = python(text), js.call(RECORD, text, grammar())
        if "error" in wanted:
            refused += 1
            assert "error" in found, text
            if OWN_WORDS.search(wanted["error"]):
                assert OWN_WORDS.search(found["error"]), text
                assert OWN_WORDS.split(found["error"])[0] == OWN_WORDS.split(wanted["error"])[0]
                if re.search(": (write|\\w+ is a word)", wanted["error"]):
                    assert (
                        OWN_WORDS.split(found["error"])[-1] == OWN_WORDS.split(wanted["error"])[-1]
                    )
            else:
                assert found["error"] == wanted["error"], text
            continue
        read += 1
        assert "error" not in found, (text, found)
        assert found["names"] == wanted["names"], text
        assert len(found["nodes"]) == len(wanted["nodes"]), text
        for a, b in zip(found["nodes"], wanted["nodes"], strict=True):
            assert (a["name"], a["op"], a["operands"], a["kind"]) == (
                b["name"], b["op"], b["operands"], b["kind"]
            ), text  # fmt: skip
            value = float(b["value"])
            assert a["value"] == pytest.approx(value, rel=1e-11, abs=1e-300, nan_ok=True), text
        for a, b in zip(found["grads"], wanted["grads"], strict=True):
            if a is not None:  # None: no gradient flows, where Python may have 0 times NaN
                assert float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-300, nan_ok=True), text
            else:
                assert not b or b != b, text
    assert read > 40
    assert refused > 10


SAID = [
    "", "  ", "2 + 3", "w", "x^2", "sigmid(w)", "sin(1, 2)", "x = 1; x = 2", "2x", "sin x", "w·x",
    "f(x) = x", "x.y", "a < b", "x // 2", "[1]", "x**2 if x else 3", "if", "lambda = 3", "1e999*x",
    "x" * 2001, "(" * 120 + "x" + ")" * 120, "-" * 120 + "x", "x; ", "x;; y", "3(x)", "(2*x)(y)",
    "pi*x", "e**x", "x\n  y", "'a'", "x = y = 2", "True*x", "max(x)", "__proto__", "constructor(x)",
    "toString", "x = 2", "1j*x", "0x10*x", "f(x, y)", "exp(x)(y)", "a, b", "x +", "(x", "x)",
]  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_the_same_sentence(js: Runtime, text: str) -> None:
    wanted, found = python(text), js.call(RECORD, text, grammar())
    assert ("error" in found) == ("error" in wanted), (wanted, found)
    if "error" in wanted and not OWN_WORDS.search(wanted["error"]):
        assert found["error"] == wanted["error"]


def test_the_examples_can_be_read(js: Runtime) -> None:
    for _, formula, values in EXAMPLES:
        assert set(js.call(RECORD, formula, grammar())["names"]) == set(values)


def test_the_page_is_small_and_closed() -> None:
    page = formula_page()
    assert len(page.encode()) < 300_000
    assert "default-src 'none'" in page
    assert "innerHTML" not in page
