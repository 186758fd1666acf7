"""What the first bytes of an image file tell: its size, its form, and what reading changes."""

import ctypes
import logging
import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from core.errors import UnreadableImageError
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures import netpbm
from core.pictures.png import PNG_START, without_chunks

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
FORMATS = tuple(SUFFIXES)
IMAGE_SUFFIXES = frozenset(SUFFIXES.values()) | {
    *(".jpeg", ".jpe", ".jfif", ".tiff", ".pgm", ".pbm"),
}

# What reading changes, as `conversion` names it.
TURNED = "turned upright"
FIRST_FRAME = "first of several frames"
FROM_16_BITS = "16 bits to 8"
FROM_CMYK = "CMYK to RGB"
FROM_PALETTE = "palette to RGB"
FILLED = "transparent parts filled"

# EXIF's values that ask for a turn or a mirror (EXIF 3.0, 4.6.5.1).
TURNS = range(2, 9)
_ORIENTATION_TAG = 0x0112
# Pillow names a JPEG that holds a second picture, as phones write them, by another format.
_SAME_FORMAT = {"MPO": "JPEG"}
_FULL_COLOUR = 0  # Pillow's number for 4:4:4
_SEE_THROUGH_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_GREY_MODES = frozenset({"1", "L", "I;16", "I;16B", "I;16L", "I;16N"})
_ANIMATED_FORMATS = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF"})
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_PNG_DEPTH_AT = 24
_GLANCE_BYTES = 1 << 16
_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_HOLD_ORIENTATION = (b"eXIf", b"Raw profile type", b"Orientation")  # the last one is XMP's
_TIFF_BITS_TAG = 258
# What Pillow raises on damaged files, beside UnidentifiedImageError.
DAMAGE = (
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

# Pillow's own guard warns through a list of filters that threads cannot share, and knows nothing
# of `Limits`. Every file passes `read_header`, which refuses by the limit before it decodes.
Image.MAX_IMAGE_PIXELS = None
# Blocks of more than 32 MB go back to the system at once; of smaller ones, glibc keeps what each
# thread has freed.
Image.core.set_block_size(1 << 26)  # type: ignore[attr-defined]
# So do all others of a megabyte or more: left to itself, glibc raises that bound to 32 MB with the
# first large block that is freed, and 200 of the largest pictures took 1.66 GB instead of 1.12.
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
with suppress(OSError, AttributeError, TypeError):  # where the C library is another one
    ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 1 << 20)
# A damaged EXIF block does not keep a picture from being used.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# Nor is it a line on the terminal; what matters of it is a row of the set.
logging.getLogger("PIL").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class JpegForm:
    """What a file must share with a JPEG to look encoded as it is."""

    tables: Mapping[int, Sequence[int]]  # of quantization, by number
    sampling: int  # of colour, as Pillow numbers it; below 0, as Pillow usually does


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
    bits: int = 8  # of a value: 8, or 16 for all that has more than 8
    is_progressive: bool = False  # a JPEG of which all is held while it is decoded
    jpeg: JpegForm | None = None  # how a JPEG is encoded
    # As `core.pictures.damage` found: libraries that would tell of it on the terminal pass it by.
    is_damaged: bool = False

    @property
    def conversion(self) -> str:
        """Return what reading changes beside the encoding, in words; '' where nothing."""
        changes = {
            TURNED: self.is_turned,
            FIRST_FRAME: self.has_frames,
            FROM_16_BITS: self.bits == 16,
            FROM_CMYK: self.mode == "CMYK",
            FROM_PALETTE: self.mode in {"P", "PA"},
            FILLED: self.has_transparency,
        }
        return ", ".join(change for change, happens in changes.items() if happens)

    @property
    def is_turned(self) -> bool:
        """Return whether an EXIF tag asks viewers to turn or mirror it."""
        return self.orientation > 1

    @property
    def is_grey(self) -> bool:
        """Return whether the file holds brightness alone."""
        return self.mode in _GREY_MODES

    @property
    def hangs_on_white_level(self) -> bool:
        """Return whether a set's white level decides its brightness; a portable map tells it."""
        return self.bits == 16 and self.format != "PPM"


def read_header(content: bytes, limits: Limits = DEFAULT_LIMITS) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImageError: not an image, of an unknown format, or larger than the limit.
    """
    if not content:
        raise UnreadableImageError("empty file")
    try:
        with open_image(content) as image:
            _check_pixels(image, limits)
            return _header_of(image, content, orientation=_orientation(image, content))
    except ValueError as error:
        # Texts behind the pixels are met where EXIF is looked for.
        shorter = without_texts(content) if has_texts(content) else content
        if len(shorter) < len(content):
            return read_header(shorter, limits)
        raise UnreadableImageError(f"damaged header ({reason_of(error)})") from error
    except UnidentifiedImageError as error:
        raise UnreadableImageError(_why_unknown(content)) from error
    except DAMAGE as error:
        raise UnreadableImageError(f"damaged header ({reason_of(error)})") from error


def glance_at(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> ImageHeader:
    """Return the header of a file, most of which stays unread; whether it is turned is left open.

    Raises:
        UnreadableImageError: it is larger than the limit, or too small.
        One of DAMAGE: it is damaged, cannot be opened, or has long texts; `read_header` tells.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - a text or a path
        start = file.read(_GLANCE_BYTES)
        file.seek(0)
        with Image.open(file, formats=FORMATS) as image:
            _check_pixels(image, limits)
            return _header_of(image, start, orientation=1)


@contextmanager
def open_image(content: bytes) -> Iterator[Image.Image]:
    """Open a file with Pillow; texts of a PNG that are too long for it are passed over.

    Raises:
        UnidentifiedImageError: it holds no image.
        One of DAMAGE: what Pillow says of damaged files.
    """
    try:
        opened = Image.open(BytesIO(content), formats=FORMATS)
    except ValueError:
        # Pillow refuses texts that are over 1 MB once they are unpacked.
        if not has_texts(content):
            raise
        opened = Image.open(BytesIO(without_texts(content)), formats=FORMATS)
    with opened as image:
        yield image


def has_texts(content: bytes) -> bool:
    """Return whether this is a PNG with chunks that hold texts, so far as a glance can tell."""
    return content.startswith(PNG_START) and any(name in content for name in _PNG_TEXTS)


def without_texts(content: bytes) -> bytes:
    """Return a PNG without the chunks that hold texts."""
    return without_chunks(content, _PNG_TEXTS.__contains__)


def reason_of(error: BaseException) -> str:
    """Return the first line of an error's text without addresses of objects."""
    lines = str(error).splitlines()
    return lines[0].split("<")[0].strip()[:80] if lines else type(error).__name__


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    """Refuse a picture that is too large, before anything may decode it."""
    width, height = image.size
    if width * height > limits.image_pixels:
        raise UnreadableImageError(_too_large(width * height, limits))


def _header_of(image: Image.Image, content: bytes, *, orientation: int) -> ImageHeader:
    width, height = image.size
    # Pillow turns a TIFF by itself, and tells the size that it has then.
    if orientation >= 5 and image.format != "TIFF":
        width, height = height, width
    if width < 2 or height < 2:
        raise UnreadableImageError(f"too small ({width} x {height} px)")
    mode, format_ = image.mode, image.format or ""
    format_ = _SAME_FORMAT.get(format_, format_)
    return ImageHeader(
        width,
        height,
        format_,
        # A portable grey map of 16 bits is held in 32.
        "I;16" if format_ == "PPM" and mode == "I" else mode,
        orientation,
        "transparency" in image.info or mode in _SEE_THROUGH_MODES,
        format_ in _ANIMATED_FORMATS and bool(getattr(image, "is_animated", False)),
        16 if _most_bits(image, content) > 8 else 8,
        bool(image.info.get("progressive")),
        _jpeg_form(image),
    )


def _jpeg_form(image: Image.Image) -> JpegForm | None:
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.quantization:
        return None
    # Pillow tells no size of colour where there are four planes: colour is kept whole then.
    sampling = _FULL_COLOUR if image.layers == 4 else JpegImagePlugin.get_sampling(image)
    return JpegForm(dict(image.quantization), sampling)


def _most_bits(image: Image.Image, content: bytes) -> int:
    """Return how many bits a value has; Pillow's mode tells it of grey pictures alone."""
    if image.format == "PNG":
        return content[_PNG_DEPTH_AT]
    if image.format == "TIFF":
        bits = image.tag_v2.get(_TIFF_BITS_TAG, (1,))  # type: ignore[attr-defined]
        return int(max(bits)) if isinstance(bits, tuple) else int(bits)
    if image.format == "PPM":
        return netpbm.most_bits(content)
    return 8


def _orientation(image: Image.Image, content: bytes) -> int:
    """Return the EXIF orientation, 1 to 8, without decoding the pixels where that can be."""
    # Asked for its EXIF, Pillow decodes a PNG to its end, where the tag may stand.
    if image.format == "PNG" and not any(name in content for name in _HOLD_ORIENTATION):
        return 1
    value = image.getexif().get(_ORIENTATION_TAG, 1)
    return value if value in TURNS else 1


def _why_unknown(content: bytes) -> str:
    """Return what a file is that holds no image."""
    if content.startswith(_LFS_POINTER):
        return "a Git LFS pointer, not the picture: run 'git lfs pull' where the set comes from"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc"}:
        return "a HEIC picture, which is not supported: convert it to JPEG"
    if content[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}:
        return "an unsupported kind of TIFF: save it as 8- or 16-bit grey or RGB"
    return "not an image"


def _too_large(pixels: int, limits: Limits) -> str:
    return f"too large: {pixels / 1e6:,.0f} Mpx, limit {limits.image_pixels / 1e6:,.0f} Mpx"
