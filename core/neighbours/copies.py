"""Find points that are copies of others in every value."""

import numpy as np
from numpy.typing import NDArray

from core.neighbours.rows import PointRows, spans


def without_surplus_copies(points: PointRows, most: int, step: int) -> NDArray[np.intp]:
    """Return the ascending positions of points that have fewer than `most` copies before them.

    Of equal points only the first few can be anybody's k nearest, as ties go to the lower
    position. Without the rest, a thousand black pictures cost no million distances.
    """
    sums = np.concatenate(
        [
            points.block(start, stop).sum(axis=1, dtype=np.float64)
            for start, stop in spans(len(points), step)
        ]
    )
    order = np.argsort(sums, kind="stable")
    firsts = np.flatnonzero(np.diff(sums[order], prepend=np.nan) != 0)
    surplus = np.zeros(len(points), np.bool_)
    for start, stop in zip(firsts, np.append(firsts[1:], len(order)), strict=True):
        left = order[start:stop]
        while len(left) > most:
            example = points.exact(left[:1])
            same = np.concatenate(
                [
                    (points.exact(left[a:b]) == example).all(axis=1)
                    for a, b in spans(len(left), step)
                ]
            )
            surplus[left[same][most:]] = True
            left = left[~same]
    return np.flatnonzero(~surplus)
