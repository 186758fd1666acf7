"""Crop, flips and turns on pictures small enough to check by hand."""

import numpy as np
import pytest

from core.augment.geometry import crop, draw_crop, flip_horizontally, flip_vertically, rotate
from core.images import Pixels


def grey(*rows: list[int]) -> Pixels:
    """Return a picture whose three channels hold `rows`."""
    return np.repeat(np.array(rows, np.uint8)[:, :, None], 3, axis=2)


SQUARE = grey([10, 20, 30], [40, 50, 60], [70, 80, 90])


def test_a_horizontal_flip_swaps_left_and_right() -> None:
    flipped = flip_horizontally(grey([1, 2], [3, 4]), {})

    np.testing.assert_array_equal(flipped, grey([2, 1], [4, 3]))


def test_a_vertical_flip_swaps_top_and_bottom() -> None:
    flipped = flip_vertically(grey([1, 2], [3, 4]), {})

    np.testing.assert_array_equal(flipped, grey([3, 4], [1, 2]))


def test_a_turn_by_90_degrees_goes_counter_clockwise() -> None:
    turned = rotate(SQUARE, {"degrees": 90.0})

    np.testing.assert_array_equal(turned, grey([30, 60, 90], [20, 50, 80], [10, 40, 70]))


@pytest.mark.parametrize("degrees", [-180.0, 180.0])
def test_a_half_turn_reverses_both_sides(degrees: float) -> None:
    turned = rotate(SQUARE, {"degrees": degrees})

    np.testing.assert_array_equal(turned, grey([90, 80, 70], [60, 50, 40], [30, 20, 10]))


@pytest.mark.parametrize("degrees", [0.0, 360.0])
def test_a_whole_turn_changes_nothing(degrees: float) -> None:
    np.testing.assert_array_equal(rotate(SQUARE, {"degrees": degrees}), SQUARE)


def test_free_corners_are_filled_from_the_picture_and_not_black() -> None:
    turned = rotate(np.full((21, 21, 3), 200, np.uint8), {"degrees": 45.0})

    assert turned.min() == 200


@pytest.mark.parametrize(
    ("x", "y", "kept"),
    [(0.0, 0.0, (0, 4)), (1.0, 0.0, (4, 4)), (0.0, 1.0, (0, 4))],
    ids=["left top", "right top", "left bottom"],
)
def test_a_crop_of_half_keeps_one_quarter_at_its_place(
    x: float, y: float, kept: tuple[int, int]
) -> None:
    # Two flat halves, light above and dark below, each with a gradient from left to right.
    columns = np.arange(8) * 10
    picture = grey(*[(columns + 100).tolist()] * 4, *[columns.tolist()] * 4)

    cropped = crop(picture, {"fraction": 0.5, "x": x, "y": y})

    start, width = kept
    lift = 100 if y == 0 else 0
    ends = columns[start] + lift, columns[start + width - 1] + lift
    assert (cropped[:, 0] == ends[0]).all()
    assert (cropped[:, -1] == ends[1]).all()


def test_a_crop_doubles_the_width_of_a_gradient_step() -> None:
    picture = grey(*[[0, 40, 80, 120]] * 4)

    cropped = crop(picture, {"fraction": 0.5, "x": 1.0, "y": 0.5})

    # Columns 80 and 120 at twice the width, linear between their centres.
    np.testing.assert_array_equal(cropped, grey(*[[80, 90, 110, 120]] * 4))


def test_a_whole_crop_changes_nothing() -> None:
    np.testing.assert_array_equal(crop(SQUARE, {"fraction": 1.0, "x": 0.3, "y": 0.3}), SQUARE)


def test_the_weakest_crop_still_takes_a_pixel() -> None:
    cropped = crop(SQUARE, {"fraction": 0.999, "x": 0.0, "y": 0.0})

    assert cropped.max() == 50


def test_a_crop_keeps_everything_only_when_that_is_all_that_is_asked_for() -> None:
    rngs = [np.random.default_rng(seed) for seed in range(100)]

    assert max(draw_crop(rng, {"fraction": (0.95, 1.0)})["fraction"] for rng in rngs) == 0.99
    assert {draw_crop(rng, {"fraction": (1.0, 1.0)})["fraction"] for rng in rngs} == {1.0}
