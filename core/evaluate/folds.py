"""Draw folds of the training split that share no picture, no near copy and no group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import ImageDataset, Rows, column_text
from core.duplicates import fold_groups
from core.duplicates.duplicates import Groups
from core.errors import LeakError, SettingError, TooFewClassesError
from core.evaluate.group_folds import count_missing_classes, reduce_missing_classes
from core.randomness import stream
from core.words import count_of, named

_HELD_BACK = 0.2  # of a training side, to choose by
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
    """Return folds over `rows`, each scored row in one test side.

    Rows outside the training split are left out. A class of one group is on the training side of
    every fold and on no test side; all others are learned from in every fold. A class with fewer
    groups than there are folds is on so many test sides, and sets no other class back. Pictures
    that Evenset has made are learned from where their original is, and on no test side: to know
    what was drawn from an image again says nothing of images that are still to come.

    Args:
        dataset: The images.
        rows: Rows to draw from.
        groups: (N,) what stays together, from `kept_together`; files with the same bytes, images of
            one group, and an image with what is made from it do unless given.
        n_splits: Folds; fewer where there are fewer groups.
        seed: Same seed, same folds.

    Raises:
        TooFewClassesError: fewer than two classes have two different groups.
        SettingError: no folds were found that leave something of each class to learn from.
    """
    if groups is None:
        groups = kept_together(dataset, fold_groups(dataset), rows)
    rows = np.intersect1d(rows, dataset.training_rows)
    scored = scored_rows(dataset, rows, groups)
    # What is not scored stays with its group: a picture of two classes may link it to what is.
    always = np.setdiff1d(rows, scored)
    always = always[~np.isin(groups[always], groups[scored])]
    beside = np.setdiff1d(np.setdiff1d(rows, scored), always)
    folds = _draw(dataset, scored, groups, n_splits, seed)
    unlearned = missing_classes(dataset, scored, [fold.train for fold in folds])
    if unlearned:
        raise SettingError(
            f"With {count_of(n_splits, 'fold')}, groups cannot stay together and still leave "
            f"images of {named(unlearned)} to learn from. Leave the class out, use more folds, or "
            "choose another group column."
        )
    whole = []
    for fold in folds:
        apart = beside[~np.isin(groups[beside], groups[fold.test])]
        whole.append(Fold(np.sort(np.concatenate([fold.train, always, apart])), fold.test))
    check_folds(whole, groups)
    return whole


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
    return linked(dataset, pictures, np.intersect1d(rows, dataset.training_rows))


def linked(dataset: ImageDataset, pictures: Groups, rows: Rows) -> Groups:
    """Return (N,) groups as `kept_together` does, but `rows` of any split link what they share."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not dataset.has_groups:
        return pictures
    first = int(pictures.max()) + 1
    count = first + int(dataset.group_codes.max()) + 1
    links = pictures[rows], first + dataset.group_codes[rows]
    graph = coo_array((np.ones(len(rows), np.bool_), links), shape=(count, count))
    _, joined = connected_components(graph, directed=False)
    return np.asarray(joined[pictures], np.intp)


def scored_rows(dataset: ImageDataset, rows: Rows, groups: Groups) -> Rows:
    """Return the training rows of the classes that have two or more different groups.

    What Evenset has made is none of them.

    Raises:
        TooFewClassesError: fewer than two classes have.
    """
    rows = np.intersect1d(rows, dataset.training_rows)
    rows = rows[~dataset.is_made[rows]]
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


def draw_inner(dataset: ImageDataset, rows: Rows, groups: Groups, seed: int) -> Rows:
    """Return a fifth of a training side to hold back, ascending: of each class what it can spare.

    Groups stay whole. A class of one group is not held back, and no class is held back as a whole.
    """
    rng = stream(seed, "inner")
    codes = dataset.codes[rows]
    names, places = np.unique(groups[rows], return_inverse=True)
    table = np.zeros((len(names), len(dataset.classes)), np.intp)
    np.add.at(table, (places, codes), 1)
    main = table.argmax(axis=1)
    left = table.sum(axis=0)
    is_held = np.zeros(len(names), np.bool_)
    for code in np.unique(main).tolist():
        mine = rng.permutation(np.flatnonzero(main == code))
        for group in mine[: max(1, round(len(mine) * _HELD_BACK))].tolist():
            if ((left - table[group])[table[group] > 0] > 0).all():
                is_held[group] = True
                left = left - table[group]
    return np.asarray(rows[is_held[places]], np.intp)


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
    """Return folds that lack as few classes as possible; mostly the first drawing lacks none."""
    codes = np.unique(dataset.codes[rows], return_inverse=True)[1]
    places = np.unique(groups[rows], return_inverse=True)[1]
    # A class of fewer groups than folds is missing on some test sides whatever is drawn.
    per_class = groups_per_class(codes, places, int(codes.max()) + 1)
    unavoidable = (0, int(np.maximum(count - per_class, 0).sum()))
    least: tuple[int, int] | None = None
    for drawing in range(_DRAWINGS):
        names = ("folds", drawing) if drawing else ("folds",)
        drawn = deal_groups(codes, places, count, stream(seed, *names))
        missing = count_missing_classes(places, codes, drawn, count)
        if missing != unavoidable:
            drawn = reduce_missing_classes(places, codes, drawn, count)
            missing = count_missing_classes(places, codes, drawn, count)
        if least is None or missing < least:
            least, best = missing, drawn[places]
        if missing == unavoidable:
            break
    sides = [best == number for number in range(count)]
    return [Fold(rows[~is_test], rows[is_test]) for is_test in sides if is_test.any()]


def deal_groups(
    codes: NDArray[np.intp], places: NDArray[np.intp], count: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return (G,) the fold of each group, with about the same classes in all folds.

    `codes` and `places` are (N,) the class and the group of each image, from 0.

    Groups are dealt like cards: class by class, by their most frequent one, large groups first.
    """
    group_count = int(places.max()) + 1
    table = np.zeros((group_count, int(codes.max()) + 1), np.intp)
    np.add.at(table, (places, codes), 1)
    main, sizes = table.argmax(axis=1), table.sum(axis=1)
    fold_of = np.empty(group_count, np.intp)
    if (sizes == sizes.max()).all():
        shuffled = rng.permutation(group_count)
        order = shuffled[np.argsort(main[shuffled], kind="stable")]
        # The next class begins where the last one ended, so that no fold has all small classes.
        fold_of[order] = (np.arange(group_count) + rng.integers(count)) % count
        return fold_of
    filled = np.zeros((count, table.shape[1]))
    share = np.maximum(table.sum(axis=0), 1)
    shuffled = rng.permutation(group_count)
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")].tolist():
        here = np.flatnonzero(table[group])
        # The fold that lacks most of the group's classes takes it; of equal ones the smallest.
        lack = (filled[:, here] / share[here]).max(axis=1)
        fold = int(np.lexsort((filled.sum(axis=1), np.round(lack, 9)))[0])
        fold_of[group] = fold
        filled[fold] += table[group]
    return fold_of


def groups_per_class(codes: NDArray[np.intp], groups: Groups, class_count: int) -> NDArray[np.intp]:
    """Return (C,) how many different groups each class has."""
    pairs = np.unique(np.column_stack([codes, groups]), axis=0)
    return np.bincount(pairs[:, 0], minlength=class_count)
