"""Four outcomes by interval and margin, and what to do."""

from collections.abc import Mapping

import numpy as np
import pytest

from core.evaluate.inference import REBALANCING, Effect, Inference
from core.evaluate.outcomes import Basis, Conclusion, Outcome, conclude, outcome_of

NAMES = ("weights", "logit", "smote")
ORDER = ("none", "logit", "weights", "smote")  # cheapest first


def family(
    estimates: Mapping[str, float],
    spread: float = 0.01,
    *,
    metric: str = "balanced_accuracy",
    correlation: float = 0.9,
    identical: tuple[str, ...] = (),
) -> Inference:
    """Return an inference in which all differences have one standard error; quantile 2.5."""
    names = tuple(estimates)
    count = len(names)
    table = np.full((count, count), correlation) + (1 - correlation) * np.eye(count)
    is_identical = np.array([name in identical for name in names], np.bool_)
    return Inference(
        metric, names, "none",
        np.array(list(estimates.values())), spread**2 * table, np.full(count, 200.0), 2.5, 200.0,
        is_identical, ~is_identical,
        np.tile([0.75, 0.15], (count, 1)), np.full(count, 0.1), np.full(count, spread**2 / 4),
        np.array([4, 90]), 10,
    )  # fmt: skip


def conclusion(estimates: Mapping[str, float], spread: float = 0.01, **more: object) -> Conclusion:
    inference = family(estimates, spread, **more)  # type: ignore[arg-type]
    return conclude(inference, ("crack", "good"), cheapest_first=ORDER, adds_files={"smote"})


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (-0.009, 0.009, Outcome.SAME),
        (0.001, 0.009, Outcome.SAME),  # the same is asked before better
        (-0.01, 0.009, Outcome.UNCLEAR),
        (0.001, 0.02, Outcome.BETTER),
        (-0.02, -0.001, Outcome.WORSE),
        (-0.02, 0.02, Outcome.UNCLEAR),
        (-np.inf, np.inf, Outcome.UNCLEAR),
    ],
)
def test_an_outcome_follows_from_the_joint_interval(
    low: float, high: float, outcome: Outcome
) -> None:
    assert outcome_of(Effect(0.0, None, (low, high)), 0.01) is outcome


def test_no_interval_is_no_finding() -> None:
    assert outcome_of(Effect(0.5), 0.01) is Outcome.UNCLEAR


def test_better_by_more_than_the_margin_is_told() -> None:
    found = conclusion({"weights": 0.03, "logit": 0.05, "smote": -0.05})

    assert [one.outcome for one in found.standings] == [
        Outcome.BETTER,
        Outcome.BETTER,
        Outcome.WORSE,
    ]
    # Intervals reach 2.5 points to each side.
    assert [one.is_beyond_margin for one in found.standings] == [False, True, True]


def test_the_cheapest_of_those_near_the_best_is_recommended() -> None:
    near = conclusion({"weights": 0.0500, "logit": 0.0470, "smote": 0.0502})
    far = conclusion({"weights": 0.0500, "logit": 0.0460, "smote": 0.0502})

    assert (near.best, near.recommended, near.basis) == ("smote", "logit", Basis.FINDING)
    assert far.recommended == "weights"


def test_a_narrow_interval_recommends_nobody() -> None:
    inference = family({"weights": 0.12, "smote": 0.162}, 0.01)
    covariance = inference.covariance.copy()
    covariance[1, 1] = 0.1**2  # the best by estimate is hardly known
    object.__setattr__(inference, "covariance", covariance)

    found = conclude(inference, ("crack", "good"), cheapest_first=ORDER)

    assert [one.outcome for one in found.standings] == [Outcome.BETTER, Outcome.UNCLEAR]
    assert found.recommended == "smote"


def test_where_nothing_can_be_told_a_default_adds_no_files() -> None:
    found = conclusion({"weights": 0.008, "logit": 0.002, "smote": 0.015, REBALANCING: 0.008})

    assert found.basis is Basis.DEFAULT
    assert (found.best, found.recommended) == ("smote", "weights")
    assert found.largest_gain == pytest.approx(0.015 + 0.025)


def test_leave_it_is_said_only_where_a_gain_that_matters_is_excluded_for_all() -> None:
    excluded = conclusion({"weights": 0.004, "logit": -0.02, "smote": 0.001}, 0.002)
    one_open = conclusion({"weights": 0.006, "logit": -0.02, "smote": 0.001}, 0.002)

    assert (excluded.basis, excluded.recommended) == (Basis.LEAVE, "none")
    assert one_open.basis is not Basis.LEAVE


def test_rebalancing_may_be_found_better_on_average_alone() -> None:
    rivals = {"weights": 0.02, "logit": 0.021, "smote": 0.019}
    found = conclusion({**rivals, REBALANCING: 0.03})

    assert found.first is not None
    assert found.first.outcome is Outcome.BETTER
    assert all(one.outcome is Outcome.UNCLEAR for one in found.standings)
    assert (found.basis, found.recommended) == (Basis.FINDING, "logit")
    assert REBALANCING not in {one.name for one in found.standings}


def test_what_is_identical_here_is_said_so_and_excludes_nothing() -> None:
    every = conclusion({"weights": 0.0, "logit": 0.0}, identical=("weights", "logit"))
    some = conclusion({"weights": 0.0, "logit": -0.05}, identical=("weights",))

    assert every.standings[0].outcome is Outcome.IDENTICAL
    assert (every.basis, every.recommended) == (Basis.DEFAULT, "none")
    assert some.basis is Basis.LEAVE


def test_as_good_as_is_said_only_where_the_difference_lies_within_the_margin() -> None:
    close = conclusion({"weights": 0.05, "logit": 0.05, "smote": 0.05}, correlation=0.99)
    loose = conclusion({"weights": 0.05, "logit": 0.05, "smote": 0.05}, correlation=0.5)

    assert close.as_good == ("weights", "smote")
    assert loose.as_good == ()


def test_less_of_an_error_is_a_gain() -> None:
    found = conclusion({"weights": -0.05, "logit": 0.04, "smote": -0.01}, metric="brier")

    outcomes = [one.outcome for one in found.standings]
    assert outcomes == [Outcome.BETTER, Outcome.WORSE, Outcome.UNCLEAR]
    assert (found.best, found.recommended) == ("weights", "weights")
    assert found.standings[0].gain.estimate == 0.05
    assert found.beside["logit"].estimate == pytest.approx(0.09)


def test_where_the_uncertainty_comes_from_is_told() -> None:
    found = conclusion({"weights": 0.01, "logit": 0.0, REBALANCING: 0.005})

    assert found.doubt.classes == {"crack": 0.75, "good": 0.15}
    assert (found.doubt.runs, found.doubt.splits) == pytest.approx((0.1, 0.25))
    assert (found.small_classes, found.is_rough) == (("crack",), True)


def test_a_comparison_of_nothing_leaves_it_open() -> None:
    found = conclusion({})

    assert (found.basis, found.recommended, found.standings) == (Basis.DEFAULT, "none", ())
