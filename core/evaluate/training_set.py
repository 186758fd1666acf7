"""The training set of a fold: what a head learns from, and the weight of each sample."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.augment import Pictures
from core.augment.draws import join_pictures, numbered_after
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.errors import LeakError
from core.evaluate.candidates import Candidate, Part
from core.evaluate.features import Features, FeatureSource, policy_key
from core.evaluate.folds import Fold
from core.resample import (
    BalancePlan,
    Made,
    Settings,
    SyntheticPoints,
    Target,
    TrainingSide,
    no_points,
    plan_counts,
    resample,
)
from core.resample.synthetic import rows_of_parents


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """N pieces to learn from: images that stay, and what was made of them."""

    features: Features  # (N, ...)
    codes: NDArray[np.intp]  # (N,)
    votes: NDArray[np.intp]  # (N,) 1, and a further one for each copy
    bases: Rows  # (N,) the image that each is, or was made from; -1: of none
    class_weight: NDArray[np.float64]  # (C,) for each code of the dataset
    shift: NDArray[np.float64]  # (C,) added to the logarithm of each class's score
    kept: int  # real images that stay
    change: int  # pieces more than there were images, copies included; below 0 fewer

    @property
    def weights(self) -> NDArray[np.float64]:
        """Return (N,) how much each piece counts: in sum, as many as real images stay.

        Many points weaken a penalty by their mere number. With the weights of as many points as
        there are real ones, strategies differ in what they add and in nothing else.
        """
        weights = self.class_weight[self.codes] * self.votes
        return np.asarray(weights * (self.kept / weights.sum()), np.float64)


def fold_plan(
    dataset: ImageDataset,
    fold: Fold,
    strategy: str,
    settings: Settings | None = None,
    target: Target | None = None,
) -> BalancePlan:
    """Return what a strategy does to the training side, planned on that side's own counts."""
    return plan_counts(count_rows(dataset, fold.train), strategy, target, settings=settings)


def count_rows(dataset: ImageDataset, rows: Rows) -> dict[str, int]:
    """Return label -> how many of `rows` have it."""
    counts = np.bincount(dataset.codes[rows], minlength=len(dataset.classes))
    return dict(zip(dataset.classes, counts.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class AppliedPart:
    """What one part of a candidate makes of a training side."""

    part: Part
    made: Made

    def points(self, *, takes_pictures: bool) -> SyntheticPoints:
        """Return the points that are learned from."""
        is_none = takes_pictures or self.part.as_pictures
        return no_points() if is_none else self.made.points

    def pictures(self, *, takes_pictures: bool) -> Pictures:
        """Return the pictures that are learned from: all that an export writes, or none."""
        is_none = not self.part.needs_pictures(head_takes_pictures=takes_pictures)
        return join_pictures() if is_none else self.made.pictures


def apply_candidate(
    dataset: ImageDataset, embeddings: Embeddings, rows: Rows, candidate: Candidate, *, seed: int
) -> list[AppliedPart]:
    """Return what the parts that add or leave out make of a training side, in their order."""
    counts = count_rows(dataset, rows)
    steps: list[AppliedPart] = []
    pictures: dict[str, list[Pictures]] = {}  # by policy
    for part in (part for part in candidate.parts if not part.weighs):
        plan = plan_counts(counts, part.strategy, part.target, settings=part.settings)
        side = TrainingSide(dataset, plan, embeddings, rows, part.made_by, seed)
        made = resample(side)
        before = pictures.setdefault(policy_key(part.made_by), [])
        later = numbered_after(dataset, part.made_by, made.pictures, join_pictures(before))
        made = replace(made, pictures=later)
        before.append(later)
        steps.append(AppliedPart(part, made))
        rows, counts = made.kept, dict(made.plan.after)
    return steps


def balance(
    dataset: ImageDataset,
    fold: Fold,
    source: FeatureSource,
    candidate: Candidate,
    steps: Sequence[AppliedPart],
) -> TrainingSet:
    """Return what is learned from where `candidate` balances the training side.

    Args:
        dataset: The images.
        fold: Both sides.
        source: Where features come from.
        candidate: What balances.
        steps: What `apply_candidate` made of the training side.

    Raises:
        LeakError: a row of the test side would be learned from.
    """
    kept = steps[-1].made.kept if steps else fold.train
    pieces = [(source.real(kept), dataset.codes[kept], kept)]
    votes = np.ones(len(kept), np.intp)
    used = [kept]
    for step in steps:
        # A copy is one more vote of its image. Cleaning may have left out the image that a copy
        # was made of: then the copy goes with it.
        copies = step.made.copies
        votes += np.bincount(
            np.searchsorted(kept, copies[np.isin(copies, kept)]), minlength=len(kept)
        )
        points = step.points(takes_pictures=source.takes_pictures)
        parents = rows_of_parents(points)
        used += [copies, parents[parents >= 0]]
        if len(points):
            pieces.append((source.synthetic(points), points.codes, parents[:, 0]))
        pictures = step.pictures(takes_pictures=source.takes_pictures)
        if len(pictures):
            pictures = pictures.only(source.has(step.part.made_by, pictures))
            features = source.augmented(step.part.made_by, pictures)
            pieces.append((features, pictures.codes, pictures.rows))
            used.append(pictures.rows)
    if np.isin(fold.test, np.concatenate(used)).any():
        raise LeakError("A row of the test side is among the rows to learn from.")
    codes = np.concatenate([codes for _, codes, _ in pieces])
    all_votes = np.concatenate([votes, np.ones(len(codes) - len(kept), np.intp)])
    class_weight, shift = _emphasis(dataset, fold, candidate, codes, all_votes)
    return TrainingSet(
        np.concatenate([pieces[0][0], *(made for made, _, _ in pieces[1:] if len(made))]),
        codes,
        all_votes,
        np.concatenate([bases for _, _, bases in pieces]),
        class_weight,
        shift,
        len(kept),
        int(all_votes.sum()) - len(fold.train),
    )


def _emphasis(
    dataset: ImageDataset,
    fold: Fold,
    candidate: Candidate,
    codes: NDArray[np.intp],
    votes: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (C,) the weight of each class, and (C,) what is added to its score, as it turns out.

    Both are those of the counts that are learned from.
    """
    class_count = len(dataset.classes)
    weight, shift = np.ones(class_count), np.zeros(class_count)
    if not len(codes):  # cleaning has left nothing
        return weight, shift
    numbers = np.bincount(codes, weights=votes, minlength=class_count).astype(int).tolist()
    counts = dict(zip(dataset.classes, numbers, strict=True))
    for part in (part for part in candidate.parts if part.weighs):
        plan = plan_counts(counts, part.strategy, settings=part.settings)
        made = resample(TrainingSide(dataset, plan, rows=fold.train))
        weight, shift = made.class_weight, made.logit_offset
    return weight, shift
