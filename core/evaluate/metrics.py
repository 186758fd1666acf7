"""How well labels were given: counts of right and wrong, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass

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
            "the scores then assume classes of equal size. Lower is better.",
            is_error=True,
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
        "calibration_error": _calibration_error(actual == predicted, scores.max(axis=1)),
        "brier": float(((scores - np.eye(scores.shape[1])[actual]) ** 2).sum(axis=1).mean() / 2),
    }


def recalls(confusion: Confusion) -> list[float]:
    """Return the share of each class that got its own label; 0 for a class without images."""
    return [float(share) for share in _shares(np.diag(confusion), confusion.sum(axis=1))]


def precisions(confusion: Confusion) -> list[float]:
    """Return the share of each label's images that are of its class; 0 for a label not given."""
    return [float(share) for share in _shares(np.diag(confusion), confusion.sum(axis=0))]


def _of_confusion(confusion: Confusion) -> dict[str, float]:
    right = np.diag(confusion)
    actual, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    total = int(actual.sum())
    here = actual > 0
    recall = right[here] / actual[here]
    rest = (total - actual)[here]
    specificity = 1 - _shares((predicted - right)[here], rest)
    return {
        PRIMARY: float(recall.mean()),
        "macro_f1": float(np.mean(2 * right[here] / (actual + predicted)[here])),
        "accuracy": float(right.sum() / total),
        "g_mean": float(np.prod(recall) ** (1 / len(recall))),
        "g_mean_one_vs_rest": float(np.sqrt(recall.mean() * specificity.mean())),
        "mcc": _matthews(actual.astype(float), predicted.astype(float), float(right.sum()), total),
    }


def _matthews(
    actual: NDArray[np.float64], predicted: NDArray[np.float64], right: float, total: int
) -> float:
    spread = (total**2 - predicted @ predicted) * (total**2 - actual @ actual)
    return float((right * total - actual @ predicted) / np.sqrt(spread)) if spread > 0 else 0.0


def _average_precision(actual: Codes, scores: Scores) -> float:
    values = []
    for code in np.unique(actual):
        is_of_class = actual == code
        order = np.argsort(-scores[:, code], kind="stable")
        hits = np.cumsum(is_of_class[order])
        # Images with equal scores come together: only the last of them is a place to stop.
        stops = np.flatnonzero(np.diff(scores[order, code], append=-np.inf))
        recall = hits[stops] / is_of_class.sum()
        values.append(float(np.diff(recall, prepend=0) @ (hits[stops] / (stops + 1))))
    return float(np.mean(values))


def _calibration_error(is_right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right.astype(float) - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _shares(parts: NDArray[np.intp], wholes: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.divide(parts, wholes, out=np.zeros(len(parts)), where=wholes > 0)
