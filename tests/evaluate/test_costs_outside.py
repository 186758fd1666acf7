"""Decisions by costs and shares: checked by hand, by scikit-learn, and where the truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve

from core.evaluate.decisions import calibrate, decide, measure_reliability
from core.evaluate.predictions import Predictions
from core.evaluate.world import World, make_world

Numbers = NDArray[np.float64]


def drawn(
    shares: Numbers, counts: list[int], *, strength: float = 1.0, seed: int = 0
) -> Predictions:
    """Return predictions by the true scores under `shares`, made `strength` times as sure."""
    rng = np.random.default_rng(seed)
    actual = np.repeat(np.arange(len(counts)), counts)
    points = rng.normal(np.eye(len(counts))[actual] * 1.5, 1)
    # Round clouds of width 1: the log of a density is 1.5 times the class's own direction.
    logs = 1.5 * points + np.log(shares)
    powers = np.exp(strength * (logs - logs.max(axis=1, keepdims=True)))
    scores = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float16)
    runs = np.stack([rng.permutation(len(actual)) % 5 for _ in range(2)]).astype(np.int16)
    names = tuple("abcdef"[: len(counts)])
    return Predictions(
        np.arange(len(actual)), actual, np.arange(len(actual)), names, runs,
        {"none": np.stack([scores, scores])},
    )  # fmt: skip


def test_a_temperature_that_was_made_is_found_and_taken_away() -> None:
    shares = np.array([0.5, 0.3, 0.2])
    told, true = (drawn(shares, [500, 300, 200], strength=one) for one in (3.0, 1.0))

    scores, temperature = calibrate(told, "none", shares)

    assert temperature == pytest.approx(3, rel=0.15)
    assert np.abs(scores - true.scores["none"]).mean() < 0.02


@pytest.mark.parametrize("scored_as", [[0.9, 0.1], [0.5, 0.5]])
def test_scores_of_any_shares_come_to_those_outside(scored_as: list[float]) -> None:
    # Balanced scores, or those of the images: both end at the scores of the world.
    outside = np.array([0.2, 0.8])
    told = drawn(np.array(scored_as), [900, 100])
    true = drawn(outside, [900, 100])

    scores, temperature = calibrate(told, "none", outside)

    assert temperature == pytest.approx(1, rel=0.2)
    assert np.abs(scores - true.scores["none"]).mean() < 0.03


@pytest.mark.parametrize("is_held_out", [False, True])
def test_labels_of_a_fold_do_not_reach_its_own_scores(is_held_out: bool) -> None:
    told = replace(drawn(np.array([0.5, 0.5]), [60, 40]), is_held_out=is_held_out)
    scored = told.runs[0] == 2 if not is_held_out else told.groups % 5 == 2
    wrong = np.where(scored, 1 - told.actual, told.actual)
    shares = np.array([0.5, 0.5])

    before, _ = calibrate(told, "none", shares)
    # Class counts stay, so that what an image weighs stays too.
    swapped = wrong.copy()
    swapped[scored] = told.actual[scored][::-1]
    after, _ = calibrate(replace(told, actual=swapped), "none", shares)

    assert (swapped != told.actual).any()
    assert_allclose(before[0, scored], after[0, scored], atol=1e-12)
    assert np.abs(before[0, ~scored] - after[0, ~scored]).max() > 1e-6


def test_costs_are_of_the_decision_that_is_cheapest_by_the_scores() -> None:
    told = drawn(np.array([0.9, 0.1]), [360, 40])
    world = World(("a", "b"), np.array([0.9, 0.1]), np.array([[0.0, 1.0], [20.0, 0.0]]))

    (row,) = decide(told, world, {"none": "None"}).rows

    scores, _ = calibrate(told, "none", world.shares)
    takes_b = 20 * scores[..., 1] > scores[..., 0]
    by_hand = [
        0.9 * one[told.actual == 0].mean() + 0.1 * 20 * (~one)[told.actual == 1].mean()
        for one in takes_b
    ]
    assert row.cost == pytest.approx(np.mean(by_hand))
    is_b = told.scores["none"][0].argmax(axis=1) == 1
    unaided = 0.9 * is_b[told.actual == 0].mean() + 2 * (~is_b)[told.actual == 1].mean()
    assert row.unaided == pytest.approx(unaided)
    assert row.cost < 0.6 * row.unaided


def test_without_costs_and_shares_errors_are_counted() -> None:
    told = drawn(np.array([0.7, 0.3]), [70, 30])
    world = make_world(told.classes, [70, 30])

    (row,) = decide(told, world, {}).rows

    is_wrong = told.labels["none"] != told.actual
    assert row.unaided == pytest.approx(is_wrong.mean())
    assert "wrong decisions per image" in decide(told, world, {}).answer


def test_a_better_candidate_costs_less_with_its_interval_and_an_equal_one_does_not() -> None:
    told = drawn(np.array([0.6, 0.4]), [240, 160])
    noise = np.random.default_rng(1).dirichlet([1, 1], 400).astype(np.float16)
    none = np.stack([noise, noise])
    told = replace(told, scores={"none": none, "good": told.scores["none"], "same": none})
    world = make_world(told.classes, [240, 160])

    found = decide(told, world, {"none": "None", "good": "Good"})

    good, same = found.rows[1:]
    assert good.difference is not None
    assert good.difference.joint is not None
    assert good.difference.joint[1] < 0
    assert good.difference.estimate == pytest.approx(good.cost - found.rows[0].cost)
    assert same.difference is not None
    assert (same.difference.estimate, same.difference.joint) == (0, None)
    assert found.answer.startswith("'Good' costs less than 'None': ")
    assert found.lines == [found.answer, found.note]
    plain = found.to_json()
    assert plain["answer"] == found.answer
    assert plain["shares"] == {"a": 0.6, "b": 0.4}


def test_reliability_is_that_of_scikit_learn_where_images_count_the_same() -> None:
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 400)
    scores = np.stack([sure, 1 - sure], axis=1)[None]
    actual = (rng.random(400) > sure**2).astype(np.intp)

    found = measure_reliability(scores, actual, np.full(400, 1 / 400))

    right, confidence = calibration_curve(actual == 0, sure, n_bins=10)
    assert_allclose([one.accuracy for one in found.bins], right)
    assert_allclose([one.confidence for one in found.bins], confidence)
    assert sum(one.images for one in found.bins) == 400
    assert 0 < found.error < 0.3


def test_a_class_without_a_share_costs_nothing() -> None:
    told = drawn(np.array([0.6, 0.3, 0.1]), [60, 30, 10])
    world = make_world(told.classes, [60, 30, 10], shares={"a": 0.5, "b": 0.5, "c": 0.0})

    (row,) = decide(told, world, {}).rows

    scores, _ = calibrate(told, "none", world.shares)
    assert (scores.argmax(axis=2) != 2).mean() > 0.99
    assert 0 < row.cost < 0.5
