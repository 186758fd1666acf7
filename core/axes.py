"""Principal components, fitted on some vectors and taken of any: the only ones in the house.

`symmetric_root` takes a table of covariances apart in the same way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.randomness import stream_seed

# Solvers. The exact one takes a table of (D, D) numbers apart; the fast one is scikit-learn's
# choice, which is drawn by the seed where vectors are many and wide.
EXACT, FAST = "exact", "fast"

_BLOCK = 4_096
_BLOCK_BYTES = 16_000_000


@dataclass(frozen=True, eq=False)
class Axes:
    """C directions, those with the largest spread first, and where they cross."""

    centre: NDArray[np.float32]  # (D,)
    directions: NDArray[np.float32]  # (C, D) of length 1; of length 0 where there is no spread
    variances: NDArray[np.float64]  # (C,) of the vectors along each, over N - 1
    share: float  # of all variance that lies along them, 0 to 1

    def components_of(
        self, vectors: NDArray[Any], positions: NDArray[np.intp] | None = None
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


def principal_axes(
    vectors: NDArray[Any], count: int, seed: int, *, solver: str | None = None
) -> Axes:
    """Return the `count` principal axes of (N, D) vectors, fewer where N or D is less; at least 2.

    Raises nothing: vectors that are all the same, or a single one, have axes of length 0.

    Args:
        vectors: (N, D) numbers; read block by block where the axes are exact.
        count: Axes wanted, C.
        seed: Same seed, same axes, where the fast solver draws.
        solver: EXACT or FAST; unless given exact where there are as many vectors as numbers in
            one, else the fast one, which a table of (D, D) numbers would be no match for.

    Source:
        Pearson, On lines and planes of closest fit, Phil. Mag. 2 (1901),
        doi:10.1080/14786440109462720.
    """
    dimension = vectors.shape[1]
    if len(vectors) < 2 or not np.ptp(vectors, axis=0).any():
        return Axes(_centre(vectors), np.zeros((2, dimension), np.float32), np.zeros(2), share=1.0)
    kept = min(count, *vectors.shape)
    if solver is None:
        solver = EXACT if len(vectors) >= dimension else FAST
    found = _exact(vectors, kept) if solver == EXACT else _fast(vectors, kept, seed)
    missing = max(0, 2 - kept)
    return Axes(
        found.centre,
        np.pad(found.directions, ((0, missing), (0, 0))),
        np.pad(found.variances, (0, missing)),
        found.share,
    )


def symmetric_root(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, K) B with B B' = a symmetric table, or the nearest one that is a covariance.

    A table of estimated covariances may have directions of negative variance: they are left out.
    """
    variances, columns = np.linalg.eigh((table + table.T) / 2)
    return np.asarray(columns * np.sqrt(np.maximum(variances, 0)), np.float64)


def spectrum(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the D values of a symmetric (D, D) table, the least first, and its (D, D) columns."""
    values, columns = np.linalg.eigh(table)
    return values, columns


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors brought to length 1; a vector of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def _exact(vectors: NDArray[Any], count: int) -> Axes:
    """Return the axes by the covariance in float64, about the mean: nothing is cancelled."""
    length = max(1, _BLOCK_BYTES // (8 * vectors.shape[1]))
    blocks = [slice(start, start + length) for start in range(0, len(vectors), length)]
    mean = sum(vectors[block].sum(axis=0, dtype=np.float64) for block in blocks) / len(vectors)
    covariance = np.zeros((vectors.shape[1], vectors.shape[1]))
    for block in blocks:
        away = vectors[block] - mean
        covariance += away.T @ away
    variances, columns = np.linalg.eigh(covariance / (len(vectors) - 1))
    variances = np.maximum(variances[::-1], 0)
    directions = columns[:, ::-1].T[:count]
    # An axis has no sign of its own: its largest number is positive, as scikit-learn has it.
    largest = np.abs(directions).argmax(axis=1)[:, None]
    directions = directions * np.sign(np.take_along_axis(directions, largest, 1))
    total = float(variances.sum())
    return Axes(
        np.asarray(mean, np.float32),
        np.asarray(directions, np.float32),
        variances[:count],
        min(1.0, float(variances[:count].sum()) / total) if total else 1.0,
    )


def _fast(vectors: NDArray[Any], count: int, seed: int) -> Axes:
    from sklearn.decomposition import PCA

    pca: Any = PCA(count, random_state=stream_seed(seed, "pca") % 2**32).fit(vectors)
    return Axes(
        np.asarray(pca.mean_, np.float32),
        np.asarray(pca.components_, np.float32),
        np.asarray(pca.explained_variance_, np.float64),
        min(1.0, float(pca.explained_variance_ratio_.sum())),
    )


def _centre(vectors: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(vectors[0] if len(vectors) else np.zeros(vectors.shape[1]), np.float32)
