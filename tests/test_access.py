"""Every page that is made here passes axe-core: light and dark, 1440 and 390 pixels wide."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import autodiff as ad
from autodiff.graphs.expression import parse
from autodiff.player.playground import playground_page
from autodiff.player.typed import formula_page
from nets.cli import main as nets
from tests.browser import SCHEMES, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FORMULA = "z = w*x + b; a = sigmoid(z); C = (a - y)**2 / 2"
AT = {"w": 2.0, "x": 0.5, "b": -1.0, "y": 1.0}
OPEN = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the report of a short run and its digit page."""
    found = tmp_path_factory.mktemp("pages")
    small = ["--sizes", "64,8,10", "--epochs", "2"]
    with contextlib.redirect_stdout(io.StringIO()):
        nets(["train", *small, "--checkpoint", f"{found}/run.npz", "--out", str(found)])
        nets(["export", "--checkpoint", f"{found}/run.npz", str(found / "digit.html")])
    return found


def recorded() -> tuple[ad.Value, dict[str, Any]]:
    y, names = parse(FORMULA).record(AT)
    return y, dict(names)


def live(folder: Path, root: Path) -> Path:
    y, names = recorded()
    return ad.play(y, names=names).save(folder / "live.html")


def steps(folder: Path, root: Path) -> Path:
    y, names = recorded()
    return ad.draw(y, names=names).player(folder / "steps.html")


def picture(folder: Path, root: Path) -> Path:
    y, names = recorded()
    return ad.draw(y, names=names).save(folder / "picture.html")


def written(name: str, make: Callable[[], str]) -> Callable[[Path, Path], Path]:
    def page(folder: Path, root: Path) -> Path:
        path = folder / f"{name}.html"
        path.write_text(make(), encoding="utf-8")
        return path

    return page


def built(name: str) -> Callable[[Path, Path], Path]:
    def page(folder: Path, root: Path) -> Path:
        path = root / "build" / "docs" / "site" / name
        if not path.exists():
            pytest.skip("the site is not built here: ./run docs")
        return path

    return page


PAGES: dict[str, Callable[[Path, Path], Path]] = {
    "live": live,
    "steps": steps,
    "picture": picture,
    "formula": written("formula", formula_page),
    "playground": written("playground", playground_page),
    "digit": lambda folder, root: folder / "digit.html",
    "report": lambda folder, root: folder / "report.html",
    "home": built("index.html"),
    "tutorial": built("tutorial.html"),
}


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    browser: Any, folder: Path, root: Path, name: str, scheme: str, size: str
) -> None:
    watched = Watched(browser, scheme, size)
    page = watched.open(PAGES[name](folder, root))
    page.wait_for_timeout(300)
    if name == "live":
        page.get_by_label("Step through").check()
    page.evaluate(OPEN)
    shots = root / "build" / "surfaces"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=shots / f"page_{name}_{size}_{scheme}.png")
    assert watched.violations() == []
    assert watched.overflow() <= 0
    watched.close()
