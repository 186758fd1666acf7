"""Bring vectors to a few principal components, in which neighbours are looked for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError

_BLOCK_BYTES = 16_000_000


def compress(
    vectors: NDArray[Any], rows: NDArray[np.intp], components: int
) -> tuple[NDArray[np.float32], float]:
    """Return all vectors in the directions in which `rows` vary most, and the variance kept.

    It serves to find neighbours, faster and with less noise: points are then made between the
    full vectors, so nothing is lost from them. Only `rows` are looked at to find the directions,
    so held-out images have no say.

    Args:
        vectors: (N, D) array or memory map; read block by block.
        rows: The training rows, at least one.
        components: Directions to keep, C; from D on all are kept.

    Returns:
        (N, C) vectors, and the share (0 to 1) of the variance of `rows` that lies in them.

    Raises:
        SettingError: fewer than one component.

    Source:
        Pearson, On lines and planes of closest fit, Phil. Mag. 2 (1901),
        doi:10.1080/14786440109462720.
    """
    if components < 1:
        raise SettingError(f"{components} principal components are too few. Use at least 1.")
    length = max(1, _BLOCK_BYTES // (8 * vectors.shape[1]))
    mean = _mean(vectors, rows, length)
    covariance = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(rows), length):
        block = vectors[rows[start : start + length]] - mean
        covariance += block.T @ block
    variances, directions = np.linalg.eigh(covariance)
    variances = np.maximum(variances[::-1], 0)
    kept = directions[:, ::-1][:, :components]
    reduced = np.empty((len(vectors), kept.shape[1]), np.float32)
    for start in range(0, len(vectors), length):
        reduced[start : start + length] = (vectors[start : start + length] - mean) @ kept
    total = float(variances.sum())
    share = float(variances[:components].sum()) / total if total else 1.0
    return reduced, min(1.0, share)


def _mean(vectors: NDArray[Any], rows: NDArray[np.intp], length: int) -> NDArray[np.float64]:
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(rows), length):
        total += vectors[rows[start : start + length]].sum(axis=0, dtype=np.float64)
    return total / len(rows)
