"""Pictures that are in the dataset more than once, byte for byte."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import ImageDataset


def duplicate_groups(dataset: ImageDataset) -> NDArray[np.intp]:
    """Return (N,) the group of each row: rows of one group hold the same bytes."""
    codes, _ = pd.factorize(dataset.table["digest"])
    return np.asarray(codes, np.intp)


def repeated(dataset: ImageDataset) -> list[NDArray[np.intp]]:
    """Return the rows of each group that has two or more, in order of first row."""
    groups = duplicate_groups(dataset)
    # Of a million pictures nearly all are alone; only the others are sorted and cut apart.
    rows = np.flatnonzero(np.bincount(groups)[groups] > 1)
    if len(rows) == 0:
        return []
    order = rows[np.argsort(groups[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return np.split(order, starts[1:])
