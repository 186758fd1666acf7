"""Which labels may be wrong: a ranking of images by what was predicted without having seen them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.evaluate.influence import measure_figure
from core.evaluate.predictions import Predictions


@dataclass(frozen=True, eq=False)
class LabelDoubts:
    """Images whose label another class claims, the most doubtful first.

    It is a ranking, not a rate: how many labels are wrong cannot be told from it, since hard images
    of the right label are in it too.
    """

    candidate: str  # whose predictions it is made of
    rows: Rows  # (M,) rows of the dataset
    labels: NDArray[np.intp]  # (M,) places in `classes` of the labels that they have
    claimed: NDArray[np.intp]  # (M,) of the labels that they may have
    margins: NDArray[np.float64]  # (M,) by how much the own label falls short, below 0


def rank_label_errors(predictions: Predictions, candidate: str | None = None) -> LabelDoubts:
    """Return the images that another class claims more than their own does.

    Probabilities are averaged over repeats, and each class's is taken as a share of what its own
    images get on average: a rare class that is never sure of any image is no reason to doubt all.

    Args:
        predictions: At least one repeat is done.
        candidate: Whose predictions; the one with the lowest Brier score unless given.

    Source:
        Northcutt et al., JAIR 2021.
    """
    if candidate is None:
        names = list(predictions.scores)
        losses = [measure_figure(predictions, name, "brier").mean for name in names]
        candidate = names[int(np.argmin(losses))]
    scores, actual = predictions.scores[candidate], predictions.actual
    mean = np.zeros(scores.shape[1:])
    for repeat in predictions.done:
        mean += scores[repeat].astype(np.float64) / len(predictions.done)
    images = np.arange(len(actual))
    sizes = np.maximum(np.bincount(actual, minlength=len(predictions.classes)), 1)
    ordinary = np.bincount(actual, weights=mean[images, actual], minlength=len(sizes)) / sizes
    shares = mean / np.maximum(ordinary, 1e-3)
    own = shares[images, actual]
    shares[images, actual] = -1.0
    claimed = shares.argmax(axis=1)
    margins = own - shares[images, claimed]
    found = np.flatnonzero(margins < 0)
    found = found[np.argsort(margins[found], kind="stable")]
    return LabelDoubts(
        candidate, predictions.rows[found], actual[found], claimed[found], margins[found]
    )
