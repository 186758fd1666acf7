"""Synthetic points: vectors that a strategy makes, whatever they are made of."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.embed import Embeddings
from core.resample.interpolation import LINEAR, interpolate


class SyntheticPoints(Protocol):
    """S synthetic points; their vectors are made when asked for."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Return (S,) codes of dataset.classes."""

    @property
    def parents(self) -> NDArray[np.intp] | None:
        """Return (S, 2) rows of the dataset, base and neighbour; None: they have no parents."""

    @property
    def fractions(self) -> NDArray[np.float32] | None:
        """Return (S,) how far along each lies: 0 at the base, 1 at the neighbour; or None."""

    @property
    def is_straight(self) -> bool:
        """Return whether each lies on the straight line between its parents."""

    def __len__(self) -> int:
        """Return S."""

    def materialize(
        self, embeddings: Embeddings, block: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""

    def only(self, chosen: NDArray[np.bool_]) -> "SyntheticPoints":
        """Return the points where `chosen`, (S,), is true."""


@dataclass(frozen=True, eq=False)
class PointsBetween:
    """Points between two images each: 24 bytes a point, whatever the embedding."""

    parents: NDArray[np.intp]  # (S, 2) rows of the dataset: base, neighbour
    fractions: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour
    codes: NDArray[np.intp]  # (S,) of dataset.classes
    interpolation: str = LINEAR  # or 'spherical': on the arc between the parents

    def __post_init__(self) -> None:
        freeze(self, "parents", "fractions", "codes")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def is_straight(self) -> bool:
        """Return whether each lies on the straight line between its parents."""
        return self.interpolation == LINEAR

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

    def only(self, chosen: NDArray[np.bool_]) -> "PointsBetween":
        """Return the points where `chosen`, (S,), is true."""
        return PointsBetween(
            self.parents[chosen], self.fractions[chosen], self.codes[chosen], self.interpolation
        )


@dataclass(frozen=True, eq=False)
class PlainPoints:
    """Points that are their vectors alone, made of no two images."""

    vectors: NDArray[np.float32]  # (S, D)
    codes: NDArray[np.intp]  # (S,) of dataset.classes

    def __post_init__(self) -> None:
        freeze(self, "vectors", "codes")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def parents(self) -> None:
        """Return None: they have no parents."""
        return

    @property
    def fractions(self) -> None:
        """Return None: they lie on no segment."""
        return

    @property
    def is_straight(self) -> bool:
        """Return False: there is no line."""
        return False

    def materialize(
        self,
        embeddings: Embeddings,  # noqa: ARG002 - as the protocol has it
        block: slice = slice(None),
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""
        return self.vectors[block]

    def only(self, chosen: NDArray[np.bool_]) -> "PlainPoints":
        """Return the points where `chosen`, (S,), is true."""
        return PlainPoints(self.vectors[chosen], self.codes[chosen])


def no_points() -> SyntheticPoints:
    """Return the points of a strategy that makes none."""
    return PointsBetween(np.empty((0, 2), np.intp), np.empty(0, np.float32), np.empty(0, np.intp))


def rows_of_parents(points: SyntheticPoints) -> NDArray[np.intp]:
    """Return (S, 2) the rows of the parents, -1 where a point has none."""
    if points.parents is None:
        return np.full((len(points), 2), -1, np.intp)
    return points.parents


def fractions_of(points: SyntheticPoints) -> NDArray[np.float32]:
    """Return (S,) how far along each point lies, nan where it has no parents."""
    if points.fractions is None:
        return np.full(len(points), np.nan, np.float32)
    return points.fractions
