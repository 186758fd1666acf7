"""The heads that learn from vectors: a linear model, and nearest neighbours."""

import numpy as np
from numpy.typing import NDArray

from core.evaluate.features import Features
from core.evaluate.head import Fit, Prediction
from core.evaluate.metrics import Scores
from core.evaluate.training_set import TrainingSet

_C = 10.0  # strength of the data against the penalty
_TOLERANCE = 1e-4  # largest slope of the mean loss
_MOST_STEPS = 5_000
_NEIGHBOURS = 5
_LEAST_SCORE = 1e-3  # of a class that no neighbour speaks for


def predict_linear(side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return the scores of a logistic regression on weighted points."""
    slopes, constants = fit_linear(side.features, side.codes, side.weights, fit.class_count)
    # Logarithms of probabilities would be those of zeros, far from the border.
    return Prediction(_shifted(test @ slopes + constants, side.shift))


def fit_linear(
    features: Features, codes: NDArray[np.intp], weights: NDArray[np.float64], class_count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (D, C) slopes and (C,) constants of the logarithm of each class's score.

    The constant of a class that is not learned is minus infinity. Features are about 1 long.
    """
    from sklearn.linear_model import LogisticRegression

    all_slopes = np.zeros((features.shape[1], class_count))
    all_constants = np.full(class_count, -np.inf)
    if (codes == codes[0]).all():  # cleaning has left one class, and nothing to learn
        all_constants[codes[0]] = 0
        return all_slopes, all_constants
    head = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=_MOST_STEPS)
    head.fit(features, codes, sample_weight=weights)
    slopes, constants = np.asarray(head.coef_, np.float64), np.asarray(head.intercept_, np.float64)
    if len(slopes) == 1:  # of two classes, for the second
        slopes = np.concatenate([np.zeros_like(slopes), slopes])
        constants = np.concatenate([[0.0], constants])
    all_slopes[:, head.classes_], all_constants[head.classes_] = slopes.T, constants
    return all_slopes, all_constants


def predict_neighbors(side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return what the five nearest points say, a copy being a point of its own."""
    from sklearn.neighbors import NearestNeighbors

    count = min(_NEIGHBOURS, len(side.features))
    nearest = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(side.features)
    places = nearest.kneighbors(test, return_distance=False)
    votes = side.votes[places]
    before = np.cumsum(votes, axis=1) - votes
    voices = np.clip(_NEIGHBOURS - before, 0, votes) * side.class_weight[side.codes[places]]
    scores = np.full((len(test), fit.class_count), _LEAST_SCORE)
    rows = np.repeat(np.arange(len(test)), count)
    np.add.at(scores, (rows, side.codes[places].ravel()), voices.ravel())
    return Prediction(_shifted(np.log(scores), side.shift))


def _shifted(scores: NDArray[np.float64], shift: NDArray[np.float64]) -> Scores:
    """Return probabilities from their logarithms, with something added to each class."""
    moved = scores + shift
    powers = np.exp(moved - moved.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
