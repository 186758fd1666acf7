"""One file to an upright (H, W, 3) uint8 RGB array, safely. Colour profiles are not applied."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import UnreadableImageError
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures.damage import examine
from core.pictures.decoding import DEFAULT_DECODING, Decoding, strips
from core.pictures.header import (
    DAMAGE,
    IMAGE_SUFFIXES,
    SUFFIXES,
    ImageHeader,
    has_texts,
    open_image,
    read_header,
    reason_of,
    without_texts,
)
from core.pictures.jpeg import read_jpeg
from core.pictures.netpbm import is_netpbm, read_netpbm
from core.pictures.opencv import read_with_opencv
from core.pictures.sixteen_bits import decode_16_bits

__all__ = [
    "IMAGE_SUFFIXES",
    "SUFFIXES",
    "ImageHeader",
    "Pixels",
    "block_means",
    "decode",
    "peak_bytes",
    "read_header",
    "resize",
    "shrink",
]

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB

# Quarter turns to the left, then whether to mirror left and right, that bring a picture upright,
# for each value of the tag that asks for it (EXIF 3.0, 4.6.5.1).
_TURNS = {
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}
# What OpenCV turns into 8-bit RGB without loss of meaning; opacity and palettes it drops without a
# word.
_OPENCV_FORMATS = frozenset({"PNG", "WEBP", "BMP", "TIFF", "AVIF"})
_OPENCV_MODES = frozenset({"RGB", "RGBX", "L", "1", "CMYK"})
_OPENCV_SEE_THROUGH = frozenset({("WEBP", "RGBA"), ("WEBP", "RGB"), ("PNG", "RGBA"), ("PNG", "LA")})

Reader = Callable[[], Pixels]
Read = TypeVar("Read")


def decode(
    content: bytes,
    *,
    header: ImageHeader | None = None,
    limits: Limits = DEFAULT_LIMITS,
    decoding: Decoding = DEFAULT_DECODING,
    at_least_px: int = 0,
) -> Pixels:
    """Decode an image file to an upright (H, W, 3) uint8 RGB array.

    Transparent parts lie on a background, 16-bit values are scaled to 8 bits, the first frame
    stands for an animation. Where one library cannot read a file, the other one is asked.

    Args:
        content: The bytes of the file.
        header: What `read_header` said of them, if it was asked, and whether they are damaged;
            both are found out otherwise.
        limits: Sizes to refuse.
        decoding: What lies behind transparent parts, and how bright 16-bit values are.
        at_least_px: When above 0, a JPEG is decoded at a half, a quarter or an eighth of its
            size, the smallest of which the short side has at least this many pixels: in about half
            the time. All else is decoded whole, and a JPEG as well that only Pillow can read.

    Raises:
        UnreadableImageError: the file is damaged, not an image, or larger than the limit.
    """
    if header is None:
        header = read_header(content, limits)
        header = replace(header, is_damaged=bool(examine(content, header).damage))
    if header.mode in {"F", "I"}:
        raise UnreadableImageError(f"{header.format} with 32-bit values has no defined brightness")
    if header.format == "PPM" and is_netpbm(content):
        return read_netpbm(content, width=header.width, height=header.height)
    pixels = first_that_reads(_readers(content, header, decoding, at_least_px))
    # Both libraries turn a TIFF by themselves.
    if header.is_turned and header.format != "TIFF":
        quarters, is_mirrored = _TURNS[header.orientation]
        pixels = np.rot90(pixels, quarters)
        pixels = np.ascontiguousarray(pixels[:, ::-1] if is_mirrored else pixels)
    if pixels.shape[:2] not in {_size(header, 1), _size(header, _reduction(header, at_least_px))}:
        raise UnreadableImageError("damaged file: its size differs from its header")
    return pixels


def peak_bytes(header: ImageHeader, content_bytes: int, at_least_px: int = 0) -> int:
    """Return about how much memory a file, its decoding and copies of the picture take at most.

    The figures are a little above the peaks that 25 Mpx gave, but for the copy that work with the
    picture makes.
    """
    pixels = header.width * header.height
    if header.format == "JPEG":
        planes = 4 if header.mode == "CMYK" else 3
        # Of a progressive one, all coefficients are held in 16 bits, whatever its size will be.
        held = pixels * 2 * planes if header.is_progressive else 0
        return content_bytes + held + pixels * 7 // _reduction(header, at_least_px) ** 2
    if header.format == "PPM":
        return 2 * content_bytes + pixels * 22
    if header.bits == 16:
        return content_bytes + pixels * (8 if header.is_grey else 18)
    if header.format == "WEBP" and header.has_frames:
        return content_bytes + pixels * 13  # the library that reads frames holds three of them
    each = 20 if header.format == "AVIF" else 9 if header.has_transparency else 7
    return content_bytes + pixels * each


def resize(pixels: Pixels, *, width: int, height: int) -> Pixels:
    """Return `pixels` at another size: area averaging when it shrinks, else linear."""
    shrinks = width * height < pixels.shape[0] * pixels.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=interpolation), np.uint8)


def shrink(pixels: Pixels, longest_px: int) -> tuple[Pixels, float]:
    """Return a picture whose longer side has at most so many pixels, and its scale."""
    scale = longest_px / max(pixels.shape[:2])
    if scale >= 1:
        return pixels, 1.0
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return resize(pixels, width=width, height=height), scale


def block_means(pixels: Pixels, side_px: int) -> Pixels:
    """Return the means of square blocks; what is over at the edges is cut off, half on each side.

    Blocks of whole pixels are averaged several times as fast as others.
    """
    if side_px == 1:
        return pixels
    height, width = (side // side_px for side in pixels.shape[:2])
    top, left = ((side % side_px) // 2 for side in pixels.shape[:2])
    whole = pixels[top : top + height * side_px, left : left + width * side_px]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _readers(
    content: bytes, header: ImageHeader, decoding: Decoding, at_least_px: int
) -> Iterator[Reader]:
    """Yield the ways to read a file, the best one first."""
    if header.bits == 16:
        yield lambda: decode_16_bits(content, header, decoding)
        return
    if header.format == "JPEG" and not header.is_damaged:
        yield lambda: read_jpeg(content, header, _reduction(header, at_least_px))
    # Of Pillow's blocks of 16 MB the system's allocator keeps some for each thread.
    is_silent = not (header.is_damaged and header.format == "PNG")
    see_through = (header.format, header.mode) in _OPENCV_SEE_THROUGH
    if header.has_transparency and see_through and is_silent:
        yield lambda: _see_through_by_opencv(content, decoding)
    if (
        header.format in _OPENCV_FORMATS
        and header.mode in _OPENCV_MODES
        and not header.has_transparency
        and is_silent
    ):
        yield lambda: _opaque_by_opencv(content)
    yield lambda: _by_pillow(content, header, decoding, _reduction(header, at_least_px))
    if has_texts(content):
        yield lambda: _by_pillow(without_texts(content), header, decoding)


def first_that_reads(readers: Iterator[Callable[[], Read]]) -> Read:
    """Return what the first reader gives that can; else raise what the last one said."""
    refused = UnreadableImageError("of an unsupported kind")
    for read in readers:
        try:
            return read()
        except UnreadableImageError as error:
            refused = error
        except DAMAGE as error:
            refused = UnreadableImageError(f"truncated or damaged file ({reason_of(error)})")
    raise refused


def _reduction(header: ImageHeader, at_least_px: int) -> int:
    """Return the strongest reduction of a JPEG that keeps `at_least_px`; 1 for none."""
    if at_least_px and header.format == "JPEG":
        for factor in (8, 4, 2):
            if min(header.width, header.height) >= factor * at_least_px:
                return factor
    return 1


def _size(header: ImageHeader, reduction: int) -> tuple[int, int]:
    """Return height and width after a reduction; a block that is cut off counts."""
    return -(-header.height // reduction), -(-header.width // reduction)


def _opaque_by_opencv(content: bytes) -> Pixels:
    return np.asarray(read_with_opencv(content, cv2.IMREAD_COLOR_RGB), np.uint8)


def _see_through_by_opencv(content: bytes, decoding: Decoding) -> Pixels:
    read = np.asarray(read_with_opencv(content, cv2.IMREAD_UNCHANGED), np.uint8)
    if read.ndim != 3 or read.shape[2] != 4:
        raise UnreadableImageError("truncated or damaged file")
    filled = np.empty((*read.shape[:2], 3), np.uint8)
    for strip in strips(*read.shape[:2]):
        filled[strip] = decoding.fill(read[strip][..., 2::-1], read[strip][..., 3])
    return filled


def _by_pillow(
    content: bytes, header: ImageHeader, decoding: Decoding, reduction: int = 1
) -> Pixels:
    with open_image(content) as image:
        if reduction > 1:
            image.draft("", (image.width // reduction, image.height // reduction))
        image.load()
        if header.format == "PNG" and image.mode == "L" and content[24] < 8:
            _scale_transparent_value(image, content[24])
        width, height = image.size
        pixels = np.empty((height, width, 3), np.uint8)
        mode = "RGBA" if header.has_transparency else "RGB"
        for strip in strips(height, width):
            part = image.crop((0, strip.start, width, strip.stop)).convert(mode)
            values = np.asarray(part)
            pixels[strip] = (
                decoding.fill(values[..., :3], values[..., 3])
                if header.has_transparency
                else values
            )
    return pixels


def _scale_transparent_value(image: Image.Image, bits: int) -> None:
    """Name the transparent grey of 2 or 4 bits as Pillow names all other greys: by 8."""
    value = image.info.get("transparency")
    if isinstance(value, int):
        image.info["transparency"] = value * 255 // ((1 << bits) - 1)
