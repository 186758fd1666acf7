"""Principal components, fitted on some vectors and taken of any."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.randomness import stream_seed

_BLOCK = 4_096


@dataclass(frozen=True, eq=False)
class Axes:
    """C directions, those with the largest spread first, and where they cross."""

    centre: NDArray[np.float32]  # (D,)
    directions: NDArray[np.float32]  # (C, D) of length 1; of length 0 where there is no spread

    def components_of(
        self, vectors: NDArray[np.float32], positions: NDArray[np.intp] | None = None
    ) -> NDArray[np.float32]:
        """Return (N, C): how far the vectors, or those at `positions`, lie along each direction.

        Vectors are read in blocks, so that a large set is never copied.
        """
        count = len(vectors) if positions is None else len(positions)
        components = np.empty((count, len(self.directions)), np.float32)
        for start in range(0, count, _BLOCK):
            span = slice(start, start + _BLOCK)
            block = vectors[span if positions is None else positions[span]]
            components[span] = (block - self.centre) @ self.directions.T
        return components


def principal_axes(vectors: NDArray[np.float32], count: int, seed: int) -> Axes:
    """Return the `count` principal axes of (N, D) vectors, fewer where N or D is less; at least 2.

    Raises nothing: vectors that are all the same, or a single one, have axes of length 0.
    """
    from sklearn.decomposition import PCA

    dimension = vectors.shape[1]
    if len(vectors) < 2 or not np.ptp(vectors, axis=0).any():
        return Axes(_centre(vectors), np.zeros((2, dimension), np.float32))
    kept = min(count, *vectors.shape)
    # The solver may be randomised on wide data; its seed makes the map the same each time.
    solver = "covariance_eigh" if len(vectors) >= dimension else "auto"
    pca: Any = PCA(kept, svd_solver=solver, random_state=stream_seed(seed, "pca") % 2**32)
    pca.fit(vectors)
    directions = np.pad(pca.components_, ((0, max(0, 2 - kept)), (0, 0)))
    return Axes(np.asarray(pca.mean_, np.float32), np.asarray(directions, np.float32))


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors brought to length 1; a vector of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def _centre(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.zeros(vectors.shape[1], np.float32) if len(vectors) == 0 else vectors[0]
