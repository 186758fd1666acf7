"""One file to an upright (H, W, 3) uint8 sRGB array, safely; one array to one file."""

import warnings
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import UnreadableImageError
from core.limits import DEFAULT_LIMITS, Limits

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB

SUFFIXES = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "BMP": ".bmp",
    "GIF": ".gif",
    "TIFF": ".tif",
    "PPM": ".ppm",
    "AVIF": ".avif",
}
# Formats that `encode` writes.
WRITABLE_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF"})
IMAGE_SUFFIXES = frozenset(SUFFIXES.values()) | {".jpeg", ".jpe", ".tiff", ".pgm", ".pbm", ".jfif"}

_ORIENTATION_TAG = 0x0112
# Pillow's modes that OpenCV turns into 8-bit RGB without loss of meaning. The others carry
# transparency or a palette, which OpenCV drops without a word, or are read by Pillow alone.
_OPENCV_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF", "PPM"})
_OPENCV_MODES = frozenset({"RGB", "L", "1", "CMYK", "I;16", "I;16B", "I;16L"})

# Work is spread over images; threads inside one image would only get in each other's way.
cv2.setNumThreads(1)


@dataclass(frozen=True)
class ImageHeader:
    """What the first bytes of an image file tell."""

    width: int  # upright
    height: int  # upright
    format: str  # a key of SUFFIXES
    mode: str  # Pillow's mode
    is_turned: bool  # an EXIF tag asks viewers to turn or mirror it
    has_transparency: bool

    @property
    def is_grey(self) -> bool:
        """Return whether the file holds brightness alone."""
        return self.mode in {"1", "L", "I;16", "I;16B", "I;16L"}


def read_header(content: bytes, limits: Limits = DEFAULT_LIMITS) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImageError: not an image, of an unknown format, or larger than the limit.
    """
    if not content:
        raise UnreadableImageError("empty file")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit below decides instead.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=list(SUFFIXES)) as image:
                width, height = image.size
                orientation = image.getexif().get(_ORIENTATION_TAG, 1)
                mode = image.mode
                format_ = image.format or ""
                transparent = "transparency" in image.info or mode in {"RGBA", "LA", "PA", "RGBa"}
    except UnidentifiedImageError as error:
        raise UnreadableImageError("not an image") from error
    except Image.DecompressionBombError as error:
        raise UnreadableImageError(_too_large(None, limits)) from error
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError) as error:
        raise UnreadableImageError(f"damaged header ({_reason(error)})") from error
    if width * height > limits.image_pixels:
        raise UnreadableImageError(_too_large(width * height, limits))
    if width < 2 or height < 2:
        raise UnreadableImageError(f"too small ({width} x {height} px)")
    is_turned = orientation in range(2, 9)
    if orientation in range(5, 9):
        width, height = height, width
    return ImageHeader(width, height, format_, mode, is_turned, transparent)


def decode(content: bytes, *, limits: Limits = DEFAULT_LIMITS, at_least_px: int = 0) -> Pixels:
    """Decode an image file to an upright (H, W, 3) uint8 RGB array.

    Transparent parts lie on white, 16-bit values are scaled to 8 bits, the first frame stands for
    an animation.

    Args:
        content: The bytes of the file.
        limits: Sizes to refuse.
        at_least_px: When above 0, a JPEG may be decoded at a half, a quarter or an eighth of its
            size, as long as its short side keeps at least this many pixels: 3 to 5 times faster.

    Raises:
        UnreadableImageError: the file is damaged, not an image, or larger than the limit.
    """
    header = read_header(content, limits)
    if header.mode in {"F", "I"}:
        raise UnreadableImageError(f"{header.format} with 32-bit values has no defined brightness")
    if (
        header.format in _OPENCV_FORMATS
        and header.mode in _OPENCV_MODES
        and not header.has_transparency
    ):
        return _decode_with_opencv(content, _reduction(header, at_least_px))
    return _decode_with_pillow(content)


def encode(
    pixels: Pixels, format_: str, *, quality: int = 95, is_grey: bool = False
) -> bytes:
    """Encode an (H, W, 3) uint8 RGB array.

    Args:
        pixels: The picture.
        format_: 'JPEG' (4:4:4, at `quality`), 'PNG', 'WEBP' (at `quality`), 'BMP' or 'TIFF'.
        quality: 1 to 100, for the lossy formats.
        is_grey: Write one channel of brightness instead of three of colour.
    """
    options = {
        "JPEG": [
            cv2.IMWRITE_JPEG_QUALITY,
            quality,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ],
        "PNG": [cv2.IMWRITE_PNG_COMPRESSION, 3],
        "WEBP": [cv2.IMWRITE_WEBP_QUALITY, quality],
    }.get(format_, [])
    conversion = cv2.COLOR_RGB2GRAY if is_grey else cv2.COLOR_RGB2BGR
    written, buffer = cv2.imencode(SUFFIXES[format_], cv2.cvtColor(pixels, conversion), options)
    if not written:
        raise ValueError(f"OpenCV cannot write {format_}.")
    return bytes(buffer.tobytes())


def thumbnail(content: bytes, side_px: int = 128) -> bytes:
    """Return a JPEG whose longer side is at most `side_px`, from the bytes of an image file."""
    pixels = decode(content, at_least_px=side_px)
    scale = side_px / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = resize(pixels, width=width, height=height)
    return encode(pixels, "JPEG", quality=85)


def resize(pixels: Pixels, *, width: int, height: int) -> Pixels:
    """Return `pixels` at another size: area averaging when it shrinks, else linear."""
    shrinks = width * height < pixels.shape[0] * pixels.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=interpolation), np.uint8)


def _reduction(header: ImageHeader, at_least_px: int) -> int:
    """Return OpenCV's flag for the strongest reduction that keeps `at_least_px`."""
    if at_least_px and header.format == "JPEG":
        for factor, flag in (
            (8, cv2.IMREAD_REDUCED_COLOR_8),
            (4, cv2.IMREAD_REDUCED_COLOR_4),
            (2, cv2.IMREAD_REDUCED_COLOR_2),
        ):
            if min(header.width, header.height) >= factor * at_least_px:
                return int(flag)
    return int(cv2.IMREAD_COLOR)


def _decode_with_opencv(content: bytes, flag: int) -> Pixels:
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:
        raise UnreadableImageError("damaged file") from error
    if pixels is None:
        raise UnreadableImageError("truncated or damaged file")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def _decode_with_pillow(content: bytes) -> Pixels:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=list(SUFFIXES)) as image:
                image.load()
                upright = ImageOps.exif_transpose(image).convert("RGBA")
        page = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        return np.asarray(Image.alpha_composite(page, upright).convert("RGB"), np.uint8).copy()
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, IndexError) as error:
        raise UnreadableImageError(f"truncated or damaged file ({_reason(error)})") from error


def _too_large(pixels: int | None, limits: Limits) -> str:
    limit = f"limit {limits.image_pixels / 1e6:.0f} Mpx"
    return f"too large: {pixels / 1e6:,.0f} Mpx, {limit}" if pixels else f"too large: {limit}"


def _reason(error: BaseException) -> str:
    """Return the first line of an error's text without addresses of objects."""
    lines = str(error).splitlines()
    return lines[0].split("<")[0].strip()[:80] if lines else type(error).__name__
