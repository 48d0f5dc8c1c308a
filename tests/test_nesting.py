"""Transforms inside transforms: scalar and array cotangents alike, arguments by name, and empty arrays."""

import inspect
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine


def test_cotangents_of_an_outer_transform_are_taken_as_they_are() -> None:
    assert ad.grad(lambda v: np.sum(ad.vjp(np.sum, np.ones(2))[1](v)[0]))(1.0) == 2.0
    assert ad.grad(lambda v: ad.vjp(lambda x: x * x, 3.0)[1](v)[0])(1.0) == 6.0
    both = ad.grad(lambda v: np.sum(ad.vjp(lambda x: x * x, np.ones(2))[1](v)[0] ** 2))
    assert both(np.array([1.0, 2.0])).tolist() == [8.0, 16.0]
    assert ad.grad(lambda v: np.sum(ad.vjp(np.sum, np.ones(2))[1](v)[0]))(np.array(1.0)) == 2.0
    with pytest.raises(ValueError, match="the cotangent has shape"):
        ad.grad(lambda v: np.sum(ad.vjp(lambda x: x * x, np.ones(3))[1](v)[0]))(np.ones(2))


def test_forward_mode_nests_and_stretches_numbers() -> None:
    assert ad.jacfwd(ad.jacfwd(lambda x: x * x + np.ones(2)))(2.0).tolist() == [2.0, 2.0]
    assert ad.jacfwd(ad.jacrev(lambda x: x**3))(2.0) == 12.0
    assert ad.jvp(lambda x: np.ones(3), (1.0,), (1.0,))[1].tolist() == [0.0, 0.0, 0.0]


def test_forward_mode_takes_the_numbers_that_were_recorded() -> None:
    a = ad.Value(1.0)

    def f(x: Any) -> Any:
        y = x * x * a
        a.data = 7.0
        return y

    assert ad.jvp(f, (3.0,), (1.0,)) == (9.0, 6.0)


def test_arguments_by_name_are_handed_on() -> None:
    assert ad.grad(lambda x, n=2: x**n)(3.0, n=3) == 27.0
    assert ad.value_and_grad(lambda x, n=2: x**n)(3.0, n=3) == (27.0, 27.0)
    assert ad.jacobian(lambda x, k: k * x)(np.ones(2), k=3.0).tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert ad.elementwise_grad(lambda x, n: x**n)(np.array([2.0]), n=2).tolist() == [4.0]


def of_functions() -> list[str]:
    """The public names whose first argument is called f: what takes a function."""
    found = []
    for name in ad.__all__:
        thing = getattr(ad, name)
        if inspect.isfunction(thing) and thing.__module__.startswith("autodiff."):
            first = next(iter(inspect.signature(thing).parameters.values()), None)
            if first is not None and first.name == "f":
                found.append(name)
    return found


@pytest.mark.parametrize("name", of_functions())
def test_what_takes_a_function_is_given_one(name: str) -> None:
    transform = getattr(ad, name)
    more = [(2.0,)] * sum(
        p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
        for p in list(inspect.signature(transform).parameters.values())[1:]
    )
    for wrong in ("x * x", 3.0, np.ones(2), [abs]):
        with pytest.raises(
            TypeError, match=rf"^\w+: needs a function[\w ,]* got {type(wrong).__name__}"
        ):
            transform(wrong, *more)
    if name not in ("play", "trace"):  # these take nodes too
        with pytest.raises(TypeError, match=r"got Value; of nodes ad\.gradient"):
            transform(ad.Value(2.0) * 3.0, *more)


@pytest.mark.parametrize("kind", [int, np.int64, np.int8, np.uint32])
def test_argnums_is_any_whole_number(kind: Any) -> None:
    def product(x: Any, y: Any) -> Any:
        return x * y

    assert ad.grad(product, kind(1))(2.0, 5.0) == 2.0
    assert ad.grad(product, (kind(0), kind(1)))(2.0, 5.0) == (5.0, 2.0)
    assert ad.grad(product, [kind(0)])(2.0, 5.0) == (5.0,)
    with pytest.raises(TypeError, match="argnums says which"):
        ad.grad(product, 0.5)(2.0, 5.0)
    with pytest.raises(ValueError, match="out of range"):
        ad.grad(product, kind(2))(2.0, 5.0)


def test_what_is_handed_on_beside_the_value() -> None:
    def f(x: Any) -> Any:
        return x * x, {"twice": 2.0 * x}

    assert ad.grad(f, has_aux=True)(3.0) == (6.0, {"twice": 6.0})
    assert ad.value_and_grad(f, has_aux=True)(3.0) == ((9.0, {"twice": 6.0}), 6.0)
    nested = ad.grad(lambda x: ad.grad(f, has_aux=True)(x)[1]["twice"])
    assert nested(3.0) == 2.0
    with pytest.raises(TypeError, match="returns a pair"):
        ad.grad(lambda x: x, has_aux=True)(3.0)


def test_empty_inputs_and_outputs() -> None:
    assert ad.jacobian(lambda x: x[:0])(np.ones(2)).shape == (0, 2)
    assert ad.hessian(lambda x: (x * x).sum())(np.zeros(0)).shape == (0, 0)
    assert ad.jacobian(lambda x: np.ones(3))(np.ones(2)).tolist() == np.zeros((3, 2)).tolist()
    assert ad.grad(lambda x: (x * x).sum())(np.zeros((0, 3))).shape == (0, 3)


WHOLE = [3, True, np.int64(3), np.uint8(3), np.bool_(True), np.array(3), np.array([1, 2]), [1, 2]]
ODD = [np.float16(3), np.longdouble(3), np.array(3.0, np.float16), np.array([3.0], np.longdouble)]
BY: list[Any] = [
    lambda f, x: ad.grad(f)(x), lambda f, x: ad.value_and_grad(f)(x), lambda f, x: ad.jacobian(f)(x),
    lambda f, x: ad.hessian(f)(x), lambda f, x: ad.jvp(f, (x,), (x,)), lambda f, x: ad.vjp(f, x),
    lambda f, x: ad.hvp(f, x, x), lambda f, x: ad.jacfwd(f)(x), lambda f, x: ad.grad(f)({"a": x}),
]  # fmt: skip


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(
    ("given", "said"),
    [(x, r"whole numbers have no derivative; write float\(x\)") for x in WHOLE]
    + [(x, r"derivatives are computed in float32 or float64; write float\(x\)") for x in ODD],
)
def test_what_is_no_float_is_not_differentiated(by: Any, given: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        by(lambda x: ad.sum(x * x), given)


def test_what_is_not_differentiated_may_be_whole() -> None:
    assert ad.grad(lambda x, n: x**n, argnums=0)(2.0, 3) == 12.0
    assert ad.grad(lambda x, i: x[i])(np.array([1.0, 2.0]), 1).tolist() == [0.0, 1.0]
    for x in (np.float32(3.0), np.array(3.0, np.float32)):
        assert ad.grad(lambda x: x * x)(x).dtype == np.float32


def test_the_shapes_of_directions_are_told_in_the_names_of_the_caller() -> None:
    cube = lambda x: (x**3).sum()  # noqa: E731
    with pytest.raises(TypeError, match=r"write jvp\(f, \(x,\), \(v,\)\)"):
        ad.jvp(cube, 2.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"hvp: the vector has shape \(3,\), its argument \(2,\)"):
        ad.hvp(cube, np.ones(2), np.ones(3))
    with pytest.raises(TypeError, match=r"hvp: .*vector"):
        ad.hvp(lambda d: d["a"] ** 2, {"a": 1.0}, {"b": 1.0})


TREES: list[tuple[Any, str]] = [
    (lambda: ad.grad(lambda p: p["a"])({"a": 1.0, "s": "w"}), r"grad: p\['s'\]: needs a real number"),
    (lambda: ad.grad(lambda x, p: x, argnums=1)(1.0, {"w": [1.0, 2]}), r"grad: p\['w'\]\[1\]: 2 is of type"),
    (lambda: ad.jvp(lambda p: p[0], ([1.0, 2.0],), ([1.0, "x"],)), r"jvp: directions\[0\]\[1\]: needs"),
    (lambda: ad.jvp(lambda p: p[0], ([1.0, 2.0],), ([1.0, [2.0]],)), r"\[0\]\[1\] must be a single"),
    (lambda: ad.jvp(lambda x: x, 1.0, (1.0,)), r"a tuple of arguments and a tuple"),
    (lambda: ad.hvp(lambda x: (x * x).sum(), np.ones(2), [1, 2]), r"hvp: vector must be a single"),
    (lambda: ad.vjp(lambda x: x, np.ones(2))[1](np.ones(2) * 1j), r"vjp: the cotangent: needs real numbers"),
    (lambda: ad.vjp(lambda x: x, np.ones(2))[1]("a"), r"vjp: the cotangent: needs real numbers"),
    (lambda: ad.vjp(lambda x: x, 1.0)[1]("1"), r"vjp: the cotangent: needs a real number"),
    (lambda: ad.vjp(lambda x: x, 1.0)[1](1j), r"vjp: the cotangent: needs a real number"),
    (lambda: ad.jacobian(lambda x: "a")(1.0), r"jacobian: the function's result: needs real numbers"),
    (lambda: ad.jvp(lambda x: (x, 1j), (1.0,), (1.0,)), r"jvp: the function's result: needs real numbers"),
    (lambda: ad.register_tree(Line, 5, 6), r"register_tree: needs two functions"),  # type: ignore[arg-type]
    (lambda: ad.register_tree(Line, lambda x: 5, lambda s, p: p), "nothing is asked yet"),  # type: ignore
    (lambda: ad.grad(lambda x: 1.0)(Line()), r"takes a Line apart must return a pair.*it returned 5"),
]  # fmt: skip


class Line:
    """A class whose entry among the trees is wrong."""


@pytest.mark.parametrize(("wrong", "said"), TREES)
def test_what_is_wrong_in_a_tree_is_named_by_its_path(wrong: Any, said: str) -> None:
    if said == "nothing is asked yet":
        wrong()
        return
    with pytest.raises(TypeError, match=said):
        wrong()


@pytest.mark.parametrize("cls", [tuple, dict, float, np.ndarray, ad.Value, ad.Tensor, type(None)])
def test_what_has_its_meaning_is_not_registered_anew(cls: type) -> None:
    with pytest.raises(ValueError, match="has its meaning already"):
        ad.register_tree(cls, lambda x: ([], None), lambda static, parts: None)


def nested(levels: int) -> Any:
    found: Any = 2.0
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize("by", [by for by in BY if by not in BY[5:8]])
def test_trees_that_hold_themselves_are_refused(by: Any) -> None:
    ring: list[Any] = [1.0]
    ring.append(ring)
    table: dict[str, Any] = {"a": 1.0}
    table["b"] = [table]
    for x in (ring, table, nested(5000)):
        with pytest.raises(ValueError, match="more than 100 levels, or holds itself"):
            by(lambda x: 1.0, x)
    assert ad.ravel(ad.grad(lambda x: ad.ravel(x)[0].sum())(nested(98)))[0].tolist() == [1.0]


def test_tangents_keep_float32() -> None:
    x = np.float32([1.0, 2.0])
    y, t = ad.jvp(lambda x: x * x, (x,), (np.array([1.0, 0.0]),))
    assert (y.dtype, t.dtype) == (np.float32, np.float32)
    inner = ad.grad(lambda x: ad.jvp(lambda z: z * z * z, (x,), (np.ones(2),))[1].sum())(x)
    assert inner.dtype == np.float32
    assert inner.tolist() == [6.0, 12.0]


@pytest.mark.parametrize("made", [ad.Value, ad.Tensor, ad.constant])
def test_a_single_number_is_not_gone_through(made: Any) -> None:
    x = made(-2.5)
    for way in (list, tuple, sum, bytes, lambda x: [*x], max, set):
        with pytest.raises(TypeError):
            way(x)
    with pytest.raises(TypeError, match=r"modulus|unsupported operand"):
        pow(2, x, 5)
    assert [float(v.data) for v in ad.Tensor([1.0, 2.0])] == [1.0, 2.0]
    assert ad.grad(lambda x: sum(v * v for v in x))(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


@dataclass
class Sized:
    w: Any
    of: Any = field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        self.beside = self.of(self.w) if self.of else None

    @cached_property
    def twice(self) -> Any:
        return 2.0 * self.w


def test_what_a_dataclass_sets_beside_its_fields_is_kept_or_refused() -> None:
    w = np.ones(3)
    assert ad.grad(lambda p: p.w.sum() * p.beside[0])(Sized(w, np.shape)).w.tolist() == [3.0] * 3
    again = Sized(w, np.shape)
    assert again.twice.sum() == 6.0
    assert ad.grad(lambda p: p.twice.sum())(again).w.tolist() == [2.0] * 3
    for of in (np.sum, lambda w: w * 2.0, lambda w: [float(w[0])], lambda w: {"a": ad.Value(1.0)}):
        with pytest.raises(
            TypeError, match=r"Sized\.beside: was set beside the fields, .* property"
        ):
            ad.grad(lambda p: p.w.sum())(Sized(w, of))
