"""Figures and intervals against numbers worked out by hand."""

from math import sqrt

import numpy as np
import pytest

from core.evaluate import METRICS
from core.evaluate.intervals import mean_interval
from core.evaluate.metrics import count_confusion, measure, recalls


def test_the_interval_is_nadeau_and_bengios() -> None:
    # Variance 0.02 / 3, times (1/4 + 0.25), root 0.057735; t of 3 degrees at 97.5% is 3.182446.
    mean, low, high = mean_interval([0.1, 0.2, 0.3, 0.2], test_share=0.25)

    assert mean == pytest.approx(0.2)
    assert low == pytest.approx(0.2 - 0.183739, abs=1e-6)
    assert high == pytest.approx(0.2 + 0.183739, abs=1e-6)


def test_equal_folds_leave_no_doubt() -> None:
    assert mean_interval([0.5, 0.5, 0.5], test_share=0.25) == (0.5, 0.5, 0.5)


def test_confusion_counts_actual_in_rows_and_given_in_columns() -> None:
    confusion = count_confusion(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)

    assert confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_metrics_of_a_small_confusion() -> None:
    confusion = np.array([[6, 2], [1, 1]])

    values = measure(confusion)

    assert values["accuracy"] == pytest.approx(0.7)
    assert values["balanced_accuracy"] == pytest.approx((0.75 + 0.5) / 2)
    assert values["macro_f1"] == pytest.approx((12 / 15 + 2 / 5) / 2)
    assert recalls(confusion) == [0.75, 0.5]
    assert set(values) == set(METRICS)


def test_a_class_without_images_in_a_fold_is_no_part_of_its_means() -> None:
    confusion = np.array([[3, 1], [0, 0]])

    assert measure(confusion)["balanced_accuracy"] == pytest.approx(0.75)


def test_intervals_that_are_looked_at_together_are_wider() -> None:
    values = [0.1, 0.2, 0.3]

    alone = mean_interval(values, test_share=0.25)
    of_four = mean_interval(values, test_share=0.25, comparisons=4)

    # Student's t with 2 degrees of freedom: 4.303 at 97.5%, 8.860 at 99.375%.
    reach = sqrt((1 / 3 + 0.25) * 0.01)
    assert alone == pytest.approx((0.2, 0.2 - 4.303 * reach, 0.2 + 4.303 * reach), abs=1e-3)
    assert of_four == pytest.approx((0.2, 0.2 - 8.860 * reach, 0.2 + 8.860 * reach), abs=1e-3)
