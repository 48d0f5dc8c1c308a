"""What decides a training run, and the run that it describes."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nets.data import Split, download_mnist, load_digits, load_mnist
from nets.expand import expand
from nets.network import Network
from nets.optim import as_optimiser
from nets.training import Training

Number = TypeVar("Number", int, float)

# What decides the run, with the documents' values; a checkpoint keeps these.
DEFAULTS: dict[str, Any] = {
    "data": "digits",
    "sizes": None,  # inputs of the data, 30 hidden neurons, 10 outputs
    "eta": 3.0,
    "epochs": 30,
    "batch": 10,
    "seed": 0,
    "activation": "sigmoid",
    "output": None,
    "cost": "quadratic",
    "start": "normal",
    "optimiser": "sgd",
    "schedule": "constant",
    "lmbda": 0.0,
    "l1": 0.0,
    "dropout": 0.0,
    "patience": 0,
    "monitor": "test",
    "expand": "none",
    "precision": "double",
}
PRECISIONS = {"double": np.float64, "single": np.float32}


def start(settings: dict[str, Any], split: Split) -> Training:
    """Make the network and the run that the settings describe."""
    inputs, outputs = len(split.training.inputs), len(split.training.targets)
    sizes = settings["sizes"] or [inputs, 30, outputs]
    output = settings["output"]
    if output is None and settings["cost"] == "log_likelihood":
        output = "softmax"
    net = Network(
        sizes,
        activation=settings["activation"],
        output=output,
        cost=settings["cost"],
        initializer=settings["start"],
        seed=settings["seed"],
        dropout=settings["dropout"],
        dtype=PRECISIONS[settings["precision"]],
    )
    examples = expand(split.training, settings["expand"])
    n = len(examples)
    return Training(
        net,
        examples,
        as_optimiser(
            settings["optimiser"], settings["eta"], settings["lmbda"] / n, settings["l1"] / n
        ),
        settings["epochs"],
        settings["batch"],
        getattr(split, settings["monitor"]),
        settings["schedule"],
        settings["patience"],
    )


def load_split(data: str, folder: Path, download: bool = False) -> Split:
    """Load the digits, or MNIST from a folder, fetched first where that is asked for."""
    if data == "digits":
        return load_digits()
    return load_mnist(download_mnist(folder) if download else folder)


def listed(number: Callable[[str], Number], what: str) -> Callable[[str], list[Number]]:
    """Return what reads numbers between commas; `what` names them, with an example."""

    def read(text: str) -> list[Number]:
        try:
            return [number(t) for t in text.split(",")]
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r:.40} is not a list of {what}") from None

    return read
