"""What pickles promise: they name one module that never moves, and programs are for one version."""

import copy
import pickle
import pickletools
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import pickles


def cubed(x: Any) -> Any:
    return x * x * x


@ad.jit
def decorated(x: Any) -> Any:
    return x * x if x > 0 else -x


doubled = ad.jit(cubed, argnums=(0,))


def subjects() -> dict[str, Any]:
    x = ad.Value(2.0, name="x")
    v = ad.Tensor([1.0, 2.0], name="v")
    doubled(2.0)
    return {
        "value": x,
        "constant": ad.constant(2.0),
        "tensor": v,
        "graph": ad.Graph(ad.exp(x) * x),
        "program": ad.trace(cubed, 2.0),
        "program of a lambda": ad.trace(lambda t: ad.sin(t) * x, 2.0),
        "lanes": ad.trace(cubed, np.ones(3), in_axes=0),
        "array program": ad.trace(cubed, ad.Tensor([1.0, 2.0])),
        "built array program": ad.trace((v * v).sum(), inputs=[v]),
        "jit": doubled,
        "program of jit": doubled.program((2.0,))[0],
        "program of a row": ad.trace(ad.sigmoid, 2.0),
        "program of a function": ad.trace(ad.softmax, ad.Tensor([1.0, 2.0])),
        "jit of a function": ad.jit(ad.softmax),
        "row": ad.sigmoid,
    }


def modules_named(data: bytes) -> set[str]:
    """Return the modules of the project that a pickle names."""
    texts = [text for _, text, _ in pickletools.genops(data) if isinstance(text, str)]
    first = {text.split()[0] for text in texts if text.strip()}  # of "module name" and of "module"
    return {text for text in first if text.partition(".")[0] in ("autodiff", "nets")}


@pytest.mark.parametrize("what", subjects())
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_a_pickle_names_the_one_module_that_never_moves(what: str, protocol: int) -> None:
    data = pickle.dumps(subjects()[what], protocol)
    assert modules_named(data) == {"autodiff.pickles"}
    assert type(pickle.loads(data)) is type(subjects()[what])


def test_the_check_sees_an_inner_module() -> None:
    assert modules_named(pickle.dumps(ad.Graph)) == {"autodiff.graphs.graph"}


@pytest.mark.parametrize("what", [w for w in subjects() if "program" in w or w in ("lanes", "jit")])
@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_programs_answer_as_before(what: str, again: Any) -> None:
    program = subjects()[what]
    array = np.array([3.0, 0.5])
    given = [array] if what == "built array program" else array if "array" in what else 3.0
    if what == "lanes":
        given = np.array([3.0, 0.5, 2.0])
    arrived = again(program)
    assert np.array_equal(arrived(given), program(given))
    if "array" not in what:
        for one, other in zip(
            arrived.value_and_grad(given), program.value_and_grad(given), strict=True
        ):
            assert np.array_equal(one, other)


def test_a_decorated_function_is_pickled_by_its_name() -> None:
    assert decorated(3.0) == 9.0
    assert pickle.loads(pickle.dumps(decorated)) is decorated


def test_a_program_of_another_version_says_so() -> None:
    function, (kind, version, f, state) = ad.trace(cubed, 2.0).__reduce__()
    assert function(kind, version, f, state)(3.0) == 27.0
    with pytest.raises(ValueError, match=r"pickled by autodiff 0\.1\.0 and this is .* record the"):
        pickles.made_again(kind, "0.1.0", f, b"not read")
