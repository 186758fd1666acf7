"""Let a neighbours object of scikit-learn's kind find the neighbours."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.neighbours import without_self
from core.progress import Progress

# What has no types of its own: (N, D) dense or sparse numbers, and scikit-learn's objects.
Matrix: TypeAlias = Any
Estimator: TypeAlias = Any


@dataclass(frozen=True, eq=False)
class EstimatorSearch:
    """Search by an object with `fit` and `kneighbors`, of dense or sparse vectors."""

    vectors: Matrix  # (N, D)
    estimator: Estimator

    def __len__(self) -> int:
        return int(self.vectors.shape[0])

    def rows_of(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the vectors at `positions`: they are the same."""
        return positions

    def nearest_others(
        self, k: int, among: NDArray[np.intp] | None, which: NDArray[np.intp], progress: Progress
    ) -> NDArray[np.intp]:
        """Return (Q, k) places in `among` of the nearest others of its points at `which`."""
        from sklearn.base import clone

        points = self.vectors if among is None else self.vectors[among]
        # The point itself is among those found: it is one of the points searched.
        fitted = clone(self.estimator).set_params(n_neighbors=k + 1).fit(points)
        found = np.asarray(fitted.kneighbors(points[which], return_distance=False), np.intp)
        progress("neighbours", len(which), len(which))
        return without_self(found, which)


def neighbors_of(value: int | Estimator) -> int:
    """Return how many neighbours a number or a neighbours object stands for.

    An object counts the point itself, as imbalanced-learn's samplers have it.

    Raises:
        ValueError: the object does not tell, or tells of none but the point itself.
    """
    if not hasattr(value, "kneighbors"):
        return int(value)
    count = getattr(value, "n_neighbors", None)
    if not isinstance(count, int | np.integer) or count < 2:
        raise ValueError(
            f"n_neighbors of {type(value).__name__} is {count}. Use at least 2: the point itself "
            "and one other."
        )
    return int(count) - 1
