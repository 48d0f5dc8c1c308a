"""docs/explaining.md and its Japanese twin are true: their code runs from top to bottom and prints what
stands under it, in the page's language.

To write the outputs and pictures anew: python tests/test_explaining.py
"""

import contextlib
import io
import re
import warnings
from pathlib import Path

import pytest

import autodiff as ad
from autodiff.explanations.notation import NOTATIONS, written

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = [DOCS / "explaining.md", DOCS / "explaining.ja.md"]
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


def printed(page: str, folder: Path) -> list[str]:
    """Run the page's code blocks inside `folder`, one after the other; return what each prints."""
    scope = {"__name__": "__main__"}
    (folder / "explaining").mkdir(exist_ok=True)
    outputs = []
    try:
        with contextlib.chdir(folder), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # without a layout engine, DOT is written
            for code, _ in BLOCK.findall(page):
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(code, "page", "exec"), scope)
                outputs.append(out.getvalue())
    finally:
        ad.language("en")  # a Japanese page asks for Japanese
    return outputs


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_the_page_prints_what_it_says(path: Path, tmp_path: Path) -> None:
    page = path.read_text(encoding="utf-8")
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


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_its_pictures_are_there_in_its_language(path: Path) -> None:
    names = re.findall(r"!\[.+?\]\((.+?)\)", path.read_text(encoding="utf-8"))
    assert len(names) == 3
    for name in names:
        picture = (DOCS / name).read_text(encoding="utf-8")
        assert picture.startswith("<svg")
        assert bool(re.search("[ぁ-ん]", picture)) == (".ja." in path.name)


def written_anew(path: Path) -> str:
    """Return a page with what its blocks print now."""
    text = path.read_text(encoding="utf-8")
    found = iter(printed(text, DOCS))

    def fill(block: re.Match[str]) -> str:
        """Return a code block with what it prints."""
        output = next(found)
        shown = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{block[1]}```\n{shown}"

    return BLOCK.sub(fill, text)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(written_anew(page), encoding="utf-8")
