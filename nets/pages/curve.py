"""The learning curve: accuracy and cost of each epoch, as a picture."""

from pathlib import Path
from typing import Any

from autodiff import say
from autodiff.graphs import files
from nets.extras import require
from nets.pages.fonts import new_figure, written


def draw_learning_curve(history: list[dict[str, Any]], path: Path | str, title: str) -> Path:
    """Write a PNG with the accuracy in per cent and the training cost against the epoch."""
    require("matplotlib")
    figure = new_figure(7, 4)
    epochs = [entry["epoch"] for entry in history]
    accuracy = figure.add_subplot()
    accuracy.plot(
        epochs, [100 * e["correct"] / e["total"] for e in history], "o-", ms=3, color="tab:blue"
    )
    accuracy.set(xlabel=say("plot.epoch"), title=title)
    accuracy.set_ylabel(say("plot.accuracy"), color="tab:blue")
    accuracy.xaxis.get_major_locator().set_params(integer=True)
    cost = accuracy.twinx()
    cost.plot(epochs, [e["cost"] for e in history], "s--", ms=3, color="tab:red")
    cost.set_ylabel(say("plot.cost"), color="tab:red")
    accuracy.grid(alpha=0.3)
    return files.write(path, written(figure, format="png", dpi=120))
