"""Pictures that are written, reduced and made small."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import far, picture
from numpy.testing import assert_array_equal
from PIL import Image, JpegImagePlugin

from core.pictures.decode import SUFFIXES, decode, read_header, resize
from core.pictures.encode import WRITABLE_FORMATS, encode, encode_like, thumbnail


@pytest.mark.parametrize("format_", sorted(WRITABLE_FORMATS))
def test_what_is_written_can_be_read_again(format_: str) -> None:
    content = encode(picture(), format_)

    assert read_header(content).format == format_
    assert far(decode(content), picture()) < (4 if format_ in {"JPEG", "WEBP"} else 0.001)


@pytest.mark.parametrize("format_", sorted(WRITABLE_FORMATS - {"WEBP"}))
def test_grey_is_written_in_one_channel(format_: str) -> None:
    grey = np.repeat(picture()[:, :, :1], 3, axis=2)

    content = encode(grey, format_, is_grey=True)

    assert Image.open(BytesIO(content)).mode == "L"
    assert read_header(content).is_grey
    assert far(decode(content), grey) < 2


def test_every_format_that_is_written_has_a_suffix() -> None:
    assert set(SUFFIXES) >= WRITABLE_FORMATS


def test_quality_is_asked_for() -> None:
    assert len(encode(picture(), "JPEG", quality=50)) < len(encode(picture(), "JPEG"))


@given(height=st.integers(2, 70), width=st.integers(2, 70), seed=st.integers(0, 9))
def test_a_lossless_format_gives_back_every_pixel(height: int, width: int, seed: int) -> None:
    pixels = picture(seed, height=height, width=width)

    assert_array_equal(decode(encode(pixels, "PNG")), pixels)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(512, 256, (128, 64)), (100, 60, (100, 60)), (2, 3000, (1, 128))],
)
def test_a_thumbnail_keeps_its_shape(height: int, width: int, expected: tuple[int, int]) -> None:
    content = thumbnail(picture(height=height, width=width), 128)

    assert Image.open(BytesIO(content)).size[::-1] == expected


def test_a_thumbnail_looks_like_the_picture() -> None:
    pixels = picture(height=300, width=400)

    small = decode(thumbnail(pixels, 128))

    assert far(small, resize(pixels, width=128, height=96)) < 4


# Many cameras keep colour at half the width alone (4:2:2).
@pytest.mark.parametrize("quality", [30, 60, 75, 90, 99])
@pytest.mark.parametrize("sampling", [0, 1, 2])
def test_a_jpeg_like_another_has_its_tables_and_its_colour(quality: int, sampling: int) -> None:
    buffer = BytesIO()
    Image.fromarray(picture()).save(buffer, "JPEG", quality=quality, subsampling=sampling)

    like = Image.open(BytesIO(encode_like(picture(1), buffer.getvalue(), "JPEG")))

    original = Image.open(buffer)
    assert isinstance(like, JpegImagePlugin.JpegImageFile)
    assert like.quantization == original.quantization
    assert JpegImagePlugin.get_sampling(like) == sampling


def test_tables_of_another_program_are_kept() -> None:
    tables = [[6 + place // 2 for place in range(64)], [9 + place for place in range(64)]]
    buffer = BytesIO()
    Image.fromarray(picture()).save(buffer, "JPEG", qtables=tables)

    like = Image.open(BytesIO(encode_like(picture(1), buffer.getvalue(), "JPEG")))

    assert like.quantization == dict(enumerate(tables))


def test_a_grey_jpeg_that_a_step_has_coloured_shows_its_colour() -> None:
    original = encode(picture(), "JPEG", is_grey=True)

    like = Image.open(BytesIO(encode_like(picture(1), original, "JPEG")))

    assert like.mode == "RGB"


def test_grey_stays_grey_and_a_png_like_a_jpeg_is_exact() -> None:
    grey = np.repeat(picture()[:, :, :1], 3, axis=2)
    original = encode(grey, "JPEG", is_grey=True)

    content = encode_like(grey, original, "PNG")

    assert Image.open(BytesIO(content)).mode == "L"
    assert far(decode(content), grey) == 0
