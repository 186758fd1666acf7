"""Folds of groups: move groups to other folds where a class is missing on a side."""

import numpy as np
from numpy.typing import NDArray

_MOST_MOVED = 300  # groups that are looked at for one move, the smallest first

MissingClasses = tuple[int, int]  # on training sides, on test sides: sum over classes
Numbers = NDArray[np.intp]


def count_missing_classes(
    groups: Numbers, codes: Numbers, fold_of: Numbers, count: int
) -> MissingClasses:
    """Return on how many training and on how many test sides a class is missing.

    Args:
        groups: (N,) the group of each image, from 0.
        codes: (N,) its class, from 0.
        fold_of: (G,) the fold that has the group on its test side.
        count: Folds.
    """
    return _missing_in(_table(fold_of[groups], codes, count))


def reduce_missing_classes(
    groups: Numbers, codes: Numbers, fold_of: Numbers, count: int
) -> Numbers:
    """Return (G,) folds with as few missing classes as moves of one group each can leave.

    Each move brings a class to a side; of several, the one after which the folds are most alike in
    size is taken. A class missing on a training side weighs more than one on a test side.
    """
    tested = _table(fold_of[groups], codes, count)
    missing = _missing_in(tested)
    if not any(missing):
        return fold_of
    fold_of = fold_of.copy()
    images = _table(groups, codes, len(fold_of))
    order = np.argsort(images.sum(axis=1), kind="stable")
    while any(missing):
        lacking = ((tested == tested.sum(axis=0)) | (tested == 0)).any(axis=0)
        movable = order[(images[order][:, lacking] > 0).any(axis=1)][:_MOST_MOVED]
        best: tuple[MissingClasses, int, int, int] | None = None
        for group in movable.tolist():
            for fold in range(count):
                after = _moved(tested, images[group], int(fold_of[group]), fold)
                unlike = int((after.sum(axis=1) ** 2).sum())
                move = (_missing_in(after), unlike, group, fold)
                best = move if best is None else min(best, move)
        if best is None or best[0] >= missing:
            break
        missing, _, group, fold = best
        tested = _moved(tested, images[group], int(fold_of[group]), fold)
        fold_of[group] = fold
    return fold_of


def _table(places: Numbers, codes: Numbers, count: int) -> Numbers:
    """Return (count, C) how many images of each class stand at each place."""
    classes = int(codes.max()) + 1
    counts = np.bincount(places * classes + codes, minlength=count * classes)
    return counts.reshape(count, classes)


def _moved(tested: Numbers, images: Numbers, before: int, after: int) -> Numbers:
    moved = tested.copy()
    moved[before] -= images
    moved[after] += images
    return moved


def _missing_in(tested: Numbers) -> MissingClasses:
    return int((tested == tested.sum(axis=0)).sum()), int((tested == 0).sum())
