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
    """Return the rows of each group that has two or more, in order of first row.

    A picture that is left out is no copy of another one.
    """
    groups, present = duplicate_groups(dataset), dataset.present_rows
    # Of a million pictures nearly all are alone; only the others are sorted and cut apart.
    rows = present[np.bincount(groups[present])[groups[present]] > 1]
    if len(rows) == 0:
        return []
    order = rows[np.argsort(groups[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return np.split(order, starts[1:])
