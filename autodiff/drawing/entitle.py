"""What nameless nodes are called: a short formula of what their operands are called, else a number.

In the subset of `layered`, so that a live page calls everything as Python's picture does. Operations
are given by their names in the table, and how an infix one is written stands here.
"""

from dataclasses import dataclass

LONGEST = 16  # letters of a formula that stands for a name
MOST = 2_000  # nodes of a graph whose formulas are worked out
ATOM = 9
INFIX = ["mul", "div", "sub", "add", "total", "power", "powc", "dot", "matmul"]
SIGN = ["×", "÷", "−", "+", "Σ", "^", "^", "dot", "@"]  # on a box
BETWEEN = ["·", "/", " − ", " + ", "", "", "", "·", "@"]  # in a name


@dataclass
class Name:
    """What a node is called, how strongly that binds, and whether it is a formula."""

    text: str
    binds: int
    formula: bool


def entitled(
    ops: list[str],
    operands: list[list[int]],
    given: list[str | None],
    ends: list[int],
    formulas: bool,
) -> list[Name]:
    """Return what each node is called: as `given`, by a formula, or v1, v2, ... without gaps.

    Leaves have the operation "". The nodes in `ends` are called out, or out1, out2, ... where they
    are several; `formulas` says whether the others may be called by what they are.
    """
    found: list[Name] = []
    unnamed = 0
    for i in range(len(ops)):
        said = given[i]
        if said is not None:
            found.append(Name(text=said, binds=3 if said[:1] == "-" else ATOM, formula=False))
            continue
        name = Name(text="", binds=ATOM, formula=False)
        if i in ends and ops[i] != "":
            name.text = "out" if len(ends) == 1 else "out" + str(ends.index(i) + 1)
        elif ops[i] != "" and formulas:
            name = formula(ops[i], operands[i], found)
        if name.text == "" or letters(name.text) > LONGEST:
            unnamed += 1
            name = Name(text="v" + str(unnamed), binds=ATOM, formula=False)
        found.append(name)
    return found


def letters(text: str) -> int:
    """Return how many letters a text has."""
    count = 0
    for _ in text:
        count += 1
    return count


def at_least(name: Name, binds: int) -> str:
    """Return a name as it stands beside what binds it that strongly."""
    return name.text if name.binds >= binds else "(" + name.text + ")"


def sign(op: str) -> str:
    """Return how an operation is written on a box: its sign, else its name."""
    return SIGN[INFIX.index(op)] if op in INFIX else op


def formula(op: str, operands: list[int], names: list[Name]) -> Name:
    """Return an operation on what its operands are called; no text where that is long."""
    count = len(operands)
    text = ""
    if count > 4:
        return Name(text="", binds=ATOM, formula=True)
    if op == "neg":
        return Name(text="−" + at_least(names[operands[0]], 3), binds=3, formula=True)
    if op == "square" or op == "powc" or op == "power":
        text = at_least(names[operands[0]], 5)
        if count < 2:
            text += "²"
        else:
            text += raised(names[operands[1]].text, at_least(names[operands[1]], 5))
        return Name(text=text, binds=4, formula=True)
    if op == "total" and count > 1:
        for k in range(count):
            text += (" + " if k > 0 else "") + at_least(names[operands[k]], 1)
        return Name(text=text, binds=1, formula=True)
    if op in INFIX and count == 2:
        low = 1 if op == "add" or op == "sub" else 2
        high = low if op == "add" or op == "mul" else low + 1
        text = at_least(names[operands[0]], low) + BETWEEN[INFIX.index(op)]
        return Name(text=text + at_least(names[operands[1]], high), binds=low, formula=True)
    if op == "transpose":
        return Name(text=at_least(names[operands[0]], 5) + "ᵀ", binds=5, formula=True)
    for k in range(count):
        text += (", " if k > 0 else "") + names[operands[k]].text
    said = "sum" if op == "total" else op
    return Name(text=said + "(" + text + ")", binds=ATOM, formula=True)


def raised(number: str, otherwise: str) -> str:
    """Return an exponent: ² and ³ where it is one of these, else as it is called after a ^."""
    if number == "2":
        return "²"
    return "³" if number == "3" else "^" + otherwise


def with_numbers(op: str, operands: list[int], numbers: list[str | None]) -> list[str]:
    """Return the sign of an operation with the numbers written in it, then the numbers left over.

    `numbers[k]` is the number of operand k where that has no box of its own, else None.
    """
    own = sign(op)
    left: list[str] = []
    place = -1
    for k in range(len(operands)):
        said = numbers[k]
        if said is not None:
            left.append(said)
            place = k
    if len(operands) == 2 and len(left) == 1:
        number = left[0]
        if op == "powc" or op == "power":
            return [number + "^( )" if place == 0 else "( )" + raised(number, number)]
        if op in INFIX and op != "dot":
            if place == 1 or op == "add" or op == "mul":
                return [own + " " + number]
            return [number + " " + own]
    return [own, *left]
