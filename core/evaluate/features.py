"""What a head learns from in a fold: vectors in the fold's space, or small pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy
from core.dataset import Rows
from core.embed import Embeddings
from core.evaluate.album import Album
from core.evaluate.folds import Fold
from core.evaluate.spaces import Space
from core.resample import SyntheticPoints

Features = NDArray[Any]  # (N, ...)


class Source(Protocol):
    """Where the features of a fold come from."""

    def real(self, rows: Rows) -> Features:
        """Return those of images on the training side."""

    def tested(self) -> Features:
        """Return those of the test side."""

    def augmented(self, policy: AugmentPolicy, rows: Rows, repeats: NDArray[np.intp]) -> Features:
        """Return those of augmented pictures: the given repeat of each row."""

    def synthetic(self, made: SyntheticPoints, policy: AugmentPolicy | None) -> Features:
        """Return those of points between images."""

    def has_pictures(self, policy: AugmentPolicy, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether its augmented pictures could be made."""


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors, in the space of a fold."""

    embeddings: Embeddings
    fold: Fold
    space: Space
    albums: Mapping[str, Album]  # key of a policy -> vectors of its pictures

    def real(self, rows: Rows) -> Features:
        """Return (N, D) points of images on the training side."""
        return self.space.train[np.searchsorted(self.fold.train, rows)]

    def tested(self) -> Features:
        """Return (M, D) points of the test side."""
        return self.space.test

    def augmented(self, policy: AugmentPolicy, rows: Rows, repeats: NDArray[np.intp]) -> Features:
        """Return (A, D) points of augmented pictures, embedded as they are."""
        return self.space.place(self.albums[policy_key(policy)].take(rows, repeats))

    def synthetic(
        self,
        made: SyntheticPoints,
        policy: AugmentPolicy | None,  # noqa: ARG002
    ) -> Features:
        """Return (S, D) points between images of the training side."""
        if made.interpolation != "linear":
            return self.space.place(made.materialize(self.embeddings))
        base, neighbour = np.searchsorted(self.fold.train, made.parents).T
        start = self.space.train[base]
        step = self.space.train[neighbour] - start
        return np.asarray(start + made.fractions[:, None] * step, np.float32)

    def has_pictures(self, policy: AugmentPolicy, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether its augmented pictures could be made."""
        return self.albums[policy_key(policy)].has(rows)


@dataclass(frozen=True, eq=False)
class SmallPictures:
    """Pictures brought to a small square, for networks that learn from pixels."""

    pictures: NDArray[np.uint8]  # (R, side, side, 3) of `rows`
    rows: Rows  # (R,) ascending
    fold: Fold
    albums: Mapping[str, Album]

    def real(self, rows: Rows) -> Features:
        """Return (N, side, side, 3) images of the training side."""
        return self.pictures[np.searchsorted(self.rows, rows)]

    def tested(self) -> Features:
        """Return (M, side, side, 3) images of the test side."""
        return self.pictures[np.searchsorted(self.rows, self.fold.test)]

    def augmented(self, policy: AugmentPolicy, rows: Rows, repeats: NDArray[np.intp]) -> Features:
        """Return (A, side, side, 3) augmented pictures, made at full size."""
        return self.albums[policy_key(policy)].take(rows, repeats)

    def synthetic(self, made: SyntheticPoints, policy: AugmentPolicy | None) -> Features:
        """Return, for each point, an augmented picture of its base, as an export writes it."""
        assert policy is not None
        rows = made.parents[:, 0]
        return self.augmented(policy, rows, count_repeats(rows))

    def has_pictures(self, policy: AugmentPolicy, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether its augmented pictures could be made."""
        return self.albums[policy_key(policy)].has(rows)


def policy_key(policy: AugmentPolicy) -> str:
    """Return a text that two policies share only when they make the same pictures."""
    return repr(policy.to_json())


def count_repeats(rows: Rows) -> NDArray[np.intp]:
    """Return how often each row stood there before, such as 0, 0, 1 for rows 5, 7, 5."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    places = np.arange(len(rows))
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    first = np.repeat(begins, np.diff(begins, append=len(rows)))
    repeats = np.empty(len(rows), np.intp)
    repeats[order] = places - first
    return repeats
