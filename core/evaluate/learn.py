"""Balance the training side of one fold: what is learned from, and how much each counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.errors import LeakError
from core.evaluate.contenders import Contender, Part
from core.evaluate.features import Features, Source
from core.evaluate.folds import Fold
from core.randomness import stream
from core.resample import (
    BalancePlan,
    Exports,
    Made,
    Settings,
    TrainingSide,
    find_strategy,
    log_priors,
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
    bases: Rows  # (N,) the image that each is, or was made from
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
    dataset: ImageDataset, fold: Fold, strategy: str, settings: Settings | None = None
) -> BalancePlan:
    """Return what a strategy does to the training side, planned on that side's own counts."""
    return plan_counts(count_rows(dataset, fold.train), strategy, settings=settings)


def count_rows(dataset: ImageDataset, rows: Rows) -> dict[str, int]:
    """Return label -> how many of `rows` have it."""
    counts = np.bincount(dataset.codes[rows], minlength=len(dataset.classes))
    return dict(zip(dataset.classes, counts.tolist(), strict=True))


def balance(
    dataset: ImageDataset,
    embeddings: Embeddings,
    fold: Fold,
    source: Source,
    contender: Contender,
    *,
    seed: int,
) -> TrainingSet:
    """Return what `contender` makes of the training side.

    Raises:
        LeakError: a row of the test side would be learned from.
    """
    kept = fold.train
    counts = count_rows(dataset, kept)
    made: list[tuple[Made, Part]] = []
    for part in (part for part in contender.parts if not part.weighs):
        plan = plan_counts(counts, part.strategy, part.target, settings=part.settings)
        policy = part.policy or AugmentPolicy(())
        result = resample(
            TrainingSide(dataset, plan, embeddings, rows=kept, policy=policy, seed=seed)
        )
        made.append((result, part))
        kept, counts = result.kept, dict(result.plan.after)
    pieces = [(source.real(kept), dataset.codes[kept], kept)]
    votes = np.ones(len(kept), np.intp)
    used = [kept]
    for result, part in made:
        points = result.points
        # A copy is one more vote of its image. Cleaning may have left out the image that a copy
        # was made of: then the copy goes with it.
        copied = result.copies
        places = np.searchsorted(kept, copied[np.isin(copied, kept)])
        votes += np.bincount(places, minlength=len(kept))
        parents = rows_of_parents(points)
        used += [copied, parents[parents >= 0]]
        if len(points):
            features = source.synthetic(points, part.policy)
            pieces.append((features, points.codes, parents[:, 0]))
        if find_strategy(part.strategy).exports is Exports.AUGMENTED:
            assert part.policy is not None
            rows, repeats = _to_augment(dataset, kept, result.plan, source, part.policy, seed)
            used.append(rows)
            features = source.augmented(part.policy, rows, repeats)
            pieces.append((features, dataset.codes[rows], rows))
    if np.isin(fold.test, np.concatenate(used)).any():
        raise LeakError("A row of the test side is among the rows to learn from.")
    codes = np.concatenate([codes for _, codes, _ in pieces])
    all_votes = np.concatenate([votes, np.ones(len(codes) - len(kept), np.intp)])
    class_weight, shift = _emphasis(dataset, contender, codes, all_votes)
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


def _to_augment(
    dataset: ImageDataset,
    kept: Rows,
    plan: BalancePlan,
    source: Source,
    policy: AugmentPolicy,
    seed: int,
) -> tuple[Rows, NDArray[np.intp]]:
    """Return the images to augment, each equally often, give or take one, and which repeat."""
    rows, repeats = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
    kept = kept[source.has_pictures(policy, kept)]
    for code, label in enumerate(dataset.classes):
        mine = kept[dataset.codes[kept] == code]
        count = plan.add.get(label, 0)
        if count and len(mine):
            order = stream(seed, "augment", label).permutation(mine)
            rows.append(np.resize(order, count))
            repeats.append(np.arange(count) // len(mine))
    return np.concatenate(rows), np.concatenate(repeats)


def _emphasis(
    dataset: ImageDataset,
    contender: Contender,
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
    for part in (part for part in contender.parts if part.weighs):
        plan = plan_counts(counts, part.strategy, settings=part.settings)
        weight = np.array([plan.weight.get(label, 0.0) for label in dataset.classes])
        if find_strategy(part.strategy).adjusts_logits:
            priors = log_priors(counts)
            tau = float(part.settings["tau"])
            shift = np.array([-tau * priors.get(label, 0.0) for label in dataset.classes])
    return weight, shift
