"""How much each image adds to a figure: what its uncertainty is computed from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.metrics import (
    FIGURES_OF_COUNTS,
    Counts,
    calibration_error,
    rank,
)
from core.evaluate.predictions import Predictions

_STEP = 1e-30  # of an imaginary part: nothing is subtracted, so none is too small

# Metrics in which an image counts the same whatever its class; in the others, a class does.
OVER_IMAGES = ("accuracy", "mcc", "brier")

_ROOTS = ("g_mean", "g_mean_one_vs_rest")


@dataclass(frozen=True, eq=False)
class Figure:
    """A metric of one candidate in each repeat, and what each image adds to it."""

    values: NDArray[np.float64]  # (D,) over all scored images of a repeat
    # (D, N) to first order, and up to a number for each class; None where there is no such slope
    slopes: NDArray[np.float64] | None

    @property
    def mean(self) -> float:
        """Return the metric averaged over repeats."""
        return float(self.values.mean())


def measure_figure(predictions: Predictions, candidate: str, metric: str) -> Figure:
    """Return a metric of a candidate, repeat by repeat.

    Confusion-based figures and the Brier score are those of all scored images of a repeat: a fold
    may hold one image of a class. The calibration error has no slopes, and neither has the
    geometric mean where a class is never recognised.

    Args:
        predictions: At least one repeat is done.
        candidate: A key of its `scores`.
        metric: A key of METRICS.
    """
    if metric in FIGURES_OF_COUNTS:
        figure = _of_labels(predictions, candidate, FIGURES_OF_COUNTS[metric])
        # A root of nothing is infinitely steep.
        is_steep = metric in _ROOTS and not figure.values.all()
        return Figure(figure.values, None) if is_steep else figure
    by_scores = {
        "average_precision": _average_precision,
        "brier": _brier,
        "calibration_error": _calibration_error,
    }
    return by_scores[metric](predictions, candidate)


def precision_of_class(predictions: Predictions, candidate: str, code: int) -> Figure:
    """Return how many of the images that were given a class are of it; 0 where none was."""
    given = predictions.labels[candidate] == code  # (D, N)
    return _share_of(given, given & (predictions.actual == code))


def recall_of_class(predictions: Predictions, candidate: str, code: int) -> Figure:
    """Return how many of the images of a class were given it."""
    given = predictions.labels[candidate] == code
    own = np.broadcast_to(predictions.actual == code, given.shape)
    return _share_of(own, given & own)


def _share_of(counted: NDArray[np.bool_], right: NDArray[np.bool_]) -> Figure:
    sizes = np.maximum(counted.sum(axis=1), 1)
    values = right.sum(axis=1) / sizes
    return Figure(values, (right - values[:, None] * counted) / sizes[:, None])


def chance_calibration(predictions: Predictions, candidate: str) -> float:
    """Return the calibration error that perfectly calibrated scores would show by chance."""
    return float(np.mean([pair[1] for pair in _calibrations(predictions, candidate)]))


def _of_labels(
    predictions: Predictions,
    candidate: str,
    figure: Callable[[Counts, Counts, Counts], Counts],
) -> Figure:
    labels, actual = predictions.labels[candidate], predictions.actual
    count = len(predictions.classes)
    is_right = labels == actual
    right = np.stack([np.bincount(actual[hits], minlength=count) for hits in is_right]) + 0j
    given = np.stack([np.bincount(row, minlength=count) for row in labels]) + 0j
    of_class = np.bincount(actual, minlength=count)
    # A test split may have no image of a class: figures are of those that are there.
    here = np.flatnonzero(of_class)
    right, given, of_class = right[:, here], given[:, here], of_class[here]
    values = figure(right, of_class, given).real
    by_right, by_given = np.zeros((len(labels), count)), np.zeros((len(labels), count))
    for place, code in enumerate(here):
        step = np.zeros(len(here), complex)
        step[place] = 1j * _STEP
        by_right[:, code] = figure(right + step, of_class, given).imag / _STEP
        by_given[:, code] = figure(right, of_class, given + step).imag / _STEP
    # How many images are of a class is the same in every sample that is thought of: no slope.
    slopes = is_right * by_right[:, actual] + np.take_along_axis(by_given, labels.astype(int), 1)
    return Figure(values, slopes)


def _average_precision(predictions: Predictions, candidate: str) -> Figure:
    scores, actual = predictions.scores[candidate], predictions.actual
    present = np.unique(actual)
    values = np.zeros(len(predictions.done))
    slopes = np.zeros((len(predictions.done), len(actual)))
    for place, repeat in enumerate(predictions.done):
        for code in present:
            value, added = rank(actual == code, scores[repeat, :, code])
            values[place] += value / len(present)
            slopes[place] += added / len(present)
    return Figure(values, slopes)


def _brier(predictions: Predictions, candidate: str) -> Figure:
    scores, actual = predictions.scores[candidate], predictions.actual
    losses = np.empty((len(predictions.done), len(actual)))
    for place, repeat in enumerate(predictions.done):
        given = scores[repeat].astype(np.float32)
        own = given[np.arange(len(actual)), actual]
        losses[place] = ((given**2).sum(axis=1) - 2 * own + 1) / 2
    return Figure(losses.mean(axis=1), losses / len(actual))


def _calibration_error(predictions: Predictions, candidate: str) -> Figure:
    pairs = _calibrations(predictions, candidate)
    return Figure(np.array([pair[0] for pair in pairs]), None)


def _calibrations(predictions: Predictions, candidate: str) -> list[tuple[float, float]]:
    is_right = predictions.labels[candidate] == predictions.actual
    return [
        calibration_error(
            is_right[place], predictions.scores[candidate][repeat].max(axis=1).astype(np.float64)
        )
        for place, repeat in enumerate(predictions.done)
    ]
