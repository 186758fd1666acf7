"""Lay points out by UMAP: neighbors hold each other, all others push apart.

The same graph and the same steps as in umap-learn, which is the reference. Here one short loop is
compiled, in half a second; what umap-learn compiles takes it many seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.neighbours import nearest_others
from core.progress import Progress
from core.project.projection import MapSettings
from core.randomness import stream

Points = NDArray[np.float32]
Pairs = NDArray[np.int32]
Curve = tuple[np.float32, np.float32, np.float32]

STAGE = "drawing the map"
_EXTENT = 10.0  # of the start, along each axis
_NOISE = 1e-4  # at the start: equal points would never part
_PUSHES = 5  # points that one is pushed away from whenever it is pulled
_SMALL = 1e-3  # a point's reach is at least this share of its mean distance to neighbors
_HALVINGS = 64  # of an interval, to find a reach

# Numbers of the loop: with others, Python's own, it would go on in float64, half as fast again.
_ONE = np.float32(1)
_SOFT = np.float32(0.001)  # keeps a push finite
_MOST = np.float32(4)  # a pull or push along one axis, before it is scaled by the step


@dataclass(frozen=True, eq=False)
class Graph:
    """E pairs of points that hold each other, each pair in both directions."""

    pairs: Pairs  # (E, 2) ascending
    weights: NDArray[np.float64]  # (E,) how sure it is that they belong together, over 0 to 1


def lay_out(
    components: NDArray[np.float32], start: Points, settings: MapSettings, progress: Progress
) -> Points:
    """Return (N, 2) places of N points, at least 2.

    They depend on these arguments alone, not on the number of threads: the steps are taken one
    after the other.

    Args:
        components: (N, C) what distances are taken in.
        start: (N, 2) where the points lie at first; the map stays near to it in shape.
        settings: Neighbors, least distance and seed.
        progress: Told of the neighbors, then of each epoch. Raising from it ends the work.

    Source:
        McInnes, Healy & Melville, UMAP (2018), arXiv:1802.03426.
    """
    count, epochs = len(components), epochs_of(len(components))
    others = min(settings.n_neighbors, count) - 1  # a point counts among its neighbors
    found = nearest_others(components, others, progress=progress)
    graph = fuzzy_graph(found.positions, found.distances)
    comes_up = graph.weights * epochs >= graph.weights.max()  # the others less than once
    pairs, period = graph.pairs[comes_up], graph.weights.max() / graph.weights[comes_up]
    places = _begun(start, settings.seed)
    curve, walk = _curve_of(settings.min_dist), _compiled_walk()
    rng = stream(settings.seed, "umap layout")
    due = period.copy()  # the epoch in which each pair comes up next
    progress(STAGE, 0, epochs)
    for epoch in range(epochs):
        now = np.flatnonzero(due <= epoch)
        due[now] += period[now]
        strangers = rng.integers(count, size=(len(now), _PUSHES), dtype=np.int32)
        walk(places, pairs[now], strangers, curve, np.float32(1 - epoch / epochs))
        progress(STAGE, epoch + 1, epochs)
    return places


def epochs_of(count: int) -> int:
    """Return how many epochs a map of `count` points takes: as many as umap-learn gives it."""
    return 500 if count <= 10_000 else 200


def spread(start: Points, seed: int) -> Points:
    """Return the start with an extent along each axis, by noise where it has none."""
    extent = np.ptp(start, axis=0)
    noise = stream(seed, "umap start").standard_normal(start.shape)
    return np.ascontiguousarray(np.where(extent > 0, start, noise * (extent.max() or 1.0)), "f4")


def fuzzy_graph(positions: NDArray[np.intp], distances: NDArray[np.float64]) -> Graph:
    """Return how sure it is that two points belong together, from the neighbors of each.

    Args:
        positions: (N, k) neighbors of each point, the nearest first, itself left out.
        distances: (N, k) to them.
    """
    from scipy.sparse import coo_array

    count, k = positions.shape
    beyond, reach = _reaches(distances)
    weights = np.exp(-np.divide(beyond, reach, out=np.zeros_like(beyond), where=reach > 0))
    heads = np.repeat(np.arange(count), k)
    one_way = coo_array((weights.ravel(), (heads, positions.ravel())), (count, count)).tocsr()
    other_way = one_way.T.tocsr()
    # They belong together if one says so or the other.
    both = (one_way + other_way - one_way.multiply(other_way)).tocsr()
    both.eliminate_zeros()
    both.sort_indices()
    both = both.tocoo()
    return Graph(np.stack([both.row, both.col], axis=1).astype(np.int32), both.data)


def _reaches(distances: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N, k) how much farther than the nearest each neighbor is, and (N, 1) the reaches.

    With exp(-farther / reach) for its weight, a point has log2(k + 1) neighbors.
    """
    k = distances.shape[1]
    is_apart = distances > 0  # copies do not say how far the nearest is
    nearest = np.where(is_apart, distances, np.inf).min(axis=1, keepdims=True)
    nearest[~is_apart.any(axis=1)] = 0
    beyond = np.maximum(distances - nearest, 0)
    low, high = np.zeros_like(nearest), np.full_like(nearest, np.inf)
    reach = np.ones_like(nearest)
    for _ in range(_HALVINGS):
        is_far = np.exp(-beyond / reach).sum(axis=1, keepdims=True) > np.log2(k + 1)
        low, high = np.where(is_far, low, reach), np.where(is_far, reach, high)
        reach = np.where(np.isinf(high), 2 * reach, (low + high) / 2)
    own = distances.sum(axis=1, keepdims=True) / (k + 1)
    return beyond, np.maximum(reach, _SMALL * np.where(nearest > 0, own, own.mean()))


def _curve_of(min_dist: float) -> Curve:
    """Return a, b and 2 b: two points at distance d on the map are together by 1 / (1 + a d^2b).

    That is near to 1 up to the least distance, and falls from there as exp(-d).
    """
    from scipy.optimize import curve_fit

    apart = np.linspace(0, 3, 300)
    wanted = np.exp(-np.maximum(apart - min_dist, 0))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), apart, wanted)
    return np.float32(a), np.float32(b), np.float32(2 * b)


@cache
def _compiled_walk() -> Callable[..., None]:
    """Return the loop as machine code; other threads go on while it runs."""
    from numba import njit

    walk: Callable[..., None] = njit(nogil=True)(_walk)
    return walk


def _begun(start: Points, seed: int) -> Points:
    """Return where the points begin: the start, brought to one extent along each axis."""
    places = spread(start, seed)
    places = (places - places.min(axis=0)) * (_EXTENT / np.ptp(places, axis=0))
    noise = stream(seed, "umap noise").normal(scale=_NOISE, size=places.shape)
    return np.ascontiguousarray(places + noise, np.float32)


def _walk(places: Points, pairs: Pairs, strangers: Pairs, curve: Curve, step: np.float32) -> None:
    """Move `places`: pull each pair together, and push its first point away from strangers.

    Each step sees what the steps before it have moved.

    Args:
        places: (N, 2), changed in place.
        pairs: (P, 2) points, in the order in which they are pulled.
        strangers: (P, S) points that the first of each pair is pushed away from.
        curve: a, b and 2 b of `_curve_of`.
        step: How far a pull or push goes, of 1.
    """
    a, b, twice_b = curve
    for place in range(len(pairs)):
        i, j = pairs[place]
        x, y = places[i]
        dx, dy = x - places[j, 0], y - places[j, 1]
        square = dx * dx + dy * dy
        if square > 0:
            power = a * square**b
            pull = -twice_b * power / (square * (_ONE + power))
            dx = step * min(max(pull * dx, -_MOST), _MOST)
            dy = step * min(max(pull * dy, -_MOST), _MOST)
            x, y = x + dx, y + dy
            places[j, 0] -= dx
            places[j, 1] -= dy
        for k in strangers[place]:
            dx, dy = x - places[k, 0], y - places[k, 1]
            square = dx * dx + dy * dy
            if k != i and square > 0:
                push = twice_b / ((_SOFT + square) * (_ONE + a * square**b))
                x += step * min(max(push * dx, -_MOST), _MOST)
                y += step * min(max(push * dy, -_MOST), _MOST)
        places[i, 0], places[i, 1] = x, y
