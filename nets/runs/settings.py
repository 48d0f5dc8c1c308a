"""What decides a training run, and the run that it describes."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nets.data import Split, download_mnist, load_digits, load_mnist
from nets.extras import UsageError
from nets.network import Network
from nets.optim import as_optimiser
from nets.runs.expand import expand
from nets.runs.training import Training

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

BEHIND = {"cross_entropy": "sigmoid", "log_likelihood": "softmax"}  # costs that take logarithms
MNIST_FOLDER = Path("data/mnist")


def output_of(settings: dict[str, Any]) -> Any:
    """Return the activation of the last layer, which may follow from the others."""
    if settings["output"] is not None:
        return settings["output"]
    return "softmax" if settings["cost"] == "log_likelihood" else settings["activation"]


def check_cost(settings: dict[str, Any]) -> None:
    """Refuse a cost that takes the logarithm of outputs which need not be between 0 and 1.

    In Python such a network can be made: what it is given may keep its outputs where they belong.
    """
    cost, output = settings["cost"], output_of(settings)
    if cost in BEHIND and output not in BEHIND.values():
        option = "activation" if settings["output"] is None else "output"
        raise UsageError(
            f"--cost {cost} needs outputs between 0 and 1, and those of --{option} {output} can "
            f"leave that range: use --output {BEHIND[cost]}, or another --cost"
        )


def check_ends(sizes: list[int], split: Split, data: str) -> list[int]:
    """Return the sizes, or refuse those that do not begin and end as the data do."""
    ends = inputs, outputs = len(split.training.inputs), len(split.training.targets)
    if len(sizes) < 2 or (sizes[0], sizes[-1]) == ends:
        return sizes
    what, n = ("examples", inputs) if sizes[0] != inputs else ("answers", outputs)
    other = {("digits", 784): "mnist", ("mnist", 64): "digits"}.get((data, sizes[0]))
    raise UsageError(
        f"--sizes {','.join(map(str, sizes))} does not fit --data {data}, whose {what} have {n} "
        f"numbers each: use --sizes {inputs},...,{outputs}"
        + (f" or --data {other}" if other else "")
    )


def start(settings: dict[str, Any], split: Split) -> Training:
    """Make the network and the run that the settings describe."""
    sizes = settings["sizes"] or [len(split.training.inputs), 30, len(split.training.targets)]
    net = Network(
        check_ends(sizes, split, settings["data"]),
        activation=settings["activation"],
        output=output_of(settings),
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


def data_folder(data: str, folder: Path | None, download: bool = False) -> Path:
    """Return the folder of the data; what is said of one and not used is refused."""
    if data == "digits" and (folder is not None or download):
        option = "--download" if folder is None else "--data-dir"
        raise UsageError(f"{option} is for MNIST, and the data are the digits: add --data mnist")
    return folder or MNIST_FOLDER


def load_split(data: str, folder: Path | None, download: bool = False) -> Split:
    """Load the digits, or MNIST from a folder, fetched first where that is asked for."""
    folder = data_folder(data, folder, download)
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
