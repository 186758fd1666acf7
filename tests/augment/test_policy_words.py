"""A policy in words: a sentence, and what a chip says of a step."""

import pytest

from core.augment import PRESETS, AugmentPolicy, DrawnStep, Step, make_step
from core.augment.policy_text import policy_text, strength_text, values_text


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (AugmentPolicy(()), "No operation is on, so pictures do not change yet."),
        (AugmentPolicy((make_step("jpeg"),)), "Each augmented picture is made with: JPEG quality."),
        (PRESETS["standard"], "Each augmented picture is made with up to 5 operations."),
        (PRESETS["randaugment"], "Each augmented picture is made with 2 of 13 operations."),
    ],
)
def test_a_policy_is_one_sentence(policy: AugmentPolicy, told: str) -> None:
    assert policy_text(policy) == told


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (make_step("rotate"), "±15°"),
        (make_step("rotate", {"degrees": (90, 90)}), "90°"),
        (make_step("crop"), "0.8 to 1"),
        (make_step("gaussian_blur"), "0.3 to 1.5 px"),
        (make_step("gaussian_noise"), "4 to 16"),
        (make_step("horizontal_flip", probability=0.5), "50%"),
    ],
)
def test_a_chip_says_the_main_strength(step: Step, told: str) -> None:
    assert strength_text(step) == told


def test_what_was_drawn_is_said_with_its_values() -> None:
    drawn = [DrawnStep("rotate", {"degrees": -12.0}), DrawnStep("horizontal_flip", {})]

    assert values_text(drawn) == "rotate -12 °, horizontal flip"
