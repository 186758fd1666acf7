"""What a comparison will take is told before it begins."""

from core.evaluate import HEADS, parse_contender
from core.evaluate.estimate import Estimate, estimate


def asked(*names: str, head: str = "linear") -> Estimate:
    return estimate({"a": 400, "b": 100}, [parse_contender(name) for name in names], HEADS[head])


def test_augmented_pictures_are_counted() -> None:
    assert asked("none", "smote", "augment:crop", "augment@200").pictures == 300 + 100


def test_a_network_needs_a_picture_for_each_synthetic_point() -> None:
    assert asked("smote", head="network").pictures == 300


def test_a_network_takes_longer_than_a_linear_model_and_more_rows_longer_than_one() -> None:
    assert asked("none", head="network").seconds > 10 * asked("none").seconds
    assert asked("none", "smote").seconds > 2 * asked("none").seconds
