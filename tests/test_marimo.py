"""The widget in marimo, driven by a script: the hand moves a number and Python's `w.data` follows."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from autodiff._engine import install

pytestmark = [pytest.mark.slow, pytest.mark.browser]
pytest.importorskip("marimo", reason="marimo is missing (pip install marimo)")
pytest.importorskip("anywidget", reason=f"anywidget is missing ({install('widget')})")

APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import autodiff as ad

    w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    shown = mo.ui.anywidget(ad.play(ad.square(w * x - 3.0)).widget())
    shown
    return mo, shown, w


@app.cell
def _(mo, shown, w):
    mo.md(f"python holds {shown.value and w.data}")
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def address(tmp_path: Path, root: Path) -> Iterator[str]:
    """Serve the notebook on the loopback alone."""
    path = tmp_path / "app.py"
    path.write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log.txt"
    command = [
        sys.executable, "-m", "marimo", "run", str(path), "--headless", "--no-token",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(root), "HOME": str(tmp_path)}
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=said, stderr=said)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(120):
            assert server.poll() is None, log.read_text()
            try:
                urlopen(f"{url}health", timeout=2).read()
                break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def test_the_hand_moves_a_number_in_python(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address, wait_until="domcontentloaded")
    page.get_by_text("python holds 2").wait_for(timeout=60_000)
    typed = page.locator(".leaf input[type=text]").first
    typed.wait_for(timeout=60_000)
    typed.fill("7")
    typed.press("Enter")
    page.get_by_text("python holds 7").wait_for(timeout=30_000)
    shown = page.locator('[data-id="output"]').first
    assert float(shown.inner_text()) == (7 * 0.5 - 3) ** 2
    page.close()
