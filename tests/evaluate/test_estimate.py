"""What a comparison will take is told before it begins."""

import pytest

from core.embed import DEFAULT_ENCODER, ENCODERS, PRETRAINED
from core.evaluate import HEADS, parse_candidate
from core.evaluate.estimate import Estimate, Planned, estimate
from core.evaluate.experiment import default_repeats


def asked(
    *names: str, head: str = "linear", encoder: str = DEFAULT_ENCODER, **runs: int
) -> Estimate:
    candidates = [parse_candidate(name) for name in names]
    return estimate(Planned({"a": 400, "b": 100}, HEADS[head], encoder, **runs), candidates)


def seconds(*names: str, head: str = "linear", **runs: int) -> float:
    known = asked(*names, head=head, **runs).seconds
    assert known is not None
    return known


def test_augmented_pictures_are_counted() -> None:
    assert asked("none", "smote", "augment:crop", "augment@200").pictures == 300 + 100


def test_a_network_needs_a_picture_for_each_synthetic_point() -> None:
    assert asked("smote", head="network").pictures == 300


def test_a_network_takes_longer_than_a_linear_model_and_more_rows_longer_than_one() -> None:
    assert seconds("none", head="network") > 10 * seconds("none")
    assert seconds("none", "smote") > 2 * seconds("none")


def test_the_time_follows_folds_and_repeats() -> None:
    usual = seconds("none")

    assert usual == seconds("none", folds=5, repeats=10)
    assert seconds("none", repeats=30) == pytest.approx(3 * usual)
    # Twice as many fits, each of nine tenths of the images.
    assert seconds("none", folds=10) == pytest.approx(2 * usual * 0.9 / 0.8)
    assert seconds("none", on_test_split=True) == pytest.approx(usual / 0.8 / 5)


def test_the_head_alone_says_how_often_it_is_repeated() -> None:
    assert default_repeats(HEADS["network"]) == 1
    assert default_repeats(HEADS["network"], is_held_out=True) == 5
    assert default_repeats(HEADS["linear"]) == default_repeats(HEADS["discriminant"]) == 10
    assert default_repeats(HEADS["linear"], is_held_out=True) == 10
    assert default_repeats(HEADS["linear"], adapts=True) == 1


def test_what_the_layers_of_another_encoder_take_is_not_guessed() -> None:
    assert asked("augment", head="fine_tuning", encoder="hf:owner/model") == Estimate(None, 300)
    assert seconds("augment", head="fine_tuning") > 0


def test_augmented_pictures_are_described_by_the_encoder_that_embedded_the_others() -> None:
    slow = asked("augment", encoder="hf:facebook/dinov2-base").seconds
    made = asked("augment", encoder="classical").seconds

    assert slow is not None and made is not None
    each = PRETRAINED["hf:facebook/dinov2-base"].core_seconds - ENCODERS["classical"].core_seconds
    assert slow - made == pytest.approx(300 * each)


def test_the_sentence_tells_pictures_and_time() -> None:
    assert Estimate(70.0, 300).text == "On one core: 300 augmented pictures to make, 70 s."
    assert Estimate(3.0, 0, embedded=19).text == "On one core, embedding included: a few seconds."
    assert Estimate(None, 300).text == (
        "300 augmented pictures to make. The time that this encoder needs is known after the "
        "first fold."
    )


@pytest.mark.parametrize("head", HEADS)
def test_every_head_says_what_it_takes_with_the_usual_encoder(head: str) -> None:
    assert seconds("none", "smote", head=head) > 0
