"""Draw folds of the training split that share no picture, nor nearly the same one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit import duplicate_groups
from core.audit.duplicates import Groups
from core.dataset import ImageDataset, Rows
from core.errors import LeakError, TooFewClassesError
from core.randomness import stream_seed
from core.words import count_of


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows to learn from and rows to score on; what shows one picture is all on one side."""

    train: Rows  # ascending
    test: Rows  # ascending

    def __post_init__(self) -> None:
        self.train.setflags(write=False)
        self.test.setflags(write=False)


def make_folds(
    dataset: ImageDataset,
    rows: Rows,
    *,
    groups: Groups | None = None,
    n_splits: int = 5,
    seed: int = 0,
) -> list[Fold]:
    """Return folds over `rows`, each row in one test side.

    Rows outside the training split are left out, and so are the classes with fewer than two
    different pictures: one side of each fold would lack them (see `scored_rows`).

    Args:
        dataset: The images.
        rows: Rows to draw from.
        groups: (N,) the picture that each row shows, from `picture_groups`; files with the same
            bytes show the same one unless given.
        n_splits: Folds, at most; the smallest class must reach every fold, so there are fewer
            when it has fewer pictures, and at least 2.
        seed: Same seed, same folds.

    Raises:
        TooFewClassesError: fewer than two classes have two different pictures.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = duplicate_groups(dataset) if groups is None else groups
    rows = scored_rows(dataset, rows, groups)
    pictures = _pictures_per_class(dataset.codes[rows], groups[rows], len(dataset.classes))
    smallest = int(pictures[pictures > 0].min())
    splitter = StratifiedGroupKFold(
        n_splits=max(2, min(n_splits, smallest)),
        shuffle=True,
        random_state=stream_seed(seed, "folds") % 2**32,
    )
    parts = splitter.split(rows, dataset.codes[rows], groups[rows])
    folds = [Fold(rows[train], rows[test]) for train, test in parts]
    check_folds(folds, groups)
    return folds


def scored_rows(dataset: ImageDataset, rows: Rows, groups: Groups) -> Rows:
    """Return the training rows of the classes that have two or more different pictures.

    Raises:
        TooFewClassesError: fewer than two classes have.
    """
    rows = np.intersect1d(rows, dataset.training_rows)
    codes = dataset.codes[rows]
    is_scored = _pictures_per_class(codes, groups[rows], len(dataset.classes)) >= 2
    if is_scored.sum() < 2:
        raise TooFewClassesError(
            f"{count_of(int(is_scored.sum()), 'class')} of '{dataset.name}' can be scored; a "
            "comparison needs at least 2 classes with 2 different training images each. Add "
            "images, or choose more classes."
        )
    return np.asarray(rows[is_scored[codes]], np.intp)


def check_folds(folds: Sequence[Fold], groups: Groups) -> None:
    """Raise LeakError when a picture stands on both sides of a fold."""
    for fold in folds:
        if np.isin(groups[fold.test], groups[fold.train]).any():
            raise LeakError("A picture to score on is also among the pictures to learn from.")


def _pictures_per_class(
    codes: NDArray[np.intp], groups: Groups, class_count: int
) -> NDArray[np.intp]:
    """Return (C,) how many different pictures each class has."""
    pairs = np.unique(np.column_stack([codes, groups]), axis=0)
    return np.bincount(pairs[:, 0], minlength=class_count)
