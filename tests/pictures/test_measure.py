"""What a picture says about its set: what white would swallow, how high its values reach."""

from math import isnan

import cv2
import numpy as np
import pytest
from image_sets import picture
from numpy.typing import NDArray

from core.dataset.proposal import VANISHES_FROM
from core.pictures.measure import Measures

Opacity = NDArray[np.uint8]


def measure(values: NDArray[np.uint8], opacity: Opacity) -> Measures:
    """Return what is told of a picture in two halves."""
    measures = Measures()
    for rows in (slice(0, 20), slice(20, None)):
        measures.add(values[rows], opacity[rows])
    return measures


def measure_16_bits(values: NDArray[np.uint16], opacity: Opacity | None = None) -> Measures:
    measures = Measures()
    measures.add_sixteen_bits(values[..., None], opacity)
    return measures


def disc(*, soft_px: float = 0, size: int = 64) -> Opacity:
    """Return the opacity of a disc whose edge is as soft as asked."""
    rows, columns = np.mgrid[0:size, 0:size] - size / 2
    distance = np.hypot(rows, columns) - size / 3
    return np.asarray(255 * np.clip(0.5 - distance / max(1.0, soft_px), 0, 1), np.uint8)


def of_one_colour(*colour: int, size: int = 64) -> NDArray[np.uint8]:
    return np.full((size, size, 3), colour, np.uint8)


@pytest.mark.parametrize("soft_px", [0, 4, 20])
@pytest.mark.parametrize("colour", [(255, 255, 255), (250, 252, 255), (236, 240, 241)])
def test_a_white_icon_vanishes(colour: tuple[int, int, int], soft_px: float) -> None:
    facts = measure(of_one_colour(*colour), disc(soft_px=soft_px))

    assert facts.vanishing >= VANISHES_FROM


@pytest.mark.parametrize(
    "colour", [(0, 0, 0), (128, 128, 128), (200, 0, 0), (255, 255, 0), (0, 255, 255)]
)
def test_an_icon_of_any_other_colour_does_not(colour: tuple[int, int, int]) -> None:
    assert measure(of_one_colour(*colour), disc(soft_px=2)).vanishing < 0.1


def test_a_photo_with_a_soft_edge_does_not() -> None:
    photo = picture(3, height=64, width=64)

    assert measure(photo, disc(soft_px=12)).vanishing < 0.5


def test_a_white_figure_with_a_dark_outline_does_not() -> None:
    opacity = disc()
    inside = cv2.erode(opacity, np.ones((7, 7)))
    drawn = of_one_colour(255, 255, 255)
    drawn[inside == 0] = 20

    assert measure(drawn, opacity).vanishing < VANISHES_FROM


def test_what_is_hidden_counts_nothing() -> None:
    drawn = of_one_colour(0, 0, 0)
    drawn[disc() > 0] = 255

    assert measure(drawn, disc()).vanishing >= VANISHES_FROM


def test_a_dark_veil_that_hardly_covers_vanishes_as_well() -> None:
    veil = np.full((64, 64), 12, np.uint8)

    assert measure(of_one_colour(0, 0, 0), veil).vanishing == 1


def test_an_opaque_picture_has_no_share() -> None:
    opaque = np.full((64, 64), 255, np.uint8)

    measures = measure(of_one_colour(255, 255, 255), opaque)

    assert isnan(measures.vanishing)
    assert measures.is_opaque
    assert isnan(Measures().vanishing)
    assert not Measures().is_opaque


def test_an_empty_picture_has_no_share() -> None:
    assert isnan(measure(of_one_colour(255, 255, 255), np.zeros((64, 64), np.uint8)).vanishing)


def test_eight_bits_have_no_highest_value() -> None:
    assert measure(of_one_colour(9, 9, 9), disc()).highest == 0


@pytest.mark.parametrize("highest", [255, 1023, 4095, 16383, 65535])
def test_the_highest_of_sixteen_bits_is_told(highest: int) -> None:
    values = np.linspace(0, highest, 640 * 64).astype(np.uint16).reshape(640, 64)

    measures = measure_16_bits(values)

    assert measures.highest == highest
    assert isnan(measures.vanishing)


def test_values_that_nobody_sees_are_not_the_highest() -> None:
    values = np.full((64, 64), 65_535, np.uint16)
    values[disc() > 0] = 4_000

    assert measure_16_bits(values, disc()).highest == 4_000


@pytest.mark.parametrize("white", [1023, 4095, 65535])
def test_sixteen_bits_are_white_where_the_values_of_the_picture_end(white: int) -> None:
    opacity = disc(soft_px=6)
    icon = np.full((64, 64), white, np.uint16)
    half_dark = icon.copy()
    half_dark[:, 32:] = white // 3

    assert measure_16_bits(icon, opacity).vanishing >= VANISHES_FROM
    assert 0.3 < measure_16_bits(half_dark, opacity).vanishing < 0.6
    assert measure_16_bits(icon, opacity.astype(np.uint16) * 257).vanishing >= VANISHES_FROM
