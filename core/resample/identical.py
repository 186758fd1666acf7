"""Images that are the same to a strategy: of one content, or with one vector."""

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.resample.made import TrainingSide


def different_rows(side: TrainingSide) -> Rows:
    """Return the usable rows, of classes that are to grow each image once.

    A point between two identical images would be a copy of both.
    """
    rows = side.usable
    codes = side.dataset.codes[rows]
    stays = np.ones(len(rows), np.bool_)
    for code in (code for code, count in side.add.items() if count):
        mine = np.flatnonzero(codes == code)
        for names in (side.dataset.digests[rows[mine]].astype(str), _as_bytes(side, rows[mine])):
            is_first = np.zeros(len(mine), np.bool_)
            is_first[np.unique(names, return_index=True)[1]] = True
            stays[mine] &= is_first
    return rows[stays]


def are_identical(side: TrainingSide, first: Rows, second: Rows) -> NDArray[np.bool_]:
    """Return (P,) whether the images of each pair are the same."""
    digests = side.dataset.digests
    same_vector = (side.vectors(first) == side.vectors(second)).all(axis=1)
    return np.asarray(same_vector | (digests[first] == digests[second]), np.bool_)


def _as_bytes(side: TrainingSide, rows: Rows) -> NDArray[np.void]:
    """Return (R,) a name for each vector, the same for the same one."""
    vectors = np.ascontiguousarray(side.vectors(rows) + np.float32(0))  # there are two zeros
    return vectors.view(np.dtype((np.void, vectors.itemsize * vectors.shape[1]))).ravel()
