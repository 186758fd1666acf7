"""How well labels were given: counts of right and wrong, and what they come to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.words import lowered

Codes = NDArray[np.intp]  # (M,)
Scores = NDArray[np.float64]  # (M, C) how likely each class is, rows sum to 1
Confusion = NDArray[np.intp]  # (C, C) images of the row's class that got the column's label

_BINS = 15  # of confidence, for the calibration error


@dataclass(frozen=True)
class Metric:
    """One figure, 1 at most, that says how good predictions are."""

    name: str
    title: str
    help: str
    lowest: float = 0.0
    is_error: bool = False  # less is better
    begins_with_name: bool = False  # the title keeps its capital inside a sentence
    tested_on: str = ""  # the metric whose intervals stand for those that this one has not

    @property
    def words(self) -> str:
        """Return the title as it stands inside a sentence."""
        return self.title if self.begins_with_name else lowered(self.title)


PRIMARY = "balanced_accuracy"

# To add one: a record with its help and the function that measures it from predictions.
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            PRIMARY,
            "Balanced accuracy",
            "The share of each class that is recognised, averaged over classes: a small class "
            "counts as much as a large one.",
        ),
        Metric(
            "macro_f1",
            "Macro F1",
            "Like balanced accuracy, but images wrongly predicted as a class count against it "
            "too. Averaged over the classes.",
        ),
        Metric(
            "accuracy",
            "Accuracy",
            "The share of all images that is recognised. Large classes dominate it: it can be "
            "high even if a small class is never recognised.",
        ),
        Metric(
            "g_mean",
            "G-mean of recalls",
            "The geometric mean of the classes' recalls: 0 as soon as one class is never "
            "recognised.",
            begins_with_name=True,
        ),
        Metric(
            "g_mean_one_vs_rest",
            "G-mean, one against the rest",
            "The root of mean recall times mean specificity, each class against all others. Some "
            "papers also call it G-mean; it is far higher because specificity is high anyway.",
            begins_with_name=True,
        ),
        Metric(
            "mcc",
            "MCC",
            "Matthews' correlation of labels and predictions: 0 is chance, 1 is perfect. "
            "Predicting one class for all images gains nothing.",
            lowest=-1.0,
        ),
        Metric(
            "average_precision",
            "Average precision",
            "How well the score of each class ranks its images above the others, averaged over "
            "the classes. It does not depend on a threshold.",
        ),
        Metric(
            "calibration_error",
            "Calibration error",
            "How far confidence and accuracy lie apart (15 bins). Balancing often makes it worse: "
            "the scores then assume classes of equal size. Few images show some by chance alone; "
            "differences are tested on the Brier score. Lower is better.",
            is_error=True,
            tested_on="brier",
        ),
        Metric(
            "brier",
            "Brier score",
            "Half the squared distance between the scores and the truth, on average. Lower is "
            "better.",
            is_error=True,
            begins_with_name=True,
        ),
    )
}


def count_confusion(actual: Codes, predicted: Codes, class_count: int) -> Confusion:
    """Return (C, C) how many images of each class (row) got each label (column)."""
    pairs = np.bincount(actual * class_count + predicted, minlength=class_count**2)
    return pairs.reshape(class_count, class_count)


def measure(actual: Codes, scores: Scores) -> dict[str, float]:
    """Return metric -> value, over the classes that have images here.

    Source:
        Sokolova & Lapalme, Inf. Process. Manag. 45 (2009), doi:10.1016/j.ipm.2009.03.002; Gorodkin,
        Comput. Biol. Chem. 28 (2004), for MCC; Guo et al., ICML 2017, arXiv:1706.04599, for the
        calibration error; Brier, Monthly Weather Review 78 (1950).
    """
    predicted = scores.argmax(axis=1)
    return {
        **_of_confusion(count_confusion(actual, predicted, scores.shape[1])),
        "average_precision": _average_precision(actual, scores),
        "calibration_error": calibration_error(actual == predicted, scores.max(axis=1))[0],
        "brier": float(((scores - np.eye(scores.shape[1])[actual]) ** 2).sum(axis=1).mean() / 2),
    }


def rank(
    is_of_class: NDArray[np.bool_], scores: NDArray[np.floating[Any]]
) -> tuple[float, NDArray[np.float64]]:
    """Return how precise a ranking is on average, and what each image adds to that.

    Images with equal scores come together.

    Args:
        is_of_class: (M,) the images to be ranked above the others, at least one.
        scores: (M,) of that class, the higher the sooner; half precision is sorted fastest.

    Returns:
        The average precision, and (M,) its slope by the weight of each image.
    """
    if scores.dtype == np.float16:  # the bits of positive numbers are in their order
        levels = np.ascontiguousarray(scores).view(np.uint16).astype(np.intp)
    else:
        levels = np.unique(scores, return_inverse=True)[1]
    hits = np.bincount(levels, weights=is_of_class)
    above = np.maximum(np.cumsum(np.bincount(levels)[::-1])[::-1], 1)
    precision = np.cumsum(hits[::-1])[::-1] / above
    count = hits.sum()
    value = float(hits @ precision / count)
    gain, cost = np.cumsum(hits / above), np.cumsum(hits * precision / above)
    slopes = is_of_class * (precision - value + gain)[levels] - cost[levels]
    return value, slopes / count


def calibration_error(
    is_right: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> tuple[float, float]:
    """Return how far confidence and accuracy lie apart, and how far by chance alone they would.

    By chance: expected of images that are right with the probability that is their confidence,
    since few images in a bin are never right exactly as often as that.
    """
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=_BINS)
    variances = np.bincount(bins, weights=confidence * (1 - confidence), minlength=_BINS)
    by_chance = np.sqrt(2 / np.pi * np.maximum(variances, 0)).sum()
    return float(np.abs(gaps).sum() / len(bins)), float(by_chance / len(bins))


def _of_confusion(confusion: Confusion) -> dict[str, float]:
    actual = confusion.sum(axis=1)
    here = actual > 0
    right = np.diag(confusion)[here].astype(float)
    given = confusion.sum(axis=0)[here].astype(float)
    return {
        name: float(figure(right, actual[here], given))
        for name, figure in FIGURES_OF_COUNTS.items()
    }


# Of any number of comparisons at once: the last axis is the class. They take complex numbers too,
# with which `core.evaluate.influence` finds their slopes.
Counts = NDArray[Any]  # (..., C)


def _balanced_accuracy(right: Counts, actual: Counts, _: Counts) -> Counts:
    return np.asarray((right / actual).mean(axis=-1))


def _macro_f1(right: Counts, actual: Counts, given: Counts) -> Counts:
    return np.asarray((2 * right / (actual + given)).mean(axis=-1))


def _accuracy(right: Counts, actual: Counts, _: Counts) -> Counts:
    return np.asarray(right.sum(axis=-1) / actual.sum(axis=-1))


def _g_mean(right: Counts, actual: Counts, _: Counts) -> Counts:
    # A root of each before the product: 200 small shares multiplied are 0 to a computer.
    return np.asarray(((right / actual) ** (1 / actual.shape[-1])).prod(axis=-1))


def _g_mean_one_vs_rest(right: Counts, actual: Counts, given: Counts) -> Counts:
    rest = actual.sum(axis=-1, keepdims=True) - actual
    # One class alone has no rest, and nothing is wrongly given to it.
    specificity = 1 - (given - right) / np.maximum(rest, 1)
    return np.asarray(np.sqrt((right / actual).mean(axis=-1) * specificity.mean(axis=-1)))


def _matthews(right: Counts, actual: Counts, given: Counts) -> Counts:
    total = actual.sum(axis=-1)
    spread = (total**2 - (given**2).sum(axis=-1)) * (total**2 - (actual**2).sum(axis=-1))
    has_spread = spread.real > 0
    above = right.sum(axis=-1) * total - (actual * given).sum(axis=-1)
    return np.asarray(np.where(has_spread, above / np.sqrt(np.where(has_spread, spread, 1)), 0))


# Metric -> from how many images of each class are right, are of it, and were given its label.
FIGURES_OF_COUNTS: Mapping[str, Callable[[Counts, Counts, Counts], Counts]] = {
    PRIMARY: _balanced_accuracy,
    "macro_f1": _macro_f1,
    "accuracy": _accuracy,
    "g_mean": _g_mean,
    "g_mean_one_vs_rest": _g_mean_one_vs_rest,
    "mcc": _matthews,
}


def _average_precision(actual: Codes, scores: Scores) -> float:
    found = [rank(actual == code, scores[:, code])[0] for code in np.unique(actual)]
    return float(np.mean(found))
