"""Crop, flips and turns on pictures small enough to check by hand."""

import numpy as np
import pytest

from core.augment import OPERATIONS, DrawnStep, apply
from core.augment.crops import crop, draw_crop
from core.augment.turns import flip_horizontally, flip_vertically
from core.augment.warp import BORDERS, about_centre, warp
from core.pictures.decode import Pixels


def grey(*rows: list[int]) -> Pixels:
    """Return a picture whose three channels hold `rows`."""
    return np.repeat(np.array(rows, np.uint8)[:, :, None], 3, axis=2)


ROTATE = OPERATIONS["rotate"]
SQUARE = grey([10, 20, 30], [40, 50, 60], [70, 80, 90])


def test_a_horizontal_flip_swaps_left_and_right() -> None:
    flipped = flip_horizontally(grey([1, 2], [3, 4]), {})

    np.testing.assert_array_equal(flipped, grey([2, 1], [4, 3]))


def test_a_vertical_flip_swaps_top_and_bottom() -> None:
    flipped = flip_vertically(grey([1, 2], [3, 4]), {})

    np.testing.assert_array_equal(flipped, grey([3, 4], [1, 2]))


def test_a_turn_by_90_degrees_goes_counter_clockwise() -> None:
    turned = ROTATE.apply(SQUARE, {"degrees": 90.0})

    np.testing.assert_array_equal(turned, grey([30, 60, 90], [20, 50, 80], [10, 40, 70]))


@pytest.mark.parametrize("degrees", [-180.0, 180.0])
def test_a_half_turn_reverses_both_sides(degrees: float) -> None:
    turned = ROTATE.apply(SQUARE, {"degrees": degrees})

    np.testing.assert_array_equal(turned, grey([90, 80, 70], [60, 50, 40], [30, 20, 10]))


@pytest.mark.parametrize("degrees", [0.0, 360.0])
def test_a_whole_turn_changes_nothing(degrees: float) -> None:
    np.testing.assert_array_equal(ROTATE.apply(SQUARE, {"degrees": degrees}), SQUARE)


def test_free_corners_are_filled_from_the_picture_and_not_black() -> None:
    turned = ROTATE.apply(np.full((21, 21, 3), 200, np.uint8), {"degrees": 45.0})

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


RAMP = np.dstack([np.add.outer(np.arange(60) * 2, np.arange(80))] * 3).astype(np.uint8)


@pytest.mark.parametrize("name", [o.name for o in OPERATIONS.values() if o.matrix and o.change])
def test_a_matrix_moves_pixels_as_the_operation_alone_does(name: str) -> None:
    operation = OPERATIONS[name]
    drawn = operation.draw(
        np.random.default_rng(5), {p.name: p.default for p in operation.parameters}
    )
    assert operation.matrix is not None

    by_matrix = warp(RAMP, operation.matrix(drawn, 60, 80))

    alone = operation.apply(RAMP, drawn)
    # A crop ends at its edge; the matrix knows what lies beyond.
    inside = np.abs(by_matrix.astype(int) - alone)[2:-2, 2:-2]
    assert inside.max() <= 1


def test_a_crop_and_a_turn_in_a_row_move_pixels_once() -> None:
    steps = [
        DrawnStep("crop", {"fraction": 0.8, "x": 0.5, "y": 0.5}),
        DrawnStep("rotate", {"degrees": 20.0}),
    ]
    # Stripes of one pixel: each pass of linear interpolation takes away from their contrast.
    stripes = np.repeat(np.arange(80)[None, :, None] % 2 * 255, 60, axis=0).astype(np.uint8)
    stripes = np.repeat(stripes, 3, axis=2)

    once = apply(stripes, steps)
    twice = OPERATIONS["rotate"].apply(OPERATIONS["crop"].apply(stripes, steps[0].values),
                                       steps[1].values)  # fmt: skip

    assert once.std() > 1.2 * twice.std()


def test_a_turn_after_a_crop_brings_in_what_lies_beside_the_crop() -> None:
    steps = [
        DrawnStep("crop", {"fraction": 0.5, "x": 0.5, "y": 0.5}),
        DrawnStep("rotate", {"degrees": 45.0}),
    ]

    turned = apply(RAMP, steps).astype(int)

    # A plane stays one: nothing is mirrored in, not even in the corners.
    x, y = np.gradient(turned[..., 0], axis=(0, 1))
    assert np.abs(x - np.median(x)).max() <= 1
    assert np.abs(y - np.median(y)).max() <= 1


def test_a_mirror_beside_a_turn_loses_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)

    mirrored = apply(picture, [DrawnStep("horizontal_flip", {}), DrawnStep("vertical_flip", {})])

    np.testing.assert_array_equal(mirrored, picture[::-1, ::-1])


@pytest.mark.parametrize(
    ("border", "expected"),
    [("reflect", [30, 20, 10]), ("edge", [10, 10, 10]), ("wrap", [20, 30, 10]),
     ("black", [0, 0, 10])],
)  # fmt: skip
def test_what_comes_free_is_filled_as_the_border_says(border: str, expected: list[int]) -> None:
    two_to_the_right = np.array([[1.0, 0, 2], [0, 1, 0], [0, 0, 1]])

    moved = warp(grey([10, 20, 30]), two_to_the_right, BORDERS.index(border))

    assert moved[0, :, 0].tolist() == expected


def test_a_zoom_of_2_shows_the_middle_half() -> None:
    zoomed = OPERATIONS["zoom"].apply(RAMP, {"factor": 2.0})

    assert zoomed[0, :, 0].max() - zoomed[0, :, 0].min() == pytest.approx(40, abs=1)
    assert zoomed[30, 40, 0] == pytest.approx(RAMP[30, 40, 0], abs=2)


def test_a_shift_moves_by_whole_pixels() -> None:
    shifted = OPERATIONS["shift"].apply(RAMP, {"x": 10, "y": -10})

    np.testing.assert_array_equal(shifted[:54, 8:], RAMP[6:, :72])


def test_a_shear_leans_upright_lines() -> None:
    line = np.zeros((41, 41, 3), np.uint8)
    line[:, 20] = 255

    leaning = OPERATIONS["shear"].apply(line, {"x": 20.0, "y": 0.0})

    top, bottom = leaning[5, :, 0].argmax(), leaning[35, :, 0].argmax()
    assert abs(int(bottom) - int(top)) == pytest.approx(30 * np.tan(np.radians(20)), abs=1)


def test_perspective_moves_its_corners_in() -> None:
    zeros = {f"{axis}{corner}": 0.0 for axis in "xy" for corner in range(4)}
    picture = np.full((101, 101, 3), 200, np.uint8)

    tilted = OPERATIONS["perspective"].apply(
        picture, {**zeros, "distortion": 0.4, "x0": 1.0, "border": BORDERS.index("black")}
    )

    # The left top corner goes in by a fifth of the width along the upper edge.
    assert tilted[0, :18].max() == 0
    assert tilted[0, 22:].min() > 150
    assert tilted[-1].min() == 200


def test_elastic_moves_places_as_far_as_it_says() -> None:
    rows, columns = np.mgrid[0:200, 0:200].astype(np.uint16) * 300
    places = np.dstack([rows, columns])

    bent = OPERATIONS["elastic"].apply(places, {"alpha": 2.0, "sigma": 15.0, "field_seed": 1})

    inside = (slice(20, 180), slice(20, 180))
    moved = (bent[inside].astype(float) - places[inside]) / 300
    assert np.sqrt(np.square(moved).mean()) == pytest.approx(4, rel=0.2)
    # Neighbours move alike.
    assert np.abs(np.diff(moved, axis=0)).max() < 1.5


def test_a_turn_of_a_strip_repeats_its_edge_and_ends_soon() -> None:
    strip = np.zeros((60_000, 2, 3), np.uint8)

    assert warp(strip, about_centre(np.array([[0.0, 1], [-1, 0]]), 60_000, 2)).shape == strip.shape


def test_moves_in_a_row_keep_their_order() -> None:
    square = RAMP[:, :60]
    steps = [
        DrawnStep("crop", {"fraction": 0.5, "x": 0.0, "y": 0.0}),
        DrawnStep("rotate", {"degrees": 90.0}),
    ]

    once = apply(square, steps).astype(int)

    left_top = OPERATIONS["crop"].apply(square, steps[0].values)
    assert np.abs(once - np.rot90(left_top))[2:-2, 2:-2].max() <= 1
