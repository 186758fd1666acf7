"""Vectors of images, which row of the dataset each belongs to, and which rows are alike by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze, number_rows, read_only
from core.dataset import Rows, SkippedFile
from core.neighbours import nearest_others

Vectors = NDArray[np.float32]  # (M, D)


@dataclass(frozen=True, eq=False)
class Embeddings:
    """M vectors of D numbers, one for each image that could be read.

    The arrays are read-only. An image that could not be read has no vector, so M may be
    smaller than the dataset, and a position here is not a row number there.
    """

    vectors: Vectors  # (M, D) finite
    rows: Rows  # (M,) row numbers of the dataset, ascending
    encoder: str
    digest: str  # name of the content: the images' bytes in order, and the encoder
    device: str  # where it was computed: 'cpu', 'cuda' or 'mps'
    absent: tuple[SkippedFile, ...] = ()  # asked for, but could not be read
    base: str | None = None  # the encoder before it learned the labels of such images
    precision: str | None = None  # of the numbers that the encoder computed in, where it is known

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            raise ValueError(
                f"Vectors are (M, D) float32, not {self.vectors.shape} {self.vectors.dtype}."
            )
        if self.rows.shape != (len(self.vectors),):
            raise ValueError(f"{len(self.vectors)} vectors need as many rows: {self.rows.shape}.")
        if len(self.rows) and (self.rows[0] < 0 or (np.diff(self.rows) <= 0).any()):
            raise ValueError("Row numbers must be 0 or more, ascending, each once.")
        if not np.isfinite(self.vectors).all():
            raise ValueError(f"Encoder '{self.encoder}' gave values that are not finite.")
        freeze(self, "vectors", "rows")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimension(self) -> int:
        """Return D."""
        return int(self.vectors.shape[1])

    @cached_property
    def vector_numbers(self) -> NDArray[np.intp]:
        """Return (M,) a number for each vector, the same for equal ones."""
        return read_only(number_rows(self.vectors))

    def has(self, rows: Rows | Sequence[int]) -> NDArray[np.bool_]:
        """Return, for each of `rows`, whether it has a vector."""
        return np.isin(rows, self.rows)

    def positions_of(self, rows: Rows | Sequence[int]) -> NDArray[np.intp]:
        """Return the position in `vectors` of each of `rows`, in the order of `rows`.

        Raises:
            ValueError: one of `rows` has no vector; `has` tells which.
        """
        wanted = np.asarray(rows, np.intp)
        has_vector = self.has(wanted)
        if not has_vector.all():
            raise ValueError(f"Row {wanted[~has_vector][0]} has no vector.")
        return np.searchsorted(self.rows, wanted).astype(np.intp)


def similar_rows(
    embeddings: Embeddings, row: int, count: int, *, among: Rows | None = None
) -> Rows:
    """Return the rows whose vectors are nearest to that of `row`, nearest first, itself left out.

    Args:
        embeddings: The vectors.
        row: Whose neighbours are wanted.
        count: How many.
        among: The rows to choose from, those without a vector left aside; None: all.

    Raises:
        ValueError: `row` has no vector.
    """
    asked, at = None, embeddings.positions_of([row])
    if among is not None:  # the set, `row` the first of it
        others = among[embeddings.has(among) & (among != row)]
        asked, at = np.append(at, embeddings.positions_of(others)), np.zeros(1, np.intp)
    near = nearest_others(embeddings.vectors, count, rows=asked, chosen=at).positions[0]
    rows: Rows = embeddings.rows[near if asked is None else asked[near]]
    return rows
