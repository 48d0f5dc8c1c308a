"""The documents' equations written by hand on plain numpy, knowing nothing of autodiff.

This package is the independent witness: it shares no line with the automatic gradients that are
checked against it. Read `nielsen` first, the equations BP1 to BP4 and back-propagation; `functions` has
the activations and costs, `descent` the fast stochastic gradient descent, `differences` the gradient by
nudging, `notes` and `lecture` the forms of the study notes and of the lecture, and `neuron` the single
neuron that learns slowly. It imports numpy alone; checks and pages come in here.
"""

from nets.closed_form.descent import Buffers, evaluate, sgd_step, train_epoch
from nets.closed_form.differences import Differences, demon, finite_differences
from nets.closed_form.functions import (
    ACTIVATIONS,
    COSTS,
    Activation,
    Cost,
    cross_entropy,
    cross_entropy_prime,
    log_likelihood,
    log_likelihood_prime,
    quadratic,
    quadratic_prime,
    sigmoid,
    sigmoid_prime,
    softmax,
    step,
    tanh_prime,
)
from nets.closed_form.lecture import (
    Logistic,
    SixEquations,
    logistic_regression,
    logistic_regression_batch,
    six_equations,
    six_equations_batch,
)
from nets.closed_form.neuron import LearningCurve, train_neuron
from nets.closed_form.nielsen import (
    Backprop,
    Forward,
    backprop,
    backprop_batch,
    bp1,
    bp2,
    bp3,
    bp4,
    feedforward,
    forward,
    total_cost,
)
from nets.closed_form.notes import Layers, TwoLayers, mini_batch, multi_layer, two_layers

__all__ = [
    "ACTIVATIONS",
    "COSTS",
    "Activation",
    "Backprop",
    "Buffers",
    "Cost",
    "Differences",
    "Forward",
    "Layers",
    "LearningCurve",
    "Logistic",
    "SixEquations",
    "TwoLayers",
    "backprop",
    "backprop_batch",
    "bp1",
    "bp2",
    "bp3",
    "bp4",
    "cross_entropy",
    "cross_entropy_prime",
    "demon",
    "evaluate",
    "feedforward",
    "finite_differences",
    "forward",
    "log_likelihood",
    "log_likelihood_prime",
    "logistic_regression",
    "logistic_regression_batch",
    "mini_batch",
    "multi_layer",
    "quadratic",
    "quadratic_prime",
    "sgd_step",
    "sigmoid",
    "sigmoid_prime",
    "six_equations",
    "six_equations_batch",
    "softmax",
    "step",
    "tanh_prime",
    "total_cost",
    "train_epoch",
    "train_neuron",
    "two_layers",
]
