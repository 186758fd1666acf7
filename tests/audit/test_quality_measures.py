"""What is measured of a picture, against cases made by hand."""

from collections.abc import Callable
from math import isnan

import cv2
import numpy as np
import pytest
from detailed_pictures import compressed, detailed
from image_sets import picture

from core.audit.quality_measures import blur, contents, noise, tones
from core.audit.view import View
from core.pictures.decode import Pixels
from core.pictures.encode import encode
from core.pictures.header import read_header

HEADER = read_header(encode(picture(), "PNG"))


def view(pixels: Pixels) -> View:
    return View(np.ascontiguousarray(pixels), b"", HEADER)


def plain(value: int, height: int = 100, width: int = 100) -> Pixels:
    return np.full((height, width, 3), value, np.uint8)


def noisy(pixels: Pixels, deviation: float) -> Pixels:
    added = np.random.default_rng(0).normal(0, deviation, pixels.shape[:2])
    return np.clip(pixels + added[..., None], 0, 255).astype(np.uint8)


def edge(width_px: float, height: int = 128, width: int = 128) -> Pixels:
    """Return black beside white, blurred by a Gaussian."""
    pixels = plain(20, height, width)
    pixels[:, width // 2 :] = 220
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), width_px), np.uint8)


def test_tones_are_those_of_nearly_all_points() -> None:
    pixels = plain(51)
    pixels[:50] = 204
    pixels[0, :20] = 255  # 0.2 % of the points
    pixels[99, :20] = 0

    brightness, darkest, lightest, contrast = tones(view(pixels))

    assert (darkest, lightest) == (0.2, 0.8)
    assert brightness == pytest.approx(0.5, abs=0.01)
    assert contrast == pytest.approx(0.6)


def test_thin_lines_of_a_drawing_are_its_darkest_tone() -> None:
    pixels = plain(255)
    pixels[50] = 0

    assert tones(view(pixels))[1] == 0


def test_equally_bright_colours_have_contrast() -> None:
    pixels = plain(0)
    pixels[:50] = (200, 0, 0)
    pixels[50:] = (0, 102, 0)

    _, darkest, lightest, contrast = tones(view(pixels))

    assert lightest - darkest < 0.01
    assert contrast == pytest.approx(200 / 255)


def test_the_range_of_one_colour_is_nothing() -> None:
    pixels = plain(0)
    pixels[:] = (10, 200, 90)

    assert contents(view(pixels))[:2] == (0, 0)


def test_detail_is_the_share_of_parts_that_show_something() -> None:
    pixels = plain(255, 64, 64)
    pixels[4:8, 8:10] = 0  # half of one part of 4 x 4
    pixels[20:24, 24:28] = 0  # all of one, which is plain then

    assert contents(view(pixels))[1] == 1 / 256


@pytest.mark.parametrize(
    ("colour", "expected"), [((90, 90, 90), 0), ((200, 149, 149), 0.2), ((0, 0, 255), 1)]
)
def test_colour_is_how_far_apart_the_channels_lie(
    colour: tuple[int, int, int], expected: float
) -> None:
    pixels = plain(128)
    pixels[:20] = colour

    assert contents(view(pixels))[2] == pytest.approx(expected)


@pytest.mark.parametrize("width_px", [1.0, 1.5, 2.0, 3.0])
def test_blur_is_the_width_of_the_edges(width_px: float) -> None:
    assert blur(view(edge(width_px)))[0] == pytest.approx(width_px, rel=0.15)


def test_blur_is_told_at_one_size_whatever_the_picture_has() -> None:
    assert blur(view(edge(8, 512, 700)))[0] == pytest.approx(2, rel=0.15)


def test_blur_does_not_hang_on_contrast_or_on_plain_parts() -> None:
    pale = (128 + (edge(2).astype(int) - 128) // 2).astype(np.uint8)
    wide = np.concatenate([edge(2), plain(220, 128, 300)], axis=1)

    assert blur(view(pale))[0] == pytest.approx(blur(view(edge(2)))[0], rel=0.05)
    assert blur(view(wide))[0] == pytest.approx(blur(view(edge(2)))[0], rel=0.05)


def test_blur_agrees_with_sums_of_differences() -> None:
    pixels = detailed(1)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)
    first = ((np.diff(grey, axis=0) ** 2).sum() + (np.diff(grey, axis=1) ** 2).sum()) / grey.size
    bent = (
        grey[2:, 1:-1] + grey[:-2, 1:-1] + grey[1:-1, 2:] + grey[1:-1, :-2] - 4 * grey[1:-1, 1:-1]
    )

    assert blur(view(pixels))[0] == pytest.approx(np.sqrt(first / 2 / (bent**2).mean()))


@pytest.mark.parametrize("deviation", [5.0, 15.0, 30.0])
def test_noise_of_the_quietest_tenth_is_about_four_fifths_of_it(deviation: float) -> None:
    found = noise(view(noisy(plain(128), deviation)))[0]

    assert 0.7 * deviation < found < 0.9 * deviation


def textured() -> Pixels:
    """Return a picture half of which is a fine texture."""
    pixels = plain(128)
    pixels[:50, ::2] = 60
    return pixels


def enlarged() -> Pixels:
    small = noisy(plain(128, 30, 30), 20)
    return np.asarray(cv2.resize(small, (120, 120), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: detailed(2), lambda: compressed(detailed(2), 20), textured, enlarged,
        lambda: np.tile(np.linspace(0, 255, 100)[:, None, None], (1, 100, 3)).astype(np.uint8),
    ],
    ids=["detail", "JPEG blocks", "texture", "enlarged", "slope"],
)  # fmt: skip
def test_what_is_seen_is_no_noise(draw: Callable[[], Pixels]) -> None:
    assert noise(view(draw()))[0] < 3


def test_noise_is_told_above_detail() -> None:
    assert noise(view(noisy(detailed(2), 25)))[0] > 10


@pytest.mark.parametrize(
    ("measure", "pixels"),
    [
        (blur, edge(1, 7, 40)),
        (blur, plain(90)),
        (noise, noisy(plain(128, 27, 60), 20)),
        (noise, 255 * (noisy(plain(128, 32, 32), 20) > 128).astype(np.uint8)),
    ],
    ids=["7 px have no width", "plain has no edge", "27 px", "black and white"],
)
def test_what_cannot_be_measured_is_left_open(
    measure: Callable[[View], tuple[float]], pixels: Pixels
) -> None:
    assert isnan(measure(view(pixels))[0])


@pytest.mark.parametrize(("height", "width"), [(2, 2), (2, 300), (3000, 2), (600, 601)])
def test_pictures_of_any_shape_are_measured(height: int, width: int) -> None:
    pixels = noisy(plain(128, height, width), 20)

    values = [*tones(view(pixels)), *contents(view(pixels))]

    assert np.isfinite(values).all()
    assert len([*blur(view(pixels)), *noise(view(pixels))]) == 2
