"""Balance the training side of one fold, learn from it, and label the other side."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import LeakError
from core.evaluate.folds import Fold
from core.evaluate.heads import Points, Space, predict
from core.evaluate.report import FLOOR
from core.resample import (
    BalancePlan,
    Settings,
    SyntheticPoints,
    find_strategy,
    log_priors,
    plan_counts,
    resample,
)


@dataclass(frozen=True, eq=False)
class TrainingSide:
    """N points to learn from: real ones, and the synthetic ones between them."""

    points: Points  # (N, D)
    codes: NDArray[np.intp]  # (N,)
    weights: NDArray[np.float64]  # (N,) in sum, as many as real images stay


def fold_plan(
    dataset: ImageDataset, fold: Fold, strategy: str, settings: Settings | None = None
) -> BalancePlan:
    """Return what a strategy does to the training side, planned on that side's own counts."""
    codes = np.bincount(dataset.codes[fold.train], minlength=len(dataset.classes))
    counts = dict(zip(dataset.classes, codes.tolist(), strict=True))
    return plan_counts(counts, strategy, settings=settings)


def label_test_side(
    dataset: ImageDataset,
    embeddings: Embeddings,
    fold: Fold,
    space: Space,
    strategy: str,
    settings: Settings | None = None,
    *,
    seed: int,
) -> NDArray[np.intp]:
    """Return the label that each test row gets after balancing the training side.

    Raises:
        LeakError: a row of the test side would be learned from.
    """
    if strategy == FLOOR:
        largest = np.bincount(dataset.codes[fold.train]).argmax()
        return np.full(len(fold.test), largest, np.intp)
    plan = fold_plan(dataset, fold, strategy, settings)
    with warnings.catch_warnings():
        # Many classes with few points are what folds and undersampling make.
        warnings.filterwarnings("ignore", message="The number of unique classes")
        side = balance(dataset, embeddings, fold, space, plan, seed=seed)
        return predict(
            side.points, side.codes, side.weights, space.test, shift=_shift(side.codes, plan)
        )


def balance(
    dataset: ImageDataset,
    embeddings: Embeddings,
    fold: Fold,
    space: Space,
    plan: BalancePlan,
    *,
    seed: int,
) -> TrainingSide:
    """Return what `plan` makes of the training side, in the head's space.

    Raises:
        LeakError: a row of the test side would be learned from.
    """
    result = resample(dataset, embeddings, plan, rows=fold.train, seed=seed)
    kept, made = result.kept, result.points
    if np.isin(fold.test, np.concatenate([kept, made.parents.ravel()])).any():
        raise LeakError("A row of the test side is among the rows to learn from.")
    # A copy is one more vote of its image; to fit it as a second point would only take longer.
    is_copy = made.fractions == 0
    # Cleaning may have left out the image that a copy was made of: then the copy goes with it.
    copied = made.parents[is_copy, 0]
    copied = np.searchsorted(kept, copied[np.isin(copied, kept)])
    votes = 1.0 + np.bincount(copied, minlength=len(kept))
    between = _between(space, fold, embeddings, made.only(~is_copy))
    codes = np.concatenate([dataset.codes[kept], made.labels[~is_copy]])
    weight_of = np.array([plan.weight.get(label, 0.0) for label in dataset.classes])
    weights = weight_of[codes] * np.concatenate([votes, np.ones(len(between))])
    # Many points weaken the head's penalty by their mere number. With the weights of as many
    # points as there are real ones, strategies differ in what they add and in nothing else.
    weights *= len(kept) / weights.sum()
    points = np.concatenate([space.train[np.searchsorted(fold.train, kept)], between])
    return TrainingSide(points, codes, weights)


def _between(space: Space, fold: Fold, embeddings: Embeddings, made: SyntheticPoints) -> Points:
    if made.interpolation != "linear":
        return space.place(made.materialize(embeddings))
    base, neighbour = np.searchsorted(fold.train, made.parents).T
    start = space.train[base]
    return np.asarray(start + made.fractions[:, None] * (space.train[neighbour] - start))


def _shift(codes: NDArray[np.intp], plan: BalancePlan) -> NDArray[np.float64] | None:
    """Return what is added to the score of each class that is learned, ascending."""
    if not find_strategy(plan.strategy).adjusts_logits:
        return None
    values, counts = np.unique(codes, return_counts=True)
    priors = log_priors(dict(zip(values.tolist(), counts.tolist(), strict=True)))
    return -float(plan.settings["tau"]) * np.array([priors[code] for code in values.tolist()])
