"""The nearest points of a class to each of its points."""

import numpy as np
from numpy.typing import NDArray


def nearest_of_same_class(points: NDArray[np.float32], k_neighbors: int) -> NDArray[np.intp]:
    """Return (N, k) positions of each point's nearest others, the nearest first.

    A point is never its own neighbour, but an identical copy of it may be.

    Args:
        points: (N, D) points of one class, N >= 2.
        k_neighbors: How many; at most N - 1 are returned.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(k_neighbors, len(points) - 1)
    # Asked without points, scikit-learn leaves a point out by index. Dropping the first column
    # instead pairs points with themselves where rows are identical.
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points)
    return np.asarray(search.kneighbors(return_distance=False), np.intp)
