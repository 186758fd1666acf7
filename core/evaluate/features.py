"""What a head learns from in a fold: vectors in the fold's space, or pictures.

The space of a fold, scaling and PCA, is fitted on its training side alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, Pictures
from core.axes import FAST, principal_axes
from core.dataset import Rows
from core.embed import Embeddings
from core.evaluate.folds import Fold
from core.evaluate.picture_cache import PictureCache
from core.evaluate.picture_store import PictureStore
from core.resample import SyntheticPoints

Features = NDArray[Any]  # (N, ...)
Points = NDArray[np.float32]  # (N, D)

_MOST_COMPONENTS = 128


@dataclass(frozen=True, eq=False)
class FoldPoints:
    """Both sides of a fold, standardised and turned as the training side alone says.

    The way there is linear, so a point between two images is the same point whether it is made
    before or after, and all strategies of a fold share one space.
    """

    train: Points  # (N, D)
    test: Points  # (M, D)
    transform: Callable[[Points], Points]  # vectors of the embedding -> where they lie here


def preprocess_fold(embeddings: Embeddings, fold: Fold, *, seed: int = 0) -> FoldPoints:
    """Return both sides in at most 128 directions of the training side's largest spread.

    Nothing is fitted to the test side. `seed` is for the search for directions in wide data.
    """
    train, test = (
        embeddings.vectors[embeddings.positions_of(rows)] for rows in (fold.train, fold.test)
    )
    transform = fit_preprocessing(train, seed=seed)
    return FoldPoints(transform(train), transform(test), transform)


def fit_preprocessing(train: Points, *, seed: int = 0) -> Callable[[Points], Points]:
    """Return what standardises and turns vectors as `train` says; see `preprocess_fold`."""
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    count = min(_MOST_COMPONENTS, train.shape[1], max(1, len(train) - 1))
    axes = principal_axes(scaler.transform(train), count, seed, solver=FAST)
    # Over the square root of the width, a point is about 1 long whichever encoder made it, and
    # one penalty suits all.
    scale = scaler.scale_[:, None] * np.sqrt(train.shape[1])
    turn = np.asarray(axes.directions[:count].T / scale, np.float32)
    middle = np.asarray(scaler.mean_ + axes.centre * scaler.scale_, np.float32)

    def transform(vectors: Points) -> Points:
        return np.asarray((vectors - middle) @ turn, np.float32)

    return transform


class FeatureSource(Protocol):
    """Where the features of a fold come from."""

    @property
    def fold(self) -> Fold:
        """Return both sides."""

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
    """Vectors, in the space of a fold."""

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
