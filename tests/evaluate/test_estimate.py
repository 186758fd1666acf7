"""What a comparison will take is told before it begins."""

import pytest

from core.evaluate import HEADS, parse_contender
from core.evaluate.estimate import Estimate, estimate
from core.evaluate.repeats import usual_repeats


def asked(*names: str, head: str = "linear", encoder: str = "builtin", **runs: int) -> Estimate:
    contenders = [parse_contender(name) for name in names]
    return estimate({"a": 400, "b": 100}, contenders, HEADS[head], encoder=encoder, **runs)


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

    assert usual == seconds("none", folds=5, repeats=2)
    assert seconds("none", repeats=6) == pytest.approx(3 * usual)
    # As many fits, each of nine tenths of the images.
    assert seconds("none", folds=10) == pytest.approx(usual * 0.9 / 0.8)
    assert seconds("none", on_test_split=True) == pytest.approx(usual / 0.8)


def test_a_slow_head_is_repeated_once() -> None:
    assert usual_repeats(HEADS["network"]) == 1
    assert usual_repeats(HEADS["network"], folds=2) == 3
    assert usual_repeats(HEADS["linear"], folds=3) == 4
    assert usual_repeats(HEADS["linear"], is_held_out=True) == 10


def test_what_the_layers_of_another_encoder_take_is_not_guessed() -> None:
    assert asked("augment", head="fine_tuning", encoder="hf:owner/model") == Estimate(None, 300)
    assert seconds("augment", head="fine_tuning") > 0
