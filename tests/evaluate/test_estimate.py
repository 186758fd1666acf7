"""What a comparison will take is told before it begins."""

import pytest

from core.evaluate import HEADS, parse_contender
from core.evaluate.estimate import Estimate, estimate
from core.evaluate.repeats import usual_repeats


def asked(*names: str, head: str = "linear", **runs: int) -> Estimate:
    contenders = [parse_contender(name) for name in names]
    return estimate({"a": 400, "b": 100}, contenders, HEADS[head], **runs)


def test_augmented_pictures_are_counted() -> None:
    assert asked("none", "smote", "augment:crop", "augment@200").pictures == 300 + 100


def test_a_network_needs_a_picture_for_each_synthetic_point() -> None:
    assert asked("smote", head="network").pictures == 300


def test_a_network_takes_longer_than_a_linear_model_and_more_rows_longer_than_one() -> None:
    assert asked("none", head="network").seconds > 10 * asked("none").seconds
    assert asked("none", "smote").seconds > 2 * asked("none").seconds


def test_the_time_follows_folds_and_repeats() -> None:
    usual = asked("none")

    assert usual == asked("none", folds=5, repeats=2)
    assert asked("none", repeats=6).seconds == pytest.approx(3 * usual.seconds)
    # As many fits, each of nine tenths of the images.
    assert asked("none", folds=10).seconds == pytest.approx(usual.seconds * 0.9 / 0.8)
    assert asked("none", on_test_split=True).seconds == pytest.approx(usual.seconds / 0.8)


def test_a_slow_head_is_repeated_once() -> None:
    assert usual_repeats(HEADS["network"]) == 1
    assert usual_repeats(HEADS["linear"], folds=3) == 4
    assert usual_repeats(HEADS["linear"], is_held_out=True) == 10
