"""Exercises: repeatable, solvable in the head, with blanks, a key and a checker."""

import math

import pytest

import autodiff as ad


@pytest.mark.parametrize("seed", range(40))
def test_answers_are_the_gradients(seed: int) -> None:
    depth = 1 + seed % 6
    exercise = ad.make_exercise(depth, reuse=seed % (depth + 1), seed=seed)
    exercise.output.backward()
    computed = [n for n, x in exercise.names.items() if x.parents]
    assert len(computed) == depth
    for name, x in exercise.names.items():
        if name in computed:
            assert exercise.answers[name] == x.data
        if name != "y":
            assert exercise.answers[f"dy/d{name}"] == x.grad
    for answer in exercise.answers.values():
        assert answer == int(answer)
        assert abs(answer) <= 200


def test_the_same_seed_gives_the_same_exercise() -> None:
    a, b = ad.make_exercise(5, 2, seed=7), ad.make_exercise(5, 2, seed=7)
    assert (a.text, a.key, a.picture().source) == (b.text, b.key, b.picture().source)
    assert a.text != ad.make_exercise(5, 2, seed=8).text


def test_blanks_and_the_key() -> None:
    exercise = ad.make_exercise(4, 1, seed=3)
    assert exercise.text.count("____") == len(exercise.questions)
    for line in exercise.text.splitlines()[1:5]:
        assert line.endswith("= ____")
    for question, answer in exercise.answers.items():
        if "/" in question:
            assert f"{question} = " in exercise.key
        assert f"{question} = {int(answer)}" in exercise.key


def test_the_picture_has_blanks_and_can_be_solved() -> None:
    exercise = ad.make_exercise(4, 1, seed=3)
    blank, solved = exercise.picture(), exercise.picture(solved=True)
    assert len(blank.scene.boxes) == len(solved.scene.boxes) == len(exercise.names)
    for box in blank.scene.boxes:
        shown = dict(box.lines)
        assert shown["grad"] == "?"
        assert (shown["value"] == "?") == (box.kind != "parameter")
    assert all(a.meaning.lines == ("?",) for a in blank.scene.arrows)
    assert "?" not in solved.to_text()
    assert not any(x.has_grad for x in exercise.names.values())


def test_the_checker_knows_the_usual_mistakes() -> None:
    exercise = ad.make_exercise(4, 2, seed=1)
    right = dict(exercise.answers)
    assert set(exercise.check(right).values()) == {"right"}
    assert exercise.check({"dy/db": -right["dy/db"]})["dy/db"] == "wrong: the sign"
    graph = ad.Graph(exercise.output, names=exercise.names)
    b = graph[exercise.names["b"]]
    uses = graph.users[b.id]
    assert len(uses) == 2
    exercise.output.backward()
    part = ad.Graph(exercise.output).contribution(uses[0])
    if not math.isclose(part, -right["dy/db"]):
        assert "used 2 times" in exercise.check({"dy/db": part})["dy/db"]
    assert exercise.check({"u1": 1e9})["u1"].startswith("wrong: u1 is computed")
    with pytest.raises(KeyError, match="was not asked"):
        exercise.check({"dy/dz": 1.0})


@pytest.mark.parametrize(("depth", "reuse"), [(0, 0), (13, 0), (3, 4), (3, -1)])
def test_out_of_range(depth: int, reuse: int) -> None:
    with pytest.raises(ValueError, match="must be from"):
        ad.make_exercise(depth, reuse)
