"""The verdict says what was measured, and no more."""

from dataclasses import replace

import numpy as np

from core.evaluate import BASELINE, FLOOR, EvaluationReport, Outcome
from core.evaluate.metrics import Confusion, measure
from core.evaluate.report import Difference, Row, Run, StrategyResult, summarise
from core.evaluate.verdict import best_rival, verdict_for, write_verdict

TITLES = {
    BASELINE: "None",
    "class_weights": "Class weights",
    "smote": "SMOTE",
    "random_undersampling": "Random undersampling",
    FLOOR: "Always the largest class",
}


def run(confusion: Confusion) -> Run:
    """Return the run of a head that is sure of every answer."""
    pairs = [(row, column) for row, column in np.ndindex(*confusion.shape)]
    actual, given = np.repeat(np.array(pairs), confusion.ravel(), axis=0).T
    values = measure(actual, np.eye(len(confusion))[given])
    return Run(confusion, values)


def summarised(rows: dict[str, list[Confusion]]) -> tuple[StrategyResult, ...]:
    return summarise(
        [Row(name, TITLES[name], [run(one) for one in found]) for name, found in rows.items()],
        classes=("a", "b"),
        spread_share=0.25,
        rivals=max(1, len(set(rows) - {BASELINE, FLOOR})),
        images=1000,
    )


def results(**small_recalls: list[int]) -> tuple[StrategyResult, ...]:
    """Return rows where all 100 large images are right and some of 100 small ones, per fold."""
    return summarised(
        {
            name: [np.array([[100, 0], [100 - right, right]]) for right in rights]
            for name, rights in {**small_recalls, FLOOR: [0, 0, 0]}.items()
        }
    )


def verdict(**small_recalls: list[int]) -> str:
    return write_verdict(results(**small_recalls), spread_share=0.25)


def test_a_rise_is_told_with_its_interval() -> None:
    # Rises of 10, 11 and 12 points: sd 1, t of 2 degrees 4.3027, times root (1/3 + 1/4).
    text = verdict(none=[50, 50, 50], smote=[70, 72, 74])

    assert text == (
        "Use SMOTE: balanced accuracy rises by 11.0 points compared with no balancing (95% "
        "interval +7.7 to +14.3)."
    )


def test_strategies_that_do_as_well_are_named() -> None:
    text = verdict(none=[50, 50, 50], smote=[70, 72, 74], class_weights=[71, 72, 72])

    assert text.endswith("Not measurably different: class weights.")


def test_what_does_as_well_without_new_files_is_recommended() -> None:
    rows = results(none=[50, 50, 50], smote=[70, 72, 74], class_weights=[71, 72, 72])
    filled = [replace(row, files=500 if row.name == "smote" else 0) for row in rows]

    text = write_verdict(filled, spread_share=0.25)

    assert text.startswith("Use SMOTE:")
    assert text.endswith("As good without new files: class weights.")


def test_an_interval_over_zero_is_no_difference() -> None:
    text = verdict(none=[50, 50, 50], smote=[48, 50, 54], random_undersampling=[30, 31, 32])

    assert text.startswith("No measurable difference: no strategy raises balanced accuracy")
    # Two strategies are looked at together, so that each interval is that of 97.5% alone.
    assert "(the best, SMOTE, 95% interval -6.9 to +7.6 points)" in text
    assert text.endswith(
        "It falls with random undersampling. Leave the dataset as it is; more images could show a "
        "difference."
    )


def test_strategies_that_all_harm_are_advised_against() -> None:
    text = verdict(none=[50, 50, 50], smote=[40, 41, 42])

    assert text.startswith("Leave the dataset as it is: every strategy lowers balanced accuracy")


def test_a_measurable_rise_stands_before_a_larger_one_that_may_be_chance() -> None:
    found = results(none=[50, 50, 50], smote=[40, 60, 90], class_weights=[54, 55, 56])

    text = write_verdict(found, spread_share=0.25)

    assert [row.outcome("balanced_accuracy") for row in found[1:3]] == [
        Outcome.SAME,
        Outcome.BETTER,
    ]
    assert text.startswith("Use class weights: balanced accuracy rises by 2.5 points")


def test_a_strategy_that_may_help_is_not_told_to_harm() -> None:
    text = verdict(none=[50, 50, 50], smote=[10, 40, 50], class_weights=[44, 45, 46])

    assert text.startswith("No measurable difference: no strategy raises")
    assert "It falls with class weights." in text


def test_an_interval_that_leaves_zero_out_does_not_read_as_if_it_held_zero() -> None:
    better, worse = Difference(0.076, 0.0004, 0.151), Difference(-0.01, -0.02, -0.00004)

    assert (str(better), str(worse)) == ("+7.6 (+0.04 to +15.1)", "-1.0 (-2.0 to -0.004)")
    assert str(Difference(0.076, -0.0004, 0.151)) == "+7.6 (0.0 to +15.1)"


def test_the_price_in_accuracy_is_told() -> None:
    before, after = np.array([[900, 0], [100, 0]]), np.array([[800, 100], [20, 80]])
    rows = {"none": [before] * 3, "smote": [after] * 3}

    text = write_verdict(summarised(rows), spread_share=0.25)

    assert text.endswith(
        "Accuracy falls by 2.0 points because more images of large classes are missed."
    )


def test_one_row_is_no_comparison() -> None:
    assert verdict(none=[50, 51, 52]).startswith("There is only one strategy")


def test_the_verdict_is_about_the_metric_that_matters() -> None:
    found = results(none=[50, 51, 52], smote=[70, 72, 71])

    text = write_verdict(found, spread_share=0.25, metric="g_mean")

    assert text.startswith("Use SMOTE: G-mean of recalls rises by 12.8 points")


def test_less_of_an_error_is_better() -> None:
    found = results(none=[50, 51, 52], smote=[70, 72, 71])

    text = write_verdict(found, spread_share=0.25, metric="brier")

    assert found[1].outcome("brier") is Outcome.BETTER
    assert text.startswith("Use SMOTE: Brier score falls by 10.0 points")


def test_each_row_has_one_of_three_outcomes() -> None:
    found = results(none=[50, 50, 50], smote=[70, 71, 72], class_weights=[49, 50, 52])

    outcomes = [row.outcome("balanced_accuracy") for row in found]

    assert outcomes == [Outcome.SAME, Outcome.BETTER, Outcome.SAME, Outcome.WORSE]


def test_the_best_strategy_is_best_for_the_metric_that_matters() -> None:
    found = results(none=[50, 51, 52], smote=[70, 72, 71], class_weights=[60, 61, 62])
    report = EvaluationReport(
        found,
        ("a", "b"),
        metric="accuracy",
        verdict="",
        notes=(),
        folds=3,
        repeats=1,
        images=200,
        settings={},
        seed=0,
        encoder="drawn",
        head="linear",
        spread_share=0.25,
    )

    assert best_rival(report, "accuracy") == best_rival(report, "brier") == "smote"
    assert verdict_for(report, "mcc") == write_verdict(found, spread_share=0.25, metric="mcc")


def test_no_difference_is_wider_than_from_the_worst_to_the_best() -> None:
    row = results(none=[0, 100, 0], smote=[100, 0, 100])[1]

    assert row.difference is not None
    accuracy, mcc = row.difference["balanced_accuracy"], row.difference["mcc"]
    assert (accuracy.low, accuracy.high) == (-1, 1)
    assert (mcc.low, mcc.high) == (-2, 2)


def test_whoever_stopped_is_not_advised_to_leave_it() -> None:
    rows = results(none=[50, 50, 50], smote=[48, 50, 54])

    stopped = write_verdict(rows, spread_share=0.25, asked=8)

    assert stopped.startswith("Stopped after 2 of 8 strategies. No measurable difference:")
    assert "Leave the dataset as it is" not in stopped
    assert "Leave the dataset as it is" in write_verdict(rows, spread_share=0.25, asked=2)
