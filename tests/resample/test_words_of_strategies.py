"""What a strategy says of itself: the page and the command line print the same."""

import pytest

from core.resample import STRATEGIES, plan_counts

COUNTS = {"ant": 1, "bee": 4, "cat": 40}


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_says_what_it_does_and_what_its_button_does(name: str) -> None:
    record, plan = STRATEGIES[name], plan_counts(COUNTS, name)

    for text in (record.effect.told(plan), record.button(plan), record.effect.written(plan)):
        assert text
        assert not text.endswith(".")
    assert record.effect.adds == (plan.total_added > 0)
    assert record.effect.leaves_out >= (plan.total_left_out > 0)


def test_warnings_are_those_of_the_counts() -> None:
    assert STRATEGIES["smote"].warnings(plan_counts(COUNTS, "smote", 8)) == [
        "'ant': 1 image; SMOTE needs at least 2. It will get augmented pictures instead.",
        "'bee': fewer images than requested neighbours, so all others are used.",
    ]
    assert STRATEGIES["augment"].warnings(plan_counts({"a": 3, "b": 3}, "augment")) == [
        "No class is below the target, so no image is added or left out."
    ]


@pytest.mark.parametrize(
    ("name", "ants", "made"),
    [
        ("augment", 1, "39 augmented pictures"),
        ("random_oversampling", 1, "39 copies"),
        ("smote", 1, "39 augmented pictures"),  # no point lies between one image and itself
        ("smote", 2, "19 synthetic points"),
    ],
)
def test_a_warning_of_many_for_each_image_names_what_is_made(
    name: str, ants: int, made: str
) -> None:
    plan = plan_counts({"ant": ants, "cat": 40}, name)

    warning = STRATEGIES[name].warnings(plan)[-1]

    assert warning.startswith(f"'ant' would have {made} for every real image.")


def test_an_estimate_tells_the_vectors_that_an_export_includes() -> None:
    plan = plan_counts({"ant": 10, "cat": 35}, "smote")
    estimate = STRATEGIES["smote"].estimate
    assert estimate is not None

    text = estimate(plan, 400)

    assert text == "Takes a few seconds; the export will include 40 kB of vectors."  # 25 x 400 x 4


def test_batches_are_told_what_they_cost() -> None:
    plan = plan_counts({"a": 100, "b": 20}, "batched_smote", settings={"batch_size": 16})

    assert STRATEGIES["batched_smote"].warnings(plan)[0].startswith("8 batches: about 1 in 8")
