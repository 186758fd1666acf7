"""A map of real points, and where synthetic points lie on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import Rows
from core.project.settings import DEFAULT_SETTINGS, MapSettings
from core.resample import SyntheticPoints

Points = NDArray[np.float32]

BETWEEN_PARENTS = "between their parents"
AMONG_NEIGHBOURS = "among their nearest images"
FITTED_TOGETHER = "fitted together with the images"


@dataclass(frozen=True, eq=False)
class Placement:
    """Where synthetic points lie on a map."""

    points: Points  # (P, 2)
    indices: NDArray[np.intp]  # (P,) which synthetic points, ascending; the others have no place
    is_exact: bool
    way: str = BETWEEN_PARENTS


@dataclass(frozen=True, eq=False)
class Projection:
    """M real points in the plane. They never move when a strategy changes."""

    rows: Rows  # (M,) rows of the dataset, ascending
    points: Points  # (M, 2)
    method: str  # 'pca' or 'umap'
    trustworthiness: float  # 0 to 1: how far neighbours on the map are neighbours in the embedding
    continuity: float  # 0 to 1: how far neighbours in the embedding are neighbours on the map
    fit_rows: Rows  # (F,) rows that the map was fitted on, ascending; the others were placed
    settings: MapSettings = DEFAULT_SETTINGS

    def __post_init__(self) -> None:
        freeze(self, "points")

    @property
    def placed(self) -> int:
        """Return how many images were placed on a map that was fitted on the others."""
        return len(self.rows) - len(self.fit_rows)

    @property
    def fitted_points(self) -> Points:
        """Return (F, 2) where the images lie that the map was fitted on."""
        return self.points[np.searchsorted(self.rows, self.fit_rows)]

    def place(self, synthetic: SyntheticPoints) -> Placement:
        """Place each synthetic point between its parents, at its fraction; at once.

        Points without parents have no place here: `place_among_neighbours` gives them one. PCA is
        linear, so there this is the place of a point between its parents; on a UMAP, or for a
        point on an arc, it is an approximation.
        """
        if synthetic.parents is None or synthetic.fractions is None:
            return Placement(np.empty((0, 2), np.float32), np.empty(0, np.intp), is_exact=False)
        on_map = np.isin(synthetic.parents, self.rows).all(axis=1)
        indices = np.flatnonzero(on_map)
        base, neighbour = np.searchsorted(self.rows, synthetic.parents[indices]).T
        start = self.points[base]
        step = self.points[neighbour] - start
        points = start + synthetic.fractions[indices, None] * step
        is_exact = self.method == "pca" and synthetic.is_straight
        return Placement(np.asarray(points, np.float32), indices, is_exact)
