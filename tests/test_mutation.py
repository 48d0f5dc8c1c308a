"""A value changed after recording: the gradient stays exact, or the change is refused."""

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine


def test_assigning_data_of_a_leaf_leaves_the_graph_exact() -> None:
    x = ad.Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0
    assert (x * x).data == 10000.0
    t = ad.Tensor([3.0])
    u = (t * t).sum()
    t.data = np.array([100.0])
    u.backward()
    assert t.grad.tolist() == [6.0]


def test_stepping_in_place_leaves_the_graph_exact() -> None:
    t = ad.Tensor([3.0, 4.0])
    y = (t * t).sum()
    y.backward()
    t.data -= 0.5 * t.grad
    assert t.data.tolist() == [0.0, 0.0]
    t.zero_grad()
    y.backward()
    assert t.grad.tolist() == [6.0, 8.0]


def test_differentiating_again_after_a_change_is_refused() -> None:
    for x in (ad.Value(3.0), ad.Tensor(3.0)):
        y = x * x
        x.data = 4.0
        with pytest.raises(RuntimeError, match="new data"):
            ad.gradient(y, x, create_graph=True)


def test_assigning_data_of_a_computed_node_is_refused() -> None:
    for x in (ad.Value(3.0), ad.Tensor(3.0)):
        with pytest.raises(ValueError, match=r"computed by mul; .*detach"):
            (x * x).data = 1.0


def test_the_source_array_is_copied() -> None:
    source = np.array([3.0, 4.0])
    for t in (ad.Tensor(source), ad.constant(source)):
        y = t * ad.Tensor([1.0, 1.0])
        source[:] = 0.0
        assert t.data.tolist() == [3.0, 4.0]
        source[:] = [3.0, 4.0]
        assert y.data.tolist() == [3.0, 4.0]


def test_an_array_captured_by_an_operator_is_copied() -> None:
    t = ad.Tensor([1.0, 1.0])
    for captured in (np.array([3.0, 4.0]), np.array([3.0, 4.0])[::1]):
        for y in (t * captured, captured * t, ad.where(t.data > 0, t * captured, 0.0)):
            before = ad.gradient(y.sum(), t).tolist()
            captured[:] = 0.0
            assert ad.gradient(y.sum(), t).tolist() == before == [3.0, 4.0]
            captured[:] = [3.0, 4.0]


@pytest.mark.parametrize("of", ["leaf", "computed", "constant", "grad", "captured"])
def test_arrays_handed_out_are_read_only(of: str) -> None:
    t = ad.Tensor([1.0, 2.0])
    y = (t * t).sum()
    y.backward()
    array = {
        "leaf": t.data, "computed": (t * t).data, "constant": ad.constant([1.0]).data,
        "grad": t.grad, "captured": (t * np.array([1.0, 2.0])).parents[1].data,
    }[of]  # fmt: skip
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        array[:1] += 7.0
    with pytest.raises(ValueError, match="read-only"):
        np.add(array, 1.0, out=array)
    with pytest.raises(ValueError, match="read-only"):
        array.sort()
    with pytest.raises(ValueError, match=r"WRITEABLE|writeable"):
        array.flags.writeable = True


def test_views_taken_before_recording_cannot_write() -> None:
    t = ad.Tensor([[1.0, 2.0], [3.0, 4.0]])
    views = [t.data, t.data[0], t.data.T, t.data.reshape(-1), t.data.ravel(), np.asarray(t.data)]
    y = (t * t).sum()
    for view in views:
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0.0
    y.backward()
    assert t.grad.tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_a_constant_taken_over_without_a_copy_is_locked() -> None:
    array = np.array([3.0, 4.0])
    c = ad.constant(array, copy=False)
    y = (ad.Tensor([1.0, 1.0]) * c).sum()
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0.0
    assert y.data == 7.0


def test_the_seed_and_the_gradient_are_copies() -> None:
    t = ad.Tensor([1.0, 2.0])
    y = t * t
    seed = np.array([1.0, 1.0])
    y.backward(seed)
    seed[:] = 100.0
    assert y.grad.tolist() == [1.0, 1.0]
    assert t.grad.tolist() == [2.0, 4.0]
    g = ad.gradient(y, t, seed=np.array([1.0, 1.0]))
    g[:] = 0.0
    assert t.grad.tolist() == [2.0, 4.0]
    u = ad.Tensor([1.0, 2.0])
    z = u + 0.0
    seed = np.array([1.0, 1.0])
    z.backward(seed)
    seed[:] = 100.0
    assert u.grad.tolist() == [1.0, 1.0]
    g = ad.gradient(z, (u, u), seed=seed)
    g[0][:] = 7.0
    assert g[1].tolist() == [100.0, 100.0]
    assert seed.tolist() == [100.0, 100.0]


def test_setting_a_gradient_copies_it() -> None:
    t = ad.Tensor([1.0, 2.0])
    source = np.array([5.0, 6.0])
    t.grad = source
    source[:] = 0.0
    assert t.grad.tolist() == [5.0, 6.0]


def test_changing_the_shape_is_refused() -> None:
    t = ad.Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="shape"):
        t.data = [1.0, 2.0, 3.0]


def test_mutable_index_is_copied() -> None:
    t = ad.Tensor([1.0, 2.0, 3.0])
    for index in ([0, 1], np.array([0, 1])):
        y = t[index].sum()
        index[0] = 2
        assert ad.gradient(y, t).tolist() == [1.0, 1.0, 0.0]


def test_a_graph_holds_what_it_saw() -> None:
    x = ad.Tensor([1.0, 2.0], name="x")
    graph = ad.Graph((x * x).sum())
    x.data = [5.0, 6.0]
    assert np.asarray(graph[graph.ids[x]].value).tolist() == [1.0, 2.0]


def test_writing_into_the_array_of_a_node_says_what_to_do_instead() -> None:
    w = ad.Tensor([1.0, 2.0])
    for array in (w.data, w.grad, (w * 2.0).data):
        with pytest.raises(ValueError, match=r"read-only.*assign a whole one"):
            array[0] = 3.0
    for own in (np.array(w.data), np.array(w.data, subok=True)):
        own[0] = 3.0
    assert w.data.tolist() == [1.0, 2.0]
