"""The linear head: what is fitted on the training side of a fold, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import Embeddings
from core.evaluate.folds import Fold
from core.randomness import stream_seed

Points = NDArray[np.float32]  # (N, D)

_MOST_COMPONENTS = 128
_C = 10.0  # strength of the data against the penalty
_TOLERANCE = 1e-4  # largest slope of the mean loss
_MOST_STEPS = 5_000


@dataclass(frozen=True, eq=False)
class Space:
    """Both sides of a fold, standardised and turned as the training side alone says.

    The way there is linear, so a point between two images is the same point whether it is made
    before or after, and all strategies of a fold share one space.
    """

    train: Points  # (N, D)
    test: Points  # (M, D)
    place: Callable[[Points], Points]  # vectors of the embedding -> where they lie here


def fit_space(embeddings: Embeddings, fold: Fold, *, seed: int = 0) -> Space:
    """Return both sides in at most 128 directions of the training side's largest spread.

    Nothing is fitted to the test side. `seed` is for the search for directions in wide data.
    """
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    train, test = (
        embeddings.vectors[embeddings.positions_of(rows)] for rows in (fold.train, fold.test)
    )
    scaler = StandardScaler().fit(train)
    count = min(_MOST_COMPONENTS, train.shape[1], max(1, len(train) - 1))
    pca = PCA(count, random_state=stream_seed(seed, "pca") % 2**32)
    # Over the square root of the width, a point is about 1 long whichever encoder made it, and
    # one penalty suits all.
    width = np.float32(np.sqrt(train.shape[1]))
    inside = pca.fit_transform(scaler.transform(train)) / width

    def place(vectors: Points) -> Points:
        return np.asarray(pca.transform(scaler.transform(vectors)) / width, np.float32)

    return Space(inside.astype(np.float32), place(test), place)


def predict(
    points: Points,
    codes: NDArray[np.intp],
    weights: NDArray[np.float64],
    test: Points,
    *,
    shift: NDArray[np.float64] | None = None,
) -> NDArray[np.intp]:
    """Return (M,) the labels that a logistic regression on weighted points gives to `test`.

    Args:
        points: (N, D) points to learn from, of two or more classes.
        codes: (N,) their labels.
        weights: (N,) how much each counts, above 0.
        test: (M, D) points to label.
        shift: (C,) added to the logarithm of each class's probability, classes ascending.
    """
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=_MOST_STEPS)
    head.fit(points, codes, sample_weight=weights)
    if shift is None:
        return np.asarray(head.predict(test), np.intp)
    scores = head.predict_log_proba(test) + shift
    return np.asarray(head.classes_[scores.argmax(axis=1)], np.intp)
