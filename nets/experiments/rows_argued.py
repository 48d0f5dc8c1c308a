"""The documents' rows S25 to S40, what they argue: where each is in the code, tests and notebooks."""

from nets.experiments.rows import Place, Row

_TEST = "tests/test_arguments.py"
_CHAPTER_1 = "notebooks/small_changes.ipynb"
_CHAPTER_2 = "notebooks/derivations.ipynb"
_EXERCISES = "notebooks/exercises.ipynb"


def _row(
    name: str, what: str, code: tuple[Place, ...], test: str, notebook: Place, line: str
) -> Row:
    return Row(name, what, code, ((_TEST, test),), notebook, "equations", f"{name}: {line}")


_ARGUMENTS = "nets/experiments/arguments.py"
_DERIVATIONS = "nets/experiments/derivations.py"
_ASKED = "nets/experiments/asked.py"

ARGUED = (
    _row(
        "S25", "a small change flips a network of perceptrons",
        (("nets/parts/activations.py", '"step"'), (_ARGUMENTS, "def small_changes")),
        "test_perceptrons_flip_and_sigmoid_neurons_do_not", (_CHAPTER_1, "step"), "3-4-1",
    ),
    _row(
        "S26", "digits otherwise: one output, four bits, 15 neurons, a row, a face",
        (("nets/parts/scoring.py", "def as_test"), ("nets/digits/segmentation.py", "def segment"),
         ("nets/perceptron.py", "def face")),
        "test_digits_otherwise", (_CHAPTER_1, "segment"), "10 outputs",
    ),
    Row(
        "S27", "why a smooth cost and not the score",
        ((_ARGUMENTS, "def smooth_cost"),),
        ((_TEST, "test_the_score_stands_still_while_the_cost_falls"),), (_CHAPTER_1, "score"),
        "digits", "[784, 100, 10], eta = 0.001: score and cost",
    ),
    _row(
        "S28", "descent as a ball in a valley",
        ((_ARGUMENTS, "def ball_in_a_valley"),),
        "test_a_small_step_falls_as_eta_times_the_square_of_the_gradient",
        (_CHAPTER_1, "valley"), "dC and -eta",
    ),
    _row(
        "S29", "the mini-batch as a poll",
        ((_ARGUMENTS, "def a_poll"),),
        "test_a_larger_poll_is_nearer", (_CHAPTER_1, "poll"), "mini-batches of m",
    ),
    _row(
        "S30", "what 1009, 982, 1135 and 1032 are",
        ((_ARGUMENTS, "def one_digit_for_all"),),
        "test_the_scores_of_saying_one_digit_for_all", (_CHAPTER_1, "1009"), "nines, fours",
    ),
    _row(
        "S31", "the conventions of the indices",
        (("nets/scalar.py", "class Neuron"), (_DERIVATIONS, "def indices")),
        "test_a_weight_is_named_by_where_it_leads", (_CHAPTER_2, "w^3_24"), "w^3_24",
    ),
    _row(
        "S32", "a function and a product, element by element",
        ((_DERIVATIONS, "def element_by_element"),),
        "test_the_two_printed_vectors", (_CHAPTER_2, "[4. 9.]"), "f([2, 3])",
    ),
    _row(
        "S33", "the good demon",
        ((_DERIVATIONS, "def good_demon"),),
        "test_a_good_demon_lowers_the_cost", (_CHAPTER_2, "demon"), "the demon moves",
    ),
    _row(
        "S34", "the derivations in full",
        ((_DERIVATIONS, "def in_full"), ("nets/closed_form/lecture.py", "def six_equations")),
        "test_the_sums_over_k", (_CHAPTER_2, "jacobian"), "eq. 37",
    ),
    _row(
        "S35", "the second riddle: how back-propagation could be found",
        ((_DERIVATIONS, "def second_riddle"),),
        "test_merged_paths_are_back_propagation", (_CHAPTER_2, "second riddle"), "delta^2 of",
    ),
    _row(
        "S36", "the naive gradient, counted",
        (("nets/experiments/counting.py", "def ways"), (_DERIVATIONS, "def naive_gradient")),
        "test_operations_are_counted_on_the_graph", (_CHAPTER_2, "naive"), "dE/dw for every w",
    ),
    _row(
        "S37", "random, not zero",
        ((_ASKED, "def zero_start"),),
        "test_a_network_that_starts_at_zero_stays_symmetric", (_EXERCISES, "0.6931"), "XOR",
    ),
    _row(
        "S38", "the blog post's own network",
        ((_ASKED, "def blog_network"),),
        "test_the_blog_posts_network", (_EXERCISES, "7850"), "[784, 10]",
    ),
    _row(
        "S39", "digits in the browser",
        (("nets/pages/digits.py", "def digit_page"), ("nets/pages/digits_core.js", "function forward"),
         (_ASKED, "def digits_in_the_browser")),
        "test_the_page_answers_as_python_does", ("notebooks/digits.ipynb", "digit_page"),
        "[784, 30, 10] in the page",
    ),
    _row(
        "S40", "the book's exercises to chapters 1 and 2",
        ((_ASKED, "def exercises"),),
        "test_the_exercises_are_answered", (_EXERCISES, "by_hand_prime"), "delta^L = Sigma'",
    ),
)  # fmt: skip
