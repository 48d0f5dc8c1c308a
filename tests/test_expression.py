"""Formulas: read as Python computes them, and refused, in a sentence, whatever is not arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff.graphs.expression import ExpressionError, functions, parse, parse_values

AT = {"w": 2.0, "x": 0.5, "b": -1.0}


def recorded(text: str, **values: float) -> ad.Value:
    return parse(text).record(values)[0]


@pytest.mark.parametrize(
    "text",
    [
        "w*x + b", "w - x - b", "w/x/b", "-w**2", "w**-x", "2**w**x", "(w + x)*(w - b)", "+w",
        "w*x*2 - 3", "1 - w", "4/w",
    ],
)  # fmt: skip
def test_reads_arithmetic_as_python_does(text: str) -> None:
    expected = eval(text, {}, dict(AT))
    names = parse(text).names
    assert recorded(text, **{n: AT[n] for n in names}).data == pytest.approx(expected, rel=1e-15)


def test_gradients_of_a_formula() -> None:
    y, names = parse("z = w*x + b; a = sigmoid(z); (a - 1)**2").record(AT)
    y.backward()
    assert [names[n].grad for n in "wxb"] == [-0.125, -0.5, -0.25]  # (a - 1) / 2 dz = -1/4 dz
    assert names["z"].data == 0.0
    assert names["a"].name == "a"


def test_a_name_is_one_node() -> None:
    y, names = parse("x*x").record({"x": 3.0})
    assert y.parents == (names["x"], names["x"])


def test_constant_exponent_and_node_exponent_are_their_own_rows() -> None:
    assert recorded("x**3", x=2.0).op == "powc"
    assert recorded("3**x", x=2.0).op == "power"


def test_defaults_may_be_left_out() -> None:
    assert recorded("leaky_relu(x)", x=-2.0).data == ad.leaky_relu(-2.0)
    assert recorded("leaky_relu(x, 0.5)", x=-2.0).data == -1.0


def test_pi_and_e_are_numbers_unless_given() -> None:
    assert recorded("x*pi", x=1.0).data == math.pi
    assert recorded("x*e", x=2.0, e=5.0).data == 10.0


@pytest.mark.parametrize("name", functions())
def test_every_scalar_operation_can_be_named(name: str) -> None:
    row = functions()[name]
    n = len(row.partials)  # type: ignore[attr-defined]
    names = "abc"[:n]
    y = recorded(f"{name}({', '.join(names)})", **dict.fromkeys(names, 0.5))
    expected = row(*[0.5] * n)
    assert y.data == expected or math.isnan(expected)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"), ("  ;", "invalid syntax"), ("w*(x", "never closed"), ("x.real", "not part"),
        ("x[0]", "not part"), ("__import__('os')", "unknown function __import__"),
        ("lambda: x", "not part"), ("x if x else x", "not part"), ("(x for x in x)", "not part"),
        ("x and x", "not part"), ("x < 1", "not part"), ("x^2", r"write \*\*"), ("'x'", "not part"),
        ("f'{x}'", "not part"), ("1j*x", "not part"), ("True*x", "not part"), ("x := 1", "invalid"),
        ("sigmoidd(x)", "did you mean sigmoid"), ("exp(x, x)", "takes 1 operand"),
        ("exp(x=1)", "not part"), ("exp(*x)", "not part"), ("x = 1; x = 2", "twice"),
        ("x + y; x = 1", "twice"), ("x, y = 1", "not part"), ("import os", "not part"),
        ("x\0", "null bytes"), ("\ud800*x", "surrogate"), ("9" * 400 + "*x", "too large"),
        ("(" * 300 + "x" + ")" * 300, "nested"), ("-" * 900 + "x", "nested"), ("x" * 3000, "3,000"),
        ("+".join(["x"] * 150), "nested"), ("2w", r"write 2\*w"), ("1 + 2.5w", r"write 2.5\*w"),
        ("2(w)", r"write 2\*\(w\)"), ("w(x + 1)", r"write w\*\(x \+ 1\)"), ("sin w", r"write sin\(w\)"),
        ("w x", r"write w\*x"), ("f(x)=x**2", "without the brackets"), ("w·x", r"write \* for ·"),
        ("lambda*x", "lambda is a word of Python's"), ("1e5 + 0x1f + (", "never closed"),
    ],
)  # fmt: skip
def test_refuses_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(ExpressionError, match=word) as refused:
        parse(text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "w, x have no value: .* --at w=1,x=1"), ({"w": 1.0, "x": 1.0, "z": 1.0}, "names w, x"),
        ({"w": 1.0, "xx": 1.0}, "did you mean xx"),
    ],
)  # fmt: skip
def test_values_must_fit_the_names(values: dict[str, float], word: str) -> None:
    with pytest.raises(ExpressionError, match=word):
        parse("w*x").record(values)


def test_a_plain_number_is_no_graph() -> None:
    with pytest.raises(ExpressionError, match="nothing to differentiate"):
        parse("1 + 2").record({})


@pytest.mark.parametrize("text", ["w", "w=", "w=two", "=1", "w=1,w=2", "1=w", "w=1 x=2"])
def test_refuses_what_is_no_value(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_values(text)


def test_reads_values() -> None:
    assert parse_values(" w = 2, x=-.5e1;b=pi ") == {"w": 2.0, "x": -5.0, "b": math.pi}
    assert parse_values("") == {}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
        found.record(dict.fromkeys(found.names, 0.5))
    except ExpressionError:
        pass


def test_what_was_added_to_the_table_is_no_part_of_formulas() -> None:
    @ad.primitive([lambda y, x: 2.0], name="test_twofold")
    def twofold(x: float) -> float:
        return 2.0 * x

    assert "test_twofold" not in functions()
    with pytest.raises(ExpressionError, match="unknown function test_twofold"):
        parse("test_twofold(x)")
