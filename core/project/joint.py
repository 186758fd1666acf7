"""Fit real and synthetic points together, to compare with a map where nothing moves."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.axes import principal_axes, unit_rows
from core.embed import Embeddings
from core.errors import SettingError
from core.progress import Progress, silent
from core.project.implementations import find_implementation
from core.project.placing import place_among_neighbours
from core.project.project import UMAP_INPUT
from core.project.projection import (
    FITTED_TOGETHER,
    Placement,
    Points,
    Projection,
    faithfulness,
    sampled,
)
from core.resample import SyntheticPoints
from core.threads import one_blas_thread


@dataclass(frozen=True, eq=False)
class JointFit:
    """A UMAP of real and synthetic points, turned to lie on the map of the real ones."""

    projection: Projection  # the fitted images, where this fit has them
    placement: Placement


def joint_fit(
    projection: Projection,
    embeddings: Embeddings,
    synthetic: SyntheticPoints,
    *,
    progress: Progress = silent,
) -> JointFit:
    """Fit a UMAP of the images that the map was fitted on and the synthetic points together.

    It starts from the map, and is turned, scaled and shifted as a whole to lie on it.

    Args:
        projection: A UMAP; it stays as it is.
        embeddings: Vectors of the images.
        synthetic: Points whose parents are on the map, or without parents; those of other parents
            have no place.
        progress: Told of each epoch.

    Raises:
        SettingError: the map is a PCA, or there are more points than a UMAP is fitted on.
    """
    settings = projection.settings
    first = projection.place(synthetic)
    if synthetic.parents is None:
        first = place_among_neighbours(projection, embeddings, synthetic)
    rows, model = projection.fit_rows, projection.fitted_points
    _refuse(projection, len(rows) + len(first.indices))
    is_on_map = np.zeros(len(synthetic), bool)
    is_on_map[first.indices] = True
    real = embeddings.vectors[embeddings.positions_of(rows)]
    vectors = np.vstack([real, synthetic.only(is_on_map).materialize(embeddings)])
    if settings.metric == "cosine":
        vectors = unit_rows(vectors)
    with one_blas_thread():
        components = principal_axes(vectors, UMAP_INPUT, settings.seed).components_of(vectors)
    start = np.vstack([model, first.points])
    lay_out = find_implementation(settings.implementation).lay_out
    points = _laid_on(lay_out(components, start, settings, progress), model)
    fitted = points[: len(real)]
    chosen = sampled(len(real), settings.seed)
    trustworthiness, continuity = faithfulness(vectors[: len(real)][chosen], fitted[chosen])
    joint = replace(
        projection,
        rows=rows,
        points=fitted,
        trustworthiness=trustworthiness,
        continuity=continuity,
    )
    way = FITTED_TOGETHER
    return JointFit(joint, Placement(points[len(real) :], first.indices, is_exact=False, way=way))


def _refuse(projection: Projection, count: int) -> None:
    """Raise where so many points cannot be fitted together on a map."""
    if projection.method != "umap":
        raise SettingError(
            "The map is a PCA, so synthetic points are already at their exact positions."
        )
    if count > projection.settings.limit:
        raise SettingError(
            f"{count:,} points are more than {projection.settings.limit:,}, the limit of a UMAP. "
            "Make fewer synthetic points, or place them among their neighbours."
        )


def _laid_on(points: Points, model: Points) -> Points:
    """Return the points turned or mirrored, scaled and shifted: the first M lie on the model.

    Source:
        Schönemann, Psychometrika 31 (1966), doi:10.1007/BF02289451.
    """
    from scipy.linalg import orthogonal_procrustes

    own: NDArray[np.float64] = points[: len(model)].astype(np.float64)
    wanted = model.astype(np.float64)
    own_middle, middle = own.mean(axis=0), wanted.mean(axis=0)
    own, wanted = own - own_middle, wanted - middle
    turn, spread = orthogonal_procrustes(own, wanted)
    turned = spread / (own**2).sum() * (points - own_middle) @ turn + middle
    return np.asarray(turned, np.float32)
