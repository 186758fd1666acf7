"""Exact neighbours as an estimator, for scikit-learn and for every imbalanced-learn sampler."""

from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_is_fitted

from core.neighbours.rows import spans
from core.neighbours.search import Neighbors, SearchOptions, nearest, nearest_others


class ExactNeighbors(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """`sklearn.neighbors.NearestNeighbors`, by `nearest`: float32 products, bounded memory.

    Asked for the very rows that it was fitted on, it names each row itself first, also among
    copies: imbalanced-learn drops the first column to leave a row out.
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        metric: str = "euclidean",
        device: str = "cpu",
        memory_bytes: int = 64_000_000,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.device = device
        self.memory_bytes = memory_bytes
        self.n_jobs = n_jobs  # samplers set it; the matrix product chooses its threads itself

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: ARG002, N803
        """Keep the points; nothing is copied."""
        self._points: NDArray[Any] = _checked(X)
        self.n_samples_fit_, self.n_features_in_ = self._points.shape
        return self

    @overload
    def kneighbors(
        self,
        X: ArrayLike | None = None,  # noqa: N803
        n_neighbors: int | None = None,
        return_distance: Literal[True] = True,
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]: ...
    @overload
    def kneighbors(
        self,
        X: ArrayLike | None = None,  # noqa: N803
        n_neighbors: int | None = None,
        *,
        return_distance: Literal[False],
    ) -> NDArray[np.intp]: ...
    def kneighbors(
        self,
        X: ArrayLike | None = None,  # noqa: N803
        n_neighbors: int | None = None,
        return_distance: bool = True,
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]] | NDArray[np.intp]:
        """Return (distances and) positions of the nearest fitted points of each row of `X`.

        Without `X`: of each fitted point, itself left out.

        Raises:
            ValueError: more neighbours are asked for than there are points, or a value is not
                finite, or `X` has another width than the fitted points.
        """
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        found = self._found(None if X is None else _checked(X), k)
        return (found.distances, found.positions) if return_distance else found.positions

    def kneighbors_graph(
        self,
        X: ArrayLike | None = None,  # noqa: N803
        n_neighbors: int | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
    ) -> csr_matrix:
        """Return a (Q, N) sparse matrix of ones, or of distances, at the neighbours."""
        distances, positions = self.kneighbors(X, n_neighbors)
        values = distances if mode == "distance" else np.ones_like(distances)
        ends = np.arange(len(positions) + 1) * positions.shape[1]
        shape = (len(positions), self.n_samples_fit_)
        return csr_matrix((values.reshape(-1), positions.reshape(-1), ends), shape=shape)

    def _found(self, asked: NDArray[Any] | None, k: int) -> Neighbors:
        available = self.n_samples_fit_ - (asked is None)
        if not 1 <= k <= available:
            raise ValueError(
                f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, "
                f"n_samples_fit = {self.n_samples_fit_}: ask for 1 to {available}."
            )
        if asked is not None and asked.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {asked.shape[1]} columns; the fitted points have {self.n_features_in_}."
            )
        if asked is None or not _are_same(asked, self._points):
            return self._search(asked, k)
        others = self._search(None, k - 1)
        count = self.n_samples_fit_
        return Neighbors(
            np.column_stack([np.arange(count, dtype=np.intp), others.positions]),
            np.column_stack([np.zeros(count), others.distances]),
        )

    def _search(self, asked: NDArray[Any] | None, k: int) -> Neighbors:
        options = SearchOptions(self.metric, self.device, self.memory_bytes)
        if asked is None:
            return nearest_others(self._points, k, options=options)
        return nearest(self._points, k, asked, options=options)


def _checked(values: ArrayLike) -> NDArray[Any]:
    # Values are checked where they are read, block by block.
    return np.asarray(check_array(values, ensure_all_finite=False))


def _are_same(left: NDArray[Any], right: NDArray[Any]) -> bool:
    if left is right:
        return True
    return left.shape == right.shape and all(
        np.array_equal(left[start:stop], right[start:stop])
        for start, stop in spans(len(left), 1024)
    )
