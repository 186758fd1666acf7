"""A validation split for a set that has none: what belongs together stays on one side."""

import numpy as np

from core.dataset import TRAIN, VALIDATION, ImageDataset, Rows
from core.duplicates import Groups, picture_groups
from core.errors import SettingError
from core.evaluate.folds import kept_together, make_folds
from core.progress import Progress, silent
from core.words import count_of, named

LEAST_SHARE, MOST_SHARE = 0.05, 0.5
USUAL_SHARE = 0.2
WHY = "split_off"


def parse_share(text: str) -> float:
    """Return 0.2 for '20%' or '0.2'.

    Raises:
        SettingError: it is no share between LEAST_SHARE and MOST_SHARE.
    """
    number = text.strip()
    try:
        share = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError:
        share = np.nan
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise SettingError(
            f"'{text[:30]}' is no share of the training images. Use {LEAST_SHARE:.0%} to "
            f"{MOST_SHARE:.0%}, such as {USUAL_SHARE:.0%}."
        )
    return share


def split_off(
    dataset: ImageDataset,
    share: float = USUAL_SHARE,
    *,
    pictures: Groups | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Rows:
    """Return training rows that are to become the validation split, ascending.

    They are the test side of one of 1 / `share` folds, so that no picture, near copy or group of
    the column stands on both sides, and classes have about the shares that they had. A class of
    one group stays in training. What Evenset has made of an image goes with it.

    Args:
        dataset: Without a validation split.
        share: Of the training images, LEAST_SHARE to MOST_SHARE; rounded to one of so many folds.
        pictures: (N,) the picture that each row shows; found unless given.
        seed: Same seed, same rows.
        progress: Told of pictures looked at.

    Raises:
        SettingError: there is a validation split already.
        TooFewClassesError: fewer than two classes have two different groups.
    """
    if VALIDATION in dataset.splits:
        there = count_of(sum(dataset.counts(VALIDATION).values()), "image")
        raise SettingError(f"'{dataset.name}' has a validation split already, of {there}.")
    if pictures is None:
        pictures = picture_groups(dataset, progress)
    rows = dataset.training_rows
    groups = kept_together(dataset, pictures, rows)
    folds = make_folds(dataset, rows, groups=groups, n_splits=round(1 / share), seed=seed)

    def worth(test: Rows) -> tuple[int, float]:
        return len(np.unique(dataset.codes[test])), -abs(len(test) - share * len(rows))

    test = max((fold.test for fold in folds), key=worth)
    # What was made of these would else stay behind to be learned from.
    made = rows[dataset.is_made[rows] & np.isin(groups[rows], groups[test])]
    return np.union1d(test, made)


def split_off_sentence(dataset: ImageDataset, rows: Rows) -> str:
    """Return what becomes of the training images of `dataset` when `rows` are moved."""
    images, all_images = count_of(len(rows), "image"), len(dataset.training_rows)
    text = f"{images} of {all_images:,} become the validation split"
    stays = set(np.flatnonzero(list(dataset.counts(TRAIN).values()))) - set(dataset.codes[rows])
    if not stays:
        return f"{text}; all classes are in it."
    labels = named([dataset.classes[code] for code in sorted(stays)])
    return f"{text}; too few images that differ to have some of {labels} in it."
