"""Images with a wrong label come first, by predictions that never saw them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from prediction_sets import kept

from core.evaluate.label_errors import rank_label_errors
from core.evaluate.predictions import Predictions


def planted(seed: int = 0) -> tuple[Predictions, NDArray[np.intp]]:
    """Return predictions of 300 images of three classes, and the ten whose label was changed."""
    rng = np.random.default_rng(seed)
    truth = np.sort(rng.integers(0, 3, 300))
    wrong = rng.choice(300, 10, replace=False)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + 1) % 3
    scores = {}
    for name, sharpness in {"none": 3.0, "loose": 1.0}.items():
        logits = rng.standard_normal((2, 300, 3)) + sharpness * np.eye(3)[truth]
        powers = np.exp(logits)
        scores[name] = (powers / powers.sum(axis=2, keepdims=True)).astype(np.float16)
    base = kept({"none": truth}, truth)
    runs = np.tile(base.runs, (2, 1))
    rows = np.arange(300) + 1000
    return replace(base, rows=rows, actual=labels, runs=runs, scores=scores), wrong


def test_changed_labels_come_first_with_the_label_that_they_had() -> None:
    predictions, wrong = planted()

    doubts = rank_label_errors(predictions)

    first = doubts.rows[:10] - 1000
    assert len(set(first) & set(wrong)) >= 9
    places = {row - 1000: place for place, row in enumerate(doubts.rows)}
    given = [doubts.claimed[places[row]] for row in wrong if row in places]
    assert given == [(predictions.actual[row] - 1) % 3 for row in wrong if row in places]
    assert (np.diff(doubts.margins) >= 0).all()


def test_few_of_the_right_labels_are_in_doubt() -> None:
    predictions, wrong = planted()

    rows = rank_label_errors(predictions).rows - 1000

    assert len(set(rows) - set(wrong)) < 30  # one in ten, at the end of the ranking


def test_the_best_calibrated_candidate_is_asked() -> None:
    predictions, _ = planted()

    assert rank_label_errors(predictions).candidate == "none"
    assert rank_label_errors(predictions, "loose").candidate == "loose"


def test_no_class_claims_its_own_image() -> None:
    doubts = rank_label_errors(planted()[0], "loose")

    assert (doubts.labels != doubts.claimed).all()


def test_predictions_that_are_right_doubt_no_label() -> None:
    actual = np.repeat([0, 1], 10)

    assert len(rank_label_errors(kept({"none": actual}, actual)).rows) == 0
