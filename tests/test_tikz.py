"""TikZ, compiled: every picture is a page that LaTeX makes without an error, of its width on paper.

All stand in one document, for one run of pdflatex; without it, or without TikZ, this is skipped.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.drawing import Picture, tikz
from tests.drawn import PICTURES, perceptrons, random_graph

pytestmark = pytest.mark.slow
MM = 80.0
NAMES = {"hostile": "α_1^{2}\\x{}$&#%~<>|\"'`√≤ü", "signs": "".join(tikz.SIGNS)}
PAGE = (
    r"\setbox0=\hbox{\input{%s}}\pdfpagewidth=\wd0\pdfpageheight=\dimexpr\ht0+\dp0\relax"
    r"\shipout\box0"
)


def named(name: str) -> Picture:
    x = ad.Value(1.0, name=name)
    y = x * 2.0
    y.backward()
    return ad.draw(y, names={"y": y})


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: Any) -> tuple[list[Picture], Path]:
    """Return the pictures, and the PDF that holds one on each page."""
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        pytest.skip("LaTeX is not installed here (on Debian: apt install texlive-pictures lmodern)")
    for needed in ("tikz.sty", "lmodern.sty"):
        if subprocess.run(["kpsewhich", needed], capture_output=True, check=False).returncode:
            pytest.skip(f"LaTeX has no {needed} here")
    folder = tmp_path_factory.mktemp("tikz")
    pictures = [make() for make in PICTURES.values()]
    pictures += [named(name) for name in NAMES.values()]
    pictures += [ad.draw(random_graph(1, scopes=True)), ad.draw(perceptrons(4), max_nodes=20)]
    for i, picture in enumerate(pictures):
        picture.save(folder / f"p{i}.tikz", mm=MM)
    pages = "".join(PAGE % f"p{i}.tikz" for i in range(len(pictures)))
    (folder / "all.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern}\usepackage{tikz}"
        rf"\begin{{document}}\pdfhorigin=0pt\pdfvorigin=0pt{pages}\end{{document}}"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=folder, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    log = (folder / "all.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    return pictures, folder / "all.pdf"


def test_every_picture_is_a_page_of_its_width(compiled: tuple[list[Picture], Path]) -> None:
    reader = pytest.importorskip("pypdfium2", reason="pypdfium2 is missing (pip install pypdfium2)")
    pictures, path = compiled
    pages = reader.PdfDocument(path)
    assert len(pages) == len(pictures)
    for picture, page in zip(pictures, pages, strict=True):
        wide, high = (points / 72 * 25.4 for points in page.get_size())
        drawn = picture.composition
        assert wide == pytest.approx(MM, abs=0.5)
        assert high == pytest.approx(MM * drawn.height / drawn.width, abs=0.5)


def test_it_is_the_picture_of_the_png(compiled: tuple[list[Picture], Path], tmp_path: Path) -> None:
    """Its letters are LaTeX's; every box and every colour stand where the PNG has them."""
    pytest.importorskip("resvg_py", reason="extra images")
    images = pytest.importorskip("PIL.Image", reason="Pillow is missing (pip install pillow)")
    reader = pytest.importorskip("pypdfium2", reason="pypdfium2 is missing (pip install pypdfium2)")
    pictures, path = compiled
    for picture, page in zip(pictures, reader.PdfDocument(path), strict=True):
        png = images.open(picture.save(tmp_path / "a.png")).convert("RGBA")
        paper = images.new("RGBA", png.size, "white")
        wanted = images.alpha_composite(paper, png).convert("RGB")
        scale = wanted.width / page.get_size()[0]
        found = page.render(scale=scale).to_pil().convert("RGB").resize(wanted.size)
        small = (wanted.width // 8, wanted.height // 8)
        a, b = (
            np.asarray(image.resize(small, images.Resampling.BOX), float)
            for image in (wanted, found)
        )
        assert np.abs(a - b).mean() < 4.5
        assert (np.abs(a - b).max(axis=2) > 60).mean() < 0.02
