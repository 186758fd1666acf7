"""Lay images out in the plane: choose those that the map is fitted on, and fit it.

Axes and components are taken in one thread: with another number of threads their last digits are
others, and from these a UMAP goes another way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import principal_axes, unit_rows
from core.dataset import Labelled, Rows
from core.embed import Embeddings
from core.errors import SettingError
from core.progress import Progress, silent
from core.project.implementations import find_implementation
from core.project.placing import Ground, place_vectors
from core.project.projection import (
    DEFAULT_SETTINGS,
    MAP_LIMIT,
    MapSettings,
    Points,
    Projection,
    faithfulness,
    sampled,
)
from core.randomness import stream
from core.threads import one_blas_thread

METHODS = ("pca", "umap")
UMAP_INPUT = 50  # principal components that UMAP works on
_UMAP_LEAST = 10  # below this many points a neighbourhood graph says nothing


@dataclass(frozen=True, eq=False)
class Fit:
    """What a map is fitted on, and where that begins."""

    rows: Rows | None = None  # ascending, such as `map_rows` gives; None: a sample of all
    start: Points | None = None  # (M, 2) of all rows, for a UMAP; None: the PCA


DEFAULT_FIT = Fit()


def project(
    embeddings: Embeddings,
    rows: Rows,
    *,
    method: str = "pca",
    settings: MapSettings = DEFAULT_SETTINGS,
    fit: Fit = DEFAULT_FIT,
    progress: Progress = silent,
) -> Projection:
    """Lay `rows` out in the plane.

    The map is fitted on `fit.rows`. Of the others, PCA takes the components, which is exact;
    on a UMAP they are placed among their nearest neighbours that were fitted.

    Args:
        embeddings: Their vectors; of those that are not fitted, a block at a time is read.
        rows: Rows to draw, ascending, each with a vector.
        method: 'pca' (at once) or 'umap' (seconds). Fewer than
            10 points, or points that are all the same, are drawn by 'pca', and the result says so.
        settings: Neighbours, distances, seed, and how many points are fitted at most.
        fit: Some of `rows` to fit on, at most `settings.limit` drawn from all unless given; and
            where a UMAP begins, such as the map that is on the page.
        progress: Told of each epoch of a UMAP. Raising from it ends the work.

    Raises:
        SettingError: an unknown method, or an unknown implementation of UMAP.
    """
    if method not in METHODS:
        raise SettingError(f"There is no map '{method}'. Use 'pca' or 'umap'.")
    find_implementation(settings.implementation)
    fit_rows = fit.rows
    if fit_rows is None:
        fit_rows = any_rows(rows, limit=settings.limit, seed=settings.seed)
    fitted = np.searchsorted(rows, fit_rows)  # places in `rows`
    if not np.array_equal(rows[np.minimum(fitted, len(rows) - 1)], fit_rows):
        raise ValueError("A row to fit the map on is not among the rows to draw.")
    points = None
    if method == "umap":
        begin = None if fit.start is None else fit.start[fitted]
        points = _umap(embeddings, rows, fit_rows, begin, settings, progress)
    if points is None:
        method, points = "pca", _pca(embeddings, rows, fit_rows, settings)
    progress("measuring the map", 0, 1)
    trust = _faithfulness(embeddings, rows, points, method, settings)
    progress("measuring the map", 1, 1)
    return Projection(rows, points, method, *trust, fit_rows, settings)


def _faithfulness(
    embeddings: Embeddings, rows: Rows, points: Points, method: str, settings: MapSettings
) -> tuple[float, float]:
    """Return trustworthiness and continuity, measured on a sample."""
    chosen = sampled(len(rows), settings.seed)
    vectors = embeddings.vectors[embeddings.positions_of(rows[chosen])]
    if method == "umap" and settings.metric == "cosine":
        vectors = unit_rows(vectors)
    return faithfulness(vectors, points[chosen])


def _pca(embeddings: Embeddings, rows: Rows, fit_rows: Rows, settings: MapSettings) -> Points:
    fitted = embeddings.vectors[embeddings.positions_of(fit_rows)]
    # As many axes as a UMAP starts from: a randomised solver finds others when asked for fewer.
    with one_blas_thread():
        axes = principal_axes(fitted, UMAP_INPUT, settings.seed)
        components = axes.components_of(embeddings.vectors, embeddings.positions_of(rows))
    return np.ascontiguousarray(components[:, :2])


def _umap(
    embeddings: Embeddings,
    rows: Rows,
    fit_rows: Rows,
    start: Points | None,
    settings: MapSettings,
    progress: Progress,
) -> Points | None:
    """Return (M, 2) points, or None where there is too little for a UMAP."""

    def vectors_of(some: Rows) -> Points:
        vectors = embeddings.vectors[embeddings.positions_of(some)]
        # The order of distances between vectors of length 1 is that of their cosines.
        return unit_rows(vectors) if settings.metric == "cosine" else vectors

    vectors = vectors_of(fit_rows)
    with one_blas_thread():
        axes = principal_axes(vectors, UMAP_INPUT, settings.seed)
        components = axes.components_of(vectors)
    if len(fit_rows) < _UMAP_LEAST or not np.ptp(components[:, :2], axis=0).any():
        return None
    begin = components[:, :2] if start is None else start
    implementation = find_implementation(settings.implementation)
    fitted = implementation.lay_out(components, begin, settings, progress)
    others = np.setdiff1d(rows, fit_rows)
    if len(others) == 0:
        return fitted
    points = np.empty((len(rows), 2), np.float32)
    points[np.searchsorted(rows, fit_rows)] = fitted

    def components_of(block: slice) -> Points:
        with one_blas_thread():
            return axes.components_of(vectors_of(others[block]))

    # In the components, all that UMAP saw of the others too: as good, and four times as fast.
    points[np.searchsorted(rows, others)] = place_vectors(
        components_of,
        len(others),
        Ground(components, np.arange(len(components)), fitted),
        stage="placing images",
        progress=progress,
    )
    return points


def map_rows(
    dataset: Labelled, embeddings: Embeddings, *, limit: int = MAP_LIMIT, seed: int = 0
) -> Rows:
    """Return the training rows to fit on: all, or a sample that thins the largest classes only."""
    rows = np.intersect1d(dataset.training_rows, embeddings.rows)
    if len(rows) <= limit:
        return rows
    codes = dataset.codes[rows]
    cap = _cap(np.bincount(codes), limit)
    kept = []
    for code in np.unique(codes):
        members = rows[codes == code]
        if len(members) > cap:
            members = stream(seed, "map", dataset.classes[code]).permutation(members)[:cap]
        kept.append(members)
    return np.sort(np.concatenate(kept))


def any_rows(rows: Rows, *, limit: int, seed: int) -> Rows:
    """Return at most `limit` of `rows`, ascending, drawn without knowing their labels."""
    if len(rows) <= limit:
        return rows
    return np.sort(stream(seed, "map").choice(rows, limit, replace=False))


def _cap(counts: NDArray[np.intp], limit: int) -> int:
    """Return the largest count per class with which all classes together hold `limit`."""
    low, high = 1, int(counts.max())
    while low < high:
        middle = (low + high + 1) // 2
        if np.minimum(counts, middle).sum() <= limit:
            low = middle
        else:
            high = middle - 1
    return low
