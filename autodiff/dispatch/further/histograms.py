"""Histograms on nodes: a count is a constant, a sum of weights and an edge between samples are not."""

from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.further.grids import linspace
from autodiff.dispatch.moves import as_type
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import FLAG, Operand, one_of, real, whole
from autodiff.table.recipes.matrices import Moderate

SAMPLES = Moderate(shape=lambda d: (max(d.size, 3),))
WEIGHTS = Operand(above=0.0, shape=lambda d: (len(d.first),))
BINS = real(3, np.array([-2.0, 0.0, 0.5, 3.0]), 10)
RANGE = one_of(None, (-1.0, 2.0))


@stands_for(
    np.bincount, signature="(x, weights=None, minlength=0)", x=one_of(np.array([0, 2, 2, 1])),
    weights=Operand(shape=lambda d: (4,)), minlength=whole(0, 5),
)  # fmt: skip
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """Return how often each whole number stands in x, or the sums of its weights."""
    places = np.asarray(array_of(x) if hasattr(x, "data") else x)
    if weights is None:
        return np.bincount(places, minlength=minlength)
    w = as_type(tensor(weights), float)
    n = len(np.bincount(places, np.zeros(w.shape), minlength))
    return ops.scatter(w, index=places.astype(np.intp), shape=(n,))


def edges_of(x: Any, bins: Any, bounds: Any, plain: Any) -> Any:
    """Return the edges as a node: they move with the samples where numpy finds the range itself."""
    fixed = not isinstance(bins, int | np.integer | str)
    if fixed and np.ndim(plain) == 1:
        return as_type(tensor(bins), plain.dtype)
    if not x.size or fixed or bounds is not None:
        return constant(plain)
    low, high = ops.ends(x)
    if array_of(low) == array_of(high):
        return constant(plain)
    return as_type(linspace(low, high, len(plain)), plain.dtype)


def places_in(x: Any, edges: Any) -> Any:
    """Return the number of the bin of each sample, -1 outside; the last bin has both its edges."""
    place = np.searchsorted(edges, x, side="right") - 1
    place[x == edges[-1]] = len(edges) - 2
    return np.where((place >= 0) & (place < len(edges) - 1), place, -1)


def sums(places: list[Any], sizes: list[int], weights: Any) -> Any:
    """Return the sums of the weights in each cell, or how many samples are in it."""
    inside = np.flatnonzero(np.all([p >= 0 for p in places], axis=0))
    index = tuple(p[inside] for p in places)
    if weights is None:
        counts = np.zeros(sizes)
        np.add.at(counts, index, 1.0)
        return constant(counts)
    return ops.scatter(as_type(tensor(weights), float)[inside], index=index, shape=tuple(sizes))


@stands_for(np.histogram_bin_edges, a=SAMPLES, bins=BINS, range=RANGE, weights=WEIGHTS)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Return the edges of a histogram's bins."""
    x = tensor(a)
    fixed = array_of(bins) if np.ndim(bins) else bins
    w = None if weights is None else array_of(weights)
    plain = np.histogram_bin_edges(array_of(x), fixed, range, w)
    return edges_of(x, bins, range, plain)


@stands_for(np.histogram, a=SAMPLES, bins=BINS, range=RANGE, density=FLAG, weights=WEIGHTS)
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """Return the counts in each bin, or the sums of the weights, and the edges."""
    x = tensor(a).reshape(-1)
    fixed = array_of(bins) if np.ndim(bins) else bins
    w = None if weights is None else array_of(weights).reshape(-1)
    plain, numbers = np.histogram(array_of(x), fixed, range, density, w)
    edges = edges_of(x, bins, range, numbers)
    if not density and weights is None:
        return plain, edges
    w = None if weights is None else tensor(weights).reshape(-1)
    found = sums([places_in(array_of(x), numbers)], [len(plain)], w)
    found = found if not density else found / ops.diff(edges, axis=0) / found.sum()
    # numpy subtracts running sums of weights where bins differ in width: NaN after the first infinity
    found = found + np.where(np.isnan(plain) & ~np.isnan(array_of(found)), np.nan, 0.0)
    return as_type(found, plain.dtype), edges


@stands_for(
    np.histogramdd, sample=Moderate(shape=lambda d: (max(d.size, 3), 2)), bins=one_of(3, (2, 3)),
    range=one_of(None, [(0.0, 1.0), (-1.0, 2.0)]), density=FLAG, weights=WEIGHTS,
)  # fmt: skip
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """Return the counts in each cell of a grid, or the sums of the weights, and the edges."""
    listed = isinstance(sample, list | tuple)
    xs = tensor(np.stack([tensor(s) for s in sample], 1)) if listed else tensor(sample)
    xs = xs.reshape(-1, 1) if xs.ndim == 1 else xs
    d = xs.shape[1]
    w = None if weights is None else array_of(weights)
    plain, numbers = np.histogramdd(array_of(xs), bins, range, density, w)
    each = list(bins) if np.ndim(bins) or isinstance(bins, list | tuple) else [bins] * d
    bounds = [None] * d if range is None else list(range)
    columns = [xs[:, k] for k in np.arange(d).tolist()]
    edges = [edges_of(*parts) for parts in zip(columns, each, bounds, numbers, strict=True)]
    places = [places_in(array_of(x), e) for x, e in zip(columns, numbers, strict=True)]
    found = sums(places, list(plain.shape), weights)
    if density:
        found = found / found.sum()
        for k, e in enumerate(edges):
            found = found / ops.diff(e, axis=0).reshape(-1, *(1,) * (d - 1 - k))
    return found, tuple(edges)


@stands_for(
    np.histogram2d, x=SAMPLES, y=Moderate(shape=lambda d: d.first.shape), bins=one_of(3, (2, 3)),
    range=one_of(None, [(0.0, 1.0), (-1.0, 2.0)]), density=FLAG, weights=WEIGHTS,
)  # fmt: skip
def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """Return the counts in each cell of a grid in the plane, or the sums of the weights, and the edges."""
    if np.ndim(bins) == 1 and len(bins) not in (1, 2):
        bins = [bins, bins]
    found, edges = histogramdd([x, y], bins, range, density, weights)
    return found, *edges
