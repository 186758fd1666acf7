"""Figures against scikit-learn's and imbalanced-learn's, and against numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from sklearn import metrics as theirs

from core.evaluate import METRICS
from core.evaluate.metrics import count_confusion, measure


def drawn(seed: int, count: int, class_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, each class at least once, and rounded scores, so that some are equal."""
    rng = np.random.default_rng(seed)
    actual = np.concatenate([np.arange(class_count), rng.integers(0, class_count, count)])
    scores = rng.dirichlet(np.ones(class_count), len(actual)) + 0.4 * np.eye(class_count)[actual]
    scores = np.round(scores, 1) + 0.01
    return actual, scores / scores.sum(axis=1, keepdims=True)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(2, 5))
def test_figures_are_those_of_the_libraries(seed: int, count: int, class_count: int) -> None:
    actual, scores = drawn(seed, count, class_count)
    given_labels = scores.argmax(axis=1)

    values = measure(actual, scores)

    assert values.pop("calibration_error") >= 0
    of_class = np.eye(class_count)[actual]
    assert values == pytest.approx(
        {
            "balanced_accuracy": theirs.balanced_accuracy_score(actual, given_labels),
            "macro_f1": theirs.f1_score(
                actual, given_labels, average="macro", labels=range(class_count), zero_division=0
            ),
            "accuracy": theirs.accuracy_score(actual, given_labels),
            "g_mean": geometric_mean_score(actual, given_labels),
            "g_mean_one_vs_rest": geometric_mean_score(actual, given_labels, average="macro"),
            "mcc": theirs.matthews_corrcoef(actual, given_labels),
            "average_precision": theirs.average_precision_score(of_class, scores, average="macro"),
            "brier": theirs.brier_score_loss(
                actual, scores, labels=np.arange(class_count), scale_by_half=True
            )
            if class_count > 2
            else theirs.brier_score_loss(actual, scores[:, 1]),
        },
        abs=1e-9,
    )


def test_confusion_counts_actual_in_rows_and_given_in_columns() -> None:
    confusion = count_confusion(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)

    assert confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_the_calibration_error_is_the_gap_of_confidence_and_truth() -> None:
    # Three images at 0.8, two of them right: 0.1333 too sure. One at 0.6, right: 0.4 too unsure.
    scores = np.array([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.6, 0.4]])

    error = measure(np.array([0, 0, 1, 0]), scores)["calibration_error"]

    assert error == pytest.approx((3 * (0.8 - 2 / 3) + 0.4) / 4)


def test_a_class_without_images_in_a_fold_is_no_part_of_its_means() -> None:
    scores = np.eye(2)[[0, 0, 0, 1]]

    values = measure(np.zeros(4, int), scores)

    assert values["balanced_accuracy"] == values["g_mean"] == pytest.approx(0.75)
    assert set(values) == set(METRICS)
