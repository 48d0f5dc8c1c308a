"""The documents' first networks on handwritten digits: what the learning rate does.

Every setting of the documents, 30 epochs in mini-batches of 10 from an N(0, 1) start, scored on the
test data after each epoch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff import say
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, grouped, spread

EPOCHS, BATCH = 30, 10
# Hidden neurons and eta, with the documents' first epochs, last epochs and best share on MNIST.
SETTINGS: dict[tuple[int, float], tuple[str, str, str]] = {
    (30, 3.0): ("9129, 9295, 9348", "9528, 9542, 9534", "95.42 %"),
    (100, 3.0): ("", "", "96.59 %"),
    (100, 0.001): ("1139, 1136, 1135", "2101, 2123, 2142", "slow"),
    (100, 0.01): ("", "", "better than 0.001"),
    (30, 100.0): ("1009, 1009, 1009", "982, 982, 982", "far too large"),
}
POOR = 90.0  # per cent; whoever stays below this with eta = 3 has lost some of its outputs


def parts(seeds: int, data: str) -> list[Part]:
    """List every setting with every seed."""
    return [
        {"data": data, "hidden": hidden, "eta": eta, "epochs": EPOCHS, "batch": BATCH, "seed": seed}
        for hidden, eta in SETTINGS
        for seed in range(seeds)
    ]


def measure(part: Part, work: Work) -> Result:
    """Train once and keep the score of each epoch."""
    training = work.train(part)
    inputs, labels = training.monitor.inputs, training.monitor.answers
    answers = np.argmax(training.net.feedforward(inputs), axis=0)
    right = np.bincount(labels[answers == labels], minlength=10)
    return {
        "sizes": training.net.sizes,
        "total": training.history[-1]["total"],
        "correct": [entry["correct"] for entry in training.history],
        "per_digit": [int(n) for n in right],  # right in the last epoch
        "cost": [round(entry["cost"], 6) for entry in training.history],
    }


def best(d: Done) -> float:
    """Return the share of its best epoch in per cent."""
    return float(100 * max(d.result["correct"]) / d.result["total"])


def _lost(d: Done) -> int:
    """Count the digits of which less than a tenth is right at the end."""
    return sum(right < d.result["total"] / 100 for right in d.result["per_digit"])


def lines(done: Sequence[Done]) -> list[Line]:
    """Lay first epochs, last epochs and best epoch beside the documents'."""
    table = []
    for (hidden, eta), runs in grouped(done, "hidden", "eta").items():
        first, last, share = SETTINGS[hidden, eta]
        correct = runs[0].result["correct"]
        name = f"{runs[0].result['sizes']}, eta = {eta:g}"
        if first:
            table.append(Line(f"{name}: first epochs (seed 0)", first, _listed(correct[:3])))
            table.append(Line(f"{name}: last epochs (seed 0)", last, _listed(correct[-3:])))
        table.append(Line(f"{name}: best epoch", share, spread([best(d) for d in runs])))
        if eta == 0.001:  # S27: the score stands still or falls while the cost falls
            ends = [(d.result["correct"], d.result["cost"]) for d in runs]
            table.append(
                Line(
                    f"{name}: score and cost, first and last epoch (seed 0, then each run)",
                    "small changes leave the number of right images as it is",
                    "; ".join(f"{n[0]} to {n[-1]}, {c[0]:.2f} to {c[-1]:.2f}" for n, c in ends),
                )
            )
        if not first and len(runs) > 1:
            each = ", ".join(f"{best(d):.2f}" for d in runs)
            table.append(Line(f"{name}: best epoch of each run, %", "", each))
    return table


def _listed(counts: Sequence[int]) -> str:
    return ", ".join(map(str, counts))


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw the share of right answers against the epoch, one line a run, one colour a setting."""
    axes = figure.subplots()
    for i, ((_, eta), runs) in enumerate(grouped(done, "hidden", "eta").items()):
        for k, d in enumerate(runs):
            shares = [100 * c / d.result["total"] for c in d.result["correct"]]
            label = f"{d.result['sizes']}, eta = {eta:g}" if k == 0 else None
            axes.plot(shares, color=f"C{i}", alpha=0.8, label=label)
    axes.set(xlabel=say("plot.epoch"), ylabel=say("plot.right"))
    axes.grid(alpha=0.3)
    axes.legend(bbox_to_anchor=(1.01, 1), loc="upper left")


def remarks(done: Sequence[Done]) -> str:
    """Say where it differs from the documents and why."""
    groups = grouped(done, "hidden", "eta")
    wide = groups[100, 3.0]
    poor = [d for d in wide if best(d) < POOR]
    said = [
        "The documents' figures are of single runs on MNIST; every seed gives others, and rates "
        "that are far too small or far too large end wherever the start happens to lie."
    ]
    if poor:
        reached = "; ".join(
            f"{best(d):.2f} %, {_lost(d)} of the digits hardly ever answered right "
            f"(seed {d.part['seed']})"
            for d in poor
        )
        said.append(
            f"Of the {len(wide)} runs of {wide[0].result['sizes']} with eta = 3, {len(poor)} fell "
            f"into a poor basin: {reached}. With weights from N(0, 1) the weighted inputs of the "
            "output neurons have a standard deviation of several units, so that some start saturated "
            "at the wrong value, and with the quadratic cost stay there; weights drawn with "
            "1/sqrt(n_in) take that away (see `improvements`)."
        )
    said.append(_slow(groups[100, 0.001]))
    slow, faster = (max(best(d) for d in groups[100, eta]) for eta in (0.001, 0.01))
    said.append(
        f"A rate of 0.01 reaches {faster:.2f} % at best where 0.001 reaches {slow:.2f} %, as the "
        "documents say."
        if faster > slow
        else f"Here eta = 0.01 was not better than 0.001 ({faster:.2f} and {slow:.2f} % at best)."
    )
    return " ".join(said)


def _slow(runs: Sequence[Done]) -> str:
    """Say how the score and the cost went where eta is small, run by run."""
    ends = [(d.result["correct"], d.result["cost"], d.part["seed"]) for d in runs]
    risen = [f"seed {seed}, {n[0]} to {n[-1]}" for n, _, seed in ends if n[-1] > 1.5 * n[0]]
    fallen = sum(n[-1] < n[0] for n, _, _ in ends)
    falling = sum(c[-1] < c[0] for _, c, _ in ends)
    return (
        f"With eta = 0.001 the cost fell in {falling} of {len(ends)} runs, while the score fell in "
        f"{fallen}. "
        + (
            "The rise that the documents report comes with some starts and not with others: "
            f"{'; '.join(risen)}. "
            "That the score stands still or falls while the cost falls is so for a start and a "
            "setting, and no rule."
            if risen
            else "No start of these shows the rise that the documents report: it is so for these "
            "starts and this setting, and no rule."
        )
    )


DIGITS = Experiment(
    name="digits",
    row="S7",
    title="Handwritten digits and the learning rate",
    about="the documents' networks with 30 and 100 hidden neurons, 30 epochs, batches of 10",
    parts=parts,
    measure=measure,
    lines=lines,
    remarks=remarks,
    draw=draw,
    size=lambda part: int(part["epochs"]),
    seeds=3,
    takes_data=True,
)
