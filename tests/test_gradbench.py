"""GradBench's evaluations: its messages, and derivatives against differences and known results."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad

pytest.importorskip("scipy", reason="the extra scipy is not installed")

from benchmarks.gradbench import check, scalars
from benchmarks.gradbench.evaluations import FUNCTIONS
from benchmarks.gradbench.inputs import draw
from benchmarks.gradbench.protocol import answers

ROOT = Path(__file__).resolve().parent.parent
TWELVE = [
    "ba",
    "det",
    "gmm",
    "hello",
    "ht",
    "kmeans",
    "llsq",
    "lse",
    "lstm",
    "ode",
    "particle",
    "saddle",
]


def test_all_twelve_are_there() -> None:
    assert sorted(FUNCTIONS) == TWELVE


@pytest.mark.parametrize("name", sorted(check.INPUTS))
def test_derivatives_are_those_of_the_objective(name: str) -> None:
    np.testing.assert_allclose(*check.differences(name, draw(name, False)), rtol=2e-5, atol=1e-5)


def test_differences_see_a_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    right = FUNCTIONS["lse"]["gradient"]
    wrong = {
        **FUNCTIONS["lse"],
        "gradient": lambda data: lambda: [1.001 * g for g in right(data)()],
    }
    monkeypatch.setitem(FUNCTIONS, "lse", wrong)
    along, found = check.differences("lse", draw("lse", False))
    assert not np.allclose(along, found, rtol=2e-5, atol=1e-5)


def test_a_hand_with_places_in_its_triangles() -> None:
    data = draw("ht", False)
    data["us"] = np.random.default_rng(1).random((len(data["data"]["points"]), 2)).tolist()
    found = np.asarray(FUNCTIONS["ht"]["jacobian"](data)())
    moved = json.loads(json.dumps(data))
    for pair in moved["us"]:
        pair[1] += 1e-6
    ends = [np.asarray(FUNCTIONS["ht"]["objective"](x)()) for x in (data, moved)]
    np.testing.assert_allclose(found[:, 1], (ends[1] - ends[0]) / 1e-6, rtol=1e-4, atol=1e-6)


def test_the_jacobian_of_a_bundle_adjustment_by_differences() -> None:
    data = draw("ba", False)
    found = FUNCTIONS["ba"]["jacobian"](data)()
    errors, numbers, _, _ = check.bundle(data)
    assert found["rows"][:3] == [0, 15, 30]
    assert len(found["vals"]) == 31
    for column, value in zip(found["cols"][:15], found["vals"][:15], strict=True):
        h = 1e-6 * max(1.0, abs(numbers[column]))
        way = h * (np.arange(len(numbers)) == column)
        slope = (errors(numbers + way)[0] - errors(numbers - way)[0]) / (2.0 * h)
        np.testing.assert_allclose(value, slope, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", ["hello", "kmeans", "det"])
def test_what_has_an_answer_of_its_own(name: str) -> None:
    if name == "det":
        a = np.reshape(draw("det", False)["A"], (5, 5))
        found = FUNCTIONS["det"]["gradient"](draw("det", False))()
        np.testing.assert_allclose(
            found, (np.linalg.det(a) * np.linalg.inv(a).T).ravel(), rtol=1e-9
        )
    else:
        check.valid(name, draw(name, False))


@pytest.mark.parametrize("inner", ["f", "r"])
def test_a_particle_feels_the_same_in_all_four_modes(inner: str) -> None:
    slopes = [
        scalars.gradient(outer, lambda ws: scalars.landing(inner, ws[0]))([0.5]) for outer in "fr"
    ]
    h = 1e-5
    expected = (scalars.landing(inner, 0.5 + h) - scalars.landing(inner, 0.5 - h)) / (2.0 * h)
    for (slope,) in slopes:
        np.testing.assert_allclose(float(ad.constant(slope).data), float(expected), rtol=1e-6)


def test_messages_are_answered_line_by_line() -> None:
    sent = [
        {"id": 0, "kind": "start", "eval": "lse"},
        {"id": 1, "kind": "define", "module": "lse"},
        {"id": 2, "kind": "define", "module": "sorting"},
        {"id": 3, "kind": "evaluate", "module": "lse", "function": "gradient",
         "input": {"x": [0.0, 0.0], "min_runs": 3, "min_seconds": 0}},
        {"id": 4, "kind": "analysis", "of": 3, "valid": True},
        {"id": 5, "kind": "evaluate", "module": "lse", "function": "third", "input": {"x": [1.0]}},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(m) for m in sent) + "\nnot JSON\n[]\n"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gradbench"],
        cwd=ROOT, input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    start, there, missing, found, analysis, unknown, *wrong = map(
        json.loads, done.stdout.splitlines()
    )
    assert start == {"id": 0, "tool": "autodiff"}
    assert (there["success"], missing["success"]) == (True, False)
    assert found["output"] == [0.5, 0.5]
    assert len(found["timings"]) == 3
    assert analysis == {"id": 4}
    assert unknown["success"] is False
    assert [w["success"] for w in wrong] == [False, False]


def test_an_infinite_result_is_no_json() -> None:
    message = {"id": 1, "kind": "evaluate", "module": "hello", "function": "square", "input": 1e300}
    (line,) = answers(io.StringIO(json.dumps(message)))
    assert json.loads(line)["success"] is False
    assert "not a finite number" in line
