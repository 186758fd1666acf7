"""The training set of a fold: what a head learns from, and the weight of each sample."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.evaluate.features import Features


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """N pieces to learn from: images that stay, and what was made of them."""

    features: Features  # (N, ...)
    codes: NDArray[np.intp]  # (N,)
    votes: NDArray[np.intp]  # (N,) 1, and a further one for each copy
    bases: Rows  # (N,) the image that each is, or was made from; -1: of none
    class_weight: NDArray[np.float64]  # (C,) for each code of the dataset
    shift: NDArray[np.float64]  # (C,) added to the logarithm of each class's score
    kept: int  # real images that stay
    change: int  # pieces more than there were images, copies included; below 0 fewer
    partners: Rows | None = None  # (N,) the second parent of each, -1: of none; None: of nobody

    def without(self, rows: Rows) -> "TrainingSet":
        """Return the pieces that owe nothing to `rows`, nor to images that nobody knows.

        Each class weighs, of the whole, what it weighed before.
        """
        is_free = (self.bases >= 0) & ~np.isin(self.bases, rows)
        if self.partners is not None:
            is_free &= ~np.isin(self.partners, rows)
        count = len(self.class_weight)
        before = np.bincount(self.codes, self.votes, minlength=count)
        after = np.bincount(self.codes[is_free], self.votes[is_free], minlength=count)
        return TrainingSet(
            self.features[is_free],
            self.codes[is_free],
            self.votes[is_free],
            self.bases[is_free],
            self.class_weight * np.divide(before, after, out=np.ones(count), where=after > 0),
            self.shift,
            int(is_free[: self.kept].sum()),
            0,
            None if self.partners is None else self.partners[is_free],
        )

    @property
    def weights(self) -> NDArray[np.float64]:
        """Return (N,) how much each piece counts: in sum, as many as real images stay.

        Many points weaken a penalty by their mere number. With the weights of as many points as
        there are real ones, strategies differ in what they add and in nothing else.
        """
        weights = self.class_weight[self.codes] * self.votes
        return np.asarray(weights * (self.kept / weights.sum()), np.float64)


@dataclass(frozen=True, eq=False)
class Inner:
    """Images of a training side that are held back to choose by, the same for all candidates."""

    rows: Rows  # (H,) ascending
    features: Features  # (H, D)
    codes: NDArray[np.intp]  # (H,)
