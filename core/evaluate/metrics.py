"""How well labels were given: counts of right and wrong, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Confusion = NDArray[np.intp]  # (C, C) images of the row's class that got the column's label


@dataclass(frozen=True)
class Metric:
    """One figure between 0 and 1 that says how good the labels are."""

    name: str
    title: str
    help: str
    unit: str = "points"  # of a difference; one point is 0.01


PRIMARY = "balanced_accuracy"

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            PRIMARY,
            "Balanced accuracy",
            "The share of each class that is recognised, averaged over the classes: a small "
            "class counts as much as a large one.",
        ),
        Metric(
            "macro_f1",
            "Macro F1",
            "As balanced accuracy, but images wrongly given to a class count against it too. "
            "Averaged over the classes.",
        ),
        Metric(
            "accuracy",
            "Accuracy",
            "The share of all images that is recognised. Large classes decide it: it can be "
            "high while a small class is never recognised.",
        ),
    )
}


def count_confusion(
    actual: NDArray[np.intp], predicted: NDArray[np.intp], class_count: int
) -> Confusion:
    """Return (C, C) how many images of each class (row) got each label (column)."""
    pairs = np.bincount(actual * class_count + predicted, minlength=class_count**2)
    return pairs.reshape(class_count, class_count)


def measure(confusion: Confusion) -> dict[str, float]:
    """Return metric -> value, over the classes that have images here.

    Source:
        Sokolova & Lapalme, Inf. Process. Manag. 45 (2009), doi:10.1016/j.ipm.2009.03.002.
    """
    right = np.diag(confusion)
    actual, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    here = actual > 0
    return {
        PRIMARY: float(np.mean(right[here] / actual[here])),
        "macro_f1": float(np.mean(2 * right[here] / (actual + predicted)[here])),
        "accuracy": float(right.sum() / actual.sum()),
    }


def recalls(confusion: Confusion) -> list[float]:
    """Return the share of each class that got its own label; every class has images."""
    return [float(value) for value in np.diag(confusion) / confusion.sum(axis=1)]
