"""A policy draws the same steps whatever surrounds them, and never a plain copy."""

import json
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.augment import (
    OPERATIONS,
    PRESET_HELP,
    PRESETS,
    AugmentPolicy,
    DrawnStep,
    Step,
    Wanted,
    apply,
    at_scale,
    draw,
    make_step,
)
from core.errors import SettingError

CROP, FLIP, TURN = make_step("crop"), make_step("horizontal_flip"), make_step("rotate")
NOISE = make_step("gaussian_noise")


def values_of(
    policy: AugmentPolicy, operation: str, copies: int = 40
) -> dict[int, dict[str, float]]:
    """Return copy -> the values that `operation` drew, for the copies that it was done to."""
    return {
        copy: dict(step.values)
        for copy in range(copies)
        for step in draw(policy, Wanted(digest="a.jpg", repeat=copy, label="cat"))
        if step.operation == operation
    }


def test_a_step_is_checked_when_it_is_made() -> None:
    with pytest.raises(SettingError, match=r"Rotate: Angle runs from 0 to 200"):
        make_step("rotate", {"degrees": (0, 200)})
    with pytest.raises(SettingError, match=r"Rotate.*'angle' is unknown. It has degrees"):
        make_step("rotate", {"angle": (0, 20)})
    with pytest.raises(SettingError, match=r"Rotate.*'degrees' is missing"):
        Step("rotate", 1.0, {})


def test_what_a_step_does_not_name_comes_from_the_record() -> None:
    step = make_step("gaussian_blur")

    assert step.probability == OPERATIONS["gaussian_blur"].probability
    assert step.values == {"sigma": (0.3, 1.5)}
    assert make_step("gaussian_blur", probability=0).probability == 0


def test_another_step_moves_no_other_steps_values() -> None:
    alone = values_of(AugmentPolicy((CROP, TURN)), "crop")
    in_company = values_of(AugmentPolicy((NOISE, FLIP, CROP, TURN)), "crop")

    assert len(alone) == 40
    assert in_company == alone


def test_another_step_changes_neither_whether_nor_how_a_step_is_done() -> None:
    # The crop is always done, so the turn is never forced in either policy.
    alone = values_of(AugmentPolicy((CROP, TURN)), "rotate")
    in_company = values_of(AugmentPolicy((CROP, FLIP, TURN, NOISE)), "rotate")

    assert 5 < len(alone) < 35
    assert in_company == alone


def test_the_order_of_a_policy_does_not_matter() -> None:
    expected = draw(AugmentPolicy((CROP, TURN, NOISE)), Wanted(digest="a", repeat=0, label="cat"))

    for steps in permutations((CROP, TURN, NOISE)):
        assert draw(AugmentPolicy(steps), Wanted(digest="a", repeat=0, label="cat")) == expected


def test_steps_are_drawn_in_the_order_of_the_registry() -> None:
    everything = AugmentPolicy(
        tuple(make_step(name, probability=1) for name in reversed(OPERATIONS))
    )

    drawn = draw(everything, Wanted(digest="a", repeat=0, label="cat"))

    assert [step.operation for step in drawn] == list(OPERATIONS)


def test_seed_picture_and_copy_each_change_the_draw() -> None:
    policy, other_seed = AugmentPolicy((CROP,)), AugmentPolicy((CROP,), seed=1)

    draws = [
        draw(policy, Wanted(digest="a", repeat=0, label="cat")),
        draw(policy, Wanted(digest="b", repeat=0, label="cat")),
        draw(policy, Wanted(digest="a", repeat=1, label="cat")),
        draw(other_seed, Wanted(digest="a", repeat=0, label="cat")),
    ]

    assert len({str(drawn) for drawn in draws}) == 4


def test_the_label_changes_nothing_but_its_exceptions() -> None:
    policy = AugmentPolicy((CROP, NOISE))

    as_cat = draw(policy, Wanted(digest="a", repeat=0, label="cat"))
    as_dog = draw(policy, Wanted(digest="a", repeat=0, label="dog"))

    assert as_cat == as_dog


def test_a_step_is_done_as_often_as_its_probability_says() -> None:
    policy = AugmentPolicy((CROP, make_step("horizontal_flip", probability=0.3)))

    done = len(values_of(policy, "horizontal_flip", copies=2000))

    # Three standard deviations of 2,000 draws are 61.
    assert done == pytest.approx(600, abs=62)


def test_some_step_is_always_done() -> None:
    rare = AugmentPolicy(
        (make_step("horizontal_flip", probability=0.01), make_step("rotate", probability=0.01))
    )

    forced = [draw(rare, Wanted(digest="a", repeat=copy, label="cat")) for copy in range(200)]

    assert all(len(steps) >= 1 for steps in forced)
    assert {steps[0].operation for steps in forced} == {"horizontal_flip", "rotate"}


def test_a_forced_step_is_mostly_the_likelier_one() -> None:
    policy = AugmentPolicy(
        (make_step("horizontal_flip", probability=0.02), make_step("rotate", probability=0.2))
    )

    flips = values_of(policy, "horizontal_flip", copies=400)

    # About one draw in eleven, forced or not, not one in two.
    assert 10 < len(flips) < 80


@given(
    names=st.lists(st.sampled_from(list(OPERATIONS)), unique=True, min_size=1),
    probability=st.floats(0.001, 1),
    key=st.text(),
    copy=st.integers(0, 1000),
)
def test_an_augmented_picture_is_never_a_plain_copy(
    names: list[str], probability: float, key: str, copy: int
) -> None:
    policy = AugmentPolicy(tuple(make_step(name, probability=probability) for name in names))
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)

    drawn = draw(policy, Wanted(digest=key, repeat=copy, label="cat"))

    assert not np.array_equal(apply(image, drawn), image)


def test_idle_steps_are_left_out_of_the_draw() -> None:
    policy = AugmentPolicy((make_step("crop", {"fraction": (1, 1)}, probability=1), TURN))

    for copy in range(50):
        drawn = draw(policy, Wanted(digest="a", repeat=copy, label="cat"))
        assert [step.operation for step in drawn] == ["rotate"]


def test_excepted_classes_are_left_alone_and_others_are_not() -> None:
    flip = make_step("horizontal_flip", probability=1, except_labels={"left", "right"})
    policy = AugmentPolicy((TURN, flip))

    for copy in range(50):
        on_left = draw(policy, Wanted(digest="a", repeat=copy, label="left"))
        on_cat = draw(policy, Wanted(digest="a", repeat=copy, label="cat"))
        assert [step.operation for step in on_left] == ["rotate"]
        assert "horizontal_flip" in [step.operation for step in on_cat]


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (make_step("crop", probability=0),),
        (make_step("crop", except_labels={"six"}),),
        (make_step("rotate", {"degrees": (0, 0)}, probability=1),),
    ],
    ids=["no step", "never", "excepted", "idle"],
)
def test_a_class_that_no_step_changes_is_named(steps: tuple[Step, ...]) -> None:
    with pytest.raises(SettingError, match=r"class 'six'.* Add an operation"):
        draw(AugmentPolicy(steps), Wanted(digest="a", repeat=0, label="six"))


def test_apply_does_the_steps_in_their_order() -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    turn = DrawnStep("rotate", {"degrees": 90.0})
    flip = DrawnStep("horizontal_flip", {})

    np.testing.assert_array_equal(apply(image, [turn, flip]), np.rot90(image)[:, ::-1])
    np.testing.assert_array_equal(apply(image, [flip, turn]), np.rot90(image[:, ::-1]))


def test_apply_of_no_step_returns_a_copy() -> None:
    image = np.zeros((4, 4, 3), np.uint8)

    same = apply(image, [])

    np.testing.assert_array_equal(same, image)
    assert not np.shares_memory(same, image)


def test_apply_names_an_unknown_operation() -> None:
    with pytest.raises(SettingError, match="no operation 'melt'"):
        apply(np.zeros((4, 4, 3), np.uint8), [DrawnStep("melt", {})])


def test_every_preset_is_described_and_survives_json() -> None:
    assert list(PRESETS) == list(PRESET_HELP)
    for policy in PRESETS.values():
        assert AugmentPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_the_gentle_preset_never_mirrors() -> None:
    operations = {step.operation for step in PRESETS["gentle"].steps}

    assert operations == {"crop", "rotate", "gaussian_noise"}


def test_draws_of_the_standard_preset_stay_as_they_were() -> None:
    # A change here changes every export that people made with this preset and seed.
    drawn = draw(PRESETS["standard"], Wanted(digest="cat/001.jpg", repeat=0, label="cat"))

    assert drawn == (
        DrawnStep("crop", {"fraction": 0.8377, "x": 0.2605, "y": 0.7461}),
        DrawnStep("rotate", {"degrees": -13.9146}),
    )


def test_a_policy_that_picks_does_so_many_steps_each_as_often_as_its_share() -> None:
    steps = (make_step("rotate", probability=1), make_step("horizontal_flip", probability=1),
             make_step("brightness", probability=1), make_step("hue", probability=0.5))  # fmt: skip
    policy = AugmentPolicy(steps, pick=1)

    drawn = [draw(policy, Wanted(digest="a", repeat=copy, label="cat")) for copy in range(1400)]

    assert {len(one) for one in drawn} == {1}
    counts = Counter(one[0].operation for one in drawn)
    # Two sevenths, and one for the step with half the probability; three standard deviations.
    assert counts["rotate"] == pytest.approx(400, abs=51)
    assert counts["hue"] == pytest.approx(200, abs=40)


def test_the_tutorials_five_are_a_preset_one_a_picture() -> None:
    policy = PRESETS["tutorial"]

    drawn = [draw(policy, Wanted(digest="a", repeat=copy, label="cat")) for copy in range(60)]

    assert {len(one) for one in drawn} == {1}
    assert {one[0].operation for one in drawn} == {
        "crop", "horizontal_flip", "rotate", "box_blur", "salt_and_pepper",
    }  # fmt: skip
    values = {one[0].operation: one[0].values for one in drawn}
    assert values["crop"]["fraction"] * 32 == 20
    assert values["box_blur"] == {"size": 5}
    assert values["salt_and_pepper"]["amount"] == 20


def test_another_border_stands_in_the_values_of_what_fills_it() -> None:
    policy = AugmentPolicy((make_step("rotate", probability=1), make_step("hue", probability=1)),
                           border="black")  # fmt: skip

    turn, hue = draw(policy, Wanted(digest="a", repeat=0, label="cat"))

    assert turn.values["border"] == 3
    assert "border" not in hue.values
    assert apply(np.full((20, 20, 3), 9, np.uint8), [turn]).min() == 0


SWAP = make_step("horizontal_flip", probability=0.2, swapped_labels=[("left", "right")])


def test_a_mirror_makes_a_right_arrow_of_a_left_one_when_that_is_asked_for() -> None:
    policy = AugmentPolicy((TURN, SWAP))

    for copy in range(20):
        drawn = draw(policy, Wanted(digest="a", repeat=copy, label="left", made_for="right"))
        assert "horizontal_flip" in [step.operation for step in drawn]


def test_a_mirror_that_swaps_leaves_a_class_alone_otherwise() -> None:
    policy = AugmentPolicy((TURN, SWAP))

    for copy in range(20):
        drawn = draw(policy, Wanted(digest="a", repeat=copy, label="left"))
        assert [step.operation for step in drawn] == ["rotate"]
    assert policy.partners_of("right") == {"left"}


def test_a_class_without_a_partner_is_mirrored_as_usual() -> None:
    policy = AugmentPolicy((TURN, SWAP))

    drawn = [draw(policy, Wanted(digest="a", repeat=copy, label="cat")) for copy in range(60)]

    assert any("horizontal_flip" in [step.operation for step in one] for one in drawn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": "rotate", "swapped_labels": [("a", "b")]}, "only flips do"),
        ({"operation": "horizontal_flip", "swapped_labels": [("a", "b"), ("b", "c")]}, "two pairs"),
        ({"operation": "horizontal_flip", "swapped_labels": [("a", "a")]}, "two pairs"),
        (
            {"operation": "horizontal_flip", "swapped_labels": [("a", "b")],
             "except_labels": ["a"]},
            "skipped and swapped",
        ),
    ],
)  # fmt: skip
def test_pairs_that_contradict_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make_step(**arguments)  # type: ignore[arg-type]


def test_another_attempt_draws_other_values() -> None:
    policy = AugmentPolicy((CROP,))

    first, second = (
        draw(policy, Wanted(digest="a", repeat=0, label="cat", attempt=attempt))
        for attempt in (0, 1)
    )

    assert first != second


def test_pixels_shrink_with_the_picture_and_shares_do_not() -> None:
    drawn = [DrawnStep("gaussian_blur", {"sigma": 2.0}), DrawnStep("rotate", {"degrees": 9.0})]

    small = at_scale(drawn, 0.5)

    assert small == (DrawnStep("gaussian_blur", {"sigma": 1.0}), drawn[1])
    assert at_scale(drawn, 1) == tuple(drawn)


def test_noise_of_single_pixels_fades_with_the_picture_and_never_to_nothing() -> None:
    noise = DrawnStep("gaussian_noise", {"sigma": 8.0, "noise_seed": 1})
    specks = DrawnStep("salt_and_pepper", {"amount": 4.0, "noise_seed": 1})

    assert at_scale([noise, specks], 0.25) == (
        DrawnStep("gaussian_noise", {"sigma": 2.0, "noise_seed": 1}),
        DrawnStep("salt_and_pepper", {"amount": 0.25, "noise_seed": 1}),
    )
    assert at_scale([noise, specks], 0.001) == (
        DrawnStep("gaussian_noise", {"sigma": 0.5, "noise_seed": 1}),
        DrawnStep("salt_and_pepper", {"amount": 0.1, "noise_seed": 1}),
    )
