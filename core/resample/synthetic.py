"""Synthetic points of all classes, kept as the real pairs that they lie between."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import Embeddings
from core.resample.interpolation import interpolate


@dataclass(frozen=True, eq=False)
class SyntheticPoints:
    """S synthetic points; their vectors are made from the embeddings when asked for."""

    parents: NDArray[np.intp]  # (S, 2) rows of the dataset: base, neighbour
    fractions: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour
    labels: NDArray[np.intp]  # (S,) codes of dataset.classes
    too_small: tuple[str, ...] = ()  # classes with one image: no segment, so no points
    interpolation: str = "linear"  # or 'spherical': on the arc between the parents

    def __post_init__(self) -> None:
        for array in (self.parents, self.fractions, self.labels):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.fractions)

    def materialize(
        self, embeddings: Embeddings, block: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""
        base, neighbor = embeddings.positions_of(self.parents[block].ravel()).reshape(-1, 2).T
        return interpolate(
            embeddings.vectors,
            base,
            neighbor,
            self.fractions[block],
            interpolation=self.interpolation,
        )

    def only(self, chosen: NDArray[np.bool_]) -> "SyntheticPoints":
        """Return the points where `chosen`, (S,), is true."""
        return SyntheticPoints(
            self.parents[chosen],
            self.fractions[chosen],
            self.labels[chosen],
            self.too_small,
            self.interpolation,
        )


def no_points() -> SyntheticPoints:
    """Return the points of a strategy that makes none."""
    return SyntheticPoints(np.empty((0, 2), np.intp), np.empty(0, np.float32), np.empty(0, np.intp))
