"""Differences and their intervals, written out once more and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from prediction_sets import drawn, kept
from scipy.stats import t

from core.evaluate.inference import REBALANCING, infer
from core.evaluate.influence import measure_figure
from core.evaluate.predictions import Predictions
from core.evaluate.variance import lay_out, measure_variance

RATES = {"none": 0.6, "weights": 0.75, "copies": 0.7}


def written_out(predictions: Predictions, name: str) -> tuple[float, float, float]:
    """Return estimate, variance and degrees of freedom of balanced accuracy, image by image."""
    actual, groups, count = predictions.actual, predictions.groups, len(predictions.classes)
    repeats = len(predictions.runs)
    d = (predictions.labels[name] == actual).astype(float)
    d -= predictions.labels["none"] == actual
    members = [np.flatnonzero(actual == code) for code in range(count)]
    estimate = float(np.mean([d[:, rows].mean() for rows in members]))
    spreads, sizes, freedom = [], [], []
    for rows in members:
        bar = d[:, rows].mean(axis=0)
        sums = np.array([(bar - bar.mean())[groups[rows] == g].sum() for g in set(groups[rows])])
        n = len(sums)
        # With images alone: their variance, divisor n - 1.
        spreads.append(n * n / (n - 1) * (sums**2).sum() / len(rows) ** 2)
        sizes.append(n)
        kurtosis = n * (sums**4).sum() / (sums**2).sum() ** 2
        freedom.append(min(n + 2, 2 + 2 * n / (kurtosis - 1)))
    pooled = np.mean(spreads) + 0.1 * np.mean([1 / n for n in sizes])
    of_classes = [
        ((n - 1) * spread + 3 * pooled) / (n + 2) / (count**2 * (n - 1))
        for n, spread in zip(sizes, spreads, strict=True)
    ]
    runs = cells = 0.0
    for repeat in range(repeats):
        terms = np.zeros(len(actual))
        for rows in members:
            here = d[repeat, rows]
            terms[rows] = (here - here.mean()) / (count * len(rows) * repeats)
        runs += sum(terms[predictions.runs[repeat] == fold].sum() ** 2 for fold in range(5)) * 5 / 4
        cells += sum(terms[groups == g].sum() ** 2 for g in set(groups))
    beyond = max(0.0, runs - cells)
    variance = sum(of_classes) + beyond
    doubt = sum(v**2 / f for v, f in zip(of_classes, freedom, strict=True))
    doubt += (runs**2 / (repeats * 4)) if beyond else 0.0
    return estimate, variance, variance**2 / doubt


@pytest.mark.parametrize("group_size", [1, 3])
def test_the_variance_is_that_of_the_formulas(group_size: int) -> None:
    # Images of a group are of one class: 30, 18 and 9 are multiples of three.
    for seed in range(8):
        predictions = drawn(seed, [30, 18, 9], RATES, group_size=group_size)

        inference = infer(predictions, "balanced_accuracy", rivals=["weights"])

        found = (inference.estimates[0], inference.covariance[0, 0], inference.degrees[0])
        assert found == pytest.approx(written_out(predictions, "weights"))


def test_both_runs_that_vary_and_runs_that_do_not_are_among_those_examples() -> None:
    shares = [
        infer(drawn(seed, [30, 18, 9], RATES), "balanced_accuracy", rivals=["weights"]).run_shares[
            0
        ]
        for seed in range(8)
    ]

    assert min(shares) == 0 < max(shares) - 0.05


def test_groups_that_cross_classes_are_counted_whole() -> None:
    rng = np.random.default_rng(0)
    actual, groups = np.repeat([0, 1], 400), np.tile(np.arange(400), 2)
    slopes = np.tile(rng.standard_normal(400), 2)[None, None] / 800
    predictions = kept({"none": actual}, actual, groups=groups, is_held_out=True)

    crossing = measure_variance(lay_out(predictions), slopes)
    apart = measure_variance(lay_out(replace(predictions, groups=np.arange(800))), slopes)

    # Each group adds its two images' slopes, which are the same.
    assert crossing.total[0, 0] == pytest.approx(2 * apart.total[0, 0], rel=0.01)
    assert crossing.by_class.sum() == pytest.approx(crossing.total[0, 0], rel=0.01)


def test_what_all_images_of_a_run_share_widens_the_interval() -> None:
    actual = np.repeat([0, 1], 50)
    fold = np.tile(np.arange(50) % 5, 2)
    runs = np.tile(fold, (2, 1))
    none = np.where(fold % 2 == 0, actual, 1 - actual)  # two folds are learned badly
    scattered = np.where(np.arange(100) % 10 < 6, actual, 1 - actual)
    labels = {"none": none, "all": actual, "half": scattered}
    twice = {name: np.tile(one, (2, 1)) for name, one in labels.items()}

    inference = infer(kept(twice, actual, runs=runs), "accuracy", rivals=["all"])

    alone = infer(kept(twice, actual, runs=runs, is_held_out=True), "accuracy", rivals=["all"])
    assert inference.run_shares[0] > 0.5
    assert inference.covariance[0, 0] > 2 * alone.covariance[0, 0]
    assert alone.run_shares[0] == 0


def test_a_class_whose_images_agree_is_not_sure() -> None:
    actual = np.repeat([0, 1], [100, 8])
    none = np.where(np.arange(108) % 4 == 0, 1 - actual, actual)
    none[100:] = 0
    inference = infer(
        kept({"none": none, "weights": actual}, actual), "balanced_accuracy", rivals=["weights"]
    )

    # All eight gain, so that between them nothing varies: they borrow from the other class.
    assert inference.class_shares[0, 1] > 0.5


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "mcc", "brier"])
def test_one_rival_has_the_same_interval_alone_and_in_its_family(metric: str) -> None:
    effect = infer(drawn(0, [60, 40], RATES), metric, rivals=["weights"]).effect("weights")

    assert effect.single is not None
    assert effect.joint is not None
    assert effect.joint == pytest.approx(effect.single, rel=0.03)


def test_a_family_has_wider_intervals_than_its_members_alone() -> None:
    rates = {"none": 0.6, **{f"c{place}": 0.7 for place in range(7)}}
    inference = infer(drawn(0, [200, 100], rates), "accuracy", rivals=list(rates)[1:])

    bonferroni = t.isf(0.025 / 7, inference.family_degrees)
    alone = t.isf(0.025, inference.family_degrees)
    assert alone + 0.3 < inference.quantile < bonferroni


def test_the_rebalancers_on_average_are_a_member_of_the_family() -> None:
    predictions = drawn(0, [60, 40], {**RATES, "lda": 0.9})
    rivals = ["weights", "copies", "lda"]

    inference = infer(predictions, "accuracy", rivals=rivals, rebalancers=["weights", "copies"])

    assert inference.names == (*rivals, REBALANCING)
    assert inference.estimates[3] == pytest.approx(inference.estimates[:2].mean())
    assert inference.covariance[3, 3] == pytest.approx(inference.covariance[:2, :2].mean(), rel=0.2)


def test_equal_predictions_are_told_as_identical_and_have_no_interval() -> None:
    predictions = drawn(0, [60, 40], RATES)
    twin = {**predictions.scores, "twin": predictions.scores["none"]}
    for metric in ("balanced_accuracy", "average_precision", "calibration_error"):
        inference = infer(replace(predictions, scores=twin), metric, rivals=["twin", "weights"])

        assert inference.is_identical.tolist() == [True, False]
        assert inference.effect("twin").joint is None


def test_few_groups_allow_no_interval() -> None:
    actual = np.repeat([0, 1], 50)
    labels = {"none": np.zeros(100, int), "weights": actual}
    few = kept(labels, actual, groups=np.arange(100) // 12)

    effect = infer(few, "accuracy", rivals=["weights"]).effect("weights")

    assert (effect.estimate, effect.joint, effect.single) == (0.5, None, None)
    assert (effect.low, effect.high) == (-np.inf, np.inf)


def test_a_class_without_images_in_the_test_split_has_no_part_in_it() -> None:
    actual = np.repeat([0, 2], [40, 30])
    labels = {"none": np.where(np.arange(70) % 3, actual, 1), "weights": actual}

    inference = infer(
        kept(labels, actual, is_held_out=True), "balanced_accuracy", rivals=["weights"]
    )

    assert inference.estimates[0] == pytest.approx(1 / 3, abs=0.02)
    assert inference.effect("weights").joint is not None
    assert inference.class_shares[0, 1] == 0


def test_a_class_of_few_groups_is_named() -> None:
    inference = infer(drawn(0, [40, 4], RATES), "balanced_accuracy", rivals=["weights"])

    assert inference.small_classes.tolist() == [1]


def test_a_g_mean_of_nothing_and_a_calibration_error_are_figures_alone() -> None:
    predictions = drawn(0, [60, 40], {**RATES, "largest": 0.5})
    zeros = predictions.scores["none"] * np.array([0, 0], np.float16)
    zeros[..., 0] = 1
    predictions = replace(predictions, scores={**predictions.scores, "largest": zeros})

    g_mean = infer(predictions, "g_mean", rivals=["weights", "largest"])
    calibration = infer(predictions, "calibration_error", rivals=["weights"])

    assert g_mean.effect("largest").joint is None
    assert g_mean.effect("weights").joint is not None
    assert calibration.effect("weights").joint is None


def test_no_interval_reaches_beyond_the_worst_and_the_best() -> None:
    actual = np.repeat([0, 1], 10)
    labels = {"none": 1 - actual, "weights": np.where(np.arange(20) % 7, actual, 1 - actual)}

    effect = infer(kept(labels, actual), "accuracy", rivals=["weights"]).effect("weights")

    assert effect.joint is not None
    assert effect.joint[1] <= 1


def test_the_chosen_one_is_compared_with_all_others_and_the_baseline() -> None:
    predictions = drawn(0, [200, 100], RATES)
    inference = infer(predictions, "accuracy", rivals=["weights", "copies"])

    def best(estimates: NDArray[np.float64]) -> NDArray[np.intp]:
        return estimates.argmax(axis=1)

    against = inference.against(best)

    gap = inference.estimates[0] - inference.estimates[1]
    assert against["copies"].estimate == pytest.approx(gap)
    assert against["none"].estimate == pytest.approx(inference.estimates[0])
    swapped = infer(predictions, "accuracy", rivals=["copies"], baseline="weights")
    assert swapped.covariance[0, 0] == pytest.approx(
        inference.covariance[0, 0] + inference.covariance[1, 1] - 2 * inference.covariance[0, 1],
        rel=0.1,
    )


def test_the_same_predictions_give_the_same_intervals() -> None:
    first, second = (
        infer(drawn(3, [60, 40], RATES), "macro_f1", rivals=["weights", "copies"]) for _ in range(2)
    )

    assert first.effect("copies") == second.effect("copies")


def test_more_repeats_would_take_away_the_noise_of_splits() -> None:
    predictions = drawn(0, [60, 40], RATES, repeats=4)
    inference = infer(predictions, "accuracy", rivals=["weights"])

    each = [measure_figure(predictions, name, "accuracy").values for name in ("weights", "none")]
    assert inference.split_noise[0] == pytest.approx(np.var(each[0] - each[1], ddof=1) / 4)
    one = replace(predictions, runs=np.vstack([predictions.runs[:1], -np.ones((3, 100), np.int16)]))
    assert infer(one, "accuracy", rivals=["weights"]).split_noise[0] == 0


def test_a_comparison_of_nothing_has_no_members() -> None:
    inference = infer(drawn(0, [60, 40], RATES), "accuracy", rivals=[])

    assert inference.names == ()
