"""Place points on a map that is finished, among their nearest neighbours on it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import Embeddings
from core.neighbours import SearchOptions, nearest
from core.progress import Progress, silent
from core.project.projection import AMONG_NEIGHBOURS, Placement, Points, Projection
from core.resample import SyntheticPoints

# benchmarks/placing.py: as near to a joint fit as 15 neighbours with UMAP's own weights, which
# smear small classes over their surroundings.
NEIGHBOURS = 5
_HEAP = 15  # a heap on the map reaches as far as its middle has so many neighbours there
_BLOCK = 4_096

Vectors = NDArray[np.float32]


def lies_between_parents(projection: Projection, synthetic: SyntheticPoints) -> bool:
    """Return whether points are placed between their parents on this map.

    That is their place on a PCA, or near it for points on an arc. On a UMAP nothing need lie
    between two images, and points without parents are among their nearest images on every map.
    """
    return projection.method == "pca" and synthetic.parents is not None


def place_on(
    projection: Projection,
    embeddings: Embeddings,
    synthetic: SyntheticPoints,
    *,
    progress: Progress = silent,
) -> Placement:
    """Place synthetic points in the way that is right for the map."""
    if lies_between_parents(projection, synthetic):
        return projection.place(synthetic)
    return place_among_neighbours(projection, embeddings, synthetic, progress=progress)


def place_among_neighbours(
    projection: Projection,
    embeddings: Embeddings,
    synthetic: SyntheticPoints,
    *,
    k: int = NEIGHBOURS,
    progress: Progress = silent,
) -> Placement:
    """Place each synthetic point among the fitted images that are nearest to its vector.

    A point whose parents are not on the map gets a place as well. On a PCA, `projection.place`
    is at once, and exact for points on a line between their parents; `place_on` chooses.

    Args:
        projection: The map; it stays as it is.
        embeddings: Vectors of the images.
        synthetic: What to place; vectors are made a block at a time.
        k: Neighbours that a point is placed among.
        progress: Told after each block.
    """
    points = place_vectors(
        lambda block: synthetic.materialize(embeddings, block),
        len(synthetic),
        Ground(
            embeddings.vectors,
            embeddings.positions_of(projection.fit_rows),
            projection.fitted_points,
            projection.settings.metric,
        ),
        k=k,
        stage="placing synthetic points",
        progress=progress,
    )
    return Placement(points, np.arange(len(synthetic)), is_exact=False, way=AMONG_NEIGHBOURS)


@dataclass(frozen=True, eq=False)
class Ground:
    """Images that lie on a map, among which others are placed."""

    vectors: Vectors  # of all images
    positions: NDArray[np.intp]  # (M,) which of them are on the map, M > 0
    points: Points  # (M, 2) where they lie on it
    metric: str = "euclidean"  # or 'cosine'


def place_vectors(
    block_of: Callable[[slice], Vectors],
    count: int,
    ground: Ground,
    *,
    k: int = NEIGHBOURS,
    stage: str,
    progress: Progress,
) -> Points:
    """Return (count, 2) places of vectors that come block by block.

    A point lies at the mean of its neighbours on the map, weighed by the inverse squares of their
    distances. Where they lie in several heaps, only the heaviest heap counts: between heaps
    lies nothing.

    Args:
        block_of: Returns the vectors of a span.
        count: How many there are.
        ground: What they are placed among.
        k: Neighbours; at most M.
        stage: For `progress`.
        progress: Told after each block.

    Source:
        Shepard, ACM National Conference 1968, doi:10.1145/800186.810616.
    """
    points, k = ground.points, min(k, len(ground.positions))
    options = SearchOptions(ground.metric)
    reach = _reach(points)
    placed = np.empty((count, 2), np.float32)
    progress(stage, 0, count)
    for start in range(0, count, _BLOCK):
        span = slice(start, min(start + _BLOCK, count))
        vectors = block_of(span)
        found = nearest(ground.vectors, k, vectors, rows=ground.positions, options=options)
        distances = found.distances
        if ground.metric == "cosine":
            distances = np.sqrt(2 * distances)  # as between vectors of length 1
        places = points[found.positions].astype(np.float64)
        weights = _weights(distances)
        weights = weights * _in_heaviest_heap(places, weights, reach[found.positions])
        weights /= weights.sum(axis=1, keepdims=True)
        placed[span] = np.einsum("qk,qkd->qd", weights, places)
        progress(stage, span.stop, count)
    return placed


def _weights(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (Q, k) weights: 1 for the nearest, and less by the square of the distance.

    A point that lies on images takes their place alone.
    """
    closest = distances[:, :1]
    shares = np.divide(closest, distances, out=np.ones_like(distances), where=distances > 0)
    return np.asarray(shares**2)


def _in_heaviest_heap(
    places: NDArray[np.float64], weights: NDArray[np.float64], reach: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return (Q, k) whether a neighbour is within reach of the one with most weight in reach."""
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    is_near = apart <= reach[:, :, None]
    # Of equal heaps that of the nearest neighbour: it stands first.
    middle = np.einsum("qij,qj->qi", is_near, weights).argmax(axis=1)
    return np.asarray(is_near[np.arange(len(places)), middle])


def _reach(points: Points) -> NDArray[np.float64]:
    """Return (M,) how far the heap round each point of the map reaches."""
    # In the plane a tree is 17 times as fast as a search in blocks (20,000 points: 0.3 s). A point
    # finds itself, or a copy at the same distance, so one more is asked for; only how far counts.
    from scipy.spatial import KDTree

    distances, _ = KDTree(points).query(points, k=[min(_HEAP + 1, len(points))])
    return np.asarray(distances[:, 0])
