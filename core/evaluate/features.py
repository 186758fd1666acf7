"""What a head learns from in a fold: vectors in the fold's space, or pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, Pictures
from core.dataset import Rows
from core.embed import Embeddings
from core.evaluate.folds import Fold
from core.evaluate.picture_cache import PictureCache
from core.evaluate.picture_store import PictureStore
from core.evaluate.preprocessing import FoldPoints
from core.resample import SyntheticPoints

Features = NDArray[Any]  # (N, ...)


class FeatureSource(Protocol):
    """Where the features of a fold come from."""

    def real(self, rows: Rows) -> Features:
        """Return those of images on the training side."""

    def tested(self) -> Features:
        """Return those of the test side."""

    def synthetic(self, points: SyntheticPoints) -> Features:
        """Return those of synthetic points, of a head that learns from vectors."""

    def augmented(self, policy: AugmentPolicy, pictures: Pictures) -> Features:
        """Return those of augmented pictures that could be made."""

    def has(self, policy: AugmentPolicy, pictures: Pictures) -> NDArray[np.bool_]:
        """Return, for each picture, whether it could be made."""

    @property
    def takes_pictures(self) -> bool:
        """Return whether the head sees pictures, and so learns from no vector."""


@dataclass(frozen=True, eq=False)
class VectorFeatures:
    """VectorFeatures, in the space of a fold."""

    embeddings: Embeddings
    fold: Fold
    space: FoldPoints
    caches: Mapping[str, PictureCache]  # key of a policy -> vectors of its pictures

    def real(self, rows: Rows) -> Features:
        """Return (N, D) points of images on the training side."""
        return self.space.train[np.searchsorted(self.fold.train, rows)]

    def tested(self) -> Features:
        """Return (M, D) points of the test side."""
        return self.space.test

    def synthetic(self, points: SyntheticPoints) -> Features:
        """Return (S, D) points, placed as the images are."""
        if points.parents is None or points.fractions is None or not points.is_straight:
            return self.space.transform(points.materialize(self.embeddings))
        base, neighbour = np.searchsorted(self.fold.train, points.parents).T
        start = self.space.train[base]
        step = self.space.train[neighbour] - start
        return np.asarray(start + points.fractions[:, None] * step, np.float32)

    def augmented(self, policy: AugmentPolicy, pictures: Pictures) -> Features:
        """Return (A, D) points of augmented pictures, embedded as they are."""
        cache = self.caches[policy_key(policy)]
        return self.space.transform(cache.values[cache.find(pictures)])

    def has(self, policy: AugmentPolicy, pictures: Pictures) -> NDArray[np.bool_]:
        """Return, for each picture, whether it could be made."""
        return self.caches[policy_key(policy)].has(pictures)

    @property
    def takes_pictures(self) -> bool:
        """Return False: vectors are learned from."""
        return False


@dataclass(frozen=True, eq=False)
class PictureFeatures:
    """Pictures, each by its place in a store."""

    store: PictureStore
    fold: Fold

    def real(self, rows: Rows) -> Features:
        """Return (N,) the places of images."""
        return self.store.find(rows)

    def tested(self) -> Features:
        """Return (M,) the places of the test side."""
        return self.store.find(self.fold.test)

    def synthetic(self, points: SyntheticPoints) -> Features:
        """Refuse: no picture shows a synthetic point, and `takes_pictures` says so."""
        raise TypeError(f"A head on pictures was given {len(points)} synthetic vectors.")

    def augmented(self, policy: AugmentPolicy, pictures: Pictures) -> Features:
        """Return (A,) the places of augmented pictures, made at full size."""
        return self.store.find_augmented(policy_key(policy), pictures)

    def has(self, policy: AugmentPolicy, pictures: Pictures) -> NDArray[np.bool_]:
        """Return, for each picture, whether it could be made."""
        return self.store.caches[policy_key(policy)].has(pictures)

    @property
    def takes_pictures(self) -> bool:
        """Return True: no vector is learned from."""
        return True


def policy_key(policy: AugmentPolicy) -> str:
    """Return a text that two policies share only when they make the same pictures."""
    return repr(policy.to_json())
