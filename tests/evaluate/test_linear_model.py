"""Linear models: what they learn, and how strongly they are held back."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from core.evaluate.head import Fit
from core.evaluate.linear_model import (
    PENALTIES,
    SHRINKAGES,
    Fitter,
    fit_discriminant,
    fit_logistic,
    fit_penalised,
    held_back_loss,
)
from core.evaluate.training_set import Inner, TrainingSet
from core.evaluate.vector_heads import RULES, predict_with

COUNTS = (60, 25, 15)
CLASSES = len(COUNTS)


def side_of(points: np.ndarray, codes: np.ndarray, weight: np.ndarray | None = None) -> TrainingSet:
    return TrainingSet(
        points.astype(np.float32), codes, np.ones(len(codes), np.intp), np.arange(len(codes)),
        np.ones(CLASSES) if weight is None else weight, np.zeros(CLASSES), len(codes), 0,
    )  # fmt: skip


def drawn(seed: int = 0, spread: float = 1.0) -> tuple[TrainingSet, Inner]:
    """Return three overlapping clouds about 1 long, and a fifth of them to hold back."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(CLASSES), COUNTS)
    points = (1.5 * np.eye(8)[codes] + spread * rng.standard_normal((len(codes), 8))) / np.sqrt(8)
    side = side_of(points, codes)
    rows = np.arange(0, len(codes), 5)
    return side, Inner(rows, side.features[rows], codes[rows])


def test_the_logistic_regression_is_scikit_learns() -> None:
    side, _ = drawn()
    weighted = TrainingSet(
        side.features, side.codes, side.votes, side.bases, np.array([0.5, 1.0, 3.0]), side.shift,
        side.kept, 0,
    )  # fmt: skip

    model = fit_penalised(weighted, 5.0)

    peer = LogisticRegression(C=5.0, tol=1e-8, max_iter=9999)
    peer.fit(side.features, side.codes, sample_weight=weighted.weights)
    ours = np.exp(model.log_scores(side.features))
    np.testing.assert_allclose(
        ours / ours.sum(axis=1, keepdims=True), peer.predict_proba(side.features), atol=3e-3
    )


def test_the_discriminant_is_scikit_learns() -> None:
    side, inner = drawn()

    fitted = fit_discriminant(side, inner)

    peer = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=fitted.strength)
    # scikit-learn shrinks the covariance of standardised numbers.
    scale = side.features.std(axis=0)
    assert fitted.strength in SHRINKAGES
    peer.fit(side.features, side.codes)
    agreed = peer.predict(side.features) == fitted.model.log_scores(side.features).argmax(axis=1)
    assert agreed.mean() > 0.97
    assert np.ptp(scale) < 0.2


@pytest.mark.parametrize("fitter", [fit_logistic, fit_discriminant])
def test_what_is_held_back_is_not_learned_by_the_inner_model(fitter: Fitter) -> None:
    side, inner = drawn()
    points = side.features.copy()
    points[inner.rows] = 100 * np.random.default_rng(1).standard_normal((len(inner.rows), 8))
    garbled = side_of(points, side.codes)

    one, other = (fitter(each, inner).inner for each in (side, garbled))

    assert one is not None and other is not None
    np.testing.assert_array_equal(one.slopes, other.slopes)


@pytest.mark.parametrize("fitter", [fit_logistic, fit_discriminant])
def test_noisy_points_are_held_back_more_than_clear_ones(fitter: Fitter) -> None:
    strengths = [
        np.mean([_rank(fitter(*drawn(seed, spread)).strength) for seed in range(8)])
        for spread in (0.2, 4.0)
    ]

    assert strengths[0] != strengths[1]
    assert (strengths[0] > strengths[1]) == (fitter is fit_logistic)


def _rank(strength: float) -> int:
    grid = PENALTIES if strength in PENALTIES else SHRINKAGES
    return grid.index(strength)


def test_each_class_counts_the_same_in_the_loss_that_chooses() -> None:
    log_scores = np.log([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.5, 0.5]])

    loss = held_back_loss(log_scores, np.array([0, 0, 0, 1]))

    assert loss == pytest.approx((-np.log(0.9) - np.log(0.5)) / 2)


def test_what_was_made_of_images_held_back_is_not_learned_either() -> None:
    side, inner = drawn()
    made = TrainingSet(
        np.concatenate([side.features, side.features[:4]]), np.append(side.codes, [0] * 4),
        np.ones(104, np.intp), np.append(side.bases, [0, 1, 2, -1]), np.ones(CLASSES),
        np.zeros(CLASSES), 100, 4, np.append(np.full(100, -1), [1, 2, 5, -1]),
    )  # fmt: skip

    left = made.without(inner.rows)

    # The first is of row 0, the third has row 5 for a parent, nobody knows of what the last is.
    assert left.bases[left.kept :].tolist() == [1]
    shares = [np.bincount(each.codes, each.weights) / each.weights.sum() for each in (made, left)]
    np.testing.assert_allclose(*shares)


@pytest.mark.parametrize("fitter", [fit_logistic, fit_discriminant])
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_recognises_small_classes_no_worse_where_they_overlap(
    rule: str, fitter: Fitter
) -> None:
    gains = []
    for seed in range(6):
        side, inner = drawn(seed)
        test, _ = drawn(100 + seed)
        fit = Fit(CLASSES, 0, inner=inner)
        plain = predict_with(fitter)(side, test.features, fit).scores
        found = RULES[rule].predict(fitter, side, test.features, fit).scores
        assert found.sum(axis=1) == pytest.approx(1)
        gains.append(_recall(found, test.codes) - _recall(plain, test.codes))

    assert np.mean(gains) > -0.02


def _recall(scores: np.ndarray, codes: np.ndarray) -> float:
    hits = scores.argmax(axis=1) == codes
    return float(np.mean([hits[codes == code].mean() for code in range(CLASSES)]))


def test_a_side_of_one_class_answers_with_it() -> None:
    side = side_of(np.zeros((4, 2)), np.ones(4, np.intp))

    for fitter in (fit_logistic, fit_discriminant):
        assert fitter(side, None).model.log_scores(np.zeros((1, 2))).argmax() == 1
