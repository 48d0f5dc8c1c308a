"""Letters have the room that the layout gives them, whatever font the reader's machine takes."""

import unicodedata
from pathlib import Path

import pytest

from autodiff.drawing import entitle
from autodiff.drawing.lettering import width
from autodiff.drawing.tikz import SIGNS, escaped
from autodiff.table.language import phrases

GREEK = [c for c in map(chr, range(0x391, 0x3CA)) if len(unicodedata.name(c, "").split()) == 4]
# What stands in boxes and beside lines: signs of operations, names, numbers, and Western letters.
LETTERS = {
    *map(chr, range(32, 127)), *map(chr, range(0xA1, 0x180)), *GREEK,
    *"∂Σ∇‖…∞–→ᵀ√≤≥≠≈⊙", *"".join(entitle.SIGN + entitle.BETWEEN),
    *"".join(text for family in ("picture", "legend") for text in phrases(family).values()),
}  # fmt: skip


@pytest.mark.parametrize("bold", [False, True])
def test_no_letter_is_wider_than_its_room(bold: bool) -> None:
    """DejaVu Sans is the widest of the usual fonts: Arial, Segoe UI and Roboto are narrower."""
    matplotlib = pytest.importorskip("matplotlib", reason="the font comes with matplotlib")
    ft2font = pytest.importorskip("matplotlib.ft2font")
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = ft2font.FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name))
    known = font.get_charmap()

    def units(c: str) -> float:
        return float(font.load_char(ord(c), flags=ft2font.LoadFlags.NO_SCALE).horiAdvance)

    wide = {}
    for c in sorted(LETTERS):
        if ord(c) in known and unicodedata.category(c)[0] != "C":
            em = units(c) / font.units_per_EM
            if em > width(c, 1.0, bold) + 1e-3:
                wide[c] = (em, width(c, 1.0, bold))
    assert not wide


def test_latex_knows_every_letter_of_a_picture() -> None:
    """What is not plain ASCII or a Western letter became a command that every LaTeX knows."""
    for c in LETTERS:
        if ord(c) > 0x17F and unicodedata.category(c) != "Cn":
            assert escaped(c).isascii(), c
    assert escaped("θ_1 = x² − Ω₁₂") == r"$\theta$\_1 = x$^2$ $-$ $\Omega$$_1$$_2$"
    assert not [c for c in SIGNS if len(c) != 1]
