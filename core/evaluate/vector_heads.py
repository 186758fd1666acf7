"""Heads that learn from vectors, and rules that change what a linear one learns or answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evaluate.features import Features
from core.evaluate.head import Fit, Predict, Prediction
from core.evaluate.linear_model import Fitter, LinearModel, fit_discriminant
from core.evaluate.metrics import Scores
from core.evaluate.training_set import TrainingSet

_NEIGHBOURS = 5
_LEAST_SCORE = 1e-3  # of a class that no neighbour speaks for

_EXPONENTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOVES = np.linspace(-3, 3, 25)  # of a threshold, in the logarithm of a score
_ROUNDS = 2  # over all classes


def predict_with(fitter: Fitter) -> Predict:
    """Return the head that learns a linear model in this way."""

    def predict(side: TrainingSet, test: Features, fit: Fit) -> Prediction:
        model = fitter(side, fit.inner).model
        return Prediction(shifted(model.log_scores(test), side.shift))

    return predict


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
    return Prediction(shifted(np.log(scores), side.shift))


def shifted(scores: NDArray[np.float64], shift: NDArray[np.float64]) -> Scores:
    """Return probabilities from their logarithms, with something added to each class."""
    moved = scores + shift
    powers = np.exp(moved - moved.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


@dataclass(frozen=True)
class Rule:
    """Another way to learn from the same vectors, as a row of a comparison: it adds no files."""

    name: str
    title: str
    help: str
    source: str
    predict: Callable[[Fitter, TrainingSet, Features, Fit], Prediction]
    is_default: bool = False  # has a row unless others are chosen


def _by_discriminant(_: Fitter, side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return the scores of a discriminant that takes all classes for equally likely."""
    learned = np.bincount(side.codes, side.weights, minlength=fit.class_count)
    with np.errstate(divide="ignore"):
        shift = np.where(learned > 0, -np.log(learned / learned.sum()), 0.0)
    return predict_with(fit_discriminant)(replace(side, shift=side.shift + shift), test, fit)


def _by_thresholds(fitter: Fitter, side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return the head's scores, moved so that the classes held back are recognised alike."""
    fitted = fitter(side, fit.inner)
    shift = side.shift.copy()
    if fitted.inner is not None and fit.inner is not None:
        log_scores, codes = fitted.inner.log_scores(fit.inner.features), fit.inner.codes
        best = _recall(log_scores + shift, codes)
        for _ in range(_ROUNDS):
            for code in np.unique(codes).tolist():
                for move in sorted(_MOVES, key=abs):
                    tried = shift.copy()
                    tried[code] += move
                    recall = _recall(log_scores + tried, codes)
                    if recall > best + 1e-9:
                        best, shift = recall, tried
    return Prediction(shifted(fitted.model.log_scores(test), shift))


def _by_tau_norm(fitter: Fitter, side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return the head's scores without constants, the slopes of each class brought to one length.

    How far they are is chosen on what was held back.
    """
    fitted = fitter(side, fit.inner)
    exponent = 1.0
    if fitted.inner is not None and fit.inner is not None:
        recalls = [
            _recall(_normed(fitted.inner, one).log_scores(fit.inner.features), fit.inner.codes)
            for one in _EXPONENTS
        ]
        exponent = _EXPONENTS[int(np.argmax(recalls))]
    return Prediction(shifted(_normed(fitted.model, exponent).log_scores(test), side.shift))


def _normed(model: LinearModel, exponent: float) -> LinearModel:
    lengths = np.linalg.norm(model.slopes, axis=0)
    lengths = np.where(lengths > 0, lengths, 1)
    constants = np.where(np.isfinite(model.constants), 0.0, -np.inf)
    # The mean length stays, so that scores are as sure as before.
    return LinearModel(model.slopes * (lengths / lengths.mean()) ** -exponent, constants)


def _recall(log_scores: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """Return the mean share of each class that is recognised."""
    is_right = log_scores.argmax(axis=1) == codes
    counts = np.bincount(codes)
    return float((np.bincount(codes, is_right)[counts > 0] / counts[counts > 0]).mean())


# To add one: a record whose function sees only the training side and what is held back of it.
RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "lda",
            "Shrunken LDA",
            "A linear discriminant that takes all classes for equally likely, its covariance drawn "
            "towards a round one. A closed form that often does as well as any balancing.",
            "Friedman, Regularized Discriminant Analysis, JASA 84 (1989).",
            _by_discriminant,
            is_default=True,
        ),
        Rule(
            "thresholds",
            "Tuned thresholds",
            "The model as it is; the score that each class needs is tuned on images held back from "
            "the training side, for the mean recall.",
            "Collell et al., Neurocomputing 275 (2018), doi:10.1016/j.neucom.2017.08.035.",
            _by_thresholds,
        ),
        Rule(
            "tau_norm",
            "Tau-normalised slopes",
            "The model without constants, the slopes of all classes brought towards one length: "
            "those of small classes are shorter.",
            "Kang et al., Decoupling Representation and Classifier, ICLR 2020, arXiv:1910.09217.",
            _by_tau_norm,
        ),
    )
}
