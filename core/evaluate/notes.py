"""What to know about a comparison, in sentences for people."""

from collections.abc import Sequence

import numpy as np

from core.dataset import TRAIN, ImageDataset, Rows, column_text
from core.duplicates.duplicates import Groups, repeated
from core.evaluate.candidates import Candidate, Part
from core.evaluate.folds import Fold, groups_per_class, missing_classes, scored_rows
from core.evaluate.training_set import fold_plan
from core.words import count_of, named

_UNEVEN = 2  # how often the smallest fold may go into the largest one
_FEW = 10  # images of a class below which its recall says little


def write_notes(
    dataset: ImageDataset,
    embedded: Rows,
    pictures: Groups,
    groups: Groups,
    folds: Sequence[Fold],
    *,
    asked_splits: int,
    splits: int,
    is_held_out: bool,
    candidates: Sequence[Candidate],
) -> tuple[str, ...]:
    """Return a sentence for each thing that is less than one would expect.

    Args:
        dataset: The images.
        embedded: Rows with a vector.
        pictures: (N,) the picture that each row shows.
        groups: (N,) what stays together in the folds, from `kept_together`.
        folds: All folds of all repeats.
        asked_splits: Folds per repeat that were asked for.
        splits: Folds per repeat that could be made.
        is_held_out: The test side is the test split as it came.
        candidates: What is compared.
    """
    scored_at = folds[0].test if is_held_out else scored_rows(dataset, embedded, groups)
    scored = dataset.codes[scored_at]
    counts = dict(zip(*np.unique(scored, return_counts=True), strict=True))
    notes = []
    absent = int(np.setdiff1d(dataset.training_rows, embedded).size)
    if absent:
        notes.append(f"Left out because they have no vector: {count_of(absent, 'image')}.")
    if is_held_out:
        notes += _test_split_notes(dataset, pictures, folds[0])
    else:
        notes += _together_notes(dataset, pictures, scored_at)
    needed = "training images of 2 groups" if dataset.has_groups else "2 different training images"
    unscored = [
        label
        for code, label in enumerate(dataset.classes)
        if dataset.counts(TRAIN)[label] and code not in counts
    ]
    if unscored:
        notes.append(
            f"Not scored because the test split has no image of {_them(unscored)}: "
            f"{named(unscored)}."
            if is_held_out
            else f"Left out because scoring needs {needed}: {named(unscored)}."
        )
    if not is_held_out:
        if splits < asked_splits:
            notes.append(_fewer_folds_note(dataset, groups, scored_at, asked_splits, splits))
        notes += _uneven_notes(dataset, groups, scored_at, folds)
    few = [dataset.classes[code] for code, count in counts.items() if count < _FEW]
    if few:
        kind = "test images" if is_held_out else "images"
        notes.append(
            f"{_have(few)} fewer than {_FEW} {kind}: recall of a single class says little, so rely "
            "on the means."
        )
    # What comes first finds the images of the fold as they are.
    for part in (candidate.parts[0] for candidate in candidates):
        if part.looks_for_neighbors and not part.as_pictures:
            notes += _neighbor_notes(dataset, folds, part)
    # Several of SMOTE's kin say the same.
    return tuple(dict.fromkeys(notes))


def _together_notes(dataset: ImageDataset, pictures: Groups, rows: Rows) -> list[str]:
    notes = []
    alike = sum(map(len, repeated(pictures[rows])))
    if alike:
        notes.append(
            "Kept on one side of every fold with their near-duplicates: "
            f"{count_of(alike, 'image')}."
        )
    groups = repeated(dataset.group_codes[rows])
    if groups:
        notes.append(
            f"Kept on one side of every fold with their group{column_text(dataset)}: "
            f"{count_of(sum(map(len, groups)), 'image')} of {count_of(len(groups), 'group')}."
        )
    return notes


def _fewer_folds_note(
    dataset: ImageDataset, groups: Groups, rows: Rows, asked_splits: int, splits: int
) -> str:
    """Return which classes allow few folds only, and how many there would be without them."""
    counts = groups_per_class(dataset.codes[rows], groups[rows], len(dataset.classes))
    kind = "images of {} groups only" if dataset.has_groups else "{} different images"
    fewest = int(counts[counts > 0].min())
    smallest = [dataset.classes[code] for code in np.flatnonzero(counts == fewest)]
    larger = counts[counts > fewest]
    text = (
        f"{_have(smallest)} {kind.format(fewest)}, so there are {splits} folds instead of "
        f"{asked_splits}"
    )
    if len(larger) < 2:
        return f"{text}."
    more = min(asked_splits, int(larger.min()))
    return f"{text}. Leave {_them(smallest)} out on Load for {more} and narrower intervals."


def _uneven_notes(
    dataset: ImageDataset, groups: Groups, rows: Rows, folds: Sequence[Fold]
) -> list[str]:
    """Return what large groups do to the folds."""
    notes = []
    sizes = [len(fold.test) for fold in folds]
    least, most = min(sizes), max(sizes)
    largest = max(map(len, repeated(groups[rows])), default=1)
    if most > _UNEVEN * least and largest > np.mean(sizes):
        notes.append(
            f"The folds are uneven, from {least:,} to {count_of(most, 'image')} to score on: "
            f"{largest:,} of {len(rows):,} images have to stay together. The means are less "
            "reliable."
        )
    untested = missing_classes(dataset, rows, [fold.test for fold in folds])
    if untested:
        notes.append(
            f"Some folds have no image of {_them(untested)} to score on, because groups stay "
            f"together: {named(untested)}."
        )
    return notes


def _test_split_notes(dataset: ImageDataset, pictures: Groups, fold: Fold) -> list[str]:
    notes = [
        "Scored on the original test split. The intervals cover other test images and other "
        "seeds, not other training images."
    ]
    known = int(np.isin(pictures[fold.test], pictures[fold.train]).sum())
    if known:
        verb = "looks" if known == 1 else "look"
        notes.append(
            f"{count_of(known, 'test image')} {verb} the same as training images, so the scores "
            "are too high."
        )
    groups = dataset.group_codes
    shared = groups[fold.test][np.isin(groups[fold.test], groups[fold.train])]
    if len(shared):
        notes.append(
            f"{count_of(len(shared), 'test image')} {'is' if len(shared) == 1 else 'are'} of "
            f"{count_of(len(np.unique(shared)), 'group')}{column_text(dataset)} with training "
            "images, so the scores are too high."
        )
    return notes


def _neighbor_notes(dataset: ImageDataset, folds: Sequence[Fold], part: Part) -> list[str]:
    k_neighbors = int(part.settings["k_neighbors"])
    alone: dict[str, int] = {}  # label -> folds where it has a single image to learn from
    clamped = set()
    for fold in folds:
        plan = fold_plan(dataset, fold, part.strategy, part.settings, part.target)
        for label in (label for label, count in plan.add.items() if count):
            if plan.before[label] == 1:
                alone[label] = alone.get(label, 0) + 1
            elif plan.before[label] <= k_neighbors:
                clamped.add(label)
    notes = []
    if alone:
        notes.append(
            "SMOTE needs 2 training images. In folds with 1, the class stays as it is: "
            f"{named(sorted(alone))}, in up to {count_of(max(alone.values()), 'fold')} of "
            f"{len(folds)}."
        )
    if clamped:
        notes.append(
            f"{_have(sorted(clamped))} {k_neighbors} training images or fewer in some folds: SMOTE "
            f"uses all of them there instead of {count_of(k_neighbors, 'neighbour')}."
        )
    return notes


def _them(labels: Sequence[str]) -> str:
    return "it" if len(labels) == 1 else "them"


def _have(labels: Sequence[str]) -> str:
    return f"{named(labels)} {'has' if len(labels) == 1 else 'have'}"
