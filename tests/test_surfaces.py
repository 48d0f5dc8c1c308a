"""Where pictures are looked at: JupyterLab, nbconvert and the site.

Each is opened at 1440 and at 390 pixels, light and dark. The page never scrolls sideways, the
picture is shown at its natural size, so that its smallest letters are 10 pixels high, and
screenshots are left in build/surfaces to be looked at. Whatever is not installed is skipped.
"""

import base64
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from nets import Network
from tests.browser import SCHEMES, jupyterlab
from tests.drawn import PICTURES as DRAWN

pytestmark = [pytest.mark.slow, pytest.mark.browser]
WIDTHS = (1440, 390)
LEAST = 10.0
BOOKS = ("computation_graph", "four_equations")
# By how much each picture of data is shown larger or smaller than it is, and its smallest letters.
MEASURE = """() => [...document.images]
  .filter((i) => i.src.startsWith("data:image/svg") && i.naturalWidth > 200)
  .map((i) => [i.getBoundingClientRect().width / i.naturalWidth, i.src.split(",")[1]])"""
# Charts that are shown smaller than they are, and what is cut off where nothing scrolls.
SHRUNK = """() => [...document.querySelectorAll('img[src^="data:image/png"]')]
  .map((i) => i.getBoundingClientRect().width / i.naturalWidth).filter((scale) => scale < 0.99)"""
CUT = """() => {
  const wide = document.querySelectorAll(
    'img[src^="data:image"], svg.inline, mjx-container[display=true], math[display=block]')
  const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
    ? e.clientWidth > 100 : scrolls(e.parentElement))
  return [...wide].filter((e) => e.getBoundingClientRect().right > innerWidth && !scrolls(e))
    .map((e) => e.outerHTML.slice(0, 200))
}"""
INLINE = """() => [...document.querySelectorAll("svg.inline text")]
  .map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""
CLIPPED = """() => [...document.querySelectorAll("mjx-container:not([display=true])")]
  .filter((e) => e.getBoundingClientRect().right
    > e.closest(".jp-MarkdownOutput").getBoundingClientRect().right + 1)
  .map((e) => e.querySelector("math").textContent)"""
TO_ITS_CORNER = "(e) => e.scrollIntoView({ block: 'start', inline: 'start' })"
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


def opened(browser: Any, url: str, width: int, scheme: str) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme)
    page.goto(url, wait_until="domcontentloaded")
    return page


def letters(svg: str) -> float:
    """Return the size of the smallest letters of an SVG."""
    return min(map(float, re.findall(r'font-size="([\d.]+)"', svg)))


def check_images(page: Any) -> None:
    """Hold every picture on a page: there is one, and its letters are large enough."""
    found = page.evaluate(MEASURE)
    assert found
    for scale, data in found:
        assert scale * letters(base64.b64decode(data).decode()) >= LEAST - 0.05


@pytest.fixture(scope="module", params=SCHEMES)
def lab(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: Any
) -> Iterator[tuple[str, str]]:
    """Start JupyterLab in one theme, on copies of the notebooks, which it does not trust."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is missing (pip install jupyterlab)")
    home = tmp_path_factory.mktemp("lab")
    for name in BOOKS:
        shutil.copy(root / "notebooks" / f"{name}.ipynb", home)
    with jupyterlab(home, root, request.param) as address:
        yield address, request.param


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", BOOKS)
def test_jupyterlab(browser: Any, lab: tuple[str, str], shots: Path, name: str, width: int) -> None:
    url, scheme = lab
    page = browser.new_page(viewport={"width": width, "height": 14_000}, color_scheme=scheme)
    page.goto(f"{url}doc/tree/{name}.ipynb?reset", wait_until="domcontentloaded")
    page.locator(".jp-Cell").last.wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(3000)
    assert page.evaluate(SHRUNK) == []
    assert page.evaluate(CUT) == []
    page.set_viewport_size({"width": width, "height": 1000})
    picture = page.locator('.jp-OutputArea img[src^="data:image/svg"]').first
    picture.wait_for(state="attached", timeout=60_000)
    picture.evaluate(TO_ITS_CORNER)
    page.wait_for_timeout(800)
    page.screenshot(path=shots / f"lab_untrusted_{name}_{width}_{scheme}.png")
    assert page.locator(".jp-OutputArea svg.inline").count() == 0  # it is not trusted
    check_images(page)
    assert page.evaluate(SIDEWAYS) <= 0
    if width == WIDTHS[0]:  # run, it is: the picture comes into the page
        page.get_by_text("Run", exact=True).first.click()
        page.get_by_text("Run All Cells", exact=True).first.click()
        inline = page.locator(".jp-OutputArea svg.inline").first
        inline.wait_for(state="attached", timeout=90_000)
        inline.evaluate(TO_ITS_CORNER)
        page.wait_for_timeout(500)
        page.screenshot(path=shots / f"lab_run_{name}_{width}_{scheme}.png")
        assert min(page.evaluate(INLINE)) >= LEAST - 0.05
    page.close()


def test_no_formula_in_a_line_is_wider_than_a_phone(
    browser: Any, root: Path, tmp_path: Path
) -> None:
    """JupyterLab cuts such a formula off: those of all notebooks, on one page a language."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is missing (pip install jupyterlab)")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is missing")
    texts: dict[str, list[Any]] = {"en": [], "ja": []}
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        said = [c for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
        texts["ja" if path.stem.endswith(".ja") else "en"] += [c for c in said if "$" in c.source]
    for language, cells in texts.items():
        for i, cell in enumerate(cells):
            cell.id = f"text-{i}"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{language}.ipynb")
    with jupyterlab(tmp_path, root) as url:
        for language, cells in texts.items():
            page = browser.new_page(viewport={"width": WIDTHS[1], "height": 40_000})
            page.goto(f"{url}doc/tree/{language}.ipynb?reset", wait_until="domcontentloaded")
            page.locator("mjx-container").first.wait_for(state="attached", timeout=90_000)
            done, before = 0, -1
            while done != before or page.locator(".jp-MarkdownCell").count() < len(cells):
                before = done
                page.wait_for_timeout(1500)
                done = page.locator("mjx-container").count()
            assert done > 150
            assert page.evaluate(CLIPPED) == []
            page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", BOOKS)
def test_nbconvert(
    browser: Any, root: Path, shots: Path, tmp_path: Path, name: str, scheme: str, width: int
) -> None:
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is missing")
    body, _ = nbconvert.HTMLExporter(theme=scheme).from_filename(
        str(root / "notebooks" / f"{name}.ipynb")
    )
    target = tmp_path / f"{name}.html"
    target.write_text(re.sub(r'<script src="https?:[^>]*></script>', "", body), encoding="utf-8")
    page = opened(browser, target.as_uri(), width, scheme)
    picture = page.locator("svg.inline").first
    picture.wait_for(state="attached")
    picture.evaluate(TO_ITS_CORNER)
    if width == WIDTHS[0] or name == "four_equations":  # wide charts are shrunk
        assert page.evaluate(SHRUNK) == []
    assert page.evaluate(CUT) == []
    page.screenshot(path=shots / f"nbconvert_{name}_{width}_{scheme}.png")
    assert min(page.evaluate(INLINE)) >= LEAST - 0.05
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_site(browser: Any, root: Path, shots: Path, scheme: str, width: int) -> None:
    site = root / "build" / "docs" / "site"
    if not (site / "gallery" / "index.html").exists():
        pytest.skip("the site is not built here: ./run docs")
    page = opened(browser, (site / "gallery" / "index.html").as_uri(), width, scheme)
    image = page.locator("article img").first
    image.wait_for()
    image.evaluate(TO_ITS_CORNER)
    page.wait_for_timeout(300)
    page.screenshot(path=shots / f"site_gallery_{width}_{scheme}.png")
    assert page.evaluate(SIDEWAYS) <= 0
    scales = page.evaluate(
        """() => [...document.querySelectorAll("article img")].map((i) =>
          [i.src.split("/").pop(), i.getBoundingClientRect().width / i.naturalWidth])"""
    )
    assert len(scales) >= 8
    for name, scale in scales:  # each scrolls in a box of its own
        svg = (root / "docs" / "gallery" / name).read_text(encoding="utf-8")
        assert scale * letters(svg) >= LEAST - 0.05, name
    image.locator("..").press("Enter")
    page.locator("dialog.enlarged").press("Escape")
    page.locator("dialog.enlarged").wait_for(state="detached")
    image.click()
    page.wait_for_timeout(200)
    large = page.locator("dialog.enlarged img").first.evaluate(
        "i => i.getBoundingClientRect().width / i.naturalWidth"
    )
    assert large >= 0.9
    page.close()


def test_charts_scroll_on_a_phone(browser: Any, root: Path) -> None:
    page_of_charts = root / "build" / "docs" / "site" / "results.html"
    if not page_of_charts.exists():
        pytest.skip("the site is not built here: ./run docs")
    page = opened(browser, page_of_charts.as_uri(), WIDTHS[1], "light")
    charts = page.locator('article img[src$=".png"]')
    assert charts.count() >= 5
    assert min(charts.evaluate_all("all => all.map(i => i.clientWidth)")) >= 560
    assert page.evaluate(SIDEWAYS) <= 0
    page.close()


def forms() -> dict[str, ad.Value | ad.Tensor]:
    """Return what everybody draws first: a neuron, logistic regression, and [2, 3, 1] in both forms."""
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    theta = ad.Tensor([[1.0, -2.0]], name="w")
    given = ad.constant([[0.5], [0.25]], name="x")
    p = ad.sigmoid(theta @ given + ad.Tensor([[0.1]], name="b"))
    column, target = np.array([[0.5], [-1.0]]), np.ones((1, 1))
    matrices = Network([2, 3, 1], seed=0).graph(column, target)
    neurons = ad.expand(matrices, [n.live for n in ad.Graph(matrices) if not n.operands])
    return {
        "neuron": 0.5 * (ad.sigmoid(w * x + b) - 1.0) ** 2,
        "logistic": -ad.log(p).sum(),
        "matrices": matrices,
        "neurons": neurons.output.item(),
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_networks_as_a_notebook_shows_them(
    browser: Any, shots: Path, tmp_path: Path, scheme: str, width: int
) -> None:
    """As an image and, where scripts run, inline: letters of 10 pixels, in a box of their own."""
    shown = ""
    for name, y in forms().items():
        y.backward()
        shown += f"<h3>{name}</h3>{ad.draw(y)._repr_mimebundle_()['text/html']}"
    for runs in (False, True):
        target = tmp_path / "forms.html"
        target.write_text(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<style>:root{{color-scheme:light dark}}</style><body>{shown}",
            encoding="utf-8",
        )
        page = browser.new_page(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, java_script_enabled=runs
        )
        page.goto(target.as_uri())
        page.wait_for_timeout(300)
        page.screenshot(path=shots / f"forms_{runs}_{width}_{scheme}.png", full_page=True)
        if runs:
            assert page.locator("svg.inline").count() == 4
            assert min(page.evaluate(INLINE)) >= LEAST - 0.05
        else:
            check_images(page)
        assert page.evaluate(SIDEWAYS) <= 0
        page.close()


@pytest.mark.parametrize("name", DRAWN)
def test_png_and_pdf_are_the_picture_of_the_svg(browser: Any, tmp_path: Path, name: str) -> None:
    """What the browser shows of the SVG, the PNG, and what a reader shows of the PDF, by their pixels."""
    pytest.importorskip("resvg_py", reason="extra images")
    pytest.importorskip("vl_convert", reason="extra images")
    images = pytest.importorskip("PIL.Image", reason="Pillow is missing (pip install pillow)")
    reader = pytest.importorskip("pypdfium2", reason="pypdfium2 is missing (pip install pypdfium2)")
    picture = DRAWN[name]()
    wide, high = round(picture.composition.width), round(picture.composition.height)

    def seen(image: Any) -> Any:
        """Return an image on white paper, as the means of squares of four pixels."""
        image = image.convert("RGBA")
        paper = images.new("RGBA", image.size, "white")
        flat = images.alpha_composite(paper, image).convert("RGB")
        return np.asarray(flat.resize((wide // 4, high // 4), images.Resampling.BOX), float)

    def shown(svg: str) -> Any:
        page = browser.new_page(viewport={"width": wide, "height": high})
        page.set_content(f"<body style='margin:0;background:white'>{svg}</body>")
        found = seen(images.open(io.BytesIO(page.screenshot())))
        page.close()
        return found

    drawn = picture.svg(theme="light" if picture.theme == "auto" else picture.theme)
    wanted = shown(drawn)
    png = seen(images.open(picture.save(tmp_path / "a.png")))
    pdf = reader.PdfDocument(picture.save(tmp_path / "a.pdf"))
    assert len(pdf) == 1
    paper = seen(pdf[0].render(scale=2 * 96 / 72).to_pil())
    for other in (png, paper):
        assert np.abs(other - wanted).mean() < 2.0
        assert np.abs(other - wanted).max() < 80.0  # letters differ by their edges
    hidden = drawn.replace('<g class="node', '<g display="none" class="node', 1)
    assert np.abs(shown(hidden) - wanted).max() > 100.0  # a box that is not there would be seen
