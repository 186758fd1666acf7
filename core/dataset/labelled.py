"""Rows with labels: all that a sampler has to know of a dataset."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.dataset.dataset import ImageDataset, Rows


class Labelled(Protocol):
    """N rows with labels."""

    @property
    def classes(self) -> list[str]:
        """Return the labels in name order; a label's place is its code."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Return (N,) the code of each row's label."""

    @property
    def training_rows(self) -> Rows:
        """Return the rows that may be learned from, ascending."""

    @property
    def digests(self) -> NDArray[Any]:
        """Return (N,) the SHA-256 of each row's file, as text."""

    @property
    def ordinals(self) -> NDArray[np.intp]:
        """Return (N,) which each row is among those with its digest, from 0, in order of row."""


def column_text(dataset: ImageDataset) -> str:
    """Return " (column 'patient')" where groups come from a column of the labels file."""
    column = dataset.choices.group_column
    return f" (column '{column}')" if column else ""
