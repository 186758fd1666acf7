"""Recall and precision of each class, with intervals and what a candidate changes."""

from dataclasses import replace

import numpy as np
import pytest
from prediction_sets import drawn, kept

from core.evaluate.inference import infer
from core.evaluate.influence import measure_figure
from core.evaluate.per_class import measure_classes, wilson
from core.evaluate.variance import lay_out, measure_class_variances

RATES = {"none": 0.6, "weights": 0.75}


def test_wilson_is_wilson() -> None:
    # 45 of 50, as in any table of it: 78.6 to 95.7%.
    assert wilson(0.9, 50) == pytest.approx((0.7864, 0.9565), abs=1e-4)
    assert wilson(0.0, 10)[0] == 0
    assert wilson(0.0, 10)[1] == pytest.approx(0.2775, abs=1e-4)


def test_recall_and_precision_and_their_gains_are_told() -> None:
    actual = np.repeat([0, 1], [40, 10])
    none = np.where(np.arange(50) < 45, 0, 1)  # finds half of the small class
    weights = actual.copy()
    weights[:10] = 1  # finds all of it, at the price of ten of the large one

    large, small = measure_classes(kept({"none": none, "weights": weights}, actual), "weights")

    assert (small.label, small.groups) == ("b", 10)
    assert (small.recall.estimate, small.recall_gain.estimate) == pytest.approx((1.0, 0.5))
    assert (large.recall.estimate, large.recall_gain.estimate) == pytest.approx((0.75, -0.25))
    assert (small.precision.estimate, small.precision_gain.estimate) == pytest.approx((0.5, -0.5))
    assert small.recall.single == pytest.approx(wilson(1.0, 10))
    assert small.precision.single == pytest.approx(wilson(0.5, 20))
    assert large.recall_gain.single is not None
    assert large.recall_gain.single[1] < 0


def test_gains_of_classes_add_up_to_that_of_balanced_accuracy() -> None:
    predictions = replace(drawn(0, [60, 30, 12], RATES), is_held_out=True)

    whole = infer(predictions, "balanced_accuracy", rivals=["weights"])
    classes = measure_classes(predictions, "weights")

    gains = [one.recall_gain.estimate for one in classes]
    assert np.mean(gains) == pytest.approx(whole.estimates[0])
    one, none = (measure_figure(predictions, name, "balanced_accuracy") for name in RATES)
    assert one.slopes is not None
    assert none.slopes is not None
    variances, _ = measure_class_variances(lay_out(predictions), one.slopes - none.slopes)
    assert variances.sum() == pytest.approx(whole.covariance[0, 0])


def test_a_border_that_may_move_widens_the_gain_of_a_class_by_a_quarter() -> None:
    predictions = drawn(0, [60, 30, 12], RATES)
    slopes = measure_figure(predictions, "weights", "balanced_accuracy").slopes
    assert slopes is not None

    of_folds, _ = measure_class_variances(lay_out(predictions), slopes)
    fixed, _ = measure_class_variances(lay_out(replace(predictions, is_held_out=True)), slopes)

    # What is more comes from runs that vary in these draws.
    assert min(of_folds / fixed) == pytest.approx(1.25)


def test_what_runs_share_widens_the_gain_of_a_class() -> None:
    actual = np.repeat([0, 1], 50)
    fold = np.tile(np.arange(50) % 5, 2)
    labels = {"none": np.where(fold % 2 == 0, actual, 1 - actual), "weights": actual}
    predictions = kept(labels, actual)

    with_runs = measure_classes(predictions, "weights")[0].recall_gain.single
    alone = measure_classes(replace(predictions, is_held_out=True), "weights")[0].recall_gain.single

    assert with_runs is not None
    assert alone is not None
    assert with_runs[1] - with_runs[0] > 1.5 * (alone[1] - alone[0])


def test_groups_count_and_not_images() -> None:
    actual = np.repeat([0, 1], [60, 40])
    labels = {"none": np.where(np.arange(100) % 3, actual, 1 - actual), "weights": actual}
    pairs = kept(labels, actual, groups=np.arange(100) // 2)
    uneven = kept(labels, actual, groups=np.maximum(np.arange(100) - 29, 0))

    assert measure_classes(pairs, "none")[0].recall.single == pytest.approx(wilson(2 / 3, 30))
    # One group of 30 and 30 single images know little more than four images would.
    wide = measure_classes(uneven, "none")[0].recall.single
    assert wide == pytest.approx(wilson(2 / 3, 60**2 / (30**2 + 30)))


def test_a_class_of_few_groups_and_a_label_never_given_have_figures_alone() -> None:
    actual = np.repeat([0, 1, 2], [40, 10, 4])
    labels = {"none": np.zeros(54, int), "weights": actual}

    _, unnamed, few = measure_classes(kept(labels, actual), "weights")

    assert (few.recall.estimate, few.recall.single, few.recall_gain.single) == (1.0, None, None)
    assert unnamed.precision.single is not None
    assert unnamed.precision_gain.single is None  # without balancing, nothing was given this label


def test_the_baseline_gains_nothing() -> None:
    gains = [one.recall_gain for one in measure_classes(drawn(0, [40, 20], RATES), "none")]

    assert [(one.estimate, one.single) for one in gains] == [(0.0, None), (0.0, None)]
