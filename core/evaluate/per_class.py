"""Recall and precision of each class, and what a candidate changes in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.inference import (
    FEWEST_DEGREES,
    FEWEST_IN_CLASS,
    Effect,
    interval_around,
    quantile_of,
)
from core.evaluate.influence import (
    Figure,
    measure_figure,
    precision_of_class,
    recall_of_class,
)
from core.evaluate.metrics import PRIMARY
from core.evaluate.predictions import Predictions
from core.evaluate.variance import Layout, lay_out, measure_class_variances, measure_variance

_NORMAL = 1.959964  # normal quantile of 97.5%


@dataclass(frozen=True)
class ClassFigures:
    """What a candidate does for one class; every interval is of this figure alone."""

    label: str
    groups: int  # that the class has; too few allow no interval
    recall: Effect  # share of its images that were given its label
    precision: Effect  # share of the images with its label that are its own
    recall_gain: Effect  # over the baseline
    precision_gain: Effect


def measure_classes(
    predictions: Predictions, candidate: str, baseline: str = "none"
) -> tuple[ClassFigures, ...]:
    """Return recall and precision of each class, averaged over repeats.

    Args:
        predictions: At least one repeat is done.
        candidate: A key of its `scores`; the baseline gains nothing.
        baseline: What it is compared with.
    """
    by_class = lay_out(predictions)
    by_image = lay_out(predictions, over_images=True, of_labels=False)
    recall_gains = _recall_gains(predictions, candidate, baseline, by_class)
    found = []
    for code, label in enumerate(predictions.classes):
        groups = int(by_class.class_groups[code])
        is_told = groups >= FEWEST_IN_CLASS
        own = np.broadcast_to(predictions.actual == code, predictions.labels[candidate].shape)
        given = predictions.labels[candidate] == code
        precision = precision_of_class(predictions, candidate, code)
        other = precision_of_class(predictions, baseline, code)
        found.append(
            ClassFigures(
                label,
                groups,
                _share(recall_of_class(predictions, candidate, code), own, by_class, is_told),
                _share(precision, given, by_class, is_told),
                recall_gains[code],
                _gain(precision, other, by_image, is_told),
            )
        )
    return tuple(found)


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share of `count` independent ones."""
    square = _NORMAL**2 / count
    centre = (share + square / 2) / (1 + square)
    reach = np.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return interval_around(float(centre), float(reach), 0.0, 1.0)


def _share(figure: Figure, is_counted: NDArray[np.bool_], layout: Layout, is_told: bool) -> Effect:
    """Return a share of the counted images (D, N), with as many as independent groups come to."""
    counts = [_independent(layout.groups[row]) for row in is_counted]
    count = float(np.mean(counts))
    return Effect(figure.mean, wilson(figure.mean, count) if is_told and count >= 1 else None)


def _independent(groups: NDArray[np.intp]) -> float:
    """Return how many groups of one size would know as much."""
    sizes = np.bincount(groups).astype(float)
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(groups) else 0.0


def _recall_gains(
    predictions: Predictions, candidate: str, baseline: str, layout: Layout
) -> list[Effect]:
    """Return the gain in each class's recall: its part of balanced accuracy, times the classes."""
    if candidate == baseline:
        return [Effect(0.0)] * len(predictions.classes)
    one, other = (measure_figure(predictions, name, PRIMARY) for name in (candidate, baseline))
    assert one.slopes is not None
    assert other.slopes is not None
    slopes = one.slopes - other.slopes
    count = len(predictions.classes)
    means = np.bincount(layout.codes, weights=slopes.mean(axis=0), minlength=count) * count
    variances, degrees = measure_class_variances(layout, slopes)
    told = layout.class_groups >= FEWEST_IN_CLASS
    return [
        _effect(float(mean), float(variance) * count**2, float(freedom), bool(is_told))
        for mean, variance, freedom, is_told in zip(means, variances, degrees, told, strict=True)
    ]


def _gain(figure: Figure, other: Figure, layout: Layout, is_told: bool) -> Effect:
    assert figure.slopes is not None
    assert other.slopes is not None
    variance = measure_variance(layout, (figure.slopes - other.slopes)[None])
    is_given = bool(figure.values.all() and other.values.all())
    return _effect(
        figure.mean - other.mean,
        float(variance.total[0, 0]),
        float(variance.degrees[0]),
        is_told and is_given,
    )


def _effect(estimate: float, variance: float, degrees: float, is_told: bool) -> Effect:
    if not is_told or degrees < FEWEST_DEGREES or variance <= 0:
        return Effect(estimate)
    reach = quantile_of(degrees) * float(np.sqrt(variance))
    return Effect(estimate, interval_around(estimate, reach, -1.0, 1.0))
