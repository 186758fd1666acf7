"""A row of a comparison is a plan of an export, where a plan can be all of it."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluate import Difference, EvaluationReport, Outcome, parse_candidate
from core.evaluate.report import FLOOR, StrategyResult
from core.evaluate.row_plans import plan_of_row, rows_of_plan, told_of_plan, why_not_exported
from core.resample import plan_counts

COUNTS = {"many": 40, "few": 8}
NAMES = (
    "none", "smote", "smote:pictures", "smote@50%", "smote@50%+class_weights", "augment:crop",
    "lda", "random_undersampling+smote",
)  # fmt: skip


@pytest.fixture
def report() -> EvaluationReport:
    better = {"accuracy": Difference(0.042, 0.011, 0.073, Outcome.BETTER)}
    rows = [
        StrategyResult(
            name, parse_candidate(name).title, {"accuracy": 0.8},
            None if name == "none" else better, (), np.zeros((2, 2), np.intp),
        )
        for name in NAMES
    ]  # fmt: skip
    floor = replace(rows[0], name=FLOOR, title="Always the largest class")
    settings = {name: parse_candidate(name, _SET).settings for name in NAMES}
    return EvaluationReport(
        (*rows, floor), ("few", "many"), "accuracy", 0.01, {}, (), 5, 10, 10, 48, settings, 0,
        "classical", "linear",
    )  # fmt: skip


_SET = {"smote": {"k_neighbors": 3}}


@pytest.mark.parametrize(
    ("name", "strategy", "target"),
    [
        ("none", "none", None),
        ("smote", "smote", "largest"),
        ("smote:pictures", "smote", "largest"),
        ("smote@50%", "smote", "50%"),
        ("smote@50%+class_weights", "smote", "50%"),
    ],
)
def test_a_plan_has_the_settings_that_were_measured(
    report: EvaluationReport, name: str, strategy: str, target: str | None
) -> None:
    plan = plan_of_row(report, name, COUNTS)

    assert plan is not None
    assert (plan.strategy, plan.target) == (strategy, target)
    assert plan.settings.get("k_neighbors", 3) == 3
    assert why_not_exported(report, name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("augment:crop", "set it on Augment"),
        ("lda", "changes the model, not the images"),
        ("random_undersampling+smote", "more than one strategy"),
        (FLOOR, "learns nothing"),
    ],
)
def test_what_no_plan_can_be_says_why(report: EvaluationReport, name: str, why: str) -> None:
    assert plan_of_row(report, name, COUNTS) is None
    assert why_not_exported(report, name) == why


def test_a_plan_finds_its_rows_the_pictures_that_are_written_first(
    report: EvaluationReport,
) -> None:
    plan = plan_counts(COUNTS, "smote", settings={"k_neighbors": 3})

    assert [row.name for row in rows_of_plan(report, plan)] == ["smote:pictures", "smote"]
    assert told_of_plan(report, plan, "accuracy") == [
        "'SMOTE as pictures': accuracy +4.2 (+1.1 to +7.3) points beside doing nothing, better.",
        "'SMOTE': accuracy +4.2 (+1.1 to +7.3) points beside doing nothing, better.",
    ]


@pytest.mark.parametrize("k_neighbors", [5, 7])
def test_other_settings_are_not_what_was_measured(
    report: EvaluationReport, k_neighbors: int
) -> None:
    plan = plan_counts(COUNTS, "smote", settings={"k_neighbors": k_neighbors})

    assert rows_of_plan(report, plan) == []
    assert told_of_plan(report, plan, "accuracy") == [
        "The comparison has no row with these settings."
    ]
