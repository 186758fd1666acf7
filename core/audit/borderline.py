"""The images beside a check's threshold: what moving it would add or take away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.audit.check import AuditInput, Check
from core.dataset import Rows
from core.words import count_of


@dataclass(frozen=True, eq=False)
class Borderline:
    """What a check finds from a threshold on, and which images lie nearest to it."""

    count: int  # images that are found
    images: int  # that were measured
    found: Rows  # (F,) the nearest that are found, nearest first
    found_scores: NDArray[np.float64]  # (F,)
    spared: Rows  # (S,) the nearest that are not, nearest first
    spared_scores: NDArray[np.float64]  # (S,)

    def __post_init__(self) -> None:
        freeze(self, "found", "found_scores", "spared", "spared_scores")

    @property
    def text(self) -> str:
        """Return how many are found, of how many."""
        return f"{self.count:,} of {count_of(self.images, 'image')} found."


def borderline(given: AuditInput, check: Check, threshold: float, *, most: int = 8) -> Borderline:
    """Return the images nearest to a threshold on both sides, of those that are not left out.

    Args:
        given: What was measured.
        check: One with scores.
        threshold: Above which an image is found, or below which where the check `is_low`.
        most: How many on each side.
    """
    assert check.scores is not None
    rows = given.dataset.present_rows
    scores = check.scores(given)[rows]
    is_measured = np.isfinite(scores)
    rows, scores = rows[is_measured], scores[is_measured].astype(np.float64)
    is_found = check.excess(scores, threshold) > 0
    order = np.lexsort((rows, np.abs(scores - threshold)))
    found, spared = order[is_found[order]][:most], order[~is_found[order]][:most]
    return Borderline(
        int(is_found.sum()), len(rows), rows[found], scores[found], rows[spared], scores[spared]
    )
