"""The estimators are scikit-learn's own kind: its checks pass, and its tools take them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nets

pytest.importorskip("sklearn", reason="the extra nets is not installed")

from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks


@parametrize_with_checks([nets.MLPClassifier(random_state=0), nets.MLPRegressor(random_state=0)])
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


def test_pipeline_and_cross_validation() -> None:
    X, y = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), nets.MLPClassifier(epochs=60, random_state=1))
    assert cross_val_score(model, X, y, cv=3).mean() > 0.93


def test_grid_search_finds_the_better_eta() -> None:
    X, y = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), nets.MLPClassifier(epochs=20, random_state=1))
    search = GridSearchCV(model, {"mlpclassifier__eta": [1e-6, 0.02]}, cv=3).fit(X, y)
    assert search.best_params_ == {"mlpclassifier__eta": 0.02}


def test_regression_beats_the_mean_by_far() -> None:
    X, y = load_diabetes(return_X_y=True)
    model = nets.MLPRegressor(hidden=(8,), lmbda=20.0, epochs=60, random_state=0)
    assert cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3).mean() > 0.35


def test_equal_seeds_give_equal_bits_and_the_network_is_at_hand() -> None:
    X, y = load_iris(return_X_y=True)
    model = nets.MLPClassifier(epochs=3, random_state=5)
    first, second = clone(model).fit(X, y), clone(model).fit(X, y)
    assert all(np.array_equal(a, b) for a, b in zip(first.coefs_, second.coefs_, strict=True))
    assert first.network_.sizes == [4, 30, 3]
    assert np.array_equal(first.network_.feedforward(X.T).T, first.predict_proba(X))
    assert len(first.loss_curve_) == 3


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_without_scikit_learn_one_sentence_says_what_to_install(name: str, root: Path) -> None:
    code = f"import sys; sys.modules['sklearn'] = None\nimport nets\nnets.{name}()"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode
    assert done.stderr.strip().splitlines()[-1].endswith("pip install 'autodiff-nets[nets]'")
