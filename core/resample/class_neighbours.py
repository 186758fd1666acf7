"""Find the exact nearest neighbours of some points of a set, for figures that need no more."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.neighbours import Neighbors, nearest
from core.resample.searching import is_other


def nearest_of_some(
    vectors: NDArray[Any],
    rows: NDArray[np.intp],
    chosen: NDArray[np.intp],
    k: int,
    *,
    device: str = "cpu",
) -> Neighbors:
    """Return the k nearest of `rows` to each chosen one; itself is left out by its place.

    Args:
        vectors: (N, D) numbers.
        rows: (M,) the rows of `vectors` to search among.
        chosen: (Q,) places in `rows`, each once.
        k: How many; at most M - 1 are returned.
        device: 'cpu' or 'cuda'.
    """
    k = min(k, len(rows) - 1)
    if len(chosen) == len(rows):
        every = nearest(vectors, k, rows=rows, device=device)
        return Neighbors(every.positions[chosen], every.distances[chosen])
    found = nearest(vectors, k + 1, queries=vectors[rows[chosen]], rows=rows, device=device)
    kept = is_other(found.positions, chosen)
    return Neighbors(found.positions[kept].reshape(-1, k), found.distances[kept].reshape(-1, k))
