"""A headless Chromium for tests of pages, watched: what it asks for, what it runs, what it complains of.

The browser is the system's own, driven by Playwright; it loads nothing but the page's own file.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autodiff._engine import install

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SCHEMES = ("light", "dark")
WIDTHS = {"wide": (1440, 900), "desktop": (1360, 860), "phone": (390, 844)}


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; skip the test, with the reason, where it or its driver is not installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium is on PATH (on Debian: apt install chromium)")
    driver = pytest.importorskip(
        "playwright.sync_api", reason=f"Playwright is missing ({install('browser')})"
    )
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def jupyterlab(home: Path, root: Path, scheme: str = "light") -> Iterator[str]:
    """Start JupyterLab on the notebooks of a folder, in one theme, and give its address."""
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    theme = {"theme": f"JupyterLab {scheme.title()}"}
    (settings / "themes.jupyterlab-settings").write_text(json.dumps(theme))
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{k: str(home / f".{k.lower()}") for k in places}}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "PYTHONPATH": str(root)}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        "--port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={home}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = home / "log.txt"
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=home, env=environment, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + 90
        address = None
        while address is None and time.monotonic() < deadline and server.poll() is None:
            address = re.search(r"http://127\.0\.0\.1:\d+/", log.read_text())
            time.sleep(0.5)
        assert address is not None, log.read_text()[-2000:]
        yield address[0]
    finally:
        server.terminate()
        server.wait(30)


class Watched:
    """A page that keeps a record of requests, complaints of the console, errors and dialogs."""

    def __init__(
        self, browser: Any, scheme: str = "light", size: str = "desktop", **options: Any
    ) -> None:
        width, height = WIDTHS[size]
        self.page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("dialog", lambda d: (self.complaints.append(d.message), d.dismiss()))

    def open(self, path: Path, fragment: str = "") -> Any:
        """Open a local file and return the page."""
        self.page.goto(path.as_uri() + fragment)
        return self.page

    def foreign(self) -> list[str]:
        """Return the requests for anything but local files and data in the page."""
        return [u for u in self.requests if not u.startswith(("file:", "data:"))]

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the accessibility of the page as it stands."""
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright",
            reason=f"axe-core is missing ({install('browser')})",
        )
        found = axe.Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return wider

    def close(self) -> None:
        """Close the page."""
        self.page.close()
