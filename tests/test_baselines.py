"""The simple classifiers, against the documents' figures and on data with a known answer."""

import numpy as np
import pytest

from nets.baselines import average_darkness, random_guess, svm
from nets.data import Examples, load_digits, load_mnist


def test_random_guesses_are_right_one_time_in_ten():
    labels = np.arange(20_000) % 10
    test = Examples(np.zeros((20_000, 1)), labels, as_labels=True)
    right = random_guess(test, seed=1)
    assert abs(right - 2_000) < 4 * np.sqrt(20_000 * 0.1 * 0.9)
    assert right == random_guess(test, seed=1) != random_guess(test, seed=2)


def test_darkness_picks_the_nearest_mean_and_only_known_digits():
    training = Examples(np.array([[0.1], [0.3], [0.9], [0.7]]), np.array([2, 2, 5, 5]))
    test = Examples(np.array([[0.0], [0.49], [0.51], [1.0]]), np.array([2, 2, 5, 0]))
    assert average_darkness(training, test) == 3


@pytest.mark.mnist
def test_average_darkness_on_mnist_is_the_documents_figure(mnist_dir):
    training, _, test = load_mnist(mnist_dir)
    assert average_darkness(training, test) == 2225


def test_the_support_vector_machine_beats_the_others():
    training, _, test = load_digits()
    best = svm(training, test, gamma="scale")
    assert best >= 0.97 * len(test)
    assert svm(training, test) >= 0.9 * len(test)
    assert best > average_darkness(training, test) > random_guess(test)
