"""All experiments by name, in the order of the documents."""

from nets.experiments import neuron
from nets.experiments.kit import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    e.name: e
    for e in (
        neuron.SLOWDOWN,
        neuron.CROSS_ENTROPY,
    )
}
