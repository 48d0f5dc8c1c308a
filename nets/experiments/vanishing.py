"""The vanishing gradient: forward is non-linear, backward is linear in delta, so it shrinks or grows.

Deep networks with an identity output (notes, 4.5) at their start, on a batch of real digits: how long
the error of each layer is (see `nets.pages.flow`). And the linearity itself: the backward pass of a sum of
two seeds is the sum of their backward passes, the forward pass of a sum of two inputs is not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

import autodiff as ad
from autodiff import say
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, at_most, grouped
from nets.network import Network
from nets.pages.flow import gradient_flow
from nets.runs.check import relative

WIDTH, DEPTHS, BATCH = 30, (1, 4, 16), 100
# Activation and start, with what the documents and the book say of it.
KINDS = {
    ("sigmoid", "scaled"): "vanishes",
    ("sigmoid", "normal"): "vanishes",
    ("tanh", "xavier"): "no figure",
    ("relu", "he"): "no figure",
    ("relu", "normal"): "explodes",
}


def parts(seeds: int, data: str) -> list[Part]:
    """List every kind of network and depth with every seed."""
    return [
        {
            "data": data,
            "activation": f,
            "start": start,
            "depth": depth,
            "width": WIDTH,
            "seed": seed,
        }
        for f, start in KINDS
        for depth in DEPTHS
        for seed in range(seeds)
    ]


def measure(part: Part, work: Work) -> Result:
    """Measure the flow of the gradient and both sides of the superposition."""
    batch = work.split.training[:BATCH]
    x, y = batch.inputs, batch.targets
    net = Network(
        [len(x), *[part["width"]] * part["depth"], len(y)], part["activation"], seed=part["seed"],
        initializer=part["start"], output="identity",
    )  # fmt: skip
    flow = gradient_flow(net, x, y)
    result = {
        "delta": [layer.delta for layer in flow.layers],
        "gradient": [layer.gradient for layer in flow.layers],
        "bound": [layer.bound for layer in flow.layers],
        "backward": _backward(net, x, y),
        "forward": relative(
            net.feedforward(x[:, :50] + x[:, 50:]),
            net.feedforward(x[:, :50]) + net.feedforward(x[:, 50:]),
        ),
    }
    work.tick()
    return result


def _backward(net: Network, x: Any, y: Any) -> float:
    """Return by how much the backward pass of 2 s - 3 t differs from 2 of s minus 3 of t."""
    record = net.record(x, y)
    rng = np.random.default_rng(0)
    s, t = rng.standard_normal((2, *record.z[-1].shape))
    output, nodes = record.z[-1], [*net.w, *net.b]
    both, of_s, of_t = (ad.gradient(output, nodes, seed=seed) for seed in (2 * s - 3 * t, s, t))
    return max(relative(a, 2 * b - 3 * c) for a, b, c in zip(both, of_s, of_t, strict=True))


def ratio(d: Done) -> float:
    """Return the error of the first layer over that of the last."""
    return float(d.result["delta"][0] / d.result["delta"][-1])


def factor(d: Done) -> float:
    """Return what each layer multiplies the error by, the geometric mean."""
    return float(ratio(d) ** (1 / d.part["depth"]))


def lines(done: Sequence[Done]) -> list[Line]:
    """Lay ratio and factor of the error beside what is said of them."""
    table = []
    for (f, start, depth), runs in grouped(done, "activation", "start", "depth").items():
        said = KINDS[f, start] if depth == max(DEPTHS) else "no figure"
        ratios = [ratio(d) for d in runs]
        factors = [factor(d) for d in runs]
        table.append(
            Line(
                f"{f}, {start} start, hidden layers: {depth}; first error / last error",
                said,
                f"{np.exp(np.mean(np.log(ratios))):.1e}, a factor of {np.mean(factors):.3f} a layer "
                f"({min(factors):.3f} to {max(factors):.3f})",
            )
        )
    backward = max(d.result["backward"] for d in done)
    forward = min(d.result["forward"] for d in done)
    table.append(
        Line("superposition, backward: 2 s - 3 t", "linear", f"differs by {at_most(backward)}")
    )
    table.append(
        Line("superposition, forward: x + x'", "not linear", f"differs by at least {forward:.2f}")
    )
    return table


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw the error of each layer of the deepest networks, and the ratio against the depth."""
    by_layer, by_depth = figure.subplots(1, 2)
    for i, ((f, start), runs) in enumerate(grouped(done, "activation", "start").items()):
        deepest = [d.result["delta"] for d in runs if d.part["depth"] == max(DEPTHS)]
        means = np.exp(np.mean(np.log(deepest), axis=0))
        by_layer.semilogy(np.arange(2, len(means) + 2), means, f"C{i}o-", ms=3)
        points = [
            (depth, np.exp(np.mean([np.log(ratio(d)) for d in same])))
            for (depth,), same in grouped(runs, "depth").items()
        ]
        by_depth.semilogy(*zip(*points, strict=True), f"C{i}o-", label=f"{f}, {start}")
    by_layer.set(xlabel=say("plot.layer_of", n=max(DEPTHS) + 2), ylabel=say("plot.error"))
    by_depth.set(xlabel=say("plot.depth"), ylabel=say("plot.ratio"))
    by_depth.legend()
    for axes in (by_layer, by_depth):
        axes.grid(alpha=0.3)


def remarks(done: Sequence[Done]) -> str:
    """Say why."""
    held = all(
        now <= bound * after * (1 + 1e-9)
        for d in done
        for now, after, bound in zip(
            d.result["delta"], d.result["delta"][1:], d.result["bound"], strict=False
        )
    )
    return (
        "Backward, layer l multiplies the error by w^(l+1)T and by sigma'(z^l), both fixed once the "
        "forward pass is done: a linear map, whose factor is at most ||w^(l+1)|| max sigma'(z^l) "
        f"({'held' if held else 'NOT HELD'} in every layer of every network here). The slope sigma' "
        "is at most 1/4, so with sigmoid neurons the product over the layers vanishes unless the "
        "weights are large, and large weights saturate the neurons; relu has slope 1 where it is "
        "active, so there the size of the weights alone decides. The documents give no figures for "
        "this; it is told by the mean over the seeds."
    )


VANISHING = Experiment(
    name="vanishing",
    row="S23",
    title="The vanishing gradient",
    about="the error layer by layer in deep networks at their start, and that backward is linear",
    parts=parts,
    measure=measure,
    lines=lines,
    draw=draw,
    remarks=remarks,
    seeds=3,
    takes_data=True,
)
