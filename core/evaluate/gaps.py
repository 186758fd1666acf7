"""Mend folds of groups in which a class is missing on a side: move groups to other folds."""

import numpy as np
from numpy.typing import NDArray

_MOST_MOVED = 300  # groups that are looked at for one move, the smallest first

Gaps = tuple[int, int]  # training sides without a class, test sides without one
Numbers = NDArray[np.intp]


def count_gaps(groups: Numbers, codes: Numbers, fold_of: Numbers, count: int) -> Gaps:
    """Return on how many training and on how many test sides a class is missing.

    Args:
        groups: (N,) the group of each image, from 0.
        codes: (N,) its class, from 0.
        fold_of: (G,) the fold that has the group on its test side.
        count: Folds.
    """
    return _gaps_of(_table(fold_of[groups], codes, count))


def mend_gaps(groups: Numbers, codes: Numbers, fold_of: Numbers, count: int) -> Numbers:
    """Return (G,) folds with as few gaps as moves of one group each can leave.

    Each move closes a gap; of several, the one after which the folds are most alike in size is
    taken. A class that is missing on a training side weighs more than one on a test side.
    """
    tested = _table(fold_of[groups], codes, count)
    gaps = _gaps_of(tested)
    if not any(gaps):
        return fold_of
    fold_of = fold_of.copy()
    images = _table(groups, codes, len(fold_of))
    order = np.argsort(images.sum(axis=1), kind="stable")
    while any(gaps):
        lacking = ((tested == tested.sum(axis=0)) | (tested == 0)).any(axis=0)
        movable = order[(images[order][:, lacking] > 0).any(axis=1)][:_MOST_MOVED]
        best: tuple[Gaps, int, int, int] | None = None
        for group in movable.tolist():
            for fold in range(count):
                after = _moved(tested, images[group], int(fold_of[group]), fold)
                unlike = int((after.sum(axis=1) ** 2).sum())
                move = (_gaps_of(after), unlike, group, fold)
                best = move if best is None else min(best, move)
        if best is None or best[0] >= gaps:
            break
        gaps, _, group, fold = best
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


def _gaps_of(tested: Numbers) -> Gaps:
    return int((tested == tested.sum(axis=0)).sum()), int((tested == 0).sum())
