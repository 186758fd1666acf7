"""What to know about a comparison, in sentences for people."""

from collections.abc import Sequence

import numpy as np

from core.audit.duplicates import Groups, repeated
from core.dataset import TRAIN, ImageDataset, Rows
from core.evaluate.folds import Fold, scored_rows
from core.evaluate.learn import fold_plan
from core.resample import Settings
from core.words import count_of, named

_FEW = 10  # images of a class below which its recall says little


def write_notes(
    dataset: ImageDataset,
    embedded: Rows,
    groups: Groups,
    folds: Sequence[Fold],
    *,
    asked_splits: int,
    splits: int,
    is_held_out: bool,
    smote: Settings | None,
) -> tuple[str, ...]:
    """Return a sentence for each thing that is less than one would expect.

    Args:
        dataset: The images.
        embedded: Rows with a vector.
        groups: (N,) the picture that each row shows.
        folds: All folds of all repeats.
        asked_splits: Folds per repeat that were asked for.
        splits: Folds per repeat that could be made.
        is_held_out: The test side is the test split as it came.
        smote: SMOTE's settings; None when it is not compared.
    """
    scored_at = folds[0].test if is_held_out else scored_rows(dataset, embedded, groups)
    scored = dataset.codes[scored_at]
    counts = dict(zip(*np.unique(scored, return_counts=True), strict=True))
    notes = []
    absent = int(np.setdiff1d(dataset.training_rows, embedded).size)
    if absent:
        notes.append(f"Left out, because they have no vector: {count_of(absent, 'image')}.")
    alike = sum(map(len, repeated(groups[scored_at])))
    if is_held_out:
        notes += _test_split_notes(groups, folds[0])
    elif alike:
        notes.append(
            f"Kept on one side of every fold with what looks the same: {count_of(alike, 'image')}."
        )
    unscored = [
        label
        for code, label in enumerate(dataset.classes)
        if dataset.counts(TRAIN)[label] and code not in counts
    ]
    if unscored:
        notes.append(
            f"Not scored, because the test split has no image of {_them(unscored)}: "
            f"{named(unscored)}."
            if is_held_out
            else f"Left out, because scoring needs 2 different training images: {named(unscored)}."
        )
    if splits < asked_splits and not is_held_out:
        notes.append(
            f"The smallest class has {splits} different images, so there are {splits} folds "
            f"instead of {asked_splits}."
        )
    few = [dataset.classes[code] for code, count in counts.items() if count < _FEW]
    if few:
        kind = "test images" if is_held_out else "images"
        notes.append(
            f"{_have(few)} fewer than {_FEW} {kind}: single recalls say little, trust the means."
        )
    if smote is not None:
        notes += _smote_notes(dataset, folds, int(smote["k_neighbors"]))
    return tuple(notes)


def _test_split_notes(groups: Groups, fold: Fold) -> list[str]:
    notes = [
        "Scored on the test split as it came. The intervals stand for other test images and other "
        "seeds, not for other training images."
    ]
    known = int(np.isin(groups[fold.test], groups[fold.train]).sum())
    if known:
        look = "looks" if known == 1 else "look"
        notes.append(
            f"{count_of(known, 'test image')} {look} the same as images to learn from: the scores "
            "are too high by what that gives away."
        )
    return notes


def _smote_notes(dataset: ImageDataset, folds: Sequence[Fold], k_neighbors: int) -> list[str]:
    alone: dict[str, int] = {}  # label -> folds where it has a single image to learn from
    clamped = set()
    for fold in folds:
        plan = fold_plan(dataset, fold, "smote")
        for label in (label for label, count in plan.add.items() if count):
            if plan.before[label] == 1:
                alone[label] = alone.get(label, 0) + 1
            elif plan.before[label] <= k_neighbors:
                clamped.add(label)
    notes = []
    if alone:
        notes.append(
            f"SMOTE needs 2 images to learn from. Where a fold has 1, the class stays as it is: "
            f"{named(sorted(alone))}, in up to {count_of(max(alone.values()), 'fold')} of "
            f"{len(folds)}."
        )
    if clamped:
        notes.append(
            f"{_have(sorted(clamped))} {k_neighbors} images or fewer to learn from in some folds: "
            f"SMOTE uses all of them there instead of {count_of(k_neighbors, 'neighbour')}."
        )
    return notes


def _them(labels: Sequence[str]) -> str:
    return "it" if len(labels) == 1 else "them"


def _have(labels: Sequence[str]) -> str:
    return f"{named(labels)} {'has' if len(labels) == 1 else 'have'}"
