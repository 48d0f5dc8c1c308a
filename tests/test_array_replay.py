"""Replayed arrays: the same bits as the eager graph, whatever is asked of the program."""

import pickle
import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff.dispatch.methods import SHAPES
from autodiff.table.primitive import TABLE, Pointwise
from tests.rows import CORE, POINTWISE

rng = np.random.default_rng(5)


def same(a, b):
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


def cost(w1, b1, w2, b2, x, y):
    a1 = ad.sigmoid(w1 @ x + b1)
    return ad.quadratic_cost(ad.sigmoid(w2 @ a1 + b2), y)


def network(sizes=(6, 4, 3), m=5):
    """The arguments of `cost`: parameters, inputs, targets."""
    found = []
    for n, k in pairwise(sizes):
        found += [rng.normal(size=(k, n)), rng.normal(size=(k, 1))]
    return [*found, rng.random((sizes[0], m)), rng.random((sizes[-1], m))]


def traced(f, arrays, **options):
    *parameters, x, y = arrays
    nodes = [*map(ad.Tensor, parameters), ad.constant(x), ad.constant(y)]
    return ad.trace(f, *nodes, **options)


def test_value_and_gradients_have_the_bits_of_the_eager_graph():
    arrays = network()
    program = traced(cost, arrays, argnums=(0, 1, 2, 3))
    for _ in range(3):
        arrays = network()
        value, gradients = program.value_and_grad(*arrays)
        expected = ad.value_and_grad(cost, argnums=(0, 1, 2, 3))(*arrays)
        assert same(value, expected[0])
        assert same(program(*arrays), expected[0])
        assert all(map(same, gradients, expected[1]))
    assert len(program.courses[True]) == 1


def descend(w1, b1, w2, b2, x, y, eta):
    parameters = [w1, b1, w2, b2]
    steps = ad.gradient(cost(w1, b1, w2, b2, x, y), parameters, seed=eta, create_graph=True)
    return [p - s for p, s in zip(parameters, steps, strict=True)]


def test_a_fused_update_writes_over_what_was_given_up_and_over_nothing_else():
    *start, x, y = network()
    nodes = [*map(ad.Tensor, start), ad.constant(x), ad.constant(y), ad.constant(np.array(0.5))]
    program = ad.trace(descend, *nodes, donate_argnums=(0, 1, 2, 3))
    own = [p.copy() for p in start]
    found = own
    expected = [p.copy() for p in start]
    for _ in range(4):
        found = program(*found, x, y, 0.5)
        steps = ad.grad(cost, argnums=(0, 1, 2, 3))(*expected, x, y)
        expected = [p - 0.5 * s for p, s in zip(expected, steps, strict=True)]
    assert all(f is p for f, p in zip(found, own, strict=True)), "no new memory was taken"
    for f, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(f, e, rtol=1e-13, atol=1e-15)
    kept = start[0].copy()
    locked = [np.array(p) for p in start]
    locked[0].flags.writeable = False
    after = program(*locked, x, y, 0.5)
    assert same(locked[0], kept)
    assert not same(after[0], kept)


def test_the_same_array_twice_is_not_written_over_while_it_is_read():
    program = ad.trace(
        lambda a, b: [a - b, b + a], ad.Tensor([1.0]), ad.Tensor([2.0]), donate_argnums=(0, 1)
    )
    x = np.array([3.0])
    assert [float(v[0]) for v in program(x, x)] == [0.0, 6.0]


def test_what_is_handed_out_is_never_written_again():
    program = ad.trace(
        lambda x: [x, x.T, x + 1.0, (x + 1.0).T, x.sum()], ad.Tensor(np.ones((2, 3)))
    )
    argument = rng.random((2, 3))
    first = program(argument)
    kept = [np.array(a) for a in first]
    program(rng.random((2, 3)))
    assert all(map(same, first, kept))
    assert not any(np.may_share_memory(a, argument) for a in first)
    for i, a in enumerate(first):
        assert not any(np.may_share_memory(a, b) for b in first[i + 1 :])


def test_other_shapes_and_dtypes_are_recorded_when_they_come():
    program = ad.trace(lambda x: (x * x).sum(), ad.Tensor(np.ones(3)))
    assert program(np.arange(5.0)) == 30.0
    assert program(np.arange(3.0, dtype=np.float32)).dtype == np.float32
    assert program([1.0, 2.0, 3.0]) == 14.0
    value, slope = program.value_and_grad(np.full((2, 2), 3.0))
    assert value == 36.0
    assert same(slope, np.full((2, 2), 6.0))


def test_guards_send_other_numbers_on_their_own_course():
    def f(x):
        return (x * 2.0).sum() if (x > 0).all() else (x * -3.0).sum()

    program = ad.trace(f, ad.Tensor([1.0, 2.0]))
    assert program([1.0, 2.0]) == 6.0
    assert program([-1.0, -2.0]) == 9.0
    assert program([-1.0, 2.0]) == -3.0
    assert program.value_and_grad([-1.0, -2.0])[1].tolist() == [-3.0, -3.0]
    assert program([5.0, 2.0]) == 14.0


def test_numbers_that_were_read_are_guards():
    program = ad.trace(lambda x: x * float(x.sum()), ad.Tensor([1.0, 2.0]))
    for numbers in ([1.0, 2.0], [2.0, 3.0], [1.0, 2.0], [np.nan, 1.0]):
        assert same(program(numbers), np.array(numbers) * sum(numbers))


def test_a_captured_parameter_is_read_anew_and_a_constant_is_not():
    w, k = ad.Tensor([2.0], name="w"), ad.constant([10.0], name="k")
    program = ad.trace(lambda x: x * w + k, ad.Tensor([1.0]))
    w.data = np.array([5.0])
    assert program([3.0]) == [25.0]


def test_nothing_flows_where_the_cotangent_is_zero():
    def f(x):
        return (ad.sqrt(x) * np.array([0.0, 1.0])).sum()

    program = ad.trace(f, ad.Tensor([1.0, 4.0]))
    assert program.value_and_grad([0.0, 4.0])[1].tolist() == [0.0, 0.25]
    assert ad.grad(f)(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]


def test_a_graph_that_is_built_already():
    x, w = ad.Tensor([1.0, 2.0], name="x"), ad.Tensor([3.0, 4.0], name="w")
    program = ad.trace((x * w).sum(), inputs=[x, w])
    assert program([[5.0, 6.0], [1.0, 1.0]]) == 11.0
    value, (dx, dw) = program.value_and_grad([[5.0, 6.0], [1.0, 2.0]])
    assert value == 17.0
    assert dx.tolist() == [1.0, 2.0]
    assert dw.tolist() == [5.0, 6.0]
    with pytest.raises(ValueError, match="trace the function itself"):
        program([[1.0], [1.0]])


def test_nested_arguments_and_results():
    program = ad.trace(
        lambda p, x: {"y": p["w"][0] @ x, "all": (p["b"], x.sum())},
        {"w": [ad.Tensor(np.eye(2))], "b": ad.Tensor([1.0])}, ad.constant([1.0, 2.0]),
    )  # fmt: skip
    found = program({"w": [2 * np.eye(2)], "b": [7.0]}, [3.0, 4.0])
    assert found["y"].tolist() == [6.0, 8.0]
    assert found["all"][0] == [7.0]
    assert found["all"][1] == 7.0
    assert found["all"][0].shape == (1,)


def test_the_source_is_python_with_the_users_names_and_few_buffers():
    program = traced(cost, network())
    assert program.source.startswith("def program(w1, b1, w2, b2, x, y):")
    assert "matmul(w1, x, " in program.source
    assert "sigmoid(" in program.source
    deep = ad.trace(lambda x: ad.tanh(ad.tanh(ad.tanh(ad.tanh(x)))) + 1.0, ad.Tensor(np.ones(4)))
    names = deep.courses[False][0].fresh().__globals__
    assert not any(isinstance(v, np.ndarray) and k.startswith("t") for k, v in names.items())
    assert sum(line.startswith("    # ") for line in deep.source.splitlines()) == 5


def both_and_slope(x):
    """Two sigmoids of one x, one of them an output, and the derivative of the other."""
    a = ad.sigmoid(x)
    return [a, ad.gradient((a * ad.sigmoid(x)).sum(), x, create_graph=True)]


def test_an_exponential_that_an_operation_and_its_derivative_share_is_computed_once():
    program = traced(cost, network(), argnums=(0, 1, 2, 3))
    program.value_and_grad(*network())
    source = program.courses[True][0].source
    assert source.count("sigmoid_and_decay(") == source.count("sigmoid_slope(part") == 2
    assert "sigmoid_prime" not in source
    assert "sigmoid_and_decay" not in traced(cost, network()).source  # nothing asks for it
    program = ad.trace(both_and_slope, ad.Tensor(np.zeros((2, 3))))
    for x in rng.normal(scale=30.0, size=(3, 2, 3)):
        expected = both_and_slope(ad.Tensor(x))
        assert all(same(ours, node.data) for ours, node in zip(program(x), expected, strict=True))


def test_a_program_serves_many_threads():
    program = traced(cost, network((40, 30, 5), 64), argnums=(0, 1, 2, 3))
    tasks = [network((40, 30, 5), 64) for _ in range(8)]
    expected = [ad.grad(cost, argnums=(0, 1, 2, 3))(*t) for t in tasks]
    wrong = []

    def work(i):
        for _ in range(20):
            _, found = program.value_and_grad(*tasks[i])
            wrong.extend(1 for f, e in zip(found, expected[i], strict=True) if not same(f, e))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_a_program_of_a_named_function_pickles_and_another_says_why_not():
    program = traced(cost, network(), argnums=(0, 2))
    again = pickle.loads(pickle.dumps(program))
    arrays = network()
    found, expected = again.value_and_grad(*arrays), program.value_and_grad(*arrays)
    assert all(map(same, found[1], expected[1]))
    with pytest.raises(TypeError, match="define it with def"):
        pickle.dumps(ad.trace(lambda x: x * 2.0, ad.Tensor([1.0])))


@pytest.mark.parametrize(("mistake", "words"), [
    (lambda: ad.trace(lambda x: x.sum(), ad.Tensor([1.0]), in_axes=0), "in_axes"),
    (lambda: ad.trace(lambda x: ad.Value(1.0), ad.Tensor([1.0])), "Value"),
    (lambda: ad.trace(lambda x: x * w_number, ad.Tensor([1.0])), "not mixed"),
    (lambda: ad.trace(lambda x: x, 1.0, donate_argnums=(0,)), "donate_argnums"),
    (lambda: ad.trace(lambda x: x, ad.Tensor([1.0]))(1.0, 2.0), "1 arguments, was given 2"),
    (lambda: ad.trace(lambda x: x, ad.Tensor([1.0])).value_and_grad([1.0, 2.0]), "single number"),
    (lambda: ad.trace(lambda x: x, ad.Tensor([1.0]))(np.array([1, 2])), "int64"),
])  # fmt: skip
def test_mistakes_are_named(mistake, words):
    with pytest.raises((TypeError, ValueError), match=words):
        mistake()


w_number = ad.Value(2.0)
UNARY = [r for r in POINTWISE if r.arity == 1]
BINARY = [r for r in POINTWISE if r.arity == 2 and None not in r.partials]


@st.composite
def programs(draw):
    """A random function of two matrices, from all rows of one and two operands and from views."""
    steps = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 99), st.integers(0, 99),
                                    st.integers(0, 99)), min_size=1, max_size=14))  # fmt: skip

    def f(x, y):
        made = [x, y]
        for kind, i, j, k in steps:
            a, b = made[i % len(made)], made[j % len(made)]
            if kind == 0:
                new = UNARY[k % len(UNARY)](a)
            elif kind == 1:
                new = BINARY[k % len(BINARY)](a, b)
            elif kind == 2:
                new = a.T
            elif kind == 3:
                new = a @ b
            elif kind == 4:
                new = a.sum(axis=k % 2, keepdims=True) + b
            elif kind == 5:
                new = a[::-1].reshape(9)[:9].reshape(3, 3)
            else:
                new = a * 0.5 + b.mean()
            made.append(new)
        return made[-1].sum() + made[len(made) // 2].mean()

    return f


@given(programs(), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_random_programs_have_the_bits_of_the_eager_graph(f, seed):
    draw = np.random.default_rng(seed)
    examples = [draw.normal(size=(3, 3)) for _ in range(2)]
    program = ad.trace(f, *map(ad.Tensor, examples), argnums=(0, 1))
    for _ in range(2):
        args = [draw.normal(size=(3, 3)) for _ in range(2)]
        value, found = program.value_and_grad(*args)
        x, y = map(ad.Tensor, args)
        out = f(x, y)
        assert same(value, out._array)
        assert same(program(*args), out._array)
        for got, wanted in zip(found, ad.gradient(out, [x, y]), strict=True):
            assert same(got, wanted)
    assert len(program.courses[True]) == 1, "nothing here depends on how numbers turn out"


@pytest.mark.parametrize("reader", [r.name for r in CORE if r.of_kept])
@pytest.mark.parametrize("order", [1, -1])
def test_what_one_row_keeps_is_no_part_of_another(reader, order):
    keepers = [r for r in CORE if r.keep]
    assert len(keepers) > 1
    first = [
        np.sort, lambda x: np.partition(x, 1), lambda x: np.sort(x, kind="stable") * x,
        *(r for r in keepers if isinstance(r, Pointwise)),
    ]  # fmt: skip
    x = np.array([3.0, -1.0, 0.5, 2.0])
    for keeper in first:

        def f(x, keeper=keeper):
            parts = [keeper, TABLE[reader]][::order]
            y = parts[0](x) * 2.0
            return (y * parts[1](x) + TABLE[reader](x)).sum()

        slopes = ad.trace(lambda x, f=f: (ad.grad(f)(x) * x).sum(), ad.Tensor(x))
        program = ad.trace(f, ad.Tensor(x))
        for at in (x, x[::-1].copy(), np.arange(4.0)):
            node = ad.Tensor(at)
            y = f(node)
            value, found = program.value_and_grad(at)
            np.testing.assert_array_equal(value, y.data)
            np.testing.assert_array_equal(found, ad.gradient(y, node))
            eager = (ad.grad(f)(node) * node).sum()
            np.testing.assert_array_equal(slopes(at), eager.data)


VIEWS = {
    "backwards": lambda x: x.reshape(-1)[::-1].reshape(x.shape), "rows": lambda x: x[::-1],
    "columns": lambda x: x[:, ::-1], "transposed": lambda x: x.T, "every other": lambda x: x[::2],
    "turned": lambda x: x.T[::-1],
}  # fmt: skip
IDLE = {
    "times one": lambda x: x * 1.0, "by one": lambda x: x / 1.0, "to the first": lambda x: x**1.0,
    "chosen": lambda x: ad.where(1.0, x, 2.0), "twice minus": lambda x: ad.neg(ad.neg(x)),
    "itself": ad.identity,
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("idle", IDLE)
def test_what_does_nothing_still_lays_an_array_out(view, idle):
    x = np.random.default_rng(7).normal(size=(6, 6))
    for row in POINTWISE:
        if row.arity == 1 and row.ufunc is not None:

            def f(x, row=row):
                return row(IDLE[idle](VIEWS[view](x)))

            with np.errstate(all="ignore"):
                program = ad.trace(f, ad.Tensor(x))
                for at in (x, x + 1.0, x - 0.5):
                    assert same(program(at), f(ad.Tensor(at)).data), row


@pytest.mark.parametrize("function", sorted(SHAPES, key=lambda f: f.__name__))
def test_what_asks_for_a_shape_is_no_reading_of_numbers(function):
    def asked(x):
        if function is np.einsum_path:
            return function("ij,jk->ik", x, x)[0]
        return function(x, float) if function is np.can_cast else function(x)

    def f(x):
        return np.sort(x, axis=0).sum() * (asked(x) is not None)

    program = ad.trace(f, ad.Tensor(np.ones((3, 3))))
    for _ in range(3):
        x = rng.normal(size=(3, 3))
        assert same(program(x), f(x))
        if function is not np.empty_like:
            assert repr(asked(ad.Tensor(x))) == repr(asked(x))
    assert program.recorded == 1


def test_what_a_row_raises_reaches_the_caller_where_there_is_nobody_to_ask():
    x = ad.Tensor(np.eye(2))
    built = ad.trace(ad.sum(np.linalg.inv(x)), inputs=[x])
    assert built([2.0 * np.eye(2)]) == 1.0
    with pytest.raises(np.linalg.LinAlgError):
        built([np.zeros((2, 2))])

    def f(x, y):
        try:
            return [x * 2.0, np.linalg.inv(y)]
        except np.linalg.LinAlgError:
            return [x * 3.0, y]

    for donated in ((), (0,)):
        program = ad.trace(f, x, ad.Tensor(np.eye(2)), donate_argnums=donated)
        program(np.ones((2, 2)), np.eye(2))
        given = np.ones((2, 2))
        if donated:  # it may be written over when a row raises
            with pytest.raises(np.linalg.LinAlgError):
                program(given, np.zeros((2, 2)))
        else:
            assert same(program(given, np.zeros((2, 2)))[0], 3.0 * np.ones((2, 2)))
