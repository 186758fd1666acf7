"""Pictures that are in the dataset more than once: byte for byte, or nearly."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import ImageDataset, Rows
from core.duplicates.hamming import MOST_BITS, near_pairs
from core.duplicates.picture_hash import hash_pictures
from core.progress import Progress, silent

Groups = NDArray[np.intp]  # (N,) rows of one group show the same picture

# How far blue and red of the quarters may lie apart, of 255. A shirt in another colour has the same
# shape and is another shirt. Copies differ by 0.6 in nine of ten cases; parts of one kind, which
# also come near in shape, by 1 and more.
_MOST_COLOUR = 4.0
_SURE_BITS = 16
_MOST_COLOUR_UNSURE = 0.75  # where shapes differ in more than _SURE_BITS


def duplicate_groups(dataset: ImageDataset) -> Groups:
    """Return (N,) the group of each row: rows of one group hold the same bytes."""
    codes, _ = pd.factorize(dataset.table["digest"])
    return np.asarray(codes, np.intp)


def picture_groups(dataset: ImageDataset, progress: Progress = silent) -> Groups:
    """Return (N,) the group of each row: rows of one group show the same picture.

    That is a picture in another size, encoding or brightness, or cut at the edges by one pixel in
    a hundred. What is alike to one of a group belongs to it, too. Plain pictures and those that
    cannot be read are alike to copies of themselves alone.

    Args:
        dataset: The images.
        progress: Told of pictures read, then of comparisons.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = duplicate_groups(dataset)
    hashes = hash_pictures(dataset, progress)
    if len(hashes.rows) == 0:
        return groups
    # Pictures that agree in shape and colour are one here; else they would be compared in pairs.
    both = np.concatenate([hashes.bits.view(np.uint8), hashes.colours], axis=1)
    keys = np.ascontiguousarray(both).view(f"V{both.shape[1]}").ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    pairs, distances = near_pairs(hashes.bits[first], MOST_BITS, progress)
    colours = hashes.colours[first].astype(np.int16)
    apart = np.abs(colours[pairs[:, 0]] - colours[pairs[:, 1]]).mean(axis=1)
    pairs = pairs[are_alike(distances, apart)]
    links = np.concatenate(
        [
            np.column_stack([groups[hashes.rows], groups[hashes.rows[first][inverse]]]),
            groups[hashes.rows[first]][pairs],
        ]
    )
    count = int(groups.max()) + 1
    ones = np.ones(len(links), np.bool_)
    graph = coo_array((ones, (links[:, 0], links[:, 1])), shape=(count, count))
    _, joined = connected_components(graph, directed=False)
    return np.asarray(joined[groups], np.intp)


def are_alike(distances: NDArray[np.intp], apart: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether pairs that differ in so many bits and so far in colour show one picture."""
    most = np.where(distances <= _SURE_BITS, _MOST_COLOUR, _MOST_COLOUR_UNSURE)
    return np.asarray((distances <= MOST_BITS) & (apart <= most))


def repeated(groups: Groups, present: Rows | None = None) -> list[Rows]:
    """Return the rows of each group that has two or more, in order of group.

    Only the rows in `present` count, all unless given: a picture that is left out is no copy.
    """
    present = np.arange(len(groups)) if present is None else present
    # Of a million pictures nearly all are alone; only the others are sorted and cut apart.
    rows = present[np.bincount(groups[present])[groups[present]] > 1]
    if len(rows) == 0:
        return []
    order = rows[np.argsort(groups[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return np.split(order, starts[1:])
