"""What a head learns from in a fold: vectors in the fold's space, or pictures."""

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
from core.evaluate.gallery import Gallery
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
        album = self.albums[policy_key(policy)]
        return self.space.place(album.values[album.find(rows, repeats)])

    def synthetic(
        self,
        made: SyntheticPoints,
        policy: AugmentPolicy | None,  # noqa: ARG002
    ) -> Features:
        """Return (S, D) points between images of the training side."""
        if made.parents is None or made.fractions is None or not made.is_straight:
            return self.space.place(made.materialize(self.embeddings))
        base, neighbour = np.searchsorted(self.fold.train, made.parents).T
        start = self.space.train[base]
        step = self.space.train[neighbour] - start
        return np.asarray(start + made.fractions[:, None] * step, np.float32)

    def has_pictures(self, policy: AugmentPolicy, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether its augmented pictures could be made."""
        return self.albums[policy_key(policy)].has(rows)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures, each by its place in a gallery."""

    gallery: Gallery
    fold: Fold

    def real(self, rows: Rows) -> Features:
        """Return (N,) the places of images."""
        return self.gallery.find(rows)

    def tested(self) -> Features:
        """Return (M,) the places of the test side."""
        return self.gallery.find(self.fold.test)

    def augmented(self, policy: AugmentPolicy, rows: Rows, repeats: NDArray[np.intp]) -> Features:
        """Return (A,) the places of augmented pictures, made at full size."""
        return self.gallery.find_augmented(policy_key(policy), rows, repeats)

    def synthetic(self, made: SyntheticPoints, policy: AugmentPolicy | None) -> Features:
        """Return, for each point, an augmented picture of its base, as an export writes it."""
        assert policy is not None
        assert made.parents is not None
        rows = made.parents[:, 0]
        return self.augmented(policy, rows, count_repeats(rows))

    def has_pictures(self, policy: AugmentPolicy, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether its augmented pictures could be made."""
        return self.gallery.albums[policy_key(policy)].has(rows)


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
