"""The cells of a notebook from its source: which language a string speaks, and what is folded.

Code stands once, in English. In the Japanese notebook every string and every comment that the catalogue
of sentences has under `book.` is said in Japanese, plots have letters for it, and autodiff speaks
Japanese, too.
Assertions at the end of a cell stand in a cell of their own, which is folded: they are for whoever
checks, not for whoever reads.
"""

import ast
import re
from collections.abc import Iterator

from autodiff.table.language import phrases, speaking

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)+)"')
COMMENT = re.compile(r"(?m)(?<![^ \n])# (?!fmt:)(.+)$")
ALSO = {
    "import autodiff as ad": 'ad.language("ja")',
    "import matplotlib.pyplot as plt": (
        "from nets.pages.fonts import japanese_font\n\n"
        'plt.rcParams["font.family"] = japanese_font()'
    ),
}
# A letter that takes a whole square, at the end and at the start of a line: no space stands between two.
SQUARE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
BREAK = re.compile(rf"(?m)^(?!#)(.*{SQUARE}[*_]*)\n[ ]*(?=[*_]*{SQUARE})")
FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}


def unbroken(text: str) -> str:
    r"""Return Markdown whose lines go on where Japanese does: a browser shows a new line as a space.

    >>> print(unbroken("# 題\n誤差は\n逆に伝わり、\nnumpy で\n計算します。\n- 第一に\n  これ"))
    # 題
    誤差は逆に伝わり、
    numpy で計算します。
    - 第一にこれ
    """
    parts = re.split(r"(?ms)(^```.*?^```$)", text)
    for i in range(0, len(parts), 2):
        while (joined := BREAK.sub(r"\1", parts[i])) != parts[i]:
            parts[i] = joined
    return "".join(parts)


def folded(code: str) -> tuple[str, str]:
    """Return a cell's code without the assertions at its end, and those; "" where there is nothing.

    >>> folded("x = 1\\nprint(x)\\nassert x == 1")
    ('x = 1\\nprint(x)', 'assert x == 1')
    """
    body = ast.parse(code).body
    last = len(body)
    while last and isinstance(body[last - 1], ast.Assert):
        last -= 1
    if last in (0, len(body)):
        return code, ""
    lines = code.split("\n")
    start = body[last - 1].end_lineno or 0
    return "\n".join(lines[:start]), "\n".join(lines[start:]).strip("\n")


def spoken(code: str, language: str) -> str:
    """Return a cell's code as the notebook of that language has it.

    >>> print(spoken("import autodiff as ad\\nprint(1)", "ja"))
    import autodiff as ad
    <BLANKLINE>
    ad.language("ja")
    print(1)
    """
    if language == "en":
        return code
    twins = dict(_twins(language))
    said = LITERAL.sub(lambda m: f'"{_in_other_words(m[1], twins)}"', code)
    said = COMMENT.sub(lambda m: f"# {twins.get(m[1], m[1])}", said)
    lines = said.split("\n")
    imports = [i for i, line in enumerate(lines) if line.startswith(("import ", "from "))]
    extra = [ALSO[line] for line in lines if line in ALSO]
    if extra:
        after = imports[-1] + 1
        while lines[after - 1].endswith("(") or lines[after - 1].startswith(" "):
            after += 1
        if after == len(lines):
            extra[-1] += ";"  # the last line of a cell would be shown as its result
        lines[after:after] = ["", *extra]
    return "\n".join(lines)


def parts(text: str) -> tuple[str, list[str]]:
    """Return a formatted string with numbered fields, and the fields.

    >>> parts("a = {a.data:.4f}, {n} times")
    ('a = {0}, {1} times', ['{a.data:.4f}', '{n}'])
    """
    found, fields, depth, start = "", [], 0, 0
    for i, letter in enumerate(text):
        if letter == "{":
            if not depth:
                start = i
            depth += 1
        elif letter == "}" and depth:
            depth -= 1
            if not depth:
                found += f"{{{len(fields)}}}"
                fields.append(text[start : i + 1])
        elif not depth:
            found += letter
    return found, fields


def _in_other_words(text: str, twins: dict[str, str]) -> str:
    skeleton, fields = parts(text)
    twin = twins.get(skeleton)
    return text if twin is None else twin.format(*fields)


def _twins(language: str) -> Iterator[tuple[str, str]]:
    with speaking("en"):
        english = phrases("book")
    with speaking(language):
        return iter([(english[key], said) for key, said in phrases("book").items()])
