"""Sentences say what was found, what it costs, and what is known where nothing can be told."""

from collections.abc import Mapping

import pytest
from test_outcomes import ORDER, family

from core.evaluate.answer import describe, price_of, write_answer
from core.evaluate.inference import REBALANCING, Effect
from core.evaluate.outcomes import conclude
from core.evaluate.per_class import ClassFigures

TITLES = {
    "none": "None",
    "weights": "Class weights",
    "logit": "Logit adjustment",
    "smote": "SMOTE",
}


def figures(label: str, recall: float, gain: float) -> ClassFigures:
    nothing = Effect(0.0)
    return ClassFigures(label, 10, Effect(recall), nothing, Effect(gain), nothing)


CRACK, GOOD = figures("crack", 0.61, 0.33), figures("good", 0.75, -0.22)


def verdict(estimates: Mapping[str, float], spread: float = 0.01, **more: object) -> str:
    inference = family(estimates, spread, **more)  # type: ignore[arg-type]
    object.__setattr__(inference, "class_groups", inference.class_groups + 5)
    conclusion = conclude(inference, ("crack", "good"), cheapest_first=ORDER, adds_files={"smote"})
    return str(write_answer(conclusion, TITLES, (CRACK, GOOD)))


def test_a_gain_is_told_with_what_to_do_and_at_what_price() -> None:
    gains = {"weights": 0.048, "logit": 0.02, "smote": 0.05, REBALANCING: 0.0393}

    assert verdict(gains) == (
        "Rebalancing helps: on average over the rebalancers, balanced accuracy rises by 3.9 points "
        "(95% interval +1.4 to +6.4). Use class weights: balanced accuracy rises by 4.8 points "
        "(95% interval +2.3 to +7.3). It finds 61% of 'crack' instead of 28%; 75% of 'good' "
        "instead of 97%."
    )


def test_where_nothing_can_be_told_it_is_said_what_is_known() -> None:
    gains = {"weights": 0.008, "logit": 0.002, "smote": 0.015, REBALANCING: 0.0083}

    text = verdict(gains)

    assert text.startswith(
        "Whether rebalancing helps cannot be told: -1.7 to +3.3 points; a difference of 3.3 would "
        "be found in 80% of cases. No candidate is found to be better. As a default, not as a "
        "finding, use class weights: it adds no files. A gain of 4 points is not excluded."
    )
    assert text.endswith(
        "75% of the uncertainty comes from the images of 'crack': more of them would sharpen the "
        "answer most. More repeats would take away 25% of it."
    )


def test_leaving_the_dataset_is_advised_with_its_reason() -> None:
    text = verdict({"weights": 0.004, "logit": -0.02, "smote": 0.001}, 0.002)

    assert text == (
        "Leave the dataset as it is: a gain of 1 point or more is excluded for every candidate."
    )


@pytest.mark.parametrize(
    ("gains", "is_told"),
    [
        ({"weights": 0.004, "logit": -0.02, "smote": 0.001}, True),
        ({"weights": 0.048, "logit": 0.02, "smote": 0.05}, False),
    ],
)
def test_where_nothing_is_found_to_help_it_is_said_what_else_may(
    gains: Mapping[str, float], is_told: bool
) -> None:
    conclusion = conclude(family(gains, 0.002), ("crack", "good"), cheapest_first=ORDER)

    elsewhere = write_answer(conclusion, TITLES, (), (GOOD, CRACK)).elsewhere

    told = (
        "What may help more: images of 'crack' (61% are found), a review of labels that no "
        "strategy gets right, or decisions by cost."
    )
    assert elsewhere == (told if is_told else "")


def test_the_baseline_as_a_default_is_no_finding() -> None:
    text = verdict({"weights": -0.005, "logit": -0.002, "smote": 0.001})

    assert "As a default, not as a finding, leave the dataset as it is." in text
    assert "It finds" not in text


def test_an_estimate_that_is_not_certain_is_said_to_be_one() -> None:
    gains = {"weights": 0.02, "logit": 0.021, "smote": 0.019, REBALANCING: 0.03}

    assert (
        "Use logit adjustment: balanced accuracy rises by 2.1 points by estimate, which alone is "
        "not certain (95% interval -0.4 to +4.6)."
    ) in verdict(gains)


def test_what_is_as_good_is_named() -> None:
    text = verdict({"weights": 0.05, "logit": 0.05, "smote": 0.05}, correlation=0.99)

    assert "As good, within 1 point: class weights and SMOTE." in text


def test_less_of_an_error_falls() -> None:
    text = verdict({"weights": -0.05, "logit": 0.04, "smote": -0.01}, metric="brier")

    assert "Use class weights: Brier score falls by 5 points (95% interval -7.5 to -2.5)." in text


@pytest.mark.parametrize(
    ("gain", "text"),
    [
        (0.0, "balanced accuracy is practically the same (-0.5 to +0.5 points, within 1 point)"),
        (0.008, "balanced accuracy rises by 0.8 points (95% interval +0.3 to +1.3)"),
        (
            0.04,
            "balanced accuracy rises by 4 points (95% interval +3.5 to +4.5, more than 1 point)",
        ),
        (-0.008, "balanced accuracy falls by 0.8 points (95% interval -1.3 to -0.3)"),
    ],
)
def test_each_candidate_is_described(gain: float, text: str) -> None:
    found = conclude(family({"weights": gain}, 0.002), ("a", "b"), cheapest_first=ORDER)

    assert describe(found.standings[0], "balanced_accuracy", 0.01) == text


def test_a_candidate_that_changes_no_answer_is_described() -> None:
    inference = family({"weights": 0.0}, identical=("weights",))
    found = conclude(inference, ("a", "b"), cheapest_first=ORDER)

    text = describe(found.standings[0], "balanced_accuracy", 0.01)
    assert text == "every image gets the same answer as without balancing"


def test_a_class_of_few_images_makes_averages_rough() -> None:
    conclusion = conclude(family({"weights": 0.05}), ("crack", "good"), cheapest_first=ORDER)

    assert write_answer(conclusion, TITLES).uncertainty == (
        "Averages over classes are rough: fewer than 5 images (or groups) of 'crack'."
    )


def test_no_interval_is_told_and_no_number_made_up() -> None:
    inference = family({"weights": 0.05})
    object.__setattr__(inference, "has_interval", inference.has_interval & False)

    text = str(write_answer(conclude(inference, ("a", "b"), cheapest_first=ORDER), TITLES))

    assert "There are too few images, or groups of them, for an interval." in text
    assert "inf" not in text.replace("interval", "")


def test_one_candidate_is_no_comparison() -> None:
    assert verdict({}).startswith("There is one candidate")


def test_a_price_of_nothing_is_not_told() -> None:
    assert price_of([figures("a", 0.5, 0.001), figures("b", 0.5, -0.001)]) == ""
    assert price_of([figures("a", 0.5, 0.2), figures("b", 0.5, 0.0)]) == (
        "It finds 50% of 'a' instead of 30%."
    )
    assert price_of([figures("a", 0.504, 0.008), figures("b", 0.5, 0.0)]) == ""


def test_a_class_that_gains_least_is_not_told_as_a_loser() -> None:
    assert price_of([figures("a", 0.5, 0.2), figures("b", 0.5, 0.1)]) == (
        "It finds 50% of 'a' instead of 30%."
    )
    assert price_of([figures("a", 0.5, -0.2), figures("b", 0.5, -0.1)]) == (
        "It finds 50% of 'a' instead of 70%."
    )


def test_a_figure_without_intervals_names_the_one_that_differences_are_tested_on() -> None:
    inference = family({"weights": -0.05}, metric="calibration_error")
    object.__setattr__(inference, "has_interval", inference.has_interval & False)

    text = str(write_answer(conclude(inference, ("a", "b"), cheapest_first=ORDER), TITLES))

    assert "his figure has no interval, and differences are tested on Brier score." in text
    assert "too few images" not in text
