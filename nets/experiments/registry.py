"""All experiments by name, in the order of the documents."""

from nets.experiments import (
    baselines,
    convnet,
    digits,
    equations,
    how_fast,
    improvements,
    letters,
    neuron,
    vanishing,
)
from nets.experiments.kit import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    e.name: e
    for e in (
        equations.EQUATIONS,
        digits.DIGITS,
        baselines.BASELINES,
        how_fast.HOW_FAST,
        neuron.SLOWDOWN,
        neuron.CROSS_ENTROPY,
        improvements.IMPROVEMENTS,
        vanishing.VANISHING,
        convnet.CONVNET,
        letters.SPELLING,
    )
}
