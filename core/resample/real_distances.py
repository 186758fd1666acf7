"""How far synthetic points lie from real images of their class and of others."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.embed import Embeddings
from core.neighbours import DEFAULT_OPTIONS, SearchOptions, nearest
from core.progress import Progress
from core.resample.synthetic import (
    LINEAR,
    SPHERICAL,
    PointsBetween,
    SyntheticPoints,
    rows_of_parents,
)

# Both parents may be nearest; the third image is the first that says something of its own.
_LOOKED_AT = 3
# Where a segment is looked at, beside the point itself.
_PLACES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class RealImages:
    """The images that points are compared with."""

    embeddings: Embeddings
    rows: Rows  # (N,) ascending, with a vector
    codes: NDArray[np.intp]  # (N,)
    options: SearchOptions = DEFAULT_OPTIONS


@dataclass(frozen=True, eq=False)
class RealDistances:
    """(S,) from each point to its nearest image of a kind; infinite where there is none."""

    own: NDArray[np.float64]  # of its class
    other: NDArray[np.float64]  # of any other
    # With its parents left out. Where a class has no image but the parents, they count.
    own_but_parents: NDArray[np.float64]
    other_but_parents: NDArray[np.float64]


def measure_distances(
    real: RealImages, points: SyntheticPoints, stage: str, progress: Progress
) -> RealDistances:
    """Return the distances; the points' vectors are made block by block.

    Args:
        real: What to compare with.
        points: S points.
        stage: For `progress`, which is told of points.
        progress: Told of points done.
    """
    found = np.full((4, len(points)), np.inf)
    length = max(1, real.options.memory_bytes // (16 * real.embeddings.dimension))
    done = 0
    for code in np.unique(points.codes):
        places = np.flatnonzero(points.codes == code)
        own = points.only(points.codes == code)
        is_own = real.codes == code
        for start in range(0, len(places), length):
            progress(stage, done, len(points))
            block = slice(start, start + length)
            vectors = own.materialize(real.embeddings, block)
            parents = rows_of_parents(own)[block]
            at = places[block]
            found[0, at], found[2, at] = _to_nearest(real, real.rows[is_own], vectors, parents)
            found[1, at], found[3, at] = _to_nearest(real, real.rows[~is_own], vectors, parents)
            done += len(vectors)
    progress(stage, len(points), len(points))
    return RealDistances(*found)


def margins_of(around: RealDistances) -> NDArray[np.float64]:
    """Return (S,) how many times farther the other classes are than the own."""
    margins = np.full(len(around.own), np.inf)
    np.divide(around.other, around.own, out=margins, where=around.own > 0)
    margins[(around.own == 0) & (around.other == 0)] = 1
    return margins


def crosses_others(
    real: RealImages, points: SyntheticPoints, progress: Progress
) -> NDArray[np.bool_]:
    """Return (S,) whether the way between a point's parents crosses another class."""
    if points.parents is None:
        return np.zeros(len(points), np.bool_)
    # Many points share a segment. The places are listed one fraction after the other.
    ends = np.column_stack([points.codes, np.sort(points.parents, axis=1)])
    segments, back = np.unique(ends, axis=0, return_inverse=True)
    places = PointsBetween(
        np.tile(segments[:, 1:], (len(_PLACES), 1)),
        np.repeat(np.array(_PLACES, np.float32), len(segments)),
        np.tile(segments[:, 0], len(_PLACES)),
        LINEAR if points.is_straight else SPHERICAL,
    )
    between = measure_distances(real, places, "walking along segments", progress)
    crossed = (between.other_but_parents < between.own_but_parents).reshape(len(_PLACES), -1)
    return np.asarray(np.logical_or.reduce(crossed)[back.ravel()], bool)


def _to_nearest(
    real: RealImages, rows: Rows, vectors: NDArray[np.float32], parents: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (B,) the distance to the nearest of `rows`, and to the nearest that is no parent."""
    if len(rows) == 0:
        nothing = np.full(len(vectors), np.inf)
        return nothing, nothing
    near = nearest(
        real.embeddings.vectors,
        _LOOKED_AT,
        vectors,
        rows=real.embeddings.positions_of(rows),
        options=replace(real.options, memory_bytes=real.options.memory_bytes // 2),
    )
    is_parent = (rows[near.positions][:, :, None] == parents[:, None, :]).any(axis=2)
    others = np.where(is_parent, np.inf, near.distances).min(axis=1)
    first = near.distances[:, 0]
    return first, np.where(np.isinf(others), first, others)
