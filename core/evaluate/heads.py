"""The heads: what learns labels from a balanced training side, and scores the other side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import DEFAULT_ENCODER, ENCODERS, Embeddings, find_encoder
from core.errors import SettingError
from core.evaluate.features import Features
from core.evaluate.inputs import HeadInput, pixel_input
from core.evaluate.metrics import Scores
from core.evaluate.training_set import TrainingSet
from core.records import AnyNumber

_C = 10.0  # strength of the data against the penalty
_TOLERANCE = 1e-4  # largest slope of the mean loss
_MOST_STEPS = 5_000
_NEIGHBOURS = 5
_LEAST_SCORE = 1e-3  # of a class that no neighbour speaks for

# Passes over the training side, and what one core at 2 GHz takes.
_TUNED, _TRAINED = 8, 10
_POINT_SECONDS = 3e-6  # for a point and a class, where vectors are learned from
_PICTURE_SECONDS = 1e-3  # for a picture and a pass, of the small network

# Told of a step done, of how many, in a fit; raising from it cancels.
Tell = Callable[[int, int], None]


def _as_they_are(features: Features) -> Features:
    return features


def _untold(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training side."""

    loss: AnyNumber  # on the pieces that were learned from
    held_back: float | None  # balanced accuracy on images held back from them, where there are any


@dataclass(frozen=True, eq=False)
class Prediction:
    """How likely each class is for each image of the test side."""

    scores: Scores  # (M, C), rows sum to 1
    curve: tuple[Epoch, ...] = ()


@dataclass(frozen=True)
class Fit:
    """All that a head is given beside features: what to predict, where, and from which seed."""

    class_count: int
    seed: int
    device: str = "cpu"
    tell: Tell = _untold
    take: Callable[[Features], Features] = _as_they_are  # features to what a network takes


Predict = Callable[[TrainingSet, Features, Fit], Prediction]


@dataclass(frozen=True)
class OpenHead:
    """A head that is ready for the folds of a comparison."""

    predict: Predict
    input: HeadInput | None = None  # how it sees pictures; None: it learns from the vectors
    is_small: bool = False  # on a CPU, threads would mostly wait for each other


@dataclass(frozen=True)
class Work:
    """What a head has to do in all folds of all strategies, as far as is known beforehand."""

    pieces: float  # points or pictures to learn from
    class_count: int
    encoder: str


@dataclass(frozen=True)
class Head:
    """One way to learn labels."""

    name: str
    title: str
    help: str
    open: Callable[[Embeddings, str], OpenHead]  # vectors, and the device of a network
    seconds: Callable[[Work], float | None]  # of one core, a rough guide; None: not known
    learns_from_pictures: bool = False
    needs_layers: bool = False  # of the encoder, to tune the last of them
    repeats: int = 2  # usual repeats of five folds; of fewer, more often
    steps: int = 1  # reports of progress in one fit

    @property
    def uses_encoder(self) -> bool:
        """Return whether predictions depend on what embedded the images."""
        return self.needs_layers or not self.learns_from_pictures


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


def _on_vectors(work: Work) -> float:
    return work.pieces * work.class_count * _POINT_SECONDS


def _on_pixels(work: Work) -> float:
    return work.pieces * _TRAINED * _PICTURE_SECONDS


def _on_layers(work: Work) -> float | None:
    # Looked up, not found: an estimate asks nothing of Hugging Face.
    encoder = ENCODERS.get(work.encoder)
    if encoder is None or encoder.learn_seconds is None:
        return None
    return work.pieces * _TUNED * encoder.learn_seconds


def _open_network(embeddings: Embeddings, device: str) -> OpenHead:  # noqa: ARG001
    from core.evaluate.network import SIDE_PX, train_network

    return OpenHead(train_network, pixel_input(SIDE_PX), is_small=True)


def _open_fine_tuning(embeddings: Embeddings, device: str) -> OpenHead:
    from core.evaluate.fine_tuning import open_fine_tuning

    return open_fine_tuning(embeddings.encoder, device)


HEADS: Mapping[str, Head] = {
    head.name: head
    for head in (
        Head(
            "linear",
            "Linear model on embeddings",
            "A logistic regression on the vectors of the encoder: takes seconds, and is as good "
            "as the encoder.",
            lambda *_: OpenHead(predict_linear),
            _on_vectors,
        ),
        Head(
            "neighbours",
            "Nearest neighbours",
            "The five nearest training images vote. Nothing is learned, so it shows the effect of "
            "the points alone.",
            lambda *_: OpenHead(predict_neighbors),
            _on_vectors,
        ),
        Head(
            "fine_tuning",
            "Encoder with its last block fine-tuned",
            "Starts as the linear model and fine-tunes the last block of the built-in or a "
            "pretrained encoder with it: minutes to hours on a CPU. SMOTE's points become "
            "augmented pictures here.",
            _open_fine_tuning,
            _on_layers,
            learns_from_pictures=True,
            needs_layers=True,
            repeats=1,
            steps=_TUNED,
        ),
        Head(
            "network",
            "Small network on pixels",
            "Six 3 x 3 convolution layers on squares of 32 px, trained from scratch for each "
            "strategy, as in tutorials: minutes to hours on a CPU. SMOTE's points become "
            "augmented pictures here.",
            _open_network,
            _on_pixels,
            learns_from_pictures=True,
            repeats=1,
            steps=_TRAINED,
        ),
    )
}

DEFAULT_HEAD = next(iter(HEADS))


def find_head(name: str) -> Head:
    """Return the head called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in HEADS:
        raise SettingError(f"There is no head '{name}'. The heads are: {', '.join(HEADS)}.")
    return HEADS[name]


def check_head(head: Head, encoder: str) -> None:
    """Refuse a head that cannot learn with an encoder.

    Raises:
        SettingError: the head tunes layers, and the encoder has none; or there is no such encoder.
    """
    if head.needs_layers and find_encoder(encoder).cut is None:
        raise SettingError(
            f"The encoder '{encoder}' has no layers to fine-tune. Embed the images with "
            f"'{DEFAULT_ENCODER}' or a pretrained model, or choose another head."
        )


def _shifted(scores: NDArray[np.float64], shift: NDArray[np.float64]) -> Scores:
    """Return probabilities from their logarithms, with something added to each class."""
    moved = scores + shift
    powers = np.exp(moved - moved.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
