"""Expanded training data: the same digits, moved and turned, and nothing else changed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nets.cli import main
from nets.data import DataError, Examples, load_digits
from nets.runs.expand import DEGREES, EXPANSIONS, SHIFTS, expand, rotated, shifted


def digits(n: int = 20) -> Examples:
    return load_digits().training[:n]


@pytest.mark.parametrize("by", SHIFTS)
def test_a_shift_moves_every_pixel_by_one(by: tuple[int, int]) -> None:
    image = np.arange(1.0, 10.0).reshape(1, 3, 3)
    moved = shifted(image, *by)
    for i in range(3):
        for j in range(3):
            at = i - by[0], j - by[1]
            inside = all(0 <= k < 3 for k in at)
            assert moved[0, i, j] == (image[(0, *at)] if inside else 0.0)


def test_a_turn_keeps_the_ink_and_its_inverse_brings_the_image_back() -> None:
    rows, columns = np.mgrid[:28, :28]
    blob = np.exp(-((rows - 11.0) ** 2 + (columns - 16.0) ** 2) / 20)[None]
    turned = rotated(blob, 10.0)
    assert abs(turned.sum() / blob.sum() - 1) < 0.01
    assert np.abs(turned - blob).max() > 0.08
    assert np.abs(rotated(turned, -10.0) - blob).max() < 0.06
    assert np.allclose(rotated(blob, 90.0), np.rot90(blob, axes=(1, 2)))


@pytest.mark.parametrize("kind", EXPANSIONS)
def test_the_examples_come_first_and_every_copy_has_its_label(kind: str) -> None:
    examples = digits()
    found = expand(examples, kind)
    copies = 1 + len(SHIFTS) * (kind in ("shifts", "both")) + 2 * (kind in ("rotations", "both"))
    assert len(DEGREES) == 2
    assert len(found) == copies * len(examples)
    assert np.array_equal(found.inputs[:, : len(examples)], examples.inputs)
    assert np.array_equal(found.labels, np.tile(examples.labels, copies))
    assert found.inputs.dtype == examples.inputs.dtype
    assert found.inputs.min() >= 0.0
    assert found.inputs.max() <= 1.0 + 1e-12
    assert len({column.tobytes() for column in found.inputs.T}) == len(found)


def test_what_cannot_be_expanded_is_said() -> None:
    flat = Examples(np.zeros((2, 5)), np.array([0, 1]))
    assert expand(flat, "none") is flat
    with pytest.raises(DataError, match="no square"):
        expand(flat, "shifts")
    with pytest.raises(DataError, match="no expansion"):
        expand(digits(), "mirrors")


def test_training_on_expanded_digits_in_single_precision(tmp_path: Path, capsys: Any) -> None:
    common = [
        "--epochs",
        "2",
        "--monitor",
        "validation",
        "--out",
        str(tmp_path / "a"),
        "--final-test",
    ]
    assert main(["train", *common, "--expand", "both", "--precision", "single"]) == 0
    printed = capsys.readouterr().out
    assert "test: " in printed
    assert "/ 300" in printed
    assert main(["train", *common]) == 0
    more, fewer = (
        int(text.split("Epoch 1: ")[1].split()[0]) for text in (printed, capsys.readouterr().out)
    )
    assert more > fewer  # seven times as many steps an epoch
