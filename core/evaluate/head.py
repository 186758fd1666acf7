"""What a head is: it learns labels from a balanced training side, and scores the other."""

from collections.abc import Callable
from dataclasses import dataclass

from core.embed import Embeddings
from core.evaluate.features import Features
from core.evaluate.inputs import HeadInput
from core.evaluate.linear_model import Fitter
from core.evaluate.metrics import Scores
from core.evaluate.training_set import Inner, TrainingSet
from core.records import AnyNumber

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
    inner: Inner | None = None  # of a head on vectors: held back to choose its strength by


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
    repeats: int = 10  # of all folds, unless a person says otherwise
    steps: int = 1  # reports of progress in one fit
    fitter: Fitter | None = None  # of a linear model on vectors, which rules may change

    @property
    def uses_encoder(self) -> bool:
        """Return whether predictions depend on what embedded the images."""
        return self.needs_layers or not self.learns_from_pictures
