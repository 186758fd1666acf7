"""One file to an upright (H, W, 3) uint8 RGB array, safely. Colour profiles are not applied."""

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.errors import UnreadableImageError
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures.decoding import BACKGROUNDS, DEFAULT_DECODING, Decoding

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
_FORMATS = tuple(SUFFIXES)
IMAGE_SUFFIXES = frozenset(SUFFIXES.values()) | {".jpeg", ".jpe", ".tiff", ".pgm", ".pbm", ".jfif"}

_ORIENTATION_TAG = 0x0112
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
# Pillow names a JPEG that holds a second picture, as phones write them, by another format.
_SAME_FORMAT = {"MPO": "JPEG"}
# Pillow's modes that OpenCV turns into 8-bit RGB without loss of meaning. The others carry
# transparency or a palette, which OpenCV drops without a word, or are read by Pillow alone.
_OPENCV_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF", "PPM"})
_GREY_16_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
_OPENCV_MODES = frozenset({"RGB", "L", "1", "CMYK"}) | _GREY_16_BIT
_ANIMATED_FORMATS = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF"})
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
# What Pillow raises on damaged files, beside UnidentifiedImageError.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
)

# Work is spread over images; threads inside one image would only get in each other's way.
cv2.setNumThreads(1)
# A damaged file is a row among the skipped ones, not a line of OpenCV's on the terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
# Pillow's own guard warns through a list of filters that threads cannot share, and knows nothing
# of `Limits`. Every file passes `read_header`, which refuses by the limit before it decodes.
Image.MAX_IMAGE_PIXELS = None
# A damaged EXIF block does not keep a picture from being used.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True)
class ImageHeader:
    """What the first bytes of an image file tell."""

    width: int  # upright
    height: int  # upright
    format: str  # a key of SUFFIXES
    mode: str  # Pillow's mode
    orientation: int  # EXIF's: 1 is upright, 2 to 8 ask viewers to turn or mirror it
    has_transparency: bool
    has_frames: bool  # more than one: an animation, or pages

    @property
    def conversion(self) -> str:
        """Return what reading changes beside the encoding, in words; '' where nothing."""
        changes = {
            "turned upright": self.is_turned,
            "first of several frames": self.has_frames,
            "16 bits to 8": self.mode in _GREY_16_BIT,
            "CMYK to RGB": self.mode == "CMYK",
            "transparent parts on white": self.has_transparency,
        }
        return ", ".join(change for change, happens in changes.items() if happens)

    @property
    def is_turned(self) -> bool:
        """Return whether an EXIF tag asks viewers to turn or mirror it."""
        return self.orientation > 1

    @property
    def is_grey(self) -> bool:
        """Return whether the file holds brightness alone."""
        return self.mode in {"1", "L"} | _GREY_16_BIT


def read_header(content: bytes, limits: Limits = DEFAULT_LIMITS) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImageError: not an image, of an unknown format, or larger than the limit.
    """
    if not content:
        raise UnreadableImageError("empty file")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > limits.image_pixels:
                raise UnreadableImageError(_too_large(width * height, limits))
            orientation = _orientation(image, content)
            # Pillow turns a TIFF by itself, and tells the size that it has then.
            if orientation >= 5 and image.format != "TIFF":
                width, height = height, width
            mode, format_ = image.mode, image.format or ""
            transparent = "transparency" in image.info or mode in {"RGBA", "LA", "PA", "RGBa"}
            has_frames = format_ in _ANIMATED_FORMATS and bool(getattr(image, "is_animated", False))
    except UnidentifiedImageError as error:
        raise UnreadableImageError(_why_unknown(content)) from error
    except _DAMAGE as error:
        raise UnreadableImageError(f"damaged header ({_reason(error)})") from error
    if width < 2 or height < 2:
        raise UnreadableImageError(f"too small ({width} x {height} px)")
    # A portable grey map of 16 bits is held in 32.
    mode = "I;16" if format_ == "PPM" and mode == "I" else mode
    format_ = _SAME_FORMAT.get(format_, format_)
    return ImageHeader(width, height, format_, mode, orientation, transparent, has_frames)


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
    stands for an animation.

    Args:
        content: The bytes of the file.
        header: What `read_header` said of them, if it was asked; it is asked otherwise.
        limits: Sizes to refuse.
        decoding: What lies behind transparent parts, and how bright 16-bit values are.
        at_least_px: When above 0, a JPEG may be decoded at a half, a quarter or an eighth of its
            size, as long as its short side keeps at least this many pixels: 3 to 5 times faster.

    Raises:
        UnreadableImageError: the file is damaged, not an image, or larger than the limit.
    """
    header = header or read_header(content, limits)
    if header.mode in {"F", "I"}:
        raise UnreadableImageError(f"{header.format} with 32-bit values has no defined brightness")
    if (
        header.format in _OPENCV_FORMATS
        and header.mode in _OPENCV_MODES
        and not header.has_transparency
    ):
        pixels = _decode_with_opencv(content, _reduction(header, at_least_px))
    else:
        pixels = _decode_with_pillow(content, header, decoding)
    # Both libraries turn a TIFF by themselves.
    if header.format == "TIFF" or not header.is_turned:
        return pixels
    quarters, is_mirrored = _TURNS[header.orientation]
    turned = np.rot90(pixels, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)


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
        flag |= cv2.IMREAD_IGNORE_ORIENTATION
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:
        raise UnreadableImageError("damaged file") from error
    if pixels is None:
        raise UnreadableImageError("truncated or damaged file")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def _decode_with_pillow(content: bytes, header: ImageHeader, decoding: Decoding) -> Pixels:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            image.load()
            # Pillow would cut 16 bits off at 255, which is white.
            is_16_bit = header.mode in _GREY_16_BIT
            coloured = _from_16_bit(image) if is_16_bit else image.convert("RGBA")
        grey = BACKGROUNDS[decoding.background]
        page = Image.new("RGBA", coloured.size, (grey, grey, grey, 255))
        return np.asarray(Image.alpha_composite(page, coloured).convert("RGB"), np.uint8).copy()
    except _DAMAGE as error:
        raise UnreadableImageError(f"truncated or damaged file ({_reason(error)})") from error


def _from_16_bit(image: Image.Image) -> Image.Image:
    """Return 16-bit grey as RGBA; the one value that the file calls transparent is so."""
    values = np.asarray(image, np.uint16)
    opaque = np.where(values == image.info.get("transparency"), 0, 255).astype(np.uint8)
    grey = (values >> 8).astype(np.uint8)
    return Image.fromarray(np.dstack([grey, grey, grey, opaque]))


def _orientation(image: Image.Image, content: bytes) -> int:
    """Return the EXIF orientation, 1 to 8, without decoding the pixels where that can be."""
    # Asked for its EXIF, Pillow decodes a PNG to its end, where the tag may stand.
    if image.format == "PNG" and b"eXIf" not in content and b"Raw profile type" not in content:
        return 1
    value = image.getexif().get(_ORIENTATION_TAG, 1)
    return value if value in _TURNS else 1


def _why_unknown(content: bytes) -> str:
    """Return what a file is that holds no image."""
    if content.startswith(_LFS_POINTER):
        return "a Git LFS pointer, not the picture: run 'git lfs pull' where the set comes from"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc"}:
        return "a HEIC picture, which is not read: convert it to JPEG"
    return "not an image"


def _too_large(pixels: int, limits: Limits) -> str:
    return f"too large: {pixels / 1e6:,.0f} Mpx, limit {limits.image_pixels / 1e6:,.0f} Mpx"


def _reason(error: BaseException) -> str:
    """Return the first line of an error's text without addresses of objects."""
    lines = str(error).splitlines()
    return lines[0].split("<")[0].strip()[:80] if lines else type(error).__name__
