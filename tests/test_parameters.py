"""Settings know their range and refuse what lies outside."""

import pytest

from core.errors import SettingError, TooFewImagesError
from core.parameters import Parameter, Range

BLUR = Parameter("blur", "Blur", "px", low=0, high=5, step=0.1, default=1, help="How soft.")
TURN = Range("turn", "Angle", "°", low=-90, high=90, step=1, default=(-5, 5), help="How far.")


@pytest.mark.parametrize("value", [0, 2.5, 5])
def test_a_value_within_its_range_is_taken(value: float) -> None:
    assert BLUR.check(value) == value


@pytest.mark.parametrize("value", [-0.1, 5.1, float("nan"), float("inf")])
def test_a_value_outside_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match=r"Blur is .*; it must lie between 0 and 5\."):
        BLUR.check(value)


@pytest.mark.parametrize("value", [(-90, 90), (3, 3)])
def test_a_rising_pair_is_taken(value: tuple[float, float]) -> None:
    assert TURN.check(value) == value


@pytest.mark.parametrize("value", [(5, -5), (-91, 0), (0, 91), (float("nan"), 1)])
def test_another_pair_is_refused(value: tuple[float, float]) -> None:
    with pytest.raises(SettingError, match=r"Angle runs from .* must rise and lie between -90"):
        TURN.check(value)


def test_one_image_and_many_are_told_apart() -> None:
    assert "has 1 image; at least 2" in str(TooFewImagesError("cat", found=1, needed=2))
    assert "has 3 images; at least 6" in str(TooFewImagesError("cat", found=3, needed=6))
