"""What an image adds to a figure is what the figure loses without it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prediction_sets import drawn, kept
from sklearn import metrics as theirs

from core.evaluate.influence import (
    chance_calibration,
    measure_figure,
    precision_of_class,
    recall_of_class,
)
from core.evaluate.metrics import METRICS, measure
from core.evaluate.predictions import Predictions

SLOPED = [name for name in METRICS if name != "calibration_error"]


def scored(seed: int, sizes: list[int]) -> Predictions:
    """Return drawn probabilities of one candidate, in half precision."""
    rng = np.random.default_rng(seed)
    actual = np.repeat(np.arange(len(sizes)), sizes)
    raw = rng.random((2, len(actual), len(sizes))) + 0.4 * np.eye(len(sizes))[actual]
    scores = (raw / raw.sum(axis=2, keepdims=True)).astype(np.float16)
    runs = np.tile(np.arange(len(actual)) % 5, (2, 1)).astype(np.int16)
    rows = np.arange(len(actual))
    return Predictions(rows, actual, rows, tuple("abc"[: len(sizes)]), runs, {"one": scores})


@pytest.mark.parametrize("metric", METRICS)
def test_a_figure_is_that_of_all_images_of_a_repeat(metric: str) -> None:
    predictions = scored(0, [30, 12, 5])

    figure = measure_figure(predictions, "one", metric)

    each = [
        measure(predictions.actual, scores.astype(float))[metric]
        for scores in predictions.scores["one"]
    ]
    assert figure.values == pytest.approx(each, abs=1e-6)
    assert figure.mean == pytest.approx(np.mean(each), abs=1e-6)


@pytest.mark.parametrize("metric", SLOPED)
def test_slopes_tell_what_a_figure_would_be_without_an_image(metric: str) -> None:
    predictions = scored(1, [150, 120, 90])

    figure = measure_figure(predictions, "one", metric)

    losses = []
    for image in range(len(predictions.actual)):
        left = np.delete(np.arange(len(predictions.actual)), image)
        without = measure(
            predictions.actual[left], predictions.scores["one"][0, left].astype(float)
        )
        losses.append(figure.values[0] - without[metric])
    assert figure.slopes is not None
    # An image alone differs from the mean of its class: how large classes are does not vary.
    for code in range(3):
        own = predictions.actual == code
        expected = np.array(losses)[own] - np.mean(np.array(losses)[own])
        found = figure.slopes[0, own] - figure.slopes[0, own].mean()
        assert found == pytest.approx(expected, rel=0.06, abs=2e-5)
        assert np.abs(expected).max() > 1e-4


@pytest.mark.parametrize("metric", METRICS)
def test_a_class_without_images_counts_for_nothing(metric: str) -> None:
    predictions = scored(2, [30, 20, 10])
    some = predictions.actual != 1
    part = replace(
        predictions,
        rows=predictions.rows[some],
        actual=predictions.actual[some],
        groups=predictions.groups[some],
        runs=predictions.runs[:, some],
        scores={"one": predictions.scores["one"][:, some]},
        is_held_out=True,
    )

    figure = measure_figure(part, "one", metric)

    expected = measure(part.actual, part.scores["one"][0].astype(float))[metric]
    assert figure.values[0] == pytest.approx(expected, abs=1e-6)
    assert figure.slopes is None or np.isfinite(figure.slopes).all()


def test_figures_that_no_slope_leads_to_have_none() -> None:
    actual = np.repeat([0, 1], 10)
    predictions = kept({"one": np.zeros(20, int)}, actual)

    assert measure_figure(predictions, "one", "g_mean").slopes is None
    assert measure_figure(predictions, "one", "calibration_error").slopes is None
    assert measure_figure(predictions, "one", "balanced_accuracy").slopes is not None


def test_recall_and_precision_of_a_class_are_shares_of_its_images_and_of_its_label() -> None:
    predictions = kept({"one": np.array([0, 0, 0, 1, 1, 0])}, [0, 0, 0, 0, 1, 1])

    assert recall_of_class(predictions, "one", 0).mean == pytest.approx(3 / 4)
    assert precision_of_class(predictions, "one", 1).mean == pytest.approx(1 / 2)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_recall_and_precision_of_a_class_are_scikit_learns(seed: int, class_count: int) -> None:
    rng = np.random.default_rng(seed)
    actual = np.sort(np.concatenate([np.arange(class_count), rng.integers(0, class_count, 30)]))
    labels = rng.integers(0, class_count, len(actual))

    predictions = kept({"one": labels}, actual)

    precision, recall, _, _ = theirs.precision_recall_fscore_support(
        actual, labels, labels=range(class_count), zero_division=0
    )
    for code in range(class_count):
        assert recall_of_class(predictions, "one", code).mean == pytest.approx(recall[code])
        assert precision_of_class(predictions, "one", code).mean == pytest.approx(precision[code])


def test_a_label_that_was_never_given_has_a_precision_of_nothing() -> None:
    predictions = kept({"one": np.zeros(6, int)}, [0, 0, 0, 0, 1, 1])

    figure = precision_of_class(predictions, "one", 1)

    assert figure.mean == 0
    assert figure.slopes is not None
    assert np.isfinite(figure.slopes).all()


def test_a_repeat_that_is_not_done_counts_for_nothing() -> None:
    whole = drawn(0, [20, 10], {"none": 0.7})
    runs = whole.runs.copy()
    runs[1, 3:] = -1

    part = replace(whole, runs=runs)

    every = measure_figure(whole, "none", "accuracy").values
    assert measure_figure(part, "none", "accuracy").values == pytest.approx(every[[0, 2]])
    assert part.labels["none"].shape == (2, 30)


def test_perfect_calibration_shows_an_error_by_chance_and_no_more() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 200)
    found, expected = [], []
    for _ in range(200):
        is_right = rng.random(200) < confidence
        scores = np.stack([confidence, 1 - confidence], axis=1).astype(np.float16)[None]
        rows = np.arange(200)
        predictions = Predictions(
            rows, np.where(is_right, 0, 1), rows, ("a", "b"), np.zeros((1, 200), np.int16),
            {"one": scores},
        )  # fmt: skip
        found.append(measure_figure(predictions, "one", "calibration_error").mean)
        expected.append(chance_calibration(predictions, "one"))

    assert np.mean(expected) == pytest.approx(np.mean(found), rel=0.05)
    assert np.mean(found) > 0.05
