"""Train a network on the balanced side of a fold, and know when to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.embed.computing import turn_on
from core.evaluate.features import Features
from core.evaluate.head import Epoch, Fit, Prediction
from core.evaluate.metrics import PRIMARY, measure
from core.evaluate.training_set import TrainingSet
from core.randomness import stream

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim import Optimizer

_SCORE_BATCH = 256
_TOLD_EACH = 20  # batches
_LEAST_HELD_BACK = 5  # images of a class, below which too few would be left to learn from


@dataclass(frozen=True)
class Training:
    """How a network is trained."""

    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 1e-3
    decays: bool = True  # the learning rate falls to 0 along half a cosine
    patience: int = 4  # epochs without progress on what is held back, then it stops; 0: never
    held_back: float = 0.1  # share of the training images to watch progress on
    shuffles: bool = True
    softmax_twice: bool = False  # the loss takes probabilities for logits, a common mistake


DEFAULT_TRAINING = Training()


@dataclass(frozen=True, eq=False)
class Learner:
    """A network and how it learns."""

    network: "Module"  # holds all that changes
    score: "Callable[[Features], Tensor]"  # (B, ...) to (B, C) logits
    optimizer: "Optimizer"
    set_learning: Callable[[bool], object]  # told True before an epoch and False before scoring
    device: str


def train(
    learner: Learner,
    side: TrainingSet,
    test: Features,
    fit: Fit,
    training: Training,
    held: NDArray[np.intp],
) -> Prediction:
    """Return the scores of a network trained on `side`, and how training went.

    Args:
        learner: The network, before its first epoch.
        side: What to learn from; the first pieces are real images.
        test: What to score.
        fit: Classes, seed, and whom to tell of epochs.
        training: How.
        held: Places in `side` that are held back, from `hold_back`.
    """
    curve = learn(learner, side, fit, training, held)
    scores = _log_scores(learner, test, fit) + side.shift
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return Prediction(powers / powers.sum(axis=1, keepdims=True), curve)


def learn(
    learner: Learner, side: TrainingSet, fit: Fit, training: Training, held: NDArray[np.intp]
) -> tuple[Epoch, ...]:
    """Train a network on `side`, and return how training went; see `train`.

    Progress is watched on real images of the training side that are held back, never on the test
    side; the weights of the best epoch are kept.
    """
    from torch.optim.lr_scheduler import CosineAnnealingLR

    network = learner.network
    order_rng = stream(fit.seed, "order")
    # At one rate to the end, seeds differ by more than strategies do: by 24 points of accuracy on
    # 4,800 cats against 1,200 dogs.
    schedule = CosineAnnealingLR(learner.optimizer, training.epochs)
    learned = places_to_learn(side, held)
    places = np.repeat(learned, side.votes[learned])
    curve: list[Epoch] = []
    best, best_weights, since = -1.0, None, 0
    for epoch in range(training.epochs if len(places) > 1 else 0):
        order = order_rng.permutation(places) if training.shuffles else places
        tell = partial(fit.tell, epoch, training.epochs)
        loss = _learn_once(learner, side, order, fit, training, tell)
        if training.decays:
            schedule.step()
        seen = _watch(learner, side, held, fit) if len(held) else None
        curve.append(Epoch(loss, seen))
        if seen is None:
            continue
        since += 1
        if seen > best:
            best, best_weights, since = seen, _weights(network), 0
        if training.patience and since >= training.patience:
            break
    if best_weights is not None:
        network.load_state_dict(best_weights)
    return tuple(curve)


def hold_back(side: TrainingSet, training: Training, seed: int) -> NDArray[np.intp]:
    """Return places of real images, of each class its share, to watch progress on."""
    if not training.held_back or not training.patience:
        return np.empty(0, np.intp)
    held = []
    for code in np.unique(side.codes[: side.kept]).tolist():
        places = np.flatnonzero(side.codes[: side.kept] == code)
        if len(places) >= _LEAST_HELD_BACK:
            count = max(1, round(training.held_back * len(places)))
            held.append(stream(seed, "held back", code).permutation(places)[:count])
    return np.sort(np.concatenate(held)) if held else np.empty(0, np.intp)


def places_to_learn(side: TrainingSet, held: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the places that are not held back, and not made of an image that is."""
    return np.flatnonzero(~np.isin(side.bases, side.bases[held]))


def _learn_once(
    learner: Learner,
    side: TrainingSet,
    order: NDArray[np.intp],
    fit: Fit,
    training: Training,
    tell: Callable[[], None],
) -> float:
    """Learn from the places in `order` and return the mean loss."""
    import torch

    codes = torch.tensor(side.codes, device=learner.device)
    weight = torch.tensor(side.class_weight, dtype=torch.float32, device=learner.device)
    losses = []
    learner.set_learning(True)
    for number, start in enumerate(range(0, len(order), training.batch_size)):
        if number % _TOLD_EACH == 0:
            tell()
        batch = order[start : start + training.batch_size]
        if len(batch) == 1:  # a single picture has no spread for batch norm
            continue
        features = fit.take(side.features[batch])
        with turn_on(learner.device):
            scores = learner.score(features)
            scores = scores.softmax(1) if training.softmax_twice else scores
            loss = torch.nn.functional.cross_entropy(scores, codes[batch], weight)
            learner.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            learner.optimizer.step()
            losses.append(loss.detach())
    return float(torch.stack(losses).mean())


def _watch(learner: Learner, side: TrainingSet, held: NDArray[np.intp], fit: Fit) -> float:
    scores = np.exp(_log_scores(learner, side.features[held], fit))
    return measure(side.codes[held], scores)[PRIMARY]


def _weights(network: "Module") -> "dict[str, Tensor]":
    return {name: value.clone() for name, value in network.state_dict().items()}


def _log_scores(learner: Learner, features: Features, fit: Fit) -> NDArray[np.float64]:
    """Return (M, C) logarithms of how likely each class is."""
    import torch

    learner.set_learning(False)
    with torch.no_grad(), turn_on(learner.device):
        parts = [
            learner.score(fit.take(features[start : start + _SCORE_BATCH])).log_softmax(1)
            for start in range(0, len(features), _SCORE_BATCH)
        ]
    return np.asarray(torch.cat(parts).double().cpu().numpy())
