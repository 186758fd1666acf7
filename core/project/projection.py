"""A map of real points: what it depends on, how faithful it is, where other points lie on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import Rows
from core.errors import SettingError
from core.randomness import stream
from core.resample import SyntheticPoints

MAP_LIMIT = 20_000  # a UMAP of so many points is drawn in ten seconds
METRICS = ("euclidean", "cosine")


@dataclass(frozen=True)
class MapSettings:
    """How a map is drawn. All but `seed` and `limit` are settings of UMAP alone.

    Raises:
        SettingError: a value is out of range.
    """

    n_neighbors: int = 15  # images that one is held together with, itself counted
    min_dist: float = 0.1  # how near to each other points may lie on the map
    metric: str = "euclidean"  # or 'cosine': lengths of vectors do not count
    seed: int = 0  # same seed, same map
    limit: int = MAP_LIMIT  # images that a map is fitted on at most; the others are placed
    implementation: str = "evenset"  # who draws it: a name of `IMPLEMENTATIONS`

    def __post_init__(self) -> None:
        if self.n_neighbors < 2:
            raise SettingError(
                f"The number of neighbours is {self.n_neighbors}; UMAP needs 2 or more."
            )
        if not 0 <= self.min_dist <= 1:
            raise SettingError(f"The least distance is {self.min_dist:g}; use one from 0 to 1.")
        if self.metric not in METRICS:
            raise SettingError(f"There is no metric '{self.metric}'. Use {' or '.join(METRICS)}.")
        if self.seed < 0:
            raise SettingError(f"The seed is {self.seed}; it must be 0 or more.")
        if self.limit < 1:
            raise SettingError(f"A map of {self.limit} images cannot be drawn. Take at least 1.")


DEFAULT_SETTINGS = MapSettings()


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


SAMPLE = 2_000  # both figures need the distances of all pairs
_NEIGHBOURS = 12


def sampled(count: int, seed: int) -> NDArray[np.intp]:
    """Return at most 2,000 positions of `count`, ascending."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(stream(seed, "trust").choice(count, SAMPLE, replace=False))


def faithfulness(
    vectors: NDArray[np.float32], points: NDArray[np.float32], *, k: int = _NEIGHBOURS
) -> tuple[float, float]:
    """Return trustworthiness and continuity of a map, each from 0 to 1.

    Trustworthiness falls where neighbours on the map are far apart in the embedding; continuity
    where neighbours in the embedding are far apart on the map. Fewer than 4 points have no false
    neighbours.

    Args:
        vectors: (N, D) the embedding; at most a few thousand, `sampled` from all.
        points: (N, 2) the map.
        k: Neighbours that are compared; at most (N - 1) / 2 are.

    Source:
        Venna & Kaski, ICANN 2001, doi:10.1007/3-540-44668-0_68.
    """
    from sklearn.manifold import trustworthiness

    if len(vectors) < 4:
        return 1.0, 1.0
    k = min(k, (len(vectors) - 1) // 2)
    # Continuity asks of the embedding what trustworthiness asks of the map.
    return (
        float(trustworthiness(vectors, points, n_neighbors=k)),
        float(trustworthiness(points, vectors, n_neighbors=k)),
    )
