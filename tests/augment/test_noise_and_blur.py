"""Noise has the strength that it names, and blur does what a bell curve does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import erf

import numpy as np
import pytest

from core.augment.blur import box_blur, gaussian_blur, median_blur, motion_blur, sharpen
from core.augment.noise import gaussian_noise, salt_and_pepper
from core.augment.operation import Drawn
from core.augment.picture import DrawnStep, apply, at_scale
from core.pictures.decode import Pixels, block_means

SIDE_PX = 512
MID_COLOUR = np.broadcast_to(np.array([127, 128, 129], np.uint8), (SIDE_PX, SIDE_PX, 3))
MID_GREY = np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)


def test_gaussian_noise_has_its_sigma_and_no_mean_shift() -> None:
    shifts = gaussian_noise(MID_COLOUR, {"sigma": 20, "noise_seed": 1}).astype(int) - MID_COLOUR

    assert abs(shifts.mean()) < 0.1
    assert shifts.std() == pytest.approx(20, rel=0.02)


@pytest.mark.parametrize("sigma", [1, 4, 16, 40])
def test_gaussian_noise_is_a_bell_curve_at_every_strength(sigma: int) -> None:
    shifts = gaussian_noise(MID_COLOUR, {"sigma": sigma, "noise_seed": 2}).astype(int) - MID_COLOUR

    # Rounding to whole grey levels adds a variance of 1/12.
    assert shifts.std() == pytest.approx((sigma**2 + 1 / 12) ** 0.5, rel=0.02)
    inside = (np.abs(shifts) <= sigma).mean()
    assert inside == pytest.approx(erf((sigma + 0.5) / sigma / 2**0.5), abs=0.01)


@pytest.mark.parametrize("pixel", [(128, 128, 128), (127, 128, 129)])
def test_gaussian_noise_reaches_a_single_pixel(pixel: tuple[int, int, int]) -> None:
    # OpenCV takes up to four numbers for one colour, and three of them are one pixel.
    picture = np.array([[pixel]], np.uint8)

    for seed in range(50):
        shift = gaussian_noise(picture, {"sigma": 10, "noise_seed": seed}).astype(int) - picture
        assert np.abs(shift).max() < 30


def test_the_channels_of_a_colour_picture_get_noise_of_their_own() -> None:
    shifts = gaussian_noise(MID_COLOUR, {"sigma": 20, "noise_seed": 3}).astype(int) - MID_COLOUR

    between = np.corrcoef(shifts.reshape(-1, 3).T)[np.triu_indices(3, 1)]
    assert np.abs(between).max() < 0.02


def test_a_grey_picture_stays_grey_under_gaussian_noise() -> None:
    noisy = gaussian_noise(MID_GREY, {"sigma": 20, "noise_seed": 4})

    np.testing.assert_array_equal(noisy[..., 0], noisy[..., 1])
    np.testing.assert_array_equal(noisy[..., 0], noisy[..., 2])
    assert noisy.std() == pytest.approx(20, rel=0.02)


def test_one_coloured_pixel_makes_a_picture_a_colour_picture() -> None:
    nearly_grey = MID_GREY.copy()
    nearly_grey[-1, -1] = (128, 128, 140)

    noisy = gaussian_noise(nearly_grey, {"sigma": 20, "noise_seed": 4})

    assert (noisy[..., 0] != noisy[..., 2]).mean() > 0.9


def test_gaussian_noise_stops_at_black_and_white() -> None:
    for level in (0, 255):
        flat = np.full((64, 64, 3), level, np.uint8)

        shifts = gaussian_noise(flat, {"sigma": 100, "noise_seed": 5}).astype(int) - level

        # Half of the shifts point out of the scale and are cut off; a wrap would give both signs.
        assert (shifts == 0).mean() == pytest.approx(0.5, abs=0.05)
        assert (shifts * (1 if level == 0 else -1)).min() == 0


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize(
    ("name", "values"), [("gaussian_noise", {"sigma": 40.0}), ("salt_and_pepper", {"amount": 20.0})]
)
def test_noise_on_a_small_picture_is_as_strong_as_that_of_the_file_made_small(
    name: str, values: dict[str, float], factor: int
) -> None:
    flat = np.full((1200, 1200, 3), 128, np.uint8)
    step = DrawnStep(name, {**values, "noise_seed": 1})

    made_small = block_means(apply(flat, [step]), factor)
    small = apply(block_means(flat, factor), at_scale([step], 1 / factor))

    assert made_small.shape == small.shape
    assert small.std() == pytest.approx(made_small.std(), rel=0.05)


def test_another_noise_seed_is_another_pattern() -> None:
    for operation, values in ((gaussian_noise, {"sigma": 9}), (salt_and_pepper, {"amount": 9})):
        first = operation(MID_GREY, {**values, "noise_seed": 1})
        second = operation(MID_GREY, {**values, "noise_seed": 2})

        assert not np.array_equal(first, second)


def test_noise_does_not_repeat_from_one_strip_of_a_large_picture_to_the_next() -> None:
    rows = 1 << 17

    tall = gaussian_noise(np.full((2 * rows, 1, 3), 128, np.uint8), {"sigma": 9, "noise_seed": 1})

    assert not np.array_equal(tall[:rows], tall[rows:])


@pytest.mark.parametrize("amount", [1.0, 4.0, 25.0])
def test_salt_and_pepper_changes_its_share_of_pixels_half_white_half_black(amount: float) -> None:
    shares = []
    for seed in range(20):
        speckled = salt_and_pepper(MID_GREY, {"amount": amount, "noise_seed": seed})
        white, black = (speckled == 255).all(axis=2), (speckled == 0).all(axis=2)
        np.testing.assert_array_equal(speckled[~white & ~black], 128)
        shares.append((white.mean(), black.mean()))

    white_share, black_share = np.mean(shares, axis=0) * 100
    # Five million pixels: three standard errors are 1.3 % of the share at 1 %, 0.23 % at 25 %.
    assert white_share + black_share == pytest.approx(amount, rel=0.013 if amount < 25 else 0.004)
    assert white_share / black_share == pytest.approx(1, rel=0.03)


def test_blur_keeps_a_flat_picture() -> None:
    np.testing.assert_array_equal(gaussian_blur(MID_COLOUR, {"sigma": 5}), MID_COLOUR)


def test_blur_spreads_a_point_as_a_bell_curve() -> None:
    point = np.zeros((31, 31, 3), np.uint8)
    point[15, 15] = 255

    row = gaussian_blur(point, {"sigma": 1})[15, :, 0].astype(float)

    curve = 255 / (2 * np.pi) * np.exp(-((np.arange(31) - 15.0) ** 2) / 2)
    np.testing.assert_allclose(row, curve, atol=1)


def test_a_small_blur_changes_a_hard_edge() -> None:
    edge = np.zeros((4, 4, 3), np.uint8)
    edge[:, 2:] = 255

    assert not np.array_equal(gaussian_blur(edge, {"sigma": 0.3}), edge)


def test_the_blur_of_a_tiny_picture_reaches_no_farther_than_its_edge() -> None:
    two_pixels = np.array([[[0] * 3, [90] * 3]], np.uint8)

    blurred = gaussian_blur(two_pixels, {"sigma": 5})

    # Each pixel is the mean of itself and its mirrored neighbour on both sides: 60 and 30.
    np.testing.assert_allclose(blurred[0, :, 0], [60, 30], atol=1)


def test_a_box_blur_is_the_mean_of_its_square() -> None:
    point = np.zeros((9, 9, 3), np.uint8)
    point[4, 4] = 250

    blurred = box_blur(point, {"size": 5})

    assert (blurred[2:7, 2:7] == 10).all()
    assert blurred.astype(int).sum() == 25 * 10 * 3


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_median_takes_a_speck_away_and_keeps_an_edge(dtype: type) -> None:
    edge = np.zeros((20, 20, 3), dtype)
    edge[:, 10:] = 200
    speckled = edge.copy()
    speckled[5, 3] = 255

    np.testing.assert_array_equal(median_blur(speckled, {"size": 7}), edge)


def test_motion_at_an_angle_of_0_smears_from_left_to_right() -> None:
    point = np.zeros((9, 9, 3), np.uint8)
    point[4, 4] = 250

    smeared = motion_blur(point, {"size": 5, "angle": 0})[..., 0]

    assert smeared[4, 2:7].tolist() == [50] * 5
    assert smeared.sum() == 250


def test_sharpening_makes_an_edge_harder_and_below_1_softer() -> None:
    edge = np.full((8, 8, 3), 100, np.uint8)
    edge[:, 4:] = 150

    harder, softer = (sharpen(edge, {"factor": factor})[4, 3:5, 0] for factor in (2, 0))

    assert harder[0] < 100 < softer[0] < softer[1] < 150 < harder[1]


@pytest.mark.parametrize("operation", [gaussian_noise, salt_and_pepper])
def test_threads_change_no_noise(operation: Callable[[Pixels, Drawn], Pixels]) -> None:
    drawn = [{"sigma": 9.0, "amount": 9.0, "noise_seed": seed} for seed in range(40)]
    one_by_one = [operation(MID_COLOUR, values) for values in drawn]

    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda values: operation(MID_COLOUR, values), drawn))

    for first, second in zip(one_by_one, beside, strict=True):
        np.testing.assert_array_equal(first, second)
