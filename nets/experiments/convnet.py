"""A convolution net on the digits: two convolutions, two layers, and images moved by a pixel.

What the documents leave to their last chapter. The net is put together from `nets.layers`, a step is a
recorded program in single precision, and the test data are looked at once, after the last epoch.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import autodiff as ad
from autodiff import say
from nets.data import Examples
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, spread
from nets.extras import UsageError
from nets.layers import Conv2d, Flatten, Linear, MaxPool2d, Sequential, Step, cross_entropy
from nets.optim import Adam, one_cycle_rate
from nets.runs.checkpoint import load_checkpoint, save_checkpoint

SETTINGS: dict[str, dict[str, Any]] = {
    "mnist": {"epochs": 6, "batch": 100, "eta": 0.003, "kernel": 5, "moved": 1},
    "digits": {"epochs": 30, "batch": 50, "eta": 0.003, "kernel": 3, "moved": 0},
}
CHANNELS, HIDDEN = (16, 32), 128
AT_ONCE = 500  # images that are scored at a time


def parts(seeds: int, data: str) -> list[Part]:
    """List a run for each seed."""
    return [{"data": data} | SETTINGS[data] | {"seed": seed} for seed in range(seeds)]


def network(side: int, kernel: int, rng: np.random.Generator) -> Sequential:
    """Return the net for images of side x side pixels, which a stack (n, 1, side, side) goes through."""
    first, second = CHANNELS
    rest = side
    for _ in CHANNELS:
        rest = (rest - kernel + 1 + 2 * (kernel == 3)) // 2
    options: dict[str, Any] = {"padding": int(kernel == 3), "rng": rng, "dtype": np.float32}
    return Sequential(
        Conv2d(1, first, kernel, **options), MaxPool2d(2), ad.relu,
        Conv2d(first, second, kernel, **options), MaxPool2d(2), ad.relu, Flatten(),
        Linear(second * rest * rest, HIDDEN, rng=rng, dtype=np.float32), ad.relu,
        Linear(HIDDEN, 10, rng=rng, dtype=np.float32),
    )  # fmt: skip


def cost(model: Any, x: Any, y: Any) -> Any:
    """Return the cross-entropy of a batch."""
    return cross_entropy(model(x), y)


def images(data: Examples) -> Any:
    """Return the images as a stack (n, 1, side, side) in single precision."""
    side = round(len(data.inputs) ** 0.5)
    return np.ascontiguousarray(data.inputs.T, np.float32).reshape(-1, 1, side, side)


def moved(x: Any, most: int, rng: np.random.Generator) -> Any:
    """Return each image moved by up to so many pixels in each direction, as chance has it.

    >>> moved(np.ones((1, 1, 2, 2)), 0, np.random.default_rng(0)).shape
    (1, 1, 2, 2)
    """
    if not most:
        return x
    n, side = len(x), x.shape[-1]
    wide = np.pad(x[:, 0], ((0, 0), (most, most), (most, most)))
    down, right = (rng.integers(0, 2 * most + 1, n)[:, None] + np.arange(side) for _ in range(2))
    return wide[np.arange(n)[:, None, None], down[:, :, None], right[:, None, :]][:, None]


def right(net: Sequential, data: Examples) -> int:
    """Count the images that are answered as their labels say."""
    x, found = images(data), 0
    with ad.no_grad():
        for i in range(0, len(x), AT_ONCE):
            answers = np.argmax(np.asarray(net(x[i : i + AT_ONCE]).data), axis=1)
            found += int(np.sum(answers == data.labels[i : i + AT_ONCE]))
    return found


def measure(part: Part, work: Work) -> Result:
    """Train once, scored on the validation data after each epoch and on the test data at the end."""
    rng, began = np.random.default_rng(part["seed"]), time.process_time()
    x, y = images(work.split.training), work.split.training.targets.T.astype(np.float32)
    net = network(x.shape[-1], part["kernel"], rng)
    step = Step(net, cost, Adam(part["eta"]))
    history: list[dict[str, float]] = []
    if work.checkpoint.exists():
        history = _restored(part, work, step, rng)
        work.tick(len(history))
    batch, n = part["batch"], len(x)
    every = n // batch
    for epoch in range(len(history), part["epochs"]):
        order, total = rng.permutation(n), 0.0
        for i in range(every):
            rate = one_cycle_rate(epoch * every + i, part["epochs"] * every)
            step.optimiser.eta = part["eta"] * rate
            chosen = order[i * batch : (i + 1) * batch]
            total += step(moved(x[chosen], part["moved"], rng), y[chosen])
            work.tick(0)
        scored = right(net, work.split.validation)
        history.append({"cost": round(total / every, 6), "correct": scored})
        head = {"part": part, "seconds": work.seconds, "history": history}
        kept = net.state_dict() | {f"optimiser {k}": v for k, v in step.optimiser.state.items()}
        save_checkpoint(work.checkpoint, head | {"rng": rng.bit_generator.state}, kept)
        work.tick()
    work.checkpoint.unlink(missing_ok=True)
    return {
        "parameters": sum(p.size for p in net.parameters()),
        "validation": [entry["correct"] for entry in history],
        "validation_total": len(work.split.validation),
        "cost": [entry["cost"] for entry in history],
        "correct": right(net, work.split.test),
        "total": len(work.split.test),
        "processor": round(time.process_time() - began, 1),
    }


def _restored(
    part: Part, work: Work, step: Step, rng: np.random.Generator
) -> list[dict[str, float]]:
    """Go on with a run that was stopped: put its numbers back and return what it had measured."""
    saved = load_checkpoint(work.checkpoint)
    if not {"part", "seconds", "history", "rng"} <= saved.meta.keys():
        raise UsageError(
            f"{work.checkpoint} is no checkpoint of this experiment: give --out another folder"
        )
    if saved.meta["part"] != part:
        return []
    state = step.optimiser.state
    state |= {k.partition(" ")[2]: v for k, v in saved.arrays.items() if k.startswith("optimiser ")}
    step.model.load_state_dict(
        {k: v for k, v in saved.arrays.items() if not k.startswith("optimiser ")}
    )
    rng.bit_generator.state = saved.meta["rng"]
    work.began -= saved.meta["seconds"]
    return list(saved.meta["history"])


def share(d: Done) -> float:
    """Return the share of the test data that is right, in per cent."""
    return 100.0 * float(d.result["correct"]) / float(d.result["total"])


def lines(done: Sequence[Done]) -> list[Line]:
    """Tell the scores, the size and the time."""
    checked = [100.0 * d.result["validation"][-1] / d.result["validation_total"] for d in done]
    return [
        Line("parameters", "", f"{done[0].result['parameters']:,}"),
        Line("validation data, last epoch", "", spread(checked)),
        Line(
            "test data, last epoch", "95.42 % and 96.59 % to improve on",
            spread([share(d) for d in done]),
        ),
        Line(
            "seconds of a run", "", spread([d.seconds for d in done], "{:.0f}", " s")
        ),
        Line(
            "seconds of the processor", "",
            spread([d.result["processor"] for d in done], "{:.0f}", " s"),
        ),
    ]  # fmt: skip


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw what is wrong on the validation data after each epoch."""
    axes = figure.subplots()
    for d in done:
        total = d.result["validation_total"]
        wrong = [100.0 * (total - n) / total for n in d.result["validation"]]
        axes.plot(range(1, len(wrong) + 1), wrong, ".-")
    axes.set(xlabel=say("plot.epoch"), ylabel=say("plot.wrong_validation"), yscale="log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.grid(alpha=0.3, which="both")


def remarks(done: Sequence[Done]) -> str:
    """Say what the net is and how it was trained."""
    part = done[0].part
    far = " Images are moved by at most a pixel in each." if part["moved"] else ""
    return (
        f"Two convolutions with {CHANNELS[0]} and {CHANNELS[1]} filters of {part['kernel']} x "
        f"{part['kernel']} pixels, each with max pooling and relu, then {HIDDEN} relu neurons and 10 "
        f"outputs; cross-entropy and Adam, whose rate rises to {part['eta']} and falls to 0; "
        f"{part['epochs']} epochs in mini-batches of {part['batch']}.{far} The test data are looked at "
        f"once, after the last epoch."
    )


CONVNET = Experiment(
    name="convnet",
    row="S19",
    title="A convolution net",
    about="the digits by two convolutions and two layers",
    parts=parts,
    measure=measure,
    lines=lines,
    draw=draw,
    remarks=remarks,
    size=lambda part: int(part["epochs"]),
    seeds=1,
    takes_data=True,
)
