"""Portable maps are read by their own highest value, exactly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import saved
from numpy.testing import assert_array_equal
from PIL import Image

from core.errors import UnreadableImageError
from core.pictures.decode import decode, read_header

HIGHEST = (1, 15, 100, 255, 256, 1023, 4095, 65_535)


def as_8_bits(values: np.ndarray, highest: int) -> list[int]:
    """Return values by fractions: rounded, the middle upwards."""
    return [int(Fraction(int(value) * 255, highest) + Fraction(1, 2)) for value in values.ravel()]


def written(values: np.ndarray, highest: int, *, plain: bool) -> bytes:
    """Return a PGM of (H, W), or a PPM of (H, W, 3)."""
    kind = {(2, False): "P5", (2, True): "P2", (3, False): "P6", (3, True): "P3"}[
        values.ndim, plain
    ]
    head = f"{kind}\n# made by hand\n{values.shape[1]} {values.shape[0]}\n{highest}\n".encode()
    if plain:
        return head + b"\n".join(b" ".join(b"%d" % value for value in row) for row in
                                 values.reshape(len(values), -1).tolist()) + b"\n"  # fmt: skip
    return head + values.astype(np.uint8 if highest < 256 else ">u2").tobytes()


@given(st.sampled_from(HIGHEST), st.booleans(), st.booleans(), st.integers(0, 99))
def test_the_highest_value_is_white(highest: int, plain: bool, coloured: bool, seed: int) -> None:
    shape = (5, 7, 3) if coloured else (5, 7)
    values = np.random.default_rng(seed).integers(0, highest + 1, shape)
    content = written(values, highest, plain=plain)

    pixels = decode(content)

    expected = np.array(as_8_bits(values, highest)).reshape(shape)
    assert_array_equal(pixels, expected if coloured else np.dstack([expected] * 3))
    assert read_header(content).bits == (8 if highest < 256 else 16)


@pytest.mark.parametrize("content", [b"P1 3 2\n1 0 1 # a comment\n0 1 1\n", b"P1\n3 2\n101011"])
def test_of_a_bitmap_1_is_black(content: bytes) -> None:
    assert_array_equal(decode(content)[:, :, 0], [[0, 255, 0], [255, 0, 0]])


def test_a_packed_bitmap_is_read_as_pillow_writes_it() -> None:
    bits = np.random.default_rng(0).random((5, 11)) < 0.5

    pixels = decode(saved(Image.fromarray(bits), "PPM"))

    assert_array_equal(pixels[:, :, 1], bits * 255)


@pytest.mark.parametrize(
    "content",
    [
        b"P5 4 4 255\n" + bytes(15),
        b"P5 4 4 1000\n" + bytes(31),
        b"P4 9 4\n" + bytes(7),
        b"P2 4 4 255\n" + b"1 " * 15,
        b"P2 4 4 255\n" + b"1 " * 15 + b"x",
        b"P2 4 4 255\n" + b"1 " * 15 + b"-1",
        b"P1 4 4\n" + b"1" * 15,
        b"P1 4 4\n" + b"1" * 15 + b"2",
        b"P5 4 4 0\n" + bytes(16),
        b"P5 4 4 70000\n" + bytes(32),
        b"P6 4 4",
        b"P5",
    ],
)
def test_a_damaged_map_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableImageError):
        decode(content)
