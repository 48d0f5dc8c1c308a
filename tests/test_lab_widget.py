"""The widget in JupyterLab, driven by a script: the hand moves Python, and Python moves the slider."""

from pathlib import Path
from typing import Any

import pytest

from autodiff._engine import install
from tests.browser import jupyterlab

pytestmark = [pytest.mark.slow, pytest.mark.browser]
pytest.importorskip("jupyterlab", reason="JupyterLab is missing (pip install jupyterlab)")
pytest.importorskip("anywidget", reason=f"anywidget is missing ({install('widget')})")
nbformat = pytest.importorskip("nbformat", reason="nbformat is missing (pip install nbformat)")

CELLS = [
    """import autodiff as ad

w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
page = ad.play(ad.square(w * x - 3.0)).widget()
heard = []
page.observe(lambda change: heard.append(change["new"]["w"]), "numbers")
page""",
    """print("python holds", w.data, "and heard", heard)""",
    """page["w"] = 4.0""",
]


def test_the_hand_moves_python_and_python_the_slider(
    browser: Any, root: Path, tmp_path: Path
) -> None:
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(book, tmp_path / "book.ipynb")
    with jupyterlab(tmp_path, root) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 1400})
        page.goto(f"{address}doc/tree/book.ipynb", wait_until="domcontentloaded")
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        cells.nth(2).wait_for(timeout=90_000)
        ready = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first
        ready.wait_for(state="attached", timeout=90_000)  # before that a cell is not run

        def run(k: int) -> None:
            cells.nth(k).locator(".cm-content").click()
            page.keyboard.press("Control+Enter")

        run(0)
        slider = page.locator(".alive .leaf input[type=range]").first
        typed = page.locator(".alive .leaf input[type=text]").first
        typed.wait_for(timeout=120_000)
        output = page.locator('.alive [data-id="output"]').first
        assert float(output.inner_text()) == (2 * 0.5 - 3) ** 2
        slider.focus()  # the hand: by keyboard, on the slider itself
        page.keyboard.press("ArrowRight")
        moved = float(typed.input_value())
        assert moved > 2.0
        typed.fill("7")
        typed.press("Enter")
        run(1)
        told = cells.nth(1).locator(".jp-OutputArea-output")
        told.get_by_text("python holds 7.0").wait_for(timeout=60_000)
        heard = told.inner_text().partition("heard ")[2].strip("[] \n").split(", ")
        assert [float(heard[0]), float(heard[-1])] == [moved, 7.0]
        run(2)
        shown = page.locator(".alive .leaf input[type=text]").first
        page.wait_for_function(
            "document.querySelector('.alive .leaf input[type=text]').value === '4'", timeout=60_000
        )
        assert shown.input_value() == "4"
        assert float(output.inner_text()) == (4 * 0.5 - 3) ** 2
        place = float(slider.evaluate("s => (s.value - s.min) / (s.max - s.min)"))
        page.screenshot(path=tmp_path / "lab_widget.png")
        run(1)
        told.get_by_text("python holds 4.0").wait_for(timeout=60_000)
        assert 0.0 < place < 1.0
        page.close()
