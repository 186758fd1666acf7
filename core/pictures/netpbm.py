"""Portable maps (PBM, PGM, PPM): values of any highest value to 8 bits, exactly.

OpenCV takes values as they are, whatever their highest one is; Pillow scales them one by one in
Python, a second for a million.

Source:
    The Netpbm formats: pbm(5), pgm(5) and ppm(5).
"""

import re

import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableImageError
from core.pictures.decoding import scaled_levels

# Kind -> values of a pixel, and whether they are written as digits.
_KINDS = {
    b"P1": (1, True),
    b"P2": (1, True),
    b"P3": (3, True),
    b"P4": (1, False),
    b"P5": (1, False),
    b"P6": (3, False),
}
_BITMAPS = {b"P1", b"P4"}
_COMMENT = re.compile(rb"#[^\r\n]*")
# Between two numbers of the head: white space, or comments, which end with their line.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NUMBER = rb"(\d{1,9})"
_HEAD_OF_BITMAP = re.compile(rb"P[14]" + _GAP + _NUMBER + _GAP + _NUMBER + rb"()(?:#[^\r\n]*)?\s")
_HEAD = re.compile(
    rb"P[2356]" + _GAP + _NUMBER + _GAP + _NUMBER + _GAP + _NUMBER + rb"(?:#[^\r\n]*)?\s"
)
_LONGEST_HEAD = 1 << 16
_HIGHEST = 65_535


def is_netpbm(content: bytes) -> bool:
    """Return whether these are bytes of a kind that `read_netpbm` reads."""
    return content[:2] in _KINDS


def most_bits(content: bytes) -> int:
    """Return how many bits the highest value needs; 8 where the head is damaged."""
    head = _head(content)
    return 8 if head is None else max(1, head[2]).bit_length()


def read_netpbm(content: bytes, *, width: int, height: int) -> NDArray[np.uint8]:
    """Return (height, width, 3) RGB; the highest value that the file names becomes 255.

    Raises:
        UnreadableImageError: it is damaged, or of another size.
    """
    head = _head(content)
    if head is None or head[:2] != (width, height) or not 0 < head[2] <= _HIGHEST:
        raise UnreadableImageError("damaged header of a portable map")
    _, _, highest, start = head
    kind = content[:2]
    planes, is_plain = _KINDS[kind]
    count = width * height * planes
    values: NDArray[np.integer]
    if kind == b"P4":
        values = _packed_bits(content, width, height, start)
    elif kind == b"P1":
        values = _plain_bits(content[start:], count)
    elif is_plain:
        values = _plain_values(content[start:], count)
    else:
        values = _raw_values(content, start, count, highest)
    if kind in _BITMAPS:
        levels = np.array([255, 0], np.uint8)  # 1 is black
    else:
        levels = scaled_levels(highest, highest + 1)
    # A value above the highest one is as bright as that.
    pixels = levels[np.minimum(values, len(levels) - 1)].reshape(height, width, planes)
    return pixels if planes == 3 else np.repeat(pixels, 3, axis=2)


def _head(content: bytes) -> tuple[int, int, int, int] | None:
    """Return width, height, highest value, and where the values begin."""
    pattern = _HEAD_OF_BITMAP if content[:2] in _BITMAPS else _HEAD
    found = pattern.match(content[:_LONGEST_HEAD])
    if found is None:
        return None
    width, height, highest = (int(number or 1) for number in found.groups())
    return width, height, highest, found.end()


def _raw_values(
    content: bytes, start: int, count: int, highest: int
) -> NDArray[np.unsignedinteger]:
    kind = np.dtype(np.uint8 if highest < 256 else ">u2")
    if len(content) - start < count * kind.itemsize:
        raise UnreadableImageError("truncated file")
    return np.frombuffer(content, kind, count, start)


def _packed_bits(content: bytes, width: int, height: int, start: int) -> NDArray[np.uint8]:
    line = (width + 7) // 8
    if len(content) - start < line * height:
        raise UnreadableImageError("truncated file")
    rows = np.frombuffer(content, np.uint8, line * height, start).reshape(height, line)
    return np.unpackbits(rows, axis=1, count=width)


def _plain_bits(text: bytes, count: int) -> NDArray[np.uint8]:
    """Return the digits of a plain bitmap, which need no space between them."""
    digits = np.frombuffer(_COMMENT.sub(b"", text), np.uint8)
    digits = digits[digits > ord(" ")][:count] - ord("0")
    if len(digits) < count or (digits > 1).any():
        raise UnreadableImageError("truncated or damaged file")
    return digits


def _plain_values(text: bytes, count: int) -> NDArray[np.int32]:
    try:
        # Told the count, NumPy gives so many even where the text holds fewer.
        values = np.fromstring(_COMMENT.sub(b" ", text), np.int32, sep=" ")[:count]
    except ValueError as error:
        raise UnreadableImageError("truncated or damaged file") from error
    if len(values) < count or (values < 0).any():
        raise UnreadableImageError("truncated or damaged file")
    return values
