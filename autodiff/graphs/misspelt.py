"""What people write in a formula that Python cannot read, and what to write instead.

These are guesses from the text, made after it was refused: they only word the refusal.
"""

import keyword
import re
from collections.abc import Container

# Signs as they are printed and typed elsewhere, by what a formula writes.
SIGNS = {
    "·": "*", "⋅": "*", "∙": "*", "×": "*", "−": "-", "–": "-", "÷": "/", "∕": "/",
    "²": "**2", "³": "**3", "√": "sqrt",
}  # fmt: skip
NUMBER = re.compile(r"0[xXbBoO]\w*|\d[\d.]*([eE]\d*|[jJ])")
BESIDE = re.compile(r"(?<![\w.])\d[\d.]*[^\W\d]\w*")


def foreign_sign(text: str) -> str:
    """Say what to write for the first sign that no formula has, "" where there is none.

    >>> foreign_sign("w·x")
    'write * for ·'
    """
    return next((f"write {SIGNS[c]} for {c}" for c in text if c in SIGNS), "")


def misspelt(text: str, functions: Container[str]) -> str:
    """Say what to write instead of a formula that cannot be read, "" where nobody knows.

    >>> misspelt("2w + 1", ()), misspelt("sin w", ("sin",))
    ('write 2*w', 'write sin(w)')
    """
    for word in re.findall(r"[^\W\d]\w*", text):
        if keyword.iskeyword(word):
            return f"{word:.60} is a word of Python's own, so take another name, such as {word[0]}_"
    if found := re.search(r"([^\W\d]\w*)\s*\(\s*[^\W\d][\w\s,]*\)\s*=(?!=)", text):
        return f"write {found[1]:.60} = ... without the brackets: a name stands for one node"
    for found in BESIDE.finditer(text):
        if not NUMBER.fullmatch(found[0]):
            number = re.match(r"[\d.]+", found[0])
            assert number is not None
            return f"write {number[0]:.60}*{found[0][number.end() :]:.60}"
    if found := re.search(r"(\w+)[ \t]+(\w+)", text):
        function = found[1] in functions
        return f"write {found[1]:.60}{f'({found[2]:.60})' if function else f'*{found[2]:.60}'}"
    return ""
