"""All experiments by name, in the order of the documents."""

from nets.experiments import baselines, digits, how_fast, improvements, neuron, vanishing
from nets.experiments.kit import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    e.name: e
    for e in (
        digits.DIGITS,
        baselines.BASELINES,
        how_fast.HOW_FAST,
        neuron.SLOWDOWN,
        neuron.CROSS_ENTROPY,
        improvements.IMPROVEMENTS,
        vanishing.VANISHING,
    )
}
