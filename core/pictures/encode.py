"""One array to one file, and how to write it so that it is like another file."""

import cv2
import numpy as np

from core.pictures.decode import SUFFIXES, ImageHeader, Pixels, read_header, resize

WRITABLE_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF"})

# Sum of the luminance table that the JPEG standard (ITU-T T.81, table K.1) gives as an example;
# nearly all programs scale that table by their setting of quality.
_STANDARD_TABLE_SUM = 3688
_QUALITIES = (60, 98)  # below, a second encoding harms; above, it only adds bytes


def encode(
    pixels: Pixels,
    format_: str,
    *,
    quality: int = 95,
    is_grey: bool = False,
    has_full_colour: bool = True,
) -> bytes:
    """Encode an (H, W, 3) uint8 RGB array.

    Args:
        pixels: The picture.
        format_: 'JPEG', 'PNG', 'WEBP', 'BMP' or 'TIFF'.
        quality: 1 to 100, for the lossy formats.
        is_grey: Write one channel of brightness instead of three of colour.
        has_full_colour: For JPEG, keep colour at full size (4:4:4), else at half (4:2:0).
    """
    options = {
        "JPEG": [
            cv2.IMWRITE_JPEG_QUALITY,
            quality,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
            if has_full_colour
            else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
        ],
        "PNG": [cv2.IMWRITE_PNG_COMPRESSION, 3],
        "WEBP": [cv2.IMWRITE_WEBP_QUALITY, quality],
    }.get(format_, [])
    conversion = cv2.COLOR_RGB2GRAY if is_grey else cv2.COLOR_RGB2BGR
    written, buffer = cv2.imencode(SUFFIXES[format_], cv2.cvtColor(pixels, conversion), options)
    if not written:
        raise ValueError(f"OpenCV cannot write {format_}.")
    return bytes(buffer.tobytes())


def thumbnail(pixels: Pixels, side_px: int) -> bytes:
    """Return a JPEG whose longer side is at most `side_px`."""
    scale = side_px / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = resize(pixels, width=width, height=height)
    return encode(pixels, "JPEG", quality=85)


def encode_like(
    pixels: Pixels, original: bytes, format_: str, *, header: ImageHeader | None = None
) -> bytes:
    """Encode an array as `original` is encoded: about its JPEG quality, its colour, or grey.

    A trainer could else tell augmented pictures from originals by the traces of their encoding.

    Args:
        pixels: The picture.
        original: The bytes of an image file that can be read.
        format_: As for `encode`.
        header: What `read_header` said of `original`, if it was asked; it is asked otherwise.
    """
    header = header or read_header(original)
    # A step may have put colour into a grey picture; then the file shows it.
    # TensorFlow takes BMP of 24 bits a pixel alone.
    is_grey = header.is_grey and format_ != "BMP" and _has_no_colour(pixels)
    quality, has_colour = 95, True
    if format_ == "JPEG" and header.table_sum:
        quality, has_colour = _quality(header.table_sum), header.has_full_colour
    return encode(pixels, format_, quality=quality, is_grey=is_grey, has_full_colour=has_colour)


def _has_no_colour(pixels: Pixels) -> bool:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.array_equal(red, green) and np.array_equal(green, blue)


def _quality(table_sum: int) -> int:
    """Return the quality at which libjpeg scales the standard table to this sum."""
    scale = 100 * table_sum / _STANDARD_TABLE_SUM
    quality = 5000 / scale if scale > 100 else (200 - scale) / 2
    return int(np.clip(round(quality), *_QUALITIES))
