"""Balance the training side of a fold: what a candidate makes of it, and what is learned then."""

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
from core.evaluate.training_set import TrainingSet
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
    dataset: ImageDataset, source: FeatureSource, candidate: Candidate, steps: Sequence[AppliedPart]
) -> TrainingSet:
    """Return what is learned from where `candidate` balances the training side.

    Args:
        dataset: The images.
        source: Where features come from, in a fold.
        candidate: What balances.
        steps: What `apply_candidate` made of the training side.

    Raises:
        LeakError: a row of the test side would be learned from.
    """
    fold = source.fold
    kept = steps[-1].made.kept if steps else fold.train
    pieces = [_Piece(source.real(kept), dataset.codes[kept], kept)]
    votes = np.ones(len(kept), np.intp)
    used = [kept]
    for step in steps:
        # A copy is one more vote of its image. Cleaning may have left out the image that a copy
        # was made of: then the copy goes with it.
        copies = step.made.copies
        votes += np.bincount(
            np.searchsorted(kept, copies[np.isin(copies, kept)]), minlength=len(kept)
        )
        made = _made_pieces(source, step)
        pieces += made
        used += [copies, *(piece.bases for piece in made), *(piece.partners for piece in made)]
    if np.isin(fold.test, np.concatenate(used)).any():
        raise LeakError("A row of the test side is among the rows to learn from.")
    codes = np.concatenate([piece.codes for piece in pieces])
    all_votes = np.concatenate([votes, np.ones(len(codes) - len(kept), np.intp)])
    class_weight, shift = _emphasis(dataset, fold, candidate, (codes, all_votes))
    return TrainingSet(
        np.concatenate(
            [pieces[0].features, *(one.features for one in pieces[1:] if len(one.codes))]
        ),
        codes,
        all_votes,
        np.concatenate([piece.bases for piece in pieces]),
        class_weight,
        shift,
        len(kept),
        int(all_votes.sum()) - len(fold.train),
        np.concatenate([piece.partners for piece in pieces]),
    )


@dataclass(frozen=True, eq=False)
class _Piece:
    features: Features
    codes: NDArray[np.intp]
    bases: Rows
    second: Rows | None = None

    @property
    def partners(self) -> Rows:
        return np.full(len(self.codes), -1, np.intp) if self.second is None else self.second


def _made_pieces(source: FeatureSource, step: AppliedPart) -> list[_Piece]:
    """Return the points and the pictures that one step has made."""
    pieces = []
    points = step.points(takes_pictures=source.takes_pictures)
    if len(points):
        parents = rows_of_parents(points)
        pieces.append(_Piece(source.synthetic(points), points.codes, parents[:, 0], parents[:, 1]))
    pictures = step.pictures(takes_pictures=source.takes_pictures)
    if len(pictures):
        pictures = pictures.only(source.has(step.part.made_by, pictures))
        features = source.augmented(step.part.made_by, pictures)
        pieces.append(_Piece(features, pictures.codes, pictures.rows))
    return pieces


def _emphasis(
    dataset: ImageDataset,
    fold: Fold,
    candidate: Candidate,
    learned: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (C,) the weight of each class, and (C,) what is added to its score, as it turns out.

    Both are those of what is learned from: its codes, and how often each piece counts.
    """
    codes, votes = learned
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
