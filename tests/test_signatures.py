"""Public names change knowingly: their signatures are kept, and `dir` and `help` show them."""

import os
import pydoc
import subprocess
import sys
from pathlib import Path

import autodiff as ad
import nets

KEPT = Path(__file__).parent / "goldens" / "signatures.txt"
REMEDY = (
    "a public signature differs from tests/goldens/signatures.txt: if that is meant, write it anew "
    "(AUTODIFF_PURE=1 python -m tests.signatures) and say so in CHANGELOG.md"
)


def test_the_public_signatures_are_those_that_are_kept() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.signatures"], cwd=KEPT.parents[2],
        env=os.environ | {"AUTODIFF_PURE": "1"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert printed.splitlines() == KEPT.read_text(encoding="utf-8").splitlines(), REMEDY


def test_dir_shows_exactly_the_public_names() -> None:
    assert dir(ad) == sorted(ad.__all__)
    assert all(hasattr(ad, name) for name in ad.__all__)
    assert dir(nets) == sorted(nets.__all__)


def test_every_public_name_is_in_a_group_of_the_help() -> None:
    said = ad.__doc__ or ""
    missing = [name for name in ad.__all__ if f"`{name}`" not in said]
    assert missing == []


def test_help_of_a_row_says_what_the_row_is() -> None:
    said = [pydoc.render_doc(row, renderer=pydoc.plaintext) for row in ad.TABLE.values()]
    for row, text in zip(ad.TABLE.values(), said, strict=True):
        assert f"{row.name}(" in text
        assert row.doc in " ".join(text.split())
        assert "__post_init__" not in text, row
