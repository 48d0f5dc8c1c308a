"""Second derivatives explained: the matrix, its picture, and each number's derivation and paths."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autodiff as ad

VALUES = [1.3, -0.4, 0.7]


def made():
    w, x, b = (ad.Value(v, name=name) for v, name in zip(VALUES, "wxb", strict=True))
    y = ad.sigmoid(w * x + b) * w + ad.sin(b) * x
    y.name = "y"
    return y, (w, x, b)


def test_the_matrix_is_that_of_hessian():
    y, leaves = made()

    def f(v):
        return ad.sigmoid(v[0] * v[1] + v[2]) * v[0] + ad.sin(v[2]) * v[1]

    found = ad.curvature(y)
    assert found.labels == ("w", "x", "b")
    np.testing.assert_allclose(found.matrix, ad.hessian(f)(np.array(VALUES)), rtol=1e-13)
    some = ad.curvature(y, [leaves[2], leaves[0]])
    np.testing.assert_array_equal(some.matrix, found.matrix[[2, 0]][:, [2, 0]])


def test_each_number_is_derived_and_is_the_sum_of_its_paths():
    y, leaves = made()
    found = ad.curvature(y)
    for i, a in enumerate(leaves):
        for j, b in enumerate(leaves):
            expected = found.matrix[i, j]
            derivation, paths = found.derive(a, b), found.explain(a, b)
            assert derivation.result == pytest.approx(expected, rel=1e-12)
            assert math.fsum(p.product for p in paths.paths) == pytest.approx(expected, rel=1e-12)
            assert f"y_{found.labels[i]}" in str(derivation)


def test_the_picture_holds_every_number_in_its_square():
    y, _ = made()
    y.name = '<b>&"y"'
    found = ad.curvature(y)
    root = ET.fromstring(found.svg())
    space = "{http://www.w3.org/2000/svg}"
    words = [t.text for t in root.iter(f"{space}text")]
    assert words[:6] == ["w", "w", "x", "x", "b", "b"]
    assert words[6:] == [f"{v:.6g}" for v in found.matrix.ravel()]
    assert '<b>&"y"' in root.find(f"{space}title").text
    depths = [float(r.get("fill-opacity", 0)) for r in root.iter(f"{space}rect")][1:]
    assert depths.index(max(depths)) == np.abs(found.matrix).argmax()
    assert found._repr_svg_() == found.svg()
    rows = str(found).splitlines()
    assert len(rows) == 4
    assert len({len(row) for row in rows}) == 1


def test_second_derivatives_that_are_no_numbers_are_shown_without_a_colour():
    x = ad.Value(0.0, name="x")
    found = ad.curvature(ad.sqrt(x) * 1.0)
    assert not np.isfinite(found.matrix).all()
    ET.fromstring(found.svg())


def test_what_curvature_refuses():
    y, (w, x, _) = made()
    with pytest.raises(TypeError, match="hessian gives the matrix"):
        ad.curvature(ad.Tensor([1.0]).sum())
    with pytest.raises(ValueError, match="y depends on"):
        ad.curvature(y, [w, ad.Value(1.0)])
    with pytest.raises(ValueError, match="1 to 40 numbers, found 41"):
        ad.curvature(sum(ad.Value(1.0) for _ in range(41)))
    with pytest.raises(ValueError, match="is none of w"):
        ad.curvature(y, [w]).derive(w, x)
    z = ad.Value(1.0, name="z")
    with pytest.raises(ValueError, match="does not depend"):
        ad.curvature(w * 2.0 + z * z).derive(z, w)
