"""Mend folds of groups in which a class is missing on a side: move groups to other folds."""

import numpy as np
from numpy.typing import NDArray

_MOST_MOVED = 300  # groups that are looked at for one move, the smallest first

Gaps = tuple[int, int]  # training sides without a class, test sides without one


def count_gaps(images: NDArray[np.intp], fold_of: NDArray[np.intp], count: int) -> Gaps:
    """Return on how many training and test sides a class is missing, a class at a time.

    Args:
        images: (G, C) images of each group and class.
        fold_of: (G,) the fold that has the group on its test side.
        count: Folds.
    """
    return _gaps_of(_tested(images, fold_of, count))


def mend_gaps(images: NDArray[np.intp], fold_of: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return (G,) folds with as few gaps as moves of one group each can leave.

    Each move closes a gap; of several, the one after which the folds are most alike in size is
    taken. A class that is missing on a training side weighs more than one on a test side.
    """
    fold_of = fold_of.copy()
    order = np.argsort(images.sum(axis=1), kind="stable")
    gaps = count_gaps(images, fold_of, count)
    while any(gaps):
        tested = _tested(images, fold_of, count)
        classes = ((tested == tested.sum(axis=0)) | (tested == 0)).any(axis=0)
        groups = order[(images[order][:, classes] > 0).any(axis=1)][:_MOST_MOVED]
        best: tuple[Gaps, int, int, int] | None = None
        for group in groups.tolist():
            for fold in range(count):
                after = tested.copy()
                after[fold_of[group]] -= images[group]
                after[fold] += images[group]
                unlike = int((after.sum(axis=1) ** 2).sum())
                move = (_gaps_of(after), unlike, group, fold)
                best = move if best is None else min(best, move)
        if best is None or best[0] >= gaps:
            return fold_of
        gaps, _, group, fold = best
        fold_of[group] = fold
    return fold_of


def _tested(images: NDArray[np.intp], fold_of: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return (count, C) images of each class on the test sides."""
    tested = np.zeros((count, images.shape[1]), np.intp)
    np.add.at(tested, fold_of, images)
    return tested


def _gaps_of(tested: NDArray[np.intp]) -> Gaps:
    return int((tested == tested.sum(axis=0)).sum()), int((tested == 0).sum())
