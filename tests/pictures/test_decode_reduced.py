"""A large JPEG decoded at a half, a quarter or an eighth is the same picture, and refused alike."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import far, picture, png, saved, turned_jpeg
from numpy.testing import assert_array_equal
from PIL import Image

from core.errors import UnreadableImageError
from core.limits import Limits
from core.pictures.decode import block_means, decode, peak_bytes, read_header
from core.pictures.encode import encode


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


WIDE = Image.fromarray(picture(1, height=240, width=320))
ODD = Image.fromarray(picture(2, height=167, width=251))
JPEGS = {
    "plain": saved(WIDE, "JPEG", quality=90),
    "full colour": saved(WIDE, "JPEG", quality=90, subsampling=0),
    "progressive": saved(WIDE, "JPEG", quality=90, progressive=True),
    "restarted": saved(WIDE, "JPEG", quality=90, restart_marker_rows=1),
    "grey": saved(WIDE.convert("L"), "JPEG", quality=90),
    "cmyk": saved(WIDE.convert("CMYK"), "JPEG", quality=90),
    "odd": saved(ODD, "JPEG", quality=90),
    **{
        f"turned {orientation}": saved(WIDE, "JPEG", quality=90, exif=turned(orientation))
        for orientation in range(2, 9)
    },
}
OTHERS = {
    "PNG": png(),
    "see-through PNG": saved(WIDE.convert("RGBA"), "PNG"),
    "palette": saved(WIDE.convert("P"), "PNG"),
    "16 bits": saved(Image.fromarray(np.arange(2**16, dtype=np.uint16).reshape(256, -1)), "PNG"),
    "WEBP": saved(WIDE, "WEBP", quality=90),
    "TIFF": saved(WIDE, "TIFF"),
    "GIF": saved(WIDE, "GIF"),
    "PPM": saved(WIDE, "PPM"),
}


@pytest.mark.parametrize("least", [0, 33, 64])
def test_a_picture_of_another_size_than_its_header_says_is_refused(least: int) -> None:
    content = encode(picture(height=512, width=700), "JPEG")
    header = read_header(content)

    with pytest.raises(UnreadableImageError, match="its size differs from its header"):
        decode(content, header=replace(header, width=header.width + 80), at_least_px=least)


@pytest.mark.parametrize("least", [16, 33, 64, 65, 600])
def test_a_reduced_picture_is_never_smaller_than_asked_for(least: int) -> None:
    content = encode(picture(height=512, width=700), "JPEG")

    pixels = decode(content, at_least_px=least)

    assert min(pixels.shape[:2]) >= min(least, 512)
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(700 / 512, abs=0.02)
    assert (pixels.shape[0] < 512) == (least * 2 <= 512)


def test_a_reduced_picture_is_upright() -> None:
    assert decode(turned_jpeg(0), at_least_px=2).shape[:2] == (4, 3)


@pytest.mark.parametrize("factor", [2, 4, 8])
@pytest.mark.parametrize("kind", JPEGS)
def test_a_reduced_jpeg_looks_like_the_means_of_its_blocks(kind: str, factor: int) -> None:
    whole = decode(JPEGS[kind])
    height, width = whole.shape[:2]

    pixels = decode(JPEGS[kind], at_least_px=min(height, width) // factor)

    assert pixels.shape[:2] == (ceil(height / factor), ceil(width / factor))
    # Blocks that hold pixels beyond the edge are left out.
    inside = whole[: height - height % factor, : width - width % factor]
    means = block_means(inside, factor)
    assert far(pixels[: means.shape[0], : means.shape[1]], means) < 1


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_jpeg_is_decoded_whole(kind: str) -> None:
    assert_array_equal(decode(OTHERS[kind], at_least_px=2), decode(OTHERS[kind]))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged EXIF
@given(st.data())
def test_damage_is_refused_alike_at_every_size(data: st.DataObject) -> None:
    content = bytearray(JPEGS[data.draw(st.sampled_from(sorted(JPEGS)))])
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    said = {_refusal(bytes(content), least) for least in (0, 80, 40, 20)}

    assert len(said) == 1


def _refusal(content: bytes, least: int) -> str:
    try:
        decode(content, at_least_px=least)
    except UnreadableImageError as error:
        return str(error)
    return ""


def test_limits_hold_by_the_size_that_the_file_says() -> None:
    with pytest.raises(UnreadableImageError, match="too large"):
        decode(JPEGS["plain"], limits=Limits(image_pixels=320 * 240 - 1), at_least_px=30)


def test_a_reduced_jpeg_takes_less_of_the_budget() -> None:
    header = read_header(JPEGS["plain"])

    assert peak_bytes(header, 0, at_least_px=30) * 64 == peak_bytes(header, 0)
