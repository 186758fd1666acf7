"""Light, colour, cutout and JPEG on pictures small enough to check by hand."""

import colorsys

import numpy as np
import pytest

from core.augment.colour import change_hue, change_saturation, to_grey
from core.augment.light import change_brightness, change_contrast, change_gamma
from core.augment.loss import cutout, jpeg
from core.pictures.decode import Pixels


def flat(*colour: int) -> Pixels:
    return np.full((4, 6, 3), colour, np.uint8)


def test_brightness_multiplies_and_stops_at_white() -> None:
    changed = change_brightness(flat(10, 100, 200), {"factor": 1.5})

    assert changed[0, 0].tolist() == [15, 150, 255]


@pytest.mark.parametrize(("factor", "levels"), [(0.5, [75, 125]), (2.0, [0, 200])])
def test_contrast_moves_values_about_the_mean_brightness(factor: float, levels: list[int]) -> None:
    halves = np.full((2, 2, 3), 50, np.uint8)
    halves[:, 1] = 150

    changed = change_contrast(halves, {"factor": factor})

    assert changed[0, :, 0].tolist() == levels


def test_gamma_lightens_shadows_and_keeps_black_and_white() -> None:
    changed = change_gamma(flat(0, 64, 255), {"gamma": 0.5})

    assert changed[0, 0].tolist() == [0, 128, 255]


def test_no_saturation_is_grey_of_the_same_brightness() -> None:
    colour = flat(200, 100, 50)

    np.testing.assert_array_equal(change_saturation(colour, {"factor": 0.0}), to_grey(colour, {}))
    assert to_grey(colour, {})[0, 0].tolist() == [124] * 3


@pytest.mark.parametrize("shift", [-0.5, -0.1, 0.2, 1 / 3, 0.5])
def test_hue_turns_the_circle_of_colours(shift: float) -> None:
    changed = change_hue(flat(200, 60, 40), {"shift": shift})[0, 0]

    hue, saturation, value = colorsys.rgb_to_hsv(200 / 255, 60 / 255, 40 / 255)
    expected = colorsys.hsv_to_rgb((hue + shift) % 1, saturation, value)
    np.testing.assert_allclose(changed / 255, expected, atol=0.03)


def test_cutout_covers_its_share_at_its_place() -> None:
    black = np.zeros((20, 40, 3), np.uint8)

    covered = cutout(black, {"scale": 0.25, "ratio": 1.0, "x": 1.0, "y": 0.0})

    assert (covered[:10, 20:] == 128).all()
    assert covered.sum() == 200 * 3 * 128


def test_poorer_jpeg_is_farther_from_the_picture() -> None:
    rows, columns = np.mgrid[0:64, 0:64]
    picture = np.dstack([rows * 3, columns * 3, (rows + columns) % 32 * 7]).astype(np.uint8)

    errors = [
        np.abs(jpeg(picture, {"quality": quality}).astype(int) - picture).mean()
        for quality in (95, 50, 10)
    ]

    assert errors == sorted(errors)
    assert errors[0] < 6
