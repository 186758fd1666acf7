"""The heads: what learns labels from a balanced training side, and scores the other side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.evaluate.features import Features
from core.evaluate.learn import TrainingSide
from core.evaluate.metrics import Scores

_C = 10.0  # strength of the data against the penalty
_TOLERANCE = 1e-4  # largest slope of the mean loss
_MOST_STEPS = 5_000
_NEIGHBOURS = 5
_LEAST_SCORE = 1e-3  # of a class that no neighbour speaks for

# Told of a step done, of how many, in a fit; raising from it cancels.
Tell = Callable[[int, int], None]


def _untold(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training side."""

    loss: float  # on the pieces that were learned from
    held_back: float | None  # balanced accuracy on images held back from them, where there are any


@dataclass(frozen=True, eq=False)
class Answer:
    """How likely each class is for each image of the test side."""

    scores: Scores  # (M, C), rows sum to 1
    curve: tuple[Epoch, ...] = ()


@dataclass(frozen=True)
class Fit:
    """All that a head is given beside pictures: what to answer, where, and from which seed."""

    class_count: int
    seed: int
    device: str = "cpu"
    tell: Tell = _untold


@dataclass(frozen=True)
class Head:
    """One way to learn labels."""

    name: str
    title: str
    help: str
    answer: Callable[[TrainingSide, Features, Fit], Answer]
    side_px: int | None = None  # it learns from pixels, of squares of this side
    repeats: int = 2  # usual repeats of five folds
    steps: int = 1  # reports of progress in one fit


def answer_linear(side: TrainingSide, test: Features, fit: Fit) -> Answer:
    """Return the scores of a logistic regression on weighted points."""
    from sklearn.linear_model import LogisticRegression

    scores = np.full((len(test), fit.class_count), -np.inf)
    if (side.codes == side.codes[0]).all():  # cleaning has left one class, and nothing to learn
        scores[:, side.codes[0]] = 0
        return Answer(_shifted(scores, side.shift))
    head = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=_MOST_STEPS)
    head.fit(side.features, side.codes, sample_weight=side.weights)
    # Logarithms of probabilities would be those of zeros, far from the border.
    decisions = np.asarray(head.decision_function(test), np.float64)
    if decisions.ndim == 1:  # of two classes, for the second
        decisions = np.column_stack([np.zeros(len(test)), decisions])
    scores[:, head.classes_] = decisions
    return Answer(_shifted(scores, side.shift))


def answer_neighbours(side: TrainingSide, test: Features, fit: Fit) -> Answer:
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
    return Answer(_shifted(np.log(scores), side.shift))


def answer_network(side: TrainingSide, test: Features, fit: Fit) -> Answer:
    """Return the scores of a small convolutional network that was trained from scratch."""
    from core.evaluate.network import train_network

    return train_network(side, test, fit)


HEADS: Mapping[str, Head] = {
    head.name: head
    for head in (
        Head(
            "linear",
            "Linear model on embeddings",
            "A logistic regression on the vectors of the encoder: seconds, and as good as the "
            "encoder is.",
            answer_linear,
        ),
        Head(
            "neighbours",
            "Nearest neighbours",
            "The five nearest training images vote. It learns nothing, so it shows what the "
            "points themselves do.",
            answer_neighbours,
        ),
        Head(
            "network",
            "Small network on pixels",
            "Six layers of 3 x 3 convolutions on squares of 32 px, trained from scratch under "
            "each strategy, as tutorials do: minutes to hours on a CPU.",
            answer_network,
            side_px=32,
            repeats=1,
            steps=10,
        ),
    )
}

LINEAR = "linear"


def find_head(name: str) -> Head:
    """Return the head called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in HEADS:
        raise SettingError(f"There is no head '{name}'. The heads are: {', '.join(HEADS)}.")
    return HEADS[name]


def _shifted(scores: NDArray[np.float64], shift: NDArray[np.float64]) -> Scores:
    """Return probabilities from their logarithms, with something added to each class."""
    moved = scores + shift
    powers = np.exp(moved - moved.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
