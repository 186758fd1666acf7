"""What choosing an augmentation found and costs, in sentences."""

import pytest

from core.augment import AugmentPolicy, make_step
from core.evaluate import find_head
from core.evaluate.augmentation_answer import (
    BestAugmentation,
    OperationGain,
    Tried,
    choosing_text,
)
from core.evaluate.estimate import Planned
from core.evaluate.inference import Effect
from core.evaluate.outcomes import Outcome, Standing, outcome_of


def standing(name: str, low: float, high: float) -> Standing:
    gain = Effect((low + high) / 2, (low, high), (low, high), found=0.02)
    return Standing(name, gain, outcome_of(gain, 0.01), is_beyond_margin=low > 0.01)


def one(operation: str, low: float, high: float) -> OperationGain:
    gain = (low + high) / 2
    return OperationGain(operation, standing(operation, low, high), Tried(operation, gain, "a", 0))


def found(policy: AugmentPolicy | None) -> BestAugmentation:
    return BestAugmentation(
        (
            one("crop", 0.011, 0.031), one("rotate", -0.001, 0.021),
            one("horizontal_flip", -0.05, -0.01), one("gaussian_blur", -0.004, 0.006),
        ),
        standing("chosen", 0.002, 0.03), (("crop",), ("crop", "rotate"), ()), policy,
        "efficientnet", 675, 0.01,
    )  # fmt: skip


def test_the_answer_is_the_gain_of_choosing_and_then_of_each_operation() -> None:
    policy = AugmentPolicy((make_step("crop"), make_step("rotate")), pick=2)

    assert found(policy).sentences == [
        "Choosing operations for this set instead of plain copies: balanced accuracy rises by 1.6 "
        "points (95% interval +0.2 to +3.0).",
        "On all images the rule chooses crop and rotate, 2 of them on a picture. Of 3 training "
        "sides it chose crop in 2, rotate in 1.",
        "Better than plain copies, in points: crop (+2.1, +1.1 to +3.1).",
        "Worse than plain copies, in points: horizontal flip (-3.0, -5.0 to -1.0).",
        "Practically the same as plain copies, in points: gaussian blur (+0.1, -0.4 to +0.6).",
        "Nothing can be told of: rotate.",
        "Measured on 675 images by a linear model on frozen vectors of the encoder "
        "'efficientnet': a network that is trained on the pictures may gain from other operations.",
    ]


def test_where_nothing_is_chosen_copies_are() -> None:
    assert "the rule chooses no operation: none gains over plain copies" in " ".join(
        found(None).sentences
    )


def test_an_operation_that_changes_nothing_has_no_interval_to_tell() -> None:
    same = Standing("crop", Effect(0.0), Outcome.IDENTICAL, is_beyond_margin=False)
    best = BestAugmentation(
        (OperationGain("crop", same, Tried("crop", 0.0, "a", 0)),),
        Standing("chosen", Effect(0.0), Outcome.IDENTICAL, is_beyond_margin=False),
        ((),), None, "efficientnet", 20, 0.01,
    )  # fmt: skip

    assert "The same answer for every image: crop." in best.sentences


@pytest.mark.parametrize(
    ("operations", "to_embed", "text"),
    [
        (["crop"], 0, "1 operation: at most 2,700 augmented pictures to make, "),
        (["crop", "rotate"], 0, "2 operations: at most 3,000 augmented pictures to make, "),
        (["crop"], 500, " on one core, embedding included. It speaks of frozen vectors."),
    ],
)
def test_pictures_and_time_are_told_beforehand(
    operations: list[str], to_embed: int, text: str
) -> None:
    planned = Planned({"a": 400, "b": 100}, find_head("linear"), to_embed=to_embed)
    policy = AugmentPolicy(tuple(make_step(name) for name in operations))

    assert text in choosing_text(planned, policy)


def test_the_time_counts_the_learning_from_plain_copies_too() -> None:
    planned = Planned({"a": 400, "b": 100}, find_head("linear"))
    policy = AugmentPolicy((make_step("crop"),))

    # 2,700 pictures at 13.5 ms; 92.8 times two candidates learn from 800 points at 60 us: 45 s.
    assert "2,700 augmented pictures to make, 50 s on one core" in choosing_text(planned, policy)
