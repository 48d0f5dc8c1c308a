"""The learning curve: accuracy and cost of each epoch, as a picture."""

import io
from pathlib import Path
from typing import Any

from autodiff.graphs import files
from nets.extras import require


def draw_learning_curve(history: list[dict[str, Any]], path: Path | str, title: str) -> Path:
    """Write a PNG with the accuracy in per cent and the training cost against the epoch."""
    require("matplotlib")
    figure = require("matplotlib.figure").Figure(figsize=(7, 4), layout="constrained")
    epochs = [entry["epoch"] for entry in history]
    accuracy = figure.add_subplot()
    accuracy.plot(
        epochs, [100 * e["correct"] / e["total"] for e in history], "o-", ms=3, color="tab:blue"
    )
    accuracy.set(xlabel="epoch", title=title)
    accuracy.set_ylabel("accuracy, %", color="tab:blue")
    accuracy.xaxis.get_major_locator().set_params(integer=True)
    cost = accuracy.twinx()
    cost.plot(epochs, [e["cost"] for e in history], "s--", ms=3, color="tab:red")
    cost.set_ylabel("training cost C", color="tab:red")
    accuracy.grid(alpha=0.3)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    return files.write(path, picture.getvalue())
