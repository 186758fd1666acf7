"""Preprocessing of vectors: scaling and PCA, fitted on the training side of a fold alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import FAST, principal_axes
from core.embed import Embeddings
from core.evaluate.folds import Fold

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
