"""The documents' rows S1 to S24: where each is in the code, in the tests and in the notebooks.

A place is a file of the checkout and a name in it. The figures are not here: they are those lines of
an experiment whose description begins as `line` says.
"""

from dataclasses import dataclass
from typing import TypeAlias

Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One row: what it is, the places that hold it, and the experiment that measures it."""

    name: str
    what: str
    code: tuple[Place, ...]
    tests: tuple[Place, ...]
    notebook: Place
    experiment: str
    line: str


_HAND = "nets/closed_form/nielsen.py"
_BY_HAND = "tests/test_closed_form.py"
_NETWORK = "tests/test_network.py"
_FOUR = "tests/test_four_equations.py"
_HERE = "tests/test_experiments.py"


def _book(name: str, word: str) -> Place:
    return (f"notebooks/{name}.ipynb", word)


ROWS = (
    Row(
        "S1", "perceptrons and logic gates",
        (("nets/perceptron.py", "class Perceptron"),),
        ((_BY_HAND, "test_perceptrons_decide_and_calculate"),),
        _book("scalar_and_tensor", "Perceptron"), "equations", "S1: w = (6, 2, 2)",
    ),
    Row(
        "S2", "the sigmoid neuron and its linear response",
        (("nets/scalar.py", "class Neuron"), ("nets/closed_form/functions.py", "def sigmoid")),
        ((_BY_HAND, "test_sigmoid_keeps_its_digits_when_saturated"), (_HERE, "test_the_equations_hold")),
        _book("scalar_and_tensor", "sigmoid"), "equations", "S2: linear response",
    ),
    Row(
        "S3", "the network, its start and feed-forward",
        (("nets/network.py", "class Network"), ("nets/parts/initializers.py", "def draw_parameters")),
        ((_NETWORK, "test_parameters_have_the_documents_shapes"),),
        _book("digits", "Network("), "equations", "S3: [2, 3, 1]",
    ),
    Row(
        "S4", "the quadratic cost and gradient descent",
        (("nets/parts/costs.py", "quadratic"), ("nets/optim.py", "class Optimiser")),
        (("tests/test_learning.py", "test_gradient_descent"), (_HERE, "test_the_equations_hold")),
        _book("digits", "quadratic"), "equations", "S4: C = 1/(2n)",
    ),
    Row(
        "S5", "mini-batch stochastic gradient descent",
        (("nets/parts/listing.py", "def SGD"), ("nets/runs/training.py", "class Training")),
        ((_NETWORK, "test_sgd_prints_the_score_of_each_epoch"),),
        _book("digits", "Epoch"), "equations", "S5: one mini-batch step",
    ),
    Row(
        "S6", "MNIST: columns, one-hot targets, labels",
        (("nets/data.py", "def load_mnist"),),
        (("tests/test_data.py", "test_the_standard_split"),),
        _book("digits", "load_"), "equations", "S6: training",
    ),
    Row(
        "S7", "the first networks on digits",
        (("nets/experiments/digits.py", "DIGITS"),),
        ((_HERE, "test_the_learning_rate_decides"),),
        _book("digits", "eta"), "digits", "[784, 30, 10], eta = 3: best",
    ),
    Row(
        "S8", "baselines",
        (("nets/baselines.py", "def average_darkness"), ("nets/experiments/baselines.py", "BASELINES")),
        (("tests/test_baselines.py", "test_average_darkness_on_mnist_is_the_documents_figure"),),
        _book("digits", "darkness"), "baselines", "average darkness",
    ),
    Row(
        "S9", "the matrix form and the assumptions on the cost",
        ((_HAND, "def forward"), (_HAND, "def total_cost")),
        (("tests/test_scalar.py", "test_the_same_network_as_values_and_as_arrays"),
         (_BY_HAND, "test_a_mini_batch_is_the_average_of_its_examples")),
        _book("four_equations", "z"), "equations", "S9: z = w a + b",
    ),
    Row(
        "S10", "the error, as the demon in the neuron sees it",
        (("nets/closed_form/differences.py", "def demon"),),
        ((_BY_HAND, "test_the_error_is_what_the_demon_sees"),),
        _book("four_equations", "demon"), "equations", "S10: dC/dz",
    ),
    Row(
        "S11", "the four equations",
        ((_HAND, "def bp1"), (_HAND, "def bp4"), ("nets/runs/check.py", "def compare")),
        ((_FOUR, "test_random_networks"), (_FOUR, "test_trained_networks"),
         (_BY_HAND, "test_the_four_equations_element_by_element")),
        _book("four_equations", "BP1"), "equations", "S11: autograd",
    ),
    Row(
        "S12", "what they tell: weights that learn slowly",
        (("nets/experiments/chapter2.py", "def slow_weights"),),
        ((_FOUR, "test_saturated_neurons"), (_HERE, "test_the_equations_hold")),
        _book("four_equations", "saturat"), "equations", "S12: dC/dw",
    ),
    Row(
        "S13", "the algorithm, for one example and for a mini-batch",
        ((_HAND, "def backprop"), (_HAND, "def backprop_batch"), ("nets/parts/listing.py", "def backprop")),
        ((_NETWORK, "test_backprop_of_one_example"),
         (_NETWORK, "test_the_update_rule_of_the_documents_runs_as_printed")),
        _book("four_equations", "backprop"), "equations", "S13: autograd",
    ),
    Row(
        "S14", "in what sense it is fast",
        (("nets/closed_form/differences.py", "def finite_differences"),
         ("nets/experiments/how_fast.py", "HOW_FAST")),
        ((_HERE, "test_back_propagation_costs_a_few_passes_whatever_the_size"),
         (_BY_HAND, "test_finite_differences_count_their_forward_passes")),
        _book("how_fast", "finite_differences"), "how-fast",
        "back-propagation: its operations in forward passes, the largest",
    ),
    Row(
        "S15", "the sum over all paths",
        (
            ("autodiff/explanations/paths.py", "def explain"),
            ("autodiff/explanations/ranking.py", "def count_paths"),
        ),
        (("tests/test_paths.py", "test_the_number_of_paths_of_a_network"),),
        _book("paths", "explain"), "equations", "S15: [2, 3, 2, 1]",
    ),
    Row(
        "S16", "any activation",
        (("nets/parts/activations.py", "ACTIVATIONS"),),
        ((_FOUR, "test_any_activation_and_cost"),),
        _book("four_equations", "activation"), "equations", "S16: BP1 to BP4",
    ),
    Row(
        "S17", "learning slowdown",
        (("nets/closed_form/neuron.py", "def train_neuron"), ("nets/experiments/neuron.py", "SLOWDOWN")),
        ((_HERE, "test_the_slowdown_is_that_of_the_documents"),),
        _book("learning_slowdown", "0.15"), "slowdown", "w = b = 2.0: output after 300 epochs",
    ),
    Row(
        "S18", "the cross-entropy",
        (("nets/parts/costs.py", "cross_entropy"), ("nets/experiments/neuron.py", "CROSS_ENTROPY")),
        ((_HERE, "test_the_cross_entropy_cures_it"),),
        _book("learning_slowdown", "cross_entropy"), "cross-entropy",
        "w = b = 2.0: output after 300 epochs",
    ),
    Row(
        "S19", "the techniques of chapter 3",
        (("nets/optim.py", "l2"), ("nets/network.py", "dropout"),
         ("nets/experiments/improvements.py", "IMPROVEMENTS")),
        (("tests/test_learning.py", "test_regularisation_is_the_gradient_of_its_term"),
         (_NETWORK, "test_dropout_leaves_neurons_out_in_training_only"),
         (_HERE, "test_every_technique_is_one_that_training_knows")),
        _book("digits", "scaled"), "improvements", "100 hidden neurons, cross-entropy",
    ),
    Row(
        "S20", "two layers with identity output",
        (("nets/closed_form/notes.py", "def two_layers"),),
        ((_BY_HAND, "test_the_notes_two_layers"),),
        _book("two_layers_by_hand", "two_layers"), "equations", "S20: y",
    ),
    Row(
        "S21", "L layers",
        (("nets/closed_form/notes.py", "def multi_layer"),),
        ((_BY_HAND, "test_the_notes_forms_agree_with_the_four_equations"),),
        _book("two_layers_by_hand", "multi_layer"), "equations", "S21: delta",
    ),
    Row(
        "S22", "matrices of a mini-batch",
        (("nets/closed_form/notes.py", "def mini_batch"),),
        ((_BY_HAND, "test_the_notes_forms_agree_with_the_four_equations"),),
        _book("two_layers_by_hand", "mini_batch"), "equations", "S22: Delta",
    ),
    Row(
        "S23", "the vanishing gradient, and that backward is linear",
        (("nets/pages/flow.py", "def gradient_flow"), ("nets/experiments/vanishing.py", "VANISHING")),
        (("tests/test_flow.py", "test_the_gradient_vanishes_with_depth"),
         (_HERE, "test_the_gradient_vanishes_or_explodes_and_backward_is_linear")),
        _book("vanishing_gradients", "gradient_flow"), "vanishing",
        "sigmoid, scaled start, hidden layers: 16",
    ),
    Row(
        "S24", "the lecture's computation graphs and six equations",
        (("nets/closed_form/lecture.py", "def logistic_regression"),
         ("nets/closed_form/lecture.py", "def six_equations"),
         ("nets/commands/demo.py", "def logistic_regression")),
        ((_BY_HAND, "test_the_lectures_logistic_regression"), (_BY_HAND, "test_the_lectures_six_equations")),
        _book("computation_graph", "sigmoid"), "equations", "S24: da",
    ),
)  # fmt: skip
