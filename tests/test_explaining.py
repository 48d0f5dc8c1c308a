"""docs/explaining.md is true: its code runs from top to bottom and prints what stands under it.

To write the outputs and pictures anew: python tests/test_explaining.py
"""

import contextlib
import io
import re
import warnings
from pathlib import Path

from autodiff.explanations.notation import NOTATIONS, written

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "explaining.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


def printed(page: str, folder: Path) -> list[str]:
    """Run the page's code blocks inside `folder`, one after the other; return what each prints."""
    scope = {"__name__": "__main__"}
    (folder / "explaining").mkdir(exist_ok=True)
    outputs = []
    with contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # without a layout engine, DOT is written
        for code, _ in BLOCK.findall(page):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code, str(PAGE), "exec"), scope)
            outputs.append(out.getvalue())
    return outputs


def test_the_page_prints_what_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    outputs = printed(page, tmp_path)
    assert len(outputs) >= 12
    for (code, expected), output in zip(BLOCK.findall(page), outputs, strict=True):
        assert output == expected, code


def test_the_page_of_notations_is_what_the_letters_are(tmp_path: Path) -> None:
    page = (DOCS / "notation.md").read_text(encoding="utf-8")
    for (code, expected), output in zip(BLOCK.findall(page), printed(page, tmp_path), strict=True):
        assert output == expected, code
    for letter in NOTATIONS["book"].layered:
        cells = " | ".join(f"`{written(letter, 2, n)}`" for n in NOTATIONS)
        assert f"| {cells} |" in page
    for letter in NOTATIONS["book"].single:
        cells = " | ".join(f"`{letters.single[letter]}`" for letters in NOTATIONS.values())
        assert f"| {cells} |" in page


def test_its_pictures_are_there() -> None:
    for name in re.findall(r"!\[.+?\]\((.+?)\)", PAGE.read_text(encoding="utf-8")):
        assert (DOCS / name).read_text(encoding="utf-8").startswith("<svg")


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    found = iter(printed(text, DOCS))

    def fill(block: re.Match[str]) -> str:
        """Return a code block with what it prints."""
        output = next(found)
        shown = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{block[1]}```\n{shown}"

    PAGE.write_text(BLOCK.sub(fill, text), encoding="utf-8")
