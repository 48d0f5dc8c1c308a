"""What all tests share: where things lie, one seeded generator, and repeatable property tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent

os.environ["MPLBACKEND"] = "Agg"  # plots are written, never shown; holds for subprocesses too

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Pass over the tests of a checkout where there is none, as beside a wheel: the engine's remain."""
    if (ROOT / "run").exists() or not collection_path.name.startswith("test_"):
        return None
    return "mark.engine" not in collection_path.read_text(encoding="utf-8") or None


def pytest_collection_finish() -> None:
    """Leave the thousands of tests and all that they imported out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; a test that asks for it is passed over where there is none."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def shots() -> Path:
    """The folder where screenshots are left, to be looked at."""
    folder = ROOT / "build" / "surfaces"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that gives every test the same numbers in every run."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder with the four IDX files of the full MNIST set, beside the checkout."""
    folder = ROOT.parent / "shared" / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip("the full MNIST set does not lie beside the checkout, in shared/data/mnist")
    return folder
