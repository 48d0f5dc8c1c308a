"""The companion pages: no number of the documents is missing, every place is there, errata run."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autodiff as ad
from autodiff.table.language import speaking

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "companion"
ENTRIES = json.loads((FOLDER / "concordance.json").read_text(encoding="utf-8"))
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# The documents' own texts, where they lie beside the checkout; the numbers as counted there.
SEEDS = ROOT.parent / "shared" / "seeds"
NUMBERS = {
    "A": [*map(str, range(23, 31)), "BP1", "BP1a", "BP2"],
    "B": [
        *map(str, (*range(1, 33), *range(36, 41), *range(43, 55), *range(100, 112))),
        "41-42", "BP1", "BP1a", "BP2", "BP2(45))", "BP3", "BP4",
    ],
    "C": ["4.1", "4.3", "4.4", "4.5", "4.8", "4.12", "4.13", "4.14a", "4.15"],
}  # fmt: skip


def listed(document: str) -> set[str]:
    return {e["number"] for e in ENTRIES if e["document"] == document}


@pytest.mark.parametrize("document", NUMBERS)
def test_no_number_of_a_document_is_missing(document: str) -> None:
    assert set(NUMBERS[document]) <= listed(document)


def test_the_numbers_are_those_of_the_texts() -> None:
    files = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    if not files:
        pytest.skip("the documents' texts do not lie beside the checkout, in shared/seeds")
    tags = {
        t for f in files for t in re.findall(r"\\tag\{([^}]*)\}", f.read_text(encoding="utf-8"))
    }
    assert tags <= set().union(*(listed(d) for d in "ABCDE")), "a number has no entry"
    assert {n for d in "AB" for n in NUMBERS[d]} <= tags, "an entry has a number of no document"


def test_every_function_of_the_documents_listings_has_its_entry() -> None:
    files = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    if not files:
        pytest.skip("the documents' texts do not lie beside the checkout, in shared/seeds")
    said = "".join(f.read_text(encoding="utf-8") for f in files)
    functions = set(re.findall(r"(?m)^\s*def (\w+)\(", said))
    assert len(functions) >= 9
    listings = {n.removeprefix("listing: ") for d in "BE" for n in listed(d)}
    assert functions - listings == set()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e['document']} {e['number']}")
def test_every_place_is_there(entry: dict[str, object]) -> None:
    for path, name in (entry["code"], entry["test"]):  # type: ignore[misc]
        assert name in (ROOT / path).read_text(encoding="utf-8"), f"{path} lacks {name}"
    if entry["notebook"]:
        assert (ROOT / "notebooks" / f"{entry['notebook']}.ipynb").exists()


def test_the_page_is_printed_from_the_entries() -> None:
    code = "from docs.concordance import page; print(page(), end='')"
    for language, name in (("en", "concordance.md"), ("ja", "concordance.ja.md")):
        found = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
            env=os.environ | {"AUTODIFF_LANG": language, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert found.stdout == (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_entry_has_its_japanese_twin() -> None:
    assert [e["number"] for e in ENTRIES if not JAPANESE.search(e["ja"])] == []
    assert [e["number"] for e in ENTRIES if JAPANESE.search(e["says"])] == []


def test_a_number_that_is_words_is_japanese_too() -> None:
    words = [e for e in ENTRIES if re.search(r"[A-Za-z]{3,}", e["number"])]
    assert len(words) > 10
    assert [e["number"] for e in words if not JAPANESE.search(e.get("number_ja", ""))] == []


def test_numbers_of_the_book_alone_are_apart() -> None:
    assert {"55, 56", "80", "107, 108 (book)"} <= listed("book")
    assert {"107", "108"} <= listed("B")


@pytest.mark.parametrize("name", ["errata.md", "errata.ja.md"])
def test_the_errata_print_what_they_say(name: str) -> None:
    page, scope = (FOLDER / name).read_text(encoding="utf-8"), {"__name__": "__main__"}
    with speaking("ja" if ".ja." in name else "en"):
        for code, expected in BLOCK.findall(page):
            told = io.StringIO()
            with contextlib.redirect_stdout(told):
                exec(compile(code, name, "exec"), scope)
            assert told.getvalue() == expected, code
    ad.language("en")  # the Japanese page asks for Japanese


def test_both_errata_have_the_same_errors() -> None:
    english, japanese = (
        (FOLDER / n).read_text(encoding="utf-8") for n in ("errata.md", "errata.ja.md")
    )
    heads = re.findall(r"^## (.*)$", japanese, re.M)
    assert len(heads) == len(re.findall(r"^## ", english, re.M)) >= 14
    assert all(JAPANESE.search(head) or "^(l)" in head or "Nelson" in head for head in heads)


@pytest.mark.parametrize("page", ["results.md", "results.ja.md"])
def test_the_column_of_the_documents_holds_their_figures_alone(page: str) -> None:
    """A number of that column stands in a document, as it is or as a share of 10,000 in per cent."""
    files = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    if not files:
        pytest.skip("the documents' texts do not lie beside the checkout, in shared/seeds")
    said = "".join(f.read_text(encoding="utf-8") for f in files)
    known = set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", said)))
    known |= {f"{int(n) / 100:.2f}" for n in known if n.isdigit()}
    known |= {"1000001"} if "100万1回" in said else set()
    strange = []
    for line in (FOLDER.parent / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) in (3, 7):
            told = cells[5] if len(cells) == 7 else cells[1]
            told = re.sub(r"\((?:eq\.|式) [^)]*\)|bound \S+|\d+e-\d+", "", told)
            numbers = re.findall(
                r"(?<![\w^.])\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", told)
            )
            strange += [(cells[0], n) for n in numbers if n not in known]
    assert strange == []
