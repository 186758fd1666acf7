"""Draw folds of the training split that share no picture, no near copy and no group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import ImageDataset, Rows, column_text
from core.duplicates import duplicate_groups
from core.duplicates.duplicates import Groups
from core.errors import LeakError, SettingError, TooFewClassesError
from core.evaluate.group_folds import MissingClasses, count_missing_classes, reduce_missing_classes
from core.randomness import stream, stream_seed
from core.words import count_of, named

_DRAWINGS = 5  # where a class is missing on a side, so many are tried with other seeds


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows to learn from and rows to score on; what belongs together is all on one side."""

    train: Rows  # ascending
    test: Rows  # ascending

    def __post_init__(self) -> None:
        freeze(self, "train", "test")


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
    different groups: one side of each fold would lack them (see `scored_rows`). All others are on
    the training side of every fold, and as far as possible on every test side.

    Args:
        dataset: The images.
        rows: Rows to draw from.
        groups: (N,) what stays together, from `kept_together`; files with the same bytes and images
            of one group do unless given.
        n_splits: Folds, at most; the class with the fewest groups should reach every fold, so there
            are fewer when it has fewer, and at least 2.
        seed: Same seed, same folds.

    Raises:
        TooFewClassesError: fewer than two classes have two different groups.
        SettingError: no folds were found that leave something of each class to learn from.
    """
    if groups is None:
        groups = kept_together(dataset, duplicate_groups(dataset), rows)
    rows = scored_rows(dataset, rows, groups)
    per_class = groups_per_class(dataset.codes[rows], groups[rows], len(dataset.classes))
    fewest = max(2, min(n_splits, int(per_class[per_class > 0].min())))
    # Groups that share classes may not fall into two parts that both have all of them; the more
    # folds, the more groups each leaves to learn from.
    for count in range(fewest, max(fewest, n_splits) + 1):
        folds = _draw(dataset, rows, groups, count, seed)
        unlearned = missing_classes(dataset, rows, [fold.train for fold in folds])
        if not unlearned:
            check_folds(folds, groups)
            return folds
    raise SettingError(
        f"With {count_of(n_splits, 'fold')}, groups cannot stay together and still leave images of "
        f"{named(unlearned)} to learn from. Leave the class out, use more folds, or choose another "
        "group column."
    )


def kept_together(dataset: ImageDataset, pictures: Groups, rows: Rows) -> Groups:
    """Return (N,) the group that each row stays with, on one side of every fold.

    What shows one picture stays together, and so does what is of one group of the column, such as a
    patient; two patients who share a picture do, too. Only `rows` link what they share: others
    stay with what shows the same picture.

    Args:
        dataset: The images.
        pictures: (N,) the picture that each row shows, from `picture_groups`.
        rows: Rows to draw folds from; those outside the training split link nothing.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not dataset.has_groups:
        return pictures
    rows = np.intersect1d(rows, dataset.training_rows)
    first = int(pictures.max()) + 1
    count = first + int(dataset.group_codes.max()) + 1
    links = pictures[rows], first + dataset.group_codes[rows]
    graph = coo_array((np.ones(len(rows), np.bool_), links), shape=(count, count))
    _, joined = connected_components(graph, directed=False)
    return np.asarray(joined[pictures], np.intp)


def scored_rows(dataset: ImageDataset, rows: Rows, groups: Groups) -> Rows:
    """Return the training rows of the classes that have two or more different groups.

    Raises:
        TooFewClassesError: fewer than two classes have.
    """
    rows = np.intersect1d(rows, dataset.training_rows)
    codes = dataset.codes[rows]
    is_scored = groups_per_class(codes, groups[rows], len(dataset.classes)) >= 2
    if is_scored.sum() < 2:
        need = "2 different training images each. Add images, or choose more classes."
        if dataset.has_groups:
            need = (
                f"training images of 2 groups each{column_text(dataset)}, since a group stays on "
                "one side. Add images of other groups, or choose another group column or none."
            )
        raise TooFewClassesError(
            f"{count_of(int(is_scored.sum()), 'class')} of '{dataset.name}' can be scored; a "
            f"comparison needs at least 2 classes with {need}"
        )
    return np.asarray(rows[is_scored[codes]], np.intp)


def check_folds(folds: Sequence[Fold], groups: Groups) -> None:
    """Raise LeakError when a picture, or what stays with it, stands on both sides of a fold."""
    for fold in folds:
        if np.isin(groups[fold.test], groups[fold.train]).any():
            raise LeakError("A picture to score on is also among the pictures to learn from.")


def missing_classes(dataset: ImageDataset, rows: Rows, sides: Sequence[Rows]) -> list[str]:
    """Return the classes of `rows` that some of `sides` have no image of, in name order."""
    every = set(dataset.codes[rows].tolist())
    missing = {code for side in sides for code in every.difference(dataset.codes[side].tolist())}
    return [dataset.classes[code] for code in sorted(missing)]


def _draw(dataset: ImageDataset, rows: Rows, groups: Groups, count: int, seed: int) -> list[Fold]:
    """Return folds with the fewest missing classes of some draws; mostly the first has none."""
    codes = np.unique(dataset.codes[rows], return_inverse=True)[1]
    places = np.unique(groups[rows], return_inverse=True)[1]
    fewest: MissingClasses | None = None
    for drawing in range(_DRAWINGS):
        names = ("folds", drawing) if drawing else ("folds",)
        if np.bincount(codes).min() >= count:
            drawn = _stratified(codes, places, count, stream_seed(seed, *names))
        else:  # which scikit-learn refuses
            drawn = stream(seed, *names).permutation(int(places.max()) + 1) % count
        mended = reduce_missing_classes(places, codes, drawn, count)
        missing = count_missing_classes(places, codes, mended, count)
        if fewest is None or missing < fewest:
            fewest, best = missing, mended[places]
        if not any(missing):
            break
    sides = [best == number for number in range(count)]
    return [Fold(rows[~is_test], rows[is_test]) for is_test in sides if is_test.any()]


def _stratified(
    codes: NDArray[np.intp], places: NDArray[np.intp], count: int, seed: int
) -> NDArray[np.intp]:
    """Return (G,) the fold of each group, with about the same classes in all folds."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed % 2**32)
    fold_of = np.zeros(int(places.max()) + 1, np.intp)
    for number, (_, test) in enumerate(splitter.split(codes, codes, places)):
        fold_of[places[test]] = number
    return fold_of


def groups_per_class(codes: NDArray[np.intp], groups: Groups, class_count: int) -> NDArray[np.intp]:
    """Return (C,) how many different groups each class has."""
    pairs = np.unique(np.column_stack([codes, groups]), axis=0)
    return np.bincount(pairs[:, 0], minlength=class_count)
