"""Choose the images that a map is fitted on."""

import numpy as np
from numpy.typing import NDArray

from core.dataset import Labelled, Rows
from core.embed import Embeddings
from core.project.settings import MAP_LIMIT
from core.randomness import stream


def map_rows(
    dataset: Labelled, embeddings: Embeddings, *, limit: int = MAP_LIMIT, seed: int = 0
) -> Rows:
    """Return the training rows to fit on: all, or a sample that thins the largest classes only."""
    rows = np.intersect1d(dataset.training_rows, embeddings.rows)
    if len(rows) <= limit:
        return rows
    codes = dataset.codes[rows]
    cap = _cap(np.bincount(codes), limit)
    kept = []
    for code in np.unique(codes):
        members = rows[codes == code]
        if len(members) > cap:
            members = stream(seed, "map", dataset.classes[code]).permutation(members)[:cap]
        kept.append(members)
    return np.sort(np.concatenate(kept))


def any_rows(rows: Rows, *, limit: int, seed: int) -> Rows:
    """Return at most `limit` of `rows`, ascending, drawn without knowing their labels."""
    if len(rows) <= limit:
        return rows
    return np.sort(stream(seed, "map").choice(rows, limit, replace=False))


def _cap(counts: NDArray[np.intp], limit: int) -> int:
    """Return the largest count per class with which all classes together hold `limit`."""
    low, high = 1, int(counts.max())
    while low < high:
        middle = (low + high + 1) // 2
        if np.minimum(counts, middle).sum() <= limit:
            low = middle
        else:
            high = middle - 1
    return low
