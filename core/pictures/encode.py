"""One array to one file, and how to write it so that it is like another file."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from core.pictures.decode import SUFFIXES, ImageHeader, Pixels, read_header, resize
from core.pictures.header import JpegForm

WRITABLE_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF"})


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
    """Encode an array as `original` is encoded: a JPEG's tables and colour, or grey.

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
    if format_ == "JPEG" and header.jpeg is not None:
        return _encode_as(pixels, header.jpeg, is_grey=is_grey)
    return encode(pixels, format_, is_grey=is_grey)


def _encode_as(pixels: Pixels, form: JpegForm, *, is_grey: bool) -> bytes:
    """Return a JPEG with given tables and size of colour.

    Near tables, or colour at another size, can be told even after a resize: RESULTS.md, "How
    files are written".
    """
    page = Image.fromarray(pixels[..., 0] if is_grey else pixels)
    buffer = BytesIO()
    page.save(buffer, "JPEG", qtables=form.tables, subsampling=-1 if is_grey else form.sampling)
    return buffer.getvalue()


def _has_no_colour(pixels: Pixels) -> bool:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.array_equal(red, green) and np.array_equal(green, blue)
