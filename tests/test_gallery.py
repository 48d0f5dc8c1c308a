"""The gallery: one command makes every picture, and the page shows them all."""

import re
import subprocess
import sys
from pathlib import Path

from tests.drawn import parsed, titles

NAMES = ["neuron", "logistic_regression", "network", "attention", "recurrent", "digits"]


def test_every_committed_picture_is_on_the_page_and_well_formed(root: Path) -> None:
    folder = root / "docs" / "gallery"
    page = (folder / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\((\w+)\.svg\)", page)
    assert set(shown) >= set(NAMES)
    drawn = [p for p in folder.glob("*.svg") if ".ja." not in p.name]
    assert sorted(f"{name}.svg" for name in shown) == sorted(p.name for p in drawn)
    for name in shown:
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        assert len(titles(parsed(svg), "node")) > 3
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_command_makes_them(root: Path, tmp_path: Path) -> None:
    before = (root / "docs" / "gallery" / "README.md").read_bytes()
    code = (
        "import sys, pathlib, docs.gallery.__main__ as g\n"
        "g.HERE = pathlib.Path(sys.argv[1]); sys.exit(g.main([]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=True)
    committed = (p.name for p in (root / "docs/gallery").iterdir() if p.suffix in (".svg", ".md"))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(committed)
    assert (tmp_path / "README.md").read_bytes() == before


def test_an_unknown_name_is_one_sentence(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.gallery", "nothing"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("gallery: no picture is called nothing; there are neuron,")
    assert done.stderr.count("\n") == 1
