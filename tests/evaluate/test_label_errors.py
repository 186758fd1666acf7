"""Images are ranked by how little their label is believed, by predictions that never saw them."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from core.evaluate.label_errors import rank_label_errors
from core.evaluate.predictions import Predictions

COUNTS = (300, 120, 60, 30, 16)


def kept(
    actual: NDArray[np.intp],
    scores: Mapping[str, NDArray[np.float64]],
    runs: NDArray[np.int16] | None = None,
) -> Predictions:
    """Return predictions for rows 10, 11, ... from (R, N, C) scores of candidates."""
    repeats, count, classes = next(iter(scores.values())).shape
    return Predictions(
        np.arange(10, 10 + count),
        actual,
        np.arange(count),
        tuple("abcdefgh"[:classes]),
        np.zeros((repeats, count), np.int16) if runs is None else runs,
        {name: values.astype(np.float16) for name, values in scores.items()},
    )


def test_the_label_that_is_believed_least_comes_first() -> None:
    scores = np.array([[[0.9, 0.1, 0.0], [0.2, 0.1, 0.7], [0.0, 0.6, 0.4], [0.5, 0.25, 0.25]]])

    found = rank_label_errors(kept(np.array([0, 1, 2, 0]), {"none": scores}))

    assert_array_equal(found.rows, [11, 12, 13, 10])
    assert_array_equal(found.given, [1, 2, 0, 0])
    assert_array_equal(found.suggested, [2, 1, 1, 1])
    assert_array_equal(found.is_contradicted, [True, True, False, False])
    assert (np.diff(found.scores) >= 0).all()
    assert found.classes == ("a", "b", "c")


def test_of_labels_that_nothing_speaks_for_the_surest_other_class_comes_first() -> None:
    scores = np.array([[[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]])

    assert_array_equal(rank_label_errors(kept(np.array([0, 0]), {"none": scores})).rows, [11, 10])


def test_repeats_are_averaged_and_those_not_done_left_out() -> None:
    scores = np.zeros((3, 2, 2))
    scores[:, 0] = [[0.1, 0.9], [0.9, 0.1], [0.0, 0.0]]
    scores[:, 1] = [[0.25, 0.75], [0.25, 0.75], [0.0, 0.0]]
    runs = np.array([[0, 1], [0, 1], [-1, 1]], np.int16)

    found = rank_label_errors(kept(np.array([0, 0]), {"none": scores}, runs))

    assert_array_equal(found.rows, [11, 10])
    assert found.scores == pytest.approx([0.25, 0.5], abs=1e-3)


def test_the_best_calibrated_candidate_speaks() -> None:
    actual = np.array([0, 0, 0, 1])
    sure = np.array([[[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]])

    found = rank_label_errors(kept(actual, {"smote": np.full((1, 4, 2), 0.5), "none": sure}))

    assert found.candidate == "none"
    assert found.rows[0] == 12


def predicted(points: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (3, N, C) probabilities of a shrunken discriminant in five folds, three times."""
    rng, count = np.random.default_rng(1), int(labels.max()) + 1
    scores = np.zeros((3, len(labels), count))
    for repeat in range(3):
        folds = rng.permutation(np.arange(len(labels)) % 5)
        for fold in range(5):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            means = np.stack(
                [points[train][labels[train] == code].mean(0) for code in range(count)]
            )
            apart = points[train] - means[labels[train]]
            spread = apart.T @ apart / len(train)
            slopes = np.linalg.solve(0.8 * spread + 0.2 * np.eye(len(spread)), means.T)
            shares = np.bincount(labels[train], minlength=count) / len(train)
            logs = points[test] @ slopes - (means.T * slopes).sum(0) / 2 + np.log(shares)
            powers = np.exp(logs - logs.max(axis=1, keepdims=True))
            scores[repeat, test] = powers / powers.sum(axis=1, keepdims=True)
    return scores


@pytest.mark.parametrize("seed", range(4))
def test_planted_wrong_labels_are_at_the_top(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = np.repeat(np.arange(5), COUNTS)
    # Heavy tails and directions that hang together, as vectors of an encoder have.
    mixing = rng.standard_normal((24, 24)) / np.sqrt(24)
    noise = rng.standard_t(5, (len(true), 24)) @ mixing
    points = noise + 1.5 * rng.standard_normal((5, 24))[true]
    wrong = rng.permutation(len(true))[:26]
    labels = true.copy()
    labels[wrong] = (true[wrong] + rng.integers(1, 5, len(wrong))) % 5

    found = rank_label_errors(kept(labels, {"none": predicted(points, labels)}))

    top = found.rows[:26] - 10
    is_planted = np.isin(top, wrong)
    assert is_planted[:10].mean() >= 0.9
    assert is_planted.mean() >= 0.7
    # For nearly all of them the class that they come from is suggested.
    assert (found.suggested[:26] == true[top])[is_planted].mean() >= 0.9
    # By chance, one in twenty would be planted.
    assert np.isin(found.rows[-300:] - 10, wrong).mean() < 0.02
