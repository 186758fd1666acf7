"""What to know about a comparison, in sentences for people."""

from collections.abc import Sequence

import numpy as np

from core.dataset import TRAIN, ImageDataset, Rows, column_text
from core.duplicates.duplicates import Groups, repeated
from core.evaluate.adapting import adapting_note
from core.evaluate.balancing import fold_plan
from core.evaluate.candidates import Candidate, Part
from core.evaluate.experiment import Design, Experiment
from core.evaluate.folds import Fold
from core.words import count_of, named

_UNEVEN = 2  # how often the smallest fold may go into the largest one
_FEW = 10  # images of a class below which its recall says little


def write_notes(
    experiment: Experiment, design: Design, candidates: Sequence[Candidate]
) -> tuple[str, ...]:
    """Return a sentence for each thing that is less than one would expect."""
    dataset, embeddings = experiment.dataset, experiment.embeddings
    is_held_out, folds = experiment.on_test_split, design.folds
    notes = []
    if embeddings.base is not None:
        notes.append(
            adapting_note(
                embeddings.base, learns_from_pictures=experiment.head.learns_from_pictures
            )
        )
    absent = int(np.setdiff1d(dataset.training_rows, embeddings.rows).size)
    if absent:
        notes.append(f"Left out because they have no vector: {count_of(absent, 'image')}.")
    if is_held_out:
        notes += _test_split_notes(dataset, design.pictures, folds[0])
    else:
        notes += _together_notes(dataset, design.pictures, design.rows)
    notes += _made_notes(dataset, design)
    notes += _unscored_notes(experiment, design)
    if not is_held_out:
        notes += _uneven_notes(design)
    counts = np.bincount(design.actual, minlength=len(dataset.classes))
    few = [dataset.classes[code] for code in design.codes if counts[code] < _FEW]
    if few:
        kind = "test images" if is_held_out else "images"
        notes.append(
            f"{_have(few)} fewer than {_FEW} {kind}: recall of a single class says little, so rely "
            "on the means."
        )
    # What comes first finds the images of the fold as they are.
    for part in (candidate.parts[0] for candidate in candidates if candidate.parts):
        if part.looks_for_neighbors and not part.as_pictures:
            notes += _neighbor_notes(dataset, folds, part)
    # Several of SMOTE's kin say the same.
    return tuple(dict.fromkeys(notes))


def added_notes(added: Sequence[Candidate], compared: int) -> list[str]:
    """Return what became of the others where candidates were added to a comparison.

    Args:
        added: Candidates of which nothing was known before; all the others were whole.
        compared: How many candidates there are now.
    """
    if not added:
        return []
    return [
        f"Added to what was compared before: {named([one.title for one in added])}. The other "
        f"{compared - len(added)} were not run again. All intervals and outcomes are worked out "
        "again."
    ]


def _unscored_notes(experiment: Experiment, design: Design) -> list[str]:
    dataset = experiment.dataset
    counts = dataset.counts(TRAIN)
    scored = set(design.codes.tolist())
    unscored = [
        label for code, label in enumerate(dataset.classes) if counts[label] and code not in scored
    ]
    if not unscored:
        return []
    if experiment.on_test_split:
        return [
            f"Not scored because the test split has no image of {_them(unscored)}: "
            f"{named(unscored)}."
        ]
    needed = "training images of 2 groups" if dataset.has_groups else "2 different training images"
    return [f"Learned but not scored, because scoring needs {needed}: {named(unscored)}."]


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


def _made_notes(dataset: ImageDataset, design: Design) -> list[str]:
    """Return what becomes of the pictures that Evenset made, in an export that came back."""
    made = int(dataset.is_made[design.whole].sum())
    if not made:
        return []
    return [
        f"Learned but not scored, because Evenset made them from other images: "
        f"{count_of(made, 'picture')}. Each stays on the side of its original."
    ]


def _uneven_notes(design: Design) -> list[str]:
    """Return what large groups do to the folds."""
    notes = []
    sizes = [len(fold.test) for fold in design.folds]
    least, most = min(sizes), max(sizes)
    largest = max(map(len, repeated(design.groups[design.rows])), default=1)
    if most > _UNEVEN * least and largest > np.mean(sizes):
        notes.append(
            f"The folds are uneven, from {least:,} to {count_of(most, 'image')} to score on: "
            f"{largest:,} of {len(design.rows):,} images have to stay together. The means are less "
            "reliable."
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
